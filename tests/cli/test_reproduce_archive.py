"""`wavedistill reproduce archive`, with results that take no work."""

import csv
import json
import shutil

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("joblib")
pytest.importorskip("matplotlib")

from tests.studies.archive.conftest import oscillations, write_set
from wavedistill.studies.archive import run as running
from wavedistill.studies.archive.models import Row

MODELS = {
    "small network", "student 50", "student 20", "known wavelet", "data alone", "energy, learned",
    "energy, known", "MiniRocket", "ridge on catch22",
}  # fmt: skip
LACKING = {"MiniRocket", "ridge on catch22"}


def made_up(problem, outputs, settings, kept, *, whole):
    """A row for each model, without work."""
    if kept:
        return kept
    random = np.random.default_rng(len(problem.y_train))
    rows = [Row(model, random.uniform(0.5, 1), 0.5, 20, seconds=1.0) for model in sorted(MODELS)]
    return [Row(row.model, error="absent: why") if row.model in LACKING else row for row in rows]


def test_the_command_writes_tables_and_figures(tmp_path, monkeypatch, command):
    archive = tmp_path / "archive"
    write_set(archive, "Two", oscillations(40, 2), 24)
    write_set(archive, "Three", oscillations(60, 3), 30)
    monkeypatch.setattr(running, "rows_of", made_up)
    arguments = ("reproduce", "archive", "--quick", "--archive", archive, "--out", "out")
    code, stdout, stderr = command(*arguments, "--json", folder=tmp_path)
    assert code == 0, stderr
    tables = json.loads(stdout)["tables"]
    title = "Accuracy on 2 sets; differences are to the small network"
    assert {row["model"] for row in tables[title]} == MODELS - LACKING
    made = {path.name for path in (tmp_path / "out").iterdir()}
    names = ("accuracy_against_numbers", "critical_differences", "learned_against_known", "seconds")
    assert {f"{name}.png" for name in names} <= made
    with (tmp_path / "out" / "sets.csv").open() as file:
        assert [row["set"] for row in csv.DictReader(file)] == ["Two", "Three"]
    with (tmp_path / "out" / "left_out.csv").open() as file:
        assert {row["model"] for row in csv.DictReader(file)} == LACKING
    with (tmp_path / "out" / "results.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 2 * len(MODELS)
    code, stdout, _ = command(*arguments, folder=tmp_path)
    assert code == 0
    assert "Some sets have no MiniRocket, ridge on catch22; left_out.csv tells why." in stdout
    shutil.rmtree(archive)
    archive.mkdir()
    assert command(*arguments, folder=tmp_path)[::2] == (
        1,
        f"error: {archive} holds no set of the archive; give a folder with a folder for each set, "
        "such as GunPoint/GunPoint_TRAIN.tsv.\n",
    )
    assert command(*arguments, "--seeds", "0", folder=tmp_path)[0] == 1
