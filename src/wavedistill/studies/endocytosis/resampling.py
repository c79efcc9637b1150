"""Whether the gain over known wavelets is more than chance: other cells, and empty teachers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed
from scipy.stats import bootstrap
from sklearn.metrics import r2_score

from wavedistill.attribution import attribute
from wavedistill.datasets import EndocytosisTable
from wavedistill.studies.endocytosis.candidates import distilled
from wavedistill.studies.endocytosis.students import Fit, choose, linear
from wavedistill.studies.endocytosis.teacher import (
    ClathrinLSTM,
    predict,
    randomised,
    train_teacher,
)
from wavedistill.wavelets import Wavelet, known_wavelets

__all__ = ["CellGain", "GainSummary", "Gains", "gains_by_cell", "null_scores"]


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
        interval = bootstrap(
            (gains,), np.mean, n_resamples=10_000, method="percentile", rng=0
        ).confidence_interval
        null = float(np.median(self.null)) if self.null else np.nan
        p_value = (1 + self.as_good) / (1 + len(self.null))
        ends = float(interval.low), float(interval.high)
        return GainSummary(float(gains.mean()), *ends, self.observed, null, p_value)


def gains_by_cell(
    table: EndocytosisTable,
    *,
    teacher: ClathrinLSTM | None = None,
    epochs: int = 200,
    seed: int = 0,
    jobs: int = 1,
    **search: tuple[float, ...],
) -> Iterator[CellGain]:
    """Hold out each cell in turn, and do everything before it anew on the others.

    Parameters
    ----------
    table : EndocytosisTable
    teacher : ClathrinLSTM, optional
        One that was trained on other recordings; by default one is trained for each cell, for so
        many epochs at most.
    epochs, seed : int
    jobs : int
        Processes.
    **search
        Supports and balances, as in `candidates.distilled`.
    """
    cells = np.unique(table.cell)
    work = (delayed(_gain)(table, cell, teacher, epochs, seed, search) for cell in cells)
    yield from Parallel(n_jobs=jobs, return_as="generator")(work)


def null_scores(
    train: EndocytosisTable,
    test: EndocytosisTable,
    teacher: ClathrinLSTM,
    *,
    count: int,
    seed: int = 0,
    jobs: int = 1,
    **search: tuple[float, ...],
) -> Iterator[float]:
    """R2 of the students of wavelets that were distilled from teachers with random weights."""
    work = (
        delayed(_distilled_score)(train, test, randomised(teacher, 1000 + i), seed, search)
        for i in range(count)
    )
    yield from Parallel(n_jobs=jobs, return_as="generator")(work)


def _gain(
    table: EndocytosisTable,
    cell: int,
    teacher: ClathrinLSTM | None,
    epochs: int,
    seed: int,
    search: dict[str, tuple[float, ...]],
) -> CellGain:
    aside = table.cell == cell
    train, test = table.rows(~aside), table.rows(aside)
    seen = teacher or train_teacher(train, max_epochs=epochs, seed=seed)
    best = choose(known_wavelets(), linear, Fit(train, seed))
    db5 = linear(Wavelet.from_name("db5")).fit(train.X, train.y)
    return CellGain(
        cell=int(cell),
        tracks=len(test),
        awd=_distilled_score(train, test, seen, seed, search),
        best_known=float(r2_score(test.y, best.model.predict(test.X))),
        db5=float(r2_score(test.y, db5.predict(test.X))),
        teacher=float(r2_score(test.y, predict(seen, test.X))),
    )


def _distilled_score(
    train: EndocytosisTable,
    test: EndocytosisTable,
    teacher: ClathrinLSTM,
    seed: int,
    search: dict[str, tuple[float, ...]],
) -> float:
    wavelets = distilled(train.X, attribute(teacher, train.X), seed=seed, **search)  # type: ignore[arg-type]
    best = choose(wavelets, linear, Fit(train, seed))
    return float(r2_score(test.y, best.model.predict(test.X)))
