"""Readings of undecimated images, block by block: one matrix along each axis for each sub-band.

The images of a block lie side by side within each row, shape (height, lanes, width), so that
either axis of all of them is one product of matrices.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels.compiling import FAST, cached, inner
from wavedistill.kernels.pooling import Pooling, pool, pool_gradient

__all__ = ["UndecimatedSpace", "pull_undecimated_blocks", "read_undecimated_blocks"]

Array = NDArray[np.float64]


class UndecimatedSpace(NamedTuple):
    """The workspace of a block."""

    #: The images, filtered along the first axis, and along both (height, lanes * width).
    images: Floats
    half: Floats
    band: Floats
    #: The gradient by `half`, and a share of it.
    by_half: Floats
    share: Floats
    #: Gradients by the matrix along either axis.
    by_down: Floats
    by_across: Floats


@cached(fastmath=FAST)
def read_undecimated_blocks(
    blocks: Floats,
    down: Floats,
    across: Floats,
    space: UndecimatedSpace,
    pooling: Pooling,
    found: Array,
) -> None:
    """Read the numbers of each image, shape (images, bands * parts^2, numbers)."""
    lanes, width, parts = blocks.shape[2], across.shape[2], pooling.parts
    half, band = space.half.reshape(-1, width), space.band.reshape(-1, width)
    for b in range(len(blocks)):
        _lay_out(blocks[b], width, space.images)
        into = found[b * lanes : (b + 1) * lanes]
        for level in range(len(down)):
            for side in range(2):
                np.dot(down[level, side], space.images, space.half)
                for other in range(_first(level, side, down), 2):
                    np.dot(half, across[level, other].T, band)
                    number = _number(level, side, other, down)
                    for part in range(parts * parts):
                        piece = _piece(band.reshape(-1, lanes, width), part, parts)
                        pool(
                            piece.reshape(-1, lanes),
                            pooling.reading,
                            into[:, number * parts * parts + part],
                        )


@cached(fastmath=FAST)
def pull_undecimated_blocks(
    blocks: Floats,
    down: Floats,
    across: Floats,
    space: UndecimatedSpace,
    pooling: Pooling,
    cotangents: Array,
    down_gradient: Array,
    across_gradient: Array,
) -> None:
    """Add the derivatives by the matrices of sum(cotangents * numbers)."""
    lanes, width = blocks.shape[2], across.shape[2]
    half, band = space.half.reshape(-1, width), space.band.reshape(-1, width)
    share = space.share.reshape(-1, width)
    for b in range(len(blocks)):
        _lay_out(blocks[b], width, space.images)
        given = cotangents[b * lanes : (b + 1) * lanes]
        for level in range(len(down)):
            for side in range(2):
                np.dot(down[level, side], space.images, space.half)
                space.by_half[:] = 0
                for other in range(_first(level, side, down), 2):
                    np.dot(half, across[level, other].T, band)
                    number = _number(level, side, other, down)
                    _replace(band.reshape(-1, lanes, width), pooling, given, number)
                    np.dot(band.T, half, space.by_across)
                    across_gradient[level, other] += space.by_across
                    np.dot(band, across[level, other], share)
                    space.by_half[:] += space.share
                np.dot(space.by_half, space.images.T, space.by_down)
                down_gradient[level, side] += space.by_down


@inner(fastmath=FAST)
def _lay_out(block: Floats, width: int, images: Floats) -> None:
    """Put the pixels of a block, shape (height * width, lanes), side by side."""
    lanes = block.shape[1]
    placed = images.reshape(-1, lanes, width)
    for row in range(len(placed)):
        for lane in range(lanes):
            for column in range(width):
                placed[row, lane, column] = block[row * width + column, lane]


@inner(fastmath=FAST)
def _first(level: int, side: int, down: Floats) -> int:
    """The first filter along the second axis: only the last level has lowpass along both."""
    return 1 if side == 0 and level < len(down) - 1 else 0


@inner(fastmath=FAST)
def _number(level: int, side: int, other: int, down: Floats) -> int:
    """The place of a sub-band: approximation, then the three details from coarse to fine."""
    if side == 0 and other == 0:
        return 0
    return int(1 + 3 * (len(down) - 1 - level) + other * (1 + side))


@inner(fastmath=FAST)
def _place(band: Floats, part: int, parts: int) -> Floats:
    """One of parts x parts equal parts, counted row by row, of shape (rows, lanes, columns)."""
    height, _, width = band.shape
    row, column = part // parts, part % parts
    return band[
        height * row // parts : height * (row + 1) // parts,
        :,
        width * column // parts : width * (column + 1) // parts,
    ]


@inner(fastmath=FAST)
def _piece(band: Floats, part: int, parts: int) -> Floats:
    """A copy of a part with the lanes innermost."""
    place = _place(band, part, parts)
    rows, lanes, columns = place.shape
    piece = np.empty((rows, columns, lanes), band.dtype)
    for row in range(rows):
        for column in range(columns):
            for lane in range(lanes):
                piece[row, column, lane] = place[row, lane, column]
    return piece


@inner(fastmath=FAST)
def _replace(band: Floats, pooling: Pooling, given: Array, number: int) -> None:
    """Replace the coefficients of a sub-band by their cotangents."""
    lanes, parts = band.shape[1], pooling.parts
    for part in range(parts * parts):
        piece = _piece(band, part, parts)
        pool_gradient(
            piece.reshape(-1, lanes), pooling.reading, given[:, number * parts * parts + part]
        )
        place = _place(band, part, parts)
        for row in range(len(piece)):
            for lane in range(lanes):
                for column in range(piece.shape[1]):
                    place[row, lane, column] = piece[row, column, lane]
