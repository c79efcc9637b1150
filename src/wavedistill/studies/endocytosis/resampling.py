"""Whether the gain over known wavelets is more than chance: other cells, and empty teachers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.metrics import r2_score

from wavedistill.attribution import attribute
from wavedistill.datasets import EndocytosisTable
from wavedistill.studies.candidates import known
from wavedistill.studies.endocytosis.candidates import distilled
from wavedistill.studies.endocytosis.students import Fit, choose, linear
from wavedistill.studies.endocytosis.teacher import (
    ClathrinLSTM,
    predict,
    randomised,
    train_teacher,
)
from wavedistill.wavelets import Wavelet

__all__ = ["CellGain", "GainSummary", "Gains", "gains_by_cell", "null_scores"]

Array = NDArray[np.float64]


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
    """The gain over the best known wavelet in a few numbers.

    `mean`, `low` and `high` are of the cells held out in turn, with a 95 % bootstrap interval;
    `observed` is the gain on the study's own held-out cells, `null_median` that of teachers with
    random weights there, and `p_value` the share of these that do as well, the trained one counted
    in.
    """

    mean: float
    low: float
    high: float
    observed: float
    null_median: float
    p_value: float


@dataclass(frozen=True)
class Gains:
    """The gain over the best known wavelet, cell by cell, and its null distribution.

    Parameters
    ----------
    cells : tuple of CellGain
        Each cell held out once, everything before it done anew on the others.
    null : tuple of float
        Gains, on the study's own held-out cells, of wavelets distilled by the same procedure from
        teachers with random weights.
    observed : float
        The gain there of the trained teacher's wavelet.
    """

    cells: tuple[CellGain, ...]
    null: tuple[float, ...]
    observed: float

    @property
    def mean(self) -> float:
        """Over cells."""
        return float(np.mean([cell.gain for cell in self.cells]))

    def interval(self, coverage: float = 0.95, count: int = 10_000, seed: int = 0) -> Array:
        """Bootstrap interval of the mean gain, resampling cells."""
        gains = np.array([cell.gain for cell in self.cells])
        drawn = np.random.default_rng(seed).choice(gains, size=(count, len(gains))).mean(axis=1)
        tail = (1 - coverage) / 2
        ends: Array = np.quantile(drawn, [tail, 1 - tail])
        return ends

    def summary(self) -> GainSummary:
        """For a table; the cells must have been held out in turn."""
        low, high = self.interval()
        null = float(np.median(self.null)) if self.null else np.nan
        return GainSummary(self.mean, float(low), float(high), self.observed, null, self.p_value)

    @property
    def p_value(self) -> float:
        """Share of empty teachers that do as well, the trained one counted in."""
        return (1 + sum(gain >= self.observed for gain in self.null)) / (1 + len(self.null))


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
    epochs : int
    seed : int
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
    best = choose(known(), linear, Fit(train, seed))
    db5 = linear(Wavelet.from_name("db5")).fit(train.X, train.y)
    return CellGain(
        int(cell),
        len(test),
        _distilled_score(train, test, seen, seed, search),
        float(r2_score(test.y, best.model.predict(test.X))),
        float(r2_score(test.y, db5.predict(test.X))),
        float(r2_score(test.y, predict(seen, test.X))),
    )


def _distilled_score(
    train: EndocytosisTable,
    test: EndocytosisTable,
    teacher: ClathrinLSTM,
    seed: int,
    search: dict[str, tuple[float, ...]],
) -> float:
    candidates = distilled(train.X, attribute(teacher, train.X), seed=seed, **search)  # type: ignore[arg-type]
    best = choose(candidates, linear, Fit(train, seed))
    return float(r2_score(test.y, best.model.predict(test.X)))
