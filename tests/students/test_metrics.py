"""Errors of a score, and the threshold that is most often right."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, r2_score

from tests.helpers import normal
from wavedistill.students import best_threshold, standard_error


def test_the_standard_error_is_the_scatter_of_the_score_over_samples():
    y = normal(300)
    error = standard_error(r2_score, y, y + normal(300, seed=1))
    fresh = []
    for seed in range(2, 200, 2):
        truth = normal(300, seed=seed)
        fresh.append(r2_score(truth, truth + normal(300, seed=seed + 1)))
    assert error == pytest.approx(np.std(fresh), rel=0.3)
    assert standard_error(r2_score, y, y + normal(300, seed=1)) == error
    assert standard_error(r2_score, y, y + normal(300, seed=1), random_state=1) != error


@pytest.mark.parametrize("seed", range(5))
def test_no_threshold_is_right_more_often(seed):
    predicted = normal(40, seed=seed)
    positive = predicted + normal(40, seed=seed + 10) > 0.5
    best = best_threshold(predicted, positive)
    right = [accuracy_score(positive, predicted > cut) for cut in (-np.inf, *predicted)]
    assert accuracy_score(positive, predicted > best) == max(right)


def test_where_all_are_positive_there_is_no_threshold():
    assert best_threshold(np.arange(4.0), [True] * 4) == -np.inf
    assert best_threshold(np.arange(4.0), [False] * 4) == 3
    assert best_threshold(np.arange(4.0), [False, False, True, True]) == 1


def test_shapes_that_disagree_are_refused():
    with pytest.raises(ValueError, match=r"predicted has shape \(4,\)"):
        best_threshold(np.arange(4.0), [True, False])
