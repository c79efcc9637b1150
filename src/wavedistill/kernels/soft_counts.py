"""The compiled kernel of smooth histograms of filtered maps, with their exact derivatives.

A value between the centres of two bins counts in both, in proportion to how near it is; beyond the
outermost centres it counts in the outermost bin. So counts are continuous in the filters, and their
derivatives are sums over the pixels. A row of a map is filtered in one vectorised sweep.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.kernels.compiling import FAST, cached
from wavedistill.kernels.threads import in_chunks

__all__ = ["MarkedMaps", "pull_soft_counts", "soft_counts"]

Array = NDArray[np.float64]
Float32 = NDArray[np.float32]


class MarkedMaps(NamedTuple):
    """Maps, and where they are looked at.

    `maps` has shape (n, height, width). `marks` has shape (n, height - K + 1, width - K + 1) for
    filters of K x K: those of the K x K pixels that begin at (row, column) count whose mark is set.
    """

    maps: Float32
    marks: NDArray[np.bool_]


def soft_counts(looked: MarkedMaps, weights: Float32, centres: Float32) -> Array:
    """Smooth histograms, shape (n, filters, bins).

    Parameters
    ----------
    looked : MarkedMaps
    weights : ndarray of float32, shape (filters, K, K)
        Of inner products with the pixels.
    centres : ndarray of float32, shape (filters, bins)
        Of the bins, rising.
    """
    counts = np.zeros((len(looked.maps), *centres.shape))

    def work(start: int, stop: int) -> None:
        maps, marks = looked.maps[start:stop], looked.marks[start:stop]
        _count(maps, marks, weights, centres, counts[start:stop])

    in_chunks(work, len(looked.maps), looked.maps.size)
    return counts


def pull_soft_counts(
    looked: MarkedMaps, weights: Float32, centres: Float32, cotangents: Array
) -> tuple[Array, Array]:
    """The derivatives of sum(cotangents * soft_counts(...)) by the weights and by the centres.

    `cotangents` is shaped like the counts.
    """
    parts: dict[int, tuple[Array, Array]] = {}

    def work(start: int, stop: int) -> None:
        found = np.zeros(weights.shape), np.zeros(centres.shape)
        maps, marks = looked.maps[start:stop], looked.marks[start:stop]
        _pull(maps, marks, weights, centres, cotangents[start:stop], *found)
        parts[start] = found

    in_chunks(work, len(looked.maps), looked.maps.size)
    # In order, whichever thread was first: the sums are the same to the last bit.
    by_weights, by_centres = zip(*(parts[start] for start in sorted(parts)), strict=True)
    return np.sum(by_weights, axis=0), np.sum(by_centres, axis=0)


@cached(fastmath=FAST)
def _places(
    image: Float32, row: int, weights: Float32, centres: Float32, values: Float32, bins: Any
) -> None:
    """What one filter measures along a row, and the bin to the left of each value."""
    values[:] = 0
    bins[:] = 0
    for i in range(weights.shape[0]):
        line = image[row + i]
        for j in range(weights.shape[1]):
            weight = weights[i, j]
            for t in range(len(values)):
                values[t] += weight * line[t + j]
    for k in range(1, len(centres) - 1):
        centre = centres[k]
        for t in range(len(values)):
            bins[t] += values[t] >= centre


@cached(fastmath=FAST)
def _count(
    maps: Float32, marks: NDArray[np.bool_], weights: Float32, centres: Float32, counts: Array
) -> None:
    values, bins = np.empty(marks.shape[2], np.float32), np.empty(marks.shape[2], np.int32)
    for m in range(len(maps)):
        for row in range(marks.shape[1]):
            if not marks[m, row].any():
                continue
            for f in range(len(weights)):
                own, into = centres[f], counts[m, f]
                _places(maps[m], row, weights[f], own, values, bins)
                for t in range(len(values)):
                    if marks[m, row, t]:
                        k = bins[t]
                        share = (values[t] - own[k]) / (own[k + 1] - own[k])
                        share = min(max(share, np.float32(0)), np.float32(1))
                        into[k] += 1 - share
                        into[k + 1] += share


@cached(fastmath=FAST)
def _pull(
    maps: Float32,
    marks: NDArray[np.bool_],
    weights: Float32,
    centres: Float32,
    cotangents: Array,
    by_weights: Array,
    by_centres: Array,
) -> None:
    values, bins = np.empty(marks.shape[2], np.float32), np.empty(marks.shape[2], np.int32)
    slopes = np.empty(marks.shape[2], np.float32)
    for m in range(len(maps)):
        for row in range(marks.shape[1]):
            if not marks[m, row].any():
                continue
            for f in range(len(weights)):
                own, given = centres[f], cotangents[m, f]
                _places(maps[m], row, weights[f], own, values, bins)
                for t in range(len(values)):
                    k = bins[t]
                    width = own[k + 1] - own[k]
                    share = (values[t] - own[k]) / width
                    slopes[t] = 0
                    if marks[m, row, t] and 0 < share < 1:
                        slope = (given[k + 1] - given[k]) / width
                        slopes[t] = slope
                        by_centres[f, k] -= (1 - share) * slope
                        by_centres[f, k + 1] -= share * slope
                for i in range(weights.shape[1]):
                    line = maps[m, row + i]
                    for j in range(weights.shape[2]):
                        total = np.float32(0)
                        for t in range(len(slopes)):
                            total += slopes[t] * line[t + j]
                        by_weights[f, i, j] += total
