"""Choose among readable models, such as one for each candidate wavelet, by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, is_classifier
from sklearn.metrics import check_scoring
from sklearn.model_selection import GridSearchCV, check_cv
from sklearn.pipeline import Pipeline

from wavedistill.checks import require_shape

__all__ = ["Selection", "select"]

Array = NDArray[np.float64]
Fold = tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True, eq=False)
class Selection:
    """The models that were compared, and the one that won.

    Parameters
    ----------
    student : estimator
        The winner, fitted to all rows.
    best : int
        Its position among the models given.
    fold_scores : ndarray, shape (models, folds)
        The score of each model on each held-out fold.
    """

    student: Any
    best: int
    fold_scores: Array

    @property
    def scores(self) -> Array:
        """The mean score of each model over the folds, shape (models,)."""
        means: Array = self.fold_scores.mean(axis=1)
        return means

    @property
    def score(self) -> float:
        """The winner's mean score."""
        return float(self.scores[self.best])

    @property
    def order(self) -> NDArray[np.intp]:
        """Positions of the models by descending score; of equals the first given comes first."""
        return np.argsort(-self.scores, kind="stable")


def select(
    students: Sequence[BaseEstimator],
    X: ArrayLike,
    y: ArrayLike,
    *,
    target: ArrayLike | None = None,
    more: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
    cv: Any = 5,
    groups: ArrayLike | None = None,
    scoring: str | Callable[..., float] | None = None,
    n_jobs: int | None = None,
) -> Selection:
    """Cross-validate several models on the same folds and fit the best one to all rows.

    It is `sklearn.model_selection.GridSearchCV` over whole models, which may besides be fitted to
    something else than what they are scored by.

    Parameters
    ----------
    students : sequence of estimators
        Such as pipelines that begin with `TopCoefficients`, one for each candidate wavelet.
    X : array_like, shape (n, ...)
    y : array_like, shape (n,) or (n, outputs)
        What the models are scored by.
    target : array_like, shaped like y, optional
        What the models are fitted to in place of y, such as a teacher's outputs.
    more : (X, target, groups), optional
        Further rows to fit to, such as examples without a y and a teacher's outputs for them. They
        are never scored, and left out of the folds that hold out their group.
    cv : int, splitter or iterable of (train, test)
        As in scikit-learn.
    groups : array_like, shape (n,), optional
        For splitters that keep groups together, such as `GroupKFold`.
    scoring : str or callable, optional
        As in scikit-learn, larger is better; by default the models' own `score`.
    n_jobs : int, optional
        Processes.

    Returns
    -------
    Selection

    Raises
    ------
    ValueError
        If there are no models, the target is not shaped like y, or there are `more` rows without
        `groups` of X; and whatever a model raises in a fold.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import RidgeCV
    >>> from sklearn.pipeline import make_pipeline
    >>> import wavedistill as wd
    >>> from wavedistill.students import select
    >>> T = wd.WaveletTransform("db4", levels=3)
    >>> X = np.random.default_rng(0).standard_normal((200, 64))
    >>> y = wd.TopCoefficients(T, k=1).fit_transform(X)[:, 2]
    >>> names = ["haar", "db4", "sym6"]
    >>> models = [make_pipeline(wd.TopCoefficients(name, 3), RidgeCV()) for name in names]
    >>> names[select(models, X, y).best]
    'db4'
    """
    models = list(students)
    if not models:
        raise ValueError("students is empty; give at least one model to choose.")
    truth = np.asarray(y)
    goal = truth if target is None else np.asarray(target)
    require_shape("target", goal, truth.shape, "y", truth.shape)
    folds = list(check_cv(cv, truth, classifier=is_classifier(models[0])).split(X, truth, groups))
    if more is not None:
        (X, truth, goal), folds = _with_more((X, truth, goal), folds, groups, more)
    search = GridSearchCV(
        _Taught([("student", models[0])]),
        {"student": models},
        scoring=_by_truth(check_scoring(models[0], scoring)),
        cv=folds,
        n_jobs=n_jobs,
        error_score="raise",
    )
    search.fit(X, np.stack([truth, goal], axis=-1))
    results = search.cv_results_
    scores = [results[f"split{number}_test_score"] for number in range(search.n_splits_)]
    return Selection(
        search.best_estimator_["student"], int(search.best_index_), np.column_stack(scores)
    )


class _Taught(Pipeline):  # type: ignore[misc]
    """A model for a y that holds, along its last axis, what it is scored by and fitted to."""

    def fit(self, X: Any, y: Any) -> Any:
        return super().fit(X, y[..., 1])


def _by_truth(scorer: Callable[..., float]) -> Callable[..., float]:
    def score(model: Any, X: Any, y: Any) -> float:
        return scorer(model, X, y[..., 0])

    return score


def _with_more(
    rows: tuple[ArrayLike, Array, Array],
    folds: Sequence[Fold],
    groups: ArrayLike | None,
    more: tuple[ArrayLike, ArrayLike, ArrayLike],
) -> tuple[tuple[ArrayLike, Array, Array], list[Fold]]:
    """Add rows that are fitted to and never scored; what they are scored by is never read."""
    if groups is None:
        raise ValueError("more has rows of groups, and groups is None; give the groups of X too.")
    X, truth, goal = rows
    examples, targets, others = map(np.asarray, more)
    own = np.asarray(groups)
    extended = [
        (np.append(train, len(own) + np.flatnonzero(~np.isin(others, own[test]))), test)
        for train, test in folds
    ]
    truth, goal = (np.concatenate([part, targets]) for part in (truth, goal))
    return (np.concatenate([np.asarray(X), examples]), truth, goal), extended
