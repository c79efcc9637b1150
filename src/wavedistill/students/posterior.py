"""The mean of simulated parameters, each weighted by how probable it is."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from wavedistill.students.parameters import ParameterRegressor

__all__ = ["PosteriorMeanRegressor"]

Array = NDArray[np.float64]


class PosteriorMeanRegressor(ParameterRegressor):
    """Regression on a few simulated parameters: their mean, weighted by class probabilities.

    Rows of X with equal y form a class. A classifier gives the probability of each class, and the
    prediction is the mean of the classes' y with these weights. If the probabilities are right, no
    other prediction has a smaller expected squared error. Where classes are alike, it errs less
    than the most probable class.

    Parameters
    ----------
    classifier : classifier with `predict_proba`, optional
        By default Gaussian classes with one covariance, equally probable beforehand:
        `sklearn.discriminant_analysis.LinearDiscriminantAnalysis` with its ``lsqr`` solver, whose
        ``shrinkage`` helps where rows are few.

    Attributes
    ----------
    parameters_ : ndarray, shape (classes, parameters)
        The distinct rows of y, in lexical order.
    classifier_ : classifier
        Fitted to the number of each row's class.
    n_features_in_ : int
        Features of X.

    Examples
    --------
    >>> import numpy as np
    >>> from wavedistill.students import PosteriorMeanRegressor
    >>> random = np.random.default_rng(0)
    >>> y = np.repeat([0.2, 0.3], 100)
    >>> X = random.poisson(100 * y[:, None] * [1, 2, 3])
    >>> PosteriorMeanRegressor().fit(X, y).predict([[20, 40, 60], [30, 60, 90]]).round(2).tolist()
    [0.2, 0.3]
    """

    def __init__(self, classifier: Any = None) -> None:
        self.classifier = classifier

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit the classifier.

        Parameters
        ----------
        X : array_like, shape (n, features)
        y : array_like, shape (n,) or (n, parameters)

        Raises
        ------
        ValueError
            If y has fewer than two distinct rows.
        """
        rows, targets = self._read(X, y)
        self.parameters_, number = np.unique(targets, axis=0, return_inverse=True)
        classes = len(self.parameters_)
        if classes < 2:
            raise ValueError(
                f"y has one distinct row (n_samples={len(rows)}), and classes are told apart only "
                "where there are two or more; give rows of other parameters."
            )
        if self.classifier is None:
            equal = np.full(classes, 1 / classes)
            classifier = LinearDiscriminantAnalysis(solver="lsqr", priors=equal)
        else:
            classifier = clone(self.classifier)
        self.classifier_ = classifier.fit(rows, number.ravel())
        return self

    def predict(self, X: ArrayLike) -> Array:
        """The mean parameters, shape (n,) or (n, parameters), as y had."""
        rows = self._read_more(X)
        return self._like_y(self.classifier_.predict_proba(rows) @ self.parameters_)
