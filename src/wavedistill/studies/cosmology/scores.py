"""How well a model predicts Ω_m, and by how much one model is ahead of another.

Errors of Ω_m are times 100 here, as tables show them: 1.5 in place of 0.015.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap
from sklearn.metrics import r2_score

from wavedistill.attribution import Attributions
from wavedistill.datasets.lensing import LensingMaps
from wavedistill.students import compression_factor
from wavedistill.studies.cosmology.candidates import AXES, LEVELS
from wavedistill.studies.cosmology.network import OMEGA_M
from wavedistill.studies.cosmology.students import Student, rmse
from wavedistill.wavelets import WaveletTransform

__all__ = ["Gain", "Row", "Scores", "gains", "resampled_rmse", "rows", "score"]

Array = NDArray[np.float64]

#: Squared errors of a block of resamples (256 MiB).
_BLOCK = 2**25


@dataclass(frozen=True)
class Row:
    """What one model scores on the test maps."""

    #: What it is called, where its wavelet comes from, and what the validation maps chose.
    model: str
    wavelet: str
    settings: str
    #: Root mean square errors, and the standard error over bootstrap resamples of the test maps.
    rmse_validation: float
    rmse: float
    rmse_se: float
    r2: float
    #: Share of wavelet coefficients with magnitude and attribution above 1e-3, Ω_m in units of its
    #: standard deviation over the training maps; NaN without a wavelet.
    compression: float
    #: That look at a map: of the filters or the network, without what reads histograms.
    numbers: int


@dataclass(frozen=True)
class Gain:
    """By how much one model's root mean square error is below another's."""

    model: str
    over: str
    gain: float
    #: Of 95 % of bootstrap resamples of the test maps, the same for both models.
    low: float
    high: float


class Scores(NamedTuple):
    """What models predict for the test maps, and how far they are off.

    `predicted` has shape (n, 3) for each model, `rmse` is the error of Ω_m, and `resampled` has
    that error on bootstrap resamples of the maps, the same for all models.
    """

    predicted: dict[str, Array]
    rmse: dict[str, float]
    resampled: dict[str, Array]


def score(
    students: Mapping[str, Student], maps: LensingMaps, *, count: int, seed: int = 0
) -> Scores:
    """Predict the parameters of maps, and take `count` bootstrap resamples of the errors."""
    predicted = {name: each.model.predict(maps.maps) for name, each in students.items()}
    errors = {name: 100 * (each - maps.params)[:, OMEGA_M] for name, each in predicted.items()}
    whole = {name: 100 * rmse(maps, each) for name, each in predicted.items()}
    return Scores(predicted, whole, resampled_rmse(errors, count=count, seed=seed))


def resampled_rmse(errors: Mapping[str, Array], *, count: int, seed: int = 0) -> dict[str, Array]:
    """Root mean square errors over bootstrap resamples of the maps, the same ones for all models.

    `errors` has shape (maps,) for each model, and the result shape (count,).
    """
    squares = np.stack([error**2 for error in errors.values()])
    found = bootstrap(
        (squares,),
        lambda drawn, axis: np.sqrt(drawn.mean(axis=axis)),
        n_resamples=count,
        batch=max(1, _BLOCK // squares.size),
        method="percentile",
        axis=-1,
        random_state=np.random.default_rng(seed),
    )
    return dict(zip(errors, found.bootstrap_distribution, strict=True))


def rows(
    students: Mapping[str, Student], scores: Scores, maps: LensingMaps, attributions: Attributions
) -> Iterator[Row]:
    """The row of each student, from its scores on `maps`.

    Compression is measured by the attributions of the first maps.
    """
    for name, student in students.items():
        yield Row(
            model=name,
            wavelet="" if student.wavelet is None else student.wavelet.name,
            settings=student.settings,
            rmse_validation=100 * student.rmse,
            rmse=scores.rmse[name],
            rmse_se=float(scores.resampled[name].std()),
            r2=float(r2_score(maps.params[:, OMEGA_M], scores.predicted[name][:, OMEGA_M])),
            compression=_compression(student, maps, attributions),
            numbers=student.numbers,
        )


def gains(model: str, over: Sequence[str], scores: Scores) -> Iterator[Gain]:
    """The gain of a model over others, with its interval, paired by map."""
    for other in over:
        difference = scores.resampled[other] - scores.resampled[model]
        low, high = np.percentile(difference, [2.5, 97.5])
        yield Gain(model, other, scores.rmse[other] - scores.rmse[model], float(low), float(high))


def _compression(student: Student, maps: LensingMaps, attributions: Attributions) -> float:
    if student.wavelet is None:
        return np.nan
    transform = WaveletTransform(student.wavelet, LEVELS, axes=AXES)
    coefficients = transform.analysis(maps.maps[: len(attributions)])
    return compression_factor(coefficients, attributions.coefficients(transform))
