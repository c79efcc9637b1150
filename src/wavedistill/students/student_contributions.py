"""What the predictions of a distilled student are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats, integer
from wavedistill.students.components import component
from wavedistill.students.readings import AnyReading
from wavedistill.wavelets import WaveletTransform

__all__ = ["StudentContributions"]

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
    weights : ndarray, shape (q, p)
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
    weights: Array
    intercept: Array
    signals: Floats
    transform: WaveletTransform
    reading: AnyReading
    columns: NDArray[np.intp]
    second: WaveletTransform | None = None

    @cached_property
    def values(self) -> Array:
        """What each feature adds to each output, weight times feature, shape (n, q, p)."""
        values: Array = self.features[:, None] * self.weights
        return values

    @cached_property
    def predictions(self) -> Array:
        """The values of each output and its intercept together, shape (n, q)."""
        predictions: Array = self.values.sum(axis=2) + self.intercept
        return predictions

    @cached_property
    def moves(self) -> Array:
        """What each feature adds to each output by one standard deviation more, shape (q, p)."""
        moves: Array = self.weights * self.features.std(axis=0)
        return moves

    def ranked(self, output: int | None = None) -> NDArray[np.intp]:
        """The features, those that move an output, or all together, most first, shape (p,)."""
        sizes = np.abs(self.moves)
        chosen = sizes.sum(axis=0) if output is None else sizes[output]
        return np.argsort(-chosen, kind="stable")

    def against_mean(self, example: int, output: int = 0) -> Array:
        """What each feature adds to an output of an example beyond its mean, shape (p,)."""
        added: Array = self.weights[output] * (self.features[example] - self.features.mean(axis=0))
        return added

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
