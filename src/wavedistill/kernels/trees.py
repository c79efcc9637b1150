"""Filter banks of signals as trees: what each step splits, and which nodes are sub-bands.

The decimated transform filters the approximation again and again. The packet transform filters
every node. The undecimated transform filters the approximation with taps 2^j samples apart and
drops nothing. Scattering goes on from the decimated transform: it decomposes the absolute values of
each detail with the filters of the coarser levels, or with filters of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.kernels.plan import AxisPlan, plan_axis
from wavedistill.modes import Mode

__all__ = ["SECOND_LAYER", "Kind", "Tree", "TreeArrays", "filter_layers", "make_tree", "reach"]

Integers = NDArray[np.int64]
Kind = Literal["dwt", "packets", "undecimated", "scattering", "scattering-own"]

#: The filter banks with a second layer.
SECOND_LAYER: tuple[Kind, ...] = ("scattering", "scattering-own")


class TreeArrays(NamedTuple):
    """A tree as the compiled kernel takes it. Node 0 is the signal."""

    #: The level of each step, 0 the finest, and the nodes that it reads and makes (steps).
    level: Integers
    source: Integers
    #: Which of the filters each step has (steps).
    filters: Integers
    approximation: Integers
    detail: Integers
    #: The detail that `source` is a copy of where a step splits absolute values; otherwise -1.
    copied: Integers
    #: Where each node's values begin in the workspace, in rows, and how many there are (nodes).
    start: Integers
    rows: Integers
    #: The nodes that are sub-bands, in the order of the features.
    bands: Integers
    #: The nodes that are neither split nor read.
    unread: Integers
    #: Rows of zeros on either side of a node's values.
    margin: int
    #: Rows at either end of a sub-band that are not read: they lie beside the signal.
    beside: int
    #: Whether taps are 2^level samples apart and nothing is dropped.
    undecimated: bool


@dataclass(frozen=True)
class Tree:
    """The arrays of a tree and the plan of its decimated levels.

    `sizes` are the rows of the workspace: all nodes with their margins, an extended input, and the
    gradient by it.
    """

    arrays: TreeArrays
    plan: AxisPlan
    sizes: tuple[int, int, int]
    rank: int = 1


def filter_layers(kind: Kind, levels: int) -> tuple[int, ...]:
    """How many filters each layer of a filter bank has: one for each of its levels.

    The second layer of ``"scattering-own"`` begins at level 2, with the absolute detail 1.
    """
    return (levels, levels - 1) if kind == "scattering-own" and levels > 1 else (levels,)


def reach(taps: int, levels: int) -> int:
    """Samples beside a signal that its undecimated coefficients depend on, at either end."""
    return int((2**levels - 1) * taps // 2)


@lru_cache(maxsize=64)
def make_tree(length: int, taps: int, levels: int, mode: Mode, kind: Kind) -> Tree:
    """Plan a filter bank of one kind for signals of one length.

    Parameters
    ----------
    length : int
        Samples of a signal; for ``"undecimated"`` without the `reach` that extends it at both ends.
    taps, levels : int
    mode : str
        PyWavelets' signal extension mode; beside an undecimated input there are zeros.
    kind : str
    """
    undecimated = kind == "undecimated"
    beside = reach(taps, levels) if undecimated else 0
    length += 2 * beside
    plan = plan_axis(length, taps, levels, mode, False)
    margin = 2 ** (levels - 1) * (taps - 1) if undecimated else taps // 2 - 1
    sizes = [length] * (levels + 1) if undecimated else plan.lengths.tolist()
    growing = _Growing(sizes)
    if kind in SECOND_LAYER:
        bands = _scattering(growing, levels, sum(filter_layers(kind, levels)) - levels)
    else:
        bands = _packets(growing, levels) if kind == "packets" else _dwt(growing, levels)
    starts = np.cumsum([0, *(n + 2 * margin for n in growing.rows)]) + margin
    level, source, filters, low, high, copied = np.array(growing.steps).T.copy()
    arrays = TreeArrays(
        level=level,
        source=source,
        filters=filters,
        approximation=low,
        detail=high,
        copied=copied,
        start=starts[:-1],
        rows=np.array(growing.rows),
        bands=np.array(bands),
        unread=np.setdiff1d([*low, *high], [*source, *copied, *bands]),
        margin=margin,
        beside=beside,
        undecimated=undecimated,
    )
    widest = length + 2 ** (levels - 1) * (taps - 1) if undecimated else 0
    scratch = max(widest, 2 * int(plan.phase_rows.max()))
    return Tree(arrays, plan, (int(starts[-1]) - margin, scratch, scratch))


@dataclass
class _Growing:
    """A tree while steps are added to it; `sizes` are the rows of a node after each level."""

    sizes: Sequence[int]
    rows: list[int] = field(default_factory=list)
    steps: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows.append(self.sizes[0])

    def split(self, level: int, source: int, copied: int = -1, after: int = 0) -> tuple[int, int]:
        """Add a step, with the filters of its level or those so many rows after; its two nodes."""
        low = len(self.rows)
        self.rows += [self.sizes[level + 1]] * 2
        self.steps.append((level, source, level + after, low, low + 1, copied))
        return low, low + 1

    def copy(self, node: int) -> int:
        """Add a node of the same size."""
        self.rows.append(self.rows[node])
        return len(self.rows) - 1

    def details(
        self, levels: range, source: int, copied: int = -1, after: int = 0
    ) -> tuple[int, list[int]]:
        """Split approximation after approximation: the last of them, and details, finest first."""
        found = []
        for level in levels:
            source, detail = self.split(level, source, copied if level == levels[0] else -1, after)
            found.append(detail)
        return source, found


def _dwt(tree: _Growing, levels: int) -> list[int]:
    approximation, details = tree.details(range(levels), 0)
    return [approximation, *reversed(details)]


def _packets(tree: _Growing, levels: int) -> list[int]:
    leaves = [0]
    for level in range(levels):
        pairs = [tree.split(level, source) for source in leaves]
        # A highpass node has its spectrum mirrored: its children change places.
        leaves = [
            node
            for number, pair in enumerate(pairs)
            for node in (pair if number % 2 == 0 else pair[::-1])
        ]
    return leaves


def _scattering(tree: _Growing, levels: int, after: int) -> list[int]:
    """Two layers; the filters of the second stand `after` rows after those of its levels."""
    approximation, details = tree.details(range(levels), 0)
    bands = [approximation, *reversed(details)]
    for level, detail in enumerate(details[:-1], 1):
        _, second = tree.details(range(level, levels), tree.copy(detail), detail, after)
        bands += reversed(second)
    return bands
