"""A block of images through the filter bank and back.

A level first filters along the first axis, where whole image rows are what is contiguous, and then
along the second, row by row: each row is short enough for the first-level cache, and its phases
are made anew on the way back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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
from wavedistill.kernels.one_axis import Lanes
from wavedistill.kernels.plan import Plan, PlanArrays
from wavedistill.kernels.taps import FAST

__all__ = [
    "ImagePlan",
    "ImageSpace",
    "analyse_images",
    "backpropagate_images",
    "images_plan",
    "images_space",
]

Array = NDArray[np.float64]


class ImagePlan(NamedTuple):
    """Where everything lies in the space of a block of images."""

    #: Along the first axis, down the columns, and along the second, across the rows.
    down: PlanArrays
    across: PlanArrays


class ImageSpace(NamedTuple):
    """Memory for a block of images of each baseline, shape (baselines, values)."""

    #: The extended input of each level along the first axis, split into phases.
    phases: Floats
    #: The three details of all levels.
    details: Floats
    #: The approximation of the level at hand.
    approximation: Floats
    #: The gradient by the phases of the level at hand.
    gradient: Floats
    #: Both outputs of the first axis at each level, each between zeros.
    halves: Floats
    #: One row: its phases, their gradient, and its two outputs between zeros.
    line: Floats


def images_plan(plans: Sequence[Plan]) -> ImagePlan:
    """The plans of both transformed axes as the compiled kernel takes them."""
    down, across = plans
    return ImagePlan(down.arrays, across.arrays)


def images_space(
    plans: Sequence[Plan], taps: int, lanes: int, count: int, dtype: np.dtype[np.floating]
) -> ImageSpace:
    """Zeros for `count` blocks."""
    down, across = (plan.arrays for plan in plans)
    heights, widths = down.lengths, across.lengths
    margins = taps - 2
    phases = 2 * down.phase_rows * widths[:-1]
    bands = heights[1:] * widths[1:]
    lines = 4 * across.phase_rows + 2 * (widths[1:] + margins)

    def zeros(values: int) -> Floats:
        return np.zeros((count, int(values) * lanes), dtype)

    return ImageSpace(
        phases=zeros(phases.sum()),
        details=zeros(3 * bands.sum()),
        approximation=zeros(max(bands, default=heights[0] * widths[0])),
        gradient=zeros(max(phases[1:], default=0)),
        halves=zeros((2 * (heights[1:] + margins) * widths[:-1]).sum()),
        line=zeros(max(lines, default=0)),
    )


@njit(nogil=True, fastmath=FAST)
def analyse_images(
    block: Floats,
    lanes: Lanes,
    lowpass: Floats,
    highpass: Floats,
    plan: ImagePlan,
    space: ImageSpace,
    baseline: int,
) -> None:
    """Fill the details and the approximation of a baseline with the coefficients of one block."""
    phases, details = space.phases[baseline], space.details[baseline]
    approximation, halves = space.approximation[baseline], space.halves[baseline]
    depth = len(lanes)
    down, across = plan.down, plan.across
    margin = lowpass.shape[1] // 2 - 1
    current = block.reshape(-1)
    if len(down.phase_rows) == 0:
        approximation[:] = current
    phase, half, detail = 0, 0, 0
    for level in range(len(down.phase_rows)):
        h, g = lowpass[level], highpass[level]
        width, outputs = across.lengths[level] * depth, across.lengths[level + 1] * depth
        height = down.lengths[level + 1]
        level_phases = phases[phase : phase + 2 * down.phase_rows[level] * width]
        phase += len(level_phases)
        extend(current, width, down, level, level_phases)
        whole = (height + 2 * margin) * width
        low = halves[half + margin * width : half + whole - margin * width]
        high = halves[half + whole + margin * width : half + 2 * whole - margin * width]
        half += 2 * whole
        analyse_level(level_phases, width, h, g, low, high)
        band = height * outputs
        bands = details[detail : detail + 3 * band]
        detail += 3 * band
        current = approximation[:band]
        for part, into_low, into_high in (
            (low, current, bands[:band]),
            (high, bands[band : 2 * band], bands[2 * band :]),
        ):
            line = space.line[baseline]
            _analyse_rows(part, depth, h, g, across, level, line, into_low, into_high)
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
    memory: Floats,
    low: Floats,
    high: Floats,
) -> None:
    """Filter what came out of the first axis along the second, row by row."""
    width, line = across.lengths[level] * depth, across.lengths[level + 1] * depth
    line_phases = memory[: 2 * across.phase_rows[level] * depth]
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
    space: ImageSpace,
    baseline: int,
    lowpass_gradient: Array,
    highpass_gradient: Array,
) -> None:
    """Add the gradients by the filters, details and approximation holding the cotangents."""
    phases, details = space.phases[baseline], space.details[baseline]
    approximation, halves = space.approximation[baseline], space.halves[baseline]
    depth = len(lanes)
    down, across = plan.down, plan.across
    margin = lowpass.shape[1] // 2 - 1
    phase, half, detail = len(phases), len(halves), len(details)
    for level in range(len(down.phase_rows) - 1, -1, -1):
        h, g = lowpass[level], highpass[level]
        into = lowpass_gradient[level], highpass_gradient[level]
        width, outputs = across.lengths[level] * depth, across.lengths[level + 1] * depth
        height = down.lengths[level + 1]
        whole, band = (height + 2 * margin) * width, height * outputs
        half -= 2 * whole
        low, high = halves[half : half + whole], halves[half + whole : half + 2 * whole]
        detail -= 3 * band
        bands = details[detail : detail + 3 * band]
        rows = slice(margin * width, whole - margin * width)
        for part, cotangents, other in (
            (low[rows], approximation[:band], bands[:band]),
            (high[rows], bands[band : 2 * band], bands[2 * band :]),
        ):
            line = space.line[baseline]
            _backpropagate_rows(part, cotangents, other, depth, h, g, across, level, line, *into)
        size = 2 * down.phase_rows[level] * width
        phase -= size
        level_phases = phases[phase : phase + size]
        filter_gradient(level_phases, width, low[rows], high[rows], *into)
        if level == 0:
            return
        level_gradient = space.gradient[baseline][:size]
        input_gradient(low, high, width, h, g, level_gradient)
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
    memory: Floats,
    lowpass_gradient: Array,
    highpass_gradient: Array,
) -> None:
    """Replace what went into the second axis by its cotangents, row by row."""
    width, line = across.lengths[level] * depth, across.lengths[level + 1] * depth
    margin = (len(lowpass) // 2 - 1) * depth
    size = 2 * across.phase_rows[level] * depth
    line_phases, line_gradient = memory[:size], memory[size : 2 * size]
    whole = line + 2 * margin
    line_low = memory[2 * size : 2 * size + whole]
    line_high = memory[2 * size + whole : 2 * size + 2 * whole]
    memory[:] = 0
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
