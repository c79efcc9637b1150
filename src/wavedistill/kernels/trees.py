"""Filter banks as trees: which node goes into which level, and which nodes are sub-bands.

The decimated transform filters the approximation again and again, the packet transform filters
every node, and the undecimated transform filters the approximation with taps 2^j samples apart and
drops nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.kernels.plan import PlanArrays, make_plan
from wavedistill.modes import Mode

__all__ = ["Kind", "Tree", "TreeArrays", "make_tree", "reach"]

Integers = NDArray[np.int64]
Kind = Literal["dwt", "packets", "undecimated"]


class TreeArrays(NamedTuple):
    """A tree as the compiled kernel takes it. Node 0 is the signal."""

    #: The level of each step, 0 the finest, and the nodes that it reads and makes (steps).
    level: Integers
    source: Integers
    approximation: Integers
    detail: Integers
    #: Where each node's values begin in the workspace, in rows, and how many there are (nodes).
    start: Integers
    rows: Integers
    #: The nodes that are sub-bands, in the order of the features.
    bands: Integers
    #: Rows of zeros on either side of a node's values.
    margin: int
    #: Rows at either end of a sub-band that are not read: they lie beside the signal.
    beside: int
    #: Whether taps are 2^level samples apart and nothing is dropped.
    undecimated: bool


@dataclass(frozen=True)
class Tree:
    """The arrays of a tree, the plan of its decimated levels, and the workspace it needs."""

    arrays: TreeArrays
    plan: PlanArrays
    #: Rows of all nodes with their margins, and of the largest extended input.
    node_rows: int
    scratch_rows: int


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
    plan = make_plan(length, taps, levels, mode, False).arrays
    margin = 2 ** (levels - 1) * (taps - 1) if undecimated else taps // 2 - 1
    sizes = [length] * (levels + 1) if undecimated else plan.lengths.tolist()
    steps: list[tuple[int, int, int, int]] = []
    rows = [length]
    leaves, bands = [0], list[int]()
    for level in range(levels):
        found: list[int] = []
        for source in leaves:
            low, high = len(rows), len(rows) + 1
            steps.append((level, source, low, high))
            rows += [sizes[level + 1]] * 2
            found += [low, high]
        if kind == "packets":
            # A highpass node has its spectrum mirrored: its children change places.
            leaves = [
                node
                for number, pair in enumerate(zip(found[::2], found[1::2], strict=True))
                for node in (pair if number % 2 == 0 else pair[::-1])
            ]
        else:
            leaves, bands = found[:1], [found[1], *bands]
    bands = leaves if kind == "packets" else [*leaves, *bands]
    starts = np.cumsum([0, *(n + 2 * margin for n in rows)]) + margin
    level_of, source_of, low_of, high_of = (np.array(column) for column in zip(*steps, strict=True))
    arrays = TreeArrays(
        level=level_of,
        source=source_of,
        approximation=low_of,
        detail=high_of,
        start=starts[:-1],
        rows=np.array(rows),
        bands=np.array(bands),
        margin=margin,
        beside=beside,
        undecimated=undecimated,
    )
    widest = length + 2 ** (levels - 1) * (taps - 1) if undecimated else 0
    scratch = max(widest, 2 * int(plan.phase_rows.max()))
    return Tree(arrays, plan, int(starts[-1]) - margin, scratch)
