"""How the simulated maps compare with a map of an N-body simulation."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import integer
from wavedistill.datasets.lensing.cosmology import TABLE_D1, Cosmology
from wavedistill.datasets.lensing.simulator import PIXEL_ARCMIN, MapSimulator
from wavedistill.students.map_statistics import (
    as_stack,
    moments,
    one_point_histogram,
    peak_counts,
    peak_ellipticity,
    power_spectrum,
)

__all__ = ["CalibrationRow", "calibration_table", "summary"]

Float64 = NDArray[np.float64]

ELL = (200, 400, 800, 1600, 2500, 4000, 6000, 9000, 13_000)
CONVERGENCE = (-0.02, -0.01, 0.0, 0.01, 0.02, 0.04, 0.08, 0.15)
HEIGHTS = (0.02, 0.05, 0.1)


class CalibrationRow(NamedTuple):
    """One statistic of a reference map, and its distribution over simulated maps.

    Parameters
    ----------
    statistic : str
    reference : float
        Of the reference map.
    low, median, high : float
        5 %, 50 % and 95 % of the simulated maps are below.
    rank : float
        Share of the simulated maps below the reference.
    """

    statistic: str
    reference: float
    low: float
    median: float
    high: float
    rank: float

    @property
    def inside(self) -> bool:
        """Whether the reference lies between `low` and `high`."""
        return self.low <= self.reference <= self.high


def summary(maps: ArrayLike, pixel_arcmin: float) -> dict[str, Float64]:
    """The statistics that the simulator is calibrated on, one value per map, less its mean.

    Root mean square and skewness; the share of pixels in bins of convergence; peaks per square
    degree; mean ellipticity of peaks; power spectrum ℓ(ℓ+1) C_ℓ / 2π at the middle of bands.
    """
    stack = as_stack(maps)
    stack = stack - stack.mean(axis=(1, 2), keepdims=True)
    rms, skewness, _ = moments(stack).T
    found = {"rms": rms, "skewness": skewness}
    shares = one_point_histogram(stack, (-np.inf, *CONVERGENCE, np.inf))
    inner = (f"{low:g} to {high:g}" for low, high in pairwise(CONVERGENCE))
    names = (f"below {CONVERGENCE[0]:g}", *inner, f"above {CONVERGENCE[-1]:g}")
    for name, share in zip(names, shares.T, strict=True):
        found[f"pixels {name}"] = share
    for height, count in zip(HEIGHTS, peak_counts(stack, HEIGHTS, pixel_arcmin).T, strict=True):
        found[f"peaks per deg2 above {height:g}"] = count
    found["ellipticity of peaks above 0.05"] = peak_ellipticity(stack, 0.05)
    spectrum = power_spectrum(stack, pixel_arcmin, ELL)
    for (low, high), power in zip(pairwise(ELL), spectrum.T, strict=True):
        middle = np.sqrt(low * high)
        found[f"power at ell {low} to {high}"] = middle * (middle + 1) / (2 * np.pi) * power
    return found


def calibration_table(
    reference: ArrayLike,
    *,
    cosmology: Cosmology = TABLE_D1[0],
    simulations: int = 100,
    random_state: int = 0,
) -> tuple[CalibrationRow, ...]:
    """Statistics of a square map beside those of simulated maps of its size and cosmology.

    Parameters
    ----------
    reference : array_like, shape (size, size)
        Convergence in pixels of `PIXEL_ARCMIN`.
    cosmology : Cosmology
        Of the reference; MassiveNuS's fiducial one unless given.
    simulations : int
    random_state : int

    Raises
    ------
    ValueError
        If the reference is not square.
    """
    image = as_stack(reference)
    if len(image) != 1 or image.shape[1] != image.shape[2]:
        raise ValueError(f"reference has shape {np.shape(reference)}; give one square map.")
    number = integer(simulations, "simulations", minimum=1)
    simulator = MapSimulator(cosmology, image.shape[1])
    seeds = np.random.SeedSequence(random_state).spawn(number)
    drawn = np.stack([simulator.draw(np.random.default_rng(seed)) for seed in seeds])
    simulated = summary(drawn, PIXEL_ARCMIN)
    rows = []
    for name, (value,) in summary(image, PIXEL_ARCMIN).items():
        low, median, high = np.nanpercentile(simulated[name], [5, 50, 95])
        rank = np.mean(simulated[name] < value)
        rows.append(CalibrationRow(name, *(float(x) for x in (value, low, median, high, rank))))
    return tuple(rows)
