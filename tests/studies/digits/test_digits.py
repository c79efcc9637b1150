"""The study of digits: what it is held against, and what it writes."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest
import pywt

import wavedistill as wd
from tests.helpers import normal

torch = pytest.importorskip("torch")
pytest.importorskip("matplotlib")

from wavedistill.studies.digits import Amount  # noqa: E402
from wavedistill.studies.digits.report import reproduce  # noqa: E402
from wavedistill.studies.digits.scattering import scattering  # noqa: E402
from wavedistill.studies.digits.task import load  # noqa: E402


def test_scattering_is_that_of_undecimated_wavelets():
    images = normal(2, 16, 16)
    found = scattering(images, "db2", 2, 1, "periodization")
    # 1, six moduli, and of each of three at level 1 three at level 2.
    assert found.shape == (2, 1 + 6 + 9)

    def bands(image):
        approximation, coarse, fine = pywt.swt2(image, "db2", level=2, trim_approx=True, norm=False)
        return [approximation, *coarse, *fine]

    first = bands(images[0])
    expected = [first[0].mean(), *(np.abs(band).mean() for band in first[1:])]
    for band in first[4:]:
        expected += [np.abs(each).mean() for each in bands(np.abs(band))[1:4]]
    np.testing.assert_allclose(found[0], expected, rtol=1e-10)


def test_scattering_does_not_change_with_a_shift_around_the_border():
    images = normal(2, 16, 16)
    moved = np.roll(images, (3, 5), axis=(1, 2))
    settings = ("haar", 2, 1, "periodization")
    np.testing.assert_allclose(scattering(moved, *settings), scattering(images, *settings))


def test_an_unknown_set_is_refused():
    with pytest.raises(ValueError, match="--data letters must be one of digits, mnist"):
        load("letters")


def test_images_are_split_by_class_and_never_twice():
    task = load("digits", 300)
    assert len(task.X) == 300
    assert len(task.X_test) == 719
    assert task.X.max() == 1
    together = np.concatenate([task.X, task.X_test]).reshape(-1, 64)
    assert len(np.unique(together, axis=0)) == len(together)


@pytest.mark.slow
def test_the_study_writes_its_table_its_figures_and_a_student(tmp_path):
    amount = replace(Amount.quick(), examples=200, support=2, epochs=6)
    found = reproduce(tmp_path, amount)
    rows = found.study.rows
    assert [row.model for row in rows[-3:]] == ["raw pixels", "scattering", "network"]
    assert [row.model.rpartition(", ")[2] for row in rows[:2]] == ["learned", "known"]
    assert rows[0].gain == pytest.approx(rows[0].accuracy - rows[1].accuracy)
    assert rows[0].low <= rows[0].gain <= rows[0].high
    assert np.isnan([row.gain for row in rows[1:]]).all()
    assert rows[-1].fidelity == 1
    with (tmp_path / "models.csv").open() as file:
        assert [line["model"] for line in csv.DictReader(file)] == [row.model for row in rows]
    student = wd.load_student(tmp_path / "student.json")
    task = found.study.task
    assert student.score(task.X_test, task.y_test) == pytest.approx(rows[0].accuracy)
    assert {path.name for path in found.files} >= {"scores.png", "classes.png"}
