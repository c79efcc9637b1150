"""Students that a wavelet is learned through, beyond the paper: each cell is held out in turn.

The outputs of the LSTM teach them, or the response alone. For each held-out cell everything is done
anew on the others: the teacher is trained if none is given, and wavelet, depth, features and
penalty are chosen in cross-validation that leaves cells out. The gain is over the same student with
the known wavelet of the same cross-validation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from joblib import delayed
from numpy.typing import NDArray
from scipy.stats import bootstrap
from sklearn.metrics import r2_score

from wavedistill.attribution.predictions import with_random_weights
from wavedistill.datasets import EndocytosisTable
from wavedistill.students import DistilledRegressor
from wavedistill.studies.endocytosis.amount import Amount
from wavedistill.studies.endocytosis.teacher import predict, train_teacher
from wavedistill.studies.output import Notify, in_parallel

__all__ = ["Lesson", "Through", "ThroughRow", "through_students"]

Array = NDArray[np.floating]

#: Numbers that a student may have, taps and intercept among them.
_NUMBERS = 40
_SUPPORT = 12


class Lesson(NamedTuple):
    """What a student reads, and what its wavelet is learned from."""

    reading: str
    parts: int | None = None
    teacher: bool = True
    per_level: bool = False

    @property
    def label(self) -> str:
        """For a table."""
        parts = "" if self.parts is None else f", {self.parts} parts"
        return f"{self.reading}{parts}{', per level' if self.per_level else ''}"

    def student(self, wavelet: Any, seed: int) -> DistilledRegressor:
        """A student with the wavelet given, or a way to choose one."""
        return DistilledRegressor(
            self.reading,
            parts=self.parts,
            support=_SUPPORT,
            per_level=self.per_level and wavelet == "learned",
            max_numbers=_NUMBERS,
            cv=7,
            random_state=seed,
            wavelet=wavelet,
        )


#: The lesson of the null distribution. In earlier looks at the same eight recordings it was the
#: best of nine readings, so its interval there is that of a best one.
CHOSEN = Lesson("events", 2)
LESSONS = (
    CHOSEN,
    Lesson("events"),
    Lesson("energy"),
    Lesson("packets"),
    Lesson("largest"),
    Lesson("means"),
    Lesson("events", 2, per_level=True),
    Lesson("events", 2, teacher=False),
    Lesson("events", teacher=False),
)


@dataclass(frozen=True)
class ThroughRow:
    """A student's mean R2 over the held-out cells, and its gain over the best known wavelet."""

    reading: str
    learned_from: str
    r2: float
    best_known: float
    teacher: float
    #: Mean over the cells, with a 95 % bootstrap interval.
    gain: float
    low: float
    high: float
    #: Medians over the cells, and what most cells had.
    numbers: int
    wavelet: str
    known: str


@dataclass(frozen=True)
class Through:
    """What was found of students that a wavelet is learned through."""

    rows: tuple[ThroughRow, ...] = ()
    #: Mean R2 of the first row's student with wavelets learned from LSTMs with random weights.
    null: tuple[float, ...] = ()
    #: The first row's student, fitted to the training cells of the study.
    student: DistilledRegressor | None = None

    @property
    def p_value(self) -> float:
        """Share of wavelets of empty teachers that do as well, the trained one's counted in."""
        as_good = sum(r2 >= self.rows[0].r2 for r2 in self.null)
        return (1 + as_good) / (1 + len(self.null))


class _Fit(NamedTuple):
    r2: float
    numbers: int
    wavelet: str


class _Cell(NamedTuple):
    """What was found without a cell: by lesson, the learned and the known wavelet's student."""

    teacher: float
    fits: tuple[tuple[_Fit, ...], ...]
    null: tuple[float, ...]


def through_students(
    table: EndocytosisTable,
    teacher: torch.nn.Module | None,
    trained: torch.nn.Module,
    amount: Amount,
    seed: int,
    notify: Notify,
) -> Through:
    """Fit the students without each cell in turn; `amount.lessons` of them, the first ones.

    A `teacher` that was trained on other recordings has seen none of the cells; without one, a
    teacher is trained anew without each cell. `trained` is the study's own, for the student that
    is read, and the one whose weights are made random.
    """
    lessons = LESSONS[: amount.lessons]
    if not lessons:
        return Through()
    cells = np.unique(table.cell)
    tasks = [
        delayed(_without)(table, cell, teacher, trained, lessons, amount, seed) for cell in cells
    ]
    found = in_parallel(tasks, amount.jobs, "wavelets learned through the student", notify)
    rows = tuple(_row(lesson, n, found) for n, lesson in enumerate(lessons))
    null = tuple(np.mean([each.null for each in found], axis=0).tolist())
    train = table.rows(~table.is_test)
    student = _taught(lessons[0], train, predict(trained, train.X), "learned", seed)
    return Through(rows, null, student)


def _without(
    table: EndocytosisTable,
    cell: int,
    teacher: torch.nn.Module | None,
    trained: torch.nn.Module,
    lessons: Sequence[Lesson],
    amount: Amount,
    seed: int,
) -> _Cell:
    train, test = table.rows(table.cell != cell), table.rows(table.cell == cell)
    own = teacher or train_teacher(train, max_epochs=amount.epochs, seed=seed)
    outputs = predict(own, train.X)
    taught = partial(_taught, train=train, seed=seed)
    fits = tuple(
        tuple(_scored(taught(lesson, outputs=outputs, wavelet=w), test) for w in _WAVELETS)
        for lesson in lessons
    )
    null = _empty(lessons[0], train, test, outputs, trained, amount.null, seed)
    return _Cell(float(r2_score(test.y, predict(own, test.X))), fits, tuple(null))


_WAVELETS = ("learned", "known")


def _taught(
    lesson: Lesson, train: EndocytosisTable, outputs: Array, wavelet: Any, seed: int
) -> DistilledRegressor:
    return lesson.student(wavelet, seed).fit(
        train.X, train.y, teacher=outputs if lesson.teacher else None, groups=train.cell
    )


def _empty(
    lesson: Lesson,
    train: EndocytosisTable,
    test: EndocytosisTable,
    outputs: Array,
    trained: torch.nn.Module,
    count: int,
    seed: int,
) -> Iterator[float]:
    """R2 of students whose wavelet is learned from empty teachers, and weights as any other's."""
    for number in range(count):
        blank = predict(with_random_weights(trained, 1000 + number), train.X)
        misled = lesson.student("learned", seed).fit(train.X, teacher=blank, groups=train.cell)
        student = _taught(lesson, train, outputs, misled.transform_, seed)
        yield float(r2_score(test.y, student.predict(test.X)))


def _scored(student: DistilledRegressor, test: EndocytosisTable) -> _Fit:
    taps = student.wavelets_[0].lowpass
    name = student.wavelets_[0].name or f"{len(taps)} taps"
    return _Fit(float(r2_score(test.y, student.predict(test.X))), student.n_numbers_, name)


def _row(lesson: Lesson, number: int, found: Sequence[_Cell]) -> ThroughRow:
    learned, known = (
        [each.fits[number][which] for each in found] for which in range(len(_WAVELETS))
    )
    gains = np.array([a.r2 - b.r2 for a, b in zip(learned, known, strict=True)])
    ends = bootstrap((gains,), np.mean, n_resamples=10_000, method="percentile", rng=0)
    return ThroughRow(
        lesson.label,
        "the LSTM" if lesson.teacher else "the response",
        float(np.mean([each.r2 for each in learned])),
        float(np.mean([each.r2 for each in known])),
        float(np.mean([each.teacher for each in found])),
        float(gains.mean()),
        float(ends.confidence_interval.low),
        float(ends.confidence_interval.high),
        int(np.median([each.numbers for each in learned])),
        _most(learned),
        _most(known),
    )


def _most(fits: Sequence[_Fit]) -> str:
    name, count = Counter(each.wavelet for each in fits).most_common(1)[0]
    return f"{name} ({count} of {len(fits)})"
