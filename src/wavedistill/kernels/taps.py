"""The inner loops: a few taps of both filters over a tile of contiguous values.

The axis that is filtered runs over rows of `width` values, and its input stands split into even and
odd samples (its two phases), so that a tap is a multiply-add over rows and lanes together. Taps are
taken four at a time, in tiles short enough for the first-level cache.

The filters are those of one level: a row of each array of a `FilterPair`.
"""

from __future__ import annotations

from typing import Any

from wavedistill.checks import Floats
from wavedistill.kernels.compiling import FAST, inner

__all__ = [
    "TILE",
    "correlate_four",
    "correlate_two",
    "filter_four",
    "filter_two",
    "spread_four",
    "spread_two",
]

#: Values in a tile: a few such arrays fill the first-level cache.
TILE = 1024


@inner(fastmath=FAST)
def filter_four(
    phases: Floats,
    width: int,
    odd: int,
    at: int,
    lowpass: Floats,
    highpass: Floats,
    tap: int,
    low: Floats,
    high: Floats,
) -> None:
    """Add the share of four taps to a tile of both outputs."""
    h0, h1, h2, h3 = lowpass[tap], lowpass[tap + 1], lowpass[tap + 2], lowpass[tap + 3]
    g0, g1, g2, g3 = highpass[tap], highpass[tap + 1], highpass[tap + 2], highpass[tap + 3]
    size, later, odd = len(low), at + width, odd + at
    x0, x1 = phases[at : at + size], phases[odd : odd + size]
    x2, x3 = phases[later : later + size], phases[odd + width : odd + width + size]
    for t in range(size):
        low[t] += h0 * x0[t] + h1 * x1[t] + h2 * x2[t] + h3 * x3[t]
        high[t] += g0 * x0[t] + g1 * x1[t] + g2 * x2[t] + g3 * x3[t]


@inner(fastmath=FAST)
def filter_two(
    phases: Floats,
    odd: int,
    at: int,
    lowpass: Floats,
    highpass: Floats,
    low: Floats,
    high: Floats,
) -> None:
    """Add the share of the last two taps to a tile of both outputs."""
    h0, h1, g0, g1 = lowpass[-2], lowpass[-1], highpass[-2], highpass[-1]
    size = len(low)
    x0, x1 = phases[at : at + size], phases[odd + at : odd + at + size]
    for t in range(size):
        low[t] += h0 * x0[t] + h1 * x1[t]
        high[t] += g0 * x0[t] + g1 * x1[t]


@inner(fastmath=FAST)
def correlate_four(
    phases: Floats, width: int, odd: int, at: int, low: Floats, high: Floats
) -> tuple[Any, ...]:
    """Return the share of a tile in the gradients by four taps of each filter."""
    size, later, odd = len(low), at + width, odd + at
    x0, x1 = phases[at : at + size], phases[odd : odd + size]
    x2, x3 = phases[later : later + size], phases[odd + width : odd + width + size]
    zero = phases.dtype.type(0)
    a0, a1, a2, a3, d0, d1, d2, d3 = zero, zero, zero, zero, zero, zero, zero, zero
    for t in range(size):
        u, v = low[t], high[t]
        a0 += u * x0[t]
        a1 += u * x1[t]
        a2 += u * x2[t]
        a3 += u * x3[t]
        d0 += v * x0[t]
        d1 += v * x1[t]
        d2 += v * x2[t]
        d3 += v * x3[t]
    return a0, a1, a2, a3, d0, d1, d2, d3


@inner(fastmath=FAST)
def correlate_two(phases: Floats, odd: int, at: int, low: Floats, high: Floats) -> tuple[Any, ...]:
    """Return the share of a tile in the gradients by the last two taps of each filter."""
    size = len(low)
    x0, x1 = phases[at : at + size], phases[odd + at : odd + at + size]
    zero = phases.dtype.type(0)
    a0, a1, d0, d1 = zero, zero, zero, zero
    for t in range(size):
        u, v = low[t], high[t]
        a0 += u * x0[t]
        a1 += u * x1[t]
        d0 += v * x0[t]
        d1 += v * x1[t]
    return a0, a1, d0, d1


@inner(fastmath=FAST)
def spread_four(
    approximation: Floats,
    detail: Floats,
    width: int,
    at: int,
    lowpass: Floats,
    highpass: Floats,
    tap: int,
    even: Floats,
    odd: Floats,
) -> None:
    """Add to a tile of both phases what four taps carry back from the outputs."""
    h0, h1, h2, h3 = lowpass[tap], lowpass[tap + 1], lowpass[tap + 2], lowpass[tap + 3]
    g0, g1, g2, g3 = highpass[tap], highpass[tap + 1], highpass[tap + 2], highpass[tap + 3]
    size, before = len(even), at - width
    a0, a1 = approximation[at : at + size], approximation[before : before + size]
    d0, d1 = detail[at : at + size], detail[before : before + size]
    for t in range(size):
        even[t] += h0 * a0[t] + h2 * a1[t] + g0 * d0[t] + g2 * d1[t]
        odd[t] += h1 * a0[t] + h3 * a1[t] + g1 * d0[t] + g3 * d1[t]


@inner(fastmath=FAST)
def spread_two(
    approximation: Floats,
    detail: Floats,
    at: int,
    lowpass: Floats,
    highpass: Floats,
    even: Floats,
    odd: Floats,
) -> None:
    """Add to a tile of both phases what the last two taps carry back from the outputs."""
    h0, h1, g0, g1 = lowpass[-2], lowpass[-1], highpass[-2], highpass[-1]
    size = len(even)
    a0, d0 = approximation[at : at + size], detail[at : at + size]
    for t in range(size):
        even[t] += h0 * a0[t] + g0 * d0[t]
        odd[t] += h1 * a0[t] + g1 * d0[t]
