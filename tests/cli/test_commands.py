"""Students, comparisons and reports from files: what is written, and what is printed."""

import json
import sys
from io import StringIO
from time import sleep

import numpy as np
import pytest

import wavedistill as wd

pytest.importorskip("typer")

SMALL = ("--levels", "2", "--support", "4")


@pytest.fixture
def folder(tmp_path):
    """Signals in whose energy a network's output lies, with classes and responses."""
    random = np.random.default_rng(0)
    X = random.standard_normal((80, 32)) * random.uniform(0.5, 2, (80, 1))
    outputs = np.log(np.mean(X**2, axis=1))
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "f.npy", outputs)
    np.save(tmp_path / "M.npy", X)
    classes = np.where(outputs > 0, "loud", "quiet")
    np.savez(tmp_path / "known.npz", classes=classes, responses=outputs)
    return tmp_path


def student(*options):
    return ("distill", "--student", "--data", "X.npy", "--out", "s.json", *SMALL, *options)


def test_a_student_is_the_one_of_the_library(folder, command):
    code, stdout, stderr = command(*student("--teacher-outputs", "f.npy"), folder=folder)
    assert (code, stderr) == (0, "")
    X, outputs = np.load(folder / "X.npy"), np.load(folder / "f.npy")
    expected = wd.DistilledRegressor(levels=2, support=4).fit(X, teacher=outputs)
    found = wd.load_student(folder / "s.json")
    np.testing.assert_allclose(found.predict(X), expected.predict(X))
    assert stdout.startswith(expected.verdict_)
    for name in expected.feature_names():
        assert name in stdout
    assert "Wrote s.json." in stdout


def test_classes_and_several_readings_reach_the_student(folder, command):
    labels = ("--labels", "known.npz::classes")
    more = ("--reading", "energy,events", "--max-numbers", "12", "--parts", "2", "--json")
    code, stdout, stderr = command(*student(*labels, *more), folder=folder)
    assert (code, stderr) == (0, "")
    record = json.loads(stdout)
    found = wd.load_student(folder / "s.json")
    assert record["kind"] == "DistilledClassifier" == type(found).__name__
    assert found.get_params()["reading"] == ["energy", "events"]
    assert found.get_params()["parts"] == 2
    assert record["numbers"] == found.n_numbers_ <= 12
    [content] = record["outputs"].values()
    assert sorted(each["name"] for each in content["features"]) == sorted(found.feature_names())
    assert record["files"] == ["s.json"]


def test_attributions_and_task_reach_the_student(folder, command):
    given = ("--teacher-outputs", "f.npy", "--attributions", "M.npy", "--task", "classification")
    code, stdout, stderr = command("--progress", *student(*given, "--json"), folder=folder)
    assert code == 0, stderr
    assert json.loads(stdout)["kind"] == "DistilledClassifier"
    assert "wavelets in which the attributions are sparse" in stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (student(), "a student needs something to learn; give --teacher-outputs, --labels, or bo"),
        (student("--labels", "f.npy", "--init", "db2"), "--init is for a wavelet; leave it out"),
        (student("--labels", "f.npy", "--levels", "deep"), "--levels deep must be a whole number"),
        (student("--labels", "f.npy", "--task", "guess"), "task='guess' must be one of"),
        (student("--labels", "f.npy", "--reading", "song"), "'song'"),
        (student("--labels", "known.npz::none"), "there is no 'none' in it"),
        (student("--labels", "f.npy", "--seed", "-1"), "--seed -1 must be at least 0"),
        (student("--labels", "X.npy"), "--data and --labels both name X.npy"),
        (
            ("distill", "--data", "X.npy", "--out", "w.json", "--labels", "f.npy"),
            "--labels is for a student; add --student",
        ),
        (
            ("distill", "--data", "X.npy", "--out", "w.json", "--levels", "auto"),
            "--levels auto is for a student",
        ),
        (
            ("compare", "--data", "X.npy", "--out", "c.json", "--labels", "f.npy", "--folds", "1"),
            "1",
        ),
        (("report", "--data", "X.npy", "--out", "r.html"), "either --model or --teacher-outputs"),
        (
            ("report", "--data", "X.npy", "--out", "r.pdf", "--teacher-outputs", "f.npy"),
            "--out r.pdf must end in .html",
        ),
    ],
)
def test_a_mistake_is_told_in_one_line_and_writes_nothing(arguments, message, folder, command):
    before = sorted(folder.iterdir())
    code, stdout, stderr = command(*arguments, folder=folder)
    assert (code, stdout) == (1, "")
    assert len(stderr.splitlines()) == 1, stderr
    assert message in stderr
    assert sorted(folder.iterdir()) == before


@pytest.mark.slow
def test_compare_prints_and_writes_the_comparison(folder, command, monkeypatch):
    from wavedistill import students

    real, found = students.compare, []

    def once(*arguments, **options):
        found[:] = found or [real(*arguments, **options)]
        return found[0]

    monkeypatch.setattr(students, "compare", once)
    options = ("--teacher-outputs", "f.npy", "--folds", "2", "--levels", "1", "--support", "4")
    arguments = ("compare", "--data", "X.npy", *options, "--out", "c.json")
    code, stdout, stderr = command(*arguments, folder=folder)
    assert (code, stderr) == (0, "")
    written = json.loads((folder / "c.json").read_text())
    assert written["format"] == "wavedistill.comparison"
    assert stdout.startswith(written["verdict"])
    assert written["folds"] == 2
    for row in written["rows"]:
        assert row["model"] in stdout
    code, stdout, _ = command(*arguments, "--json", folder=folder)
    assert json.loads(stdout)["rows"][0]["fidelity"] == written["rows"][0]["fidelity"]


@pytest.mark.slow
def test_report_writes_the_page_of_a_distillation(folder, command):
    pytest.importorskip("jinja2")
    pytest.importorskip("matplotlib")
    options = ("--teacher-outputs", "f.npy", "--labels", "known.npz::responses", "--folds", "2")
    np.save(folder / "T.npy", np.load(folder / "X.npy")[:9])
    np.save(folder / "T_labels.npy", np.load(folder / "known.npz")["responses"][:9])
    unseen = ("--test-data", "T.npy", "--test-labels", "T_labels.npy", "--save", "kept")
    more = (
        "--sampling-rate",
        "24 cycles per day",
        "--title",
        "Loud & quiet",
        "--out",
        "r.html",
        "--json",
    )
    code, stdout, stderr = command(
        "report", "--data", "X.npy", *options, *unseen, *more, *SMALL, folder=folder
    )
    assert (code, stderr) == (0, "")
    record = json.loads(stdout)
    page = (folder / "r.html").read_text()
    assert "<title>Loud &amp; quiet" in page
    assert record["comparison"]["folds"] == 2
    assert record["files"] == ["r.html", "kept"]
    assert (folder / "kept" / "student.py").is_file()
    assert wd.load_student(folder / "kept" / "student.json").n_numbers_ > 0
    assert "on 9 test examples" in page
    assert "6-12 cycles per day" in page


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--sampling-rate", "often"), "must begin with a number"),
        (("--sampling-rate", "0"), "must be above 0"),
        (("--student-target", "logits"), "target='logits' must be one of"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(folder, command, options, message):
    arguments = ("report", "--data", "X.npy", "--teacher-outputs", "f.npy", "--out", "r.html")
    code, _, stderr = command(*arguments, *SMALL, *options, folder=folder)
    assert (code, message in stderr) == (1, True), stderr


def test_a_report_without_its_packages_is_refused_before_the_work(folder, command, monkeypatch):
    for module in [name for name in sys.modules if name.startswith("wavedistill.reporting")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    options = ("--data", "X.npy", "--teacher-outputs", "f.npy", "--out", "r.html")
    code, _, stderr = command("--progress", "report", *options, folder=folder)
    assert code == 1
    assert "pip install 'wavedistill[report]'" in stderr
    assert "reading the files" not in stderr


def test_progress_is_told_where_it_is_asked_for_or_seen(capsys):
    from wavedistill.cli import console

    for always, told in ((False, ""), (True, "one\ntwo\n")):
        console.show_progress(always)
        with console.progress() as notify:
            for message in ("one", "two", "one"):
                notify(message)
        out, err = capsys.readouterr()
        assert (out, err) == ("", told)
    console.show_progress(False)


def test_a_terminal_shows_progress_in_place(monkeypatch):
    from rich.console import Console

    from wavedistill.cli import console

    screen = StringIO()
    monkeypatch.setattr(console, "err", Console(file=screen, force_terminal=True, width=80))
    with console.progress() as notify:
        notify("counting")
        sleep(0.2)
    assert "counting" in screen.getvalue()
    assert "\n" not in screen.getvalue().split("counting")[0]


def test_compiling_is_told(capsys):
    from numba import njit

    from wavedistill.cli import console

    console.show_progress(True)
    with console.progress():
        njit(lambda x: x + 1)(1)
        njit(lambda x: x + 2)(1)
    console.show_progress(False)
    assert capsys.readouterr().err == "compiling kernels, once\n"


def test_json_has_null_where_there_is_no_number(capsys):
    from wavedistill.cli.console import print_json

    print_json({"a": np.float64("nan"), "b": np.array([1, 2]), "c": (True, None, "x", np.inf)})
    assert json.loads(capsys.readouterr().out) == {
        "a": None,
        "b": [1, 2],
        "c": [True, None, "x", None],
    }


@pytest.mark.parametrize("name", ["demo", "attribute", "distill", "compare", "report", "reproduce"])
def test_every_command_has_help_at_h(name, tmp_path, command):
    code, stdout, stderr = command(name, "-h", folder=tmp_path)
    assert (code, stderr) == (0, "")
    assert "--help" in stdout


def test_the_help_tells_the_exit_codes_and_there_is_a_version(tmp_path, command):
    code, stdout, _ = command("-h", folder=tmp_path)
    assert code == 0
    for text in ("0 done", "1 a file or value cannot be used", "2 wrong command line", "130"):
        assert text in " ".join(stdout.split())
    assert command("--version", folder=tmp_path)[:2] == (0, f"wavedistill {wd.__version__}\n")
    assert command("distill", "--nonsense", folder=tmp_path)[0] == 2
