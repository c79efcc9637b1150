"""A block of signals through the filter bank and back, while it is in the cache.

The loops over tiles stand here and not in `level`: where signals are short, its calls are a tenth
of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels.level import extend, fold
from wavedistill.kernels.plan import Plan, PlanArrays
from wavedistill.kernels.taps import (
    FAST,
    TILE,
    correlate_four,
    correlate_two,
    filter_four,
    filter_two,
    spread_four,
    spread_two,
)

__all__ = [
    "Lanes",
    "SignalPlan",
    "SignalSpace",
    "analyse_signals",
    "backpropagate_signals",
    "signals_plan",
    "signals_space",
]

Array = NDArray[np.float64]
#: The lanes of a block as a tuple of that many zeros: its length is known to the compiler.
Lanes = tuple[int, ...]


class SignalPlan(NamedTuple):
    """Where everything lies in the space of a block of signals."""

    along: PlanArrays


class SignalSpace(NamedTuple):
    """Memory for a block of signals of each baseline, shape (baselines, values)."""

    #: The extended input of each level, split into phases.
    phases: Floats
    #: The details of all levels, each between zeros.
    details: Floats
    #: The approximation of the level at hand, between zeros.
    approximation: Floats
    #: The gradient by the phases of the level at hand.
    gradient: Floats


def signals_plan(plans: Sequence[Plan]) -> SignalPlan:
    """The plan of the one transformed axis as the compiled kernel takes it."""
    return SignalPlan(plans[0].arrays)


def signals_space(
    plans: Sequence[Plan], taps: int, lanes: int, count: int, dtype: np.dtype[np.floating]
) -> SignalSpace:
    """Zeros for `count` blocks."""
    (plan,) = plans

    def zeros(rows: int) -> Floats:
        return np.zeros((count, int(rows) * lanes), dtype)

    return SignalSpace(
        phases=zeros(plan.arrays.phase_start[-1]),
        details=zeros(plan.arrays.detail_start[-1]),
        approximation=zeros(plan.approximation_rows),
        gradient=zeros(plan.gradient_rows),
    )


@njit(nogil=True, fastmath=FAST)
def analyse_signals(
    block: Floats,
    lanes: Lanes,
    lowpass: Floats,
    highpass: Floats,
    signal: SignalPlan,
    space: SignalSpace,
    baseline: int,
) -> None:
    """Fill the details and the approximation of a baseline with the coefficients of one block."""
    plan, details = signal.along, space.details[baseline]
    phases, approximation = space.phases[baseline], space.approximation[baseline]
    width, half = len(lanes), lowpass.shape[1] // 2
    margin = (half - 1) * width
    current = block.reshape(-1)
    levels = len(plan.phase_rows)
    if levels == 0:
        approximation[margin : margin + len(current)] = current
    for level in range(levels):
        h, g = lowpass[level], highpass[level]
        level_phases = phases[plan.phase_start[level] * width : plan.phase_start[level + 1] * width]
        extend(current, width, plan, level, level_phases)
        outputs = plan.lengths[level + 1] * width
        start = plan.detail_start[level] * width + margin
        detail = details[start : start + outputs]
        current = approximation[margin : margin + outputs]
        odd = plan.phase_rows[level] * width
        for begin in range(0, outputs, TILE):
            low, high = current[begin : begin + TILE], detail[begin : begin + TILE]
            low[:] = 0
            high[:] = 0
            for i in range(0, half - 1, 2):
                at = begin + i * width
                filter_four(level_phases, width, odd, at, h, g, 2 * i, low, high)
            if half % 2:
                filter_two(level_phases, odd, begin + margin, h, g, low, high)
    # What follows the approximation may be left over from a longer level.
    approximation[:margin] = 0
    approximation[margin + plan.lengths[levels] * width :] = 0


@njit(nogil=True, fastmath=FAST)
def backpropagate_signals(
    lanes: Lanes,
    lowpass: Floats,
    highpass: Floats,
    signal: SignalPlan,
    space: SignalSpace,
    baseline: int,
    lowpass_gradient: Array,
    highpass_gradient: Array,
) -> None:
    """Add the gradients by the filters, details and approximation holding the cotangents."""
    plan, details = signal.along, space.details[baseline]
    phases, approximation = space.phases[baseline], space.approximation[baseline]
    width = len(lanes)
    margin = (lowpass.shape[1] // 2 - 1) * width
    for level in range(len(plan.phase_rows) - 1, -1, -1):
        level_phases = phases[plan.phase_start[level] * width : plan.phase_start[level + 1] * width]
        outputs = plan.lengths[level + 1] * width
        start = plan.detail_start[level] * width
        detail = details[start : start + outputs + 2 * margin]
        inside = slice(margin, margin + outputs)
        _add_filter_gradient(
            level_phases,
            width,
            approximation[inside],
            detail[inside],
            lowpass_gradient[level],
            highpass_gradient[level],
        )
        if level == 0:
            return
        approximation[margin + outputs : 2 * margin + outputs] = 0
        gradient = space.gradient[baseline][: len(level_phases)]
        _spread(approximation, detail, width, lowpass[level], highpass[level], gradient)
        inner = plan.lengths[level] * width
        fold(gradient, width, plan, level, approximation[margin : margin + inner])


@njit(nogil=True, fastmath=FAST)
def _add_filter_gradient(
    phases: Floats,
    width: int,
    low: Floats,
    high: Floats,
    lowpass_gradient: Array,
    highpass_gradient: Array,
) -> None:
    half, odd = len(lowpass_gradient) // 2, len(phases) // 2
    for begin in range(0, len(low), TILE):
        a, d = low[begin : begin + TILE], high[begin : begin + TILE]
        for i in range(0, half - 1, 2):
            sums = correlate_four(phases, width, odd, begin + i * width, a, d)
            for tap in range(4):
                lowpass_gradient[2 * i + tap] += sums[tap]
                highpass_gradient[2 * i + tap] += sums[4 + tap]
        if half % 2:
            pair = correlate_two(phases, odd, begin + (half - 1) * width, a, d)
            for tap in range(2):
                lowpass_gradient[2 * half - 2 + tap] += pair[tap]
                highpass_gradient[2 * half - 2 + tap] += pair[2 + tap]


@njit(nogil=True, fastmath=FAST)
def _spread(
    approximation: Floats,
    detail: Floats,
    width: int,
    lowpass: Floats,
    highpass: Floats,
    gradient: Floats,
) -> None:
    """The gradient by the phases of a level."""
    half, rows = len(lowpass) // 2, len(gradient) // 2
    margin = (half - 1) * width
    for begin in range(0, rows, TILE):
        end = min(begin + TILE, rows)
        even, odd = gradient[begin:end], gradient[rows + begin : rows + end]
        even[:] = 0
        odd[:] = 0
        for i in range(0, half - 1, 2):
            at = begin + margin - i * width
            spread_four(approximation, detail, width, at, lowpass, highpass, 2 * i, even, odd)
        if half % 2:
            spread_two(approximation, detail, begin, lowpass, highpass, even, odd)
