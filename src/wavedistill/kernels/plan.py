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
import pywt
from numpy.typing import NDArray

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
def make_plan(length: int, taps: int, levels: int, mode: str, adjoint: bool) -> Plan:
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
    if adjoint and mode != "periodization":
        mode, adjoint = "zero", False
    half = taps // 2
    lengths, phase_rows, lefts = [length], [], []
    phase_start, detail_start, border_start = [0], [0], [0]
    targets: list[int] = []
    sources: list[int] = []
    weights: list[float] = []
    for _ in range(levels):
        size = lengths[-1]
        periodic = mode == "periodization"
        outputs = -(-size // 2) if periodic else (size + taps - 1) // 2
        left = half - 1 if periodic else taps - 2
        rows = outputs + half - 1
        for target, terms in _border(size, taps, left, mode, adjoint):
            for source, weight in terms:
                targets.append(_phase_row(target, rows))
                sources.append(_phase_row(source, rows))
                weights.append(weight)
        lengths.append(outputs)
        phase_rows.append(rows)
        lefts.append(left)
        phase_start.append(phase_start[-1] + 2 * rows)
        detail_start.append(detail_start[-1] + outputs + 2 * (half - 1))
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


Terms = list[tuple[int, float]]


def _border(length: int, taps: int, left: int, mode: str, adjoint: bool) -> list[tuple[int, Terms]]:
    """Extended samples outside the signal, as weighted sums of those inside.

    Both are counted from the first extended sample, of which the signal begins at `left`.
    """
    # A border looks no further into the signal than it is wide, from either end: a short signal of
    # the same parity has the same border.
    short = min(length, 2 * taps + length % 2)
    columns = _extension(short, taps, mode, adjoint)
    border = []
    for column in (*range(left), *range(left + short, columns.shape[1])):
        inner = np.flatnonzero(columns[:, column])
        moved = left + np.where(inner < short // 2, inner, inner + length - short)
        target = column if column < left else column + length - short
        terms = [(int(m), float(columns[i, column])) for m, i in zip(moved, inner, strict=True)]
        border.append((target, terms))
    return border


def _extension(length: int, taps: int, mode: str, adjoint: bool) -> NDArray[np.float64]:
    """Unit vectors as one level of `pywt.dwt` sees them, shape (length, extended length).

    A filter that is a unit impulse hands out the extended samples themselves.
    """
    if length == 1 and mode in ("reflect", "antireflect"):
        # PyWavelets refuses to reflect a single sample; its repetition is what the rule amounts to.
        mode = "constant"
    units = np.eye(length)
    if adjoint and length % 2:
        units = np.concatenate([units, np.zeros((length, 1))], axis=1)
    outputs = pywt.dwt_coeff_len(units.shape[1], taps, mode)
    extended = np.empty((length, 2 * outputs + taps - 2))
    for tap, impulse in enumerate(np.eye(taps)[::-1]):
        bank = pywt.Wavelet("impulse", filter_bank=(impulse,) * 4)
        extended[:, tap : tap + 2 * outputs : 2] = pywt.dwt(units, bank, mode)[0]
    return extended


def _phase_row(sample: int, rows: int) -> int:
    """Row of an extended sample within its level: even samples first, then the odd ones."""
    return (sample % 2) * rows + sample // 2
