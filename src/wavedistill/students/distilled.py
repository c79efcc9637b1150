"""What both distilled students share: reading signals, learning filters, linear outputs."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from wavedistill.attribution import Attributions
from wavedistill.checks import Floats, WaveletWarning
from wavedistill.distillation import WaveletDistiller
from wavedistill.frequencies import SamplingRate
from wavedistill.modes import check_mode
from wavedistill.signals import read_signals
from wavedistill.students.arguments import auto_or_even, auto_or_integer, seed_of
from wavedistill.students.choices import Choices
from wavedistill.students.export import export_student
from wavedistill.students.fitting import Fitted, fit_readings
from wavedistill.students.persistence import (
    fitted_state,
    parameters_of,
    read_student,
    write_student,
)
from wavedistill.students.progress import Progress, Verbose
from wavedistill.students.readings import (
    AnyReading,
    Reading,
    ReadSignals,
    as_reading,
    auto_readings,
)
from wavedistill.students.student_contributions import StudentContributions
from wavedistill.students.through import count_taps
from wavedistill.students.verdict import verdict
from wavedistill.wavelets import WaveletLike, WaveletTransform

__all__ = ["DistilledStudent", "channels_first"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]


class DistilledStudent(BaseEstimator):  # type: ignore[misc]
    """What both students share: reading signals, searching filters, linear outputs."""

    def __init__(
        self,
        reading: str | AnyReading | Sequence[str | Reading] = "energy",
        levels: int | str = "auto",
        support: int | str = 12,
        per_level: bool | str = False,
        target: str = "auto",
        max_numbers: int | None = None,
        cv: Any = 5,
        mode: str = "zero",
        axes: int | Sequence[int] = -1,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        parts: int | None = None,
        wavelet: str | WaveletLike | WaveletTransform = "learned",
        verbose: Verbose = False,
    ) -> None:
        self.reading = reading
        self.levels = levels
        self.support = support
        self.per_level = per_level
        self.target = target
        self.max_numbers = max_numbers
        self.cv = cv
        self.mode = mode
        self.axes = axes
        self.random_state = random_state
        self.parts = parts
        self.wavelet = wavelet
        self.verbose = verbose

    @property
    def n_numbers_(self) -> int:
        """Taps (of each level if they differ), weights that are not 0, and intercepts."""
        check_is_fitted(self)
        weights = int(np.count_nonzero(self.coef_))
        return count_taps(self._lowpass()) + weights + int(np.size(self.intercept_))

    @property
    def wavelets_(self) -> tuple[Any, ...]:
        """The wavelet of each level, the finest first; `second_transform_` has further ones."""
        check_is_fitted(self)
        return cast("tuple[Any, ...]", self.transform_.wavelets)

    def features(self, X: ArrayLike) -> Array:
        """The features of the student, shape (n, features), named by `feature_names`."""
        check_is_fitted(self)
        return self._read(self._reader(channels_first(*self._signals(X, reset=False))))

    def feature_names(self, sampling_rate: SamplingRate = None) -> tuple[str, ...]:
        """A name for each feature, with its frequencies if a sampling rate is given.

        A number is in hertz, and for images in pixels per unit length. Give the unit of
        frequencies with a rate in anything else: ``(24, "cycles per day")`` for a sample an hour.
        """
        check_is_fitted(self)
        names = self.reading_.feature_names(
            self.transform_.levels,
            self._channels(),
            sampling_rate,
            len(self.transform_.axes),
        )
        return tuple(names[column] for column in self.columns_)

    def contributions(
        self, X: ArrayLike, sampling_rate: SamplingRate = None
    ) -> StudentContributions:
        """What each feature adds to each output, for each example.

        Parameters
        ----------
        X : array_like, shape (n, ...)
            Signals or images.
        sampling_rate : float or (float, str), optional
            For the names of the features (`feature_names`).

        Returns
        -------
        StudentContributions
            The values and the intercept sum to the decision function or to the prediction, to
            rounding.
        """
        check_is_fitted(self)
        signals = channels_first(*self._signals(X, reset=False))
        features = self._read(self._reader(signals))
        weights = np.atleast_2d(self.coef_)
        return StudentContributions(
            self.feature_names(sampling_rate),
            self._output_names(len(weights)),
            features,
            weights,
            np.atleast_1d(self.intercept_),
            signals,
            self.transform_,
            self.reading_,
            self.columns_,
            self.second_transform_,
        )

    def save(
        self, path: str | os.PathLike[str], notes: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        """Write the fitted student as JSON, whole or not at all.

        Parameters
        ----------
        path : path
        notes : mapping of str to JSON values
            Where the student comes from: the network, the data.
        """
        check_is_fitted(self)
        write_student(self, path, notes)

    def export(self, path: str | os.PathLike[str], sampling_rate: SamplingRate = None) -> None:
        """Write the fitted student as a Python file that needs nothing but NumPy.

        The file has the student's filters and weights as numbers, its features by name, and the
        functions ``predict``, and for classes ``predict_proba`` and ``decision_function``. They
        give what the student gives, to rounding. It computes in double precision.

        Parameters
        ----------
        path : path
            Such as ``"student.py"``.
        sampling_rate : float or (float, str), optional
            For the names of the features (`feature_names`).

        Raises
        ------
        ValueError
            For a student of images.
        """
        check_is_fitted(self)
        export_student(self, path, sampling_rate)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a student of this kind that `save` wrote; it predicts exactly as the saved one.

        Parameters that JSON cannot hold, such as a splitter as `cv`, have their defaults.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file holds something else, or a student of the other kind.
        """
        content = read_student(path)
        if content["kind"] != cls.__name__:
            raise ValueError(
                f"{path} holds a {content['kind']}, not a {cls.__name__}; read it with "
                "wavedistill.load_student."
            )
        student = cls(**parameters_of(content))
        for name, value in fitted_state(content).items():
            setattr(student, name, value)
        return student

    def _output_names(self, count: int) -> tuple[str, ...]:
        return tuple(f"output {number}" for number in range(count))

    def _signals(self, X: ArrayLike, *, reset: bool) -> tuple[Floats, tuple[int, ...]]:
        signals, axes = read_signals(self, X, self.axes, reset=reset)
        if len(axes) > 2:
            raise ValueError(
                f"axes={self.axes} names {len(axes)} axes, and readings are those of signals and "
                "images; give one axis, such as -1, or two, such as (-2, -1)."
            )
        return signals, axes

    def _search(
        self,
        signals: Floats,
        axes: tuple[int, ...],
        targets: Array,
        folds: Integers,
        attributions: Attributions | ArrayLike | None,
        sample_weight: Array | None = None,
    ) -> Fitted:
        """Learn the filters, and set what the fitted student is known by."""
        progress = Progress.of(self.verbose)
        given = channels_first(signals, axes)
        rank = len(axes)
        scale = _root_mean_square(given, sample_weight)
        if scale == 0:
            raise ValueError("X is zero everywhere; there is nothing to read.")
        readings = auto_readings(rank) if self.reading == "auto" else [self.reading]
        choices = [
            Choices.of(
                as_reading(reading, self.parts, rank),
                auto_or_integer(self.levels, "levels", 1),
                auto_or_even(self.support),
                per_level=self.per_level if self.per_level == "auto" else bool(self.per_level),
                mode=check_mode(self.mode),
                max_numbers=self.max_numbers,
                lengths=given.shape[2:],
                wavelet=self.wavelet,
            )
            for reading in readings
        ]
        for each in choices:
            each.reading.check_rank(rank)
        random = np.random.default_rng(seed_of(self.random_state))
        with progress.watching():
            # A search for sparse wavelets takes about half as long as that of a student.
            sparse, rest = progress.parts([0.0 if attributions is None else 0.5, 1.0])
            starts = self._sparse_starts(signals, choices[0], attributions, sparse)
            found = fit_readings(
                given,
                targets,
                folds,
                choices,
                scale=scale,
                sample_weight=sample_weight,
                given=starts,
                random=random,
                progress=rest,
            )
        self.scale_ = scale
        self.reading_ = found.reader.reading
        self.columns_ = found.columns
        self.candidates_ = found.candidates
        self.readings_ = found.tried
        levels = found.reader.levels
        first, second = found.chosen.wavelets[:levels], found.chosen.wavelets[levels:]
        settings: dict[str, Any] = {"mode": choices[0].mode, "axes": self.axes}
        self.transform_ = WaveletTransform(list(first), **settings)
        self.second_transform_ = WaveletTransform(list(second), **settings) if second else None
        self.comparison_ = {
            "student": found.chosen.error,
            f"{'given' if choices[0].fixed else 'best known'} ({found.named.start})": (
                found.named.error
            ),
        }
        self.verdict_ = verdict(found, choices[0])
        return found

    def _sparse_starts(
        self,
        signals: Floats,
        choices: Choices,
        attributions: Attributions | ArrayLike | None,
        progress: Progress,
    ) -> list[Any]:
        """The wavelets in which signals and attributions are sparse, as starts of the search."""
        if attributions is None or not choices.search:
            return []
        progress("wavelets in which the attributions are sparse")
        distiller = WaveletDistiller(
            choices.levels[0],
            max(choices.supports),
            mode=choices.mode,
            axes=self.axes,
            random_state=seed_of(self.random_state),
        )
        with warnings.catch_warnings():
            # These wavelets are starts only; what is wrong with one costs nothing.
            warnings.simplefilter("ignore", WaveletWarning)
            distiller.fit(signals, attributions=attributions)
        return [candidate.wavelet for candidate in distiller.candidates_]

    def _reader(self, signals: Floats) -> ReadSignals:
        transform = self.transform_
        levels, mode = transform.levels, transform.mode
        return ReadSignals(signals, self.reading_, levels, mode, self.scale_)

    def _read(self, reader: ReadSignals) -> Array:
        """The features that the student has of the signals at hand."""
        return reader.features(self._lowpass())[:, self.columns_]

    def _lowpass(self) -> Array:
        """The filters of all levels, and of those of a second layer that has its own."""
        second = self.second_transform_
        wavelets = (*self.transform_.wavelets, *(second.wavelets if second else ()))
        return np.stack([wavelet.lowpass for wavelet in wavelets])

    def _channels(self) -> int:
        lengths = self.transform_.decomposition.lengths((1, *self.signal_shape_))
        return math.prod(self.signal_shape_) // math.prod(lengths)

    def _linear(self, X: ArrayLike) -> Array:
        outputs: Array = self.features(X) @ self.coef_.T + self.intercept_
        return outputs


def channels_first(signals: Floats, axes: Sequence[int]) -> Floats:
    """Signals with shape (n, channels, length), images with (n, channels, height, width)."""
    moved = np.moveaxis(signals, axes, range(-len(axes), 0))
    return moved.reshape(len(moved), -1, *moved.shape[-len(axes) :])


def _root_mean_square(signals: Floats, sample_weight: Array | None) -> float:
    flat = signals.reshape(len(signals), -1)
    squares = np.einsum("ij,ij->i", flat, flat, dtype=np.float64) / flat.shape[1]
    return float(np.sqrt(np.average(squares, weights=sample_weight)))
