"""What is computed of a map before Ω_m is predicted: counts, spectra, and other statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import make_union
from sklearn.preprocessing import FunctionTransformer

from wavedistill.datasets.lensing import LensingMaps
from wavedistill.students import PeakCounts, moments, power_spectrum, skewness_spectrum

__all__ = [
    "Statistics",
    "bands",
    "counts",
    "papers_counts",
    "pixel_counts",
    "screening_counts",
    "screening_pixels",
    "simple_statistics",
]

#: Transformers of maps, among which validation chooses, by what a table says of their settings.
Statistics: TypeAlias = dict[str, Any]

_BANDS = 12


def counts(filters: object) -> Statistics:
    """Peak counts with every layout of bins; for Laplace and Roberts the paper's own besides."""
    layouts = product(("uniform", "quantile"), (10, 16, 22))
    return {**_counts(filters, layouts), **_papers_bins(filters)}


def screening_counts(filters: object) -> Statistics:
    """The one layout by which a long list of filters is made short."""
    return _counts(filters, [("quantile", 16)])


def papers_counts(filters: object) -> Statistics:
    """22 bins of equal width, as in the paper (Appendix D.1)."""
    return {"22 uniform bins": PeakCounts(filters, 22), **_papers_bins(filters)}


def pixel_counts(filters: object) -> Statistics:
    """Histograms of what the filters measure at all pixels, not at the peaks alone."""
    return _counts(filters, [("quantile", 16), ("quantile", 32)], at="pixels")


def screening_pixels(filters: object) -> Statistics:
    """The one layout by which a long list is made short where all pixels count."""
    return _counts(filters, [("quantile", 16)], at="pixels")


def simple_statistics(maps: LensingMaps) -> dict[str, Statistics]:
    """Spectra of such maps; and beside them moments and heights of peaks; by name in the table."""
    edges = bands(maps.maps.shape[1], maps.pixel_arcmin)

    def spectrum(of: Callable[..., Any], scale: Callable[..., Any]) -> FunctionTransformer:
        return FunctionTransformer(lambda these: scale(of(these, maps.pixel_arcmin, edges)))

    power = spectrum(power_spectrum, np.log10)
    # Without the cube root, few high peaks would dominate.
    skewness = spectrum(skewness_spectrum, np.cbrt)
    peaks = screening_counts("raw").values()
    label = f"{len(edges) - 1} bands"
    return {
        "power spectrum": {label: power},
        "skewness spectrum": {label: skewness},
        "simple statistics": {
            "": make_union(power, skewness, FunctionTransformer(moments), *peaks)
        },
    }


def bands(size: int, pixel_arcmin: float) -> NDArray[np.float64]:
    """Borders of the bands of ℓ, from the map's side to twice the pixel's, evenly in log ℓ."""
    pixel = np.radians(pixel_arcmin / 60)
    first, last = 2 * np.pi / (size * pixel), np.pi / pixel
    return np.asarray(np.geomspace(0.99 * first, 1.01 * last, min(_BANDS, size // 4) + 1))


def _counts(filters: object, layouts: Iterable[tuple[str, int]], at: str = "peaks") -> Statistics:
    return {
        f"{bins} {spacing} bins": PeakCounts(filters, bins, "auto", spacing, "clip", at)
        for spacing, bins in layouts
    }


def _papers_bins(filters: object) -> Statistics:
    if filters not in ("laplace", "roberts"):
        return {}
    return {"22 bins from 0 to 0.22": PeakCounts(filters, 22, (0, 0.22))}
