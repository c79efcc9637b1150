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
from wavedistill.studies.cosmology.network import OMEGA_M, Predictor, size
from wavedistill.studies.cosmology.statistics import (
    Statistics,
    counts,
    papers_counts,
    pixel_counts,
    screening_counts,
    screening_pixels,
    simple_statistics,
)
from wavedistill.studies.output import Notify
from wavedistill.wavelets import Wavelet, known_wavelets

__all__ = [
    "FIXED",
    "THROUGH",
    "TOGETHER",
    "Choice",
    "Measured",
    "Student",
    "as_in_the_paper",
    "at_all_pixels",
    "choose",
    "cosmologies",
    "first",
    "measure",
    "ridge",
    "rmse",
]

Array = NDArray[np.float64]
Layouts = Callable[[Any], Statistics]
#: Estimators of all three parameters, by what a table says of them.
Readers = Mapping[str, Any]

#: Maps of a short list where all pixels count, at most.
_SCREENED = 2000
#: Wavelets that go on from one layout of bins to all.
_SHORTLIST = 5
#: Filters that no wavelet has a part in, and how many numbers each has.
FIXED = {"Laplace": "laplace", "Roberts cross": "roberts", "raw peaks": "raw"}
_NUMBERS = {"laplace": 9, "roberts": 8, "raw": 1}
#: The wavelet that was learned through smooth histograms.
THROUGH = "learned through"
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

    `settings` tells what won, and `rmse` is the error of Ω_m on the validation maps.
    """

    settings: str
    model: Any
    rmse: float

    @property
    def filters(self) -> Any:
        """What measures at peaks or pixels, as `PeakCounts` takes it; None if nothing does."""
        return (
            None if isinstance(self.model, Predictor) else getattr(self.model[0], "filters", None)
        )

    @property
    def wavelet(self) -> Wavelet | None:
        """Where the filters are from, if they are a wavelet's."""
        return self.filters if isinstance(self.filters, Wavelet) else None

    @property
    def numbers(self) -> int:
        """Those that look at a map: of filters or network, without what reads histograms."""
        if isinstance(self.model, Predictor):
            return size(self.model)
        if self.wavelet is not None:
            return len(self.wavelet.lowpass)
        names = [self.filters] if isinstance(self.filters, str) else self.filters or ()
        return sum(_NUMBERS[name] for name in names)


class Measured(NamedTuple):
    """A fitted statistic, and what it is on the training and on the validation maps."""

    label: str
    transformer: Any
    learned: Array
    held: Array


def measure(
    statistics: Statistics, train: LensingMaps, validation: LensingMaps
) -> Iterator[Measured]:
    """Fit statistics to the training maps, and compute them once for all who read them."""
    for label, transformer in statistics.items():
        fitted = clone(transformer).fit(train.maps)
        yield Measured(
            label, fitted, fitted.transform(train.maps), fitted.transform(validation.maps)
        )


def choose(
    measured: Iterable[Measured], readers: Readers, train: LensingMaps, validation: LensingMaps
) -> Student:
    """Fit every reader to every statistic; the pair with the least error on the validation maps.

    The error is that of Ω_m. The statistics were measured of the same maps.
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


def first(maps: LensingMaps, count: int) -> LensingMaps:
    """The maps of the first realisations, about as many of each cosmology."""
    order = np.argsort(maps.realisation, kind="stable")[:count]
    return maps[np.sort(order)]


def rmse(maps: LensingMaps, predicted: Array) -> float:
    """Root mean square error of Ω_m; `predicted` has shape (n, 3)."""
    return float(root_mean_squared_error(maps.params[:, OMEGA_M], predicted[:, OMEGA_M]))


def paper_rule() -> Readers:
    """The nearest cosmology, each with its own covariance (Appendix D.1)."""
    return {"covariance per cosmology": MahalanobisRegressor()}


def cosmologies(*, roots: bool = False) -> Readers:
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


def ridge() -> Readers:
    """Ridge regression, its penalty by generalised cross-validation."""
    penalties = np.geomspace(1e-2, 1e4, 13)
    return {"": make_pipeline(StandardScaler(), RidgeCV(penalties, alpha_per_target=True))}


def likelihoods(count: int) -> Readers:
    """Likelihood between the cosmologies, of polynomials that so many of them determine."""
    return {
        f"degree {degree}": _of_roots(LikelihoodRegressor(degree))
        for degree, terms in ((1, 4), (2, 10))
        if count >= terms
    }


class Choice:
    """Students of training maps, chosen on validation maps.

    A long list of wavelets is made short by the counts of `screened_by`, some of the training maps.
    """

    def __init__(self, split: LensingSplit, screened_by: LensingMaps, notify: Notify) -> None:
        self._train, self._validation, _ = split
        self._screened_by, self._notify = screened_by, notify
        self._known = {
            "DB5": [Wavelet.from_name("db5")],
            "best known wavelet": known_wavelets(12, shortest=4),
        }
        self._fixed = {name: [filters] for name, filters in FIXED.items()}
        #: What was measured for a student, for others to read.
        self._measured: dict[str, list[Measured]] = {}

    def table(self, learned: Mapping[str, Sequence[Wavelet]]) -> dict[str, Student]:
        """The paper's Table 2, and what else reads simple statistics; without the network.

        `learned` has wavelets to choose among, by the name of their row.
        """
        readers = cosmologies(roots=True)
        found = {
            name: self._of_filters(name, filters, counts, readers)
            for name, filters in {**learned, **self._known, **self._fixed}.items()
        }
        for name, statistics in simple_statistics(self._train).items():
            found[name] = self._of(name, statistics, cosmologies())
            if name != "skewness spectrum":
                found[f"{name}, ridge"] = self._reads(name, ridge())
        return found

    def beyond(self, learned: Mapping[str, Sequence[Wavelet]]) -> dict[str, Student]:
        """Other readers of the same histograms, those of all pixels, and the paper's own.

        For all pixels and for the paper's own reader, each name's filters are chosen anew.
        """
        readers = cosmologies(roots=True)
        filters = {**learned, **self._known}
        together = {TOGETHER: [[*FIXED.values()]]}
        found = {TOGETHER: self._of_filters(TOGETHER, together[TOGETHER], counts, readers)}
        found |= self._regressed([*filters, TOGETHER])
        for name, each in {**filters, **together}.items():
            again = at_all_pixels(name)
            found[again] = self._of_filters(again, each, pixel_counts, readers, screening_pixels)
        found |= self._regressed(map(at_all_pixels, [*filters, TOGETHER]))
        for name, each in {**filters, **self._fixed}.items():
            again = as_in_the_paper(name)
            found[again] = self._of_filters(again, each, papers_counts, paper_rule(), papers_counts)
        return found

    def _regressed(self, names: Iterable[str]) -> dict[str, Student]:
        """Readers that are not bound to the cosmologies, of what was measured for a student."""
        count = len(np.unique(self._train.params, axis=0))
        readers = {"ridge": ridge(), "likelihood": likelihoods(count)}
        return {
            f"{name}, {reader}": self._reads(name, others)
            for name in names
            for reader, others in readers.items()
            if others
        }

    def _of(self, name: str, statistics: Statistics, readers: Readers) -> Student:
        self._notify(f"students: {name}")
        self._measured[name] = list(measure(statistics, self._train, self._validation))
        return self._reads(name, readers)

    def _reads(self, name: str, readers: Readers) -> Student:
        """Other readers of what was measured for a student."""
        return choose(self._measured[name], readers, self._train, self._validation)

    def _of_filters(
        self,
        name: str,
        filters: Sequence[Any],
        layouts: Layouts,
        readers: Readers,
        screening: Layouts = screening_counts,
    ) -> Student:
        """The filters whose counts tell most: all at one layout of bins, then few at all."""
        best, measured = None, []
        for each in self._shortlist(name, filters, screening, readers):
            student = self._of(name, layouts(each), readers)
            if best is None or student.rmse < best.rmse:
                best, measured = student, self._measured[name]
        if best is None:
            raise ValueError("there are no filters to choose from.")
        self._measured[name] = measured
        return best

    def _shortlist(
        self, name: str, filters: Sequence[Any], screening: Layouts, readers: Readers
    ) -> Sequence[Any]:
        if len(filters) <= _SHORTLIST:
            return filters
        self._notify(f"students: {name}, {len(filters)} wavelets")
        screened = self._screened_by
        if screening is screening_pixels:
            screened = first(screened, _SCREENED)
        maps = screened, self._validation
        errors = [choose(measure(screening(each), *maps), readers, *maps).rmse for each in filters]
        return [filters[number] for number in np.argsort(errors)[:_SHORTLIST]]


def _of_roots(regressor: Any) -> Any:
    return make_pipeline(FunctionTransformer(np.sqrt), regressor)
