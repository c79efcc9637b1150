"""Checks that attributions belong to the signals they are used with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from wavedistill.attribution.sampling import batches
from wavedistill.checks import Floats, dense_float_array

__all__ = ["require_inputs", "require_shape"]

#: How far inputs may be from X, as a share of the largest value: X may have changed its dtype.
_ROUNDING = 1e-4

#: Examples compared at once.
_ROWS = 1024


def require_shape(shape: Sequence[int], targets: int, X: ArrayLike) -> None:
    """Refuse attributions of another shape than X.

    Parameters
    ----------
    shape : sequence of int
        Of the examples that the attributions are of, (n, ...).
    targets : int
        How many targets there are for each example.
    X : array_like, shape (n, ...)

    Raises
    ------
    ValueError
    """
    signals = dense_float_array(X, "X")
    if signals.shape == tuple(shape):
        return
    each = f" for each of {targets} targets" if targets > 1 else ""
    remedy = ""
    if signals.size and signals.shape[1:] == tuple(shape[1:]):
        count, rest = divmod(shape[0], len(signals))
        remedy = " Select the attributions of these examples by attributions[rows]."
        if targets == 1 and count > 1 and rest == 0:
            remedy = (
                " Several targets come from attribute(..., target='all'); your own array of all "
                f"examples for each of {count} targets is Attributions(array, targets={count})."
            )
    raise ValueError(
        f"attributions have shape {tuple(shape)}{each} and X has shape {signals.shape}; they must "
        f"be the same, one multiplier for each value of X.{remedy}"
    )


def require_inputs(inputs: Floats, baseline: Floats, X: ArrayLike) -> None:
    """Refuse inputs of other examples than X.

    Parameters
    ----------
    inputs : ndarray, shape (targets * n, ...)
        X - baseline, repeated for each target.
    baseline : ndarray, shape () or (...)
    X : array_like, shape (n, ...)

    Raises
    ------
    ValueError
        If `inputs` + `baseline` is not X, apart from rounding.
    """
    signals = dense_float_array(X, "X")
    allowed = _ROUNDING * float(np.abs(signals).max())
    for start in range(0, len(inputs), len(signals)):
        for part in batches(len(signals), _ROWS):
            given = inputs[start + part.start : start + part.stop] + baseline
            gaps = np.abs(given - signals[part]).reshape(len(given), -1).max(axis=1)
            if gaps.max() > allowed:
                raise ValueError(
                    "attributions are of other examples than X: their inputs differ from X by up "
                    f"to {gaps.max():.3g}, at index {part.start + int(gaps.argmax())}. Give the "
                    "attributions of these examples, in this order and on this scale."
                )
