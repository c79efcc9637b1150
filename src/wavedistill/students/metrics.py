"""How sparse a wavelet's representation is."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from wavedistill.checks import float_array, same_shape

__all__ = ["compression_factor"]


def compression_factor(
    coefficients: ArrayLike, attributions: ArrayLike, threshold: float = 1e-3
) -> float:
    """Share of coefficients whose magnitude and attribution both exceed a threshold (Sec 4.2).

    Parameters
    ----------
    coefficients : array_like
        Wavelet coefficients, of any shape, in the scale of the data.
    attributions : array_like
        Their attributions, in the same layout, as `Attributions.coefficients` gives them. Axes of
        length 1, such as that of a single channel, may be there in one and missing in the other.
    threshold : float
        For both; the paper's is 1e-3.

    Returns
    -------
    float
        Between 0 and 1; the smaller, the sparser.

    Raises
    ------
    ValueError
        For shapes that disagree, NaN or infinity, or a negative threshold.
    """
    values = float_array(coefficients, "coefficients")
    scores = float_array(attributions, "attributions")
    if [n for n in scores.shape if n > 1] == [n for n in values.shape if n > 1]:
        scores = scores.reshape(values.shape)
    same_shape(scores, values, "attributions", "coefficients")
    if not threshold >= 0:
        raise ValueError(f"threshold={threshold} must be at least 0.")
    return float(np.mean((np.abs(values) > threshold) & (np.abs(scores) > threshold)))
