"""The paper's simulation, from data to the recovered wavelet."""

import numpy as np
import pytest

from wavedistill.datasets import make_synthetic
from wavedistill.wavelets import Wavelet, analysis

torch = pytest.importorskip("torch")
synthetic = pytest.importorskip("wavedistill.studies.synthetic.recovery")


def test_response_is_three_coefficients_of_the_third_finest_scale():
    task = make_synthetic(n_train=500, n_test=20, noise=0.0)
    bands = task.layout.split(analysis(task.X_train, "db5", 4))
    middle = bands[2].shape[1] // 2
    expected = 2 * bands[2][:, middle - 1 : middle + 2].sum(axis=1)
    assert task.layout.names[2] == "cD3"
    np.testing.assert_allclose(task.y_train, expected, atol=1e-5)
    assert task.X_test.shape == (20, 64)
    assert np.count_nonzero(task.beta) == 3


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


@pytest.fixture(scope="module")
def study():
    return synthetic.run(seed=1, n_train=10_000, epochs=10)


def test_the_teacher_predicts_and_the_global_search_recovers(study):
    assert study.teacher_r2 > 0.99
    floor, best = study.recoveries[0], study.best
    assert best.start == "auto"
    assert best.after <= floor.after + 0.005
    assert best.after < 0.05
    assert best.loss <= min(found.loss for found in study.recoveries) * (1 + 1e-6)


@pytest.mark.parametrize("support", [12, 14])
def test_a_longer_support_recovers_too(study, support):
    found = synthetic.recover(study.task, study.attributions, "auto", support=support)
    assert len(found.wavelet.lowpass) == support
    assert found.after < 0.1


def test_training_leaves_the_global_random_state(study):
    torch.manual_seed(7)
    state = torch.random.get_rng_state()
    tiny = make_synthetic(n_train=200, n_test=20)
    first, _ = synthetic.train_teacher(tiny, epochs=1, seed=3)
    assert torch.equal(torch.random.get_rng_state(), state)
    second, _ = synthetic.train_teacher(tiny, epochs=1, seed=3)
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)


def test_noise_is_on_the_angles(study):
    random = np.random.default_rng(0)
    angles = [synthetic.noisy("db5", 0.3, random).angles[:-1] for _ in range(200)]
    spread = np.std(np.array(angles) - Wavelet.from_name("db5").angles[:-1])
    assert spread == pytest.approx(0.3, rel=0.1)
