"""What is computed of a map before Ω_m is predicted: counts, spectra, and other statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import make_union
from sklearn.preprocessing import FunctionTransformer

from wavedistill.datasets.lensing import LensingMaps
from wavedistill.students import PeakCounts, moments, power_spectrum, skewness_spectrum

__all__ = [
    "Statistic",
    "bands",
    "counts",
    "papers_counts",
    "pixel_counts",
    "screening_counts",
    "simple_statistics",
    "skewness",
    "spectrum",
]

#: Bins of each histogram, and how they are laid out, among which validation chooses.
_BINS, _SPACINGS = (10, 16, 22), ("uniform", "quantile")
#: Bins where all pixels are counted: these are many more than the peaks.
_PIXEL_BINS = (16, 32)
#: Maps whose statistics are computed at a time.
_PART = 1000
_BANDS = 12


class Statistic(NamedTuple):
    """What is computed of a map, and its name in a table."""

    label: str
    transformer: Any


def counts(filters: object) -> Iterator[Statistic]:
    """Peak counts with every layout of bins; for Laplace and Roberts the paper's own besides."""
    for spacing in _SPACINGS:
        for bins in _BINS:
            yield _counts(filters, bins, spacing)
    yield from _papers_bins(filters)


def screening_counts(filters: object) -> Iterator[Statistic]:
    """The one layout by which a long list of filters is made short."""
    yield _counts(filters, _BINS[1], "quantile")


def papers_counts(filters: object) -> Iterator[Statistic]:
    """22 bins of equal width, as in the paper (Appendix D.1)."""
    yield Statistic("22 uniform bins", PeakCounts(filters, 22))
    yield from _papers_bins(filters)


def pixel_counts(filters: object) -> Iterator[Statistic]:
    """Histograms of what the filters measure at all pixels, not at the peaks alone."""
    for bins in _PIXEL_BINS:
        yield _counts(filters, bins, "quantile", at="pixels")


def bands(size: int, pixel_arcmin: float) -> NDArray[np.float64]:
    """Borders of the bands of ℓ, from the map's side to twice the pixel's, evenly in log ℓ."""
    pixel = np.radians(pixel_arcmin / 60)
    first, last = 2 * np.pi / (size * pixel), np.pi / pixel
    return np.asarray(np.geomspace(0.99 * first, 1.01 * last, min(_BANDS, size // 4) + 1))


def spectrum(maps: LensingMaps) -> Statistic:
    """The logarithm of the power spectrum."""
    return _spectrum(maps, power_spectrum, np.log10)


def skewness(maps: LensingMaps) -> Statistic:
    """The cube root of the skewness spectrum, which few high peaks would otherwise dominate."""
    return _spectrum(maps, skewness_spectrum, np.cbrt)


def simple_statistics(maps: LensingMaps) -> Statistic:
    """Spectrum, skewness spectrum, moments and heights of peaks, side by side."""
    parts = (spectrum(maps), skewness(maps), _in_parts("", moments), *screening_counts("raw"))
    return Statistic("", make_union(*(part.transformer for part in parts)))


def _counts(filters: object, bins: int, spacing: str, at: str = "peaks") -> Statistic:
    counter = PeakCounts(filters, bins, spacing=spacing, outside="clip", at=at)
    return Statistic(f"{bins} {spacing} bins", counter)


def _papers_bins(filters: object) -> Iterator[Statistic]:
    if filters in ("laplace", "roberts"):
        yield Statistic("22 bins from 0 to 0.22", PeakCounts(filters, 22, (0, 0.22)))


def _spectrum(maps: LensingMaps, of: Callable[..., Any], scale: Callable[..., Any]) -> Statistic:
    edges = bands(maps.maps.shape[1], maps.pixel_arcmin)
    label = f"{len(edges) - 1} bands"
    return _in_parts(label, lambda part: scale(of(part, maps.pixel_arcmin, edges)))


def _in_parts(label: str, of: Callable[..., Any]) -> Statistic:
    """A statistic that learns nothing, of a part of the maps at a time: they may be on a disk."""

    def all_of(maps: NDArray[np.float32]) -> NDArray[np.float64]:
        starts = range(0, len(maps), _PART)
        return np.concatenate([of(maps[start : start + _PART]) for start in starts])

    return Statistic(label, FunctionTransformer(all_of))
