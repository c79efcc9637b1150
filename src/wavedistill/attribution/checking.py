"""Checks of attributions that tell whether a distillation can trust them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wavedistill.attribution.completeness import changes_of, completeness, contributions
from wavedistill.attribution.findings import AttributionCheck, Finding
from wavedistill.attribution.sampling import batches
from wavedistill.checks import Floats, signal_axes

if TYPE_CHECKING:
    from wavedistill.attribution.attributions import Attributions

__all__ = ["LARGEST_ERROR", "check_attributions", "flat_share", "relative_errors"]

#: A standard error above a third of the gradient: twice the error, the usual interval, then reaches
#: two thirds of what it should tell from zero.
LARGEST_ERROR = 1 / 3
#: A tenth of the examples may be odd, as kinks of a model and outliers are.
_FEW = 0.1
#: Most of the examples.
_MOST = 0.5
#: The first position is odd if it outweighs every other so many times. Gradients of LSTMs and GRUs
#: that fade over time fall by a factor of 1.1 to 2.6 from one step to the next.
_ODD_RATIO = 3.0
#: With fewer positions than this, none is odd.
_FEWEST_POSITIONS = 4
#: An example whose multipliers are this small a share of the mean adds nothing to a distillation,
#: which sums their magnitudes.
_VANISHED = 1e-3
#: What varies by less than this share of the largest value is constant: rounding of float32.
_FLAT = 1e-6
#: Examples measured at once.
_ROWS = 1024
#: Methods that draw samples and keep no standard error.
_SAMPLED = ("expected_gradients", "smoothgrad")


def check_attributions(
    attributions: Attributions,
    outputs: ArrayLike | None,
    baseline_outputs: ArrayLike | None,
    axes: int | Sequence[int],
) -> AttributionCheck:
    """Look at attributions; `Attributions.check` has the arguments."""
    along = signal_axes(attributions.shape, axes)
    # Examples first, baselines (one if there is no axis of them) second, then the axes of X.
    multipliers = np.moveaxis(attributions.multipliers, int(attributions.baseline_axis), 0)
    if not attributions.baseline_axis:
        multipliers = multipliers[:, None]
    sums, magnitudes = contributions(attributions)
    finite = _finite(multipliers, magnitudes)
    changes = changes_of(attributions, outputs, baseline_outputs)
    if not finite.ok:
        names = ("completeness", "first and last step", "flat multipliers", "vanished multipliers")
        text = "not before all values are finite."
        rest = [Finding(name, None, None, text) for name in (*names, "standard errors")]
        return AttributionCheck(attributions.method, (finite, *rest))
    findings = (
        finite,
        completeness(attributions, sums, magnitudes, changes),
        _ends(multipliers, along),
        _flatness(multipliers, along),
        _vanished(multipliers),
        _standard_errors(attributions),
    )
    return AttributionCheck(attributions.method, findings)


def relative_errors(mean: Floats, error: Floats) -> tuple[NDArray[Any], NDArray[Any]]:
    """Root mean squares of gradients and of their standard errors, each of shape (targets,).

    Parameters
    ----------
    mean, error : ndarray, shape (targets, ...)
    """
    sizes, errors = (np.sqrt((a**2).reshape(len(a), -1).mean(axis=1)) for a in (mean, error))
    return sizes, errors


def flat_share(multipliers: Floats, along: Sequence[int]) -> float:
    """The share of examples, of those with any multipliers, for which they are constant.

    Parameters
    ----------
    multipliers : ndarray, shape (rows, ...)
    along : sequence of int
        The axes along which they are constant, as non-negative numbers.
    """
    flat, present = 0, 0
    if all(multipliers.shape[axis] == 1 for axis in along):
        return 0.0
    for part in batches(len(multipliers), _ROWS):
        rows = multipliers[part]
        spans = np.ptp(rows, axis=tuple(along)).reshape(len(rows), -1).max(axis=1)
        largest = np.abs(rows).reshape(len(rows), -1).max(axis=1)
        present += int((largest > 0).sum())
        flat += int(((spans <= _FLAT * largest) & (largest > 0)).sum())
    return flat / present if present else 0.0


def _finite(multipliers: Floats, magnitudes: NDArray[Any]) -> Finding:
    bad = np.concatenate(
        [
            ~np.isfinite(multipliers[part]).all(axis=tuple(range(1, multipliers.ndim)))
            for part in batches(len(multipliers), _ROWS)
        ]
    )
    count = int((bad | ~np.isfinite(magnitudes)).sum())
    if count == 0:
        return Finding("finite values", True, 0.0, "all multipliers and contributions are finite.")
    return Finding(
        "finite values",
        False,
        float(count),
        f"{count} of {len(bad)} examples have multipliers, or products with the inputs, that are "
        "NaN or infinite. Leave these examples out, or run the model in float64.",
    )


def _ends(multipliers: Floats, along: tuple[int, ...]) -> Finding:
    name, axis = "first and last step", along[0] + 1
    if len(along) > 1:
        return Finding(name, None, None, "it is a check of signals, and these have several axes.")
    if multipliers.shape[axis] < _FEWEST_POSITIONS:
        text = f"the signals have fewer than {_FEWEST_POSITIONS} samples."
        return Finding(name, None, None, text)
    sizes = _profiles(multipliers, axis)
    sizes = sizes[sizes.any(axis=1)]
    shares = {}
    for where, profile in (("first", sizes), ("last", sizes[:, ::-1])):
        odd = profile[:, 0] > _ODD_RATIO * profile[:, 1:].max(axis=1)
        shares[where] = float(odd.mean()) if len(odd) else 0.0
    where = max(shares, key=lambda key: shares[key])
    share = shares[where]
    text = (
        f"in {share:.0%} of the examples the {where} position outweighs every other "
        f"{_ODD_RATIO:g} times"
    )
    if share <= _MOST:
        return Finding(name, True, share, f"{text}.")
    return Finding(
        name,
        False,
        share,
        f"{text}. The model answers by this step rather than by the signal, as recurrent networks "
        "do that have just begun there or are read out there. Read the network out over all steps "
        f"(a mean or a maximum), or leave the {where} sample out of X and of the attributions.",
    )


def _profiles(multipliers: Floats, axis: int) -> NDArray[Any]:
    """The mean magnitude at each position, shape (rows, length)."""
    others = tuple(a for a in range(1, multipliers.ndim) if a != axis)
    return np.concatenate(
        [
            np.abs(multipliers[part]).mean(axis=others, dtype=np.float64)
            for part in batches(len(multipliers), _ROWS)
        ]
    )


def _flatness(multipliers: Floats, along: tuple[int, ...]) -> Finding:
    share = flat_share(multipliers, [axis + 1 for axis in along])
    text = f"the multipliers of {share:.0%} of the examples are constant along the signal"
    if share <= _MOST:
        return Finding("flat multipliers", True, share, f"{text}.")
    return Finding(
        "flat multipliers",
        False,
        share,
        f"{text}: the model seems to see nothing but the mean of the signal, which says little "
        "about a wavelet. Check that it is the trained model, and that it does not average before "
        "its first nonlinear layer.",
    )


def _vanished(multipliers: Floats) -> Finding:
    name = "vanished multipliers"
    sizes = _profiles(multipliers[:, None], 1).ravel()
    if not sizes.any():
        text = "all multipliers are zero: the output does not depend on these signals."
        return Finding(name, False, 1.0, f"{text} Check the target and the model.")
    share = float((sizes < _VANISHED * sizes.mean()).mean())
    text = f"the multipliers of {share:.0%} of the examples are below a thousandth of the mean"
    if share <= _FEW:
        return Finding(name, True, share, f"{text}.")
    return Finding(
        name,
        False,
        share,
        f"{text}: the output is saturated there, and a distillation hears only the other examples. "
        "Attribute logits rather than probabilities, take method='integrated_gradients', or teach "
        "by outputs (DistilledClassifier), which needs no gradients.",
    )


def _standard_errors(attributions: Attributions) -> Finding:
    name, errors = "standard errors", attributions.standard_error
    if errors is None:
        drawn = attributions.method in _SAMPLED
        text = (
            f"{attributions.method} draws samples and keeps no standard error; another "
            "random_state shows how much it varies."
            if drawn
            else f"{attributions.method} is not an estimate from samples, as far as is known."
        )
        return Finding(name, None, None, text)
    rows = (attributions.targets, -1)
    sizes, deviations = relative_errors(
        attributions.multipliers.reshape(rows).astype(np.float64),
        errors.reshape(rows).astype(np.float64),
    )
    ratio = float((deviations / np.maximum(sizes, np.finfo(np.float64).tiny)).max())
    text = f"the standard error is {ratio:.2g} of the multipliers (root mean squares)"
    if ratio <= LARGEST_ERROR:
        return Finding(name, True, ratio, f"{text}.")
    return Finding(
        name,
        False,
        ratio,
        f"{text}; below a third of them, they can be told from chance. Give more n_samples (4 "
        "times as many halve the error) or more noise.",
    )
