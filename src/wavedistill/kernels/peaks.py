"""The compiled kernel of peak counts: local maxima, what surrounds them, and its histogram.

A row of a map is compared with its neighbours in one vectorised sweep; only the peaks it finds are
looked at again, or every pixel where that is asked for. Statistics are computed in float64 whatever
the precision of the maps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels.compiling import cached
from wavedistill.kernels.threads import in_chunks

__all__ = ["PatchStatistics", "PeakBins", "count_peaks", "mark_peaks", "statistics_at_peaks"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Maps made contiguous at a time, where they are not.
_BLOCK = 32


class PatchStatistics(NamedTuple):
    """What is computed from the 3 x 3 pixels around a peak, one row per statistic."""

    #: Weights of the inner product with the pixels in reading order, shape (statistics, 9).
    weights: Array
    #: Whether the statistic is the Roberts-cross steepness instead, shape (statistics,).
    roberts: NDArray[np.bool_]
    #: Whether they are computed around every pixel that has eight neighbours, not at peaks alone.
    everywhere: bool


class PeakBins(NamedTuple):
    """Edges of the bins, those of all statistics in one array."""

    #: Shape (sum of bins + number of statistics,).
    edges: Array
    #: Where the edges of each statistic begin, and one past the last, shape (statistics + 1,).
    starts: Integers
    #: Whether values outside the range count in the outermost bins.
    clip: bool


def mark_peaks(maps: Floats) -> NDArray[np.bool_]:
    """Whether each pixel of maps (n, H, W) exceeds all of its eight neighbours."""
    marks = np.zeros(maps.shape, dtype=np.bool_)

    def work(start: int, stop: int) -> None:
        for at, block in _blocks(maps, start, stop):
            _mark_block(block, marks[at : at + len(block)])

    in_chunks(work, len(maps), maps.size)
    return marks


def statistics_at_peaks(maps: Floats, statistics: PatchStatistics) -> Array:
    """The statistics at all peaks of maps (n, H, W), map after map, shape (statistics, peaks)."""
    found = []
    positions, values = _space(maps.shape, statistics)
    for _, block in _blocks(maps, 0, len(maps)):
        for image in block:
            peaks = _statistics_of_map(image, statistics, positions, values)
            found.append(values[:, :peaks].copy())
    return np.concatenate(found, axis=1)


def count_peaks(maps: Floats, statistics: PatchStatistics, bins: PeakBins) -> Integers:
    """Histograms of the statistics at the peaks of maps (n, H, W), shape (n, sum of bins)."""
    counts = np.zeros((len(maps), len(bins.edges) - len(statistics.weights)), dtype=np.int64)

    def work(start: int, stop: int) -> None:
        positions, values = _space(maps.shape, statistics)
        for at, block in _blocks(maps, start, stop):
            into = counts[at : at + len(block)]
            _count_block(block, statistics, bins, positions, values, into)

    in_chunks(work, len(maps), maps.size)
    return counts


def _blocks(maps: Floats, start: int, stop: int) -> Iterator[tuple[int, Floats]]:
    for at in range(start, stop, _BLOCK):
        yield at, np.ascontiguousarray(maps[at : min(at + _BLOCK, stop)])


def _space(shape: tuple[int, ...], statistics: PatchStatistics) -> tuple[Integers, Array]:
    """Room for the positions and the statistics of the most peaks that a map can have."""
    height, width = shape[1] - 2, shape[2] - 2
    # Two peaks are never neighbours.
    most = height * width if statistics.everywhere else -(-height // 2) * -(-width // 2)
    # One more, since a candidate is written before it is judged.
    return np.empty(most + 1, dtype=np.int64), np.empty((len(statistics.weights), most + 1))


@cached()
def _mark_row(image: Floats, row: int, marks: NDArray[np.bool_]) -> None:
    """Mark the peaks of a row, its two ends left out; `marks` is as long as what remains."""
    above, own, below = image[row - 1], image[row], image[row + 1]
    a, b, c = above[:-2], above[1:-1], above[2:]
    d, v, e = own[:-2], own[1:-1], own[2:]
    f, g, h = below[:-2], below[1:-1], below[2:]
    for t in range(len(marks)):
        x = v[t]
        marks[t] = (
            (x > a[t])
            & (x > b[t])
            & (x > c[t])
            & (x > d[t])
            & (x > e[t])
            & (x > f[t])
            & (x > g[t])
            & (x > h[t])
        )


@cached()
def _mark_block(maps: Floats, marks: NDArray[np.bool_]) -> None:
    for m in range(len(maps)):
        for row in range(1, maps.shape[1] - 1):
            _mark_row(maps[m], row, marks[m, row, 1:-1])


@cached()
def _statistics_of_map(
    image: Floats, statistics: PatchStatistics, positions: Integers, values: Array
) -> Any:
    """Fill in the statistics at the peaks of one map, and return how many peaks there are."""
    weights, roberts, everywhere = statistics
    height, width = image.shape
    marks = np.empty(width - 2, dtype=np.bool_)
    peaks = 0
    for row in range(1, height - 1):
        if everywhere:
            marks[:] = True
        else:
            _mark_row(image, row, marks)
        for t in range(len(marks)):
            # No branch: whether a pixel is a peak cannot be predicted.
            positions[peaks] = row * width + t
            peaks += marks[t]
    patch = np.empty(9)
    for p in range(peaks):
        row, column = positions[p] // width, positions[p] % width
        for i in range(3):
            for j in range(3):
                patch[3 * i + j] = image[row - 1 + i, column + j]
        for s in range(len(weights)):
            total = 0.0
            if roberts[s]:
                for corner in (0, 1, 3, 4):
                    falling = patch[corner] - patch[corner + 4]
                    rising = patch[corner + 1] - patch[corner + 3]
                    total += np.sqrt(rising * rising + falling * falling)
            else:
                for k in range(9):
                    total += weights[s, k] * patch[k]
            values[s, p] = total
    return peaks


@cached()
def _count_block(
    maps: Floats,
    statistics: PatchStatistics,
    bins: PeakBins,
    positions: Integers,
    values: Array,
    counts: Integers,
) -> None:
    starts = bins.starts
    for m in range(len(maps)):
        peaks = _statistics_of_map(maps[m], statistics, positions, values)
        for s in range(len(values)):
            own = bins.edges[starts[s] : starts[s + 1]]
            last = len(own) - 2
            into = counts[m, starts[s] - s : starts[s + 1] - s - 1]
            for p in range(peaks):
                value = values[s, p]
                if bins.clip or own[0] <= value <= own[-1]:
                    # As NumPy's histogram: bins are closed below, and the last one above too.
                    bin_ = np.searchsorted(own, value, side="right") - 1
                    into[min(max(bin_, 0), last)] += 1
