"""Filter banks of images as trees.

A step filters an image along its first axis into two halves, and each half along its second axis.
The decimated transform goes on from the approximation, the packet transform from every node.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.kernels.plan import AxisPlan, plan_axis
from wavedistill.kernels.trees import Kind
from wavedistill.modes import Mode

__all__ = ["IMAGE_KINDS", "ImageTree", "ImageTreeArrays", "make_image_tree"]

Integers = NDArray[np.int64]

#: The filter banks that images have; the undecimated one is no tree (`undecimated_images`).
IMAGE_KINDS: tuple[Kind, ...] = ("dwt", "packets", "undecimated")


class ImageTreeArrays(NamedTuple):
    """A tree of images as the compiled kernel takes it. Node 0 is the image."""

    #: The level of each step, 0 the finest, and the node that it splits (steps).
    level: Integers
    source: Integers
    #: The lowpass and the highpass half along the first axis (steps, 2).
    halves: Integers
    #: The nodes made of the halves: lowpass and highpass along the second axis (steps, 2, 2).
    children: Integers
    #: Where each node begins in the workspace, in values of one image, and its shape (nodes).
    start: Integers
    heights: Integers
    widths: Integers
    #: The nodes that are sub-bands, in the order of the features.
    bands: Integers
    #: Rows of zeros above and below a half.
    margin: int


@dataclass(frozen=True)
class ImageTree:
    """The arrays of a tree, and the plans of its levels along the first and the second axis.

    `sizes` are the values of the workspace: all nodes, an extended input, the gradient by it, and
    the memory of a single row.
    """

    arrays: ImageTreeArrays
    plan: tuple[AxisPlan, AxisPlan]
    sizes: tuple[int, int, int, int]
    rank: int = 2


@lru_cache(maxsize=64)
def make_image_tree(
    lengths: tuple[int, int], taps: int, levels: int, mode: Mode, kind: Kind
) -> ImageTree:
    """Plan a filter bank, ``"dwt"`` or ``"packets"``, for images of one size.

    Sub-bands stand in the order of `CoefficientLayout`, packets in that of
    `WaveletTransform.packets`.
    """
    down, across = (plan_axis(length, taps, levels, mode, False) for length in lengths)
    heights, widths, margin = down.lengths.tolist(), across.lengths.tolist(), taps // 2 - 1
    shapes, steps = [(heights[0], widths[0])], list[list[int]]()
    # Nodes to split, with their places in the order of frequency along either axis.
    leaves: list[tuple[int, tuple[int, int]]] = [(0, (0, 0))]
    bands: list[int] = []
    for level in range(levels):
        made = []
        for source, (row, column) in leaves:
            first = len(shapes)
            shapes += [(heights[level + 1] + 2 * margin, widths[level])] * 2
            shapes += [(heights[level + 1], widths[level + 1])] * 4
            steps.append([level, source, *range(first, first + 6)])
            made += [
                (first + 2 + 2 * high + wide, (_child(row, high), _child(column, wide)))
                for high in (0, 1)
                for wide in (0, 1)
            ]
        if kind == "packets":
            leaves = made
        else:
            (low, _), (vertical, _), (horizontal, _), (diagonal, _) = made
            leaves, bands = made[:1], [horizontal, vertical, diagonal, *bands]
    if kind == "packets":
        bands = [node for node, _ in sorted(leaves, key=lambda leaf: leaf[1])]
    else:
        bands = [low, *bands]
    starts = np.cumsum([0, *(height * width for height, width in shapes)])
    table = np.array(steps)
    arrays = ImageTreeArrays(
        level=table[:, 0].copy(),
        source=table[:, 1].copy(),
        halves=table[:, 2:4].copy(),
        children=table[:, 4:].reshape(-1, 2, 2).copy(),
        start=starts[:-1],
        heights=np.array([height for height, _ in shapes]),
        widths=np.array([width for _, width in shapes]),
        bands=np.array(bands),
        margin=margin,
    )
    phases = 2 * int((down.phase_rows * across.lengths[:-1]).max())
    lines = int((4 * across.phase_rows + 2 * (across.lengths[1:] + 2 * margin)).max())
    return ImageTree(arrays, (down, across), (int(starts[-1]), phases, phases, lines))


def _child(frequency: int, high: int) -> int:
    """The place of a child by frequency: a highpass node has its spectrum mirrored."""
    return 2 * frequency + (high ^ (frequency & 1))
