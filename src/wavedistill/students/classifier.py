"""`DistilledClassifier`: a readable classifier that is taught by a network."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score

from wavedistill.attribution import Attributions
from wavedistill.distillation.validation import warn_of_forgotten_axis
from wavedistill.students.arguments import as_classes, as_columns, check_target, fold_numbers
from wavedistill.students.distilled import DistilledStudent
from wavedistill.students.ridge import RidgeWeights
from wavedistill.students.sample_weight import Weighing
from wavedistill.students.weights import (
    cross_accuracy,
    decided,
    logistic,
    logistic_strength,
    missing_class,
    ridge,
)

__all__ = ["DistilledClassifier"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

#: A way to fit weights to the features of some examples, given which these are.
_Fit = Callable[[Array, Integers], RidgeWeights]

#: Logits are cut off here: beyond, a network is sure, and how sure does not matter.
_LARGEST_LOGIT = 6.0


class DistilledClassifier(ClassifierMixin, DistilledStudent):  # type: ignore[misc]
    """A linear classifier of a few wavelet features that is taught by a network.

    It is a `DistilledRegressor` of the network's logits, of its probabilities (`target`), or of the
    classes themselves where there is no network. With two classes the decision function is one
    number, the log-odds of the second.

    Parameters
    ----------
    reading, levels, support, per_level, max_numbers, cv, mode, axes, random_state, parts,
    wavelet, verbose
        As for `DistilledRegressor`.
    target : str
        What the weights are fitted to at the end: ``"teacher"``, the network's logits, by ridge
        regression; ``"decisions"``, the probabilities that follow from them, by logistic
        regression, and the wavelet is learned from them too; ``"response"``, the classes y, by
        logistic regression; or ``"auto"``, whichever of these predicts y better in
        cross-validation, or without y the network's classes.

    Attributes
    ----------
    classes_ : ndarray
        Those of y; without y, the numbers 0, 1, ... of the network's outputs.
    coef_ : ndarray, shape (1 or classes, features)
    intercept_ : ndarray, shape (1 or classes,)
    transform_, second_transform_, candidates_, readings_, columns_, scale_, comparison_, verdict_,
    n_numbers_
        As for `DistilledRegressor`.
    target_ : str
        ``"teacher"``, ``"decisions"`` or ``"response"``.
    """

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike | None = None,
        teacher: ArrayLike | None = None,
        attributions: Attributions | ArrayLike | None = None,
        groups: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn the wavelet and the weights.

        Parameters
        ----------
        X : array_like, shape (n, ...)
            Signals or images along `axes`.
        y : array_like, shape (n,), optional
            Classes.
        teacher : array_like, shape (n,) or (n, classes), optional
            The network's logits, or log-probabilities, for X; one column for two classes, positive
            for the second. In the order of the sorted classes of y. They are cut off at +-6.
        attributions, groups, sample_weight
            As for `DistilledRegressor.fit`.

        Raises
        ------
        TypeError, ValueError
            For data and parameters that cannot be used, before any work is done.
        """
        check_target(self.target, y, teacher, classes=True)
        signals, axes = self._signals(X, reset=True)
        warn_of_forgotten_axis(signals.shape, self.axes)
        count = len(signals)
        outputs = None if teacher is None else as_columns(teacher, count, "teacher")
        weighing = Weighing.of(sample_weight, count)
        signals = weighing.counted(signals, "X")
        outputs = weighing.counted(outputs, "teacher")
        groups = weighing.counted(groups, "groups")
        count, y = len(signals), weighing.counted(y, "y")
        labels = self._labels(y, outputs, count)
        known = np.eye(len(self.classes_))[labels]
        shares = known if outputs is None else _probabilities(outputs)
        goal = shares[:, 1:] if shares.shape[1] == 2 else shares
        if outputs is not None and self.target != "decisions":
            goal = np.clip(outputs, -_LARGEST_LOGIT, _LARGEST_LOGIT)
        cv = weighing.folds(self.cv)
        folds = fold_numbers(cv, signals, labels, groups, True, self.random_state)
        attributions = weighing.counted(attributions, "attributions")
        weight = weighing.sample_weight
        found = self._search(signals, axes, goal, folds, attributions, weight)
        features = self._read(found.reader)
        goals = {} if y is None else {"response": known}
        if outputs is not None:
            goals = {"teacher": goal, "decisions": shares, **goals}
        if self.target != "auto":
            goals = {self.target: goals[self.target]}
        penalty = found.error.penalty
        fits = {
            name: _ridge(each, penalty, weight)
            if name == "teacher"
            else _logistic(each, features, folds, weight)
            for name, each in goals.items()
        }
        self.target_ = next(iter(fits))
        rare = missing_class(labels, folds) if "response" in fits else None
        if len(fits) > 1 and rare is not None:
            warnings.warn(
                f"all examples of class {self.classes_[rare]} lie in one fold, so labels and "
                "network cannot be held against each other; the weights are fitted to the "
                "network's outputs. Set target='response' for the labels.",
                UserWarning,
                stacklevel=2,
            )
        elif len(fits) > 1:
            self.target_ = max(
                fits, key=lambda name: cross_accuracy(fits[name], features, labels, folds, weight)
            )
        fit = fits[self.target_](features, np.arange(count))
        self.coef_, self.intercept_ = fit.weights.T, fit.intercept
        return self

    def decision_function(self, X: ArrayLike) -> Array:
        """Log-odds of the second class, shape (n,), or a score for each class, (n, classes)."""
        scores = self._linear(X)
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict_proba(self, X: ArrayLike) -> Array:
        """Probabilities of the classes, shape (n, classes)."""
        return _probabilities(self._linear(X))

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The classes, shape (n,)."""
        numbers = decided(self._linear(X))
        chosen: NDArray[Any] = self.classes_[numbers]
        return chosen

    def _output_names(self, count: int) -> tuple[str, ...]:
        """What `contributions` calls the outputs."""
        classes = tuple(map(str, self.classes_))
        if count == 1:
            return (f"log-odds of {classes[1]}",)
        # A number alone would be read as a value.
        numbers = self.classes_.dtype.kind in "biuf" or all(map(str.isdigit, classes))
        return tuple(f"class {each}" for each in classes) if numbers else classes

    def fidelity(self, X: ArrayLike, outputs: ArrayLike) -> float:
        """Share of examples that get the class of the network's outputs (logits)."""
        scores = as_columns(outputs, len(np.asarray(X)), "outputs")
        return float(accuracy_score(decided(scores), decided(self._linear(X))))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # Readings do not tell where in the signal something is, as scikit-learn's test data ask.
        tags.classifier_tags.poor_score = True
        return tags

    def _labels(self, y: ArrayLike | None, logits: Array | None, count: int) -> Integers:
        """The class of each example as a number; sets `classes_`."""
        if y is None:
            teach = cast(Array, logits)
            self.classes_ = np.arange(max(2, teach.shape[1]))
            return decided(teach)
        self.classes_, labels = as_classes(y, count)
        if len(self.classes_) < 2:
            raise ValueError(
                f"y has one class only ({self.classes_[0]!r}); a classifier needs two or more."
            )
        expected = {1, 2} if len(self.classes_) == 2 else {len(self.classes_)}
        if logits is not None and logits.shape[1] not in expected:
            raise ValueError(
                f"teacher has {logits.shape[1]} columns and y has {len(self.classes_)} classes; "
                "give a logit for each class, or one for two classes."
            )
        return labels


def _probabilities(scores: Array) -> Array:
    """Those of the classes, shape (n, classes), from a score of each or from log-odds."""
    if scores.shape[1] == 1:
        scores = np.hstack([np.zeros_like(scores), scores])
    probabilities: Array = softmax(scores, axis=1)
    return probabilities


def _ridge(goal: Array, penalty: float, weight: Array | None) -> _Fit:
    return lambda features, rows: ridge(features, goal[rows], penalty, _rows_of(weight, rows))


def _logistic(shares: Array, features: Array, folds: Integers, weight: Array | None) -> _Fit:
    strength = logistic_strength(features, shares, folds, weight)
    return lambda some, rows: logistic(some, shares[rows], strength, _rows_of(weight, rows))


def _rows_of(weight: Array | None, rows: Integers) -> Array | None:
    return None if weight is None else weight[rows]
