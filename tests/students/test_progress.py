"""Long fits tell what they do and how long they will take, and do the same when they are silent."""

import re
import time
from typing import Any

import numpy as np
import pytest
from numba import njit

import wavedistill as wd
from tests.students.test_distilled import oscillations
from wavedistill.students.progress import Progress

X, LOGITS = oscillations(60)
QUICK: dict[str, Any] = {"reading": "energy", "levels": 2, "support": 4, "cv": 3}


def shares(lines):
    return [int(re.findall(r"\((\d+) % done", line)[0]) for line in lines if "done" in line]


@pytest.fixture
def clock(monkeypatch):
    """Seconds that the test sets."""
    now = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    return now


def test_time_left_is_time_taken_by_what_is_left_over_what_is_done(clock):
    lines: list[str] = []
    first, second = Progress.of(lines.append).parts([1, 3])
    first("depth")
    clock[0] += 20
    second("search")
    halves = second.named("12 taps").parts([1, 1])
    clock[0] += 30
    halves[1]("descents")
    clock[0] += 1000
    halves[1]("late")
    assert lines == [
        "depth (0 % done)",
        "search (25 % done, about 60 s left)",
        "12 taps: descents (62 % done, about 30 s left)",
        "12 taps: late (62 % done, about 10 min left)",
    ]


def test_compiling_is_told_once_and_is_no_part_of_the_estimate(clock):
    lines: list[str] = []
    whole = Progress.of(lines.append)

    with whole.watching(), whole.watching():
        for number in range(2):
            njit(lambda x: x + 1)(number + 0.5)
        compiled = njit(lambda x: x - 1)
        compiled(1.0)
        compiled(2.0)
    assert lines == ["compiling kernels, once"]
    whole.clock.compiling = 40.0
    clock[0] += 60
    whole.parts([1, 1])[1]("half")
    assert lines[-1] == "half (50 % done, about 20 s left)"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"per_level": "auto", "max_numbers": 12},
        {"reading": "auto", "support": 2},
    ],
    ids=["plain", "choices", "readings"],
)
@pytest.mark.slow
def test_a_fit_that_tells_gives_what_a_silent_one_gives(changes):
    lines: list[str] = []
    student = wd.DistilledRegressor(**{**QUICK, **changes})
    silent = student.fit(X, teacher=LOGITS).predict(X)
    telling = student.set_params(verbose=lines.append).fit(X, teacher=LOGITS)
    np.testing.assert_array_equal(telling.predict(X), silent)
    found = shares(lines)
    assert found == sorted(found)
    assert found[0] == 0
    assert 10 < found[-1] < 100
    assert all(line.endswith(" left)") for line in lines if shares([line]) >= [5])


@pytest.mark.slow
def test_true_writes_to_stderr_and_false_writes_nothing(capsys):
    wd.DistilledRegressor(verbose=True, **QUICK).fit(X, teacher=LOGITS)
    written = capsys.readouterr()
    assert written.out == ""
    assert "energy: 4 taps: " in written.err
    wd.DistilledRegressor(**QUICK).fit(X, teacher=LOGITS)
    assert capsys.readouterr() == ("", "")


def test_what_is_no_listener_is_refused():
    loud: dict[str, Any] = {**QUICK, "verbose": "loud"}
    with pytest.raises(TypeError, match="verbose='loud' must be True, False, or a function"):
        wd.DistilledRegressor(**loud).fit(X, teacher=LOGITS)


def test_distillation_and_comparison_go_on_where_the_student_ended():
    lines: list[str] = []
    settings: dict[str, Any] = {**QUICK, "support": 2, "compare_cv": 2, "refits": 1}
    told = wd.distill(LOGITS, X, verbose=lines.append, **settings)
    found = shares(lines)
    assert found == sorted(found)
    assert lines[0] == "outputs of the model (0 % done)"
    assert any(line.startswith("student: energy: 2 taps: ") for line in lines)
    assert lines[-2].startswith("comparison: fold 2 of 2, spectrum (8")
    assert lines[-1].startswith("stability: bootstrap 1 (8")
    silent = wd.distill(LOGITS, X, **settings)
    assert silent.comparison.rows[0].scores == told.comparison.rows[0].scores
    assert told.student.get_params()["verbose"] == lines.append
