"""What is read of a sub-band: a few numbers for each signal, and their derivatives.

A sub-band is a run of rows, one row per coefficient and one column per signal of a block. Each
function comes in a pair: one reads, the other puts the derivative of a weighted sum of the numbers
in place of the coefficients.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from wavedistill.checks import Floats

__all__ = ["ENERGY", "EVENTS", "LARGEST", "pool", "pool_gradient"]

#: Log of the mean square; largest, smallest, sum of positive and of negative parts over the root of
#: the length; the k largest.
ENERGY, EVENTS, LARGEST = 0, 1, 2
#: Added to the mean square, for signals of mean square 1.
_FLOOR = 1e-4


@njit(nogil=True)
def pool(band: Floats, reading: int, into: Any) -> None:
    """Read a band, shape (rows, lanes), into numbers of shape (lanes, numbers)."""
    rows, lanes = band.shape
    if reading == ENERGY:
        for lane in range(lanes):
            into[lane, 0] = 0.0
        for row in range(rows):
            for lane in range(lanes):
                into[lane, 0] += band[row, lane] * band[row, lane]
        for lane in range(lanes):
            into[lane, 0] = np.log(into[lane, 0] / rows + _FLOOR)
    elif reading == EVENTS:
        for lane in range(lanes):
            into[lane, 0], into[lane, 1] = band[0, lane], band[0, lane]
            into[lane, 2], into[lane, 3] = 0.0, 0.0
        for row in range(rows):
            for lane in range(lanes):
                c = band[row, lane]
                into[lane, 0] = max(into[lane, 0], c)
                into[lane, 1] = min(into[lane, 1], c)
                into[lane, 2] += max(c, 0.0)
                into[lane, 3] += min(c, 0.0)
        for lane in range(lanes):
            into[lane, 2] /= np.sqrt(rows)
            into[lane, 3] /= np.sqrt(rows)
    else:
        for lane in range(lanes):
            order = np.argsort(-band[:, lane], kind="mergesort")
            for rank in range(into.shape[1]):
                into[lane, rank] = band[order[rank], lane] if rank < rows else 0.0


@njit(nogil=True)
def pool_gradient(band: Floats, reading: int, cotangents: Any) -> None:
    """Replace a band by the derivative of sum_k cotangents[lane, k] * number k of each lane."""
    rows, lanes = band.shape
    kind = band.dtype.type
    if reading == ENERGY:
        for lane in range(lanes):
            total = 0.0
            for row in range(rows):
                total += band[row, lane] * band[row, lane]
            factor = kind(2 * cotangents[lane, 0] / (rows * (total / rows + _FLOOR)))
            for row in range(rows):
                band[row, lane] *= factor
    elif reading == EVENTS:
        for lane in range(lanes):
            top, bottom = 0, 0
            for row in range(rows):
                if band[row, lane] > band[top, lane]:
                    top = row
                if band[row, lane] < band[bottom, lane]:
                    bottom = row
            share = 1 / np.sqrt(rows)
            positive, negative = (
                kind(share * cotangents[lane, 2]),
                kind(share * cotangents[lane, 3]),
            )
            for row in range(rows):
                c = band[row, lane]
                band[row, lane] = positive if c > 0 else (negative if c < 0 else kind(0))
            band[top, lane] += kind(cotangents[lane, 0])
            band[bottom, lane] += kind(cotangents[lane, 1])
    else:
        for lane in range(lanes):
            order = np.argsort(-band[:, lane], kind="mergesort")
            for row in range(rows):
                band[row, lane] = kind(0)
            for rank in range(min(rows, cotangents.shape[1])):
                band[order[rank], lane] = kind(cotangents[lane, rank])
