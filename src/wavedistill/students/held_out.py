"""Scores of held-out examples: means, standard errors, and paired differences with intervals."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import bootstrap, norm

from wavedistill.checks import Floats

__all__ = ["Score", "hits", "paired_score", "shares"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

_RESAMPLES, _CONFIDENCE = 5000, 0.95
#: A standard error below this is rounding.
_ROUNDING = 1e-12
#: With more independent units than this, the mean is normal enough.
_MANY = 1000


class Score(NamedTuple):
    """How well a model does on held-out examples, and how much better the distilled student does.

    `gain` is the distilled student's mean less this model's, over the same examples, with a 95 %
    bootstrap interval from `low` to `high`. Groups are resampled whole.
    """

    mean: float
    standard_error: float
    gain: float
    low: float
    high: float

    @property
    def points(self) -> str:
        """The gain with its interval, in hundredths, such as ``"+0.9 [-0.8, 2.6]"``."""
        # Adding 0 takes the sign off a zero.
        gain, low, high = (round(100 * v, 1) + 0.0 for v in (self.gain, self.low, self.high))
        return f"{gain:+.1f} [{low:.1f}, {high:.1f}]"


def hits(predicted: Integers, truth: Integers) -> Array:
    """1 for each right class and 0 for each wrong one: their mean is the accuracy."""
    right: Array = (predicted == truth).astype(np.float64)
    return right


def shares(predicted: Floats, truth: Floats) -> Array:
    """What each example adds to R2: their mean is R2, averaged over the outputs.

    Parameters
    ----------
    predicted, truth : ndarray, shape (n, outputs)
    """
    explained: Array = np.mean(1 - (truth - predicted) ** 2 / truth.var(axis=0), axis=1)
    return explained


def paired_score(own: Array, distilled: Array, groups: ArrayLike | None, seed: Any) -> Score:
    """The score of a model, held against the distilled student.

    Parameters
    ----------
    own, distilled : ndarray, shape (n,)
        What each example adds to the mean, for the model and for the distilled student.
    groups : array_like, shape (n,), optional
        Examples of a group are not independent.
    seed : int
        Of the bootstrap.
    """
    units = np.arange(len(own)) if groups is None else np.unique(groups, return_inverse=True)[1]
    counts = np.bincount(units).astype(np.float64)
    mean, error = _mean(_sums(units, own), counts)
    return Score(mean, error, *_gain(_sums(units, distilled - own), counts, seed))


def _sums(units: Integers, values: Array) -> Array:
    return np.bincount(units, values).astype(np.float64)


def _mean(sums: Array, counts: Array) -> tuple[float, float]:
    """The mean over all examples, and its standard error over the units."""
    mean, units = float(sums.sum() / counts.sum()), len(sums)
    spread = float(np.sum((sums - mean * counts) ** 2))
    return mean, float(np.sqrt(units / max(units - 1, 1) * spread) / counts.sum())


def _gain(sums: Array, counts: Array, seed: Any) -> tuple[float, float, float]:
    mean, error = _mean(sums, counts)
    if error < _ROUNDING:
        return mean, mean, mean
    if len(sums) > _MANY:
        half = float(norm.ppf((1 + _CONFIDENCE) / 2)) * error
        return mean, mean - half, mean + half
    # The corrections of BCa fail where nearly all units are equal.
    for method in ("BCa", "percentile"):
        with np.errstate(invalid="ignore", divide="ignore"):
            ends = bootstrap(
                (sums, counts),
                lambda s, c, axis: s.sum(axis=axis) / c.sum(axis=axis),
                paired=True,
                vectorized=True,
                n_resamples=_RESAMPLES,
                batch=500,
                confidence_level=_CONFIDENCE,
                method=method,
                rng=np.random.default_rng(seed),
            ).confidence_interval
        if np.isfinite(ends).all():
            break
    return mean, float(ends.low), float(ends.high)
