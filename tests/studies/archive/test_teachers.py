import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.studies.archive.conftest import oscillations  # noqa: E402
from wavedistill.studies.archive.teachers import NETWORKS, Training, outputs_of  # noqa: E402

FAST = Training(steps=40, most=40, batch_size=16, learning_rate=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("network", NETWORKS)
def test_a_network_learns_frequencies(network):
    X, y = oscillations(90, 3)
    before = torch.get_rng_state()
    found = outputs_of(network, X[:60, None], y[:60] - 1, X[60:, None], training=FAST)
    assert torch.equal(before, torch.get_rng_state())
    assert found.test.shape == (30, 3)
    assert (found.test.argmax(axis=1) == y[60:] - 1).mean() > 0.9
    assert (found.random.argmax(axis=1) == y[:60] - 1).mean() < 0.8
    assert found.numbers > 1000


def test_test_signals_play_no_part_in_training():
    X, y = oscillations(40, 2)
    one, other = (
        outputs_of("small network", X[:30, None], y[:30] - 1, test[:, None], training=FAST)
        for test in (X[30:], 1e3 * X[35:])
    )
    np.testing.assert_array_equal(one.train, other.train)
    assert not np.array_equal(
        one.train,
        outputs_of(
            "small network", X[:30, None], y[:30] - 1, X[30:, None], training=FAST, seed=1
        ).train,
    )


def test_steps_grow_with_the_examples_within_bounds():
    training = Training(steps=10, epochs=4, most=50, batch_size=8)
    assert [training.steps_for(count) for count in (8, 64, 1000)] == [10, 32, 50]
