"""What a distilled student is compared with: each a way to learn from some examples."""

from __future__ import annotations

import time
import warnings
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from wavedistill.checks import WaveletWarning, signal_axes
from wavedistill.distillation import WaveletDistiller
from wavedistill.frequencies import Sampling, SamplingRate
from wavedistill.students.baselines import (
    best_taught,
    log_spectrum,
    radial_log_spectrum,
    raw_samples,
)
from wavedistill.students.distilled import DistilledStudent, channels_first
from wavedistill.students.problem import Problem
from wavedistill.wavelets import Wavelet, WaveletTransform

__all__ = ["Attempt", "Rival", "rivals"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

#: Depth and support of the sparsest wavelet where those of the student are "auto".
_LEVELS, _SUPPORT = 3, 12


@dataclass(frozen=True, eq=False)
class Attempt:
    """What a rival made of one fold.

    Parameters
    ----------
    predicted : ndarray
        For the held-out examples: classes as numbers, shape (n,), or numbers, shape (n, outputs).
    numbers : int
        Those of the model.
    choice : str
        What it chose.
    seconds : float
        How long the fit took.
    """

    predicted: Array | Integers
    numbers: int
    choice: str
    seconds: float


@dataclass(frozen=True, eq=False)
class Rival(ABC):
    """A way to learn from some examples and to predict others.

    `phrase` is the subject of a sentence about it.
    """

    name: str
    phrase: str

    @property
    def work(self) -> float:
        """About how long it takes, in searches for a wavelet."""
        return 1.0

    def attempt(self, problem: Problem, train: Integers, held_out: Integers, seed: int) -> Attempt:
        """Fit to some examples, predict the others."""
        began = time.perf_counter()
        # The linear algebra is small, and BLAS threads would only get into one another's way.
        with threadpool_limits(limits=1, user_api="blas"):
            model, numbers, choice = self.fit(problem, train, seed)
        seconds = time.perf_counter() - began
        predicted = np.asarray(model.predict(self.seen(problem, held_out)))
        if problem.classify:
            predicted = np.searchsorted(model.classes_, predicted)
        else:
            predicted = predicted.reshape(len(held_out), -1)
        return Attempt(predicted, numbers, choice, seconds)

    @abstractmethod
    def fit(self, problem: Problem, train: Integers, seed: int) -> tuple[Any, int, str]:
        """A fitted model, its numbers, and what it chose."""

    def seen(self, problem: Problem, rows: Integers) -> Any:
        """What the model predicts from."""
        return problem.X[rows]


@dataclass(frozen=True, eq=False)
class _Student(Rival):
    """A student; `changes` are to its parameters, `learns_from` are arguments of its fit."""

    student: DistilledStudent
    changes: dict[str, Any] = field(default_factory=dict)
    learns_from: tuple[str, ...] = ("y", "teacher", "attributions", "groups")

    @property
    def work(self) -> float:
        return 0.1 if "wavelet" in self.changes else 1.0

    def fit(self, problem: Problem, train: Integers, seed: int) -> tuple[Any, int, str]:
        fitted = _fitted(self.student, problem, train, self.learns_from, **self.changes)
        return fitted, fitted.n_numbers_, _described(fitted)


@dataclass(frozen=True, eq=False)
class _Sparsest(Rival):
    """A student with the wavelet in which the signals alone are sparsest."""

    student: DistilledStudent

    def fit(self, problem: Problem, train: Integers, seed: int) -> tuple[Any, int, str]:
        student: Any = self.student
        distiller = WaveletDistiller(
            _LEVELS if student.levels == "auto" else student.levels,
            _SUPPORT if student.support == "auto" else student.support,
            mode=student.mode,
            axes=student.axes,
            random_state=seed,
        )
        with warnings.catch_warnings():
            # What is odd about this wavelet is nothing that the user could mend.
            warnings.simplefilter("ignore", WaveletWarning)
            distiller.fit(problem.X[train])
        # Without its origin: the student chooses the levels anew.
        wavelet = Wavelet(distiller.wavelet_.lowpass)
        fitted = _fitted(student, problem, train, _GOALS, wavelet=wavelet)
        return fitted, fitted.n_numbers_, _described(fitted)


@dataclass(frozen=True, eq=False)
class _Misled(Rival):
    """A wavelet learned from other outputs, in a student that is fitted to the right ones."""

    student: DistilledStudent
    outputs: NDArray[Any]
    learns_from: str = "teacher"

    def fit(self, problem: Problem, train: Integers, seed: int) -> tuple[Any, int, str]:
        groups = problem.given(train, "groups")
        misled = clone(self.student).set_params(target="auto")
        misled.fit(problem.X[train], **{self.learns_from: self.outputs[train]}, **groups)
        transform: WaveletTransform = misled.transform_
        wavelet = transform.wavelet if transform.shared else transform
        fitted = _fitted(self.student, problem, train, _GOALS, wavelet=wavelet)
        return fitted, fitted.n_numbers_, _described(misled)


@dataclass(frozen=True, eq=False)
class _Linear(Rival):
    """A linear model of features that need no fit, shape (n, p)."""

    features: Array
    choice: str

    @property
    def work(self) -> float:
        return 0.1

    def fit(self, problem: Problem, train: Integers, seed: int) -> tuple[Any, int, str]:
        splits = problem.splits(problem.folds(3, seed, train))
        goals = [truth[train] for truth in problem.truths.values()]
        found = best_taught(self.features[train], goals, splits, classify=problem.classify)
        return found.model, found.numbers, self.choice

    def seen(self, problem: Problem, rows: Integers) -> Any:
        return self.features[rows]


_GOALS = ("y", "teacher", "groups")


def rivals(
    student: DistilledStudent,
    problem: Problem,
    random_teacher: NDArray[Any] | None,
    sampling_rate: SamplingRate,
    seed: int,
    known_reading: str | None = None,
) -> list[Rival]:
    """The distilled student itself, and everything that it is compared with."""
    known: dict[str, Any] = {"wavelet": "known"}
    if known_reading is not None:
        known |= {"reading": known_reading, "parts": None}
    found: list[Rival] = [
        _Student("distilled", "The distilled student", student),
        _Student("best known wavelet", "The best known wavelet", student, known, _GOALS),
    ]
    if problem.y is not None and problem.teacher is not None:
        phrase = "A student that learns from y alone, without the network,"
        alone = ("y", "groups")
        found.append(_Student("data alone", phrase, student, {"target": "auto"}, alone))
    else:
        found.append(_Sparsest("data alone", "The wavelet in which the data are sparsest", student))
    if random_teacher is not None:
        phrase = "A wavelet learned from the random teacher"
        found.append(_Misled("random teacher", phrase, student, random_teacher))
    else:
        source = "y" if problem.teacher is None else "teacher"
        permuted = np.random.default_rng(seed).permutation(getattr(problem, source))
        what = "y" if source == "y" else "outputs of the network"
        phrase = f"A wavelet learned from permuted {what}"
        found.append(_Misled(f"permuted {source}", phrase, student, permuted, source))
    return [*found, *_without_wavelet(student, problem, sampling_rate)]


def _without_wavelet(
    student: DistilledStudent, problem: Problem, sampling_rate: SamplingRate
) -> list[Rival]:
    signals = channels_first(problem.X, signal_axes(problem.X.shape, student.axes))
    raw, images = raw_samples(signals), signals.ndim == 4
    sampling = Sampling.of(sampling_rate, signals.ndim - 2)
    spectrum = radial_log_spectrum if images else log_spectrum
    powers, frequencies = spectrum(signals, sampling.rate)
    samples, bins = ("pixels", "rings") if images else ("samples", "bins")
    reach = f"{len(frequencies)} {bins} up to {frequencies[-1]:.4g} {sampling.unit}"
    return [
        _Linear(
            "raw samples", f"A linear model of the raw {samples}", raw, f"{raw.shape[1]} {samples}"
        ),
        _Linear("spectrum", "A linear model of a plain spectrum", powers, reach),
    ]


def _fitted(
    student: DistilledStudent,
    problem: Problem,
    train: Integers,
    learns_from: tuple[str, ...],
    **changes: Any,
) -> Any:
    model: Any = clone(student).set_params(**changes)
    return model.fit(problem.X[train], **problem.given(train, *learns_from))


def _described(student: Any) -> str:
    """The wavelet of a fitted student in a few words."""
    names = {wavelet.name for wavelet in student.wavelets_}
    taps = len(student.wavelets_[0].lowpass)
    if names != {""}:
        return str(student.wavelets_[0].name)
    return f"{taps} taps" + ("" if student.transform_.shared else " per level")
