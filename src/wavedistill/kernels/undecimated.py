"""One level of the undecimated filter bank, forward and backward.

Taps are some rows apart, and every row has a coefficient. Rows hold the lanes of a block.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels.compiling import FAST, inner
from wavedistill.kernels.taps import (
    TILE,
    correlate_four,
    correlate_two,
    filter_four,
    filter_two,
)

__all__ = [
    "add_filter_gradient_undecimated",
    "analyse_undecimated",
    "set_input_gradient_undecimated",
]

Array = NDArray[np.float64]


@inner(fastmath=FAST)
def analyse_undecimated(
    extended: Floats, apart: int, lowpass: Floats, highpass: Floats, low: Floats, high: Floats
) -> None:
    """Filter an input, extended at both ends, whose taps are `apart` values apart."""
    half = len(lowpass) // 2
    for begin in range(0, len(low), TILE):
        a, d = low[begin : begin + TILE], high[begin : begin + TILE]
        a[:] = 0
        d[:] = 0
        for k in range(0, half - 1, 2):
            at = begin + 2 * k * apart
            filter_four(extended, 2 * apart, apart, at, lowpass, highpass, 2 * k, a, d)
        if half % 2:
            at = begin + 2 * (half - 1) * apart
            filter_two(extended, apart, at, lowpass, highpass, a, d)


@inner(fastmath=FAST)
def add_filter_gradient_undecimated(
    extended: Floats,
    apart: int,
    low: Floats,
    high: Floats,
    lowpass_gradient: Array,
    highpass_gradient: Array,
) -> None:
    """Add the gradients by the filters, from the cotangents of approximation and detail."""
    half = len(lowpass_gradient) // 2
    for begin in range(0, len(low), TILE):
        a, d = low[begin : begin + TILE], high[begin : begin + TILE]
        for k in range(0, half - 1, 2):
            at = begin + 2 * k * apart
            sums = correlate_four(extended, 2 * apart, apart, at, a, d)
            for tap in range(4):
                lowpass_gradient[2 * k + tap] += sums[tap]
                highpass_gradient[2 * k + tap] += sums[4 + tap]
        if half % 2:
            at = begin + 2 * (half - 1) * apart
            pair = correlate_two(extended, apart, at, a, d)
            for tap in range(2):
                lowpass_gradient[2 * half - 2 + tap] += pair[tap]
                highpass_gradient[2 * half - 2 + tap] += pair[2 + tap]


@inner(fastmath=FAST)
def set_input_gradient_undecimated(
    low: Floats,
    high: Floats,
    first: int,
    apart: int,
    lowpass: Floats,
    highpass: Floats,
    gradient: Floats,
) -> None:
    """The gradient by the input, from cotangents that stand between zeros.

    `first` is where, in `low` and `high`, the cotangent lies that tap 0 carries to the first value
    of the input.
    """
    for begin in range(0, len(gradient), TILE):
        tile = gradient[begin : begin + TILE]
        tile[:] = 0
        for tap in range(0, len(lowpass), 2):
            h0, h1, g0, g1 = lowpass[tap], lowpass[tap + 1], highpass[tap], highpass[tap + 1]
            at = first + begin - tap * apart
            a0, d0 = low[at : at + len(tile)], high[at : at + len(tile)]
            a1 = low[at - apart : at - apart + len(tile)]
            d1 = high[at - apart : at - apart + len(tile)]
            for t in range(len(tile)):
                tile[t] += h0 * a0[t] + h1 * a1[t] + g0 * d0[t] + g1 * d1[t]
