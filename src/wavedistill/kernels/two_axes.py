"""A block of images through the filter bank and back.

A level first filters along the first axis, where whole image rows are what is contiguous, and then
along the second, row by row: each row is short enough for the first-level cache, and its phases
are made anew on the way back.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels.level import (
    analyse_level,
    extend,
    filter_gradient,
    fold,
    input_gradient,
)
from wavedistill.kernels.one_axis import Lanes, Workspace
from wavedistill.kernels.plan import Plan, PlanArrays
from wavedistill.kernels.taps import FAST

__all__ = ["ImagePlan", "analyse_images", "backpropagate_images", "images_workspace"]

Array = NDArray[np.float64]
#: Along the first axis, and along the second.
ImagePlan = tuple[PlanArrays, PlanArrays]


def images_workspace(
    down: Plan, across: Plan, taps: int, lanes: int, count: int, dtype: np.dtype[np.floating]
) -> Workspace:
    """Zeros for `count` blocks: what each level works with, and the memory of a single row.

    They are the phases of the first axis, details, approximation, the phases' gradient, both
    outputs of the first axis with the zeros around them, and a row's phases, their gradient and
    its two outputs with the zeros around them.
    """
    heights, widths = down.arrays.lengths, across.arrays.lengths
    margins = taps - 2
    phases = 2 * down.arrays.phase_rows * widths[:-1]
    bands = heights[1:] * widths[1:]
    lines = 4 * across.arrays.phase_rows + 2 * (widths[1:] + margins)
    sizes = (
        phases.sum(),
        3 * bands.sum(),
        max(bands, default=heights[0] * widths[0]),
        max(phases[1:], default=0),
        (2 * (heights[1:] + margins) * widths[:-1]).sum(),
        max(lines, default=0),
    )
    return tuple(np.zeros((count, int(size) * lanes), dtype) for size in sizes)


@njit(nogil=True, fastmath=FAST)
def analyse_images(
    block: Floats,
    lanes: Lanes,
    lowpass: Floats,
    highpass: Floats,
    plan: ImagePlan,
    space: Workspace,
    k: int,
) -> None:
    """Fill the k-th details and approximation with the coefficients of one block."""
    phases, details, approximation = space[0][k], space[1][k], space[2][k]
    halves, scratch = space[4][k], space[5][k]
    depth = len(lanes)
    down, across = plan
    margin = len(lowpass) // 2 - 1
    current = block.reshape(-1)
    if len(down.phase_rows) == 0:
        approximation[:] = current
    phase, half, detail = 0, 0, 0
    for level in range(len(down.phase_rows)):
        width, line = across.lengths[level] * depth, across.lengths[level + 1] * depth
        height = down.lengths[level + 1]
        level_phases = phases[phase : phase + 2 * down.phase_rows[level] * width]
        phase += len(level_phases)
        extend(current, width, down, level, level_phases)
        whole = (height + 2 * margin) * width
        low = halves[half + margin * width : half + whole - margin * width]
        high = halves[half + whole + margin * width : half + 2 * whole - margin * width]
        half += 2 * whole
        analyse_level(level_phases, width, lowpass, highpass, low, high)
        band = height * line
        bands = details[detail : detail + 3 * band]
        detail += 3 * band
        current = approximation[:band]
        for part, into_low, into_high in (
            (low, current, bands[:band]),
            (high, bands[band : 2 * band], bands[2 * band :]),
        ):
            _analyse_rows(
                part, depth, lowpass, highpass, across, level, scratch, into_low, into_high
            )
    # What follows the approximation is left over from a larger level.
    approximation[len(current) :] = 0


@njit(nogil=True, fastmath=FAST)
def _analyse_rows(
    part: Floats,
    depth: int,
    lowpass: Floats,
    highpass: Floats,
    across: PlanArrays,
    level: int,
    scratch: Floats,
    low: Floats,
    high: Floats,
) -> None:
    """Filter what came out of the first axis along the second, row by row."""
    width, line = across.lengths[level] * depth, across.lengths[level + 1] * depth
    line_phases = scratch[: 2 * across.phase_rows[level] * depth]
    line_phases[:] = 0
    for row in range(len(part) // width):
        extend(part[row * width : (row + 1) * width], depth, across, level, line_phases)
        here = slice(row * line, (row + 1) * line)
        analyse_level(line_phases, depth, lowpass, highpass, low[here], high[here])


@njit(nogil=True, fastmath=FAST)
def backpropagate_images(
    lanes: Lanes,
    lowpass: Floats,
    highpass: Floats,
    plan: ImagePlan,
    space: Workspace,
    k: int,
    lowpass_gradient: Array,
    highpass_gradient: Array,
) -> None:
    """Add the gradients by the filters, details and approximation holding the cotangents."""
    phases, details, approximation, gradient = space[0][k], space[1][k], space[2][k], space[3][k]
    halves, scratch = space[4][k], space[5][k]
    depth = len(lanes)
    down, across = plan
    margin = len(lowpass) // 2 - 1
    phase, half, detail = len(phases), len(halves), len(details)
    for level in range(len(down.phase_rows) - 1, -1, -1):
        width, line = across.lengths[level] * depth, across.lengths[level + 1] * depth
        height = down.lengths[level + 1]
        whole, band = (height + 2 * margin) * width, height * line
        half -= 2 * whole
        low, high = halves[half : half + whole], halves[half + whole : half + 2 * whole]
        detail -= 3 * band
        bands = details[detail : detail + 3 * band]
        rows = slice(margin * width, whole - margin * width)
        for part, cotangents, other in (
            (low[rows], approximation[:band], bands[:band]),
            (high[rows], bands[band : 2 * band], bands[2 * band :]),
        ):
            _backpropagate_rows(
                part,
                cotangents,
                other,
                depth,
                lowpass,
                highpass,
                across,
                level,
                scratch,
                lowpass_gradient,
                highpass_gradient,
            )
        size = 2 * down.phase_rows[level] * width
        phase -= size
        level_phases = phases[phase : phase + size]
        filter_gradient(
            level_phases, width, low[rows], high[rows], lowpass_gradient, highpass_gradient
        )
        if level == 0:
            return
        level_gradient = gradient[:size]
        input_gradient(low, high, width, lowpass, highpass, level_gradient)
        inner = down.lengths[level] * width
        fold(level_gradient, width, down, level, approximation[:inner])


@njit(nogil=True, fastmath=FAST)
def _backpropagate_rows(
    part: Floats,
    low: Floats,
    high: Floats,
    depth: int,
    lowpass: Floats,
    highpass: Floats,
    across: PlanArrays,
    level: int,
    scratch: Floats,
    lowpass_gradient: Array,
    highpass_gradient: Array,
) -> None:
    """Replace what went into the second axis by its cotangents, row by row."""
    width, line = across.lengths[level] * depth, across.lengths[level + 1] * depth
    margin = (len(lowpass) // 2 - 1) * depth
    size = 2 * across.phase_rows[level] * depth
    line_phases, line_gradient = scratch[:size], scratch[size : 2 * size]
    whole = line + 2 * margin
    line_low = scratch[2 * size : 2 * size + whole]
    line_high = scratch[2 * size + whole : 2 * size + 2 * whole]
    scratch[:] = 0
    for row in range(len(part) // width):
        values = part[row * width : (row + 1) * width]
        extend(values, depth, across, level, line_phases)
        line_low[margin : margin + line] = low[row * line : (row + 1) * line]
        line_high[margin : margin + line] = high[row * line : (row + 1) * line]
        filter_gradient(
            line_phases,
            depth,
            line_low[margin : margin + line],
            line_high[margin : margin + line],
            lowpass_gradient,
            highpass_gradient,
        )
        input_gradient(line_low, line_high, depth, lowpass, highpass, line_gradient)
        fold(line_gradient, depth, across, level, values)
