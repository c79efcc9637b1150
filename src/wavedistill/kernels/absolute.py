"""Sums of absolute coefficients; their derivatives (cotangents) take the place of the coefficients.

Sums run over a tile in the precision of the data, over tiles in float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wavedistill.checks import Floats
from wavedistill.kernels.compiling import FAST, inner
from wavedistill.kernels.taps import TILE

__all__ = ["replace_by_cofactors", "replace_by_signs"]


@inner(fastmath=FAST)
def replace_by_signs(coefficients: Floats) -> Any:
    """Replace coefficients by their signs and return the sum of their absolute values."""
    kind = coefficients.dtype.type
    total: Any = 0.0
    for start in range(0, len(coefficients), TILE):
        tile = coefficients[start : start + TILE]
        part = kind(0)
        for t in range(len(tile)):
            c = tile[t]
            part += abs(c)
            tile[t] = (kind(1) if c > 0 else kind(0)) - (kind(1) if c < 0 else kind(0))
        total += part
    return total


@inner(fastmath=FAST)
def replace_by_cofactors(first: Floats, second: Floats) -> Any:
    """Sum |mean_k first_k * second_k| and put its derivatives in place of the factors."""
    kind = first.dtype.type
    share = kind(1 / len(first))
    mean = np.empty(TILE, first.dtype)
    total: Any = 0.0
    for start in range(0, first.shape[1], TILE):
        size = min(TILE, first.shape[1] - start)
        mean[:size] = 0
        for k in range(len(first)):
            left, right = first[k, start : start + size], second[k, start : start + size]
            for t in range(size):
                mean[t] += left[t] * right[t]
        part = kind(0)
        for t in range(size):
            m = mean[t]
            part += abs(m)
            mean[t] = (share if m > 0 else kind(0)) - (share if m < 0 else kind(0))
        total += share * part
        for k in range(len(first)):
            left, right = first[k, start : start + size], second[k, start : start + size]
            for t in range(size):
                u = left[t]
                left[t] = mean[t] * right[t]
                right[t] = mean[t] * u
    return total
