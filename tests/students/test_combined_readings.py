"""Several readings side by side: the features of each, and all that a student does with them."""

import runpy
from typing import Any

import numpy as np
import pytest

from tests.helpers import normal
from wavedistill.students import DistilledRegressor, load_student
from wavedistill.students.readings import READINGS, ReadSignals, as_reading
from wavedistill.wavelets import Lattice

LEVELS = 2
LOW = np.stack([Lattice(6).forward([0.4, -1.1])] * LEVELS)
SEVERAL = ["energy", "events", "means"]
FAST: dict[str, Any] = {"levels": LEVELS, "wavelet": "known", "cv": 3}


def test_each_channel_has_the_features_of_each_reading():
    x, joint = normal(5, 2, 30), as_reading(SEVERAL)
    found = ReadSignals(x, joint, LEVELS, "zero").features(LOW).reshape(5, 2, -1)
    each = [
        ReadSignals(x, READINGS[name], LEVELS, "zero").features(LOW).reshape(5, 2, -1)
        for name in SEVERAL
    ]
    np.testing.assert_array_equal(found, np.concatenate(each, axis=2))
    names = joint.feature_names(LEVELS, 2)
    assert len(set(names)) == len(names) == found[0].size
    for column, name in enumerate(names):
        feature = joint.feature(LEVELS, column)
        own = feature.reading.feature_names(LEVELS, 2)
        assert sum(feature.reading.feature(LEVELS, i) == feature for i in range(len(own))) == 1
        place = next(i for i in range(len(own)) if feature.reading.feature(LEVELS, i) == feature)
        assert own[place] == name


@pytest.mark.parametrize("shape", [(2, 30), (1, 14, 11)])
def test_derivatives_are_those_of_all_readings(shape):
    reader = ReadSignals(normal(4, *shape), as_reading(SEVERAL, parts=2), LEVELS, "symmetric")
    weights = normal(4, reader.count, seed=1)
    gradient = reader.pull(LOW, weights)
    for place in np.ndindex(LOW.shape):
        step = np.zeros_like(LOW)
        step[place] = 1e-6
        ends = [np.sum(weights * reader.features(LOW + s * step)) for s in (1, -1)]
        assert gradient[place] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5, abs=1e-6)


def test_a_student_with_several_readings_learns_saves_exports_and_explains(tmp_path):
    x = normal(200, 2, 32).cumsum(axis=-1)
    logits = 3 * np.log(np.mean(np.diff(x[:, 0]) ** 2, axis=-1)) + np.diff(x[:, 1]).max(axis=-1)
    student = DistilledRegressor(SEVERAL, levels=LEVELS, support=6, cv=3, max_numbers=16)
    student.fit(x, teacher=logits)
    assert student.n_numbers_ <= 16
    assert student.fidelity(x, logits) > 0.7
    alone = DistilledRegressor("means", levels=LEVELS, support=6, cv=3, max_numbers=16)
    assert student.comparison_["student"] < alone.fit(x, teacher=logits).comparison_["student"]
    used = {student.reading_.feature(LEVELS, column).reading.name for column in student.columns_}
    assert len(used) > 1

    student.save(tmp_path / "student.json")
    again = load_student(tmp_path / "student.json")
    assert again.reading_ == student.reading_
    assert again.reading == SEVERAL
    np.testing.assert_array_equal(again.predict(x), student.predict(x))
    student.export(tmp_path / "student.py")
    plain = runpy.run_path(str(tmp_path / "student.py"))
    np.testing.assert_allclose(plain["predict"](x), student.predict(x), atol=1e-9)
    parts = student.contributions(x[:3])
    np.testing.assert_allclose(parts.predictions[:, 0], student.predict(x[:3]), rtol=1e-10)


def test_curves_are_those_of_the_reading_that_a_feature_is_of():
    x = normal(90, 2, 32).cumsum(axis=-1)
    found = DistilledRegressor(["energy", "events"], **FAST).fit(x, teacher=normal(90, seed=1))
    parts = found.contributions(x[:2])
    alone = DistilledRegressor("energy", wavelet=found.transform_, cv=3)
    energies = alone.fit(x, teacher=normal(90, seed=1)).contributions(x[:2])
    own = [i for i, name in enumerate(parts.names) if "log-energy" in name]
    for column, place in enumerate(own):
        np.testing.assert_allclose(parts.curve(1, place), energies.curve(1, column), atol=1e-12)


@pytest.mark.parametrize(
    ("reading", "message"),
    [
        ([], "two or more different readings"),
        (["energy", "energy"], "two or more different readings"),
        (["energy", "loudness"], "reading='loudness' must be one of"),
        (["energy", "scattering-own"], "use it alone"),
    ],
)
def test_lists_that_make_no_sense_are_refused(reading, message):
    with pytest.raises(ValueError, match=message):
        DistilledRegressor(reading).fit(normal(20, 16), teacher=normal(20))
    assert as_reading(["energy"]) == READINGS["energy"]
