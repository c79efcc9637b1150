"""The simulator of convergence maps against closed forms, halofit and an N-body map."""

import os
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from wavedistill.datasets import simulate_lensing
from wavedistill.datasets.lensing import (
    PIXEL_ARCMIN,
    TABLE_D1,
    Cosmology,
    MapSimulator,
    Survey,
    calibration_table,
    parameter_range,
    read_convergence,
)
from wavedistill.datasets.lensing.cosmology import LightCone
from wavedistill.datasets.lensing.halos import halo_cells, halo_filter, nfw_transform
from wavedistill.students.map_statistics import fourier_modes, power_spectrum

FOLDER = Path(os.environ.get("WAVEDISTILL_DATA", "")) / "lensing"
REAL = FOLDER / "massivenus_fiducial_kappa.fits"
SPECTRA = FOLDER / "massivenus10_clkappa_camb.npz"
FIDUCIAL = TABLE_D1[0]

needs_data = pytest.mark.skipif(
    "WAVEDISTILL_DATA" not in os.environ or not REAL.exists() or not SPECTRA.exists(),
    reason="no lensing data: set WAVEDISTILL_DATA to a folder that holds lensing/",
)


def test_mass_is_conserved_by_the_profile():
    k = np.geomspace(1e-3, 30, 50)
    np.testing.assert_allclose(nfw_transform(k[:1], 5.0), 1, atol=1e-4)
    for at in (0.5, 2.0, 10.0):
        # The definition: ∫ 4π r² ρ sin(kr)/(kr) dr over the mass.
        top = quad(lambda r, at=at: r / (1 + r) ** 2 * np.sin(at * r) / (at * r), 1e-9, 5)[0]
        mass = np.log(6) - 5 / 6
        assert nfw_transform(np.array([at]), 5.0)[0] == pytest.approx(top / mass, rel=1e-6)


def spectrum_ratio(maps, simulator, power, edges):
    """Mean power of maps over that of the simulator's modes, in bands of ℓ, with its error."""
    ell, multiplicity = fourier_modes(simulator.grid, simulator.grid, PIXEL_ARCMIN)
    used = ell > 0
    total, number = (
        np.histogram(ell[used], edges, weights=(multiplicity * each)[used])[0]
        for each in (power, np.ones_like(ell))
    )
    found = power_spectrum(maps, PIXEL_ARCMIN, edges) * number / total
    return found.mean(axis=0), found.std(axis=0) / np.sqrt(len(maps))


def test_simulated_spectrum_is_the_models_and_halos_leave_the_mean_alone():
    simulator = MapSimulator(FIDUCIAL, 64)
    full = MapSimulator(FIDUCIAL, 64)
    full.size = full.grid  # the whole periodic field, so nothing leaks
    maps = np.stack([full.draw(np.random.default_rng([7, i])) for i in range(150)])
    ratio, error = spectrum_ratio(
        maps, simulator, simulator.expected_power(), (200, 800, 2000, 5000, 9000)
    )
    np.testing.assert_array_less(abs(ratio - 1), 3 * error + 0.015)
    means = maps.mean(axis=(1, 2), dtype=np.float64)
    assert abs(means.mean()) < 4 * means.std() / np.sqrt(len(means))


def test_more_matter_or_power_makes_more_structure_and_neutrinos_less():
    def measures(m_nu, omega_m, a_s):
        cone = LightCone(Cosmology(m_nu, omega_m, a_s))
        cells = halo_cells(cone, 14.0, 1.0)
        return cone.power(np.array([1000.0])).sum(), cells.number.sum()

    middle = measures(0.1, 0.3, 2.0)
    for more in (measures(0.1, 0.33, 2.0), measures(0.1, 0.3, 2.3), measures(0.0, 0.3, 2.0)):
        assert more[0] > 1.02 * middle[0]
        assert more[1] > 1.05 * middle[1]


def test_cosmologies_outside_the_tables_are_refused():
    assert parameter_range() == {"m_nu": (0, 0.625), "omega_m": (0.18, 0.42), "a_s": (1.25, 2.95)}
    for corner in zip(*parameter_range().values(), strict=True):
        assert np.isfinite(simulate_lensing(1, corner, size=16).maps).all()
    with pytest.raises(ValueError, match=r"omega_m=0\.5 is outside the range of the tables, 0\.18"):
        simulate_lensing(1, (0.0, 0.5, 2.1), size=16)
    with pytest.raises(ValueError, match="shape"):
        simulate_lensing(1, (0.0, 0.3), size=16)
    with pytest.raises(ValueError, match="galaxies_per_arcmin2=0 must be positive"):
        Survey(0)


def test_the_tables_are_interpolated_alike_each_time():
    # An interpolation with the nodes in random order differs in the last digit.
    powers = {LightCone(TABLE_D1[6]).power(np.array([1e3])).tobytes() for _ in range(20)}
    assert len(powers) == 1


# Against what others computed.


@needs_data
def test_the_nbody_map_lies_within_the_simulated_ones():
    pytest.importorskip("astropy")
    rows = calibration_table(read_convergence(REAL, 160), simulations=60)
    outside = [row for row in rows if not row.inside]
    assert len(rows) == 23
    assert not outside


@needs_data
def test_tables_agree_with_spectra_computed_apart():
    with np.load(SPECTRA) as content:
        params, ell, power = (content[name] for name in ("params", "ell", "cl"))
    np.testing.assert_allclose(params, TABLE_D1)
    used = (ell > 50) & (ell < 20_000)
    for cosmology, expected in zip(TABLE_D1, power, strict=True):
        found = LightCone(cosmology).power(ell[used].astype(float)).sum(axis=0)
        np.testing.assert_allclose(found, expected[used], rtol=0.02)


@pytest.mark.parametrize("cosmology", [TABLE_D1[3], TABLE_D1[4]])
def test_spectra_of_the_extreme_cosmologies_follow_halofit(cosmology):
    simulator = MapSimulator(cosmology, 64)
    maps = np.stack([simulator.draw(np.random.default_rng(i)) for i in range(80)])
    power = np.zeros_like(simulator.multipole)
    inside = simulator.multipole > 0
    power[inside] = LightCone(cosmology).power(simulator.multipole[inside]).sum(axis=0)
    edges = (600, 1600, 5000)
    ratio, error = spectrum_ratio(maps, simulator, power * simulator.window**2, edges)
    np.testing.assert_array_less(abs(ratio - 1), 0.1 + 2 * error)


def test_the_image_of_a_halo_is_round_and_narrows_with_its_scale():
    wide, narrow = (halo_filter(0.8, scale_arcmin=scale) for scale in (0.6, 0.1))
    for image in (wide, narrow):
        assert image.shape == (5, 5)
        assert image[2, 2] == image.max()
        np.testing.assert_allclose(image, image.T, atol=1e-12)
        np.testing.assert_allclose(image, image[::-1], atol=1e-12)
    assert narrow[2, 2] > wide[2, 2] > 0.5
