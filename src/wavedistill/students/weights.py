"""The last step of a distilled student: linear weights of its features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from wavedistill.students.ridge import RidgeWeights, fold_grams, ridge_weights

__all__ = [
    "cross_accuracy",
    "cross_r2",
    "decided",
    "logistic",
    "logistic_strength",
    "missing_class",
    "ridge",
]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

#: Inverse penalties of logistic regression among which cross-validation chooses.
_STRENGTHS: tuple[float, ...] = tuple(np.geomspace(1e-2, 1e3, 6).tolist())
#: A class that is less probable for an example is left out there: it costs time and says little.
_LEAST_SHARE = 0.01


def ridge(
    features: Array, targets: Array, penalty: float, sample_weight: Array | None = None
) -> RidgeWeights:
    """Ridge regression, the penalty as a share of the features' variances."""
    one_fold = np.zeros(len(features), dtype=np.intp)
    whole = fold_grams(features, targets, one_fold, 1, sample_weight)[0]
    return ridge_weights(whole, targets.shape[1], penalty)


def logistic(
    features: Array, shares: Array, strength: float, sample_weight: Array | None = None
) -> RidgeWeights:
    """Logistic regression to classes or to their probabilities, in the units of the features.

    It minimises the cross-entropy between the probabilities and those of the linear model. An
    example counts once for each class that is probable, as much as the class is.

    Parameters
    ----------
    features : ndarray, shape (n, p)
    shares : ndarray, shape (n, classes)
        Probabilities of the classes; 0 and 1 where the class is known.
    strength : float
        The inverse of the penalty, scikit-learn's ``C``.
    sample_weight : ndarray, shape (n,), optional

    Returns
    -------
    RidgeWeights
        For one output if there are two classes, the log-odds of the second.
    """
    scaler = StandardScaler().fit(features, sample_weight=sample_weight)
    # The most probable example of a class stays, so that no class is lost.
    rows, classes = np.nonzero((shares >= _LEAST_SHARE) | (shares == shares.max(axis=0)))
    counts = shares[rows, classes]
    if sample_weight is not None:
        counts = counts * sample_weight[rows]
    model: Any = LogisticRegression(C=strength, max_iter=1000)
    # The problem is small, and BLAS threads would only get into one another's way.
    with threadpool_limits(limits=1, user_api="blas"):
        model.fit(scaler.transform(features)[rows], classes, sample_weight=counts)
    weights = model.coef_ / scaler.scale_
    return RidgeWeights(weights.T, model.intercept_ - weights @ scaler.mean_)


def logistic_strength(
    features: Array, shares: Array, folds: Integers, sample_weight: Array | None = None
) -> float:
    """The strength of least cross-entropy on held-out folds.

    The folds are those without which every class is still there. If there is no such fold they are
    stratified ones, and if a class has one example only, the strength is 1, scikit-learn's default.

    Parameters
    ----------
    features, shares, sample_weight
        As for `logistic`.
    folds : ndarray of int, shape (n,)
        The fold in which each example is held out.
    """
    splits = _splits(shares, folds)
    if not splits:
        return 1.0
    counts = np.ones(len(features)) if sample_weight is None else sample_weight
    losses = np.zeros(len(_STRENGTHS))
    for train, aside in splits:
        for number, strength in enumerate(_STRENGTHS):
            weights, intercept = logistic(features[train], shares[train], strength, counts[train])
            scores = features[aside] @ weights + intercept
            losses[number] += counts[aside] @ _cross_entropies(shares[aside], scores)
    return _STRENGTHS[int(losses.argmin())]


def _cross_entropies(shares: Array, scores: Array) -> Array:
    """That of each example, shape (n,)."""
    if scores.shape[1] == 1:
        scores = np.hstack([np.zeros_like(scores), scores])
    entropies: Array = -np.einsum("ij,ij->i", shares, log_softmax(scores, axis=1))
    return entropies


def _splits(shares: Array, folds: Integers) -> list[tuple[Integers, Integers]]:
    """Training and held-out rows of the folds without which every class is still there."""
    held_out = [folds == fold for fold in np.unique(folds)]
    splits = [
        (np.flatnonzero(~aside), np.flatnonzero(aside))
        for aside in held_out
        if (shares[~aside].max(axis=0, initial=0.0) > 0).all()
    ]
    labels = shares.argmax(axis=1)
    least = int(np.bincount(labels, minlength=shares.shape[1]).min())
    if splits or least < 2:
        return splits
    return list(StratifiedKFold(min(3, least)).split(labels, labels))


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
