"""A block of signals through the filter bank and back, while it is in the cache."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels.level import (
    FAST,
    analyse_level,
    extend,
    filter_gradient,
    fold,
    input_gradient,
)
from wavedistill.kernels.plan import Plan, PlanArrays

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
    margin = (len(lowpass) // 2 - 1) * width
    current = block.reshape(-1)
    levels = len(plan.phase_rows)
    if levels == 0:
        approximation[margin : margin + len(current)] = current
    for level in range(levels):
        level_phases = phases[plan.phase_start[level] * width : plan.phase_start[level + 1] * width]
        extend(current, width, plan, level, level_phases)
        outputs = plan.lengths[level + 1] * width
        start = plan.detail_start[level] * width + margin
        current = approximation[margin : margin + outputs]
        detail = details[start : start + outputs]
        analyse_level(level_phases, width, lowpass, highpass, current, detail)
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
    margin = (len(lowpass) // 2 - 1) * width
    for level in range(len(plan.phase_rows) - 1, -1, -1):
        level_phases = phases[plan.phase_start[level] * width : plan.phase_start[level + 1] * width]
        outputs = plan.lengths[level + 1] * width
        start = plan.detail_start[level] * width
        detail = details[start : start + outputs + 2 * margin]
        filter_gradient(
            level_phases,
            width,
            approximation[margin : margin + outputs],
            detail[margin : margin + outputs],
            lowpass_gradient,
            highpass_gradient,
        )
        if level == 0:
            return
        approximation[margin + outputs : 2 * margin + outputs] = 0
        level_gradient = gradient[: len(level_phases)]
        input_gradient(approximation, detail, width, lowpass, highpass, level_gradient)
        inner = plan.lengths[level] * width
        fold(level_gradient, width, plan, level, approximation[margin : margin + inner])
