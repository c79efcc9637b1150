"""Simulated oscillations: their rhythms are where they should be, and their classes as likely."""

import numpy as np
import pytest
from scipy.signal import periodogram

from wavedistill.datasets import simulate_oscillations


def test_the_spectrum_has_its_rhythms_and_noise_that_falls():
    task = simulate_oscillations(400, 1)
    frequencies, powers = periodogram(task.X_train, task.sampling_rate)
    power = np.median(powers, axis=0)

    def inside(low, high):
        return power[(frequencies > low) & (frequencies < high)].mean()

    assert inside(9, 13) > 2 * inside(15, 18)
    assert inside(22, 30) > 2 * inside(36, 46)
    assert inside(52, 68) > 1.3 * inside(36, 46)
    assert inside(36, 46) > inside(80, 100)


def test_classes_are_drawn_with_the_log_odds_that_the_task_tells():
    task = simulate_oscillations(5000, 5000)
    assert task.y_train.mean() == pytest.approx(0.5, abs=0.03)
    sure = task.odds_test > 2
    expected = (1 / (1 + np.exp(-task.odds_test[sure]))).mean()
    assert task.y_test[sure].mean() == pytest.approx(expected, abs=0.02)
    assert task.X_test.shape == (5000, 256)


def test_the_slow_rhythm_says_nothing_and_the_burst_is_told_by_its_peak():
    task = simulate_oscillations(2000, 1)
    frequencies = np.fft.rfftfreq(256, 1 / task.sampling_rate)
    spectra = np.fft.rfft(task.X_train)

    def correlation(low, high, measure):
        band = np.fft.irfft(spectra * ((frequencies > low) & (frequencies < high)))
        return np.corrcoef(measure(np.abs(band), axis=1), task.odds_train)[0, 1]

    assert correlation(20, 32, np.mean) > 0.6
    assert abs(correlation(8, 14, np.mean)) < 0.1
    assert correlation(45, 75, np.max) > correlation(45, 75, np.mean) + 0.1


def test_the_seed_decides_and_sizes_are_checked():
    first, again, other = (simulate_oscillations(3, 2, 64, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.X_test, again.X_test)
    assert not np.array_equal(first.X_train, other.X_train)
    with pytest.raises(ValueError, match="n_train=0 must be at least 1"):
        simulate_oscillations(0)
