"""What the regressors of simulated parameters share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

__all__ = ["ParameterRegressor"]

Array = NDArray[np.float64]


class ParameterRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """A regressor of one or several parameters, which are given and predicted alike."""

    def _read(self, X: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        """Features (n, features) and parameters (n, parameters) of a fit, checked."""
        rows, targets = validate_data(
            self, X, y, dtype=np.float64, multi_output=True, y_numeric=True
        )
        self._one_parameter = targets.ndim == 1
        return rows, np.asarray(targets, dtype=np.float64).reshape(len(rows), -1)

    def _read_more(self, X: ArrayLike) -> Array:
        """Features of a prediction, checked against those of the fit."""
        check_is_fitted(self)
        rows: Array = validate_data(self, X, reset=False, dtype=np.float64)
        return rows

    def _like_y(self, parameters: Array) -> Array:
        """Parameters (n, parameters) with as many axes as y had."""
        return parameters[:, 0] if self._one_parameter else parameters

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
