"""Pages of data that are at the edge of what can be fitted."""

from typing import Any

import numpy as np
import pytest

import wavedistill as wd
from tests.helpers import normal

LEAST: dict[str, Any] = {"levels": 1, "support": 2, "cv": 3, "compare_cv": None, "refits": None}


def test_constant_channels_and_constant_signals(tmp_path):
    X = normal(30, 3, 16)
    X[:, 1] = 2.5
    X[:, 2] = 0
    X[4] = 0
    outputs = np.log(np.mean(X[:, 0] ** 2, axis=1) + 0.1)
    for reading in ("energy", "events"):
        found = wd.distill(outputs, X, reading=reading, **LEAST)
        text = found.report(tmp_path / "r.html").read_text("utf-8")
        assert "channel 2: " in text
        assert "nan" not in text.lower().replace("finance", "")


def test_a_single_example_of_a_class(tmp_path):
    X = normal(30, 16)
    labels = np.repeat(["rare", "common"], [1, 29])
    with pytest.warns(UserWarning, match="class rare lie in one fold"):
        found = wd.distill(normal(30, seed=1), X, labels, reading="energy", **LEAST)
    assert "rare: 1" in found.report(tmp_path / "r.html").read_text("utf-8")
    compared = {**LEAST, "compare_cv": 3}
    with (
        pytest.warns(UserWarning, match="class rare lie in one fold"),
        pytest.raises(ValueError, match="there is no example of class number 1 left"),
    ):
        wd.distill(normal(30, seed=1), X, labels, reading="energy", **compared)


def test_a_group_that_has_all_of_a_class(tmp_path):
    X, groups = normal(30, 16), np.repeat(np.arange(3), 10)
    labels = (groups == 2).astype(int)
    again = {**LEAST, "refits": 1}
    with pytest.warns(UserWarning, match="lie in one fold"):
        found = wd.distill(labels - 0.5, X, labels, groups=groups, reading="energy", **again)
    assert found.stability is not None
    assert found.report(tmp_path / "r.html").exists()
