"""Summary statistics of maps: spectra, moments, one-point distribution, peaks.

They take maps of shape (n, height, width), or one of (height, width), and return a row per map.
Pixels are in arcminutes, multipoles ℓ dimensionless.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.fft import rfft2

from wavedistill.checks import Floats, float_array, integer
from wavedistill.students.peaks import local_maxima

__all__ = [
    "Peaks",
    "find_peaks",
    "fourier_modes",
    "moments",
    "one_point_histogram",
    "peak_counts",
    "peak_ellipticity",
    "power_spectrum",
    "skewness_spectrum",
]

Float64 = NDArray[np.float64]
ARCMIN = np.pi / (180 * 60)


class Peaks(NamedTuple):
    """Local maxima of maps: which map each is in, where, and how high."""

    map: NDArray[np.intp]
    row: NDArray[np.intp]
    column: NDArray[np.intp]
    height: Floats


def power_spectrum(maps: ArrayLike, pixel_arcmin: float, edges: ArrayLike) -> Float64:
    """Angular power spectrum in bands of ℓ, each the mean of the periodogram over its modes.

    The mean of each map is taken off first; nothing is done about the map's border, so the
    estimate is unbiased for a periodic field and leaks a little for a cut-out.

    Parameters
    ----------
    maps : array_like, shape ([n,] height, width)
    pixel_arcmin : float
        Side of a pixel.
    edges : array_like, shape (bands + 1,)
        Borders of the bands, ascending; a band holds its lower border.

    Returns
    -------
    ndarray, shape (n, bands)
        C_ℓ in steradians.

    Raises
    ------
    ValueError
        If a band holds no mode of maps of this size.
    """
    return _banded(maps, pixel_arcmin, edges, lambda modes, _: np.abs(modes) ** 2)


def skewness_spectrum(maps: ArrayLike, pixel_arcmin: float, edges: ArrayLike) -> Float64:
    """Cross-spectrum of κ² with κ in bands of ℓ: the bispectrum, summed over triangles of one side.

    A map's mean is taken off before it is squared, and its border is left as it is. Weighted by
    the number of modes, the bands of all ℓ sum up to the third moment of the pixels (Cooray 2001;
    Munshi et al. 2011). Parameters, shape, unit and
    errors are those of `power_spectrum`.
    """

    def cross(modes: NDArray[np.complexfloating], image: Float64) -> Float64:
        square = image**2
        return np.asarray((np.conj(modes) * rfft2(square - square.mean())).real)

    return _banded(maps, pixel_arcmin, edges, cross)


def moments(maps: ArrayLike) -> Float64:
    """Root mean square about the mean, skewness and excess kurtosis of the pixels of each map.

    One map is read at a time, so that they may be a memory map of any size.

    Returns
    -------
    ndarray, shape (n, 3)
        The last two are 0 for a map of equal pixels.
    """
    found = []
    for image in as_stack(maps):
        pixels = image.astype(np.float64)
        spread = pixels.std()
        if not spread:
            found.append((0.0, 0.0, 0.0))
            continue
        pixels = (pixels - pixels.mean()) / spread
        found.append((spread, np.mean(pixels**3), np.mean(pixels**4) - 3))
    return np.array(found)


def one_point_histogram(maps: ArrayLike, edges: ArrayLike) -> Float64:
    """Share of each map's pixels in bins of their values, shape (n, bins).

    Pixels outside the outermost borders are counted in no bin, so a row may sum to less than 1.
    """
    stack = as_stack(maps)
    borders = _ascending(edges, "edges")
    counts = [np.histogram(image, borders)[0] for image in stack]
    return np.asarray(np.array(counts) / stack[0].size)


def find_peaks(maps: ArrayLike, minimum: float = -np.inf, border: int = 1) -> Peaks:
    """Pixels higher than their eight neighbours and at least `minimum`.

    Parameters
    ----------
    maps : array_like, shape ([n,] height, width)
    minimum : float
        Lowest height.
    border : int
        Pixels this near the border are left out; at least 1, for they lack neighbours.
    """
    stack = as_stack(maps)
    width = integer(border, "border", minimum=1)
    high = local_maxima(stack) & (stack >= minimum)
    index, row, column = np.nonzero(high[:, width:-width, width:-width])
    row, column = row + width, column + width
    return Peaks(index, row, column, stack[index, row, column])


def peak_counts(maps: ArrayLike, thresholds: ArrayLike, pixel_arcmin: float) -> Float64:
    """Peaks at or above each threshold, per square degree of the map's inside, shape (n, k)."""
    stack = as_stack(maps)
    limits = np.atleast_1d(np.asarray(thresholds, dtype=np.float64))
    peaks = find_peaks(stack, float(limits.min()))
    height, width = stack.shape[1:]
    area = (height - 2) * (width - 2) * (pixel_arcmin / 60) ** 2
    counts = [np.bincount(peaks.map[peaks.height >= x], minlength=len(stack)) for x in limits]
    return np.asarray(np.stack(counts, axis=1) / area)


def peak_ellipticity(maps: ArrayLike, threshold: float, window: int = 5) -> Float64:
    """Mean ellipticity of the peaks of each map, shape (n,): 0 for round peaks, at most 1.

    In a disc about each peak, the height above the disc's lowest pixel weighs the second moments Q
    about the peak's pixel; the ellipticity is √((Qxx - Qyy)² + 4 Qxy²) / (Qxx + Qyy).

    Parameters
    ----------
    maps : array_like, shape ([n,] height, width)
    threshold : float
        Lowest height of a peak.
    window : int
        Diameter of the disc in pixels, odd: 5 leaves the corners of 5 x 5 pixels out.

    Returns
    -------
    ndarray, shape (n,)
        NaN for a map with no such peak.
    """
    if integer(window, "window", minimum=3) % 2 == 0:
        raise ValueError(f"window={window} must be odd; the next odd number is {window + 1}.")
    stack = as_stack(maps)
    reach = window // 2
    peaks = find_peaks(stack, threshold, border=reach)
    offsets = np.arange(-reach, reach + 1)
    rows = peaks.row[:, None, None] + offsets[:, None]
    columns = peaks.column[:, None, None] + offsets
    weight = stack[peaks.map[:, None, None], rows, columns].astype(np.float64)
    disc = offsets[:, None] ** 2 + offsets**2 <= (window / 2) ** 2
    weight -= weight.min(axis=(1, 2), keepdims=True, initial=np.inf, where=disc)
    weight *= disc
    yy = (weight * offsets[:, None] ** 2).sum(axis=(1, 2))
    xx = (weight * offsets**2).sum(axis=(1, 2))
    xy = (weight * offsets[:, None] * offsets).sum(axis=(1, 2))
    ellipticity = np.hypot(xx - yy, 2 * xy) / (xx + yy)
    number = np.bincount(peaks.map, minlength=len(stack))
    total = np.bincount(peaks.map, ellipticity, len(stack))
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def _banded(
    maps: ArrayLike,
    pixel_arcmin: float,
    edges: ArrayLike,
    power: Callable[[NDArray[np.complexfloating], Float64], Float64],
) -> Float64:
    """The mean over bands of what `power` makes of each map's Fourier modes and the map."""
    stack = as_stack(maps)
    height, width = stack.shape[1:]
    multipole, multiplicity = (each.ravel() for each in fourier_modes(height, width, pixel_arcmin))
    borders = _ascending(edges, "edges")
    bands = len(borders) - 1
    band = np.searchsorted(borders, multipole, side="right") - 1
    inside = (band >= 0) & (band < bands) & (multipole > 0)
    number = np.bincount(band[inside], multiplicity[inside], bands)
    if not number.all():
        empty = int(np.argmin(number))
        raise ValueError(
            f"The band {borders[empty]:g} to {borders[empty + 1]:g} holds no mode of a "
            f"{height} x {width} map of {pixel_arcmin:g}-arcmin pixels, whose multipoles run from "
            f"{multipole[multipole > 0].min():.0f} to {multipole.max():.0f}; take wider bands."
        )
    result = np.empty((len(stack), bands))
    for row, image in zip(result, stack, strict=True):
        centred = image - image.mean(dtype=np.float64)
        values = power(rfft2(centred), centred).ravel() * multiplicity
        row[:] = np.bincount(band[inside], values[inside], bands)
    result *= (pixel_arcmin * ARCMIN) ** 2 / (height * width)
    return np.asarray(result / number)


def fourier_modes(height: int, width: int, pixel_arcmin: float) -> tuple[Float64, Float64]:
    """The multipole ℓ of each Fourier mode of `rfft2`, and how many modes of `fft2` it stands for.

    Both have shape (height, width // 2 + 1).
    """
    pixel = pixel_arcmin * ARCMIN
    rows, columns = np.fft.fftfreq(height, pixel)[:, None], np.fft.rfftfreq(width, pixel)
    multiplicity = np.full((height, len(columns)), 2.0)
    # The first column, and the last of an even width, are their own mirror.
    multiplicity[:, 0] = 1
    if width % 2 == 0:
        multiplicity[:, -1] = 1
    return 2 * np.pi * np.hypot(rows, columns), multiplicity


def as_stack(maps: ArrayLike) -> Floats:
    """`maps` with three axes, (n, height, width); one map alone gets a first axis."""
    stack = float_array(maps, "maps", min_ndim=2)
    if stack.ndim == 2:
        return stack[None]
    if stack.ndim != 3:
        raise ValueError(f"maps has shape {stack.shape}; give ([n,] height, width).")
    return stack


def _ascending(values: ArrayLike, name: str) -> Float64:
    borders = np.asarray(values, dtype=np.float64)
    if borders.ndim != 1 or len(borders) < 2 or not (np.diff(borders) > 0).all():
        raise ValueError(f"{name} must be at least two ascending numbers; it is {values!r}.")
    return borders
