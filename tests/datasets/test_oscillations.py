"""Simulated oscillations: their rhythms are where they should be, and their classes as likely."""

import numpy as np
import pytest
from scipy.signal import periodogram

from wavedistill.datasets import simulate_oscillations


def test_the_spectrum_has_its_three_rhythms_and_noise_that_falls():
    task = simulate_oscillations(400, 1)
    frequencies, powers = periodogram(task.X_train, task.sampling_rate)
    power = np.median(powers, axis=0)
    inside = {name: power[(frequencies > a) & (frequencies < b)].mean() for name, a, b in (
        ("other", 9, 13), ("between", 15, 18), ("rhythm", 22, 30), ("gap", 36, 46), ("top", 80, 100)
    )}  # fmt: skip
    assert inside["other"] > 2 * inside["between"]
    assert inside["rhythm"] > 2 * inside["gap"]
    assert inside["gap"] > inside["top"]


def test_classes_are_drawn_with_the_log_odds_that_the_task_tells():
    task = simulate_oscillations(5000, 5000)
    assert task.y_train.mean() == pytest.approx(0.5, abs=0.03)
    sure = task.odds_test > 2
    expected = (1 / (1 + np.exp(-task.odds_test[sure]))).mean()
    assert task.y_test[sure].mean() == pytest.approx(expected, abs=0.02)
    assert task.X_test.shape == (5000, 256)


def test_the_other_rhythm_says_nothing_and_the_two_that_count_do():
    task = simulate_oscillations(2000, 1)
    frequencies, powers = periodogram(task.X_train, task.sampling_rate)

    def correlation(low, high):
        band = powers[:, (frequencies > low) & (frequencies < high)].sum(axis=1)
        return np.corrcoef(np.log(band), task.odds_train)[0, 1]

    assert correlation(20, 32) > 0.4
    assert correlation(50, 70) > 0.3
    assert abs(correlation(8, 14)) < 0.1


def test_the_seed_decides_and_sizes_are_checked():
    first, again, other = (simulate_oscillations(3, 2, 64, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.X_test, again.X_test)
    assert not np.array_equal(first.X_train, other.X_train)
    with pytest.raises(ValueError, match="n_train=0 must be at least 1"):
        simulate_oscillations(0)
