"""One level of the filter bank along one axis, forward and backward.

The axis runs over rows of `width` contiguous values: the lanes of a block of signals or, for the
first axis of images, whole image rows. A level keeps its extended input as two phases: first its
even samples, then its odd ones.
"""

from __future__ import annotations

from wavedistill.checks import Floats
from wavedistill.kernels.compiling import FAST, inner
from wavedistill.kernels.plan import AxisPlan
from wavedistill.kernels.taps import (
    TILE,
    correlate_four,
    correlate_two,
    filter_four,
    filter_two,
    spread_four,
    spread_two,
)

__all__ = ["add_filter_gradient", "analyse_level", "extend", "fold", "set_input_gradient"]

#: Values of a tile in rows wider than this: neighbouring taps then share no values, and the tiles
#: of all of them must fit into the first-level cache.
_STRIPE = 512


@inner(fastmath=FAST)
def copy(source: Floats, into: Floats) -> None:
    """Copy as many values. ``into[:] = source`` takes seconds to compile, for NumPy's message."""
    if len(source) != len(into):
        raise ValueError("values are copied into another number of values.")
    for t in range(len(source)):
        into[t] = source[t]


@inner(fastmath=FAST)
def extend(current: Floats, width: int, plan: AxisPlan, level: int, phases: Floats) -> None:
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


@inner(fastmath=FAST)
def fold(gradient: Floats, width: int, plan: AxisPlan, level: int, current: Floats) -> None:
    """Undo `extend` for cotangents: apply its transpose."""
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


@inner(fastmath=FAST)
def analyse_level(
    phases: Floats, width: int, lowpass: Floats, highpass: Floats, low: Floats, high: Floats
) -> None:
    """Filter the phases of a level into approximation and detail."""
    half = len(lowpass) // 2
    rows = len(phases) // 2
    for i in range(_count_tiles(len(low), width)):
        begin, end = _place_tile(i, len(low), width)
        a, d = low[begin:end], high[begin:end]
        a[:] = 0
        d[:] = 0
        for k in range(0, half - 1, 2):
            filter_four(phases, width, rows, begin + k * width, lowpass, highpass, 2 * k, a, d)
        if half % 2:
            at = begin + (half - 1) * width
            filter_two(phases, rows, at, lowpass, highpass, a, d)


@inner(fastmath=FAST)
def add_filter_gradient(
    phases: Floats,
    width: int,
    low: Floats,
    high: Floats,
    lowpass_gradient: Floats,
    highpass_gradient: Floats,
) -> None:
    """Add the gradients by the filters, from the cotangents of approximation and detail."""
    half = len(lowpass_gradient) // 2
    rows = len(phases) // 2
    for i in range(_count_tiles(len(low), width)):
        begin, end = _place_tile(i, len(low), width)
        a, d = low[begin:end], high[begin:end]
        for k in range(0, half - 1, 2):
            sums = correlate_four(phases, width, rows, begin + k * width, a, d)
            for tap in range(4):
                lowpass_gradient[2 * k + tap] += sums[tap]
                highpass_gradient[2 * k + tap] += sums[4 + tap]
        if half % 2:
            pair = correlate_two(phases, rows, begin + (half - 1) * width, a, d)
            for tap in range(2):
                lowpass_gradient[2 * half - 2 + tap] += pair[tap]
                highpass_gradient[2 * half - 2 + tap] += pair[2 + tap]


@inner(fastmath=FAST)
def set_input_gradient(
    low: Floats, high: Floats, width: int, lowpass: Floats, highpass: Floats, gradient: Floats
) -> None:
    """Set the gradient by the phases, from the cotangents of approximation and detail.

    Both have N/2 - 1 rows of zeros before and after the cotangents.
    """
    half = len(lowpass) // 2
    margin = (half - 1) * width
    rows = len(gradient) // 2
    for i in range(_count_tiles(rows, width)):
        begin, end = _place_tile(i, rows, width)
        even, odd = gradient[begin:end], gradient[rows + begin : rows + end]
        even[:] = 0
        odd[:] = 0
        for k in range(0, half - 1, 2):
            at = begin + margin - k * width
            spread_four(low, high, width, at, lowpass, highpass, 2 * k, even, odd)
        if half % 2:
            spread_two(low, high, begin, lowpass, highpass, even, odd)


@inner()
def _count_tiles(size: int, width: int) -> int:
    """Count the tiles in `size` values."""
    if width <= _STRIPE:
        return -(-size // TILE)
    return size // width * -(-width // _STRIPE)


@inner()
def _place_tile(i: int, size: int, width: int) -> tuple[int, int]:
    """Return where a tile begins and ends.

    Wide rows are taken stripe by stripe, each stripe from the first row to the last.
    """
    if width <= _STRIPE:
        return i * TILE, min(i * TILE + TILE, size)
    rows = size // width
    stripe, row = i // rows, i % rows
    return row * width + stripe * _STRIPE, row * width + min(stripe * _STRIPE + _STRIPE, width)
