"""The kernel of images against `pywt.wavedec2`, finite differences and its own mathematics."""

import numba
import numpy as np
import pytest
import pywt

from tests.helpers import (
    MODES,
    bank,
    central_differences,
    close,
    filter_pair,
    layout,
    normal,
    synthesis2_matrix,
    wavedec2,
)
from wavedistill.kernels import coefficient_l1, prepare, product_l1

IMAGE = (-2, -1)
SHAPES = ((1, 1), (1, 6), (7, 2), (8, 8), (9, 16), (33, 20))

pytestmark = [
    pytest.mark.filterwarnings("ignore::wavedistill.WaveletWarning"),
    pytest.mark.filterwarnings("ignore:Level value of:UserWarning"),
]


def coefficients(data, low, high, levels, mode, adjoint=False):
    """A_h or S_h^T of every image, by PyWavelets, as flat sub-bands."""
    if not adjoint:
        return wavedec2(data, bank(low, high), levels, mode)
    shape = data.shape[-2:]
    matrix = synthesis2_matrix(bank(low, high), shape, levels, mode)
    places = layout(shape, len(low), levels, mode)
    return places.split(data.reshape(*data.shape[:-2], -1) @ matrix.T)


def total(bands):
    return sum(np.abs(band).sum() for band in bands)


def check_degrees(result, bands, low, high, factors=1):
    """Euler's identity for each filter: the degree of every sub-band in h and in g."""
    levels = (len(bands) - 1) // 3
    by_low, by_high = [2 * levels], [0]
    for level in range(levels, 0, -1):
        by_low += [2 * level - 1, 2 * level - 1, 2 * level - 2]
        by_high += [1, 1, 2]
    sums = np.array([np.abs(band).sum() for band in bands])
    tolerance = 1e-11 * factors * (2 * levels + 1) * sums.sum()
    expected = factors * (by_low @ sums), factors * (by_high @ sums)
    assert low @ result.grad_lowpass == pytest.approx(expected[0], abs=tolerance)
    assert high @ result.grad_highpass == pytest.approx(expected[1], abs=tolerance)


# ------------------------------------------------------------------ the kernel


@pytest.mark.parametrize("adjoint", [False, True], ids=["analysis", "adjoint"])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("which", ["haar", "db3", 12])
def test_value_is_the_sum_of_the_coefficients_of_pywavelets(which, mode, adjoint):
    low, high = filter_pair(which)
    for i, shape in enumerate(SHAPES):
        for levels in (0, 1, 3):
            data = normal((1, 3, 5, 17)[(i + levels) % 4], *shape)
            bands = coefficients(data, low, high, levels, mode, adjoint)
            result = coefficient_l1(data, low, high, levels, mode, axes=IMAGE, adjoint=adjoint)
            assert result.value == pytest.approx(total(bands), rel=1e-12)
            assert type(result.value) is float
            check_degrees(result, bands, low, high)


@pytest.mark.parametrize("mode", MODES)
def test_product_is_the_mean_over_baselines_of_the_products_of_coefficients(mode):
    low, high = filter_pair(6)
    for i, shape in enumerate(SHAPES):
        for baselines in (1, 3):
            inputs, multipliers = normal(2, baselines, (1, 3, 5, 17)[i % 4], *shape)
            pairs = zip(
                coefficients(inputs, low, high, 2, mode),
                coefficients(multipliers, low, high, 2, mode, adjoint=True),
                strict=True,
            )
            bands = [(a * s).mean(axis=0) for a, s in pairs]
            result = product_l1(
                inputs, multipliers, low, high, 2, mode, axes=IMAGE, baseline_axis=True
            )
            assert result.value == pytest.approx(total(bands), rel=1e-12)
            check_degrees(result, bands, low, high, factors=2)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("taps", "shape"), [(2, (9, 4)), (6, (1, 7)), (10, (12, 17))])
def test_gradients_are_those_of_finite_differences(mode, taps, shape):
    low, high = filter_pair(taps)
    data, multipliers = normal(2, 3, *shape)
    setting = {"levels": 2, "mode": mode, "axes": IMAGE}
    kernels = [
        lambda h, g: coefficient_l1(data, h, g, **setting),
        lambda h, g: coefficient_l1(data, h, g, adjoint=True, **setting),
        lambda h, g: product_l1(data, multipliers, h, g, **setting),
    ]
    for kernel in kernels:
        result = kernel(low, high)
        numeric = (
            central_differences(lambda h, kernel=kernel: kernel(h, high).value, low),
            central_differences(lambda g, kernel=kernel: kernel(low, g).value, high),
        )
        close((result.grad_lowpass, result.grad_highpass), numeric, 1e-6)


@pytest.mark.parametrize("shape", [(20, 4, 4), (3, 11, 260), (2, 4, 1100), (40, 33, 33)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_of_any_width_and_rows_of_any_length_give_the_same(shape, dtype):
    data, (low, high) = normal(*shape).astype(dtype), filter_pair("db5")
    whole = coefficient_l1(data, low, high, 2, axes=IMAGE)
    wide = data.astype(np.float64)
    alone = [coefficient_l1(image[None], low, high, 2, axes=IMAGE) for image in wide]
    expected = [sum(terms) for terms in zip(*alone, strict=True)]
    close(whole, expected, 1e-5 if dtype == np.float32 else 1e-12)
    bands = wavedec2(wide, pywt.Wavelet("db5"), 2, "zero")
    assert whole.value == pytest.approx(total(bands), rel=1e-5 if dtype == np.float32 else 1e-12)


@pytest.mark.parametrize("mode", ["reflect", "periodization"])
def test_channels_are_images_of_their_own_wherever_their_axis_is(mode):
    data, multipliers = normal(2, 5, 3, 9, 12)  # (n, C, H, W)
    low, high = filter_pair("db3")
    apart = [coefficient_l1(data[:, c], low, high, 2, mode, axes=IMAGE) for c in range(3)]
    expected = [sum(terms) for terms in zip(*apart, strict=True)]
    product = product_l1(data, multipliers, low, high, 2, mode, axes=IMAGE)
    for place, axes in ((1, (3, 2)), (2, (1, -1)), (-1, (1, 2))):
        moved, moved_multipliers = (np.moveaxis(array, 1, place) for array in (data, multipliers))
        close(coefficient_l1(moved, low, high, 2, mode, axes=axes), expected, 1e-13)
        found = product_l1(moved, moved_multipliers, low, high, 2, mode, axes=axes)
        close(found, product, 1e-13)


def test_what_is_packed_is_packed_once():
    data, filters = normal(5, 9, 12), filter_pair("db3")
    packed = prepare(data, axes=IMAGE)
    assert (packed.axes, packed.sizes, packed.shape) == ((1, 2), (9, 12), (5, 9, 12))
    found = coefficient_l1(packed, *filters, 2)
    assert found.value == coefficient_l1(data, *filters, 2, axes=IMAGE).value


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_any_number_of_threads_gives_the_same_bits(dtype):
    data, multipliers = normal(2, 230, 31, 33).astype(dtype)  # more than 200,000 values
    filters = filter_pair("db3")

    def bits(threads):
        before = numba.get_num_threads()
        numba.set_num_threads(threads)
        try:
            results = (
                *coefficient_l1(data, *filters, 2, axes=IMAGE),
                *coefficient_l1(data, *filters, 2, axes=IMAGE, adjoint=True),
                *product_l1(data, multipliers, *filters, 2, axes=IMAGE),
            )
        finally:
            numba.set_num_threads(before)
        return [np.asarray(result).tobytes() for result in results]

    allowed = min(3, numba.config.NUMBA_NUM_THREADS)
    first, *others = (bits(threads) for threads in range(1, allowed + 1))
    assert all(other == first for other in others)
