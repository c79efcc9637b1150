"""Whether the gain over known wavelets is more than chance: other cells, and empty teachers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from joblib import delayed
from scipy.stats import bootstrap
from sklearn.metrics import r2_score

from wavedistill.attribution.predictions import with_random_weights
from wavedistill.datasets import EndocytosisTable
from wavedistill.studies.endocytosis.amount import Amount
from wavedistill.studies.endocytosis.models import Models
from wavedistill.studies.endocytosis.scores import BEST_KNOWN, TEACHER
from wavedistill.studies.output import Notify, in_parallel

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


def measure_gains(models: Models, teacher: torch.nn.Module | None, notify: Notify) -> Gains:
    """Measure the gain over known wavelets: by cell if asked for, and of empty teachers.

    A `teacher` that was trained on other recordings has seen none of the cells; without one, a
    teacher is trained anew without each cell.
    """
    task = models.table, models.amount, models.seed
    cells = np.unique(models.table.cell) if models.amount.by_cell else ()
    by_cell = [delayed(_without_cell)(*task, teacher, cell) for cell in cells]
    empty = [
        delayed(_distilled_r2)(*task, with_random_weights(models.teacher, 1000 + i))
        for i in range(models.amount.null)
    ]
    gains = in_parallel(by_cell, models.amount.jobs, "cells held out in turn", notify)
    null = in_parallel(empty, models.amount.jobs, "teachers with random weights", notify)
    r2 = models.r2()
    known = r2[BEST_KNOWN]
    return Gains(tuple(gains), tuple(score - known for score in null), r2["AWD"] - known)


def _without_cell(
    table: EndocytosisTable, amount: Amount, seed: int, teacher: torch.nn.Module | None, cell: int
) -> CellGain:
    aside = table.cell == cell
    r2 = Models(replace(table, is_test=aside), amount, seed, teacher).r2()
    scores = (r2[model] for model in ("AWD", BEST_KNOWN, "DB5", TEACHER))
    return CellGain(int(cell), int(aside.sum()), *scores)


def _distilled_r2(
    table: EndocytosisTable, amount: Amount, seed: int, teacher: torch.nn.Module
) -> float:
    """R2 of the student of the wavelet that was distilled from a teacher."""
    models = Models(table, amount, seed, teacher)
    return float(r2_score(models.test.y, models.awd.model.predict(models.test.X)))
