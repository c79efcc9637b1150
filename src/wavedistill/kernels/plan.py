"""Where everything lies while a block of signals goes through the filter bank.

A level extends its input at both borders as the mode asks, splits it into even and odd samples
(its two phases), and filters. The extension is linear: every border sample is a weighted sum of a
few inner ones. PyWavelets' own transform of the unit vectors tells the weights, so that all of its
modes work alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.modes import Mode, adjoint_extension, border

__all__ = ["Plan", "PlanArrays", "make_plan"]

Integers = NDArray[np.int64]


class PlanArrays(NamedTuple):
    """A plan as the compiled kernel takes it; rows are counted in blocks of lanes."""

    #: Samples that go into each level, and at last those of the approximation (levels + 1).
    lengths: Integers
    #: Rows of each phase of each level (levels).
    phase_rows: Integers
    #: Samples by which each level is extended on the left (levels).
    left: Integers
    #: Where each level's phases begin in the workspace, in rows (levels + 1).
    phase_start: Integers
    #: Where each level's details begin, in rows, with the zeros around them (levels + 1).
    detail_start: Integers
    #: The border samples of level j are the entries border_start[j] to border_start[j + 1].
    border_start: Integers
    #: Row of a border sample within its level's phases, repeated for each of its terms.
    border_target: Integers
    #: Row of the inner sample of a term.
    border_source: Integers
    #: Weight of a term.
    border_weight: NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """The layout of one transform, and the sizes of the workspace it needs."""

    arrays: PlanArrays
    approximation_rows: int
    gradient_rows: int


@lru_cache(maxsize=256)
def make_plan(length: int, taps: int, levels: int, mode: Mode, adjoint: bool) -> Plan:
    """Plan the analysis of signals of one length, or the adjoint of their synthesis.

    Parameters
    ----------
    length, taps, levels : int
        Of the signals, of the filters, and of the transform.
    mode : str
        PyWavelets' signal extension mode.
    adjoint : bool
        Plan S_h^T of that mode instead of A_h. It is an analysis with zero padding, or, with
        ``periodization``, one that appends a zero to a level of odd length where the analysis
        repeats the last sample.
    """
    append_zero = False
    if adjoint:
        mode, append_zero = adjoint_extension(mode)
    half = taps // 2
    lengths, phase_rows, lefts = [length], [], []
    phase_start, detail_start, border_start = [0], [0], [0]
    targets: list[int] = []
    sources: list[int] = []
    weights: list[float] = []
    for _ in range(levels):
        size = lengths[-1]
        edge = border(size, taps, mode, append_zero)
        left = edge.before.shape[1]
        rows = edge.outputs + half - 1
        outside = np.concatenate([edge.before, edge.after], axis=1)
        for column, term in zip(*np.nonzero(outside.T), strict=True):
            target = column if column < left else column + size
            targets.append(_phase_row(int(target), rows))
            sources.append(_phase_row(int(left + edge.inner[term]), rows))
            weights.append(float(outside[term, column]))
        lengths.append(edge.outputs)
        phase_rows.append(rows)
        lefts.append(left)
        phase_start.append(phase_start[-1] + 2 * rows)
        detail_start.append(detail_start[-1] + edge.outputs + 2 * (half - 1))
        border_start.append(len(targets))
    arrays = PlanArrays(
        np.array(lengths),
        np.array(phase_rows, dtype=np.int64),
        np.array(lefts, dtype=np.int64),
        np.array(phase_start),
        np.array(detail_start),
        np.array(border_start),
        np.array(targets, dtype=np.int64),
        np.array(sources, dtype=np.int64),
        np.array(weights, dtype=np.float64),
    )
    return Plan(
        arrays,
        approximation_rows=max(lengths[1:], default=length) + 2 * (half - 1),
        gradient_rows=2 * max(phase_rows[1:], default=0),
    )


def _phase_row(sample: int, rows: int) -> int:
    """Row of an extended sample within its level: even samples first, then the odd ones."""
    return (sample % 2) * rows + sample // 2
