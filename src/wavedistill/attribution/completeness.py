"""Completeness: whether contributions sum to the change of the output from the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wavedistill.attribution.findings import Finding
from wavedistill.attribution.sampling import batches
from wavedistill.checks import float_array

if TYPE_CHECKING:
    from wavedistill.attribution.attributions import Attributions

__all__ = ["changes_of", "completeness", "contributions"]

#: Contributions that miss the change of the output by a twentieth of their magnitude no longer tell
#: how large a contribution is. Integrals of smooth models with 50 steps miss it by less than 1 %.
_LARGEST_GAP = 0.05
#: A tenth of the examples may be odd, as kinks of a model are.
_FEW = 0.1
#: Products that are not made to sum to the change of the output.
_INCOMPLETE = ("input_x_gradient",)
#: Examples multiplied at once.
_ROWS = 1024


def contributions(attributions: Attributions) -> tuple[NDArray[Any], NDArray[Any]]:
    """The sum of each row's contributions, and the sum of their magnitudes: zeros of no product."""
    multipliers, inputs = attributions.multipliers, attributions.inputs
    rows = multipliers.shape[attributions.baseline_axis]
    sums, magnitudes = np.zeros(rows), np.zeros(rows)
    if inputs is None:
        return sums, magnitudes
    for part in batches(rows, _ROWS):
        some: Any = (slice(None), part) if attributions.baseline_axis else part
        with np.errstate(over="ignore", invalid="ignore"):
            products = inputs[some] * multipliers[some]
            if attributions.baseline_axis:
                products = products.mean(axis=0)
            flat = products.reshape(products.shape[0], -1)
            sums[part] = flat.sum(axis=1, dtype=np.float64)
            magnitudes[part] = np.abs(flat).sum(axis=1, dtype=np.float64)
    return sums, magnitudes


def changes_of(
    attributions: Attributions, outputs: ArrayLike | None, baseline_outputs: ArrayLike | None
) -> NDArray[Any] | None:
    """f(x) - f(baseline) of each row, or None where it is not known."""
    if outputs is None or baseline_outputs is None:
        return None
    wanted = (len(attributions), attributions.targets)
    found = []
    for name, given in (("outputs", outputs), ("baseline_outputs", baseline_outputs)):
        array = float_array(np.atleast_1d(np.asarray(given)), name).astype(np.float64)
        table = array[:, None] if array.shape == wanted[:1] and wanted[1] == 1 else array
        if name == "outputs" and table.shape != wanted:
            shape = wanted if wanted[1] > 1 else wanted[:1]
            raise ValueError(
                f"outputs has shape {array.shape}, and the attributed outputs have shape {shape}; "
                "give for each example the output that was attributed."
            )
        try:
            found.append(np.broadcast_to(table, wanted).T.ravel())
        except ValueError:
            raise ValueError(
                f"baseline_outputs has shape {array.shape}; give one number, or an array of the "
                f"shape of outputs, {np.shape(outputs)}."
            ) from None
    return np.asarray(found[0] - found[1])


def completeness(
    attributions: Attributions,
    sums: NDArray[Any],
    magnitudes: NDArray[Any],
    changes: NDArray[Any] | None,
) -> Finding:
    """How far contributions are from summing to the changes of the output.

    Parameters
    ----------
    attributions : Attributions
    sums, magnitudes : ndarray, shape (rows,)
        Of `contributions`.
    changes : ndarray, shape (rows,), or None
        Of `changes_of`.
    """
    name, method = "completeness", attributions.method
    if attributions.inputs is None or method in _INCOMPLETE:
        text = f"{method} does not promise contributions that sum to the change of the output."
        return Finding(name, None, None, text)
    if changes is None:
        text = "it needs the model's outputs: check(outputs, baseline_outputs)."
        return Finding(name, None, None, text)
    scale = np.maximum(magnitudes, np.abs(changes))
    gaps = np.abs(sums - changes) / np.maximum(scale, np.finfo(np.float64).tiny)
    worst = float(np.quantile(gaps, 1 - _FEW))
    text = (
        f"the contributions of 90 % of the examples miss the change of the output by at most "
        f"{worst:.2g} of their magnitude"
    )
    if worst <= _LARGEST_GAP:
        return Finding(name, True, worst, f"{text}.")
    remedy = {
        "integrated_gradients": "Raise steps",
        "expected_gradients": "Raise n_samples",
        "deeplift": "Take 'integrated_gradients', which suits any model",
    }.get(method, "Take 'integrated_gradients'")
    return Finding(
        name,
        False,
        worst,
        f"{text} ({_LARGEST_GAP} is acceptable). {remedy}, and make sure that these are the "
        "outputs that were attributed: the same target, logits rather than probabilities, and the "
        "same baseline.",
    )
