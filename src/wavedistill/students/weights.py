"""The last step of a distilled student: linear weights of its features."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegressionCV
from sklearn.metrics import r2_score
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from wavedistill.students.ridge import RidgeWeights, fold_grams, ridge_weights

__all__ = ["cross_accuracy", "cross_r2", "decided", "logistic", "ridge"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]


def ridge(features: Array, targets: Array, penalty: float) -> RidgeWeights:
    """Ridge regression, the penalty as a share of the features' variances."""
    whole = fold_grams(features, targets, np.zeros(len(features), dtype=np.intp), 1)[0]
    return ridge_weights(whole, targets.shape[1], penalty)


def logistic(features: Array, labels: Integers) -> RidgeWeights:
    """Logistic regression in the units of the features; its penalty by cross-validation."""
    scaler = StandardScaler().fit(features)
    least = int(np.bincount(labels).min())
    model = LogisticRegressionCV(
        Cs=np.geomspace(1e-2, 1e3, 6),
        cv=max(2, min(3, least)),
        max_iter=1000,
        use_legacy_attributes=False,
        l1_ratios=(0.0,),
        scoring="neg_log_loss",
    )
    # The problem is small, and BLAS threads would only get into one another's way.
    with threadpool_limits(limits=1, user_api="blas"):
        model.fit(scaler.transform(features), labels)
    weights = model.coef_ / scaler.scale_
    return RidgeWeights(weights.T, model.intercept_ - weights @ scaler.mean_)


def cross_r2(
    features: Array, goal: Array, response: Array, folds: Integers, penalty: float
) -> float:
    """R2 of out-of-fold predictions of the response, by ridge regression of the goal."""
    predicted = np.empty_like(goal)
    for fold in range(int(folds.max()) + 1):
        seen = folds != fold
        fit = ridge(features[seen], goal[seen], penalty)
        predicted[~seen] = features[~seen] @ fit.weights + fit.intercept
    return float(r2_score(response, predicted))


def cross_accuracy(
    fit: Callable[[Array, Integers], RidgeWeights],
    features: Array,
    labels: Integers,
    folds: Integers,
) -> float:
    """Share of right out-of-fold predictions of a way to fit."""
    right = np.empty(len(labels))
    for fold in range(int(folds.max()) + 1):
        seen = np.flatnonzero(folds != fold)
        weights, intercept = fit(features[seen], seen)
        aside = folds == fold
        right[aside] = decided(features[aside] @ weights + intercept) == labels[aside]
    return float(right.mean())


def decided(scores: Array) -> Integers:
    """The number of the class: by the sign of one score, or the largest of several."""
    return (scores[:, 0] > 0).astype(np.intp) if scores.shape[1] == 1 else scores.argmax(axis=1)
