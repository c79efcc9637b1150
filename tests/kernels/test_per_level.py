"""Filters of each level: values, gradients, and what they have in common with shared ones."""

import warnings

import numba
import numpy as np
import pytest
import pywt

from tests.helpers import MODES, bank, central_differences, close, filter_pair, normal
from wavedistill.kernels import coefficient_l1, product_l1

LEVELS, TAPS = 3, 6
SHAPES = {1: (5, 37), 2: (3, 13, 18)}


def axes_of(rank):
    return tuple(range(-rank, 0))


def filters(seed=0):
    """Three pairs of unrelated filters, shape (levels, N) each."""
    return tuple(normal(2, LEVELS, TAPS, seed=seed) / np.sqrt(TAPS))


def decompose(data, low, high, mode, rank, *, adjoint=False):
    """Sub-bands by `pywt.dwtn` level after level, each level with its own filters."""
    axes, bands = axes_of(rank), []
    if adjoint and mode != "periodization":
        mode = "zero"
    for h, g in zip(low, high, strict=True):
        if adjoint and mode == "periodization":
            odd = [(0, size % 2) for size in data.shape[-rank:]]
            data = np.pad(data, [(0, 0)] * (data.ndim - rank) + odd)
        level = pywt.dwtn(data, bank(h, g), mode, axes)
        data = level.pop("a" * rank)
        bands += level.values()
    return [*bands, data]


def total(bands):
    return sum(np.abs(band).sum() for band in bands)


@pytest.mark.parametrize("rank", SHAPES)
@pytest.mark.parametrize("mode", MODES)
def test_each_level_has_its_own_filters(mode, rank):
    data, multipliers = normal(2, *SHAPES[rank])
    setting = {"levels": LEVELS, "mode": mode, "axes": axes_of(rank)}
    low, high = filters()
    forward = decompose(data, low, high, mode, rank)
    backward = decompose(multipliers, low, high, mode, rank, adjoint=True)
    found = coefficient_l1(data, low, high, **setting)
    assert found.value == pytest.approx(total(forward), rel=1e-12)
    adjoint = coefficient_l1(multipliers, low, high, adjoint=True, **setting)
    assert adjoint.value == pytest.approx(total(backward), rel=1e-12)
    product = product_l1(data, multipliers, low, high, **setting)
    pairs = zip(forward, backward, strict=True)
    assert product.value == pytest.approx(total(a * b for a, b in pairs), rel=1e-12)


@pytest.mark.parametrize("rank", SHAPES)
@pytest.mark.parametrize("mode", ["symmetric", "periodization"])
def test_gradients_are_those_of_finite_differences(mode, rank):
    data, multipliers = normal(2, *SHAPES[rank])
    setting = {"levels": LEVELS, "mode": mode, "axes": axes_of(rank)}
    low, high = filters()
    kernels = [
        lambda h, g: coefficient_l1(data, h, g, **setting),
        lambda h, g: coefficient_l1(data, h, g, adjoint=True, **setting),
        lambda h, g: product_l1(data, multipliers, h, g, **setting),
    ]
    for kernel in kernels:
        result = kernel(low, high)
        assert result.grad_lowpass.shape == result.grad_highpass.shape == (LEVELS, TAPS)

        def at(low_taps, high_taps, kernel=kernel):
            shape = LEVELS, TAPS
            return kernel(low_taps.reshape(shape), high_taps.reshape(shape)).value

        expected = (
            central_differences(lambda h, at=at: at(h, high), low.ravel()),
            central_differences(lambda g, at=at: at(low, g), high.ravel()),
        )
        close((result.grad_lowpass.ravel(), result.grad_highpass.ravel()), expected, 1e-6)


@pytest.mark.parametrize("rank", SHAPES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_filters_give_the_result_of_a_shared_one(dtype, rank):
    data, multipliers = normal(2, *SHAPES[rank]).astype(dtype)
    low, high = filter_pair("db3")
    each = np.tile(low, (LEVELS, 1)), np.tile(high, (LEVELS, 1))
    kernels = [
        lambda *pair: coefficient_l1(data, *pair, LEVELS, axes=axes_of(rank)),
        lambda *pair: product_l1(data, multipliers, *pair, LEVELS, axes=axes_of(rank)),
    ]
    for kernel in kernels:
        shared, separate = kernel(low, high), kernel(*each)
        assert separate.value == shared.value
        summed = [part.sum(axis=0) for part in separate[1:]]
        close(summed, shared[1:], 1e-6 if dtype is np.float32 else 1e-13)


def test_one_level_may_be_given_as_a_row():
    data, (low, high) = normal(5, 20), filter_pair("db2")
    shared, row = (coefficient_l1(data, h, g, 1) for h, g in ((low, high), (low[None], high[None])))
    assert row.value == shared.value
    np.testing.assert_array_equal(row.grad_lowpass, shared.grad_lowpass[None])
    np.testing.assert_array_equal(row.grad_highpass, shared.grad_highpass[None])


@pytest.mark.parametrize("rank", SHAPES)
def test_any_number_of_threads_gives_the_same_bits(rank):
    shape = {1: (700, 310), 2: (230, 31, 33)}[rank]  # more than 200,000 samples
    data, multipliers = normal(2, *shape)
    axes = axes_of(rank)

    def bits(threads):
        before = numba.get_num_threads()
        numba.set_num_threads(threads)
        try:
            results = (
                *coefficient_l1(data, *filters(), LEVELS, axes=axes),
                *product_l1(data, multipliers, *filters(), LEVELS, axes=axes),
            )
        finally:
            numba.set_num_threads(before)
        return [np.asarray(result).tobytes() for result in results]

    allowed = min(3, numba.config.NUMBA_NUM_THREADS)
    first, *others = (bits(threads) for threads in range(1, allowed + 1))
    assert all(other == first for other in others)


@pytest.mark.parametrize("kernel", [coefficient_l1, product_l1])
@pytest.mark.parametrize(
    ("low", "high", "levels", "message"),
    [
        ((2, 6), (2, 6), 3, "lowpass has 2 rows and levels=3; give one row for each level"),
        ((3, 6), (2, 6), 3, r"highpass has shape \(2, 6\)"),
        ((3, 6), (6,), 3, r"highpass has shape \(6,\)"),
        ((3, 5), (3, 5), 3, "same even length"),
        ((1, 3, 6), (1, 3, 6), 3, "vectors"),
        ((1, 6), (1, 6), 0, "1 rows and levels=0"),
    ],
)
def test_other_numbers_of_filters_are_refused(kernel, low, high, levels, message):
    signals = [np.ones((2, 16))] * (2 if kernel is product_l1 else 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match=message):
            kernel(*signals, np.ones(low), np.ones(high), levels)
