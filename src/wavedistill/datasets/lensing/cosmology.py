"""The cosmologies of the lensing study, and what the simulator needs to know of each.

Everything is flat ΛCDM with three equal neutrinos and the parameters that MassiveNuS keeps fixed
(h = 0.7, Ω_b = 0.046, n_s = 0.97; Liu et al. 2018, JCAP 03, 049), seen by sources at redshift 1.
The tables were computed with CAMB at the nodes of a grid (``tools/make_lensing_tables.py``) and
are interpolated by polynomials through Chebyshev's points: power spectra to 2 %, σ(M) to 0.5 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline, RectBivariateSpline, krogh_interpolate

from wavedistill.checks import float_array

__all__ = ["TABLE_D1", "Cosmology", "LightCone", "as_cosmologies", "parameter_range"]

Float64 = NDArray[np.float64]

HUBBLE = 0.7
HUBBLE_DISTANCE = 2997.92458  # c / H_0, Mpc/h
CRITICAL_DENSITY = 2.77536627e11  # h² solar masses / Mpc³, today
NEUTRINO_EV = 93.14  # Ω_ν h² = M_ν / 93.14 eV


class Cosmology(NamedTuple):
    """The three parameters that MassiveNuS varies.

    Parameters
    ----------
    m_nu : float
        Sum of the neutrino masses M_ν in eV.
    omega_m : float
        Density of all matter today Ω_m, neutrinos included, in units of the critical density.
    a_s : float
        10⁹ A_s, the primordial power at 0.05 / Mpc.
    """

    m_nu: float
    omega_m: float
    a_s: float


TABLE_D1 = (
    Cosmology(0.0, 0.3, 2.1),
    Cosmology(0.06271, 0.3815, 2.2004),
    Cosmology(0.06522, 0.2821, 1.8826),
    Cosmology(0.06773, 0.4159, 1.6231),
    Cosmology(0.07024, 0.2023, 2.3075),
    Cosmology(0.07275, 0.3283, 2.2883),
    Cosmology(0.07526, 0.3355, 1.5659),
    Cosmology(0.07778, 0.2597, 2.4333),
    Cosmology(0.0803, 0.2783, 2.3824),
    Cosmology(0.08282, 0.2758, 1.8292),
)
"""The ten cosmologies of the paper's Table D1; the first is the fiducial one of MassiveNuS."""


class LightCone:
    """Matter between the observer and sources at redshift 1, cut into slices of redshift.

    Distances are comoving, in Mpc/h; masses in solar masses / h.
    """

    def __init__(self, cosmology: Cosmology) -> None:
        _check_range(cosmology)
        table = _tables()

        def interpolated(name: str) -> Float64:
            """A table at this cosmology: its first three axes run over the nodes."""
            value = krogh_interpolate(table["m_nu"], table[name], cosmology.m_nu)
            value = krogh_interpolate(table["omega_m"], value, cosmology.omega_m)
            nodes = np.log(table["a_s"])
            return np.asarray(krogh_interpolate(nodes, value, np.log(cosmology.a_s)))

        log_mass, log_ell = np.log(10) * table["log10_mass"], np.log(table["ell"])
        self.cosmology = cosmology
        #: Redshifts between the slices, shape (slices + 1,).
        self.borders = table["slices"]
        self.slices = len(self.borders) - 1
        #: Mean comoving density of all matter.
        self.matter_density = cosmology.omega_m * CRITICAL_DENSITY
        omega_nu = cosmology.m_nu / NEUTRINO_EV / HUBBLE**2
        #: Mean comoving density of baryons and cold dark matter, which halos are made of.
        self.clustering_density = (cosmology.omega_m - omega_nu) * CRITICAL_DENSITY
        self._distance = CubicSpline(table["z_distance"], interpolated("distance"))
        self._log_sigma = RectBivariateSpline(table["z_sigma"], log_mass, interpolated("log_sigma"))
        self._log_power = CubicSpline(log_ell, interpolated("log_power"), axis=1)

    def distance(self, redshift: ArrayLike) -> Float64:
        """Comoving distance χ, shape of `redshift`."""
        return np.asarray(self._distance(redshift))

    def weight(self, redshift: ArrayLike) -> Float64:
        """Lensing weight W per unit of χ: the convergence is ∫ W δ dχ."""
        chi = self.distance(redshift)
        factor = 1.5 * self.cosmology.omega_m / HUBBLE_DISTANCE**2 * (1 + np.asarray(redshift))
        return np.asarray(factor * chi * (1 - chi / self.distance(1.0)))

    def sigma(self, redshift: Float64, log_mass: Float64) -> Float64:
        """Standard deviation of the linear density in spheres of mass M, shape (z, M)."""
        return np.asarray(np.exp(self._log_sigma(redshift, log_mass)))

    def sigma_slope(self, redshift: Float64, log_mass: Float64) -> Float64:
        """Slope d ln σ / d ln M, shape (z, M)."""
        return np.asarray(self._log_sigma(redshift, log_mass, dy=1))

    def power(self, ell: Float64) -> Float64:
        """Convergence power spectrum of each slice, shape (slices, *shape of ell)."""
        return np.asarray(np.exp(self._log_power(np.log(ell))))


def parameter_range() -> dict[str, tuple[float, float]]:
    """The least and the largest value of each parameter that the tables cover."""
    table = _tables()
    # The ends went through logarithms, which may take the last digit.
    return {
        name: (round(float(table[name][0]), 9), round(float(table[name][-1]), 9))
        for name in Cosmology._fields
    }


def as_cosmologies(values: ArrayLike | Sequence[Cosmology]) -> tuple[Cosmology, ...]:
    """Read cosmologies, each of three numbers (M_ν in eV, Ω_m, 10⁹ A_s).

    Parameters
    ----------
    values : array_like, shape (3,) or (k, 3)

    Raises
    ------
    ValueError
        For another shape, or for numbers outside the range of the tables.
    """
    rows = np.atleast_2d(float_array(values, "cosmologies"))
    if rows.ndim != 2 or rows.shape[1] != 3:
        raise ValueError(
            f"cosmologies has shape {np.shape(values)}; give (M_nu in eV, Omega_m, 10^9 A_s), or a "
            "row of these for each."
        )
    cosmologies = tuple(Cosmology(*row) for row in rows.tolist())
    for cosmology in cosmologies:
        _check_range(cosmology)
    return cosmologies


def _check_range(cosmology: Cosmology) -> None:
    for (name, (low, high)), value in zip(parameter_range().items(), cosmology, strict=True):
        if not low <= value <= high:
            raise ValueError(
                f"{name}={value:g} is outside the range of the tables, {low:g} to {high:g}; "
                "tools/make_lensing_tables.py makes wider ones."
            )


@lru_cache(maxsize=1)
def _tables() -> dict[str, Float64]:
    source = files("wavedistill.datasets") / "data/lensing_tables.npz"
    with source.open("rb") as file, np.load(file, allow_pickle=False) as content:
        return {name: content[name].astype(np.float64) for name in content.files}
