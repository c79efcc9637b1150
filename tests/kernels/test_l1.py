"""The fused kernel against PyWavelets, finite differences and its own mathematics."""

from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
import pytest
import pywt
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers import (
    MODES,
    bank,
    central_differences,
    close,
    filter_pair,
    layout,
    normal,
    synthesis_matrix,
    wavedec,
)
from wavedistill.kernels import coefficient_l1, prepare, product_l1
from wavedistill.kernels.threads import in_chunks

LENGTHS = (1, 2, 3, 5, 8, 16, 33, 64, 257)
COUNTS = (1, 2, 3, 4, 5, 16, 17, 40)  # blocks are 1, 4 or 16 signals wide
FILTERS = ("haar", "db2", "db5", "sym7", 2, 6, 12)


def coefficients(data, low, high, levels, mode, adjoint=False):
    """A_h or S_h^T of every row, by PyWavelets, as sub-bands from coarse to fine."""
    if not adjoint:
        return wavedec(data, bank(low, high), levels, mode)
    matrix = synthesis_matrix(bank(low, high), data.shape[-1], levels, mode)
    sizes = layout(data.shape[-1], len(low), levels, mode).sizes
    return np.split(data @ matrix.T, np.cumsum(sizes)[:-1], axis=-1)


def total(bands):
    return sum(np.abs(band).sum() for band in bands)


def check_degrees(result, bands, low, high):
    """Euler's identity for each filter: a detail of level j has degree j - 1 in h and 1 in g."""
    sums = [np.abs(band).sum() for band in bands]
    levels = len(sums) - 1
    by_low = sum((levels - 1 - i) * detail for i, detail in enumerate(sums[1:])) + levels * sums[0]
    scale = levels * total(bands)
    assert low @ result.grad_lowpass == pytest.approx(by_low, abs=1e-11 * scale)
    assert high @ result.grad_highpass == pytest.approx(sum(sums[1:]), abs=1e-11 * scale)


# ------------------------------------------------------------------ the value


@pytest.mark.parametrize("adjoint", [False, True], ids=["analysis", "adjoint"])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("which", FILTERS)
def test_value_is_the_sum_of_the_coefficients_of_pywavelets(which, mode, adjoint):
    low, high = filter_pair(which)
    for i, length in enumerate(LENGTHS):
        for levels in (0, 1, 2, 3, 6):
            data = normal(COUNTS[(i + levels) % len(COUNTS)], length)
            bands = coefficients(data, low, high, levels, mode, adjoint)
            result = coefficient_l1(data, low, high, levels, mode, adjoint=adjoint)
            assert result.value == pytest.approx(total(bands), rel=1e-12)
            assert type(result.value) is float
            check_degrees(result, bands, low, high)


@settings(max_examples=150)
@given(
    count=st.integers(1, 40),
    length=st.integers(1, 70),
    taps=st.integers(1, 9).map(lambda half: 2 * half),
    levels=st.integers(0, 6),
    mode=st.sampled_from(MODES),
    adjoint=st.booleans(),
)
def test_any_shape_agrees_with_pywavelets(count, length, taps, levels, mode, adjoint):
    data, (low, high) = normal(count, length), filter_pair(taps)
    bands = coefficients(data, low, high, levels, mode, adjoint)
    result = coefficient_l1(data, low, high, levels, mode, adjoint=adjoint)
    assert result.value == pytest.approx(total(bands), rel=1e-12)
    check_degrees(result, bands, low, high)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("which", ["haar", "db5", 6])
def test_product_is_the_sum_of_the_products_of_coefficients(which, mode):
    low, high = filter_pair(which)
    for i, length in enumerate(LENGTHS):
        for levels in (0, 1, 3, 6):
            inputs, multipliers = normal(2, COUNTS[(i + levels) % len(COUNTS)], length)
            bands = [
                a * s
                for a, s in zip(
                    coefficients(inputs, low, high, levels, mode),
                    coefficients(multipliers, low, high, levels, mode, adjoint=True),
                    strict=True,
                )
            ]
            result = product_l1(inputs, multipliers, low, high, levels, mode)
            assert result.value == pytest.approx(total(bands), rel=1e-12)
            half = type(result)(result.value, result.grad_lowpass / 2, result.grad_highpass / 2)
            check_degrees(half, bands, low, high)


@pytest.mark.parametrize("mode", ["symmetric", "periodization"])
def test_float32_agrees_with_float64(mode):
    data, multipliers, (low, high) = normal(40, 65), normal(40, 65, seed=1), filter_pair("db5")
    narrow = data.astype(np.float32), multipliers.astype(np.float32)
    wide = [array.astype(np.float64) for array in narrow]
    for adjoint in (False, True):
        single, double = (
            coefficient_l1(array, low, high, 3, mode, adjoint=adjoint)
            for array in (narrow[0], wide[0])
        )
        close(single, double, 1e-5)
        assert type(single.value) is float
        assert single.grad_lowpass.dtype == single.grad_highpass.dtype == np.float64
    close(product_l1(*narrow, low, high, 3, mode), product_l1(*wide, low, high, 3, mode), 1e-5)


# ------------------------------------------------------------------ the gradient


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("taps", "length"), [(2, 9), (6, 1), (10, 33), (14, 12)])
def test_gradients_are_those_of_finite_differences(mode, taps, length):
    low, high = filter_pair(taps)
    data, multipliers = normal(5, length), normal(5, length, seed=1)
    kernels = [
        lambda h, g: coefficient_l1(data, h, g, 3, mode),
        lambda h, g: coefficient_l1(data, h, g, 3, mode, adjoint=True),
        lambda h, g: product_l1(data, multipliers, h, g, 3, mode),
    ]
    for kernel in kernels:
        result = kernel(low, high)
        close(
            (result.grad_lowpass, result.grad_highpass),
            (
                central_differences(lambda h, kernel=kernel: kernel(h, high).value, low),
                central_differences(lambda g, kernel=kernel: kernel(low, g).value, high),
            ),
            1e-6,
        )
        assert result.grad_lowpass.shape == result.grad_highpass.shape == (taps,)


def test_the_derivative_of_a_coefficient_that_is_zero_counts_as_zero():
    low, high = np.array([1.0, 1.0]), np.array([1.0, -1.0])
    # A constant signal has no details, to the last bit, and (h0 + h1)^2 is its approximation.
    value, by_low, by_high = coefficient_l1(np.ones((5, 8)), low, high, 2)
    assert (value, by_low.tolist(), by_high.tolist()) == (5 * 2 * 4, [5 * 2 * 4] * 2, [0, 0])
    nothing = product_l1(np.ones((5, 8)), np.zeros((5, 8)), low, high, 2)
    assert [np.abs(part).max() for part in nothing] == [0, 0, 0]


@pytest.mark.parametrize("count", [1, 4, 20])
def test_rows_of_zeros_change_nothing(count):
    data, multipliers, (low, high) = (
        normal(count, 21),
        normal(count, 21, seed=1),
        filter_pair("db3"),
    )
    longer, longer_multipliers = (
        np.insert(array, [0, count // 2, count], 0, axis=0) for array in (data, multipliers)
    )
    close(coefficient_l1(longer, low, high, 3), coefficient_l1(data, low, high, 3), 1e-13)
    close(
        product_l1(longer, longer_multipliers, low, high, 3),
        product_l1(data, multipliers, low, high, 3),
        1e-13,
    )


# ------------------------------------------------------------------ examples, channels, threads


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_kernel_is_additive_over_examples(dtype):
    data, multipliers = normal(2, 40, 30).astype(dtype)
    low, high = filter_pair("db2")
    whole = coefficient_l1(data, low, high, 3), product_l1(data, multipliers, low, high, 3)
    parts = [slice(0, 1), slice(1, 4), slice(4, 20), slice(20, 40)]
    for kernel, expected in zip(
        (
            lambda part: coefficient_l1(data[part], low, high, 3),
            lambda part: product_l1(data[part], multipliers[part], low, high, 3),
        ),
        whole,
        strict=True,
    ):
        sums = [sum(terms) for terms in zip(*map(kernel, parts), strict=True)]
        close(sums, expected, 1e-12 if dtype is np.float64 else 1e-5)


def test_no_examples_add_nothing():
    value, by_low, by_high = coefficient_l1(np.ones((0, 8)), *filter_pair("db2"), 2)
    assert (value, by_low.tolist(), by_high.tolist()) == (0, [0] * 4, [0] * 4)


@pytest.mark.parametrize("mode", ["reflect", "periodization"])
def test_channels_are_signals_of_their_own(mode):
    data, multipliers = normal(2, 5, 3, 21)  # (n, C, L)
    low, high = filter_pair("db3")
    apart = [coefficient_l1(data[:, c], low, high, 2, mode) for c in range(3)]
    expected = [sum(terms) for terms in zip(*apart, strict=True)]
    moved, moved_multipliers = (np.moveaxis(array, 1, 2) for array in (data, multipliers))
    close(coefficient_l1(data, low, high, 2, mode), expected, 1e-13)
    close(coefficient_l1(moved, low, high, 2, mode, axes=1), expected, 1e-13)
    close(coefficient_l1(moved, low, high, 2, mode, axes=(-2,)), expected, 1e-13)
    close(
        product_l1(moved, moved_multipliers, low, high, 2, mode, axes=1),
        product_l1(data, multipliers, low, high, 2, mode),
        1e-13,
    )


@pytest.fixture
def set_threads():
    before = numba.get_num_threads()
    yield numba.set_num_threads
    numba.set_num_threads(before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_any_number_of_threads_gives_the_same_bits(dtype, set_threads):
    data, multipliers = normal(2, 700, 310).astype(dtype)  # more than 200,000 samples
    low, high = filter_pair("db3")

    def bits(threads):
        set_threads(threads)
        results = (
            *coefficient_l1(data, low, high, 3),
            *coefficient_l1(data, low, high, 3, adjoint=True),
            *product_l1(data, multipliers, low, high, 3),
            prepare(data).blocks,
        )
        return [np.asarray(result).tobytes() for result in results]

    allowed = min(3, numba.config.NUMBA_NUM_THREADS)
    first, *others = (bits(threads) for threads in range(1, allowed + 1))
    assert all(other == first for other in others)


def test_threads_share_the_work_without_overlap(monkeypatch):
    started = []

    def pool(workers):
        started.append(workers)
        return ThreadPoolExecutor(workers)

    monkeypatch.setattr("wavedistill.kernels.threads.ThreadPoolExecutor", pool)
    monkeypatch.setattr("numba.get_num_threads", lambda: 3)
    for count in (1, 2, 5, 13, 1000):
        done = []
        in_chunks(lambda start, stop, done=done: done.extend(range(start, stop)), count, 10**6)
        assert sorted(done) == list(range(count))
    assert started == [3] * 4

    def fail(start, stop):
        raise ValueError(f"{start} to {stop}")

    with pytest.raises(ValueError, match="0 to"):
        in_chunks(fail, 100, 10**6)


@pytest.mark.parametrize("mode", ["zero", "periodization", "symmetric"])
@pytest.mark.parametrize("count", [1, 5, 17])
def test_products_of_several_baselines_are_averaged_before_they_are_taken_absolute(mode, count):
    random = np.random.default_rng(count)
    inputs, multipliers = random.standard_normal((2, 3, count, 19))
    lowpass, highpass = random.standard_normal((2, 6))

    def total(low, high):
        pair = bank(low, high)
        extension = mode if mode == "periodization" else "zero"

        def bands(data, rule, odd):
            found = []
            for _ in range(2):
                if rule == "periodization" and odd and data.shape[-1] % 2:
                    data = np.pad(data, ((0, 0), (0, 0), (0, 1)))
                data, detail = pywt.dwt(data, pair, rule)
                found.append(detail)
            return [*found, data]

        pairs = zip(bands(inputs, mode, False), bands(multipliers, extension, True), strict=True)
        return sum(np.abs((a * b).mean(axis=0)).sum() for a, b in pairs)

    found = product_l1(inputs, multipliers, lowpass, highpass, 2, mode, baseline_axis=True)
    assert found.value == pytest.approx(total(lowpass, highpass), rel=1e-12)
    for k, unit in enumerate(1e-6 * np.eye(6)):
        by_low = total(lowpass + unit, highpass) - total(lowpass - unit, highpass)
        by_high = total(lowpass, highpass + unit) - total(lowpass, highpass - unit)
        assert found.grad_lowpass[k] == pytest.approx(by_low / 2e-6, rel=1e-5, abs=1e-5)
        assert found.grad_highpass[k] == pytest.approx(by_high / 2e-6, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("baselines", [1, 2])
def test_products_are_the_same_on_any_number_of_threads(baselines):
    random = np.random.default_rng(0)
    data = random.standard_normal((2, baselines, 4001, 40)).astype(np.float32)
    assert data[0, 0].size * 2 > 200_000

    def total(count):
        before = numba.get_num_threads()
        numba.set_num_threads(count)
        try:
            return product_l1(*data, *filter_pair("db3"), 2, baseline_axis=True)
        finally:
            numba.set_num_threads(before)

    alone, together = total(1), total(min(2, numba.config.NUMBA_NUM_THREADS))
    assert alone.value == together.value
    np.testing.assert_array_equal(alone.grad_lowpass, together.grad_lowpass)
    np.testing.assert_array_equal(alone.grad_highpass, together.grad_highpass)
    parts = [product_l1(*data[:, :, rows], *filter_pair("db3"), 2, baseline_axis=True)
             for rows in (slice(0, 1000), slice(1000, None))]  # fmt: skip
    assert sum(part.value for part in parts) == pytest.approx(alone.value, rel=1e-6)
