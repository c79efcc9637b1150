"""Summary statistics of maps against closed forms and made maps."""

import numpy as np
import pytest

from tests.helpers import normal
from wavedistill.students.map_statistics import (
    find_peaks,
    moments,
    one_point_histogram,
    peak_counts,
    peak_ellipticity,
    power_spectrum,
    skewness_spectrum,
)


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


@pytest.mark.parametrize("shape", [(32, 32), (32, 27)])
def test_the_skewness_spectrum_sums_up_to_the_third_moment(shape):
    maps = normal(3, *shape) ** 2
    pixel = 0.8
    area = (pixel * np.pi / 180 / 60) ** 2
    found = skewness_spectrum(maps, pixel, [1.0, 1e6])
    pixels = shape[0] * shape[1]
    third = moments(maps)[:, 1] * moments(maps)[:, 0] ** 3
    np.testing.assert_allclose(found[:, 0] * (pixels - 1) / (pixels * area), third)
