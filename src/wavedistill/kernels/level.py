"""One level of the filter bank along one axis, forward and backward.

The axis runs over rows of `width` contiguous values: the lanes of a block of signals or, for the
first axis of images, whole image rows. A level keeps its extended input as two phases, even and odd
samples, so that filtering by a pair of taps is one multiply-add over contiguous memory, rows and
lanes together. Taps are taken four at a time, in tiles short enough for the first-level cache.

The functions here are compiled into those of `cpu`, in whose cache they end up: after a change to
this module alone, touch that one too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels.plan import PlanArrays

__all__ = ["FAST", "TILE", "analyse_level", "extend", "filter_gradient", "fold", "input_gradient"]

Array = NDArray[np.float64]

#: Values in a tile: a few such arrays fill the first-level cache.
TILE = 1024
#: In wide rows neighbouring taps share no values, so that a tile of each must fit.
STRIPE = 512
# Sums over lanes and time may be reordered (which vectorises them); NaN and infinity behave.
FAST = {"contract", "reassoc", "nsz"}


@njit(nogil=True, fastmath=FAST)
def extend(current: Floats, width: int, plan: PlanArrays, level: int, phases: Floats) -> None:
    """Split a level's input into phases and fill in the border."""
    rows, left = plan.phase_rows[level], plan.left[level]
    for row in range(plan.lengths[level]):
        sample = row + left
        to = ((sample & 1) * rows + (sample >> 1)) * width
        for lane in range(width):
            phases[to + lane] = current[row * width + lane]
    terms = range(plan.border_start[level], plan.border_start[level + 1])
    for term in terms:
        to = plan.border_target[term] * width
        phases[to : to + width] = 0
    for term in terms:
        to, source = plan.border_target[term] * width, plan.border_source[term] * width
        weight = phases.dtype.type(plan.border_weight[term])
        for lane in range(width):
            phases[to + lane] += weight * phases[source + lane]


@njit(nogil=True, fastmath=FAST)
def fold(gradient: Floats, width: int, plan: PlanArrays, level: int, current: Floats) -> None:
    """The transpose of `extend`."""
    for term in range(plan.border_start[level], plan.border_start[level + 1]):
        source, to = plan.border_target[term] * width, plan.border_source[term] * width
        weight = gradient.dtype.type(plan.border_weight[term])
        for lane in range(width):
            gradient[to + lane] += weight * gradient[source + lane]
    rows, left = plan.phase_rows[level], plan.left[level]
    for row in range(plan.lengths[level]):
        sample = row + left
        source = ((sample & 1) * rows + (sample >> 1)) * width
        for lane in range(width):
            current[row * width + lane] = gradient[source + lane]


@njit(nogil=True, fastmath=FAST)
def analyse_level(
    phases: Floats, width: int, lowpass: Floats, highpass: Floats, low: Floats, high: Floats
) -> None:
    """Filter the phases of a level into approximation and detail."""
    half = len(lowpass) // 2
    rows = len(phases) // 2
    for i in range(_tiles(len(low), width)):
        begin, end = _tile(i, len(low), width)
        a, d = low[begin:end], high[begin:end]
        a[:] = 0
        d[:] = 0
        for k in range(0, half - 1, 2):
            _filter_four(phases, width, rows, begin + k * width, lowpass, highpass, 2 * k, a, d)
        if half % 2:
            at = begin + (half - 1) * width
            _filter_two(phases, rows, at, lowpass, highpass, a, d)


@njit(nogil=True, fastmath=FAST)
def filter_gradient(
    phases: Floats,
    width: int,
    low: Floats,
    high: Floats,
    lowpass_gradient: Array,
    highpass_gradient: Array,
) -> None:
    """Add the gradients by the filters, from the cotangents of approximation and detail."""
    half = len(lowpass_gradient) // 2
    rows = len(phases) // 2
    for i in range(_tiles(len(low), width)):
        begin, end = _tile(i, len(low), width)
        a, d = low[begin:end], high[begin:end]
        for k in range(0, half - 1, 2):
            sums = _correlate_four(phases, width, rows, begin + k * width, a, d)
            for tap in range(4):
                lowpass_gradient[2 * k + tap] += sums[tap]
                highpass_gradient[2 * k + tap] += sums[4 + tap]
        if half % 2:
            pair = _correlate_two(phases, rows, begin + (half - 1) * width, a, d)
            for tap in range(2):
                lowpass_gradient[2 * half - 2 + tap] += pair[tap]
                highpass_gradient[2 * half - 2 + tap] += pair[2 + tap]


@njit(nogil=True, fastmath=FAST)
def input_gradient(
    low: Floats, high: Floats, width: int, lowpass: Floats, highpass: Floats, gradient: Floats
) -> None:
    """The gradient by the phases, from cotangents that stand between zeros.

    Of those there are N/2 - 1 rows, on either side.
    """
    half = len(lowpass) // 2
    margin = (half - 1) * width
    rows = len(gradient) // 2
    for i in range(_tiles(rows, width)):
        begin, end = _tile(i, rows, width)
        even, odd = gradient[begin:end], gradient[rows + begin : rows + end]
        even[:] = 0
        odd[:] = 0
        for k in range(0, half - 1, 2):
            at = begin + margin - k * width
            _spread_four(low, high, width, at, lowpass, highpass, 2 * k, even, odd)
        if half % 2:
            _spread_two(low, high, begin, lowpass, highpass, even, odd)


@njit(nogil=True)
def _tiles(size: int, width: int) -> int:
    """How many tiles there are in `size` values."""
    if width <= STRIPE:
        return -(-size // TILE)
    return size // width * -(-width // STRIPE)


@njit(nogil=True)
def _tile(i: int, size: int, width: int) -> tuple[int, int]:
    """Where a tile begins and ends: wide rows are taken stripe by stripe, each from top to end."""
    if width <= STRIPE:
        return i * TILE, min(i * TILE + TILE, size)
    rows = size // width
    stripe, row = i // rows, i % rows
    return row * width + stripe * STRIPE, row * width + min(stripe * STRIPE + STRIPE, width)


@njit(nogil=True, fastmath=FAST)
def _filter_four(
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
    """Add four taps' share to a tile of both outputs."""
    h0, h1, h2, h3 = lowpass[tap], lowpass[tap + 1], lowpass[tap + 2], lowpass[tap + 3]
    g0, g1, g2, g3 = highpass[tap], highpass[tap + 1], highpass[tap + 2], highpass[tap + 3]
    size, later, odd = len(low), at + width, odd + at
    x0, x1 = phases[at : at + size], phases[odd : odd + size]
    x2, x3 = phases[later : later + size], phases[odd + width : odd + width + size]
    for t in range(size):
        low[t] += h0 * x0[t] + h1 * x1[t] + h2 * x2[t] + h3 * x3[t]
        high[t] += g0 * x0[t] + g1 * x1[t] + g2 * x2[t] + g3 * x3[t]


@njit(nogil=True, fastmath=FAST)
def _filter_two(
    phases: Floats,
    odd: int,
    at: int,
    lowpass: Floats,
    highpass: Floats,
    low: Floats,
    high: Floats,
) -> None:
    """Add the last two taps' share to a tile of both outputs."""
    h0, h1, g0, g1 = lowpass[-2], lowpass[-1], highpass[-2], highpass[-1]
    size = len(low)
    x0, x1 = phases[at : at + size], phases[odd + at : odd + at + size]
    for t in range(size):
        low[t] += h0 * x0[t] + h1 * x1[t]
        high[t] += g0 * x0[t] + g1 * x1[t]


@njit(nogil=True, fastmath=FAST)
def _correlate_four(
    phases: Floats, width: int, odd: int, at: int, low: Floats, high: Floats
) -> tuple[Any, ...]:
    """A tile's share of the gradient by four taps of each filter."""
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


@njit(nogil=True, fastmath=FAST)
def _correlate_two(phases: Floats, odd: int, at: int, low: Floats, high: Floats) -> tuple[Any, ...]:
    """A tile's share of the gradient by the last two taps of each filter."""
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


@njit(nogil=True, fastmath=FAST)
def _spread_four(
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


@njit(nogil=True, fastmath=FAST)
def _spread_two(
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
