"""A block of images through the filter bank and back.

A level first filters along the first axis, where a row is a whole image row, and then along the
second axis, image row by image row. Each image row is short enough for the first-level cache, and
its phases are made again on the way back.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from wavedistill.checks import Floats
from wavedistill.kernels.compiling import FAST, inner
from wavedistill.kernels.filterbank import FilterBank, FilterPair, Lanes, select_level
from wavedistill.kernels.level import (
    add_filter_gradient,
    analyse_level,
    copy,
    extend,
    fold,
    set_input_gradient,
)
from wavedistill.kernels.plan import AxisPlan, Integers, plan_axis, stack_starts
from wavedistill.modes import Mode

__all__ = [
    "ImagePlan",
    "ImageSpace",
    "analyse_images",
    "backpropagate_images",
    "plan_images",
]


class ImagePlan(NamedTuple):
    """The plan of a transform of images; places are counted in values per lane."""

    #: Along the first axis.
    down: AxisPlan
    #: Along the second axis.
    across: AxisPlan
    #: Where the phases of each level begin (levels + 1).
    phase_start: Integers
    #: Where the outputs of the first axis begin for each level (levels + 1).
    half_start: Integers
    #: Where the three detail sub-bands of each level begin (levels + 1).
    detail_start: Integers
    #: Values per lane of each array of an `ImageSpace`, in their order.
    space_sizes: tuple[int, ...]


class ImageSpace(NamedTuple):
    """What a block works with, for each of several baselines: arrays (baselines, values).

    A margin is N/2 - 1 rows of zeros before and after the coefficients, which the way back needs.
    """

    #: The extended inputs of all levels, as phases of the first axis.
    phases: Floats
    #: Vertical, horizontal and diagonal details of all levels, then their cotangents.
    details: Floats
    #: The approximation of the current level, then its cotangents.
    approximation: Floats
    #: The gradient by the phases of the current level.
    gradient: Floats
    #: For each level both outputs of the first axis, low and high, with margins.
    halves: Floats
    #: One extended image row, as phases of the second axis.
    row_phases: Floats
    #: The gradient by these phases.
    row_gradient: Floats
    #: The cotangents of both outputs of one image row, with margins.
    row_low: Floats
    row_high: Floats


class _LevelSpace(NamedTuple):
    """The part of an `ImageSpace` that belongs to one level."""

    phases: Floats
    #: The outputs of the first axis, with margins.
    low: Floats
    high: Floats
    #: What lies between the margins.
    inside: slice
    vertical: Floats
    horizontal: Floats
    diagonal: Floats


@lru_cache(maxsize=256)
def plan_images(
    sizes: tuple[int, int], taps: int, levels: int, mode: Mode, adjoint: bool
) -> ImagePlan:
    """Plan the transform of images of one height and width; see `plan_axis`."""
    down, across = (plan_axis(size, taps, levels, mode, adjoint) for size in sizes)
    phases = 2 * down.phase_rows * across.lengths[:-1]
    halves = 2 * (down.lengths[1:] + taps - 2) * across.lengths[:-1]
    bands = down.lengths * across.lengths
    row_phases = 2 * int(max(across.phase_rows, default=0))
    row_outputs = int(max(across.lengths[1:], default=0)) + taps - 2
    space_sizes = (
        int(phases.sum()),
        3 * int(bands[1:].sum()),
        int(max(bands[1:], default=bands[0])),
        int(max(phases[1:], default=0)),
        int(halves.sum()),
        row_phases,
        row_phases,
        row_outputs,
        row_outputs,
    )
    return ImagePlan(
        down,
        across,
        stack_starts(phases),
        stack_starts(halves),
        stack_starts(3 * bands[1:]),
        space_sizes,
    )


def analyse_images(
    block: Floats,
    lanes: Lanes,
    bank: FilterBank[ImagePlan, ImageSpace],
    baseline: int,
) -> None:
    """Fill details and approximation of a baseline with the coefficients of one block."""
    filters, plan, space = bank
    approximation = space.approximation[baseline]
    depth = len(lanes)
    current = block.reshape(-1)
    if len(plan.down.phase_rows) == 0:
        copy(current, approximation)
    for level in range(len(plan.down.phase_rows)):
        width = plan.across.lengths[level] * depth
        own = _place_level(lanes, bank, baseline, level)
        extend(current, width, plan.down, level, own.phases)
        low, high = own.low[own.inside], own.high[own.inside]
        analyse_level(own.phases, width, *select_level(filters, level), low, high)
        current = approximation[: len(own.vertical)]
        _analyse_rows(low, lanes, bank, level, baseline, current, own.vertical)
        _analyse_rows(high, lanes, bank, level, baseline, own.horizontal, own.diagonal)
    # What follows the approximation is left over from a larger level.
    approximation[len(current) :] = 0


def backpropagate_images(
    lanes: Lanes,
    bank: FilterBank[ImagePlan, ImageSpace],
    baseline: int,
    gradients: FilterPair,
) -> None:
    """Add the gradients by the filters; details and approximation hold the cotangents."""
    filters, plan, space = bank
    approximation = space.approximation[baseline]
    depth = len(lanes)
    for level in range(len(plan.down.phase_rows) - 1, -1, -1):
        width = plan.across.lengths[level] * depth
        own = _place_level(lanes, bank, baseline, level)
        low, high = own.low[own.inside], own.high[own.inside]
        for values, by_low, by_high in (
            (low, approximation[: len(own.vertical)], own.vertical),
            (high, own.horizontal, own.diagonal),
        ):
            _backpropagate_rows(values, by_low, by_high, lanes, bank, level, baseline, gradients)
        add_filter_gradient(own.phases, width, low, high, *select_level(gradients, level))
        if level == 0:
            return
        gradient = space.gradient[baseline, : len(own.phases)]
        set_input_gradient(own.low, own.high, width, *select_level(filters, level), gradient)
        inner = plan.down.lengths[level] * width
        fold(gradient, width, plan.down, level, approximation[:inner])


@inner()
def _place_level(
    lanes: Lanes, bank: FilterBank[ImagePlan, ImageSpace], baseline: int, level: int
) -> _LevelSpace:
    """Return where one level lies in the space."""
    filters, plan, space = bank
    depth, taps = len(lanes), filters.lowpass.shape[1]
    phases = space.phases[
        baseline, plan.phase_start[level] * depth : plan.phase_start[level + 1] * depth
    ]
    halves = space.halves[
        baseline, plan.half_start[level] * depth : plan.half_start[level + 1] * depth
    ]
    details = space.details[
        baseline, plan.detail_start[level] * depth : plan.detail_start[level + 1] * depth
    ]
    whole, band = len(halves) // 2, len(details) // 3
    margin = (taps // 2 - 1) * plan.across.lengths[level] * depth
    return _LevelSpace(
        phases,
        halves[:whole],
        halves[whole:],
        slice(margin, whole - margin),
        details[:band],
        details[band : 2 * band],
        details[2 * band :],
    )


@inner(fastmath=FAST)
def _analyse_rows(
    values: Floats,
    lanes: Lanes,
    bank: FilterBank[ImagePlan, ImageSpace],
    level: int,
    baseline: int,
    low: Floats,
    high: Floats,
) -> None:
    """Filter an output of the first axis along the second, image row by image row."""
    filters, plan, space = bank
    depth, across = len(lanes), plan.across
    width, outputs = across.lengths[level] * depth, across.lengths[level + 1] * depth
    lowpass, highpass = select_level(filters, level)
    phases = space.row_phases[baseline, : 2 * across.phase_rows[level] * depth]
    phases[:] = 0
    for row in range(len(values) // width):
        extend(values[row * width : (row + 1) * width], depth, across, level, phases)
        here = slice(row * outputs, (row + 1) * outputs)
        analyse_level(phases, depth, lowpass, highpass, low[here], high[here])


@inner(fastmath=FAST)
def _backpropagate_rows(
    values: Floats,
    by_low: Floats,
    by_high: Floats,
    lanes: Lanes,
    bank: FilterBank[ImagePlan, ImageSpace],
    level: int,
    baseline: int,
    gradients: FilterPair,
) -> None:
    """Replace an output of the first axis by its cotangents, image row by image row."""
    filters, plan, space = bank
    depth, across = len(lanes), plan.across
    width, outputs = across.lengths[level] * depth, across.lengths[level + 1] * depth
    lowpass, highpass = select_level(filters, level)
    by_lowpass, by_highpass = select_level(gradients, level)
    margin = (len(lowpass) // 2 - 1) * depth
    size = 2 * across.phase_rows[level] * depth
    phases, gradient = space.row_phases[baseline, :size], space.row_gradient[baseline, :size]
    low = space.row_low[baseline, : outputs + 2 * margin]
    high = space.row_high[baseline, : outputs + 2 * margin]
    phases[:], low[:], high[:] = 0, 0, 0
    inside = slice(margin, margin + outputs)
    for row in range(len(values) // width):
        current = values[row * width : (row + 1) * width]
        extend(current, depth, across, level, phases)
        copy(by_low[row * outputs : (row + 1) * outputs], low[inside])
        copy(by_high[row * outputs : (row + 1) * outputs], high[inside])
        add_filter_gradient(phases, depth, low[inside], high[inside], by_lowpass, by_highpass)
        set_input_gradient(low, high, depth, lowpass, highpass, gradient)
        fold(gradient, depth, across, level, current)
