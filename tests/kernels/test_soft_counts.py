"""Smooth histograms: hat functions of what filters measure, with exact derivatives."""

import numba
import numpy as np
import pytest

from tests.helpers import normal
from wavedistill.kernels.soft_counts import MarkedMaps, pull_soft_counts, soft_counts

MAPS = normal(5, 9, 8).astype(np.float32)
CENTRES = np.array([[-2, -0.7, 0.1, 3], [-3, -1, 0.5, 2]], dtype=np.float32)


def reference(maps, marks, weights, centres):
    """The same in plain NumPy, in double precision."""
    side = weights.shape[1]
    patches = np.lib.stride_tricks.sliding_window_view(maps, (side, side), axis=(1, 2))
    values = np.einsum("nrcij,fij->nfrc", patches.astype(float), weights)
    hats = np.eye(centres.shape[1])
    return np.array(
        [
            [
                [np.interp(each[own], middle, hat).sum() for hat in hats]
                for each, middle in zip(of_map, centres, strict=True)
            ]
            for of_map, own in zip(values, marks, strict=True)
        ]
    )


@pytest.mark.parametrize("side", [3, 6])
def test_counts_and_derivatives_are_those_of_hat_functions(side):
    weights = normal(2, side, side).astype(np.float32) / side
    marks = normal(5, 10 - side, 9 - side) > -0.5
    looked = MarkedMaps(MAPS, marks)
    counts = soft_counts(looked, weights, CENTRES)
    np.testing.assert_allclose(counts, reference(*looked, weights, CENTRES), atol=1e-4)
    # Each value counts once.
    np.testing.assert_allclose(counts.sum(axis=2), marks.sum(axis=(1, 2))[:, None] * np.ones(2))

    given = normal(*counts.shape)
    by_weights, by_centres = pull_soft_counts(looked, weights, CENTRES, given)
    step = 1e-6
    for place in np.ndindex(weights.shape):
        moved = np.zeros(weights.shape)
        moved[place] = step
        two = [reference(*looked, weights + sign * moved, CENTRES) for sign in (1, -1)]
        expected = np.sum(given * (two[0] - two[1])) / (2 * step)
        assert by_weights[place] == pytest.approx(expected, rel=1e-3, abs=1e-3)
    for place in np.ndindex(CENTRES.shape):
        moved = np.zeros(CENTRES.shape)
        moved[place] = step
        two = [reference(*looked, weights, CENTRES + sign * moved) for sign in (1, -1)]
        expected = np.sum(given * (two[0] - two[1])) / (2 * step)
        assert by_centres[place] == pytest.approx(expected, rel=1e-3, abs=1e-3)


def test_threads_change_no_digit():
    maps = normal(60, 70, 70).astype(np.float32)
    looked = MarkedMaps(maps, np.ones((60, 68, 68), dtype=np.bool_))
    weights, before = normal(2, 3, 3).astype(np.float32), numba.get_num_threads()
    found = []
    try:
        for threads in {1, before}:
            numba.set_num_threads(threads)
            counts = soft_counts(looked, weights, CENTRES)
            found.append((counts, pull_soft_counts(looked, weights, CENTRES, counts)))
    finally:
        numba.set_num_threads(before)
    for counts, (by_weights, by_centres) in found:
        np.testing.assert_array_equal(counts, found[0][0])
        np.testing.assert_allclose(by_weights, found[0][1][0], rtol=1e-9)
        np.testing.assert_allclose(by_centres, found[0][1][1], rtol=1e-9)
