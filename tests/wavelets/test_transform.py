"""A_h, S_h and S_h^T of signals: PyWavelets' transforms, in one array, for any length."""

import warnings

import numpy as np
import pytest
import pywt
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.helpers import MODES, normal, synthesis_matrix
from wavedistill.wavelets import Wavelet, WaveletTransform

LENGTHS = (2, 3, 16, 17, 37, 64)
WAVELETS = ("haar", "db2", "sym7", "coif2")


def wavedec(data, name, levels, mode):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Level value of .* is too high")
        return pywt.wavedec(data, name, mode, levels)


def reflects_one_sample(length, transform):
    """Whether a level has a single sample, which PyWavelets does not reflect."""
    inputs = [size for (size,) in transform.layout(length).inputs[:-1]]
    return transform.mode in ("reflect", "antireflect") and 1 in inputs


# ------------------------------------------------------------------ analysis


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", WAVELETS)
def test_analysis_is_wavedec_in_one_array(name, mode):
    for length in LENGTHS:
        for levels in (1, 2, 4):
            transform = WaveletTransform(name, levels, mode)
            if reflects_one_sample(length, transform):
                continue
            data = normal(3, length)
            expected = wavedec(data, name, levels, mode)
            found = transform.analysis(data)
            np.testing.assert_array_equal(found, np.concatenate(expected, axis=-1))
            layout = transform.layout(length)
            assert layout.sizes == tuple(band.shape[-1] for band in expected)
            for band, oracle in zip(layout.split(found), expected, strict=True):
                np.testing.assert_array_equal(band, oracle)


@pytest.mark.parametrize("mode", MODES)
def test_signals_and_levels_of_one_sample_are_analysed_and_come_back(mode):
    transform = WaveletTransform("haar", 3, mode)
    for length in (1, 2):
        data = normal(3, length)
        again = transform.synthesis(transform.analysis(data), length)
        np.testing.assert_allclose(again, data)


@pytest.mark.parametrize("method", ["analysis", "adjoint"])
@pytest.mark.parametrize("mode", ["symmetric", "periodization"])
def test_any_axis_takes_the_place_of_the_last(method, mode):
    data = normal(4, 19, 3)
    last = WaveletTransform("db2", 2, mode)
    for axis in (0, 1, 2, -2):
        transform = WaveletTransform("db2", 2, mode, axis)
        expected = getattr(last, method)(np.moveaxis(data, axis, -1))
        found = getattr(transform, method)(data)
        np.testing.assert_allclose(np.moveaxis(found, axis, -1), expected, atol=1e-14)
        if method == "analysis":
            again = transform.synthesis(found, data.shape[axis])
            np.testing.assert_allclose(again, data, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("mode", ["zero", "periodization"])
def test_the_precision_of_the_data_is_kept(dtype, mode):
    data, transform = normal(2, 17).astype(dtype), WaveletTransform("db2", 2, mode)
    coefficients = transform.analysis(data)
    assert coefficients.dtype == transform.adjoint(data).dtype == dtype
    assert transform.synthesis(coefficients, 17).dtype == dtype
    assert transform.undecimated(data).dtype == transform.packets(data).dtype == dtype


def test_a_wavelet_may_be_an_object_a_name_or_a_filter():
    data, filters = normal(2, 17), pywt.Wavelet("db2").rec_lo
    expected = WaveletTransform("db2", 2).analysis(data)
    for wavelet in (Wavelet.from_name("db2"), pywt.Wavelet("db2"), filters, np.array(filters)):
        np.testing.assert_array_equal(WaveletTransform(wavelet, 2).analysis(data), expected)


def test_the_data_are_not_touched():
    data, transform = normal(3, 17), WaveletTransform("db2", 1, "periodization")
    before = data.copy()
    for method in ("analysis", "adjoint", "undecimated", "packets"):
        getattr(transform, method)(data)[...] = 0
    coefficients = transform.analysis(data)
    kept = coefficients.copy()
    transform.synthesis(coefficients, 17)[...] = 0
    np.testing.assert_array_equal(data, before)
    np.testing.assert_array_equal(coefficients, kept)


# ------------------------------------------------------------------ synthesis and its adjoint


@given(
    length=st.integers(1, 70),
    levels=st.integers(1, 5),
    mode=st.sampled_from(MODES),
    name=st.sampled_from(WAVELETS),
)
def test_synthesis_gives_signals_of_any_length_back(length, levels, mode, name):
    transform = WaveletTransform(name, levels, mode)
    data = normal(3, length)
    again = transform.synthesis(transform.analysis(data), length)
    assert again.shape == data.shape
    np.testing.assert_allclose(again, data, atol=1e-9)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", WAVELETS)
def test_the_adjoint_is_that_of_waverec(name, mode):
    for length in (1, *LENGTHS):
        for levels in (1, 3, 5):
            data = normal(3, length)
            matrix = synthesis_matrix(pywt.Wavelet(name), length, levels, mode)
            found = WaveletTransform(name, levels, mode).adjoint(data)
            np.testing.assert_allclose(found, data @ matrix.T, atol=1e-12)


@given(length=st.integers(1, 70), levels=st.integers(1, 5), name=st.sampled_from(WAVELETS))
def test_analysis_with_zeros_keeps_the_norm(length, levels, name):
    data = normal(2, length)
    coefficients = WaveletTransform(name, levels).analysis(data)
    expected = np.linalg.norm(data, axis=1)
    np.testing.assert_allclose(np.linalg.norm(coefficients, axis=1), expected, rtol=1e-9)


@given(
    length=st.integers(2, 70),
    mode=st.sampled_from(MODES),
    names=st.lists(st.sampled_from(WAVELETS), min_size=1, max_size=4),
)
def test_each_level_has_the_filters_it_was_given(length, mode, names):
    # Level after level by hand: the first of the list is the finest.
    assume(not reflects_one_sample(length, WaveletTransform(names, mode=mode)))
    data = approximation = normal(2, length)
    details = []
    for name in names:
        approximation, detail = pywt.dwt(approximation, name, mode)
        details = [detail, *details]
    found = WaveletTransform(names, mode=mode).analysis(data)
    np.testing.assert_array_equal(found, np.concatenate([approximation, *details], axis=-1))
