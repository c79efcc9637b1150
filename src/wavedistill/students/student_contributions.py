"""What the predictions of a distilled student are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats, integer
from wavedistill.students.components import component
from wavedistill.students.readings import AnyReading
from wavedistill.wavelets import WaveletTransform

__all__ = ["StudentContributions", "take_apart"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StudentContributions:
    """Predictions of a distilled student, taken apart: `DistilledRegressor.contributions`.

    Parameters
    ----------
    names : tuple of str
        Of the p features.
    outputs : tuple of str
        What each of the q outputs is: a class, the log-odds of one, or a response.
    features : ndarray, shape (n, p)
        The features themselves.
    values : ndarray, shape (n, q, p)
        What each feature adds to each output: its weight times its value.
    intercept : ndarray, shape (q,)
        The outputs where all features are 0.
    signals : ndarray, shape (n, channels, length) or (n, channels, height, width)
    transform : WaveletTransform
    reading : Reading or CombinedReading
    columns : ndarray of int, shape (p,)
        Which features of the reading these are.
    second : WaveletTransform or None
        Of a second layer with its own filters.
    """

    names: tuple[str, ...]
    outputs: tuple[str, ...]
    features: Array
    values: Array
    intercept: Array
    signals: Floats
    transform: WaveletTransform
    reading: AnyReading
    columns: NDArray[np.intp]
    second: WaveletTransform | None = None

    @property
    def predictions(self) -> Array:
        """The values of each output and its intercept together, shape (n, q)."""
        predictions: Array = self.values.sum(axis=2) + self.intercept
        return predictions

    @property
    def moves(self) -> Array:
        """What each feature adds to each output by one standard deviation more, shape (q, p)."""
        squares = (self.features**2).sum(axis=0)
        products = (self.values * self.features[:, None]).sum(axis=0)
        weights = np.divide(products, squares, out=np.zeros_like(products), where=squares > 0)
        moves: Array = weights * self.features.std(axis=0)
        return moves

    def largest(self, example: int, count: int = 3, output: int = 0) -> NDArray[np.intp]:
        """The features that move an output of an example most, largest magnitude first.

        Returns
        -------
        ndarray of int, shape (count,)
            Positions in `names`.

        Raises
        ------
        IndexError
            If there is no such example or output.
        ValueError
            If `count` is below 1.
        """
        number = integer(count, "count", minimum=1)
        return np.argsort(-np.abs(self.values[example, output]), kind="stable")[:number]

    def curve(self, example: int, feature: int) -> Floats:
        """What a feature sees of a signal or an image, in its units.

        `wavedistill.students.components.component` says what it is for each reading.

        Returns
        -------
        ndarray, shape (length,) or (height, width)
            In the channel that the feature reads.
        """
        alone = self.signals[[example]]
        column = int(self.columns[feature])
        curve: Floats = component(self.transform, self.reading, alone, column, self.second)[0]
        return curve


def take_apart(features: Array, weights: Array, intercept: Array) -> tuple[Array, Array]:
    """What each feature adds to each output, shape (n, q, p), and the intercepts, shape (q,)."""
    return features[:, None] * np.atleast_2d(weights), np.atleast_1d(intercept)
