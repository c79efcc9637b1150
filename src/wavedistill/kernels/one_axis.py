"""A block of signals through the filter bank and back, while it is in the cache.

The loops over tiles stand here and are not calls of `level`: where signals are short, such calls
take a tenth of the time.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from wavedistill.checks import Floats
from wavedistill.kernels.filterbank import FilterBank, FilterPair, Lanes, select_level
from wavedistill.kernels.level import copy, extend, fold
from wavedistill.kernels.plan import AxisPlan, Integers, plan_axis, stack_starts
from wavedistill.kernels.taps import (
    TILE,
    correlate_four,
    correlate_two,
    filter_four,
    filter_two,
    spread_four,
    spread_two,
)
from wavedistill.modes import Mode

__all__ = [
    "SignalPlan",
    "SignalSpace",
    "analyse_signals",
    "backpropagate_signals",
    "plan_signals",
]


class SignalPlan(NamedTuple):
    """The plan of a transform of signals; a row is one sample of all lanes of a block."""

    axis: AxisPlan
    #: Where the phases of each level begin, in rows (levels + 1).
    phase_start: Integers
    #: Where the details of each level begin, in rows, with their margins (levels + 1).
    detail_start: Integers
    #: Values per lane of each array of a `SignalSpace`, in their order.
    space_sizes: tuple[int, ...]


class SignalSpace(NamedTuple):
    """What a block works with, for each of several baselines: arrays (baselines, values).

    A margin is N/2 - 1 rows of zeros before and after the coefficients, which the way back needs.
    """

    #: The extended inputs of all levels.
    phases: Floats
    #: The details of all levels, then their cotangents, with margins.
    details: Floats
    #: The approximation of the current level, then its cotangents, with margins.
    approximation: Floats
    #: The gradient by the phases of the current level.
    gradient: Floats


@lru_cache(maxsize=256)
def plan_signals(
    sizes: tuple[int], taps: int, levels: int, mode: Mode, adjoint: bool
) -> SignalPlan:
    """Plan the transform of signals of one length; see `plan_axis`."""
    axis = plan_axis(*sizes, taps, levels, mode, adjoint)
    phase_start = stack_starts(2 * axis.phase_rows)
    detail_start = stack_starts(axis.lengths[1:] + taps - 2)
    space_sizes = (
        int(phase_start[-1]),
        int(detail_start[-1]),
        int(max(axis.lengths[1:], default=axis.lengths[0])) + taps - 2,
        2 * int(max(axis.phase_rows[1:], default=0)),
    )
    return SignalPlan(axis, phase_start, detail_start, space_sizes)


def analyse_signals(
    block: Floats,
    lanes: Lanes,
    bank: FilterBank[SignalPlan, SignalSpace],
    baseline: int,
) -> None:
    """Fill details and approximation of a baseline with the coefficients of one block."""
    filters, plan, space = bank
    details, approximation = space.details[baseline], space.approximation[baseline]
    axis = plan.axis
    width = len(lanes)
    half = filters.lowpass.shape[1] // 2
    margin = (half - 1) * width
    current = block.reshape(-1)
    levels = len(axis.phase_rows)
    if levels == 0:
        copy(current, approximation[margin : margin + len(current)])
    for level in range(levels):
        lowpass, highpass = select_level(filters, level)
        phases = space.phases[
            baseline, plan.phase_start[level] * width : plan.phase_start[level + 1] * width
        ]
        extend(current, width, axis, level, phases)
        outputs = axis.lengths[level + 1] * width
        start = plan.detail_start[level] * width + margin
        detail = details[start : start + outputs]
        current = approximation[margin : margin + outputs]
        odd = axis.phase_rows[level] * width
        for begin in range(0, outputs, TILE):
            low, high = current[begin : begin + TILE], detail[begin : begin + TILE]
            low[:] = 0
            high[:] = 0
            for i in range(0, half - 1, 2):
                at = begin + i * width
                filter_four(phases, width, odd, at, lowpass, highpass, 2 * i, low, high)
            if half % 2:
                filter_two(phases, odd, begin + margin, lowpass, highpass, low, high)
    # What follows the approximation may be left over from a longer level.
    approximation[:margin] = 0
    approximation[margin + axis.lengths[levels] * width :] = 0


def backpropagate_signals(
    lanes: Lanes,
    bank: FilterBank[SignalPlan, SignalSpace],
    baseline: int,
    gradients: FilterPair,
) -> None:
    """Add the gradients by the filters; details and approximation hold the cotangents."""
    filters, plan, space = bank
    details, approximation = space.details[baseline], space.approximation[baseline]
    axis = plan.axis
    width = len(lanes)
    half = filters.lowpass.shape[1] // 2
    margin = (half - 1) * width
    for level in range(len(axis.phase_rows) - 1, -1, -1):
        by_lowpass, by_highpass = select_level(gradients, level)
        phases = space.phases[
            baseline, plan.phase_start[level] * width : plan.phase_start[level + 1] * width
        ]
        outputs = axis.lengths[level + 1] * width
        start = plan.detail_start[level] * width
        detail = details[start : start + outputs + 2 * margin]
        rows = axis.phase_rows[level] * width
        for begin in range(0, outputs, TILE):
            end = min(begin + TILE, outputs)
            low = approximation[margin + begin : margin + end]
            high = detail[margin + begin : margin + end]
            for i in range(0, half - 1, 2):
                sums = correlate_four(phases, width, rows, begin + i * width, low, high)
                for tap in range(4):
                    by_lowpass[2 * i + tap] += sums[tap]
                    by_highpass[2 * i + tap] += sums[4 + tap]
            if half % 2:
                pair = correlate_two(phases, rows, begin + margin, low, high)
                for tap in range(2):
                    by_lowpass[2 * half - 2 + tap] += pair[tap]
                    by_highpass[2 * half - 2 + tap] += pair[2 + tap]
        if level == 0:
            return
        lowpass, highpass = select_level(filters, level)
        approximation[margin + outputs : 2 * margin + outputs] = 0
        gradient = space.gradient[baseline, : 2 * rows]
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
        inner = axis.lengths[level] * width
        fold(gradient, width, axis, level, approximation[margin : margin + inner])
