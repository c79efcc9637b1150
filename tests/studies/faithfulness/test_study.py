"""The faithfulness study: its problems, what is chosen on which examples, tables and figures."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("matplotlib")

import torch

import wavedistill as wd
from tests.helpers import assert_legible, normal
from wavedistill.faithfulness import MEASURES
from wavedistill.studies.faithfulness import CASES, Amount, Case, run
from wavedistill.studies.faithfulness.candidates import sparsity, told
from wavedistill.studies.faithfulness.cases import Size
from wavedistill.studies.faithfulness.figures import plot_gains
from wavedistill.studies.faithfulness.network import quality, train_network
from wavedistill.studies.faithfulness.report import COMPARED, reproduce
from wavedistill.studies.faithfulness.study import Gain

LEAST = replace(
    Amount.quick(),
    train=40,
    test=12,
    longest=4,
    epochs=2,
    steps=4,
    subsets=6,
    random_orders=1,
    draws=2,
)


def test_the_problems_have_classes_from_0_and_unit_scale(heartbeats):
    size = Size(30, 20, 8, 16, 4, 0)
    ecg, digits, lensing = (CASES[name](size) for name in ("ECG5000", "digits", "lensing"))
    assert (ecg.X_train.shape, ecg.X_test.shape) == ((30, 64), (20, 64))
    given = np.load(heartbeats / "ucr" / "ECG5000.npz")
    rows = [np.flatnonzero((given["X_test"] == x).all(axis=1))[0] for x in ecg.X_test]
    np.testing.assert_array_equal(ecg.y_test, given["y_test"][rows] > 0)
    assert (ecg.classes, ecg.axes, ecg.support) == (2, (-1,), 4)
    assert digits.axes == lensing.axes == (-2, -1)
    assert digits.X_test.max() == 1
    assert set(digits.y_train) <= set(range(10))
    assert lensing.X_train.std() == pytest.approx(1)
    assert lensing.y_train.mean() == pytest.approx(0, abs=1e-12)


def test_a_problem_without_data_is_left_out_with_the_reason(tmp_path, monkeypatch):
    monkeypatch.setenv("WAVEDISTILL_DATA", str(tmp_path))
    studies, left_out = run(replace(LEAST, cases=("FordA",)))
    assert studies == []
    assert left_out[0].startswith(f"FordA left out: there is no ucr/FordA.npz in {tmp_path}")
    with pytest.raises(FileNotFoundError, match="FordA left out"):
        reproduce(tmp_path / "out", replace(LEAST, cases=("FordA",)))
    with pytest.raises(ValueError, match="case 'MNIST' is none of ECG5000"):
        run(replace(LEAST, cases=("MNIST",)))


@pytest.mark.slow
def test_a_network_learns_its_problem_and_leaves_the_generator_alone():
    X = normal(200, 32) + np.repeat([-1.0, 1.0], 100)[:, None]
    y = np.repeat([0.0, 1.0], 100)
    case = Case("two", X[::2], y[::2], X[1::2], y[1::2], classes=2, levels=2, support=4)
    before = torch.get_rng_state()
    assert quality(case, train_network(case, 5, 0)) > 0.95
    assert torch.equal(before, torch.get_rng_state())
    numbers = replace(case, classes=0, y_train=X[::2].mean(axis=1), y_test=X[1::2].mean(axis=1))
    assert quality(numbers, train_network(numbers, 15, 0)) > 0.8


def test_named_wavelets_are_judged_by_the_objective_of_the_learned_one():
    X, M = normal(20, 16).cumsum(axis=1), normal(20, 16, seed=1)
    settings: dict[str, Any] = {"mode": "periodization", "random_state": 0}
    distiller = wd.WaveletDistiller(2, 4, **settings).fit(X, attributions=M)
    # The objective is a mean over signals, and this one over their samples.
    assert sparsity(distiller.transform_, X, M) * 16 == pytest.approx(distiller.loss_)
    assert told(wd.WaveletTransform("db2")) == "db2"
    turned = wd.Wavelet(wd.Wavelet.from_name("db2").lowpass[::-1])
    assert told(wd.WaveletTransform(turned)) == "4 taps, 0.00 from db2"


def test_gains_are_drawn_for_one_basis_and_measure():
    gains = [
        Gain(data, measure, basis, over, 0.1 * i, 0.1 * i - 0.05, 0.1 * i + 0.05, "even")
        for measure in ("drop", "difference")
        for data in ("ECG5000", "digits")
        for i, (basis, over) in enumerate(
            [("learned", "haar"), ("learned", "db5"), ("haar", "random"), ("learned", "random")]
        )
    ]
    figure: Any = plot_gains(gains, "learned", "drop")
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["haar", "db5"]
    means = [line.get_xdata()[0] for line in axes.lines if line.get_marker() not in ("None", "")]
    np.testing.assert_allclose(means, [0, 0.1, 0, 0.1])
    assert "higher is better" in axes.get_xlabel()
    assert_legible(figure)


@pytest.mark.slow
def test_the_study_writes_every_table_and_figure(heartbeats):
    amount = replace(LEAST, cases=("ECG5000", "FordA"), students=True)
    found = reproduce(heartbeats / "out", amount)
    assert [row.data for row in found.networks] == ["ECG5000"]
    assert len(found.left_out) == 1
    made = {path.name for path in (heartbeats / "out").iterdir()}
    assert made == {path.name for path in found.files}
    curves = {f"curves_by_{along}_ECG5000.png" for along in ("share", "energy")}
    tables = {"networks.csv", "measures.csv", "differences.csv", "randomised.csv"}
    assert made == curves | tables | {f"learned_{measure}.png" for measure in COMPARED}
    bases = {row.basis for row in found.measures}
    assert {"learned", "learned by student", "named, same objective", "samples", "Fourier"} <= bases
    assert {row.measure for row in found.measures} == set(MEASURES)
    values = {(r.data, r.basis, r.order, r.measure): r.mean for r in found.measures}
    for gain in found.gains:
        over = (gain.over, "attribution")
        if gain.over in ("random", "|coefficient|"):
            over = (gain.basis, gain.over)
        own = values[gain.data, gain.basis, "attribution", gain.measure]
        assert gain.mean == pytest.approx(own - values[(gain.data, *over, gain.measure)])
        assert (gain.verdict == "even") == (gain.low <= 0 <= gain.high)


@pytest.mark.slow
def test_the_command_prints_the_tables(tmp_path, monkeypatch, capsys):
    pytest.importorskip("typer")
    import sys

    from wavedistill.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Amount, "quick", classmethod(lambda cls: LEAST))
    arguments = ["reproduce", "faithfulness", "--quick", "--cases", "digits", "--json"]
    monkeypatch.setattr(sys, "argv", ["wavedistill", *arguments])
    main()
    printed = json.loads(capsys.readouterr().out)
    assert printed["tables"]["Networks"][0]["data"] == "digits"
    rows = printed["tables"]["difference of the learned wavelet, less that of"]
    assert [row["over"] for row in rows][-2:] == ["|coefficient|", "random"]
    assert all((tmp_path / name).exists() for name in printed["files"])
