"""The study of engine noise: halves that never mix, and its table."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from wavedistill.students import DistilledClassifier  # noqa: E402
from wavedistill.studies import engines  # noqa: E402
from wavedistill.studies.engines import Amount, load, reproduce  # noqa: E402


@pytest.fixture
def file(tmp_path):
    """Noise whose class is how much of it is slow."""
    random = np.random.default_rng(0)
    X = random.standard_normal((300, 128))
    y = np.where(np.arange(300) % 2, 1, -1)
    X[y > 0] += 2 * np.repeat(random.standard_normal((150, 16)), 8, axis=1)
    path = tmp_path / "noise.npz"
    np.savez(path, X_train=X[:200], y_train=y[:200], X_test=X[200:], y_test=y[200:])
    return path


def test_a_missing_file_says_where_it_comes_from(tmp_path):
    with pytest.raises(FileNotFoundError, match="get it from the UCR archive"):
        load(tmp_path / "absent.npz")


def test_the_archives_own_files_are_read(file, tmp_path):
    with np.load(file) as held:
        folder = tmp_path / "FordA"
        folder.mkdir()
        for part, rows in (("TRAIN", "train"), ("TEST", "test")):
            table = np.column_stack([held[f"y_{rows}"], held[f"X_{rows}"]])
            np.savetxt(folder / f"FordA_{part}.tsv", table, delimiter="\t")
    pair: Any
    for pair in zip(load(folder), load(file), strict=True):
        one, other = map(np.asarray, pair)
        assert one.shape == other.shape
        assert np.abs(one - other).max() < 1e-5


@pytest.mark.slow
def test_students_learn_from_the_half_that_the_network_has_not_seen(file, tmp_path, monkeypatch):
    train, seen = engines.train_network, []

    def noted(X, *others):
        seen.append(X)
        return train(X, *others)

    monkeypatch.setattr(engines, "train_network", noted)
    fits = []

    class Noted(DistilledClassifier):
        def fit(self, X, *others, **given):
            fits.append((X, given))
            return super().fit(X, *others, **given)

    monkeypatch.setattr(engines, "DistilledClassifier", Noted)
    small = {"learned": {"support": 2}, "best known wavelet": {"support": 2, "wavelet": "known"}}
    monkeypatch.setattr(engines, "STUDENTS", small)
    amount = Amount(draws=2, students=tuple(small), epochs=3)
    rows, files = reproduce(tmp_path / "out", amount, data=file)
    assert [row.model for row in rows] == [*small, "spectrum, with labels", "network"]
    assert len(fits) == 4
    for number, (X, given) in enumerate(fits):
        own = seen[number // 2]
        assert len(np.unique(np.concatenate([X, own]), axis=0)) == 200
        assert set(given) == {"teacher"}
    assert not np.array_equal(seen[0], seen[1])
    assert rows[-1].fidelity == 1
    assert rows[-2].accuracy > 0.9
    with files[0].open() as table:
        written = [float(line["accuracy"]) for line in csv.DictReader(table)]
    assert written == [row.accuracy for row in rows]
