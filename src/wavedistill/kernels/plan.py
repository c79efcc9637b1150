"""Where everything lies along one axis while it goes through the filter bank.

A level extends its input at both ends as the mode asks, splits it into even and odd samples (its
two phases), and filters. The extension is linear: every border sample is a weighted sum of a few
inner ones, whose weights `wavedistill.modes.border` knows for all modes alike.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.modes import Mode, adjoint_extension, border

__all__ = ["AxisPlan", "Integers", "plan_axis", "stack_starts"]

Integers = NDArray[np.int64]


class AxisPlan(NamedTuple):
    """The levels of a transform along one axis, as the compiled kernel takes them.

    A row is what lies at one position of the axis: the lanes of a block of signals or, for the
    first axis of images, whole image rows.
    """

    #: Samples that go into each level, and at last those of the approximation (levels + 1).
    lengths: Integers
    #: Rows of each phase of each level (levels).
    phase_rows: Integers
    #: Samples by which each level is extended on the left (levels).
    left: Integers
    #: The border samples of level j are the terms border_start[j] to border_start[j + 1].
    border_start: Integers
    #: Row of a border sample within its level's phases, repeated for each of its terms.
    border_target: Integers
    #: Row of the inner sample of a term.
    border_source: Integers
    #: Weight of a term.
    border_weight: NDArray[np.float64]


def plan_axis(length: int, taps: int, levels: int, mode: Mode, adjoint: bool) -> AxisPlan:
    """Plan the analysis along an axis of one length, or the adjoint of its synthesis.

    Parameters
    ----------
    length, taps, levels : int
        Samples along the axis, taps of the filters, and depth of the transform.
    mode : str
        PyWavelets' signal extension mode.
    adjoint : bool
        Plan S_h^T of that mode (`wavedistill.modes.adjoint_extension`) instead of A_h.
    """
    append_zero = False
    if adjoint:
        mode, append_zero = adjoint_extension(mode)
    lengths, phase_rows, lefts, border_start = [length], [], [], [0]
    targets: list[int] = []
    sources: list[int] = []
    weights: list[float] = []
    for _ in range(levels):
        size = lengths[-1]
        edge = border(size, taps, mode, append_zero)
        left = edge.before.shape[1]
        rows = edge.outputs + taps // 2 - 1
        outside = np.concatenate([edge.before, edge.after], axis=1)
        for column, term in zip(*np.nonzero(outside.T), strict=True):
            target = column if column < left else column + size
            targets.append(_phase_row(int(target), rows))
            sources.append(_phase_row(int(left + edge.inner[term]), rows))
            weights.append(float(outside[term, column]))
        lengths.append(edge.outputs)
        phase_rows.append(rows)
        lefts.append(left)
        border_start.append(len(targets))
    return AxisPlan(
        _integers(lengths),
        _integers(phase_rows),
        _integers(lefts),
        _integers(border_start),
        _integers(targets),
        _integers(sources),
        np.array(weights, dtype=np.float64),
    )


def stack_starts(sizes: Integers) -> Integers:
    """Where each of several pieces begins when they lie one after another, and where all end."""
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _integers(values: list[int]) -> Integers:
    return np.array(values, dtype=np.int64)


def _phase_row(sample: int, rows: int) -> int:
    """Row of an extended sample within its level: even samples first, then the odd ones."""
    return (sample % 2) * rows + sample // 2
