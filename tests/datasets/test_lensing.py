"""Convergence maps: the simulator against closed forms and an N-body map, readers, statistics."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from tests.helpers import normal
from wavedistill.datasets import LensingMaps, load_lensing, simulate_lensing
from wavedistill.datasets.lensing import (
    PIXEL_ARCMIN,
    TABLE_D1,
    Cosmology,
    MapSimulator,
    Survey,
    calibration_table,
    parameter_range,
    read_convergence,
    rebinned,
    simulate_lensing_set,
    spectrum_ratio,
)
from wavedistill.datasets.lensing import simulation as simulation_module
from wavedistill.datasets.lensing.cosmology import LightCone
from wavedistill.datasets.lensing.halos import halo_cells, halo_filter, nfw_transform
from wavedistill.datasets.lensing.statistics import (
    find_peaks,
    moments,
    one_point_histogram,
    peak_counts,
    peak_ellipticity,
    power_spectrum,
)

FOLDER = Path(os.environ.get("WAVEDISTILL_DATA", "")) / "lensing"
REAL = FOLDER / "massivenus_fiducial_kappa.fits"
SPECTRA = FOLDER / "massivenus10_clkappa_camb.npz"
FIDUCIAL = TABLE_D1[0]

needs_data = pytest.mark.skipif(
    "WAVEDISTILL_DATA" not in os.environ or not REAL.exists() or not SPECTRA.exists(),
    reason="no lensing data: set WAVEDISTILL_DATA to a folder that holds lensing/",
)


# Simulated sets.


def test_maps_depend_on_the_seed_and_their_number_alone():
    args = {"cosmologies": TABLE_D1[:2], "size": 16}
    alone = simulate_lensing(2, random_state=4, **args)
    np.testing.assert_array_equal(alone.params, np.tile(TABLE_D1[:2], (2, 1)))
    np.testing.assert_array_equal(alone.realisation, [0, 0, 1, 1])
    assert alone.maps.shape == (4, 16, 16)
    assert alone.maps.dtype == np.float32
    more = simulate_lensing(40, random_state=4, n_jobs=2, **args)
    np.testing.assert_array_equal(more.maps[:4], alone.maps)
    other = simulate_lensing(2, random_state=5, **args)
    pixels = np.concatenate([more.maps[:, 3, 3], other.maps[:, 3, 3]])
    assert len(np.unique(pixels)) == len(pixels)


def test_noise_is_added_to_the_same_maps_and_differs_between_them():
    args = {"cosmologies": FIDUCIAL, "size": 16, "random_state": 4}
    survey = Survey(galaxies_per_arcmin2=20)
    clean, noisy = simulate_lensing(70, **args), simulate_lensing(70, survey=survey, **args)
    noise = (noisy.maps - clean.maps).reshape(70, -1)
    assert noise.std() == pytest.approx(survey.pixel_noise(PIXEL_ARCMIN), rel=0.03)
    likeness = np.corrcoef(noise) - np.eye(70)
    assert abs(likeness).max() < 0.4, "six standard deviations of 256 pixels"
    np.testing.assert_array_equal(clean.observed(survey, random_state=4).maps, noisy.maps)


def test_a_stopped_set_goes_on_where_it_was(tmp_path, monkeypatch):
    args = {"cosmologies": TABLE_D1[:2], "size": 16, "chunk": 3}
    real_write, written = simulation_module._write, []

    def write(recipe, path, number, start, stop):
        if number == 2:
            raise KeyboardInterrupt
        written.append(number)
        return real_write(recipe, path, number, start, stop)

    monkeypatch.setattr(simulation_module, "_write", write)
    with pytest.raises(KeyboardInterrupt):
        simulate_lensing_set(tmp_path / "set", 5, **args)
    with pytest.raises(ValueError, match="not finished: 2 of 4 chunks"):
        load_lensing(tmp_path / "set")

    def count(recipe, path, number, start, stop):
        written.append(number)
        return real_write(recipe, path, number, start, stop)

    monkeypatch.setattr(simulation_module, "_write", count)
    whole = simulate_lensing_set(tmp_path / "set", 5, **args)
    assert written == [0, 1, 2, 3]
    assert isinstance(whole.maps, np.memmap)
    del args["chunk"]
    np.testing.assert_array_equal(whole.maps, simulate_lensing(5, **args).maps)
    np.testing.assert_array_equal(
        load_lensing(tmp_path / "set", size=8).maps[0], rebinned(whole.maps[0], 8)
    )
    with pytest.raises(ValueError, match="made with another random_state, size"):
        simulate_lensing_set(tmp_path / "set", 5, TABLE_D1[:2], size=24, random_state=1, chunk=3)
    assert json.loads((tmp_path / "set" / "set.json").read_text())["size"] == 16


def test_parts_share_no_realisation_and_hold_equal_shares():
    drawn = LensingMaps(
        np.zeros((60, 2, 2), np.float32),
        np.tile(TABLE_D1[:3], (20, 1)),
        np.repeat(np.arange(20), 3),
        1.0,
    )
    shuffled = drawn[np.random.default_rng(0).permutation(60)]
    for maps in (drawn, shuffled):
        parts = maps.split(validation=0.1, test=0.2)
        assert [len(part) for part in parts] == [42, 6, 12]
        numbers = [set(part.realisation) for part in parts]
        assert not (numbers[0] & numbers[1] | numbers[0] & numbers[2] | numbers[1] & numbers[2])
        for part in parts:
            assert set(np.unique(part.params[:, 1], return_counts=True)[1]) == {len(part) // 3}
    assert drawn.split().train.maps.base is not None, "a contiguous part is a view"
    with pytest.raises(ValueError, match="leave 20, 0 and 0"):
        drawn.split(0.01, 0.01)


def test_survey_noise_has_its_standard_deviation_before_and_after_smoothing():
    empty = np.zeros((400, 400), np.float32)
    survey = Survey(galaxies_per_arcmin2=20, shape_noise=0.3)
    sigma = 0.3 / np.sqrt(20 * 0.8**2)
    assert survey.pixel_noise(0.8) == pytest.approx(sigma)
    assert survey.observe(empty, 0.8, np.random.default_rng(0)).std() == pytest.approx(
        sigma, rel=0.01
    )
    smooth = Survey(20, 0.3, smoothing_arcmin=2.4)
    # White noise through a Gaussian of s pixels: σ / (2 √π s).
    expected = sigma / (2 * np.sqrt(np.pi) * 3)
    seen = smooth.observe(empty, 0.8, np.random.default_rng(0))
    assert seen.std() == pytest.approx(expected, rel=0.05)
    assert Survey().observe(empty, 0.8, np.random.default_rng(0)).std() == 0


# The generative model.


def test_mass_is_conserved_by_the_profile():
    k = np.geomspace(1e-3, 30, 50)
    np.testing.assert_allclose(nfw_transform(k[:1], 5.0), 1, atol=1e-4)
    for at in (0.5, 2.0, 10.0):
        # The definition: ∫ 4π r² ρ sin(kr)/(kr) dr over the mass.
        top = quad(lambda r, at=at: r / (1 + r) ** 2 * np.sin(at * r) / (at * r), 1e-9, 5)[0]
        mass = np.log(6) - 5 / 6
        assert nfw_transform(np.array([at]), 5.0)[0] == pytest.approx(top / mass, rel=1e-6)


def test_simulated_spectrum_is_the_models_and_halos_leave_the_mean_alone():
    simulator = MapSimulator(FIDUCIAL, 64)
    full = MapSimulator(FIDUCIAL, 64)
    full.size = full.grid  # the whole periodic field, so nothing leaks
    maps = np.stack([full.draw(np.random.default_rng([7, i])) for i in range(150)])
    edges = np.array([200, 800, 2000, 5000, 9000])
    measured = power_spectrum(maps, PIXEL_ARCMIN, edges)
    ell = simulator.multipole
    multiplicity = np.full(ell.shape, 2.0)
    multiplicity[:, [0, -1]] = 1
    sums = [
        np.histogram(ell[ell > 0], edges, weights=(multiplicity * x)[ell > 0])[0]
        for x in (simulator.expected_power(), np.ones_like(ell))
    ]
    ratio = measured.mean(axis=0) / (sums[0] / sums[1])
    error = measured.std(axis=0) / np.sqrt(len(maps)) / (sums[0] / sums[1])
    np.testing.assert_array_less(abs(ratio - 1), 3 * error + 0.015)
    means = maps.mean(axis=(1, 2), dtype=np.float64)
    assert abs(means.mean()) < 4 * means.std() / np.sqrt(len(means))


def test_more_matter_or_power_makes_more_structure_and_neutrinos_less():
    def measures(m_nu, omega_m, a_s):
        cone = LightCone.of(Cosmology(m_nu, omega_m, a_s))
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
        found = LightCone.of(cosmology).power(ell[used].astype(float)).sum(axis=0)
        np.testing.assert_allclose(found, expected[used], rtol=0.02)


@pytest.mark.parametrize("cosmology", [TABLE_D1[3], TABLE_D1[4]])
def test_spectra_of_the_extreme_cosmologies_follow_halofit(cosmology):
    ratio, error = spectrum_ratio(cosmology, [600, 1600, 5000], size=64, simulations=80)
    np.testing.assert_array_less(abs(ratio - 1), 0.1 + 2 * error)


# Statistics.


def test_power_spectrum_is_unbiased_and_white_noise_is_flat():
    sigma, pixel = 0.3, 0.5
    maps = sigma * normal(40, 48, 33, seed=1)
    found = power_spectrum(maps, pixel, [700, 5000, 12_000, 30_000]).mean(axis=0)
    expected = sigma**2 * (pixel * np.pi / 180 / 60) ** 2
    np.testing.assert_allclose(found, expected, rtol=0.03)


def test_power_of_a_wave_lies_in_its_band_with_half_its_amplitude_squared():
    n, pixel = 32, 1.0
    wave = 0.2 * np.cos(2 * np.pi * 5 * np.arange(n) / n)
    ell = 2 * np.pi * 5 / (n * pixel * np.pi / 10_800)
    for image in (np.tile(wave, (n, 1)), np.tile(wave, (n, 1)).T):
        edges = np.array([0.5 * ell, 0.9 * ell, 1.1 * ell, 2 * ell])
        before, inside, after = power_spectrum(image, pixel, edges)[0]
        assert max(before, after) < 1e-10 * inside
        # Parseval: the mean over a band times its modes is the variance times the area.
        modes = 2 * np.pi * np.fft.fftfreq(n, np.pi / 10_800)
        distance = np.hypot(modes[:, None], modes)
        number = ((distance >= edges[1]) & (distance < edges[2])).sum()
        area = (n * pixel * np.pi / 10_800) ** 2
        assert inside * number / area == pytest.approx(0.2**2 / 2)
    with pytest.raises(ValueError, match="holds no mode of a 32 x 32 map"):
        power_spectrum(image, pixel, [1, 2])


def test_peaks_of_a_made_map():
    image = np.zeros((12, 10))
    image[3, 4], image[8, 2], image[8, 7] = 0.3, 0.06, 0.12
    image[0, 0] = 1.0  # on the border
    image[5, 8], image[5, 7] = 0.2, 0.2  # level with its neighbour
    peaks = find_peaks(image, 0.05)
    assert sorted(zip(peaks.row, peaks.column, strict=True)) == [(3, 4), (8, 2), (8, 7)]
    area = 10 * 8 / 3600
    counts = peak_counts(np.stack([image, 0 * image]), [0.05, 0.1, 0.5], 1.0) * area
    np.testing.assert_allclose(counts, [[3, 2, 0], [0, 0, 0]])


@pytest.mark.parametrize("angle", [0.0, 0.4, np.pi / 4])
def test_ellipticity_of_peaks_does_not_depend_on_their_direction(angle):
    y, x = np.mgrid[-8:9, -8:9].astype(float)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    round_, long = (np.exp(-(along**2 / a + across**2 / b)) for a, b in ((3, 3), (6, 3)))
    found = peak_ellipticity(np.stack([round_, long, 0 * long]), 0.5)
    assert found[0] == pytest.approx(0, abs=1e-12)
    assert found[1] == pytest.approx(0.33, rel=0.15), "pixels, so not quite"
    assert np.isnan(found[2])


def test_moments_and_histogram_of_known_pixels():
    image = np.array([[0.0, 0.0], [0.0, 4.0]])
    np.testing.assert_allclose(moments(image), [[np.sqrt(3), 2 / np.sqrt(3), 7 / 3 - 3]])
    np.testing.assert_array_equal(moments(np.ones((3, 3))), [[0, 0, 0]])
    np.testing.assert_array_equal(one_point_histogram(image, [-1, 1, 3, 5]), [[0.75, 0, 0.25]])


# Files.


def write_fits(path, image):
    fits = pytest.importorskip("astropy.io.fits")
    path.parent.mkdir(parents=True, exist_ok=True)
    fits.writeto(path, image.astype(">f4"))


def test_folders_of_fits_maps(tmp_path):
    images = normal(5, 8, 8)
    first, second = "convergence_gal_mnv0.06271_om0.38150_As2.2004", "mnu0.1_omega_m0.3_a_s2.1000"
    write_fits(tmp_path / first / "WLconv_z1.00_0002r.fits", images[0])
    write_fits(tmp_path / first / "WLconv_z1.00_0001r.fits", images[1])
    write_fits(tmp_path / first / "WLconv_z1.50_0001r.fits", images[2])
    write_fits(tmp_path / "deeper" / second / "Maps" / "map_1.fits", images[3])
    write_fits(tmp_path / f"{second}_0007.fits", images[4])
    found = load_lensing(tmp_path, size=4)
    assert found.pixel_arcmin == pytest.approx(2 * 210 / 512)
    rows = {
        (row, *params): image
        for row, params, image in zip(
            found.realisation, found.params.tolist(), found.maps, strict=True
        )
        for params in [tuple(params)]
    }
    here, there = (0.06271, 0.3815, 2.2004), (0.1, 0.3, 2.1)
    expected = {(2, *here): 0, (1, *here): 1, (1, *there): 3, (7, *there): 4}
    assert set(rows) == set(expected)
    for key, number in expected.items():
        blocks = images[number].reshape(4, 2, 4, 2).mean(axis=(1, 3))
        np.testing.assert_allclose(rows[key], blocks, atol=1e-6)
    assert len(load_lensing(tmp_path, redshift=1.5)) == 3, "names without a redshift count always"


def test_fits_maps_that_tell_too_little_are_refused(tmp_path):
    write_fits(tmp_path / "Maps" / "WLconv_0001r.fits", normal(4, 4))
    with pytest.raises(ValueError, match="tells its cosmology"):
        load_lensing(tmp_path)
    with pytest.raises(ValueError, match="size=3; it must divide"):
        read_convergence(tmp_path / "Maps" / "WLconv_0001r.fits", size=3)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="holds no FITS maps"):
        load_lensing(tmp_path / "empty")
    with pytest.raises(FileNotFoundError, match="is not there"):
        load_lensing(tmp_path / "nothing")


def test_arrays(tmp_path):
    params = np.array([[0, 0.3, 2.1], [0.1, 0.3, 2.1], [0, 0.3, 2.1]])
    np.savez(tmp_path / "maps.npz", imgs=normal(3, 6, 6), params=params)
    found = load_lensing(tmp_path / "maps.npz")
    np.testing.assert_array_equal(found.realisation, [0, 0, 1])
    np.testing.assert_array_equal(found.params, params)
    assert found.maps.dtype == np.float32
    assert found.pixel_arcmin == PIXEL_ARCMIN
    np.savez(tmp_path / "wrong.npz", images=normal(3, 6, 6))
    with pytest.raises(ValueError, match="has no array imgs, params"):
        load_lensing(tmp_path / "wrong.npz")
    np.savez(tmp_path / "short.npz", imgs=normal(2, 6, 6), params=params)
    with pytest.raises(ValueError, match="2 maps need params of shape"):
        load_lensing(tmp_path / "short.npz")


def test_the_image_of_a_halo_is_round_and_narrows_with_its_scale():
    wide, narrow = (halo_filter(0.8, scale_arcmin=scale) for scale in (0.6, 0.1))
    for image in (wide, narrow):
        assert image.shape == (5, 5)
        assert image[2, 2] == image.max()
        np.testing.assert_allclose(image, image.T, atol=1e-12)
        np.testing.assert_allclose(image, image[::-1], atol=1e-12)
    assert narrow[2, 2] > wide[2, 2] > 0.5
