"""Weights of examples: 2 is as two rows, 0 is none at all, and gradients are exact."""

from typing import Any

import numpy as np
import pytest
from sklearn import config_context
from sklearn.linear_model import Ridge
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from tests.helpers import normal
from wavedistill.students import DistilledClassifier, DistilledRegressor
from wavedistill.students.readings import READINGS, ReadSignals
from wavedistill.students.ridge import fold_grams, ridge_error
from wavedistill.students.through import Learned, StudentObjective
from wavedistill.students.unseen import gain_on_unseen_folds
from wavedistill.students.weights import cross_accuracy, cross_r2, decided, ridge
from wavedistill.wavelets import Wavelet

#: Enough for one angle and three features not to be checked on unseen folds, also if weighed.
COUNT = 240
SIGNALS = normal(COUNT, 48).cumsum(axis=1)
OUTPUTS = np.log(np.var(np.diff(SIGNALS, axis=1), axis=1)) + 0.3 * normal(COUNT, seed=1)
LABELS = (OUTPUTS + 0.5 * normal(COUNT, seed=2) > 0).astype(int)
GROUPS = np.arange(COUNT) % 9
WEIGHTS = np.random.default_rng(3).integers(0, 4, COUNT)
TIMES = np.repeat(np.arange(COUNT), WEIGHTS)
#: One filter of four taps, learned with folds by groups that hold the same examples either way.
FAST: dict[str, Any] = {"levels": 2, "support": 4}


def by_groups(groups):
    folds = groups % 3
    return [(np.flatnonzero(folds != k), np.flatnonzero(folds == k)) for k in range(3)]


def fitted(student, rows, weights, target):
    """A student of some rows, with the network's outputs, labels or responses."""
    model = student(cv=by_groups(GROUPS[rows]), target=target, **FAST)
    response = LABELS if student is DistilledClassifier else OUTPUTS - SIGNALS[:, 0] / 9
    return model.fit(SIGNALS[rows], response[rows], teacher=OUTPUTS[rows], sample_weight=weights)


@pytest.mark.parametrize("target", ["teacher", "response", "auto"])
@pytest.mark.parametrize("student", [DistilledRegressor, DistilledClassifier])
def test_whole_weights_are_repeated_rows(student, target):
    weighed = fitted(student, np.arange(COUNT), WEIGHTS, target)
    repeated = fitted(student, TIMES, None, target)
    assert weighed.target_ == repeated.target_
    np.testing.assert_allclose(
        weighed.wavelets_[0].lowpass, repeated.wavelets_[0].lowpass, atol=1e-5
    )
    np.testing.assert_allclose(weighed._linear(SIGNALS), repeated._linear(SIGNALS), atol=1e-4)
    plain = fitted(student, np.arange(COUNT), None, target)
    assert np.abs(weighed._linear(SIGNALS) - plain._linear(SIGNALS)).max() > 0.01


@pytest.mark.parametrize("cv", [3, GroupKFold(3)])
@pytest.mark.parametrize("student", [DistilledRegressor, DistilledClassifier])
def test_an_example_of_weight_0_is_absent(student, cv):
    weights = np.where(WEIGHTS == 0, 0, 0.5 + np.arange(COUNT) / COUNT)
    kept = np.flatnonzero(weights)
    model = student(cv=cv, **FAST)
    spoilt = np.where((weights == 0)[:, None], 1e6, SIGNALS)
    labels = np.where(weights == 0, 7, LABELS)
    given = {"teacher": OUTPUTS, "groups": GROUPS, "attributions": SIGNALS}
    found = model.fit(spoilt, labels, **given, sample_weight=weights)._linear(SIGNALS)
    absent = model.fit(
        SIGNALS[kept],
        labels[kept],
        **{name: value[kept] for name, value in given.items()},
        sample_weight=weights[kept],
    )
    np.testing.assert_array_equal(absent._linear(SIGNALS), found)


def test_equal_weights_change_nothing():
    plain = DistilledRegressor(**FAST).fit(SIGNALS, OUTPUTS)
    weighed = DistilledRegressor(**FAST).fit(SIGNALS, OUTPUTS, sample_weight=np.full(COUNT, 0.3))
    np.testing.assert_allclose(weighed.predict(SIGNALS), plain.predict(SIGNALS), atol=1e-6)


@pytest.mark.parametrize("per_level", [False, True])
@pytest.mark.parametrize("reading", list(READINGS))
def test_the_gradient_by_the_angles_agrees_with_finite_differences(reading, per_level):
    reader = ReadSignals(normal(60, 2, 48), READINGS[reading], 2, "symmetric")
    weights = np.random.default_rng(0).exponential(size=60)
    folds = np.arange(60) % 4
    shape = (sum(reader.layers), 3) if per_level else (3,)
    free, direction = normal(*shape, seed=2), normal(*shape, seed=3)
    taps = 16 if per_level else 8
    for most in (None, taps + 2 + 3 * 2):
        error = StudentObjective(reader, normal(60, 2, seed=1), folds, most, weights)
        ends = [error.at_angles(free + s * direction)[0] for s in (1e-6, -1e-6)]
        slope = (ends[0] - ends[1]) / 2e-6
        gradient = error.at_angles(free)[1]
        assert np.sum(gradient * direction) == pytest.approx(slope, rel=1e-3, abs=1e-6)


def test_the_error_is_that_of_weighted_ridge_regression():
    features, targets, folds = normal(50, 3), normal(50, 2, seed=1), np.arange(50) % 4
    weights = np.random.default_rng(0).exponential(size=50)
    total = 0.0
    for fold in range(4):
        seen = folds != fold
        scaler = StandardScaler().fit(features[seen], sample_weight=weights[seen])
        model = Ridge(alpha=0.1 * weights[seen].sum())
        model.fit(scaler.transform(features[seen]), targets[seen], sample_weight=weights[seen])
        errors = (model.predict(scaler.transform(features[~seen])) - targets[~seen]) ** 2
        total += weights[~seen] @ errors.sum(axis=1)
    means = np.average(targets, axis=0, weights=weights)
    found = ridge_error(fold_grams(features, targets, folds, 4, weights), 2, (0.1,))
    expected = total / (weights @ ((targets - means) ** 2).sum(axis=1))
    assert found.value == pytest.approx(expected, rel=1e-9)


def test_scores_out_of_fold_count_examples_by_their_weights():
    features, goal, folds = normal(40, 2), normal(40, 1, seed=1), np.arange(40) % 2
    weights = np.random.default_rng(0).exponential(size=40)
    predicted = np.empty_like(goal)
    for fold in range(2):
        seen = folds != fold
        fit = ridge(features[seen], goal[seen], 0.1, weights[seen])
        predicted[~seen] = features[~seen] @ fit.weights + fit.intercept
    expected = r2_score(goal, predicted, sample_weight=weights)
    assert cross_r2(features, goal, goal, folds, 0.1, weights) == pytest.approx(expected)
    labels = (goal[:, 0] > 0).astype(int)
    found = cross_accuracy(
        lambda f, rows: ridge(f, goal[rows], 0.1, weights[rows]), features, labels, folds, weights
    )
    hits = accuracy_score(labels, decided(predicted), sample_weight=weights)
    assert found == pytest.approx(hits)


def test_scores_take_weights_as_those_of_scikit_learn_do():
    weights = np.random.default_rng(0).exponential(size=COUNT)
    student = DistilledRegressor(wavelet="haar", levels=2).fit(SIGNALS, OUTPUTS)
    expected = r2_score(OUTPUTS, student.predict(SIGNALS), sample_weight=weights)
    assert student.score(SIGNALS, OUTPUTS, sample_weight=weights) == expected
    judge = DistilledClassifier(wavelet="haar", levels=2).fit(SIGNALS, LABELS)
    expected = accuracy_score(LABELS, judge.predict(SIGNALS), sample_weight=weights)
    assert judge.score(SIGNALS, LABELS, sample_weight=weights) == expected


@pytest.mark.slow
def test_weights_are_routed_through_grids_and_pipelines():
    with config_context(enable_metadata_routing=True):
        student = DistilledRegressor(wavelet="db2", levels=2, cv=3)
        student.set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        pipeline = make_pipeline(FunctionTransformer(lambda data: data / 2), student)
        grid = GridSearchCV(pipeline, {"distilledregressor__levels": [2, 3]}, cv=KFold(3))
        grid.fit(SIGNALS, OUTPUTS, sample_weight=WEIGHTS)
        chosen = grid.best_params_["distilledregressor__levels"]
    alone = DistilledRegressor(wavelet="db2", levels=chosen, cv=3)
    alone.fit(SIGNALS / 2, OUTPUTS, sample_weight=WEIGHTS)
    np.testing.assert_array_equal(grid.predict(SIGNALS), alone.predict(SIGNALS / 2))


def test_a_weight_is_no_further_example():
    """The gain on unseen folds of a filter of the truth: its mean is weighted, its error honest."""
    reader = ReadSignals(SIGNALS[:, None], READINGS["energy"], 2, "zero")
    weights = np.where(np.arange(COUNT) < 30, 3.0, 1.0)
    objective = StudentObjective(reader, OUTPUTS[:, None], GROUPS % 3, sample_weight=weights)
    assert objective.examples == pytest.approx(300**2 / (9 * 30 + 210))
    haar, db2 = (
        Learned(np.tile(Wavelet.from_name(name).lowpass, (2, 1)), 0.0, name)
        for name in ("haar", "db2")
    )
    gain, error = gain_on_unseen_folds(objective, lambda seen: (haar, db2))
    doubled = StudentObjective(reader, OUTPUTS[:, None], GROUPS % 3, sample_weight=2 * weights)
    again = gain_on_unseen_folds(doubled, lambda seen: (haar, db2))
    np.testing.assert_allclose(again, (gain, error))
    assert gain_on_unseen_folds(objective, lambda seen: (db2, haar))[0] == pytest.approx(-gain)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones(9), r"sample_weight has shape \(9,\) and X has 240 examples; give one weight"),
        (np.ones((COUNT, 1)), r"sample_weight has shape \(240, 1\) and X has 240 examples"),
        (np.where(np.arange(COUNT) == 4, np.nan, 1), "sample_weight contains NaN"),
        (np.where(np.arange(COUNT) == 4, np.inf, 1), "sample_weight contains"),
        (np.where(np.arange(COUNT) == 4, -0.5, 1), "sample_weight has -0.5 for example 4, and"),
        (np.zeros(COUNT), "sample_weight is zero for all examples"),
    ],
)
@pytest.mark.parametrize("student", [DistilledRegressor, DistilledClassifier])
def test_what_is_no_weight_is_refused(student, weights, message):
    with pytest.raises(ValueError, match=message):
        student(**FAST).fit(SIGNALS, LABELS, sample_weight=weights)


def test_what_else_is_given_must_fit_the_examples_where_some_are_left_out():
    with pytest.raises(ValueError, match="groups has 9 rows and X has 240 examples; give one for"):
        DistilledRegressor(**FAST).fit(SIGNALS, OUTPUTS, groups=GROUPS[:9], sample_weight=WEIGHTS)
