"""Contributions add up to what the student predicts, and curves to the signals."""

from typing import Any

import numpy as np
import pytest

from tests.helpers import normal
from wavedistill.students import DistilledClassifier, DistilledRegressor

X = 5 * normal(80, 2, 32).cumsum(axis=-1)
OUTPUTS = np.log(np.mean(X**2, axis=(1, 2)))[:, None] @ [[1.0, -1.0, 0.3]] + normal(80, 3, seed=1)
FAST: dict[str, Any] = {"levels": 2, "wavelet": "known", "cv": 3}


@pytest.mark.parametrize("reading", ["energy", "packets", "events", "largest"])
def test_contributions_and_intercept_sum_to_the_decision_function(reading):
    student = DistilledClassifier(reading, **FAST).fit(X, teacher=OUTPUTS)
    found = student.contributions(X[:7])
    assert found.values.shape == (7, 3, len(found.names))
    assert found.outputs == ("class 0", "class 1", "class 2")
    np.testing.assert_allclose(found.predictions, student.decision_function(X[:7]), rtol=1e-10)
    np.testing.assert_array_equal(found.values[:, 1], found.features * student.coef_[1])


def test_two_classes_have_one_output_and_numbers_are_predictions():
    labels = np.where(OUTPUTS[:, 0] > np.median(OUTPUTS[:, 0]), "late", "early")
    student = DistilledClassifier("energy", **FAST).fit(X, labels, OUTPUTS[:, 0])
    found = student.contributions(X, sampling_rate=8.0)
    assert found.outputs == ("log-odds of late",)
    assert found.names[1] == "channel 0: log-energy of detail 2, 1-2 Hz"
    np.testing.assert_allclose(found.predictions[:, 0], student.decision_function(X), rtol=1e-10)
    number = DistilledRegressor("energy", **FAST).fit(X, teacher=OUTPUTS[:, 0])
    found = number.contributions(X)
    assert found.outputs == ("output 0",)
    np.testing.assert_allclose(found.predictions[:, 0], number.predict(X), rtol=1e-10)
    first = found.largest(3, 2)
    sizes = np.abs(found.values[3, 0])
    assert sizes[first].tolist() == sorted(sizes, reverse=True)[:2]
    with pytest.raises(ValueError, match="count=0 must be at least 1"):
        found.largest(0, 0)


def test_curves_of_all_energies_add_up_to_each_channel():
    found = DistilledRegressor("energy", **FAST).fit(X, teacher=OUTPUTS).contributions(X)
    for channel in (0, 1):
        curves = [found.curve(4, 3 * channel + band) for band in range(3)]
        np.testing.assert_allclose(np.sum(curves, axis=0), X[4, channel], atol=1e-9)
    few = DistilledRegressor("energy", max_numbers=8, **FAST).fit(X, teacher=OUTPUTS[:, 0])
    found = few.contributions(X)
    assert len(found.names) == len(few.columns_) < 6
    assert found.curve(0, 0).shape == (32,)


def test_features_are_ranked_by_their_spread_and_told_against_their_mean():
    found = DistilledRegressor("energy", **FAST).fit(X, teacher=OUTPUTS).contributions(X)
    spreads = found.values.std(axis=0)
    np.testing.assert_allclose(np.abs(found.moves), spreads, rtol=1e-10)
    np.testing.assert_array_equal(np.sign(found.moves), np.sign(found.weights))
    assert found.ranked(1).tolist() == np.argsort(-spreads[1]).tolist()
    assert found.ranked().tolist() == np.argsort(-spreads.sum(axis=0)).tolist()
    beyond = found.predictions[3, 2] - found.predictions[:, 2].mean()
    assert found.against_mean(3, 2).sum() == pytest.approx(beyond)
