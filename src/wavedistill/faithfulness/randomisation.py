"""Do attributions depend on what the model has learned? The test of random parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wavedistill.attribution import attribute
from wavedistill.attribution.arrays import as_array
from wavedistill.attribution.entry import Method
from wavedistill.attribution.sampling import RandomState, generator
from wavedistill.checks import float_array, integer
from wavedistill.extras import load
from wavedistill.faithfulness.arguments import BasisLike, as_baseline, as_bases, as_scores
from wavedistill.faithfulness.measures import rank_correlation
from wavedistill.students.teachers import is_module

if TYPE_CHECKING:
    import torch

__all__ = ["ParameterRandomisation", "randomise_parameters"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ParameterRandomisation:
    """How alike attributions are of a model and of the same model with random weights.

    Parameters
    ----------
    correlations : dict of str to ndarray, shape (n, draws)
        Of each basis: Spearman's correlation of the scores of each example, for each random model.
    """

    correlations: Mapping[str, Array]

    def mean(self, basis: str) -> float:
        """The mean over examples and draws."""
        return float(self.correlations[basis].mean())

    def standard_error(self, basis: str) -> float:
        """Of the mean, over random models, which all examples share; NaN with fewer than two."""
        means = self.correlations[basis].mean(axis=0)
        return float(np.std(means, ddof=1) / np.sqrt(len(means))) if len(means) > 1 else np.nan

    def table(self) -> list[dict[str, Any]]:
        """A record for each basis."""
        return [
            {"basis": name, "correlation": self.mean(name), "standard_error": error}
            for name in self.correlations
            for error in [self.standard_error(name)]
        ]

    def __str__(self) -> str:
        """A line for each basis."""
        width = max(map(len, self.correlations))
        lines = (
            f"{each['basis']:{width}}  {each['correlation']:.3f} +- {each['standard_error']:.3f}"
            for each in self.table()
        )
        return "\n".join(
            ["Rank correlation with attributions of random parameters (0: none is left):", *lines]
        )


def randomise_parameters(
    model: torch.nn.Module,
    X: ArrayLike,
    basis: BasisLike | Sequence[BasisLike] | Mapping[str, BasisLike] = "samples",
    *,
    method: str | Method = "saliency",
    target: int | ArrayLike | None = None,
    baseline: float | ArrayLike = 0.0,
    absolute: bool = False,
    draws: int = 3,
    levels: int | None = None,
    mode: str | None = None,
    axes: int | Sequence[int] | None = None,
    batch_size: int = 256,
    device: str | torch.device | None = None,
    random_state: RandomState = 0,
    **parameters: Any,
) -> ParameterRandomisation:
    """Compare attributions with those of the same model with random weights.

    For each example, rho(a, a') is Spearman's correlation between the scores a of the trained model
    and a' of a model of the same architecture whose weights were drawn anew (Adebayo et al. 2018,
    Sanity checks for saliency maps). If it stays near 1, attributions show the architecture and the
    signal, not what was learned.

    Scores are as in `measure_faithfulness`: products of a coefficient and its multiplier. With
    ``absolute=True`` both models share the size of the coefficients, so that correlations are above
    0 even where nothing else is alike.

    Parameters
    ----------
    model : torch.nn.Module
        It is left as it was found.
    X : array_like, shape (n, ...)
    basis, baseline, levels, mode, axes, batch_size, device
        As for `measure_faithfulness`.
    method, target, **parameters
        As for `wavedistill.attribute`; one target for each example.
    absolute : bool
        Whether absolute values are compared.
    draws : int
        Random models.
    random_state : int, numpy.random.Generator or None

    Returns
    -------
    ParameterRandomisation

    Raises
    ------
    TypeError
        If `model` is no module: other functions have no parameters to draw anew.
    ValueError
        For what `wavedistill.attribute` and `measure_faithfulness` refuse.
    """
    if not is_module(model):
        raise TypeError(
            f"model is a {type(model).__name__}, and only the parameters of a torch.nn.Module can "
            "be drawn anew; give the module itself."
        )
    data = float_array(as_array(X), "X", min_ndim=2)
    count = integer(draws, "draws", minimum=1)
    bases = as_bases(basis, data.shape, levels, mode, axes)
    base = as_baseline(as_array(baseline), data)
    random = generator(random_state)
    predictions = load("wavedistill.attribution.predictions", "a PyTorch model", "torch")

    def scores(network: torch.nn.Module) -> dict[str, Any]:
        found = attribute(
            network,
            data,
            method,
            target=target,
            batch_size=batch_size,
            device=device,
            **parameters,
        )
        several = as_scores(found, bases, data, base)
        return {name: np.abs(each) if absolute else each for name, each in several.items()}

    own = scores(model)
    found: dict[str, list[Array]] = {name: [] for name in bases}
    for _ in range(count):
        other = scores(predictions.with_random_weights(model, int(random.integers(2**31))))
        for name, values in found.items():
            values.append(rank_correlation(own[name], other[name]))
    return ParameterRandomisation({name: np.stack(v, axis=1) for name, v in found.items()})
