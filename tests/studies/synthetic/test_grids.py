"""Grids: the exact constraint needs one path, whose points are spread over the pairs of weights."""

import numpy as np
import pytest

from wavedistill.datasets import make_synthetic

pytest.importorskip("torch")

from wavedistill.studies.synthetic.grids import Weights, run_grids
from wavedistill.studies.synthetic.recovery import starts, teach

#: Two of the six pairs have one balance.
WEIGHTS = Weights((1e-3, 1e-2), (0.0, 1e-3, 1e-2))


@pytest.fixture(scope="module")
def taught():
    return teach(make_synthetic(300, 20), epochs=2)


def test_the_grid_of_the_paper_has_its_points():
    weights = Weights.over_the_range()
    assert len(weights.pairs) == 5 * 21
    assert weights.sparsity[0] == pytest.approx(1e-5)
    assert weights.sparsity[-1] == pytest.approx(1e-4)
    assert weights.interpretation[0] == 0
    assert weights.interpretation[1] == pytest.approx(1e-5)
    assert weights.interpretation[-1] == pytest.approx(50)


def test_on_the_exact_constraint_points_of_one_balance_are_one_fit(taught, tmp_path):
    told = []
    grids = [*run_grids(taught, "orthonormal", WEIGHTS, folder=tmp_path, notify=told.append)]
    assert [grid.start for grid in grids] == [*starts()][:3]
    assert len(told) == 3 * len({g / s for s, g in WEIGHTS.pairs})
    for grid in grids:
        points = {(each.sparsity, each.interpretation): each for each in grid.path.points}
        assert [*points] == WEIGHTS.pairs
        low, high = points[1e-3, 1e-3], points[1e-2, 1e-2]
        np.testing.assert_array_equal(low.wavelet.lowpass, high.wavelet.lowpass)
        assert high.loss == pytest.approx(10 * low.loss)
        assert sum(high.terms.values()) == pytest.approx(high.loss)
        assert (low.seconds > 0, high.seconds) == (True, 0)
        distances = [each.wavelet.distance("db5") for each in grid.path.points]
        assert grid.closest.distance("db5") == min(distances)
        assert grid.seconds == sum(each.seconds for each in grid.path.points)


def test_paths_in_the_folder_are_resumed(taught, tmp_path):
    first = [*run_grids(taught, "penalized", WEIGHTS, folder=tmp_path, epochs=1)]
    told = []
    again = [
        *run_grids(taught, "penalized", WEIGHTS, folder=tmp_path, epochs=1, notify=told.append)
    ]
    assert not told
    for grid, other in zip(first, again, strict=True):
        assert grid.constraint == "penalized"
        assert [each.seconds for each in grid.path.points] == [
            each.seconds for each in other.path.points
        ]
