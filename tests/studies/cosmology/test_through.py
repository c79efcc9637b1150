"""Wavelets learned through smooth histograms: exact derivatives, descents that gain, kept fits."""

import numpy as np
import pytest

from tests.helpers import normal
from wavedistill.datasets.lensing import LensingMaps, simulate_lensing
from wavedistill.wavelets import Lattice, Wavelet

pytest.importorskip("torch")
pytest.importorskip("monai")

from wavedistill.studies.cosmology import through
from wavedistill.studies.cosmology.network import Architecture, MapNetwork
from wavedistill.studies.cosmology.smooth import Looks, SoftHistograms
from wavedistill.studies.cosmology.through import (
    Lesson,
    learned_through,
    mean_loss,
    ridge_loss,
    standardised,
)

FOLDS = np.arange(60) % 3
NUMBER = np.arange(60) // 3 % 4
VALUES = np.array([0.2, 0.25, 0.3, 0.4])


@pytest.fixture(scope="module")
def maps():
    return simulate_lensing(15, [(0, 0.2, 2.1), (0, 0.3, 2.1), (0, 0.4, 1.6)], size=32)


@pytest.fixture(scope="module")
def lesson(maps):
    omega = maps.params[:, 1]
    return Lesson(maps, (omega - omega.mean()) / omega.std())


def derivative(function, at, direction, step):
    low, high = (function(at + sign * step * direction) for sign in (-1, 1))
    return (high - low) / (2 * step)


@pytest.mark.parametrize("loss", ["ridge", "mean"])
def test_the_derivatives_of_both_readers_are_exact(loss):
    features, outputs = normal(60, 5) + VALUES[NUMBER, None] * 9, VALUES[NUMBER] + 0.01 * normal(60)

    def error(rows):
        if loss == "ridge":
            return ridge_loss(rows, outputs, FOLDS)
        return mean_loss(rows, outputs, FOLDS, NUMBER, VALUES)

    value, by_features = error(features)
    assert 0 < value < 1
    direction = normal(60, 5)
    expected = derivative(lambda rows: error(rows)[0], features, direction, 1e-5)
    assert np.sum(by_features * direction) == pytest.approx(expected, rel=1e-4)


def test_classes_far_apart_leave_no_error():
    features = 100 * np.eye(4)[NUMBER] + normal(60, 4)
    assert mean_loss(features, VALUES[NUMBER], FOLDS, NUMBER, VALUES)[0] < 1e-6


@pytest.mark.parametrize("looks", [Looks("peaks"), Looks("pixels"), Looks("pixels", whole=True)])
def test_smooth_histograms_follow_the_angles(maps, looks):
    read = SoftHistograms(maps.maps, looks, 6, bins=6)
    free, weights = np.array([0.3, -1.2]), normal(24)

    def total(angles):
        return float(read.features(Lattice(6).forward(angles)).sum(axis=0) @ weights)

    lowpass, jacobian = Lattice(6).jacobian(free)
    features = read.features(lowpass)
    assert features.shape == (45, 24)
    found = jacobian @ read.pull(lowpass, features, np.broadcast_to(weights, features.shape))
    # The function has kinks wherever a value passes a centre: a step crosses some.
    expected = [derivative(total, free, direction, 3e-4) for direction in np.eye(2)]
    assert np.linalg.norm(found - expected) < 0.15 * np.linalg.norm(expected)
    # Only the shape of a filter matters, so the scale of maps does not.
    scaled = SoftHistograms(4 * maps.maps, looks, 6, bins=6)
    np.testing.assert_allclose(scaled.features(lowpass), features, rtol=1e-3)


def test_whole_filters_do_not_look_at_peaks(maps):
    with pytest.raises(ValueError, match="give whole=False"):
        SoftHistograms(maps.maps, Looks("peaks", whole=True), 6)


@pytest.mark.slow
def test_a_descent_gains_and_is_kept(lesson, tmp_path, monkeypatch):
    monkeypatch.setattr(through, "_STEPS", 4)
    start = Wavelet(Lattice(4).forward([2.0]))
    found = list(learned_through(lesson, [start], supports=[4], folder=tmp_path))
    assert len({wavelet.name for wavelet in found}) == len(found) == 6
    read = SoftHistograms(lesson.maps.maps, Looks("pixels"), 4, positions=1024)
    losses = lesson.losses()
    for wavelet, loss in ((found[2], losses["ridge"]), (found[3], losses["mean"])):
        error, *others = (
            loss(read.features(each.lowpass))[0]
            for each in (wavelet, start, Wavelet.from_name("db2"))
        )
        assert wavelet.name.endswith("of pixels, support 4")
        assert error <= min(others)

    def refuse(*_, **__):
        raise AssertionError("learned again")

    monkeypatch.setattr(through, "minimize", refuse)
    again = list(learned_through(lesson, [start], supports=[4], folder=tmp_path))
    assert again == found
    other = Lesson(lesson.maps, lesson.outputs + 1)
    with pytest.raises(ValueError, match="other data or settings"):
        list(learned_through(other, [start], supports=[4], folder=tmp_path))


def test_what_the_network_says_is_kept(maps, tmp_path, monkeypatch):
    tiny = Architecture((4, 4, 4, 4), stem=3)
    network = MapNetwork(tiny, centre=(0, 0.3, 0), spread=(1, 0.1, 1)).eval()
    few = maps[:6]
    assert isinstance(few, LensingMaps)
    found = standardised(network, few, tmp_path)
    np.testing.assert_allclose(0.3 + 0.1 * found, network.predict(few.maps)[:, 1], rtol=1e-5)
    monkeypatch.setattr(MapNetwork, "predict", None)
    np.testing.assert_array_equal(standardised(network, few, tmp_path), found)
