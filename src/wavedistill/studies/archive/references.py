"""Models for reference that nobody can read: MiniRocket, and catch22 (of the package aeon)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import RidgeClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

__all__ = ["REFERENCES", "Reference"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

#: From training signals, their classes and test signals to predicted classes, and the model's
#: numbers.
Reference = Callable[[Array, Integers, Array], tuple[Integers, int]]

#: Trees of the forest on catch22's features.
_TREES = 200
#: MiniRocket needs signals of so many samples or more.
_SHORTEST = 9


def _minirocket(X: Array, y: Integers, X_test: Array) -> tuple[Integers, int]:
    """Ridge on the 10,000 features of Dempster, Schmidt and Webb (2021)."""
    from aeon.transformations.collection.convolution_based import MiniRocket

    if X.shape[-1] < _SHORTEST:
        raise ValueError(f"signals have {X.shape[-1]} samples; {_SHORTEST} or more are needed.")
    transform = MiniRocket(random_state=0, n_jobs=1).fit(X.astype(np.float32))
    train, test = (np.asarray(transform.transform(each.astype(np.float32))) for each in (X, X_test))
    return _ridge(train, y, test)


def _catch22(X: Array, y: Integers, X_test: Array) -> tuple[Integers, int]:
    """A random forest on 22 features of each channel (Lubba and others 2019)."""
    forest = RandomForestClassifier(_TREES, random_state=0)
    forest.fit(_features(X), y)
    # Each inner node has a feature and a threshold, each leaf the shares of the classes.
    numbers = sum(2 * int(tree.tree_.node_count) for tree in forest.estimators_)
    return np.asarray(forest.predict(_features(X_test))), numbers


def _ridge_on_catch22(X: Array, y: Integers, X_test: Array) -> tuple[Integers, int]:
    """A linear model of the same features."""
    return _ridge(_features(X), y, _features(X_test))


def _features(X: Array) -> Array:
    from aeon.transformations.collection.feature_based import Catch22

    found = Catch22(n_jobs=1, replace_nans=True).fit_transform(X.astype(np.float64))
    return np.asarray(found, dtype=np.float64)


def _ridge(train: Array, y: Integers, test: Array) -> tuple[Integers, int]:
    model: Any = make_pipeline(StandardScaler(), RidgeClassifierCV(np.logspace(-3, 3, 10)))
    model.fit(train, y)
    last = model[-1]
    return np.asarray(model.predict(test)), int(np.size(last.coef_) + np.size(last.intercept_))


REFERENCES: dict[str, Reference] = {
    "MiniRocket": _minirocket,
    "catch22": _catch22,
    "ridge on catch22": _ridge_on_catch22,
}
