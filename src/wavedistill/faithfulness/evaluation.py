"""`measure_faithfulness`: how far scores of coefficients tell what the output depends on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wavedistill.attribution import Attributions
from wavedistill.attribution.arrays import as_array
from wavedistill.attribution.sampling import RandomState, example_streams, generator
from wavedistill.checks import float_array, integer
from wavedistill.faithfulness.arguments import BasisLike, as_baseline, as_bases, as_scores
from wavedistill.faithfulness.orders import Settings, rows_of_basis
from wavedistill.faithfulness.outputs import Output, OutputKind
from wavedistill.faithfulness.removal import Remover
from wavedistill.faithfulness.result import Faithfulness, FaithfulnessRow

if TYPE_CHECKING:
    import torch

__all__ = ["measure_faithfulness"]

Array = NDArray[np.float64]

_RANKINGS = ("signed", "absolute")


def measure_faithfulness(
    model: torch.nn.Module | Callable[..., Any],
    X: ArrayLike,
    attributions: Attributions | ArrayLike | Mapping[str, ArrayLike],
    basis: BasisLike | Sequence[BasisLike] | Mapping[str, BasisLike] = "samples",
    *,
    target: int | ArrayLike | Literal["predicted"] | None = None,
    output: OutputKind = "value",
    baseline: float | ArrayLike | Literal["mean"] = 0.0,
    ranking: Literal["signed", "absolute"] = "signed",
    steps: int = 20,
    subsets: int = 100,
    subset_share: float = 0.2,
    random_orders: int = 5,
    levels: int | None = None,
    mode: str | None = None,
    axes: int | Sequence[int] | None = None,
    batch_size: int = 256,
    device: str | torch.device | None = None,
    random_state: RandomState = 0,
) -> Faithfulness:
    """Measure how faithful attributions are to a model, in any basis.

    Parts of each signal are removed in the order of their scores, and the output is followed. In
    each basis the same is done in two other orders, by the size of the coefficients and at random:
    what attributions gain over these is what they tell.

    With n steps, x_k is the signal whose k/n most important units are replaced by those of the
    baseline, y_k the baseline with only these units of the signal, and f the output. The measures,
    each a mean over examples (`faithfulness.MEASURES` says which values are better):

    - ``deletion``, ``insertion``, ``difference``: areas under f(x_k) and f(y_k) over k/n, by the
      trapezoidal rule and not normalised, and insertion less deletion (Petsiuk et al. 2018, RISE).
      ``..._by_energy``: over the share of energy that is removed or restored instead.
    - ``drop``: f(x) - f(x_n/2). ``half_error``: |f(x) - f(y_n/2)|. ``kept_class``: whether y_n/2
      has the class of x.
    - ``mu_fidelity``: Spearman's correlation between the summed scores of random subsets and what
      the output loses without them (Bhatt et al. 2020), of each example.
    - ``most_first``, ``least_first``: the mean of |f(x) - f(x_k)| over k = 1 ... n, and the same
      with the least important removed first. Absolute values keep signs from cancelling, as in the
      cumulative prediction difference of Jang et al. 2025, who sum the changes of single steps.
    - ``complexity``: the entropy of the shares of |score| (Bhatt et al. 2020).

    Parameters
    ----------
    model : torch.nn.Module or callable
        A module, which is left as it was found, or a function of arrays (batch, ...) that returns
        numbers of shape (batch,) or (batch, outputs).
    X : array_like, shape (n, ...)
        Signals or images.
    attributions : Attributions, array_like or dict of str to array_like
        Of the same output. `Attributions` are carried to every basis; where they are no products
        (saliency), they are multiplied by what the removal takes from each coefficient. Otherwise
        the scores themselves, shape (n, units), or those of each basis by its name.
    basis : str, Basis, WaveletTransform, Wavelet, or a list or dict of them
        ``"samples"``, ``"fourier"``, a wavelet or its name, or `faithfulness.Segments`.
    target : int, array_like of int, "predicted" or None
        The output of this number; of each example the one of its label, shape (n,); or the class
        that the model gives the whole signal. None is for models with one output; of classes it is
        then the second.
    output : str
        ``"value"``: what the model returns, for regression. For classes, ``"probability"`` or
        ``"logit"``, the log-odds of the target against all other classes; outputs within [0, 1]
        that sum to 1 (or are single) are taken for probabilities, all others for logits.
    baseline : float, array_like or "mean"
        What replaces a removed part: a constant, the mean of X, an example of shape (...), or one
        for each, shape (n, ...).
    ranking : str
        ``"signed"``: what raises the output most is the most important. ``"absolute"``: what moves
        it most; subsets are then compared by absolute values, too. ``half_error``, ``most_first``
        and ``least_first`` ask for this one where scores have both signs. The order by
        |coefficient| is the same in both.
    steps : int
        Even, and at most the number of units.
    subsets : int
        Random subsets of each example; 0 leaves ``mu_fidelity`` out.
    subset_share : float
        The share of units in a subset.
    random_orders : int
        Draws of the random order, over which it is averaged.
    levels, mode, axes : optional
        For wavelets and Fourier, as for `WaveletTransform`; the mode of a wavelet that was not
        learned with one is ``"periodization"``, which has as many coefficients as samples.
    batch_size : int
        Rows that the model gets at once.
    device : str or torch.device, optional
        For a module.
    random_state : int, numpy.random.Generator or None
        Of subsets, random orders, ties and the bootstrap.

    Returns
    -------
    Faithfulness

    Raises
    ------
    TypeError, ValueError
        If X, scores or the model's outputs are not finite, if shapes disagree, if several outputs
        have no target, if there are more steps than units, or if the model is constant.

    Examples
    --------
    >>> import numpy as np
    >>> import wavedistill as wd
    >>> X, weights = np.random.default_rng(0).normal(size=(50, 16)), np.arange(16.0)
    >>> found = wd.measure_faithfulness(lambda x: x @ weights, X, X * weights, steps=8)
    >>> round(found.row().mean("mu_fidelity"), 6)
    1.0
    >>> found.difference("difference", "samples", ("samples", "random")).low > 0
    True
    """
    data = float_array(as_array(X), "X", min_ndim=2)
    chosen = Output(model, output, target, integer(batch_size, "batch_size", minimum=1), device)
    chosen.check_target(len(data))
    random = generator(random_state)
    seed = int(random.integers(2**31))
    settings = _settings(steps, ranking, subsets, subset_share, random_orders, random)
    bases = as_bases(basis, data.shape, levels, mode, axes)
    base = as_baseline(as_array(baseline), data)
    scores = as_scores(attributions, bases, data, base)
    for name, values in scores.items():
        _require_units(name, values.shape[1], steps)
    # Copies, since a function may change its input in place.
    whole, classes = chosen.of_examples(data.copy())
    empty, _ = chosen.of_rows(np.broadcast_to(base, data.shape).copy(), np.arange(len(data)))
    _require_change(whole, empty, output)
    rows: list[FaithfulnessRow] = []
    for name, each in bases.items():
        remover = Remover(each, data, base, chosen, whole, empty, classes)
        rows += rows_of_basis(name, remover, scores[name], settings)
    return Faithfulness(tuple(rows), output, ranking, len(data), steps, seed)


def _settings(
    steps: int,
    ranking: str,
    subsets: int,
    subset_share: float,
    random_orders: int,
    random: np.random.Generator,
) -> Settings:
    if integer(steps, "steps", minimum=2) % 2:
        raise ValueError(
            f"steps={steps} must be even, so that one of them is half; take {steps + 1}."
        )
    if ranking not in _RANKINGS:
        raise ValueError(f"ranking={ranking!r} must be 'signed' or 'absolute'.")
    if not isinstance(subset_share, Real) or not 0 < subset_share < 1:
        raise ValueError(f"subset_share={subset_share!r} must be a number between 0 and 1.")
    if integer(subsets, "subsets", minimum=0) == 1:
        raise ValueError("subsets=1 has no correlation; give at least 2, or 0 to leave it out.")
    integer(random_orders, "random_orders", minimum=1)
    streams = example_streams(random)
    absolute = ranking == "absolute"
    return Settings(steps, absolute, subsets, float(subset_share), random_orders, streams)


def _require_units(name: str, units: int, steps: int) -> None:
    if steps > units:
        most = f"give steps={units - units % 2} or fewer" if units > 1 else "it has no order"
        raise ValueError(
            f"steps={steps}, and basis {name!r} has {units} units; a step removes at least one: "
            f"{most}."
        )


def _require_change(whole: Array, empty: Array, output: str) -> None:
    """Refuse a model that returns the same for all examples and for the baseline."""
    if np.ptp(np.concatenate([whole, empty])) > 0:
        return
    remedy = " Probabilities may be saturated: try output='logit'." * (output == "probability")
    raise ValueError(
        f"the model is constant: its {output} is {whole[0]:g} for every example and for the "
        "baseline, so that no order of removal is better than another. Check the model, the "
        f"target and the scale of X.{remedy}"
    )
