"""The command line: what it writes in a process of its own, and its messages in this process."""

import runpy
import signal
import subprocess
import sys

import numpy as np
import pytest

import wavedistill as wd
from wavedistill.datasets import simulate_oscillations

pytest.importorskip("typer")


def run(*arguments, folder, before=""):
    """The command line in a process of its own, after some lines of Python."""
    code = f"{before}\nfrom wavedistill.cli import main; main()"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


@pytest.fixture
def refused(command):
    """Call the command line in this process, where it must fail, and return its stderr."""

    def call(*arguments, folder):
        code, _, stderr = command(*arguments, folder=folder)
        assert code in (1, 2)
        return stderr

    return call


@pytest.fixture
def arrays(tmp_path):
    random = np.random.default_rng(0)
    X = random.standard_normal((30, 33)).cumsum(axis=1)
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "M.npy", np.gradient(X, axis=1).astype(np.float32))
    return tmp_path


SETTINGS = ("--levels", "2", "--support", "4")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::wavedistill.PaddedWaveletWarning")
def test_distill_writes_the_wavelet_that_the_estimator_learns(arrays):
    done = run(
        "distill", "--data", "X.npy", "--attributions", "M.npy", "--out", "new/wavelet.json",
        "--figure", "new/wavelet.png", *SETTINGS, folder=arrays,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    learned = wd.Wavelet.load(arrays / "new" / "wavelet.json")
    X, M = np.load(arrays / "X.npy"), np.load(arrays / "M.npy")
    expected = wd.WaveletDistiller(levels=2, support=4).fit(X, attributions=M).wavelet_
    np.testing.assert_allclose(learned.lowpass, expected.lowpass, atol=1e-6)
    assert (arrays / "new" / "wavelet.png").read_bytes().startswith(b"\x89PNG")
    assert "Basins found" in done.stdout


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::wavedistill.PaddedWaveletWarning")
def test_distill_learns_from_images_along_both_axes(tmp_path):
    X = np.random.default_rng(0).standard_normal((20, 12, 14)).cumsum(axis=1).cumsum(axis=2)
    np.save(tmp_path / "X.npy", X)
    options = ("--data", "X.npy", "--out", "w.json", *SETTINGS)
    done = run("distill", "--axes", "-2,-1", *options, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    learned = wd.Wavelet.load(tmp_path / "w.json")
    expected = wd.WaveletDistiller(levels=2, support=4, axes=(-2, -1)).fit(X).wavelet_
    np.testing.assert_allclose(learned.lowpass, expected.lowpass, atol=1e-6)


@pytest.mark.slow
def test_distill_takes_saved_attributions_and_a_start_from_a_file(arrays):
    X = np.load(arrays / "X.npy")
    wd.Attributions(X, X, "input_x_gradient").save(arrays / "A.npz")
    wd.Wavelet.from_name("haar").save(arrays / "haar.json")
    done = run(
        "distill", "--data", "X.npy", "--attributions", "A.npz", "--init", "haar.json",
        "--out", "w.json", *SETTINGS, folder=arrays,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert wd.Wavelet.load(arrays / "w.json").residuals()["unit_norm"] < 1e-12


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--data", "absent.npy"), "--data absent.npy: there is no such file"),
        (("--data", "db2.json"), "--data db2.json is not a .npy array"),
        (("--data", "X.npy", "--attributions", "db2.json"), "--attributions db2.json is not"),
        (("--data", "X.npy", "--support", "9"), "the next even support is 10"),
        (("--data", "X.npy", "--levels", "9"), "levels=9 is too deep"),
        (("--data", "X.npy", "--init", "dmey"), "'dmey' is refused"),
        (("--data", "X.npy", "--init", "absent.json"), "absent.json"),
        (("--data", "X.npy", "--axes", "0"), "axes=0 names the first axis"),
        (("--data", "X.npy", "--axes", "-2,x"), "--axes -2,x must be one whole number or several"),
        (("--data", "nan.npy"), "X contains NaN or infinity: 1 of 8"),
        (("--data", "pickled.npy"), "holds Python objects (dtype object), saved with pickle"),
        (("--data", "text.npy"), "--data text.npy is not a .npy array"),
        (("--data", "X.npy", "--attributions", "short.npy"), "attributions have shape (30, 32)"),
        (("--data", "X.npy", "--depth", "9"), "No such option"),
        (("--data", "X.npy", "--attributions", "w.json"), "both name w.json"),
        (("--data", "w.json"), "--data and --out both name w.json"),
        (("--data", "X.npy", "--figure", "w.json"), "--out and --figure both name w.json"),
        (("--data", "X.npy", "--figure", "w.bmp"), "must end in .png, .pdf or .svg"),
        (("--data", "X.npy", "--seed", "-1"), "--seed -1 must be at least 0"),
        (("--data", "."), "--data .: is a folder"),
        (("--data", "flat.npy"), "one signal is X[None, :]"),
        ((), "Missing option '--data'"),
    ],
)
def test_a_mistake_gives_one_line_and_changes_no_file(arguments, message, arrays, refused):
    np.save(arrays / "nan.npy", np.array([[1, 2, 3, np.nan, 5, 6, 7, 8.0]]))
    np.save(arrays / "short.npy", np.ones((30, 32)))
    np.save(arrays / "pickled.npy", np.array([{}], dtype=object), allow_pickle=True)
    np.save(arrays / "flat.npy", np.ones(30))
    (arrays / "text.npy").write_text("1 2 3")
    for name in ("w.json", "db2.json"):
        wd.Wavelet.from_name("db2").save(arrays / name)
    before = (arrays / "w.json").read_bytes()
    stderr = refused("--progress", "distill", "--out", "w.json", *arguments, folder=arrays)
    errors = [line for line in stderr.splitlines() if not line.startswith("distilling")]
    assert len(errors) == 1, stderr
    assert errors[0].startswith("error: ")
    assert message in errors[0]
    assert (arrays / "w.json").read_bytes() == before


@pytest.mark.slow
def test_a_mistake_in_a_process_of_its_own_gives_one_line_and_an_exit_code(arrays):
    for last, code in (("--out=X.npy/w.json", 1), ("--absent", 2)):
        done = run("distill", "--data", "X.npy", "--out", "w.json", last, folder=arrays)
        assert done.returncode == code
        assert len(done.stderr.splitlines()) == 1
        assert done.stderr.startswith("error: ")
        assert done.stdout == ""


def test_an_output_that_cannot_be_written_is_told_before_the_work(arrays, refused):
    for out, message in (("X.npy/w.json", "X.npy is a file, not a folder"), (".", "is a folder")):
        stderr = refused("--progress", "distill", "--data", "X.npy", "--out", out, folder=arrays)
        assert message in stderr
        assert "distilling" not in stderr


def test_a_figure_without_matplotlib_is_refused_before_the_work(arrays, refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    options = ("--data", "X.npy", "--out", "w.json", "--figure", "w.png")
    stderr = refused("--progress", "distill", *options, folder=arrays)
    assert "--figure needs matplotlib" in stderr
    assert "pip install 'wavedistill[plot]'" in stderr
    assert "distilling" not in stderr


def test_without_a_command_the_help_is_shown(tmp_path):
    done = run(folder=tmp_path)
    assert done.returncode != 0
    assert "distill" in done.stdout + done.stderr
    assert "error" not in done.stderr


@pytest.mark.slow
def test_an_interrupt_is_told_and_is_no_success(arrays):
    np.save(arrays / "many.npy", np.random.default_rng(0).standard_normal((50_000, 64)))
    # A shell starts background jobs with SIGINT ignored, and children inherit that.
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    code = f"{heed}; from wavedistill.cli import main; main()"
    command = [
        sys.executable,
        "-c",
        code,
        "--progress",
        "distill",
        "--data",
        "many.npy",
        "--out",
        "w.json",
    ]
    process = subprocess.Popen(command, cwd=arrays, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    # This line is printed when the work begins.
    assert process.stderr.readline() == "distilling\n"
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "error: interrupted" in stderr
    assert not (arrays / "w.json").exists()


@pytest.mark.slow
def test_demo_distils_a_network_and_recovers_a_wavelet(tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("matplotlib")
    done = run("demo", "--quick", "--out", "out", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert wd.Wavelet.load(tmp_path / "out" / "wavelet.json").distance("db5") < 0.05
    assert (tmp_path / "out" / "recovery.png").read_bytes().startswith(b"\x89PNG")
    for start in ("DB5 + noise (0.3)", "Sym5", "Coif2", "random angles", "auto"):
        assert start in done.stdout
    student = wd.load_student(tmp_path / "out" / "student.json")
    assert student.n_numbers_ <= 20
    plain = runpy.run_path(str(tmp_path / "out" / "student.py"))
    signals = simulate_oscillations(1, 50).X_test
    np.testing.assert_array_equal(plain["predict"](signals), student.predict(signals))
    assert (tmp_path / "out" / "student.png").read_bytes().startswith(b"\x89PNG")
    assert "in 20 numbers</h1>" in (tmp_path / "out" / "report.html").read_text("utf-8")
    for text in ("20 numbers, WaveletTransform", " * maximum of detail ", "-100 Hz", "spectrum"):
        assert text in done.stdout


#: Every part of the study, each with next to nothing. Ablations have tests of their own.
LEAST_OF_THE_STUDY = """
from itertools import islice
from wavedistill.studies.synthetic import report
from wavedistill.studies.synthetic.report import Amount, Plan, Weights
whole = report.ablations
report.ablations = lambda *args, **more: islice(whole(*args, **more), 3)
plan = Plan(n_train=2000, epochs=3, local_fits=2, widths=(8,), sizes=(1000,), randomised=1, draws=2)
few = Weights((1e-5, 1e-4), (0.0, 1.0))
Amount.quick = classmethod(lambda cls: cls(2000, 4, few, few, 1, 1, plan))
"""


@pytest.mark.slow
def test_reproduce_synthetic_makes_every_figure_and_table(tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("matplotlib")
    arguments = ("reproduce", "synthetic", "--quick", "--out", "out")
    done = run(*arguments, folder=tmp_path, before=LEAST_OF_THE_STUDY)
    assert done.returncode == 0, done.stderr
    made = {path.name for path in (tmp_path / "out").iterdir()}
    figures = {"fig1_method", "fig2a_setup", "validity"} | {
        f"fig{number}_{constraint}"
        for number in ("3", "B1", "B2", "B3", "B4")
        for constraint in ("orthonormal", "penalized")
    }
    assert {f"{name}.png" for name in figures} <= made
    assert {"starts.csv", "ablations.csv", "other_truths.csv"} <= made
    assert len(list((tmp_path / "out" / "paths").iterdir())) == 6
    assert "extrapolated" in done.stdout
