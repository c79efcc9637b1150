"""What a prediction of a readable model is made of."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from wavedistill.checks import Floats
from wavedistill.students.features import WaveletCoefficients
from wavedistill.wavelets import WaveletTransform

__all__ = ["Contributions", "contributions"]

Array = NDArray[np.float64]

#: How far, relative to the size of its terms, a linear model may be off the sum of its parts.
_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class Contributions:
    """Predictions of a linear model on wavelet features, taken apart (Fig C4 of the paper).

    Parameters
    ----------
    names : tuple of str
        Of the p features.
    features, values : ndarray, shape (n, p)
        The features themselves, and what each adds to the prediction: its weight times its value.
    coefficients : ndarray, shape (n, p)
        The wavelet coefficients behind the features, with their signs.
    weights : ndarray, shape (p,)
    intercept : float
        The prediction where all features are 0.
    positions : ndarray of int, shape (n, p)
        Which wavelet coefficient each feature is, by its place in `transform.layout_`; -1 where a
        feature is none.
    transform : WaveletCoefficients
        The fitted step that made the features.
    """

    names: tuple[str, ...]
    features: Array
    values: Array
    coefficients: Array
    weights: Array
    intercept: float
    positions: NDArray[np.intp]
    transform: WaveletCoefficients

    @property
    def predictions(self) -> Array:
        """The sum of each row and of the intercept, shape (n,)."""
        predictions: Array = self.intercept + self.values.sum(axis=1)
        return predictions

    @property
    def channels(self) -> int:
        """How many channels the signals have; the features run channel by channel."""
        shape, lengths = self.transform.signal_shape_, self.transform.layout_.lengths
        return math.prod(shape) // math.prod(lengths)

    def channel(self, feature: int) -> int:
        """Which channel a feature is of, by its number."""
        return int(feature) * self.channels // len(self.names)

    def largest(self, example: int, count: int = 3) -> NDArray[np.intp]:
        """The features that move a prediction most, largest magnitude first."""
        return np.argsort(-np.abs(self.values[example]), kind="stable")[:count]

    def curve(self, example: int, feature: int) -> Floats:
        """The part of the signal that one coefficient stands for: its synthesis alone.

        Returns
        -------
        ndarray, shape (length,) or, of images, (height, width)
            All coefficients' curves together are the signal.

        Raises
        ------
        ValueError
            If the feature is no coefficient.
        """
        layout = self.transform.layout_
        position = int(self.positions[example, feature])
        if position < 0:
            raise ValueError(
                f"{self.names[feature]!r} is not a wavelet coefficient, so it has no curve."
            )
        alone = np.zeros(layout.total)
        alone[position] = self.coefficients[example, feature]
        fitted = self.transform.transform_
        last = tuple(range(-len(layout.lengths), 0))
        bank = WaveletTransform(fitted.wavelets, mode=fitted.mode, axes=last)
        return bank.synthesis(alone, layout.lengths)


def contributions(model: Pipeline, X: ArrayLike) -> Contributions:
    """Take the predictions of a linear model on wavelet features apart.

    Parameters
    ----------
    model : Pipeline
        A fitted pipeline whose first step is a `WaveletCoefficients` or a `TopCoefficients` and
        whose other steps are linear together: scalers, selections and linear models. It predicts
        one number for each signal.
    X : array_like, shape (n, ...)
        Signals.

    Returns
    -------
    Contributions
        Exact to rounding: the contributions and the intercept sum to what the model predicts.

    Raises
    ------
    TypeError
        If the model is not such a pipeline.
    ValueError
        If its predictions are not linear in the features.
    """
    if not isinstance(model, Pipeline) or not isinstance(model[0], WaveletCoefficients):
        raise TypeError(
            "model must be a scikit-learn Pipeline that begins with WaveletCoefficients or "
            f"TopCoefficients, not {type(model).__name__}; build it with make_pipeline."
        )
    check_is_fitted(model)
    transform, rest = model[0], model[1:]
    features = np.asarray(transform.transform(X), dtype=np.float64)
    count = features.shape[1]
    # An affine map is known from where it takes zero and the units, whatever its steps are called.
    answers = np.asarray(rest.predict(np.vstack([np.zeros(count), np.eye(count)])))
    predicted = np.asarray(rest.predict(features))
    if answers.shape != (count + 1,) and answers.shape != (count + 1, 1):
        raise ValueError(
            f"the model predicts {answers.shape[1:]} numbers for each signal, and contributions "
            "are to one; fit a model for each."
        )
    intercept, *units = answers.astype(np.float64).ravel()
    weights = np.array(units) - intercept
    positions = transform.positions(X)
    found = Contributions(
        tuple(map(str, transform.get_feature_names_out())),
        features,
        features * weights,
        transform.coefficients_at(X, positions),
        weights,
        float(intercept),
        positions,
        transform,
    )
    size = np.abs(found.values).sum(axis=1) + abs(intercept) + np.abs(predicted.ravel())
    error = np.abs(found.predictions - predicted.ravel())
    if (error > _ROUNDING * size).any():
        worst = int(np.argmax(error / size))
        raise ValueError(
            f"the model's steps after {type(transform).__name__} are not linear: for example "
            f"{worst} they predict {predicted.ravel()[worst]:.6g}, and their parts sum to "
            f"{found.predictions[worst]:.6g}. Contributions need a linear model."
        )
    return found
