"""Whether the gain over known wavelets is more than chance: other cells, and empty teachers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from joblib import delayed
from scipy.stats import bootstrap
from sklearn.metrics import r2_score

from wavedistill.attribution import attribute
from wavedistill.datasets import EndocytosisTable
from wavedistill.studies.endocytosis.amount import Amount
from wavedistill.studies.endocytosis.candidates import distilled
from wavedistill.studies.endocytosis.scores import BEST_KNOWN
from wavedistill.studies.endocytosis.students import Fit, choose, linear
from wavedistill.studies.endocytosis.teacher import (
    ClathrinLSTM,
    predict,
    randomised,
    train_teacher,
)
from wavedistill.studies.output import Notify, in_parallel
from wavedistill.wavelets import Wavelet, known_wavelets

__all__ = ["CellGain", "GainSummary", "Gains", "measure_gains"]


@dataclass(frozen=True)
class CellGain:
    """R2 on a cell that neither the teacher, nor the wavelet, nor the student has seen."""

    cell: int
    tracks: int
    awd: float
    best_known: float
    db5: float
    teacher: float

    @property
    def gain(self) -> float:
        """Of the distilled over the best known wavelet."""
        return self.awd - self.best_known


class GainSummary(NamedTuple):
    """The gain over the best known wavelet in a few numbers."""

    #: Over the cells held out in turn, with a 95 % bootstrap interval.
    mean: float
    low: float
    high: float
    #: On the study's own held-out cells: the trained teacher's, and the median of empty teachers.
    observed: float
    null_median: float
    #: Share of empty teachers that do as well, the trained one counted in.
    p_value: float


@dataclass(frozen=True)
class Gains:
    """The gain over the best known wavelet, cell by cell, and its null distribution."""

    #: Each cell held out once, everything before it done anew on the others.
    cells: tuple[CellGain, ...]
    #: Gains, on the study's own held-out cells, of wavelets distilled by the same procedure from
    #: teachers with random weights; and the gain there of the trained teacher's wavelet.
    null: tuple[float, ...]
    observed: float

    @property
    def as_good(self) -> int:
        """How many empty teachers do as well as the trained one."""
        return sum(gain >= self.observed for gain in self.null)

    def summary(self) -> GainSummary:
        """For a table; the cells must have been held out in turn."""
        gains = np.array([cell.gain for cell in self.cells])
        ends = bootstrap(
            (gains,), np.mean, n_resamples=10_000, method="percentile", rng=0
        ).confidence_interval
        null = float(np.median(self.null)) if self.null else np.nan
        p_value = (1 + self.as_good) / (1 + len(self.null))
        mean, low, high = float(gains.mean()), float(ends.low), float(ends.high)
        return GainSummary(mean, low, high, self.observed, null, p_value)


def measure_gains(
    table: EndocytosisTable,
    teacher: ClathrinLSTM,
    r2: Mapping[str, float],
    amount: Amount,
    *,
    retrain: bool = True,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> Gains:
    """Measure the gain over known wavelets: by cell if asked for, and of empty teachers.

    `r2` is by model, on the study's own held-out cells. With `retrain`, a teacher is trained anew
    without each cell; one that was trained on other recordings has seen none of them.
    """
    cells = np.unique(table.cell) if amount.by_cell else ()
    kept = None if retrain else teacher
    by_cell = [delayed(_without_cell)(table, cell, kept, amount, seed) for cell in cells]
    train, test = table.rows(~table.is_test), table.rows(table.is_test)
    empty = [
        delayed(_distilled_r2)(train, test, randomised(teacher, 1000 + i), amount, seed)
        for i in range(amount.null)
    ]
    gains = in_parallel(by_cell, amount.jobs, "cells held out in turn", notify)
    null = in_parallel(empty, amount.jobs, "teachers with random weights", notify)
    known = r2[BEST_KNOWN]
    return Gains(tuple(gains), tuple(score - known for score in null), r2["AWD"] - known)


def _without_cell(
    table: EndocytosisTable, cell: int, teacher: ClathrinLSTM | None, amount: Amount, seed: int
) -> CellGain:
    aside = table.cell == cell
    train, test = table.rows(~aside), table.rows(aside)
    seen = teacher or train_teacher(train, max_epochs=amount.epochs, seed=seed)
    best = choose(known_wavelets(), linear, Fit(train, seed))
    db5 = linear(Wavelet.from_name("db5")).fit(train.X, train.y)
    return CellGain(
        cell=int(cell),
        tracks=len(test),
        awd=_distilled_r2(train, test, seen, amount, seed),
        best_known=float(r2_score(test.y, best.model.predict(test.X))),
        db5=float(r2_score(test.y, db5.predict(test.X))),
        teacher=float(r2_score(test.y, predict(seen, test.X))),
    )


def _distilled_r2(
    train: EndocytosisTable,
    test: EndocytosisTable,
    teacher: ClathrinLSTM,
    amount: Amount,
    seed: int,
) -> float:
    """R2 of the student of the wavelet that was distilled from a teacher."""
    wavelets = distilled(train.X, attribute(teacher, train.X), amount, seed)
    best = choose(wavelets, linear, Fit(train, seed))
    return float(r2_score(test.y, best.model.predict(test.X)))
