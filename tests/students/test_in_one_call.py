"""A network is distilled, compared and explained in one call."""

from typing import Any

import numpy as np
import pytest

import wavedistill as wd
from tests.students.test_distilled import oscillations

pytestmark = pytest.mark.slow

X, LOGITS = oscillations(240)
X_NEW, LOGITS_NEW = oscillations(120, seed=1)
FAST: dict[str, Any] = {"reading": "energy", "levels": 3, "support": 6, "cv": 3}


def test_the_verdict_rests_on_nested_folds_and_names_the_gain(tmp_path):
    labels, labels_new = (LOGITS > 0).astype(int), (LOGITS_NEW > 0).astype(int)
    found = wd.distill(LOGITS, X, labels, X_test=X_NEW, y_test=labels_new, **FAST)
    assert isinstance(found.student, wd.DistilledClassifier)
    assert found.verdict.startswith("The distilled wavelet matters here: +")
    rows = found.comparison.rows
    assert [row.model for row in rows] == [
        "distilled",
        "best known wavelet",
        "data alone",
        "permuted teacher",
        "raw samples",
        "spectrum",
    ]
    means = {row.model: row.scores["accuracy"].mean for row in rows}
    assert means["distilled"] > means["best known wavelet"] + 0.05
    assert found.test["student"] > 0.9
    found.save(tmp_path)
    again = wd.load_student(tmp_path / "student.json")
    np.testing.assert_array_equal(again.predict(X_NEW), found.student.predict(X_NEW))


def test_a_network_that_reads_samples_gets_the_verdict_that_no_wavelet_matters():
    torch = pytest.importorskip("torch")
    pytest.importorskip("captum")
    torch.manual_seed(0)
    layers = torch.nn.Linear(96, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1)
    network = torch.nn.Sequential(*layers).double()
    found = wd.distill(network, X, **FAST)
    assert isinstance(found.student, wd.DistilledRegressor)
    assert found.verdict.startswith("The wavelet does not matter here: use ")
    assert "raw samples does better" in found.verdict
    assert found.attributions is not None
    assert len(found.attributions) == len(X)
