"""A generative model of weak-lensing convergence maps at source redshift 1.

Matter in front of the sources is cut into five slices of redshift. In each, a lognormal field
carries the large-scale structure, and halos with projected NFW profiles are drawn by a Poisson
process that follows it. A map is

    κ = Σ_slices W_s δ_s + (halos - their mean given the fields),

W_s the lensing weight of the slice and δ_s its overdensity. As the second term is uncorrelated
with the first, the spectra add: δ_s has what the one-halo term, known in closed form, leaves of the
non-linear power spectrum. So spectrum, halo abundance and halo shapes all follow the cosmology,
and nothing is fitted per cosmology; the numbers of `HaloModel` were set once, on the fiducial one.
Where the one-halo term alone exceeds a slice's spectrum, its field has none left: that happens in
the nearest slices, and adds at most 2.5 % to the spectrum of a cosmology of Table D1 and 8 % in the
far corner of the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.special import j0, ndtr

from wavedistill.checks import integer
from wavedistill.datasets.lensing.cosmology import Cosmology, LightCone
from wavedistill.datasets.lensing.halos import halo_cells, nfw_transform

__all__ = ["PIXEL_ARCMIN", "HaloModel", "MapSimulator"]

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

PIXEL_ARCMIN = 210 / 256
"""Side of a pixel: 3.5 degrees in 256 pixels, MassiveNuS's maps rebinned 2 x 2."""

ARCMIN = np.pi / (180 * 60)
CLASSES, SMALLEST_ARCMIN, CLASS_RATIO = 8, 0.15, 1.65


@dataclass(frozen=True)
class HaloModel:
    """What does not follow from the cosmology; the defaults are calibrated on MassiveNuS.

    Parameters
    ----------
    log10_minimum : float
        Mass of the lightest halo drawn, in log10 solar masses / h. What is lighter is part of the
        lognormal fields.
    concentration : float
        Factor on the mean concentrations of Bhattacharya et al. (2013).
    scatter : float
        Standard deviation of the logarithm of the scale radius at given mass and redshift.
    elongation : float
        A halo is made of three equally shaped pieces on a line of random direction, half its mass
        in the middle and a quarter at either side, up to this many scale radii away (uniform).
    resolution, steepness : float
        The simulations' loss of power on small scales, exp(-(ℓ / resolution) ** steepness).
    depth : float
        Emptiest matter density of a slice that the lognormal fields allow, as a factor on no matter
        at all: above 1 they are closer to Gaussian.
    """

    log10_minimum: float = 12.6
    concentration: float = 0.9
    scatter: float = 0.25
    elongation: float = 1.4
    resolution: float = 7600.0
    steepness: float = 1.5
    depth: float = 1.1


class MapSimulator:
    """Maps of one cosmology and size: prepared once, then drawn at will.

    Parameters
    ----------
    cosmology : Cosmology
    size : int
        Pixels on a side, `PIXEL_ARCMIN` each. A map is cut out of a periodic field at least a
        quarter wider, so it is not periodic itself.
    model : HaloModel
    """

    def __init__(self, cosmology: Cosmology, size: int, model: HaloModel | None = None) -> None:
        self.cosmology = cosmology
        self.size = integer(size, "size", minimum=8)
        self.model = HaloModel() if model is None else model
        self.grid = int(fft.next_fast_len(max(self.size + self.size // 4, 128), real=True))
        self._cone = LightCone(cosmology)
        self._field_terms(self._halo_terms())

    def draw(self, random: np.random.Generator) -> Float32:
        """One map of convergence, shape (size, size)."""
        n = self.grid
        noise = random.standard_normal((self._cone.slices, n, 2 * (n // 2 + 1)), dtype=np.float32)
        modes = noise.view(np.complex64)
        modes *= self._root
        fields = fft.irfft2(modes, s=(n, n))
        smooth = np.zeros((n, n), dtype=np.float32)
        weights = np.empty_like(fields)
        columns = []
        for s, field in enumerate(fields):
            smooth += self._mean[s] * np.expm1(field - self._variance[s] / 2)
            bias = self._bias[s]
            np.exp(bias * field - bias**2 * self._variance[s] / 2, out=weights[s])
            columns.append(self._halos(s, weights[s], random))
        place, cell = (np.concatenate(column) for column in zip(*columns, strict=True))
        modes = np.einsum("sij,sij->ij", fft.rfft2(weights), self._expected)
        modes += np.einsum("kij,kij->ij", fft.rfft2(self._paint(place, cell, random)), self._shape)
        smooth += fft.irfft2(modes, s=(n, n))
        return smooth[: self.size, : self.size].copy()

    def expected_power(self) -> Float64:
        """The model's mean power spectrum on the grid, shape (grid, grid // 2 + 1), steradians."""
        return np.array(self._total_power)

    @cached_property
    def window(self) -> Float64:
        """Factor on a map's Fourier modes from the simulations' resolution and the rebinning."""
        across, along = self._axes
        cut = np.exp(-((self.multipole / self.model.resolution) ** self.model.steepness) / 2)
        quarter = PIXEL_ARCMIN * ARCMIN / 4
        return np.asarray(cut * np.cos(across * quarter)[:, None] * np.cos(along * quarter))

    @cached_property
    def multipole(self) -> Float64:
        """ℓ of the grid's modes, shape (grid, grid // 2 + 1)."""
        across, along = self._axes
        return np.hypot(across[:, None], along)

    @property
    def _axes(self) -> tuple[Float64, Float64]:
        pixel = PIXEL_ARCMIN * ARCMIN
        return (
            np.asarray(2 * np.pi * np.fft.fftfreq(self.grid, pixel), dtype=np.float64),
            np.asarray(2 * np.pi * np.fft.rfftfreq(self.grid, pixel), dtype=np.float64),
        )

    def _halo_terms(self) -> Float64:
        """One-halo power spectrum of each slice; sets what the halos need."""
        model, pixel = self.model, (PIXEL_ARCMIN * ARCMIN) ** 2
        cells = halo_cells(self._cone, model.log10_minimum, model.concentration)
        self._cumulative = np.cumsum(cells.number, axis=1)
        self._rate = self._cumulative[:, -1] * pixel
        self._cumulative /= self._cumulative[:, -1:]
        self._amplitude = (cells.convergence / pixel).astype(np.float32).ravel()
        position = np.log(cells.scale / (SMALLEST_ARCMIN * ARCMIN)) / np.log(CLASS_RATIO)
        self._position = position.astype(np.float32).ravel()
        self._spread = model.scatter / np.log(CLASS_RATIO)
        self._scales = SMALLEST_ARCMIN * CLASS_RATIO ** np.arange(CLASSES)
        mass = cells.number * cells.convergence
        bias = (mass * cells.bias).sum(axis=1) / mass.sum(axis=1) * model.depth
        self._bias = bias.astype(np.float32)

        # A halo's class is its scale radius with scatter, rounded: a draw per halo.
        inner = (np.arange(CLASSES - 1) + 0.5 - position[..., None]) / max(self._spread, 1e-9)
        ends = np.zeros((*position.shape, 1))
        chance = np.diff(np.concatenate([ends, ndtr(inner), ends + 1], axis=-1), axis=-1)
        first = np.einsum("sc,sck->sk", mass, chance)
        heavy = (cells.number * cells.convergence**2)[..., None] * chance
        second = heavy.sum(axis=1)
        inside = (heavy * cells.concentration[..., None]).sum(axis=(0, 1)) / heavy.sum(axis=(0, 1))

        ell = np.geomspace(1, self.multipole.max() * 1.01, 400)
        reach = (np.arange(5) + 0.5) / 5 * self.model.elongation
        shape, mean, square = [], [], []
        for scale, concentration in zip(self._scales, inside, strict=True):
            k = ell * scale * ARCMIN
            profile = nfw_transform(k, float(concentration))
            # Pieces at 0 and ±d on a line: (1 + cos k·d) / 2, averaged over directions.
            once, twice = (j0(k * times * reach[:, None]).mean(axis=0) for times in (1, 2))
            squared = (0.75 + once + twice / 4) / 2
            shape.append(np.interp(self.multipole, ell, profile))
            mean.append(np.interp(self.multipole, ell, profile * (1 + once) / 2))
            square.append(np.interp(self.multipole, ell, profile**2 * squared))
        across, along = (np.sinc(axis * PIXEL_ARCMIN * ARCMIN / (2 * np.pi)) for axis in self._axes)
        assignment = (across[:, None] * along) ** 2
        self._shape = (np.array(shape) * self.window / assignment).astype(np.float32)
        expected = -np.einsum("sk,kij->sij", first, np.array(mean)) * self.window
        self._expected = expected.astype(np.float32)
        return np.asarray(np.einsum("sk,kij->sij", second, np.array(square)) * self.window**2)

    def _field_terms(self, halo_power: Float64) -> None:
        n, cone = self.grid, self._cone
        pixel = (PIXEL_ARCMIN * ARCMIN) ** 2
        steps = np.linspace(cone.borders[:-1], cone.borders[1:], 65, axis=1)
        middle = (steps[:, 1:] + steps[:, :-1]) / 2
        mean = (cone.weight(middle) * np.diff(cone.distance(steps), axis=1)).sum(axis=1)
        self._mean = (mean * self.model.depth).astype(np.float32)
        ell = self.multipole.copy()
        ell[0, 0] = ell[0, 1] / 2  # the mean of the field varies as its longest waves do
        total = cone.power(ell) * self.window**2
        smooth = np.maximum(total - halo_power, 0)
        self._total_power = (smooth + halo_power).sum(axis=0)
        # The Gaussian field whose exponential has that spectrum.
        scaled = smooth / (self._mean[:, None, None].astype(np.float64) ** 2 * pixel)
        correlation = np.log1p(fft.irfft2(scaled, s=(n, n)))
        power = np.maximum(fft.rfft2(correlation).real, 0)
        self._variance = fft.irfft2(power, s=(n, n))[:, 0, 0].astype(np.float32)
        # irfft2 reads only the Hermitian part of the columns that are their own mirror.
        root = np.sqrt(power / 2) * n
        root[..., 0] *= np.sqrt(2)
        if n % 2 == 0:
            root[..., -1] *= np.sqrt(2)
        self._root = root.astype(np.float32)

    def _halos(
        self, s: int, weight: Float32, random: np.random.Generator
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Pixel and cell of each halo of a slice; they are as many as `weight` has in its mean."""
        below = np.cumsum(weight, dtype=np.float64)
        number = random.poisson(self._rate[s] * below[-1])
        place = np.searchsorted(below, np.sort(random.random(number)) * below[-1])
        cell = np.searchsorted(self._cumulative[s], random.random(number))
        return place, cell + s * self._cumulative.shape[1]

    def _paint(
        self, place: NDArray[np.intp], cell: NDArray[np.intp], random: np.random.Generator
    ) -> Float32:
        """Halos as points on one grid for each class of scale radius, shape (classes, n, n)."""
        n, number = self.grid, len(place)
        scatter = np.float32(self._spread) * random.standard_normal(number, dtype=np.float32)
        kind = np.rint(self._position[cell] + scatter).astype(np.intp).clip(0, CLASSES - 1)
        amplitude = self._amplitude[cell]
        points = np.stack(np.divmod(place, n), dtype=np.float32, casting="same_kind")
        points += random.random((2, number), dtype=np.float32)

        reach = self._scales.astype(np.float32) * np.float32(self.model.elongation / PIXEL_ARCMIN)
        distance = reach[kind] * random.random(number, dtype=np.float32)
        angle = np.float32(2 * np.pi) * random.random(number, dtype=np.float32)
        # Shorter than a tenth of a pixel, the three pieces are one.
        long = np.flatnonzero(distance > 0.1)
        step = distance[long] * np.stack([np.sin(angle[long]), np.cos(angle[long])])
        points = np.concatenate([points, points[:, long] + step, points[:, long] - step], axis=1)
        amplitude[long] /= 2
        amplitude = np.concatenate([amplitude, amplitude[long] / 2, amplitude[long] / 2])
        kind = np.concatenate([kind, kind[long], kind[long]])
        return _assign(points, amplitude, kind, n)


def _assign(points: Float32, amplitude: Float32, kind: NDArray[np.intp], n: int) -> Float32:
    """Share each point among its four nearest pixels, by area (cloud in cell)."""
    corner = np.floor(points)
    upper = points - corner
    lower = 1 - upper
    row, column = corner.astype(np.intp)
    rows = kind * (n * n) + np.stack([row, row + 1]) % n * n
    pixel = np.stack([rows + column % n, rows + (column + 1) % n])
    share = amplitude * np.stack([lower[0], upper[0]])
    value = np.stack([share * lower[1], share * upper[1]])
    painted = np.bincount(pixel.ravel(), value.ravel(), minlength=CLASSES * n * n)
    return painted.reshape(CLASSES, n, n).astype(np.float32)
