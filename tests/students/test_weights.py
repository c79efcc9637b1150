"""The last step of a student: weights fitted to logits, probabilities or classes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from tests.helpers import normal
from wavedistill.students import DistilledClassifier, DistilledRegressor
from wavedistill.students.weights import logistic, logistic_strength

FEATURES = normal(120, 3) * [1.0, 5.0, 0.1]
SCORES = (FEATURES / [1.0, 5.0, 0.1]) @ normal(3, 3, seed=1) * 2
SHARES = softmax(SCORES, axis=1)


def test_of_known_classes_it_is_scikit_learns_logistic_regression():
    labels = SCORES.argmax(axis=1)
    weights, intercept = logistic(FEATURES, np.eye(3)[labels], 2.0)
    scaler = StandardScaler().fit(FEATURES)
    peer = LogisticRegression(C=2.0, max_iter=1000).fit(scaler.transform(FEATURES), labels)
    np.testing.assert_allclose(
        FEATURES @ weights + intercept,
        peer.decision_function(scaler.transform(FEATURES)),
        atol=1e-6,
    )


def test_it_finds_the_model_that_made_the_probabilities():
    weights, intercept = logistic(FEATURES, SHARES, 1e6)
    found = softmax(FEATURES @ weights + intercept, axis=1)
    assert np.abs(found - SHARES).max() < 0.02  # Shares below a hundredth are left out.


def test_of_two_classes_it_gives_the_log_odds_of_the_second():
    log_odds = SCORES[:, 1]
    shares = softmax(np.stack([np.zeros(120), log_odds], axis=1), axis=1)
    weights, intercept = logistic(FEATURES, shares, 1e6)
    assert weights.shape == (3, 1)
    np.testing.assert_allclose((FEATURES @ weights + intercept)[:, 0], log_odds, atol=0.3)


def test_a_class_that_is_nowhere_probable_is_kept():
    shares = np.hstack([SHARES * 0.999, np.full((120, 1), 0.001)])
    weights, _ = logistic(FEATURES, shares, 1.0)
    assert weights.shape == (3, 4)


def test_the_strength_is_high_for_a_clear_rule_and_low_for_none():
    folds = np.arange(120) % 4
    none = np.eye(3)[np.random.default_rng(0).integers(3, size=120)]
    assert logistic_strength(FEATURES, SHARES, folds) > logistic_strength(FEATURES, none, folds)


def test_no_strength_is_chosen_where_each_fold_has_a_class_to_itself():
    shares = np.eye(3)[np.r_[1, 2, np.zeros(118, dtype=int)]]
    assert logistic_strength(FEATURES, shares, np.arange(120) % 2) == 1.0


@pytest.fixture(scope="module")
def saturated():
    """Three classes by a threshold each, with logits that are far from linear in any feature."""
    random = np.random.default_rng(0)
    loudness = random.uniform(-2, 2, 400)
    signals = random.standard_normal((400, 64)) * np.exp(loudness)[:, None]
    energy = np.log(np.mean(signals**2, axis=1))
    classes = np.digitize(energy, [-2.0, 0.0])
    logits = np.where(np.arange(3) == classes[:, None], 6.0, -6.0)
    return signals, logits, classes


@pytest.mark.parametrize("given_classes", [False, True])
def test_decisions_match_more_classes_than_logits(saturated, given_classes):
    signals, logits, classes = saturated
    found = {}
    for target in ("teacher", "decisions", "auto"):
        student = DistilledClassifier("energy", wavelet="haar", levels=2, target=target)
        student.fit(signals, classes if given_classes else None, teacher=logits)
        found[target] = student.fidelity(signals, logits)
        if target != "auto":
            assert student.target_ == target
        elif not given_classes:
            assert student.target_ == "decisions"
    assert found["decisions"] > found["teacher"] + 0.05
    assert found["auto"] >= found["decisions"] - 0.01


def test_decisions_need_a_teacher_and_classes():
    signals = normal(40, 16)
    with pytest.raises(ValueError, match="target='decisions' needs teacher"):
        DistilledClassifier(target="decisions").fit(signals, signals[:, 0] > 0)
    with pytest.raises(ValueError, match="must be one of 'auto', 'teacher', 'response'"):
        DistilledRegressor(target="decisions").fit(signals, teacher=signals[:, 0])
