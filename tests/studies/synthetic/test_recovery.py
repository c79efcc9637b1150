"""The paper's simulation, from data to the recovered wavelet."""

import numpy as np
import pytest

from wavedistill.datasets import make_synthetic
from wavedistill.wavelets import Wavelet

pytest.importorskip("torch")

import torch

from wavedistill.studies.synthetic.recovery import (
    noisy,
    random_angles,
    recoveries,
    starts,
    teach,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def taught():
    return teach(make_synthetic(10_000, random_state=1), epochs=10, seed=1)


@pytest.fixture(scope="module")
def found(taught):
    return list(recoveries(taught))


def test_the_teacher_predicts_and_the_global_search_recovers(taught, found):
    assert taught.r2 > 0.99
    floor, best = found[0], found[-1]
    assert best.start == "auto"
    assert np.isnan(best.before)
    assert best.after <= floor.after + 0.005
    assert best.after < 0.05
    assert best.loss <= min(each.loss for each in found) * (1 + 1e-6)


def test_every_start_is_tried_and_measured(taught, found):
    assert [each.start for each in found[1:-1]] == [*starts(1)]
    for each, start in zip(found[1:-1], starts(1).values(), strict=True):
        assert each.before == start.distance(taught.task.wavelet)
        assert each.after == each.wavelet.distance(taught.task.wavelet)
        assert len(each.wavelet.lowpass) == len(start.lowpass)


def test_a_longer_support_recovers_too(taught):
    found = taught.recover(support=14)
    assert len(found.wavelet.lowpass) == 14
    assert found.after < 0.1


def test_other_attributions_take_the_place_of_the_teachers(taught):
    flipped = taught.attributions.multipliers[:, ::-1].copy()
    other = type(taught.attributions)(flipped)
    assert taught.recover("db5", attributions=other).loss != taught.recover("db5").loss


def test_training_leaves_the_global_random_state():
    torch.manual_seed(7)
    state = torch.random.get_rng_state()
    tiny = make_synthetic(n_train=200, n_test=20)
    first, second = (teach(tiny, epochs=1, seed=3).teacher for _ in range(2))
    assert torch.equal(torch.random.get_rng_state(), state)
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)


def test_noise_is_on_the_angles():
    random = np.random.default_rng(0)
    angles = [noisy("db5", 0.3, random).angles[:-1] for _ in range(200)]
    spread = np.std(np.array(angles) - Wavelet.from_name("db5").angles[:-1])
    assert spread == pytest.approx(0.3, rel=0.1)
    anywhere = [random_angles(10, random).distance("db5") for _ in range(20)]
    assert np.median(anywhere) > 1
