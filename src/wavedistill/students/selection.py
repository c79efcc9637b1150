"""Choose among readable models, such as one for each candidate wavelet, by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

__all__ = ["Selection", "select"]

Array = NDArray[np.float64]


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
    cv: Any = 5,
    groups: ArrayLike | None = None,
    scoring: str | Callable[..., float] | None = None,
    n_jobs: int | None = None,
) -> Selection:
    """Cross-validate several models on the same folds and fit the best one to all rows.

    It is `sklearn.model_selection.GridSearchCV` over whole models.

    Parameters
    ----------
    students : sequence of estimators
        Such as pipelines that begin with `TopCoefficients`, one for each candidate wavelet.
    X : array_like, shape (n, ...)
    y : array_like, shape (n,) or (n, outputs)
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
        If there are no models; and whatever a model raises in a fold.

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
    search = GridSearchCV(
        Pipeline([("student", models[0])]),
        {"student": models},
        scoring=scoring,
        cv=cv,
        n_jobs=n_jobs,
        error_score="raise",
    )
    search.fit(X, y, groups=groups)
    results = search.cv_results_
    folds = [results[f"split{number}_test_score"] for number in range(search.n_splits_)]
    return Selection(
        search.best_estimator_["student"], int(search.best_index_), np.column_stack(folds)
    )
