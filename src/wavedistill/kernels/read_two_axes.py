"""Readings of images, block by block: forward through a tree, and back to the filters.

A level filters along the first axis, where whole rows are contiguous, and then along the second,
row by row.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels.compiling import FAST, cached, inner
from wavedistill.kernels.image_trees import ImageTreeArrays
from wavedistill.kernels.level import (
    add_filter_gradient,
    analyse_level,
    copy,
    extend,
    fold,
    set_input_gradient,
)
from wavedistill.kernels.plan import AxisPlan
from wavedistill.kernels.pooling import Pooling, pool, pool_gradient

__all__ = ["pull_image_blocks", "read_image_blocks"]

Array = NDArray[np.float64]
Plans = tuple[AxisPlan, AxisPlan]
#: Nodes, an extended input, the gradient by it, and the memory of a row.
Space = tuple[Floats, Floats, Floats, Floats]


@cached(fastmath=FAST)
def read_image_blocks(
    blocks: Floats,
    lowpass: Floats,
    highpass: Floats,
    plans: Plans,
    tree: ImageTreeArrays,
    space: Space,
    pooling: Pooling,
    found: Array,
) -> None:
    """Read the numbers of each image, shape (images, bands * parts^2, numbers)."""
    lanes, parts = blocks.shape[2], pooling.parts
    for b in range(len(blocks)):
        _analyse(blocks[b], lowpass, highpass, plans, tree, space)
        into = found[b * lanes : (b + 1) * lanes]
        for number in range(len(tree.bands)):
            band = _image(space[0], tree, tree.bands[number], lanes)
            for part in range(parts * parts):
                piece = _part(band, part, parts).copy().reshape(-1, lanes)
                pool(piece, pooling.reading, into[:, number * parts * parts + part])


@cached(fastmath=FAST)
def pull_image_blocks(
    blocks: Floats,
    lowpass: Floats,
    highpass: Floats,
    plans: Plans,
    tree: ImageTreeArrays,
    space: Space,
    pooling: Pooling,
    cotangents: Array,
    lowpass_gradients: Array,
    highpass_gradients: Array,
) -> None:
    """Add each block's derivatives by the filters of sum(cotangents * numbers)."""
    lanes, parts = blocks.shape[2], pooling.parts
    for b in range(len(blocks)):
        _analyse(blocks[b], lowpass, highpass, plans, tree, space)
        given = cotangents[b * lanes : (b + 1) * lanes]
        for number in range(len(tree.bands)):
            band = _image(space[0], tree, tree.bands[number], lanes)
            for part in range(parts * parts):
                place = _part(band, part, parts)
                piece = place.copy()
                pool_gradient(
                    piece.reshape(-1, lanes),
                    pooling.reading,
                    given[:, number * parts * parts + part],
                )
                for row in range(len(piece)):
                    for column in range(piece.shape[1]):
                        copy(piece[row, column], place[row, column])
        _backpropagate(
            lanes, lowpass, highpass, plans, tree, space,
            lowpass_gradients[b], highpass_gradients[b],
        )  # fmt: skip


@inner(fastmath=FAST)
def _values(nodes: Floats, tree: ImageTreeArrays, node: int, lanes: int) -> Floats:
    size = tree.heights[node] * tree.widths[node] * lanes
    return nodes[tree.start[node] * lanes : tree.start[node] * lanes + size]


@inner(fastmath=FAST)
def _image(nodes: Floats, tree: ImageTreeArrays, node: int, lanes: int) -> Floats:
    values = _values(nodes, tree, node, lanes)
    return values.reshape(tree.heights[node], tree.widths[node], lanes)


@inner(fastmath=FAST)
def _part(band: Floats, part: int, parts: int) -> Floats:
    """One of parts x parts equal parts of a sub-band, counted row by row."""
    height, width, _ = band.shape
    row, column = part // parts, part % parts
    return band[
        height * row // parts : height * (row + 1) // parts,
        width * column // parts : width * (column + 1) // parts,
    ]


@inner(fastmath=FAST)
def _analyse(
    block: Floats,
    lowpass: Floats,
    highpass: Floats,
    plans: Plans,
    tree: ImageTreeArrays,
    space: Space,
) -> None:
    """Fill the nodes with the coefficients of one block."""
    nodes, phases, _, lines = space
    lanes = block.shape[1]
    down, across = plans
    copy(block.reshape(-1), _values(nodes, tree, 0, lanes))
    for step in range(len(tree.level)):
        level = tree.level[step]
        filters = lowpass[level], highpass[level]
        width = across.lengths[level] * lanes
        margin = tree.margin * width
        extended = phases[: 2 * down.phase_rows[level] * width]
        extended[:] = 0
        extend(_values(nodes, tree, tree.source[step], lanes), width, down, level, extended)
        low = _values(nodes, tree, tree.halves[step, 0], lanes)
        high = _values(nodes, tree, tree.halves[step, 1], lanes)
        low, high = low[margin : len(low) - margin], high[margin : len(high) - margin]
        analyse_level(extended, width, *filters, low, high)
        line_phases = lines[: 2 * across.phase_rows[level] * lanes]
        line_phases[:] = 0
        size = across.lengths[level + 1] * lanes
        for side in range(2):
            half = low if side == 0 else high
            lower = _values(nodes, tree, tree.children[step, side, 0], lanes)
            upper = _values(nodes, tree, tree.children[step, side, 1], lanes)
            for row in range(len(half) // width):
                line = half[row * width : (row + 1) * width]
                extend(line, lanes, across, level, line_phases)
                here = slice(row * size, (row + 1) * size)
                analyse_level(line_phases, lanes, *filters, lower[here], upper[here])


@inner(fastmath=FAST)
def _backpropagate(
    lanes: int,
    lowpass: Floats,
    highpass: Floats,
    plans: Plans,
    tree: ImageTreeArrays,
    space: Space,
    lowpass_gradient: Array,
    highpass_gradient: Array,
) -> None:
    """Add the gradients by the filters, the sub-bands holding cotangents."""
    nodes, phases, gradient, lines = space
    down, across = plans
    for step in range(len(tree.level) - 1, -1, -1):
        level = tree.level[step]
        filters = lowpass[level], highpass[level]
        into = lowpass_gradient[level], highpass_gradient[level]
        width = across.lengths[level] * lanes
        margin = tree.margin * width
        for side in range(2):
            half = _values(nodes, tree, tree.halves[step, side], lanes)
            lower = _values(nodes, tree, tree.children[step, side, 0], lanes)
            upper = _values(nodes, tree, tree.children[step, side, 1], lanes)
            _backpropagate_rows(
                half[margin : len(half) - margin], lower, upper, lanes, tree.margin,
                filters, across, level, lines, into,
            )  # fmt: skip
        source = _values(nodes, tree, tree.source[step], lanes)
        extended = phases[: 2 * down.phase_rows[level] * width]
        extended[:] = 0
        extend(source, width, down, level, extended)
        low = _values(nodes, tree, tree.halves[step, 0], lanes)
        high = _values(nodes, tree, tree.halves[step, 1], lanes)
        inside = slice(margin, len(low) - margin)
        add_filter_gradient(extended, width, low[inside], high[inside], *into)
        if tree.source[step] != 0:
            by_phases = gradient[: len(extended)]
            set_input_gradient(low, high, width, *filters, by_phases)
            fold(by_phases, width, down, level, source)


@inner(fastmath=FAST)
def _backpropagate_rows(
    half: Floats,
    low: Floats,
    high: Floats,
    lanes: int,
    margin: int,
    filters: tuple[Floats, Floats],
    across: AxisPlan,
    level: int,
    lines: Floats,
    into: tuple[Array, Array],
) -> None:
    """Replace a half by its cotangents, row by row, given those of what it was filtered into."""
    width, size = across.lengths[level] * lanes, across.lengths[level + 1] * lanes
    extent, edge = 2 * across.phase_rows[level] * lanes, margin * lanes
    whole = size + 2 * edge
    lines[:] = 0
    phases, gradient = lines[:extent], lines[extent : 2 * extent]
    line_low = lines[2 * extent : 2 * extent + whole]
    line_high = lines[2 * extent + whole : 2 * extent + 2 * whole]
    inside = slice(edge, edge + size)
    for row in range(len(half) // width):
        values = half[row * width : (row + 1) * width]
        here = slice(row * size, (row + 1) * size)
        copy(low[here], line_low[inside])
        copy(high[here], line_high[inside])
        extend(values, lanes, across, level, phases)
        add_filter_gradient(phases, lanes, line_low[inside], line_high[inside], *into)
        set_input_gradient(line_low, line_high, lanes, *filters, gradient)
        fold(gradient, lanes, across, level, values)
