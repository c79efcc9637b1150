"""The last step of a distilled student: linear weights of its features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.metrics import r2_score
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from wavedistill.students.ridge import RidgeWeights, fold_grams, ridge_weights

__all__ = ["cross_accuracy", "cross_r2", "decided", "logistic", "missing_class", "ridge"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]


def ridge(
    features: Array, targets: Array, penalty: float, sample_weight: Array | None = None
) -> RidgeWeights:
    """Ridge regression, the penalty as a share of the features' variances."""
    one_fold = np.zeros(len(features), dtype=np.intp)
    whole = fold_grams(features, targets, one_fold, 1, sample_weight)[0]
    return ridge_weights(whole, targets.shape[1], penalty)


def logistic(
    features: Array, labels: Integers, folds: Integers, sample_weight: Array | None = None
) -> RidgeWeights:
    """Logistic regression in the units of the features; its penalty by cross-validation.

    The folds are those without which every class is still there, or stratified ones. Where a class
    has one example there are none, and the penalty is scikit-learn's default.

    Parameters
    ----------
    features : ndarray, shape (n, p)
    labels, folds : ndarray of int, shape (n,)
        Numbers of classes, and of the fold in which each example is held out.
    sample_weight : ndarray, shape (n,), optional
    """
    scaler = StandardScaler().fit(features, sample_weight=sample_weight)
    splits = _splits(labels, folds)
    model: Any = LogisticRegression(max_iter=1000)
    if splits is not None:
        model = LogisticRegressionCV(
            Cs=np.geomspace(1e-2, 1e3, 6),
            cv=splits,
            max_iter=1000,
            use_legacy_attributes=False,
            l1_ratios=(0.0,),
            scoring="neg_log_loss",
        )
    # The problem is small, and BLAS threads would only get into one another's way.
    with threadpool_limits(limits=1, user_api="blas"):
        model.fit(scaler.transform(features), labels, sample_weight=sample_weight)
    weights = model.coef_ / scaler.scale_
    return RidgeWeights(weights.T, model.intercept_ - weights @ scaler.mean_)


def _splits(labels: Integers, folds: Integers) -> list[tuple[Integers, Integers]] | int | None:
    """Training and held-out rows of the folds without which every class is still there."""
    classes = len(np.unique(labels))
    held_out = [folds == fold for fold in np.unique(folds)]
    splits = [
        (np.flatnonzero(~aside), np.flatnonzero(aside))
        for aside in held_out
        if len(np.unique(labels[~aside])) == classes
    ]
    least = int(np.bincount(labels).min())
    return splits or (min(3, least) if least > 1 else None)


def missing_class(labels: Integers, folds: Integers) -> int | None:
    """A class of which all examples lie in one fold, if there is one."""
    for kind in np.unique(labels):
        if len(np.unique(folds[labels == kind])) == 1:
            return int(kind)
    return None


def cross_r2(
    features: Array,
    goal: Array,
    response: Array,
    folds: Integers,
    penalty: float,
    sample_weight: Array | None = None,
) -> float:
    """R2 of out-of-fold predictions of the response, by ridge regression of the goal."""
    predicted = np.empty_like(goal)
    for fold in range(int(folds.max()) + 1):
        seen = folds != fold
        weight = None if sample_weight is None else sample_weight[seen]
        fit = ridge(features[seen], goal[seen], penalty, weight)
        predicted[~seen] = features[~seen] @ fit.weights + fit.intercept
    return float(r2_score(response, predicted, sample_weight=sample_weight))


def cross_accuracy(
    fit: Callable[[Array, Integers], RidgeWeights],
    features: Array,
    labels: Integers,
    folds: Integers,
    sample_weight: Array | None = None,
) -> float:
    """Share of right out-of-fold predictions of a way to fit."""
    right = np.empty(len(labels))
    for fold in range(int(folds.max()) + 1):
        seen = np.flatnonzero(folds != fold)
        weights, intercept = fit(features[seen], seen)
        aside = folds == fold
        right[aside] = decided(features[aside] @ weights + intercept) == labels[aside]
    return float(np.average(right, weights=sample_weight))


def decided(scores: Array) -> Integers:
    """The number of the class: by the sign of one score, or the largest of several."""
    return (scores[:, 0] > 0).astype(np.intp) if scores.shape[1] == 1 else scores.argmax(axis=1)
