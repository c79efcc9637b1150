"""Wavelets learned through the student: cells never mix, and the null is of empty teachers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from wavedistill.datasets import make_endocytosis
from wavedistill.students import DistilledRegressor

torch = pytest.importorskip("torch")
pytest.importorskip("skorch")

from wavedistill.studies.endocytosis import Amount, through  # noqa: E402
from wavedistill.studies.endocytosis.teacher import ClathrinLSTM, predict  # noqa: E402
from wavedistill.studies.endocytosis.through import (  # noqa: E402
    Lesson,
    Through,
    ThroughRow,
    through_students,
)


def row(r2: float) -> ThroughRow:
    return ThroughRow("events", "the LSTM", r2, 0.0, 0.0, r2, 0.0, r2, 9, "haar", "haar")


@pytest.mark.parametrize(("null", "expected"), [((), 1.0), ((0.1, 0.2, 0.3), 0.5), ((0.1,), 0.5)])
def test_p_counts_the_empty_teachers_that_do_as_well(null, expected):
    assert Through((row(0.25),), null).p_value == expected


@pytest.fixture
def few(monkeypatch):
    """Tracks of three cells, and a small lesson; what each student was fitted to is noted."""
    table = make_endocytosis(120, random_state=3)
    table = table.rows(np.isin(table.cell, (1, 2, 7)))
    fits: list[Any] = []

    class Noted(DistilledRegressor):
        def fit(self, X, y=None, teacher=None, groups=None, **others):  # type: ignore[override]
            fits.append((np.unique(groups), y, teacher, self.wavelet))
            return super().fit(X, y, teacher=teacher, groups=groups, **others)

    def student(self: Lesson, wavelet: Any, seed: int) -> DistilledRegressor:
        settings: dict[str, Any] = {"levels": 1, "support": 2, "cv": 2, "random_state": seed}
        return Noted(self.reading, wavelet=wavelet, **settings)

    monkeypatch.setattr(through.Lesson, "student", student)
    monkeypatch.setattr(through, "LESSONS", (Lesson("energy"), Lesson("events", teacher=False)))
    return table, fits


@pytest.mark.slow
def test_cells_are_held_out_and_the_null_learns_from_empty_teachers(few):
    table, fits = few
    torch.manual_seed(0)
    teacher = ClathrinLSTM(4).eval()
    amount = replace(Amount.quick(), lessons=2, null=1)
    found = through_students(table, teacher, teacher, amount, 0, lambda message: None)
    assert [each.learned_from for each in found.rows] == ["the LSTM", "the response"]
    # Of each cell: two lessons with two wavelets, an empty teacher and its student; then the last.
    without, last = fits[:-1], fits[-1]
    assert len(without) == 3 * 6
    for number, cell in enumerate((1, 2, 7)):
        for cells, *_ in without[6 * number : 6 * number + 6]:
            assert cells.tolist() == [each for each in (1, 2, 7) if each != cell]
    assert [given[2] is None for given in fits[:6]] == [False, False, True, True, False, False]
    train = table.rows(table.cell != 1)
    np.testing.assert_array_equal(fits[0][2], predict(teacher, train.X))
    assert fits[4][1] is None
    assert np.corrcoef(fits[4][2], fits[0][2])[0, 1] < 0.999
    np.testing.assert_array_equal(fits[5][2], fits[0][2])
    assert last[0].tolist() == np.unique(table.cell[~table.is_test]).tolist()
    assert len(found.null) == 1
    first = found.rows[0]
    assert first.gain == pytest.approx(first.r2 - first.best_known)
    assert first.low <= first.gain <= first.high
    assert found.student is not None


def test_without_lessons_nothing_is_fitted(few):
    table, fits = few
    teacher = ClathrinLSTM(4).eval()
    found = through_students(table, None, teacher, Amount.quick(), 0, lambda message: None)
    assert found == Through()
    assert not fits
