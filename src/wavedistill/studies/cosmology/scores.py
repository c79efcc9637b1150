"""How well a model predicts Ω_m, and by how much one model is ahead of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap
from sklearn.metrics import r2_score

from wavedistill.attribution import Attributions
from wavedistill.datasets.lensing import LensingMaps
from wavedistill.students import compression_factor
from wavedistill.studies.cosmology.candidates import AXES, LEVELS
from wavedistill.studies.cosmology.network import OMEGA_M
from wavedistill.studies.cosmology.students import Student
from wavedistill.wavelets import WaveletTransform

__all__ = ["Gain", "Row", "Scores", "gains", "in_hundredths", "resampled_rmse", "rows", "score"]

Array = NDArray[np.float64]

#: Squared errors of a block of resamples (256 MiB).
_BLOCK = 2**25


@dataclass(frozen=True)
class Row:
    """What one model scores on the test maps.

    Parameters
    ----------
    model, wavelet, settings : str
        What it is called, where its wavelet comes from, and what the validation maps chose.
    rmse_validation, rmse : float
        Root mean square errors of Ω_m.
    rmse_se : float
        Standard error of `rmse`, over bootstrap resamples of the test maps.
    r2 : float
        Of Ω_m.
    compression : float
        Share of wavelet coefficients with magnitude and attribution above 1e-3, Ω_m in units of
        its standard deviation over the training maps; NaN without a wavelet.
    numbers : int
        That look at a map: of the filter or the network, without what reads histograms.
    """

    #: Columns in the units of Ω_m, which tables show times 100.
    errors: ClassVar = ("rmse_validation", "rmse", "rmse_se")

    model: str
    wavelet: str
    settings: str
    rmse_validation: float
    rmse: float
    rmse_se: float
    r2: float
    compression: float
    numbers: int


@dataclass(frozen=True)
class Gain:
    """By how much one model's root mean square error of Ω_m is below another's.

    Parameters
    ----------
    model, over : str
    gain : float
    low, high : float
        Of 95 % of bootstrap resamples of the test maps, the same for both models.
    """

    errors: ClassVar = ("gain", "low", "high")

    model: str
    over: str
    gain: float
    low: float
    high: float


Record = TypeVar("Record", Row, Gain)


def in_hundredths(records: Sequence[Record]) -> tuple[Record, ...]:
    """Rows or gains as tables show them, with errors of Ω_m times 100: 1.5 in place of 0.015."""
    return tuple(
        replace(record, **{name: 100 * getattr(record, name) for name in record.errors})
        for record in records
    )


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
    errors = {name: each[:, OMEGA_M] - maps.params[:, OMEGA_M] for name, each in predicted.items()}
    whole = {name: float(np.sqrt(np.mean(error**2))) for name, error in errors.items()}
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
            rmse_validation=student.rmse,
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
