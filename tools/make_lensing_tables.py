"""Make the cosmology tables of the lensing simulator with CAMB (pip install camb).

For every node of a grid over (M_nu, Omega_m, 10^9 A_s): the comoving distance χ(z), the standard
deviation σ(M, z) of the linear density of baryons and cold dark matter in spheres, and the
convergence power spectrum of each redshift slice for sources at z = 1 in the Limber approximation,
from the matter power spectrum of Takahashi et al. (2012, halofit). The package interpolates.

    python tools/make_lensing_tables.py src/wavedistill/datasets/data/lensing_tables.npz
"""

import sys
from itertools import product
from typing import Any

import camb
import numpy as np

from wavedistill.datasets.lensing.cosmology import (
    CRITICAL_DENSITY,
    HUBBLE,
    HUBBLE_DISTANCE,
    NEUTRINO_EV,
)

# What MassiveNuS keeps fixed beside h (Liu et al. 2018): flat, Omega_b = 0.046, n_s = 0.97.
OMEGA_B, N_S, Z_SOURCE = 0.046, 0.97, 1.0

SLICES = np.array([0.0, 0.2, 0.35, 0.5, 0.7, 1.0])
Z_DISTANCE = np.linspace(0, 1, 21)
Z_SIGMA = np.linspace(0, 1, 5)
LOG10_MASS = np.linspace(11.5, 16, 19)
ELL = np.geomspace(20, 40_000, 40)


def lobatto(low: float, high: float, nodes: int) -> np.ndarray:
    """Chebyshev's points with both ends, where interpolation by a polynomial is safe."""
    unit = (1 - np.cos(np.pi * np.arange(nodes) / (nodes - 1))) / 2
    return low + (high - low) * unit


M_NU = lobatto(0.0, 0.625, 3)
OMEGA_M = lobatto(0.18, 0.42, 7)
A_S = np.exp(lobatto(np.log(1.25), np.log(2.95), 4))


def cosmology(m_nu: float, omega_m: float, a_s: float) -> camb.CAMBdata:
    """CAMB's results for one set of parameters, 10^9 A_s."""
    omega_nu_h2 = m_nu / NEUTRINO_EV
    parameters = camb.set_params(
        H0=100 * HUBBLE,
        ombh2=OMEGA_B * HUBBLE**2,
        omch2=(omega_m - OMEGA_B) * HUBBLE**2 - omega_nu_h2,
        omk=0,
        mnu=m_nu,
        neutrino_hierarchy="degenerate",
        num_massive_neutrinos=3 if m_nu else 0,
        As=a_s * 1e-9,
        ns=N_S,
        halofit_version="takahashi",
    )
    parameters.set_matter_power(redshifts=list(np.linspace(0, 1, 41)[::-1]), kmax=30)
    parameters.NonLinear = "NonLinear_both"
    return camb.get_results(parameters)


def tables(m_nu: float, omega_m: float, a_s: float) -> dict[str, np.ndarray]:
    """What the package stores for one set of parameters."""
    results = cosmology(m_nu, omega_m, a_s)
    distance = results.comoving_radial_distance
    source = HUBBLE * distance(Z_SOURCE)
    omega_cb = omega_m - m_nu / NEUTRINO_EV / HUBBLE**2
    radius = (3 * 10**LOG10_MASS / (4 * np.pi * omega_cb * CRITICAL_DENSITY)) ** (1 / 3)
    sigma = results.get_sigmaR(radius, var1="delta_nonu", var2="delta_nonu", hubble_units=True)
    # CAMB's redshifts run from the earliest time to today.
    nodes = np.rint(Z_SIGMA * 40).astype(int)
    power = results.get_matter_power_interpolator(nonlinear=True, extrap_kmax=500)

    spectra = np.empty((len(SLICES) - 1, len(ELL)))
    for spectrum, low, high in zip(spectra, SLICES[:-1], SLICES[1:], strict=True):
        borders = np.linspace(low, high, 41)
        chi = HUBBLE * distance((borders[1:] + borders[:-1]) / 2)
        step = np.diff(HUBBLE * distance(borders))
        z = (borders[1:] + borders[:-1]) / 2
        weight = 1.5 * omega_m / HUBBLE_DISTANCE**2 * (1 + z) * chi * (1 - chi / source)
        matter = np.array([power.P(at, (ELL + 0.5) / d) for at, d in zip(z, chi, strict=True)])
        spectrum[:] = (step * weight**2 / chi**2) @ matter
    return {
        "distance": HUBBLE * distance(Z_DISTANCE),
        "log_sigma": np.log(sigma[::-1][nodes]),
        "log_power": np.log(spectra),
    }


def main(path: str) -> None:
    """Write the tables of all nodes."""
    rows = [tables(*node) for node in product(M_NU, OMEGA_M, A_S)]
    shape = len(M_NU), len(OMEGA_M), len(A_S)
    stacked: dict[str, Any] = {
        name: np.array([row[name] for row in rows], dtype=np.float32).reshape(
            shape + rows[0][name].shape
        )
        for name in rows[0]
    }
    np.savez_compressed(
        path,
        m_nu=M_NU,
        omega_m=OMEGA_M,
        a_s=A_S,
        slices=SLICES,
        z_distance=Z_DISTANCE,
        z_sigma=Z_SIGMA,
        log10_mass=LOG10_MASS,
        ell=ELL,
        **stacked,
    )


if __name__ == "__main__":
    main(sys.argv[1])
