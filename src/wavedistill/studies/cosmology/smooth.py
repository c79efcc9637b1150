"""Smooth histograms of filtered maps, as a function of the wavelet that the filters are from.

A histogram has no derivative by the filter: a pixel is in a bin or is not. Here a value between the
centres of two bins counts in both. The centres follow the values, so that only the shape of a
filter matters.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.kernels.soft_counts import MarkedMaps, pull_soft_counts, soft_counts
from wavedistill.students import local_maxima, wavelet_cuts
from wavedistill.wavelets import Wavelet
from wavedistill.wavelets.lattice import quadrature_mirror_adjoint

__all__ = ["Looks", "SoftHistograms"]

Array = NDArray[np.float64]

_SIDE = 3
#: Values from which the centres of bins are taken.
_CENTRED_BY = 20_000
#: Added to a count under its root, whose derivative would be infinite at 0.
_PRIOR = 0.25


class Looks(NamedTuple):
    """Where filters look, and whether with their 3 x 3 pieces or whole."""

    at: Literal["peaks", "pixels"]
    whole: bool = False


class SoftHistograms:
    """Roots of the smooth counts of what LL, LH, HL and HH measure in each of some maps.

    Parameters
    ----------
    maps : ndarray of float32, shape (n, height, width)
    looks : Looks
    taps : int
        Of the wavelets.
    bins : int
        Of each filter.
    positions : int
        Of a map with more pixels, about so many are looked at, on a grid.
    """

    def __init__(
        self,
        maps: NDArray[np.float32],
        looks: Looks,
        taps: int,
        bins: int = 12,
        positions: int = 4096,
    ) -> None:
        self._whole, self.bins = looks.whole, bins
        side = taps if looks.whole else _SIDE
        if looks.at == "peaks":
            if looks.whole:
                raise ValueError("peaks are looked at with 3 x 3 pixels; give whole=False.")
            marks = local_maxima(maps)[:, 1:-1, 1:-1]
        else:
            shape = len(maps), maps.shape[1] - side + 1, maps.shape[2] - side + 1
            marks = np.zeros(shape, dtype=np.bool_)
            step = max(1, round((maps[0].size / positions) ** 0.5))
            marks[:, ::step, ::step] = True
        self._looked = MarkedMaps(np.ascontiguousarray(maps), np.ascontiguousarray(marks))
        places = np.argwhere(marks)
        places = places[:: max(1, len(places) // _CENTRED_BY)]
        around = np.arange(side)
        which, row, column = (each[:, None, None] for each in places.T)
        #: The pixels at some of the places, shape (places, side²).
        self._some = maps[which, row + around[:, None], column + around].reshape(len(places), -1)

    def features(self, lowpass: Array) -> Array:
        """The features with a wavelet's filter (N,), shape (n, 4 x bins)."""
        weights = self._filters(lowpass)
        counts = soft_counts(self._looked, weights, self._centres(weights)[0])
        return np.sqrt(counts.reshape(len(counts), -1) + _PRIOR)

    def pull(self, lowpass: Array, features: Array, cotangents: Array) -> Array:
        """The derivative of sum(cotangents * features) by the filter, shape (N,)."""
        weights = self._filters(lowpass)
        centres, around = self._centres(weights)
        by_counts = (cotangents / (2 * features)).reshape(len(features), *centres.shape)
        by_weights, by_centres = pull_soft_counts(self._looked, weights, centres, by_counts)
        flat = by_weights.reshape(len(weights), -1)
        flat += np.einsum("fb,fbk->fk", by_centres, around)
        return self._pull_filters(lowpass, flat.reshape(by_weights.shape))

    def _centres(self, weights: NDArray[np.float32]) -> tuple[NDArray[np.float32], Array]:
        """Means of equally many values each, rising, and their derivatives by the weights.

        Shapes (4, bins) and (4, bins, side²). A single quantile would be as rough a function of the
        filter as the one or two values that it is.
        """
        values = self._some @ weights.reshape(len(weights), -1).T
        blocks = np.array_split(np.argsort(values, axis=0), self.bins)
        around = np.stack([self._some[rows].mean(axis=0) for rows in blocks], axis=1)
        return np.einsum("fbk,fk->fb", around, weights.reshape(len(weights), -1)), around

    def _filters(self, lowpass: Array) -> NDArray[np.float32]:
        cuts = wavelet_cuts(Wavelet(lowpass)).values()
        each = [cut.full if self._whole else cut.filter for cut in cuts]
        return np.stack(each).astype(np.float32)

    def _pull_filters(self, lowpass: Array, by_weights: Array) -> Array:
        """The derivative by the lowpass filter from those by LL, LH, HL and HH.

        Where a piece begins is left as it is.
        """
        wavelet = Wavelet(lowpass)
        taps = {"L": wavelet.lowpass, "H": wavelet.highpass}
        by = {letter: np.zeros(len(lowpass)) for letter in taps}
        for (name, cut), own in zip(wavelet_cuts(wavelet).items(), by_weights, strict=True):
            along_row, along_column = name[0], name[1]
            by_full = own
            if not self._whole:
                by_full = np.zeros_like(cut.full)
                piece = own if name == "LL" else own - own.mean()
                by_full[cut.row : cut.row + _SIDE, cut.column : cut.column + _SIDE] = piece
            by[along_column] += by_full @ taps[along_row]
            by[along_row] += taps[along_column] @ by_full
        return by["L"] + quadrature_mirror_adjoint(by["H"])
