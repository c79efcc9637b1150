"""The students of the cosmology study, each chosen on the same maps among the same settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from wavedistill.datasets.lensing import LensingMaps, LensingSplit
from wavedistill.studies.candidates import Candidate, known
from wavedistill.studies.cosmology.predictors import (
    Chosen,
    Feature,
    choose,
    cosmologies,
    counts,
    likelihoods,
    paper_rule,
    papers_counts,
    pixel_counts,
    ridge,
    screening_counts,
    simple_statistics,
    skewness,
    spectrum,
)
from wavedistill.studies.output import Notify
from wavedistill.wavelets import Wavelet

__all__ = ["FIXED", "TOGETHER", "Choice", "Student", "as_in_the_paper", "at_all_pixels"]

Layouts = Callable[[object], Iterable[Feature]]

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
    """A chosen model and, if its filters are a wavelet's, that wavelet."""

    chosen: Chosen
    numbers: int
    candidate: Candidate | None = None


class Choice:
    """Students of training maps, chosen on validation maps.

    Parameters
    ----------
    split : LensingSplit
    screened_by : LensingMaps
        Training maps by whose counts a long list of wavelets is made short.
    notify : callable
        Told what begins.
    """

    def __init__(self, split: LensingSplit, screened_by: LensingMaps, notify: Notify) -> None:
        self._train, self._validation, _ = split
        self._screened_by = screened_by
        self._notify = notify
        self._known = known(12, shortest=4)

    def table(self, taught: Sequence[Candidate], blind: Sequence[Candidate]) -> dict[str, Student]:
        """The paper's Table 2, and what else reads simple statistics; without the network.

        Parameters
        ----------
        taught, blind : sequence of Candidate
            Distilled with attributions and without.
        """
        readers = cosmologies(roots=True)
        found = {
            "AWD": self._of_wavelets(taught, counts, readers),
            "AWD without interpretation": self._of_wavelets(blind, counts, readers),
            "DB5": self._of_wavelets(_db5(), counts, readers),
            "best known wavelet": self._of_wavelets(self._known, counts, readers),
        }
        for name, (filters, numbers) in FIXED.items():
            found[name] = self._of(f"peaks, {name}", counts(filters), readers, numbers)
        power, cross = spectrum(self._train), skewness(self._train)
        simple = simple_statistics(self._train)
        found["power spectrum"] = self._of("power spectrum", [power], cosmologies())
        found["power spectrum, ridge"] = self._of("power spectrum", [power], ridge())
        found["skewness spectrum"] = self._of("skewness spectrum", [cross], cosmologies())
        found["simple statistics"] = self._of("simple statistics", [simple], cosmologies())
        found["simple statistics, ridge"] = self._of("simple statistics", [simple], ridge())
        return found

    def beyond(
        self, taught: Sequence[Candidate], table: Mapping[str, Student]
    ) -> dict[str, Student]:
        """Other readers of the same histograms, those of all pixels, and the paper's own.

        Parameters
        ----------
        taught : sequence of Candidate
        table : dict of str to Student
            What `table` found, whose wavelets are kept but for the paper's own predictor.
        """
        together = [filters for filters, _ in FIXED.values()]
        numbers = sum(numbers for _, numbers in FIXED.values())
        kept = {
            name: [candidate]
            for name in ("AWD", "DB5", "best known wavelet")
            if (candidate := table[name].candidate) is not None
        }
        readers = cosmologies(roots=True)
        found = {TOGETHER: self._of(TOGETHER, counts(together), readers, numbers)}

        def read(
            layouts: Layouts, regressors: Mapping[str, Any], called: Callable[[str], str]
        ) -> None:
            for name, candidates in kept.items():
                found[called(name)] = self._of_wavelets(candidates, layouts, regressors)
            found[called(TOGETHER)] = self._of(TOGETHER, layouts(together), regressors, numbers)

        read(counts, ridge(), "{}, ridge".format)
        if between := likelihoods(len(np.unique(self._train.params, axis=0))):
            read(counts, between, "{}, likelihood".format)
        read(pixel_counts, readers, at_all_pixels)
        paper = paper_rule()
        lists = {"AWD": taught, "DB5": _db5(), "best known wavelet": self._known}
        for name, candidates in lists.items():
            found[as_in_the_paper(name)] = self._of_wavelets(candidates, papers_counts, paper)
        for name, (filters, numbers) in FIXED.items():
            found[as_in_the_paper(name)] = self._of(
                f"peaks, {name}", papers_counts(filters), paper, numbers
            )
        return found

    def _of(
        self,
        what: str,
        features: Iterable[Feature],
        regressors: Mapping[str, Any],
        numbers: int = 0,
    ) -> Student:
        self._notify(f"students: {what}")
        return Student(choose(features, regressors, self._train, self._validation), numbers)

    def _of_wavelets(
        self, candidates: Sequence[Candidate], layouts: Layouts, regressors: Mapping[str, Any]
    ) -> Student:
        """The wavelet whose counts tell most: all at one layout of bins, then few at all."""
        short = list(candidates)
        screening = layouts if layouts is papers_counts else screening_counts
        if len(short) > _SHORTLIST:
            self._notify(f"students: peaks, {len(short)} wavelets")
            scores = [
                choose(screening(c.wavelet), regressors, self._screened_by, self._validation).rmse
                for c in short
            ]
            short = [short[i] for i in np.argsort(scores)[:_SHORTLIST]]
        students = [
            Student(
                self._of(f"peaks, {c.label}", layouts(c.wavelet), regressors).chosen,
                len(c.wavelet.lowpass),
                c,
            )
            for c in short
        ]
        return min(students, key=lambda student: student.chosen.rmse)


def _db5() -> list[Candidate]:
    return [Candidate("db5", Wavelet.from_name("db5"))]
