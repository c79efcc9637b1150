"""Maps of cosmologies between those of the study: new ones; scores tell bias from noise."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from wavedistill.datasets.lensing import TABLE_D1, LensingMaps, simulate_lensing

pytest.importorskip("torch")

from wavedistill.studies.cosmology.between import between_rows, midpoints, simulate_between
from wavedistill.studies.cosmology.students import Student


def test_midpoints_are_between_neighbours():
    given = np.array([[0.0, 0.4, 2.0], [0.2, 0.2, 1.0], [0.1, 0.3, 3.0]])
    np.testing.assert_allclose(
        midpoints(given), [[0.15, 0.25, 2], [0.05, 0.35, 2.5], [0.1, 0.3, 1.5]]
    )
    table = np.array(TABLE_D1)
    found = midpoints(table)
    assert len(np.unique(found, axis=0)) == len(table)
    assert not {*map(tuple, found)} & {*map(tuple, table)}
    assert (found >= table.min(axis=0)).all()
    assert (found <= table.max(axis=0)).all()


def test_maps_between_are_new_and_are_kept(tmp_path):
    found = simulate_between(1, size=16, seed=3, folder=tmp_path)
    np.testing.assert_allclose(found.params, midpoints(np.array(TABLE_D1)))
    same_seed = simulate_lensing(1, found.params, size=16, random_state=3)
    for one, other in zip(found.maps, same_seed.maps, strict=True):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.5
    written = (tmp_path / "maps.npy").stat().st_mtime_ns
    simulate_between(1, size=16, seed=3, folder=tmp_path)
    assert (tmp_path / "maps.npy").stat().st_mtime_ns == written


def test_scores_tell_bias_from_noise():
    params = np.repeat([[0.0, 0.2, 2.0], [0.0, 0.3, 2.0]], 2, axis=0)
    maps = LensingMaps(np.zeros((4, 8, 8), np.float32), params, np.array([0, 0, 1, 1]), 1.0)
    off = np.array([0.01, 0.03, -0.01, 0.01])

    def predict(_):
        return params + np.array([0, 1, 0]) * off[:, None]

    model: Any = SimpleNamespace(predict=predict)
    (row,), predicted = between_rows({"a": Student("", model, 0.0)}, {"a": 1.5}, maps, count=100)
    assert row.rmse == pytest.approx(100 * np.sqrt(np.mean(off**2)))
    # Two cosmologies, off by 2 and by 0 on average.
    assert row.bias == pytest.approx(np.sqrt(2))
    assert row.rmse_of_those_fitted == 1.5
    np.testing.assert_array_equal(predicted["a"], predict(maps))
    assert between_rows({"a": Student("", model, 0.0)}, {"a": 1.5}, None, count=100) == ((), {})
