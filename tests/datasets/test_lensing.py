"""Convergence maps: sets of them, simulated or read."""

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers import normal
from wavedistill.datasets import LensingMaps, load_lensing, simulate_lensing
from wavedistill.datasets.lensing import (
    PIXEL_ARCMIN,
    TABLE_D1,
    Survey,
    read_convergence,
    rebinned,
)
from wavedistill.datasets.lensing import simulation as simulation_module

FOLDER = Path(os.environ.get("WAVEDISTILL_DATA", "")) / "lensing"
REAL = FOLDER / "massivenus_fiducial_kappa.fits"
SPECTRA = FOLDER / "massivenus10_clkappa_camb.npz"
FIDUCIAL = TABLE_D1[0]

needs_data = pytest.mark.skipif(
    "WAVEDISTILL_DATA" not in os.environ or not REAL.exists() or not SPECTRA.exists(),
    reason="no lensing data: set WAVEDISTILL_DATA to a folder that holds lensing/",
)


# Simulated sets.


@pytest.mark.slow
def test_maps_depend_on_the_seed_and_their_number_alone():
    args: Any = {"cosmologies": TABLE_D1[:2], "size": 16}
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
    args: Any = {"cosmologies": FIDUCIAL, "size": 16, "random_state": 4}
    survey = Survey(galaxies_per_arcmin2=20)
    clean, noisy = simulate_lensing(70, **args), simulate_lensing(70, survey=survey, **args)
    noise = (noisy.maps - clean.maps).reshape(70, -1)
    assert noise.std() == pytest.approx(survey.pixel_noise(PIXEL_ARCMIN), rel=0.03)
    likeness = np.corrcoef(noise) - np.eye(70)
    assert abs(likeness).max() < 0.4, "six standard deviations of 256 pixels"
    np.testing.assert_array_equal(clean.observed(survey, random_state=4).maps, noisy.maps)


def test_a_stopped_set_goes_on_where_it_was(tmp_path, monkeypatch):
    args: Any = {"cosmologies": TABLE_D1[:2], "size": 16, "chunk": 3}
    real_draw, drawn = simulation_module._draw, []

    def draw(*settings, stop=6):
        rows = settings[-1]
        if rows.start == stop:
            raise KeyboardInterrupt
        drawn.append(rows.start)
        return real_draw(*settings)

    monkeypatch.setattr(simulation_module, "_draw", draw)
    with pytest.raises(KeyboardInterrupt):
        simulate_lensing(5, folder=tmp_path / "set", **args)
    with pytest.raises(ValueError, match="not finished: 2 of 4 chunks"):
        load_lensing(tmp_path / "set")
    monkeypatch.setattr(simulation_module, "_draw", partial(draw, stop=None))
    whole = simulate_lensing(5, folder=tmp_path / "set", **args)
    assert drawn == [0, 3, 6, 9]
    assert isinstance(whole.maps, np.memmap)
    in_memory = simulate_lensing(5, **args)
    np.testing.assert_array_equal(whole.maps, in_memory.maps)
    np.testing.assert_array_equal(whole.params, in_memory.params)
    np.testing.assert_array_equal(whole.realisation, in_memory.realisation)
    np.testing.assert_array_equal(
        load_lensing(tmp_path / "set", size=8).maps[0], rebinned(whole.maps[0], 8)
    )
    other: Any = {**args, "size": 24, "random_state": 1}
    with pytest.raises(ValueError, match="made with another random_state, size"):
        simulate_lensing(5, folder=tmp_path / "set", **other)
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
