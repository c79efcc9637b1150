"""Learn the wavelet through the student: the one whose readable model matches the network.

    minimise over the angles of the filters, and over the ridge penalty,
        error in cross-validation of ridge(features(X) -> targets) / variation of the targets

The ridge weights are eliminated in closed form (`wavedistill.students.ridge`), so the filters are
all that is searched. Only Gram matrices of each fold enter: the error is a function of sums over
examples.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wavedistill.students.budget import forward_selection, most_features
from wavedistill.students.readings import ReadSignals
from wavedistill.students.ridge import RidgeError, fold_grams, ridge_error, ridge_gradient
from wavedistill.wavelets import Lattice

__all__ = ["Learned", "StudentObjective", "count_taps"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Learned:
    """Filters that a search found, or known ones that it was compared with.

    Parameters
    ----------
    lowpass : ndarray, shape (filters, N)
        The finest level first; equal rows where one filter serves all levels. A second layer with
        its own follows.
    error : float
        In cross-validation, as a share of the targets' variation.
    start : str
        What the descent began from.
    path : tuple of float
        The errors on the way: of a descent on a part of the examples, then of one on all, or on
        20,000 of more. Known filters have none.
    begun : ndarray, shape (N,), optional
        The filter of the finest level that the first descent began from.
    """

    lowpass: Array
    error: float
    start: str
    path: tuple[float, ...] = ()
    begun: Array | None = None

    @property
    def shared(self) -> bool:
        """Whether one filter serves all levels, and both layers where there are two."""
        return self.distinct == 1

    @property
    def distinct(self) -> int:
        """How many different filters there are."""
        return self.taps // int(self.lowpass.shape[1])

    @property
    def taps(self) -> int:
        """Numbers of the filters: those of each level count if they differ."""
        return count_taps(self.lowpass)


def count_taps(lowpass: Array) -> int:
    """Numbers of filters, shape (filters, N): equal ones count once."""
    return int(np.unique(lowpass, axis=0).size)


@dataclass(frozen=True, eq=False)
class StudentObjective:
    """The error of the student in cross-validation, as a function of the filters.

    Parameters
    ----------
    reader : ReadSignals
    targets : ndarray, shape (n, q)
        Outputs of the network, or responses. Each counts by its variance.
    folds : ndarray of int, shape (n,)
        The fold in which each example is held out.
    max_numbers : int, optional
        The most numbers of the student: taps, weights and intercepts. For any filters, the student
        has the best features that this leaves (`forward_selection` over all examples).
    sample_weight : ndarray, shape (n,), optional
        How often each example counts; 1 if not given.
    """

    reader: ReadSignals
    targets: Array
    folds: NDArray[np.intp]
    max_numbers: int | None = None
    sample_weight: Array | None = None

    def subset(self, rows: NDArray[np.intp]) -> StudentObjective:
        """The objective over some of the examples."""
        weight = None if self.sample_weight is None else self.sample_weight[rows]
        return replace(
            self,
            reader=self.reader.subset(rows),
            targets=self.targets[rows],
            # Those that are left, numbered anew.
            folds=np.unique(self.folds[rows], return_inverse=True)[1],
            sample_weight=weight,
        )

    def columns(self, lowpass: Array) -> NDArray[np.intp]:
        """The features of the student with these filters, of shape (filters, N)."""
        return self._read(lowpass)[0]

    def grams(self, lowpass: Array) -> Array:
        """The Gram matrices of each fold with these filters, of the student's features."""
        return self._read(lowpass)[2]

    def error(self, lowpass: Array) -> RidgeError:
        """The error with these filters, of shape (filters, N)."""
        return ridge_error(self.grams(lowpass), self._outputs)

    def at_filters(self, lowpass: Array) -> tuple[float, Array]:
        """The error, and its derivatives by the filters, both of shape (filters, N)."""
        columns, features, grams = self._read(lowpass)
        found = ridge_error(grams, self._outputs)
        rows = np.hstack([np.ones((len(features), 1)), features, self.targets])
        cotangents = np.zeros((len(features), self.reader.count))
        for fold, by_gram in enumerate(ridge_gradient(grams, self._outputs, found.penalty)):
            held_out = np.flatnonzero(self.folds == fold)
            own = 2 * rows[held_out] @ by_gram[:, 1 : 1 + len(columns)]
            if self.sample_weight is not None:
                own *= self.sample_weight[held_out, None]
            cotangents[np.ix_(held_out, columns)] = own
        return found.value, self.reader.pull(lowpass, cotangents)

    def at_angles(self, free: Array) -> tuple[float, Array]:
        """The error, and its derivatives by free angles.

        Parameters
        ----------
        free : ndarray, shape (N/2 - 1,) or (k, N/2 - 1)
            Of one filter for all levels; or of one for each layer, or for each level of each.
        """
        each = np.atleast_2d(free)
        places = self.places(len(each))
        lattice = Lattice(2 * free.shape[-1] + 2)
        filters, jacobians = zip(*map(lattice.jacobian, each), strict=True)
        value, gradient = self.at_filters(np.stack(filters)[places])
        found = np.zeros_like(each)
        for place, by_filter in zip(places, gradient, strict=True):
            found[place] += jacobians[place] @ by_filter
        return value, found.reshape(free.shape)

    def places(self, count: int) -> NDArray[np.intp]:
        """Which of so many filters each level of each layer has.

        One serves all, or there is one for each layer, or one for each level of each.
        """
        layers = self.reader.layers
        if count == 1:
            return np.zeros(sum(layers), dtype=np.intp)
        each = layers if count == len(layers) else (1,) * sum(layers)
        return np.repeat(np.arange(count), each)

    def filters(self, free: Array) -> Array:
        """The filters of shape (filters, N) with free angles as `at_angles` takes them."""
        each = np.atleast_2d(free)
        lattice = Lattice(2 * free.shape[-1] + 2)
        return np.stack([lattice.forward(row) for row in each])[self.places(len(each))]

    def _read(self, lowpass: Array) -> tuple[NDArray[np.intp], Array, Array]:
        """The columns of the student's features, the features, and their Gram matrices."""
        features = self.reader.features(lowpass)
        folds = int(self.folds.max()) + 1
        grams = fold_grams(features, self.targets, self.folds, folds, self.sample_weight)
        columns = np.arange(self.reader.count)
        if self.max_numbers is not None:
            count = most_features(self.max_numbers, count_taps(lowpass), self._outputs)
            if count < len(columns):
                columns = forward_selection(grams.sum(axis=0), self._outputs, count)
        if len(columns) == self.reader.count:
            return columns, features, grams
        ends = range(1 + self.reader.count, grams.shape[1])
        kept = np.array([0, *(1 + columns), *ends])
        return columns, features[:, columns], grams[:, kept[:, None], kept]

    @property
    def _outputs(self) -> int:
        return int(self.targets.shape[1])

    @property
    def examples(self) -> float:
        """Examples of equal weights whose means would be as exact (Kish's effective number)."""
        weight = self.sample_weight
        if weight is None:
            return float(len(self.reader))
        return float(weight.sum() ** 2 / np.sum(weight**2))
