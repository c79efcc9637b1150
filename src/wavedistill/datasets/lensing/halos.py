"""Halos of dark matter on a light cone: how many, how heavy, how wide.

Masses are M200m, within a sphere 200 times denser than the mean matter. Abundance after Tinker et
al. (2008, ApJ 688, 709), bias after Tinker et al. (2010, ApJ 724, 878), concentration after
Bhattacharya et al. (2013, ApJ 766, 32); profiles after Navarro, Frenk and White, cut at the
radius of that sphere.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import sici

from wavedistill.datasets.lensing.cosmology import LightCone

__all__ = ["HaloCells", "halo_cells", "nfw_transform"]

Float64 = NDArray[np.float64]

OVERDENSITY = 200
COLLAPSE = 1.686  # linear overdensity at collapse
LARGEST_LOG10_MASS = 15.9
STEPS_PER_SLICE, MASSES = 6, 40


class HaloCells(NamedTuple):
    """Halos sorted into cells of redshift and mass, each array of shape (slices, cells)."""

    number: Float64  #: Mean number per steradian.
    convergence: Float64  #: Integral of one halo's convergence over the sky, in steradians.
    scale: Float64  #: Angle of the scale radius in radians.
    concentration: Float64  #: Outer radius over scale radius.
    bias: Float64  #: Linear bias.


def halo_cells(cone: LightCone, log10_minimum: float, concentration: float) -> HaloCells:
    """Halos above a mass, with a factor on the concentrations of the simulations' fit."""
    steps = np.linspace(cone.borders[:-1], cone.borders[1:], STEPS_PER_SLICE + 1, axis=1)
    edges = np.append(steps[:, :-1], cone.borders[-1])
    z = (edges[1:] + edges[:-1]) / 2
    depth = np.diff(cone.distance(edges))[:, None]
    chi, weight = cone.distance(z)[:, None], cone.weight(z)[:, None]

    bounds = np.log(10) * np.linspace(log10_minimum, LARGEST_LOG10_MASS, MASSES + 1)
    log_mass = (bounds[1:] + bounds[:-1]) / 2
    mass = np.exp(log_mass)
    sigma = cone.sigma(z, log_mass)
    peak = COLLAPSE / sigma
    pivot = np.log([1e13])
    growth = cone.sigma(z, pivot) / cone.sigma(np.zeros(1), pivot)

    density = _multiplicity(sigma, z[:, None]) * cone.clustering_density / mass
    density *= -cone.sigma_slope(z, log_mass) * (bounds[1] - bounds[0])
    ratio = concentration * 9.0 * growth**1.15 * peak**-0.29
    radius = (3 * mass / (4 * np.pi * OVERDENSITY * cone.matter_density)) ** (1 / 3)
    cells = (
        density * chi**2 * depth,
        weight * mass / (cone.matter_density * chi**2),
        radius / (ratio * chi),
        ratio,
        _bias(peak),
    )
    return HaloCells(*(np.reshape(cell, (cone.slices, -1)) for cell in cells))


def nfw_transform(wavenumber: Float64, concentration: float) -> Float64:
    """Fourier transform of an NFW halo cut at `concentration` scale radii, 1 at 0.

    The wavenumber is in units of the inverse scale radius; in projection, it is ℓ times the scale
    angle. Cooray and Sheth (2002, Phys. Rep. 372, 1), Eq. 81.
    """
    k = np.maximum(wavenumber, 1e-4)
    outer = (1 + concentration) * k
    (sine, cosine), (sine_outer, cosine_outer) = sici(k), sici(outer)
    profile = np.sin(k) * (sine_outer - sine) + np.cos(k) * (cosine_outer - cosine)
    profile -= np.sin(concentration * k) / outer
    return np.asarray(profile / (np.log1p(concentration) - concentration / (1 + concentration)))


def halo_filter(
    pixel_arcmin: float, *, scale_arcmin: float = 0.6, concentration: float = 5.0, size: int = 5
) -> Float64:
    """The image of an NFW halo at the middle of a pixel: what a matched filter looks for.

    It has an odd `size` of pixels on a side and energy 1. The scale radius of 0.6 arcmin is that of
    a halo of 10^14 solar masses at redshift 0.5; `concentration` scale radii out, the halo ends.
    """
    fine, margin = 15, 4
    count = (size + 2 * margin) * fine
    frequency = 2 * np.pi * np.fft.fftfreq(count, pixel_arcmin / fine) * scale_arcmin
    spectrum = nfw_transform(np.hypot(frequency[:, None], frequency), concentration)
    image = np.fft.fftshift(np.fft.ifft2(spectrum).real)
    # The halo stands in the middle of a fine pixel, and that in the middle of a pixel.
    pixels = image.reshape(count // fine, fine, -1, fine).mean(axis=(1, 3))
    cut = pixels[margin:-margin, margin:-margin]
    return np.asarray(cut / np.linalg.norm(cut))


def _multiplicity(sigma: Float64, z: Float64) -> Float64:
    # Tinker et al. (2008), Eqs. 3 and 5-8, Table 2 at overdensity 200.
    alpha = 10 ** -((0.75 / np.log10(OVERDENSITY / 75)) ** 1.2)
    height = 0.186 * (1 + z) ** -0.14
    slope = 1.47 * (1 + z) ** -0.06
    knee = 2.57 * (1 + z) ** -alpha
    return np.asarray(height * ((sigma / knee) ** -slope + 1) * np.exp(-1.19 / sigma**2))


def _bias(peak: Float64) -> Float64:
    # Tinker et al. (2010), Eq. 6 and Table 2.
    y = np.log10(OVERDENSITY)
    tail = np.exp(-((4 / y) ** 4))
    power = peak ** (0.44 * y - 0.88)
    first = (1 + 0.24 * y * tail) * power / (power + COLLAPSE ** (0.44 * y - 0.88))
    third = (0.019 + 0.107 * y + 0.19 * tail) * peak**2.4
    return np.asarray(1 - first + 0.183 * peak**1.5 + third)
