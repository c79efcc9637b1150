"""Readings of sub-bands: PyWavelets' coefficients, pooled, with exact gradients by every tap."""

import numba
import numpy as np
import pytest
import pywt

from tests.helpers import MODES, bank, normal
from wavedistill.kernels.image_trees import make_image_tree
from wavedistill.kernels.packing import prepare
from wavedistill.kernels.pooling import ENERGY, EVENTS, LARGEST, MEAN, Pooling, pool, pool_gradient
from wavedistill.kernels.readings import pull_readings, read_signals
from wavedistill.kernels.trees import SECOND_LAYER, filter_layers, make_tree, reach
from wavedistill.kernels.undecimated_images import UndecimatedImages
from wavedistill.modes import mode_for
from wavedistill.wavelets import Lattice, Wavelet, WaveletTransform
from wavedistill.wavelets.lattice import quadrature_mirror
from wavedistill.wavelets.transform import extended

LEVELS = 3
NUMBERS = {ENERGY: 1, EVENTS: 4, LARGEST: 3, MEAN: 1}
BANKS = ("dwt", "packets", "undecimated", *SECOND_LAYER)
IMAGE_BANKS = ("dwt", "packets", "undecimated")


def filters(taps, seed=0, kind="dwt"):
    """A filter for each level of each layer, and their mirrors."""
    lattice = Lattice(taps)
    random = np.random.default_rng(seed)
    low = np.stack(
        [lattice.forward(lattice.sample(random)) for _ in range(sum(filter_layers(kind, LEVELS)))]
    )
    return low, np.stack([quadrature_mirror(each) for each in low])


def pooled(piece, reading, numbers=3):
    """The same numbers in plain NumPy, from coefficients of shape (n, ...)."""
    piece = piece.reshape(len(piece), -1)
    size = max(piece.shape[1], 1)
    if reading == ENERGY:
        return np.log(np.sum(piece**2, axis=-1, keepdims=True) / size + 1e-4)
    if reading == EVENTS:
        sums = [np.maximum(piece, 0).sum(-1), np.minimum(piece, 0).sum(-1)] / np.sqrt(size)
        ends = (piece.max(-1), piece.min(-1)) if piece.shape[1] else (0 * sums[0], 0 * sums[1])
        return np.stack([*ends, *sums], axis=-1)
    if reading == MEAN:
        return piece.sum(axis=-1, keepdims=True) / max(piece.shape[1], 1)
    largest = -np.sort(-piece, axis=-1)[:, :numbers]
    return np.pad(largest, ((0, 0), (0, numbers - largest.shape[1])))


def cut(band, parts):
    """A sub-band of shape (n, *lengths) in equal parts along each axis, row by row."""
    pieces = [band]
    for axis in range(1, band.ndim):
        size = band.shape[axis]
        edges = [size * part // parts for part in range(1, parts)]
        pieces = [part for piece in pieces for part in np.split(piece, edges, axis=axis)]
    return pieces


def expected(bands, pooling):
    return np.stack(
        [pooled(piece, pooling.reading) for band in bands for piece in cut(band, pooling.parts)],
        axis=1,
    )


def scattered(data, transform, second):
    """Details of the decimated transform, and of their absolute values, by PyWavelets."""
    banks, approximation, details = [w.to_pywt() for w in transform.wavelets], data, []

    def split(values, pair):
        return pywt.dwt(values, pair, mode_for(values.shape[-1], transform.mode))

    for pair in banks:
        approximation, detail = split(approximation, pair)
        details.append(detail)
    found = [approximation, *details[::-1]]
    for level, detail in enumerate(details[:-1], 1):
        envelope, modulations = np.abs(detail), []
        for pair in [Wavelet(row).to_pywt() for row in second[level - 1 :]]:
            envelope, modulation = split(envelope, pair)
            modulations.append(modulation)
        found += modulations[::-1]
    return found


def bands_of(data, low, kind, mode):
    axes = tuple(range(1 - data.ndim, 0))
    second = low[LEVELS:] if kind == "scattering-own" else low[1:]
    transform = WaveletTransform([Wavelet(each) for each in low[:LEVELS]], mode=mode, axes=axes)
    if kind == "packets":
        return list(transform.packets(data))
    if kind == "undecimated":
        return list(transform.undecimated(data))
    if kind in SECOND_LAYER:
        return scattered(data, transform, second)
    return transform.layout(data.shape[1:]).bands(transform.analysis(data))


def packed(data, kind, taps, mode):
    if kind != "undecimated" or data.ndim == 3:
        return prepare(data, range(1 - data.ndim, 0))
    beside = reach(taps, LEVELS)
    return prepare(extended(data, [(beside, beside)], mode))


def tree_of(data, taps, mode, kind):
    if data.ndim == 3 and kind == "undecimated":
        return UndecimatedImages(data.shape[1:], mode)
    if data.ndim == 3:
        return make_image_tree(data.shape[1:], taps, LEVELS, mode, kind)
    return make_tree(data.shape[1], taps, LEVELS, mode, kind)


def check_numbers(data, taps, kind, mode, readings=NUMBERS, parts=(1, 2, 4)):
    low, high = filters(taps, kind=kind)
    bands, tree = bands_of(data, low, kind, mode), tree_of(data, taps, mode, kind)
    signals = packed(data, kind, taps, mode)
    for reading in readings:
        for count in parts:
            pooling = Pooling(reading, NUMBERS[reading], count)
            found = read_signals(signals, tree, low, high, pooling)
            np.testing.assert_allclose(found[: len(data)], expected(bands, pooling), atol=1e-10)


def check_gradient(data, taps, kind, mode, pooling):
    low, high = filters(taps, kind=kind)
    signals, tree = packed(data, kind, taps, mode), tree_of(data, taps, mode, kind)
    weights = normal(*read_signals(signals, tree, low, high, pooling).shape, seed=3)
    weights[len(data) :] = 0

    def value(low, high):
        return np.sum(weights * read_signals(signals, tree, low, high, pooling))

    found = pull_readings(signals, tree, low, high, pooling, weights)
    for level in range(len(low)):
        for side, gradient in enumerate(found):
            direction = np.zeros_like(low)
            direction[level] = normal(taps, seed=side)
            ends = [
                value(low + s * (side == 0) * direction, high + s * (side == 1) * direction)
                for s in (1e-6, -1e-6)
            ]
            slope = (ends[0] - ends[1]) / 2e-6
            assert np.sum(gradient * direction) == pytest.approx(slope, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", BANKS)
def test_numbers_are_those_of_pywavelets_coefficients(kind, mode):
    for length, taps in ((37, 6), (64, 2), (50, 12), (9, 4)):
        check_numbers(normal(19, length), taps, kind, mode)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", IMAGE_BANKS)
def test_numbers_of_images_are_those_of_pywavelets_coefficients(kind, mode):
    for shape, taps in (((21, 18), 6), ((16, 11), 2), ((9, 30), 8)):
        check_numbers(normal(5, *shape), taps, kind, mode, parts=(1, 2))


@pytest.mark.parametrize("parts", [1, 4])
@pytest.mark.parametrize("mode", ["zero", "symmetric", "antireflect", "periodization"])
@pytest.mark.parametrize("reading", NUMBERS)
@pytest.mark.parametrize("kind", BANKS)
def test_gradients_agree_with_finite_differences(kind, reading, mode, parts):
    for length, taps in ((41, 6), (12, 8)):
        pooling = Pooling(reading, NUMBERS[reading], parts)
        check_gradient(normal(5, length), taps, kind, mode, pooling)


@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("mode", ["zero", "symmetric", "periodization"])
@pytest.mark.parametrize("reading", NUMBERS)
@pytest.mark.parametrize("kind", IMAGE_BANKS)
def test_gradients_of_images_agree_with_finite_differences(kind, reading, mode, parts):
    for shape, taps in (((17, 22), 6), ((12, 9), 4)):
        pooling = Pooling(reading, NUMBERS[reading], parts)
        check_gradient(normal(3, *shape), taps, kind, mode, pooling)


@numba.njit
def read_piece(piece, reading, numbers):
    pool(piece, reading, numbers)


@numba.njit
def pull_piece(piece, reading, cotangents):
    pool_gradient(piece, reading, cotangents)


def test_the_largest_are_those_of_a_stable_sort_ties_included():
    random = np.random.default_rng(0)
    for rows in (1, 2, 3, 50, 400):
        # Few different values: most are tied.
        piece = random.integers(-3, 3, (rows, 16)).astype(float)
        numbers = np.empty((16, 6))
        read_piece(piece, LARGEST, numbers)
        np.testing.assert_array_equal(numbers, pooled(piece.T, LARGEST, 6))
        weights, gradient = random.normal(size=(16, 6)), piece.copy()
        pull_piece(gradient, LARGEST, weights)
        order = np.argsort(-piece, axis=0, kind="stable")[:6].T
        plain = np.zeros((16, rows))
        np.put_along_axis(plain, order, weights[:, : order.shape[1]], axis=1)
        np.testing.assert_array_equal(gradient, plain.T)


@pytest.mark.parametrize("reading", NUMBERS)
def test_an_empty_part_reads_as_silence(reading):
    piece, numbers = np.empty((0, 4)), np.full((4, NUMBERS[reading]), np.nan)
    read_piece(piece, reading, numbers)
    np.testing.assert_array_equal(numbers, np.log(1e-4) if reading == ENERGY else 0.0)
    pull_piece(piece, reading, numbers)


@pytest.mark.parametrize("reading", NUMBERS)
@pytest.mark.parametrize("kind", ["dwt", "scattering-own", "images", "undecimated images"])
def test_threads_and_precision_change_nothing_that_matters(kind, reading):
    data = normal(300, 40, 20) if kind.endswith("images") else normal(900, 300)
    kind = {"images": "dwt", "undecimated images": "undecimated"}.get(kind, kind)
    low, high = filters(8, kind=kind)
    tree, signals = tree_of(data, 8, "zero", kind), packed(data, kind, 8, "zero")
    pooling = Pooling(reading, NUMBERS[reading], 2)
    weights = np.ones_like(read_signals(signals, tree, low, high, pooling))
    before, results = numba.get_num_threads(), []
    try:
        for threads in (1, before):
            numba.set_num_threads(threads)
            read = read_signals(signals, tree, low, high, pooling)
            results.append((read, *pull_readings(signals, tree, low, high, pooling, weights)))
    finally:
        numba.set_num_threads(before)
    for one, many in zip(*results, strict=True):
        np.testing.assert_array_equal(one, many)
    single = packed(data.astype(np.float32), kind, 8, "zero")
    found = read_signals(single, tree, low, high, pooling)[: len(data)]
    np.testing.assert_allclose(found, results[0][0][: len(data)], atol=1e-4)
    gradients = pull_readings(single, tree, low, high, pooling, weights[: len(found)])
    for gradient, exact in zip(gradients, results[0][1:], strict=True):
        # float32 may order nearly equal coefficients otherwise.
        np.testing.assert_allclose(gradient, exact, atol=1e-3 * np.abs(exact).max())


def test_filters_need_no_relation_to_one_another():
    data, (low, _), (high, _) = normal(4, 26), filters(6, 1), filters(6, 2)
    found = read_signals(prepare(data), make_tree(26, 6, LEVELS, "zero", "dwt"), low, high,
                         Pooling(LARGEST, 3))  # fmt: skip
    approximation, bands = data, []
    for each in zip(low, high, strict=True):
        approximation, detail = pywt.dwt(approximation, bank(*each), "zero")
        bands = [detail, *bands]
    np.testing.assert_allclose(
        found[:4], expected([approximation, *bands], Pooling(LARGEST, 3)), atol=1e-12
    )
