"""The run of the archive study goes on where it stopped, and a set that fails stops no other."""

import json

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("joblib")

from tests.studies.archive.conftest import oscillations, write_set
from wavedistill.studies.archive import models
from wavedistill.studies.archive import run as running
from wavedistill.studies.archive.models import Row, Settings
from wavedistill.studies.archive.references import REFERENCES
from wavedistill.studies.archive.run import Amount, run
from wavedistill.studies.archive.teachers import Training

LEAST = Amount(
    training=Training(steps=15, most=15), settings=Settings(support=2, levels=1, cv=2), sets=2
)
MAIN = {
    "small network", "student 20", "student 50", "student 200", "known wavelet", "data alone",
    "random teacher", "energy, learned", "energy, known", "packets, learned", "packets, known",
    "raw samples", "spectrum", "MiniRocket", "catch22", "ridge on catch22",
}  # fmt: skip
FURTHER = {"inception", "student of inception", "student 50, four parts"}


@pytest.fixture
def quick(monkeypatch):
    """Two readings to choose from, and references that take no time."""
    monkeypatch.setattr("wavedistill.students.distilled.auto_readings", lambda rank: ["energy"])
    absent = dict.fromkeys(REFERENCES, _absent)
    monkeypatch.setattr(models, "REFERENCES", {**absent, "catch22": _always_the_first})


def _absent(X, y, X_test):
    raise ModuleNotFoundError("No module named 'aeon'")


def _always_the_first(X, y, X_test):
    return np.zeros(len(X_test), int), 1


def rows_of(record):
    return {row.model: row for row in record.rows}


@pytest.mark.slow
def test_a_run_has_every_model_and_goes_on_where_it_stopped(archive, tmp_path, quick, monkeypatch):
    write_set(archive, "Bad", oscillations(4, 1), 2)
    out, told = tmp_path / "out", []
    found = run(out, LEAST, [archive], notify=told.append)
    assert [record.name for record in found] == ["Two", "Three"]
    assert told[0] == "seed 0, main models: 2 to do"
    for record in found:
        rows = rows_of(record)
        assert set(rows) == MAIN | FURTHER
        assert rows["small network"].fidelity == 1
        assert rows["small network"].accuracy > 0.6
        assert rows["student 50"].reading == "energy"
        assert rows["student 50"].numbers <= 50 * record.classes
        assert rows["raw samples"].numbers == 33 * (record.classes - (record.classes == 2))
        assert rows["MiniRocket"].error == "absent: No module named 'aeon'"
        assert rows["catch22"].accuracy == np.mean(np.arange(record.test) % record.classes == 0)
    first = found[0]
    assert (first.train, first.test, first.channels, first.length) == (24, 16, 1, 32)

    def fail(*args, **more):
        raise RuntimeError("no work is left")

    # One result is lost, and its teachers are there still.
    (out / "results" / "Two-0.json").unlink()
    monkeypatch.setattr(running, "outputs_of", fail)
    again = run(out, LEAST, [archive])
    assert [record.accuracy("student 50") for record in again] == [
        record.accuracy("student 50") for record in found
    ]
    monkeypatch.setattr(running, "rows_of", fail)
    assert run(out, LEAST, [archive]) == again
    # Other settings make other results, and a failure is one of them.
    (failed, _) = run(out, Amount(sets=2), [archive])
    assert failed.skipped == "failed: RuntimeError: no work is left"
    assert failed.rows == ()


def test_main_models_of_all_sets_come_first(archive, tmp_path, monkeypatch):
    calls = []

    def rows(problem, outputs, settings, kept, *, whole):
        calls.append((problem.name, whole, len(kept)))
        return [*kept, Row(f"model {len(kept)}", 0.5, seconds=50.0 * len(problem.name))]

    monkeypatch.setattr(running, "rows_of", rows)
    amount = Amount(seeds=2, cheap=300)
    found = run(tmp_path / "out", amount, [archive])
    # The second seed is only for the set that took 300 seconds; the other took 500.
    assert calls == [
        ("Two", False, 0), ("Three", False, 0), ("Two", True, 1), ("Three", True, 1),
        ("Two", False, 0), ("Two", True, 1),
    ]  # fmt: skip
    assert [(record.name, record.seed, record.seconds) for record in found] == [
        ("Two", 0, 300), ("Three", 0, 500), ("Two", 1, 300),
    ]  # fmt: skip


def test_sets_that_cannot_be_used_tell_why(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(running, "rows_of", lambda *args, **more: [Row("small network", 1.0)])
    (archive / "Two" / "Two_TEST.tsv").write_text("1\t1\tNaN\t2", encoding="utf-8")
    left, used = run(tmp_path / "out", Amount(), [archive])
    assert left.skipped.startswith("Two/Two_TRAIN.tsv has signals of shape (1, 32)")
    assert used.rows == (Row("small network", 1.0),)
    content = json.loads((tmp_path / "out" / "results" / "Two-0.json").read_text())
    assert content["format"] == "wavedistill archive result"
