"""Readings of sub-bands: PyWavelets' coefficients, pooled, with exact gradients by every tap."""

import numba
import numpy as np
import pytest

from tests.helpers import MODES, normal
from wavedistill.kernels.packing import prepare
from wavedistill.kernels.pooling import ENERGY, EVENTS, LARGEST
from wavedistill.kernels.readings import pull_readings, read_signals
from wavedistill.kernels.trees import make_tree, reach
from wavedistill.wavelets import Lattice, Wavelet, WaveletTransform
from wavedistill.wavelets.lattice import quadrature_mirror
from wavedistill.wavelets.transform import extended

LEVELS = 3
NUMBERS = {ENERGY: 1, EVENTS: 4, LARGEST: 3}
BANKS = ("dwt", "packets", "undecimated")


def filters(taps, seed=0):
    """A filter for each level, and their mirrors."""
    lattice = Lattice(taps)
    random = np.random.default_rng(seed)
    low = np.stack([lattice.forward(lattice.sample(random)) for _ in range(LEVELS)])
    return low, np.stack([quadrature_mirror(each) for each in low])


def pooled(band, reading):
    """The same numbers in plain NumPy, shape (n, numbers)."""
    if reading == ENERGY:
        return np.log(np.mean(band**2, axis=-1, keepdims=True) + 1e-4)
    if reading == EVENTS:
        root = np.sqrt(band.shape[-1])
        sums = np.maximum(band, 0).sum(-1) / root, np.minimum(band, 0).sum(-1) / root
        return np.stack([band.max(-1), band.min(-1), *sums], axis=-1)
    largest = -np.sort(-band, axis=-1)[:, :3]
    return np.pad(largest, ((0, 0), (0, 3 - largest.shape[1])))


def packed(data, bank, taps, mode):
    if bank != "undecimated":
        return prepare(data)
    beside = reach(taps, LEVELS)
    return prepare(extended(data, [(beside, beside)], mode))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("bank", BANKS)
def test_numbers_are_those_of_pywavelets_coefficients(bank, mode):
    for length, taps in ((37, 6), (64, 2), (50, 12)):
        data = normal(19, length)
        low, high = filters(taps)
        transform = WaveletTransform([Wavelet(each) for each in low], mode=mode)
        bands = {
            "dwt": lambda t=transform, d=data: t.layout(d.shape[1]).split(t.analysis(d)),
            "packets": lambda t=transform, d=data: t.packets(d),
            "undecimated": lambda t=transform, d=data: t.undecimated(d),
        }[bank]()
        tree = make_tree(length, taps, LEVELS, mode, bank)
        for reading, numbers in NUMBERS.items():
            found = read_signals(packed(data, bank, taps, mode), tree, low, high, reading, numbers)
            expected = np.stack([pooled(band, reading) for band in bands], axis=1)
            np.testing.assert_allclose(found[:19], expected, atol=1e-10)


@pytest.mark.parametrize("mode", ["zero", "symmetric", "periodization"])
@pytest.mark.parametrize("reading", NUMBERS)
@pytest.mark.parametrize("bank", BANKS)
def test_gradients_agree_with_finite_differences(bank, reading, mode):
    data, (low, high) = normal(5, 41), filters(6)
    signals, tree = packed(data, bank, 6, mode), make_tree(41, 6, LEVELS, mode, bank)
    numbers = NUMBERS[reading]
    weights = normal(*read_signals(signals, tree, low, high, reading, numbers).shape, seed=3)
    weights[5:] = 0

    def value(low, high):
        return np.sum(weights * read_signals(signals, tree, low, high, reading, numbers))

    found = pull_readings(signals, tree, low, high, reading, weights)
    for side, gradient in enumerate(found):
        direction = normal(*low.shape, seed=side)
        ends = [
            value(low + s * (side == 0) * direction, high + s * (side == 1) * direction)
            for s in (1e-6, -1e-6)
        ]
        slope = (ends[0] - ends[1]) / 2e-6
        assert np.sum(gradient * direction) == pytest.approx(slope, rel=1e-5, abs=1e-6)


def test_threads_and_precision_change_nothing_that_matters():
    data, (low, high) = normal(900, 300), filters(8)
    tree = make_tree(300, 8, LEVELS, "zero", "dwt")
    signals = prepare(data)
    weights = np.ones((len(signals.blocks[0]) * signals.lanes, LEVELS + 1, 1))
    before = numba.get_num_threads()
    results = []
    try:
        for threads in (1, before):
            numba.set_num_threads(threads)
            read = read_signals(signals, tree, low, high, ENERGY, 1)
            results.append((read, *pull_readings(signals, tree, low, high, ENERGY, weights)))
    finally:
        numba.set_num_threads(before)
    for one, many in zip(*results, strict=True):
        np.testing.assert_array_equal(one, many)
    single = read_signals(prepare(data.astype(np.float32)), tree, low, high, ENERGY, 1)
    np.testing.assert_allclose(single[:900], results[0][0][:900], atol=1e-4)
