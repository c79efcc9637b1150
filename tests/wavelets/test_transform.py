"""A_h, S_h and S_h^T of arrays: PyWavelets' transforms, in one array, for any length."""

import warnings

import numpy as np
import pytest
import pywt
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.helpers import MODES, normal, synthesis_matrix
from wavedistill.wavelets import (
    CoefficientLayout,
    Wavelet,
    adjoint_synthesis,
    analysis,
    synthesis,
)

LENGTHS = (2, 3, 16, 17, 37, 64)
WAVELETS = ("haar", "db2", "sym7", "coif2")


def wavedec(data, name, levels, mode, axis=-1):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Level value of .* is too high")
        return pywt.wavedec(data, name, mode, levels, axis)


def reflects_one_sample(length, name, levels, mode):
    """Whether a level has a single sample, which PyWavelets does not reflect."""
    inputs = CoefficientLayout(length, pywt.Wavelet(name).rec_len, levels, mode).sizes[2:]
    return mode in ("reflect", "antireflect") and 1 in (length, *inputs)


# ------------------------------------------------------------------ analysis


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", WAVELETS)
def test_analysis_is_wavedec_in_one_array(name, mode):
    for length in LENGTHS:
        for levels in (0, 1, 2, 4):
            if reflects_one_sample(length, name, levels, mode):
                continue
            data = normal(3, length)
            expected = wavedec(data, name, levels, mode)
            found = analysis(data, name, levels, mode)
            np.testing.assert_array_equal(found, np.concatenate(expected, axis=-1))
            layout = CoefficientLayout(length, pywt.Wavelet(name).rec_len, levels, mode)
            assert layout.sizes == tuple(band.shape[-1] for band in expected)
            for band, oracle in zip(layout.split(found), expected, strict=True):
                np.testing.assert_array_equal(band, oracle)


@pytest.mark.parametrize("mode", MODES)
def test_signals_and_levels_of_one_sample_are_analysed_and_come_back(mode):
    for length in (1, 2):
        data = normal(3, length)
        coefficients = analysis(data, "haar", 3, mode)
        np.testing.assert_allclose(synthesis(coefficients, "haar", 3, length, mode), data)


@pytest.mark.parametrize("transform", [analysis, adjoint_synthesis])
@pytest.mark.parametrize("mode", ["symmetric", "periodization"])
def test_any_axis_takes_the_place_of_the_last(transform, mode):
    data = normal(4, 19, 3)
    for axis in (0, 1, 2, -2):
        expected = transform(np.moveaxis(data, axis, -1), "db2", 2, mode)
        found = transform(data, "db2", 2, mode, axis)
        np.testing.assert_allclose(np.moveaxis(found, axis, -1), expected, atol=1e-14)
        if transform is analysis:
            again = synthesis(found, "db2", 2, data.shape[axis], mode, axis)
            np.testing.assert_allclose(again, data, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("mode", ["zero", "periodization"])
def test_the_precision_of_the_data_is_kept(dtype, mode):
    data = normal(2, 17).astype(dtype)
    coefficients = analysis(data, "db2", 2, mode)
    assert coefficients.dtype == adjoint_synthesis(data, "db2", 2, mode).dtype == dtype
    assert synthesis(coefficients, "db2", 2, 17, mode).dtype == dtype


def test_a_wavelet_may_be_an_object_a_name_or_a_filter():
    data, filters = normal(2, 17), pywt.Wavelet("db2").rec_lo
    expected = analysis(data, "db2", 2)
    for wavelet in (Wavelet.from_name("db2"), pywt.Wavelet("db2"), filters):
        np.testing.assert_array_equal(analysis(data, wavelet, 2), expected)


def test_the_data_are_not_touched():
    data = normal(3, 17)
    before = data.copy()
    synthesis(analysis(data, "db2", 0), "db2", 0, 17)[...] = 0
    for transform in (analysis, adjoint_synthesis):
        transform(data, "db2", 0)[...] = 0
    np.testing.assert_array_equal(data, before)


# ------------------------------------------------------------------ synthesis and its adjoint


@given(
    length=st.integers(2, 70),
    levels=st.integers(0, 5),
    mode=st.sampled_from(MODES),
    name=st.sampled_from(WAVELETS),
)
def test_synthesis_gives_signals_of_any_length_back(length, levels, mode, name):
    assume(not reflects_one_sample(length, name, levels, mode))
    data = normal(3, length)
    again = synthesis(analysis(data, name, levels, mode), name, levels, length, mode)
    assert again.shape == data.shape
    np.testing.assert_allclose(again, data, atol=1e-9)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", WAVELETS)
def test_adjoint_synthesis_is_the_adjoint_of_waverec(name, mode):
    for length in (1, *LENGTHS):
        for levels in (0, 1, 3, 5):
            data = normal(3, length)
            matrix = synthesis_matrix(pywt.Wavelet(name), length, levels, mode)
            found = adjoint_synthesis(data, name, levels, mode)
            np.testing.assert_allclose(found, data @ matrix.T, atol=1e-12)


@given(
    length=st.integers(1, 70),
    levels=st.integers(0, 5),
    mode=st.sampled_from(MODES),
    name=st.sampled_from(WAVELETS),
)
def test_synthesis_and_its_adjoint_have_the_same_inner_products(length, levels, mode, name):
    layout = CoefficientLayout(length, pywt.Wavelet(name).rec_len, levels, mode)
    w, u = normal(layout.total), normal(length, seed=1)
    left = synthesis(w, name, levels, length, mode) @ u
    assert left == pytest.approx(w @ adjoint_synthesis(u, name, levels, mode), abs=1e-12)


@given(length=st.integers(1, 70), levels=st.integers(1, 5), name=st.sampled_from(WAVELETS))
def test_analysis_with_zeros_keeps_the_norm(length, levels, name):
    data = normal(2, length)
    coefficients = analysis(data, name, levels)
    expected = np.linalg.norm(data, axis=1)
    np.testing.assert_allclose(np.linalg.norm(coefficients, axis=1), expected, rtol=1e-9)


# ------------------------------------------------------------------ the layout


def test_a_layout_names_and_places_its_bands():
    layout = CoefficientLayout(length=9, taps=4, levels=2, mode="zero")
    assert layout.sizes == (4, 4, 6)
    assert layout.names == ("cA2", "cD2", "cD1")
    assert layout.slices == (slice(0, 4), slice(4, 8), slice(8, 14))
    assert layout.total == 14
    assert CoefficientLayout(9, 4, 2, "periodization").sizes == (3, 3, 5)
    nothing = CoefficientLayout(9, 4, 0)
    assert (nothing.sizes, nothing.names, nothing.slices) == ((9,), ("cA0",), (slice(0, 9),))


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_split_hands_out_views(axis):
    layout = CoefficientLayout(9, 4, 2)
    coefficients = np.moveaxis(normal(14, 2, 3), 0, axis)
    bands = layout.split(coefficients, axis)
    whole = np.moveaxis(coefficients, axis, 0)
    for band, place in zip(bands, layout.slices, strict=True):
        np.testing.assert_array_equal(np.moveaxis(band, axis, 0), whole[place])
        assert np.shares_memory(band, coefficients)
    message = rf"have 13 entries along axis {axis}, and .* length 9 with 4 taps, 2 levels .* 14"
    with pytest.raises(ValueError, match=message):
        layout.split(np.moveaxis(normal(13, 2, 3), 0, axis), axis)


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize("transform", [analysis, adjoint_synthesis])
@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"wavelet": "bior2.2"}, ValueError, "biorthogonal"),
        ({"wavelet": [1.0]}, ValueError, "even length"),
        ({"levels": -1}, ValueError, "levels=-1 must be at least 0"),
        ({"levels": 1.5}, TypeError, "levels=1.5 must be a whole number"),
        ({"levels": True}, TypeError, "levels=True must be a whole number"),
        ({"mode": "per"}, ValueError, "mode='per' must be one of zero, constant"),
        ({"data": [1j, 2]}, ValueError, "Complex data not supported: data"),
        ({"data": ["a", "b"]}, TypeError, "data has dtype <U1"),
        ({"axis": 2}, ValueError, "axis|Axis"),
    ],
)
def test_bad_arguments_are_refused(transform, changes, error, message):
    with pytest.raises(error, match=message):
        transform(**{"data": normal(3, 8), "wavelet": "haar", "levels": 1, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"length": 9}, r"8 entries along axis -1, and signals of length 9 .* have 10"),
        ({"length": 0}, "length=0 must be at least 1"),
        ({"levels": -1}, "levels=-1"),
        ({"mode": "none"}, "mode='none' must be one of"),
        ({"wavelet": "db2"}, "have 8 entries along axis -1"),
    ],
)
def test_coefficients_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        synthesis(
            **{
                "coefficients": normal(3, 8),
                "wavelet": "haar",
                "levels": 1,
                "length": 8,
                **changes,
            }
        )
