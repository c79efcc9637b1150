"""Readings are searched thoroughly only if a light search finds them within reach of the best."""

import numpy as np
import pytest

from tests.students.test_distilled import oscillations
from wavedistill.students import DistilledRegressor
from wavedistill.students.progress import SILENT
from wavedistill.students.reach import glance, within_reach
from wavedistill.students.readings import READINGS, ReadSignals, auto_readings
from wavedistill.students.ridge import RidgeError
from wavedistill.students.through import StudentObjective

X, LOGITS = oscillations(240)


def error(value, *spread):
    return RidgeError(value, value + np.array(spread), 0.1)


def test_what_is_near_by_share_or_by_chance_is_kept():
    least = error(0.20, 0.0, 0.0, 0.0)
    near = error(0.219, 0.001, -0.001, 0.0)
    clearly_worse = error(0.30, 0.01, -0.01, 0.0)
    worse_by_chance = error(0.30, 0.2, -0.2, 0.0)
    assert within_reach([clearly_worse, least, near, worse_by_chance]) == [1, 2, 3]


def test_a_glance_takes_500_examples_and_gives_a_start():
    signals = np.tile(X, (3, 1))[:, None] / X.std()
    reader = ReadSignals(signals, READINGS["energy"], 2, "zero")
    objective = StudentObjective(reader, np.tile(LOGITS, 3)[:, None], np.arange(720) % 4)
    found = glance(objective, 4, [], np.random.default_rng(0), SILENT)
    assert len(found.wavelet.lowpass) == 4
    rows = np.linspace(0, 720, 500, endpoint=False).astype(int)
    lowpass = np.tile(found.wavelet.lowpass, (2, 1))
    assert found.error.value == pytest.approx(objective.subset(rows).error(lowpass).value)
    assert found.error.value < objective.error(np.tile([0, 0.5**0.5, 0.5**0.5, 0], (2, 1))).value


@pytest.mark.slow
def test_readings_out_of_reach_are_left_out():
    lines: list[str] = []
    student = DistilledRegressor("auto", levels=2, support=4, cv=3, verbose=lines.append)
    student.fit(X, teacher=LOGITS)
    begun = {line.partition(":")[0] for line in lines if "known wavelets" in line}
    searched = [line.partition(":")[0] for line in lines if ": 3 descents on all" in line]
    assert begun == set(auto_readings(1))
    assert student.reading_.label in searched
    assert len(searched) == len(set(searched)) < len(begun)
