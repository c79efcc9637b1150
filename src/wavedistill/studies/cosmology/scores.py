"""How well a model predicts Ω_m, and by how much one model is ahead of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Gain", "Row", "gains", "resampled_rmse"]

Array = NDArray[np.float64]

#: Numbers of a block of resamples (256 MiB).
_BLOCK = 2**25


@dataclass(frozen=True)
class Row:
    """What one model scores on the test maps; root mean square errors of Ω_m, times 100.

    Parameters
    ----------
    model, wavelet, settings : str
        What it is called, where its wavelet comes from, and what the validation maps chose.
    rmse_validation, rmse : float
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
    """By how much one model's root mean square error (times 100) is below another's.

    Parameters
    ----------
    model, over : str
    gain : float
    low, high : float
        Of 95 % of bootstrap resamples of the test maps, the same for both models.
    """

    model: str
    over: str
    gain: float
    low: float
    high: float


def resampled_rmse(
    errors: Mapping[str, Array], *, count: int = 10_000, seed: int = 0
) -> dict[str, Array]:
    """Root mean square errors over bootstrap resamples, the same ones for all models.

    Parameters
    ----------
    errors : mapping of str to ndarray, shape (n,)
        Of each model, for the same maps.
    count : int
        Resamples.
    seed : int

    Returns
    -------
    dict of str to ndarray, shape (count,)
    """
    random = np.random.default_rng(seed)
    squares = np.stack([error**2 for error in errors.values()], axis=1)
    n = len(squares)
    block = max(1, _BLOCK // n)
    parts = []
    for start in range(0, count, block):
        size = min(block, count - start)
        # How often each map is drawn.
        times = random.multinomial(n, np.full(n, 1 / n), size=size)
        parts.append(np.sqrt(times @ squares / n))
    return dict(zip(errors, np.concatenate(parts).T, strict=True))


def gains(
    model: str, over: Sequence[str], errors: Mapping[str, Array], resampled: Mapping[str, Array]
) -> list[Gain]:
    """The gain of a model over others, with its interval, paired by map."""
    found = []
    for other in over:
        between = [float(np.sqrt(np.mean(errors[name] ** 2))) for name in (other, model)]
        low, high = np.percentile(resampled[other] - resampled[model], [2.5, 97.5])
        gain = between[0] - between[1]
        found.append(Gain(model, other, 100 * gain, 100 * float(low), 100 * float(high)))
    return found
