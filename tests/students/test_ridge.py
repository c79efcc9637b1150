"""Cross-validated ridge regression from Gram matrices: scikit-learn's error, exact gradients."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from wavedistill.students import ridge
from wavedistill.students.ridge import (
    PENALTIES,
    fold_grams,
    ridge_error,
    ridge_gradient,
    ridge_weights,
)


def task(seed=0, count=40, features=4, outputs=2):
    random = np.random.default_rng(seed)
    scales = random.uniform(0.1, 10, features)
    inputs = random.normal(size=(count, features)) * scales + random.normal(size=features)
    targets = inputs @ random.normal(size=(features, outputs)) / scales[:, None].mean()
    targets += random.normal(size=(count, outputs)) + 3
    return inputs, targets, random.permutation(np.arange(count) % 4)


def plain_error(inputs, targets, folds, penalty):
    """The same error by scikit-learn, which has no penalty by variance: features are scaled."""
    total = 0.0
    for fold in range(4):
        seen = folds != fold
        model = make_pipeline(StandardScaler(), Ridge(alpha=penalty * seen.sum()))
        model.fit(inputs[seen], targets[seen])
        total += np.sum((model.predict(inputs[~seen]) - targets[~seen]) ** 2)
    return total / np.sum((targets - targets.mean(axis=0)) ** 2)


@pytest.mark.parametrize("penalty", [1e-6, 1e-2, 1.0])
def test_the_error_is_that_of_ridge_on_scaled_features(penalty):
    inputs, targets, folds = task()
    grams = fold_grams(inputs, targets, folds, 4)
    found = ridge_error(grams, 2, (penalty,))
    assert found.value == pytest.approx(plain_error(inputs, targets, folds, penalty), rel=1e-9)


def test_the_best_penalty_is_taken():
    inputs, targets, folds = task(1)
    found = ridge_error(fold_grams(inputs, targets, folds, 4), 2)
    errors = [plain_error(inputs, targets, folds, penalty) for penalty in PENALTIES]
    assert found.value == pytest.approx(min(errors))
    assert found.penalty == PENALTIES[int(np.argmin(errors))]


@pytest.mark.slow
@given(seed=st.integers(0, 100), outputs=st.integers(1, 3))
def test_the_gradient_by_the_features_is_exact(seed, outputs):
    inputs, targets, folds = task(seed, outputs=outputs)
    grams = fold_grams(inputs, targets, folds, 4)
    found = ridge_error(grams, outputs)
    by_gram = ridge_gradient(grams, outputs, found.penalty)
    rows = np.hstack([np.ones((len(inputs), 1)), inputs, targets])
    gradient = np.stack([2 * by_gram[f] @ r for f, r in zip(folds, rows, strict=True)])
    direction = np.random.default_rng(seed).normal(size=inputs.shape)
    step = 1e-6
    ends = [
        ridge_error(
            fold_grams(inputs + s * direction, targets, folds, 4), outputs, (found.penalty,)
        )
        for s in (step, -step)
    ]
    slope = (ends[0].value - ends[1].value) / (2 * step)
    assert np.sum(gradient[:, 1:5] * direction) == pytest.approx(slope, rel=1e-4, abs=1e-7)


def test_few_folds_at_once_are_as_all_of_them(monkeypatch):
    inputs, targets, folds = task(4)
    grams = fold_grams(inputs, targets, folds, 4)
    whole = ridge_error(grams, 2)
    monkeypatch.setattr(ridge, "_AT_ONCE", 1)
    np.testing.assert_allclose(ridge_error(grams, 2).fold_values, whole.fold_values, rtol=1e-12)


def test_weights_are_those_of_ridge_and_constant_features_have_none():
    inputs, targets, folds = task(2)
    inputs[:, 1] = 7.0
    gram = fold_grams(inputs, targets, folds, 4).sum(axis=0)
    weights, intercept = ridge_weights(gram, 2, 0.01)
    scaled = make_pipeline(StandardScaler(), Ridge(alpha=0.01 * len(inputs))).fit(inputs, targets)
    np.testing.assert_allclose(inputs @ weights + intercept, scaled.predict(inputs), atol=1e-6)
    assert np.abs(weights[1]).max() < 1e-6


def test_grams_add_over_examples():
    inputs, targets, folds = task(3)
    halves = [
        fold_grams(inputs[part], targets[part], folds[part], 4)
        for part in (slice(17), slice(17, None))
    ]
    np.testing.assert_allclose(sum(halves), fold_grams(inputs, targets, folds, 4))
