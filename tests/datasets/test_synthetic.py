"""The synthetic task: its response, its gradient, its noise and its seed."""

import numpy as np
import pytest

from wavedistill.datasets import make_synthetic
from wavedistill.wavelets import WaveletTransform


def test_response_is_three_coefficients_of_the_third_finest_scale():
    task = make_synthetic(n_train=500, n_test=20, noise=0.0)
    bands = task.layout.split(WaveletTransform("db5", 4, "zero").analysis(task.X_train))
    middle = bands[2].shape[1] // 2
    expected = 2 * bands[2][:, middle - 1 : middle + 2].sum(axis=1)
    assert task.layout.names[2] == "cD3"
    np.testing.assert_allclose(task.y_train, expected, atol=1e-5)
    assert task.X_test.shape == (20, 64)
    assert np.count_nonzero(task.beta) == 3


@pytest.mark.parametrize("mode", ["zero", "periodization", "symmetric"])
def test_the_gradient_is_that_of_the_response(mode):
    task = make_synthetic(50, 1, length=37, wavelet="db3", noise=0.0, mode=mode)
    np.testing.assert_allclose(task.X_train @ task.gradient, task.y_train, atol=1e-5)


def test_noise_has_its_standard_deviation_and_the_seed_decides():
    task, quiet = (make_synthetic(n_train=5000, n_test=1, noise=n) for n in (0.1, 0.0))
    np.testing.assert_array_equal(task.X_train, quiet.X_train)
    assert np.std(task.y_train - quiet.y_train) == pytest.approx(0.1, rel=0.05)
    other = make_synthetic(n_train=5000, n_test=1, random_state=1)
    assert not np.array_equal(other.X_train, task.X_train)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"scale": 5}, "scale=5 must be one of the detail scales, 1 to levels=4"),
        ({"length": 4, "wavelet": "haar", "scale": 3}, "scale=3 has 1 coefficients"),
        ({"n_train": 0}, "n_train=0 must be at least 1"),
    ],
)
def test_tasks_that_make_no_sense_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        make_synthetic(**parameters)
