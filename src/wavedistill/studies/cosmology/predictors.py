"""Models small enough to read: summary statistics of a map, and who reads Ω_m off them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from wavedistill.datasets.lensing import LensingMaps
from wavedistill.datasets.lensing.statistics import moments, power_spectrum, skewness_spectrum
from wavedistill.students import LikelihoodRegressor, MahalanobisRegressor, PeakCounts
from wavedistill.studies.cosmology.network import OMEGA_M

__all__ = [
    "Chosen",
    "Feature",
    "bands",
    "choose",
    "cosmologies",
    "counts",
    "likelihoods",
    "paper_rule",
    "papers_counts",
    "pixel_counts",
    "ridge",
    "rmse",
    "screening_counts",
    "simple_statistics",
    "skewness",
    "spectrum",
]

Array = NDArray[np.float64]
Maps = NDArray[np.float32]

#: Bins of each histogram, and how they are laid out, among which validation chooses.
_BINS, _SPACINGS = (10, 16, 22), ("uniform", "quantile")
#: Bins where all pixels are counted: these are many more than the peaks.
_PIXEL_BINS = (16, 32)
#: Maps whose statistics are computed at a time.
_PART = 1000

_BANDS = 12


class Feature(NamedTuple):
    """What is computed of a map, and its name."""

    label: str
    transformer: Any


class Chosen(NamedTuple):
    """A model that won on the validation maps; it predicts parameters, shape (n, 3), from maps."""

    settings: str
    model: Pipeline
    rmse: float


def choose(
    features: Iterable[Feature],
    regressors: Mapping[str, Any],
    train: LensingMaps,
    validation: LensingMaps,
) -> Chosen:
    """Fit every regressor to every feature; the pair with the least error on the validation maps.

    Parameters
    ----------
    features : iterable of Feature
    regressors : mapping of str to estimator
        Fitted to all three parameters; the error is that of Ω_m.
    train, validation : LensingMaps
    """
    best = None
    for feature in features:
        fitted = clone(feature.transformer).fit(train.maps)
        learned, held = fitted.transform(train.maps), fitted.transform(validation.maps)
        for name, regressor in regressors.items():
            with warnings.catch_warnings():
                # A singular covariance is for the validation maps to turn down.
                warnings.filterwarnings("ignore", message="there are .* rows")
                model = clone(regressor).fit(learned, train.params)
            error = rmse(validation, model.predict(held))
            if best is None or error < best.rmse:
                label = ", ".join(part for part in (feature.label, name) if part)
                best = Chosen(label, make_pipeline(fitted, model), error)
    if best is None:
        raise ValueError("there are no features or no regressors to choose from.")
    return best


def rmse(maps: LensingMaps, predicted: Array) -> float:
    """Root mean square error of Ω_m; `predicted` has shape (n, 3)."""
    return float(np.sqrt(np.mean((predicted[:, OMEGA_M] - maps.params[:, OMEGA_M]) ** 2)))


def counts(filters: object) -> Iterator[Feature]:
    """Peak counts with every layout of bins; for Laplace and Roberts the paper's own besides."""
    for spacing in _SPACINGS:
        for bins in _BINS:
            yield _counts(filters, bins, spacing)
    if filters in ("laplace", "roberts"):
        yield Feature("22 bins from 0 to 0.22", PeakCounts(filters, 22, (0, 0.22)))


def screening_counts(filters: object) -> Iterator[Feature]:
    """The one layout by which a long list of filters is made short."""
    yield _counts(filters, _BINS[1], "quantile")


def papers_counts(filters: object) -> Iterator[Feature]:
    """22 bins of equal width, as in the paper (Appendix D.1)."""
    yield Feature("22 uniform bins", PeakCounts(filters, 22))
    if filters in ("laplace", "roberts"):
        yield Feature("22 bins from 0 to 0.22", PeakCounts(filters, 22, (0, 0.22)))


def pixel_counts(filters: object) -> Iterator[Feature]:
    """Histograms of what the filters measure at all pixels, not at the peaks alone."""
    for bins in _PIXEL_BINS:
        counter = PeakCounts(filters, bins, spacing="quantile", outside="clip", at="pixels")
        yield Feature(f"{bins} quantile bins", counter)


def paper_rule() -> dict[str, MahalanobisRegressor]:
    """The nearest cosmology, each with its own covariance (Appendix D.1)."""
    return {"covariance per cosmology": MahalanobisRegressor()}


def cosmologies(*, roots: bool = False) -> dict[str, Any]:
    """The nearest cosmology or the mean over them, with covariances to choose from.

    `roots` is for counts: their square roots are nearer to one covariance.
    """
    mean = MahalanobisRegressor(pooled=True, estimate="mean")
    return {
        **paper_rule(),
        "shrunk covariances": MahalanobisRegressor("ledoit-wolf"),
        "one covariance": MahalanobisRegressor(pooled=True),
        "mean over cosmologies": _of_roots(mean) if roots else mean,
    }


def ridge() -> dict[str, Any]:
    """Ridge regression, its penalty by generalised cross-validation."""
    return {
        "": make_pipeline(
            StandardScaler(), RidgeCV(np.geomspace(1e-2, 1e4, 13), alpha_per_target=True)
        )
    }


def likelihoods(count: int) -> dict[str, Any]:
    """Likelihood between the cosmologies, of polynomials that so many of them determine."""
    terms = {1: 4, 2: 10}
    return {
        f"degree {degree}": _of_roots(LikelihoodRegressor(degree))
        for degree, needed in terms.items()
        if count >= needed
    }


def _of_roots(regressor: Any) -> Pipeline:
    return make_pipeline(FunctionTransformer(np.sqrt), regressor)


def bands(size: int, pixel_arcmin: float) -> Array:
    """Borders of the bands of ℓ, from the map's side to twice the pixel's, evenly in log ℓ."""
    pixel = np.radians(pixel_arcmin / 60)
    first, last = 2 * np.pi / (size * pixel), np.pi / pixel
    return np.asarray(np.geomspace(0.99 * first, 1.01 * last, min(_BANDS, size // 4) + 1))


def spectrum(maps: LensingMaps) -> Feature:
    """The logarithm of the power spectrum."""
    edges = bands(maps.maps.shape[1], maps.pixel_arcmin)
    return _statistic(
        f"{len(edges) - 1} bands",
        lambda part: np.log10(power_spectrum(part, maps.pixel_arcmin, edges)),
    )


def skewness(maps: LensingMaps) -> Feature:
    """The cube root of the skewness spectrum, which few high peaks would else rule."""
    edges = bands(maps.maps.shape[1], maps.pixel_arcmin)
    return _statistic(
        f"{len(edges) - 1} bands",
        lambda part: np.cbrt(skewness_spectrum(part, maps.pixel_arcmin, edges)),
    )


def simple_statistics(maps: LensingMaps) -> Feature:
    """Spectrum, skewness spectrum, moments and heights of peaks, side by side."""
    parts = [
        spectrum(maps).transformer,
        skewness(maps).transformer,
        _statistic("", moments).transformer,
        next(screening_counts("raw")).transformer,
    ]
    return Feature("", make_union(*parts))


def _counts(filters: object, bins: int, spacing: str) -> Feature:
    counter = PeakCounts(filters, bins, spacing=spacing, outside="clip")
    return Feature(f"{bins} {spacing} bins", counter)


def _statistic(label: str, of: Callable[[Maps], Array]) -> Feature:
    """A statistic that learns nothing; a part of the maps at a time, for they may be on a disk."""

    def in_parts(maps: Maps) -> Array:
        starts = range(0, len(maps), _PART)
        return np.concatenate([of(maps[start : start + _PART]) for start in starts])

    return Feature(label, FunctionTransformer(in_parts))
