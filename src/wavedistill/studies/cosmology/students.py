"""The students of the cosmology study, each chosen on the same maps among the same settings."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.covariance import LedoitWolf
from sklearn.linear_model import RidgeCV
from sklearn.metrics import root_mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from wavedistill.datasets.lensing import LensingMaps, LensingSplit
from wavedistill.students import (
    LikelihoodRegressor,
    MahalanobisRegressor,
    PosteriorMeanRegressor,
)
from wavedistill.studies.cosmology.network import OMEGA_M
from wavedistill.studies.cosmology.statistics import (
    Statistic,
    counts,
    papers_counts,
    pixel_counts,
    screening_counts,
    simple_statistics,
    skewness,
    spectrum,
)
from wavedistill.studies.output import Notify
from wavedistill.wavelets import Wavelet, known_wavelets

__all__ = [
    "FIXED",
    "TOGETHER",
    "Choice",
    "Measured",
    "Student",
    "as_in_the_paper",
    "at_all_pixels",
    "choose",
    "cosmologies",
    "measure",
    "ridge",
    "rmse",
]

Array = NDArray[np.float64]
Layouts = Callable[[object], Iterable[Statistic]]
Readers = Mapping[str, Any]

#: Wavelets that go on from one layout of bins to all.
_SHORTLIST = 5
#: Filters that no wavelet has a part in, and how many numbers each has.
FIXED: dict[str, tuple[Any, int]] = {
    "Laplace": ("laplace", 9),
    "Roberts cross": ("roberts", 8),
    "raw peaks": ("raw", 1),
}
#: All of them side by side: what histograms of several filters can tell without a wavelet.
TOGETHER = "fixed filters together"


def as_in_the_paper(name: str) -> str:
    """What a student is called that has the paper's own bins and covariances."""
    return f"{name}, as in the paper"


def at_all_pixels(name: str) -> str:
    """What a student is called that counts all pixels, not the peaks alone."""
    return f"{name}, all pixels"


class Student(NamedTuple):
    """A model that won on the validation maps; it predicts parameters, shape (n, 3), from maps.

    `settings` tells what won, `rmse` is the error of Ω_m on the validation maps, `numbers` are
    those that look at a map, and `wavelet` is where the filters are from, if they are a wavelet's.
    """

    settings: str
    model: Any
    rmse: float
    numbers: int = 0
    wavelet: Wavelet | None = None


class Measured(NamedTuple):
    """A fitted statistic, and what it is on the training and on the validation maps."""

    label: str
    transformer: Any
    learned: Array
    held: Array


def measure(
    statistics: Iterable[Statistic], train: LensingMaps, validation: LensingMaps
) -> Iterator[Measured]:
    """Fit statistics to the training maps, and compute them once for all who read them."""
    for label, transformer in statistics:
        fitted = clone(transformer).fit(train.maps)
        yield Measured(
            label, fitted, fitted.transform(train.maps), fitted.transform(validation.maps)
        )


def choose(
    measured: Iterable[Measured], readers: Readers, train: LensingMaps, validation: LensingMaps
) -> Student:
    """Fit every reader to every statistic; the pair with the least error on the validation maps.

    A reader is an estimator of all three parameters; the error is that of Ω_m. The statistics were
    measured of the same maps.
    """
    best = None
    for statistic in measured:
        for name, reader in readers.items():
            with warnings.catch_warnings():
                # A singular covariance is for the validation maps to turn down.
                warnings.filterwarnings("ignore", message="there are .* rows")
                model = clone(reader).fit(statistic.learned, train.params)
            error = rmse(validation, model.predict(statistic.held))
            if best is None or error < best.rmse:
                label = ", ".join(part for part in (statistic.label, name) if part)
                best = Student(label, make_pipeline(statistic.transformer, model), error)
    if best is None:
        raise ValueError("there are no statistics or no readers to choose from.")
    return best


def rmse(maps: LensingMaps, predicted: Array) -> float:
    """Root mean square error of Ω_m; `predicted` has shape (n, 3)."""
    return float(root_mean_squared_error(maps.params[:, OMEGA_M], predicted[:, OMEGA_M]))


def paper_rule() -> dict[str, Any]:
    """The nearest cosmology, each with its own covariance (Appendix D.1)."""
    return {"covariance per cosmology": MahalanobisRegressor()}


def cosmologies(*, roots: bool = False) -> dict[str, Any]:
    """The nearest cosmology or the mean over them, with covariances to choose from.

    `roots` is for counts: their square roots are nearer to one covariance.
    """
    mean = PosteriorMeanRegressor()
    return {
        **paper_rule(),
        "shrunk covariances": MahalanobisRegressor(LedoitWolf()),
        "one covariance": MahalanobisRegressor(pooled=True),
        "mean over cosmologies": _of_roots(mean) if roots else mean,
    }


def ridge() -> dict[str, Any]:
    """Ridge regression, its penalty by generalised cross-validation."""
    penalties = np.geomspace(1e-2, 1e4, 13)
    return {"": make_pipeline(StandardScaler(), RidgeCV(penalties, alpha_per_target=True))}


def likelihoods(count: int) -> dict[str, Any]:
    """Likelihood between the cosmologies, of polynomials that so many of them determine."""
    terms = {1: 4, 2: 10}
    return {
        f"degree {degree}": _of_roots(LikelihoodRegressor(degree))
        for degree, needed in terms.items()
        if count >= needed
    }


class Choice:
    """Students of training maps, chosen on validation maps.

    A long list of wavelets is made short by the counts of `screened_by`, some of the training maps.
    """

    def __init__(self, split: LensingSplit, screened_by: LensingMaps, notify: Notify) -> None:
        self._train, self._validation, _ = split
        self._screened_by = screened_by
        self._notify = notify
        self._fixed = {
            "DB5": [Wavelet.from_name("db5")],
            "best known wavelet": known_wavelets(12, shortest=4),
        }
        #: What was measured with the wavelets and filters that `beyond` reads again.
        self._kept: dict[str, list[Measured]] = {}

    def table(self, taught: Sequence[Wavelet], blind: Sequence[Wavelet]) -> dict[str, Student]:
        """The paper's Table 2, and what else reads simple statistics; without the network.

        The wavelets are distilled with attributions (`taught`) and without (`blind`).
        """
        readers = cosmologies(roots=True)
        lists = {"AWD": taught, "AWD without interpretation": blind, **self._fixed}
        found = {
            name: self._of_wavelets(name, wavelets, counts, readers)
            for name, wavelets in lists.items()
        }
        for name, (filters, numbers) in FIXED.items():
            found[name] = self._of(f"peaks, {name}", counts(filters), readers, numbers)
        for name, statistic, ridged in (
            ("power spectrum", spectrum, True),
            ("skewness spectrum", skewness, False),
            ("simple statistics", simple_statistics, True),
        ):
            measured = self._measure(name, [statistic(self._train)])
            found[name] = self._choose(measured, cosmologies())
            if ridged:
                found[f"{name}, ridge"] = self._choose(measured, ridge())
        return found

    def beyond(self, taught: Sequence[Wavelet], table: Mapping[str, Student]) -> dict[str, Student]:
        """Other readers of the same histograms, those of all pixels, and the paper's own.

        The wavelets are those that `table` found, except for the paper's own reader.
        """
        readers = cosmologies(roots=True)
        together = [filters for filters, _ in FIXED.values()]
        numbers = sum(numbers for _, numbers in FIXED.values())
        self._kept[TOGETHER] = self._measure(TOGETHER, counts(together))
        students = {name: table[name] for name in ("AWD", *self._fixed)}
        students[TOGETHER] = self._choose(self._kept[TOGETHER], readers, numbers)
        found = {TOGETHER: students[TOGETHER]}
        count = len(np.unique(self._train.params, axis=0))
        for reader, others in (("ridge", ridge()), ("likelihood", likelihoods(count))):
            for name, student in students.items() if others else ():
                again = self._choose(self._kept[name], others, student.numbers, student.wavelet)
                found[f"{name}, {reader}"] = again
        for name, student in students.items():
            filters = together if student.wavelet is None else student.wavelet
            found[at_all_pixels(name)] = self._of(
                f"pixels, {name}", pixel_counts(filters), readers, student.numbers, student.wavelet
            )
        for name, wavelets in {"AWD": taught, **self._fixed}.items():
            found[as_in_the_paper(name)] = self._of_wavelets(
                name, wavelets, papers_counts, paper_rule(), papers_counts
            )
        for name, (filters, numbers) in FIXED.items():
            found[as_in_the_paper(name)] = self._of(
                f"peaks, {name}", papers_counts(filters), paper_rule(), numbers
            )
        return found

    def _measure(self, what: str, statistics: Iterable[Statistic]) -> list[Measured]:
        self._notify(f"students: {what}")
        return list(measure(statistics, self._train, self._validation))

    def _choose(
        self,
        measured: Iterable[Measured],
        readers: Readers,
        numbers: int = 0,
        wavelet: Wavelet | None = None,
    ) -> Student:
        student = choose(measured, readers, self._train, self._validation)
        return student._replace(numbers=numbers, wavelet=wavelet)

    def _of(
        self,
        what: str,
        statistics: Iterable[Statistic],
        readers: Readers,
        numbers: int = 0,
        wavelet: Wavelet | None = None,
    ) -> Student:
        return self._choose(self._measure(what, statistics), readers, numbers, wavelet)

    def _of_wavelets(
        self,
        name: str,
        wavelets: Sequence[Wavelet],
        layouts: Layouts,
        readers: Readers,
        screening: Layouts = screening_counts,
    ) -> Student:
        """The wavelet whose counts tell most: all at one layout of bins, then few at all."""
        best = None
        for wavelet in self._shortlist(wavelets, screening, readers):
            measured = self._measure(f"peaks, {wavelet.name}", layouts(wavelet))
            student = self._choose(measured, readers, len(wavelet.lowpass), wavelet)
            if best is None or student.rmse < best.rmse:
                best = student
                if layouts is counts:
                    self._kept[name] = measured
        if best is None:
            raise ValueError("there are no wavelets to choose from.")
        return best

    def _shortlist(
        self, wavelets: Sequence[Wavelet], screening: Layouts, readers: Readers
    ) -> Sequence[Wavelet]:
        if len(wavelets) <= _SHORTLIST:
            return wavelets
        self._notify(f"students: peaks, {len(wavelets)} wavelets")
        maps = self._screened_by, self._validation
        errors = [
            choose(measure(screening(wavelet), *maps), readers, *maps).rmse for wavelet in wavelets
        ]
        return [wavelets[number] for number in np.argsort(errors)[:_SHORTLIST]]


def _of_roots(regressor: Any) -> Any:
    return make_pipeline(FunctionTransformer(np.sqrt), regressor)
