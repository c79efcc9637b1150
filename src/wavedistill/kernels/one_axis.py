"""A block of signals through the filter bank and back, while it is in the cache.

The loops over tiles stand here and not in `level`: where signals are short, its calls are a tenth
of the time.
"""

from __future__ import annotations

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

__all__ = ["analyse_signals", "backpropagate_signals", "signals_workspace"]

Array = NDArray[np.float64]
#: The lanes of a block as a tuple of that many zeros: its length is known to the compiler.
Lanes = tuple[int, ...]
Workspace = tuple[Floats, ...]


def signals_workspace(
    plan: Plan, lanes: int, count: int, dtype: np.dtype[np.floating]
) -> Workspace:
    """Phases, details, approximation and the phases' gradient of `count` blocks, all zero."""
    rows = (
        plan.arrays.phase_start[-1],
        plan.arrays.detail_start[-1],
        plan.approximation_rows,
        plan.gradient_rows,
    )
    return tuple(np.zeros((count, int(size) * lanes), dtype) for size in rows)


@njit(nogil=True, fastmath=FAST)
def analyse_signals(
    block: Floats,
    lanes: Lanes,
    lowpass: Floats,
    highpass: Floats,
    plan: PlanArrays,
    space: Workspace,
    k: int,
) -> None:
    """Fill the k-th details and approximation with the coefficients of one block."""
    phases, details, approximation = space[0][k], space[1][k], space[2][k]
    width = len(lanes)
    half = len(lowpass) // 2
    margin = (half - 1) * width
    current = block.reshape(-1)
    levels = len(plan.phase_rows)
    if levels == 0:
        approximation[margin : margin + len(current)] = current
    for level in range(levels):
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
                filter_four(level_phases, width, odd, at, lowpass, highpass, 2 * i, low, high)
            if half % 2:
                filter_two(level_phases, odd, begin + margin, lowpass, highpass, low, high)
    # What follows the approximation may be left over from a longer level.
    approximation[:margin] = 0
    approximation[margin + plan.lengths[levels] * width :] = 0


@njit(nogil=True, fastmath=FAST)
def backpropagate_signals(
    lanes: Lanes,
    lowpass: Floats,
    highpass: Floats,
    plan: PlanArrays,
    space: Workspace,
    k: int,
    lowpass_gradient: Array,
    highpass_gradient: Array,
) -> None:
    """Add the gradients by the filters, details and approximation holding the cotangents."""
    phases, details, approximation, gradient = space[0][k], space[1][k], space[2][k], space[3][k]
    width = len(lanes)
    half = len(lowpass) // 2
    margin = (half - 1) * width
    for level in range(len(plan.phase_rows) - 1, -1, -1):
        level_phases = phases[plan.phase_start[level] * width : plan.phase_start[level + 1] * width]
        outputs = plan.lengths[level + 1] * width
        start = plan.detail_start[level] * width
        detail = details[start : start + outputs + 2 * margin]
        rows = plan.phase_rows[level] * width
        for begin in range(0, outputs, TILE):
            end = min(begin + TILE, outputs)
            low = approximation[margin + begin : margin + end]
            high = detail[margin + begin : margin + end]
            for i in range(0, half - 1, 2):
                at = begin + i * width
                sums = correlate_four(level_phases, width, rows, at, low, high)
                for k in range(4):
                    lowpass_gradient[2 * i + k] += sums[k]
                    highpass_gradient[2 * i + k] += sums[4 + k]
            if half % 2:
                a, b, c, d = correlate_two(level_phases, rows, begin + margin, low, high)
                lowpass_gradient[2 * half - 2] += a
                lowpass_gradient[2 * half - 1] += b
                highpass_gradient[2 * half - 2] += c
                highpass_gradient[2 * half - 1] += d
        if level == 0:
            return
        approximation[margin + outputs : 2 * margin + outputs] = 0
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
        inner = plan.lengths[level] * width
        fold(gradient[: 2 * rows], width, plan, level, approximation[margin : margin + inner])
