"""Models without a wavelet: linear ones of the samples themselves, and of a plain spectrum."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft2
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from wavedistill.checks import Floats
from wavedistill.students.map_statistics import ARCMIN, fourier_modes

__all__ = [
    "LinearFit",
    "best_taught",
    "linear_model",
    "log_spectrum",
    "radial_log_spectrum",
    "raw_samples",
]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]
Split = tuple[Integers, Integers]

#: Samples of a segment of Welch's method: 17 frequencies.
_SEGMENT = 32
#: Rings of the spectrum of images up to half a cycle per pixel, where there are pixels enough.
_RINGS = 16
#: Power below this share of the mean power counts as none.
_FLOOR = 1e-10
#: Penalties of ridge regression, as shares of the features' variances.
_PENALTIES = np.geomspace(1e-9, 1e2, 12)
#: Inverse penalties of logistic regression.
_STRENGTHS = np.geomspace(1e-4, 1e2, 7)


class LinearFit(NamedTuple):
    """A fitted linear model, and its numbers: weights and intercepts."""

    model: Pipeline
    numbers: int


def raw_samples(signals: Floats) -> Array:
    """All samples, or pixels, of all channels, shape (n, channels * length)."""
    return signals.reshape(len(signals), -1).astype(np.float64)


def log_spectrum(signals: Floats, sampling_rate: float = 1.0) -> tuple[Array, Array]:
    """Log-powers of Welch's spectrum (`scipy.signal.welch`).

    Parameters
    ----------
    signals : ndarray, shape (n, channels, length)
    sampling_rate : float
        In hertz.

    Returns
    -------
    features : ndarray, shape (n, channels * frequencies)
    frequencies : ndarray
        In hertz: 17 of them, or fewer for signals of fewer than 32 samples.
    """
    segment = min(_SEGMENT, signals.shape[-1])
    # Its import takes a tenth of a second, of the first estimator that anybody makes.
    from scipy.signal import welch

    frequencies, power = welch(signals.astype(np.float64), sampling_rate, nperseg=segment)
    return _logs(power).reshape(len(signals), -1), np.asarray(frequencies)


def radial_log_spectrum(images: Floats, sampling_rate: float = 1.0) -> tuple[Array, Array]:
    """Log-powers of the Fourier modes of images, averaged over rings of their frequencies.

    There are 16 rings up to half a cycle per pixel, or one for each frequency of the shorter side
    if it has fewer, and a last one for the corners beyond. Directions are not told apart.

    Parameters
    ----------
    images : ndarray, shape (n, channels, height, width)
    sampling_rate : float
        In pixels per unit length.

    Returns
    -------
    features : ndarray, shape (n, channels * rings)
    frequencies : ndarray
        The largest of each ring, in cycles per unit length.
    """
    height, width = images.shape[-2:]
    # A pixel of one radian, in the arcminutes that `fourier_modes` takes.
    radii, multiplicity = (each.ravel() for each in fourier_modes(height, width, 1 / ARCMIN))
    cycles, count = radii / (2 * math.pi), max(1, min(_RINGS, min(height, width) // 2))
    # Rounding must not put half a cycle into the ring beyond.
    ring = np.minimum(np.ceil(2 * count * cycles * (1 - 1e-12)).astype(int), count + 1)
    weights = np.where(ring > 0, multiplicity, 0.0)
    filled = [number for number in range(1, count + 2) if weights[ring == number].any()]
    average = np.zeros((len(cycles), len(filled)))
    for column, number in enumerate(filled):
        average[ring == number, column] = weights[ring == number] / weights[ring == number].sum()
    flat = images.reshape(-1, height, width)
    power = np.stack(
        [np.abs(rfft2(each.astype(np.float64))).ravel() ** 2 @ average for each in flat]
    )
    frequencies = [cycles[ring == number].max() * sampling_rate for number in filled]
    return _logs(power).reshape(len(images), -1), np.array(frequencies)


def _logs(power: Array) -> Array:
    logs: Array = np.log(power + (_FLOOR * float(power.mean()) or 1.0))
    return logs


def linear_model(
    features: Array, goal: Array | Integers, splits: Sequence[Split], *, classify: bool
) -> LinearFit:
    """Ridge or logistic regression of standardised features, the penalty by cross-validation.

    Parameters
    ----------
    features : ndarray, shape (n, p)
    goal : ndarray, shape (n, outputs), or of int, shape (n,)
        Numbers, or classes.
    splits : sequence of (train, test)
        Of the cross-validation.
    classify : bool
    """
    if classify:
        model, grid = LogisticRegression(max_iter=500), {"logisticregression__C": _STRENGTHS}
        scoring = "accuracy"
        # A split that lacks a class tells nothing of it.
        splits = [each for each in splits if len(np.unique(goal[each[0]])) == len(np.unique(goal))]
    else:
        model, grid = Ridge(), {"ridge__alpha": len(features) * _PENALTIES}
        scoring = "r2"
    pipeline = make_pipeline(StandardScaler(), model)
    with warnings.catch_warnings():
        # With little penalty, separable classes have no finite weights to converge to.
        warnings.simplefilter("ignore", ConvergenceWarning)
        if splits:
            search = GridSearchCV(pipeline, grid, cv=list(splits), scoring=scoring)
            fitted: Any = search.fit(features, goal).best_estimator_
        else:
            fitted = pipeline.fit(features, goal)
    return _counted(fitted)


def best_taught(
    features: Array, goals: Sequence[Array | Integers], splits: Sequence[Split], *, classify: bool
) -> LinearFit:
    """The linear model of the goal that predicts the first goal best in cross-validation.

    Parameters
    ----------
    features : ndarray, shape (n, p)
    goals : sequence of ndarray, shape (n, outputs), or of int, shape (n,)
        The response, and what else may be fitted to in its place, such as the outputs of a network.
    splits : sequence of (train, test)
        Each example is in one of the test parts.
    classify : bool
    """
    if classify and not all(_has_all(goal, goals[0], splits) for goal in goals[1:]):
        # A network that never decides for a class cannot teach it.
        goals = goals[:1]
    fits = [linear_model(features, goal, splits, classify=classify) for goal in goals]
    if len(fits) == 1:
        return fits[0]
    measure = accuracy_score if classify else r2_score
    scores = []
    for fit, goal in zip(fits, goals, strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            predicted = cross_val_predict(clone(fit.model), features, goal, cv=list(splits))
        scores.append(measure(goals[0], predicted))
    return fits[int(np.argmax(scores))]


def _has_all(goal: Array | Integers, response: Array | Integers, splits: Sequence[Split]) -> bool:
    """Whether each training part of goal and response has every class of the response."""
    classes = np.unique(response)
    return all(
        np.array_equal(np.unique(each[train]), classes)
        for train, _ in splits
        for each in (goal, response)
    )


def _counted(fitted: Pipeline) -> LinearFit:
    last = fitted[-1]
    return LinearFit(fitted, int(np.size(last.coef_) + np.size(last.intercept_)))
