"""The arrays that a fit is given: which terms of the objective they make, and their scales."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import ArrayLike

from wavedistill.attribution import Attributions
from wavedistill.checks import Floats, float_array

__all__ = ["as_attributions", "mean_magnitude", "term_arrays"]


def as_attributions(value: Attributions | ArrayLike | None) -> Attributions | None:
    """Attributions as they are, or made of an array of multipliers."""
    if value is None or isinstance(value, Attributions):
        return value
    return Attributions(float_array(value, "attributions"), None, "multipliers")


def term_arrays(
    signals: Floats,
    attributions: Attributions | None,
    sparsity: float,
    interpretation: float,
    axis: int,
) -> dict[str, tuple[Floats, Floats | None]]:
    """The arrays of each term of the objective that counts, checked against one another.

    Returns
    -------
    dict
        Under ``"sparsity"`` the signals, under ``"interpretation"`` the multipliers, each with the
        inputs that they are multiplied by in the wavelet domain, or None.

    Raises
    ------
    ValueError
        For shapes that disagree, arrays that are zero everywhere, and where no term is left.
    """
    terms: dict[str, tuple[Floats, Floats | None]] = {}
    if sparsity > 0:
        if not signals.any():
            raise ValueError("X is zero everywhere; there is nothing to learn from it.")
        terms["sparsity"] = (signals, None)
    if attributions is not None:
        _check_multipliers(attributions, signals, axis)
        if interpretation > 0:
            terms["interpretation"] = (attributions.multipliers, attributions.inputs)
    if not terms:
        raise ValueError(
            "sparsity=0 and attributions=None leave nothing to minimise; pass attributions, or set "
            "sparsity to 1."
        )
    return terms


def _check_multipliers(attributions: Attributions, signals: Floats, axis: int) -> None:
    multipliers = attributions.multipliers
    # Attributions of several targets hold every example once for each of them.
    if multipliers.shape[1:] != signals.shape[1:] or len(multipliers) % len(signals):
        raise ValueError(
            f"attributions have shape {multipliers.shape} and X has shape {signals.shape}; they "
            "must be the same, one multiplier for each value of X."
        )
    if not multipliers.any():
        raise ValueError(
            f"the multipliers are zero everywhere ({multipliers.size} values): the teacher's "
            "output does not depend on these signals. Check the target and the teacher, or pass "
            "attributions=None."
        )
    if multipliers.shape[axis] > 1 and not np.ptp(multipliers, axis=axis).any():
        warnings.warn(
            "the multipliers are constant along the signals: the teacher seems to see their mean "
            "alone, which says little about a wavelet.",
            stacklevel=5,
        )


def mean_magnitude(signals: Floats, inputs: Floats | None) -> float:
    """Mean absolute value, of the signals or of their products with the inputs."""
    values = signals if inputs is None else signals * inputs
    scale = float(np.abs(values).mean(dtype=np.float64))
    if scale == 0:
        raise ValueError(
            "the attributions (inputs x multipliers) are zero everywhere; check the baseline."
        )
    return scale
