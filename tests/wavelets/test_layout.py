"""Where coefficients lie, for signals, images and volumes, and the settings that decide it."""

from typing import Any

import numpy as np
import pytest
import pywt

from tests.helpers import MODES, normal
from wavedistill.wavelets import CoefficientLayout, Decomposition, WaveletTransform


def test_a_layout_names_and_places_its_bands():
    layout = CoefficientLayout((9,), (4, 4), "zero")
    assert layout.levels == 2
    assert layout.inputs == ((9,), (6,), (4,))
    assert layout.sizes == (4, 4, 6)
    assert layout.names == ("cA2", "cD2", "cD1")
    assert layout.band_levels == (2, 2, 1)
    assert layout.slices == (slice(0, 4), slice(4, 8), slice(8, 14))
    assert layout.total == 14
    assert layout.labels[:5] == ("cA2[0]", "cA2[1]", "cA2[2]", "cA2[3]", "cD2[0]")
    assert CoefficientLayout((9,), (4, 4), "periodization").sizes == (3, 3, 5)
    assert CoefficientLayout((9,), (2, 10)).sizes == (7, 7, 5)


def test_images_and_volumes_have_more_bands():
    images = CoefficientLayout((9, 5), (2, 2))
    assert images.names == ("cA2", "cH2", "cV2", "cD2", "cH1", "cV1", "cD1")
    assert images.shapes == ((3, 2),) * 4 + ((5, 3),) * 3
    assert images.total == len(images.labels) == 4 * 6 + 3 * 15
    assert images.labels[7] == "cH2[0,1]"
    volumes = CoefficientLayout((4, 4, 4), (2,))
    assert volumes.names == tuple(
        f"{key}1" for key in ("aaa", "aad", "ada", "add", "daa", "dad", "dda", "ddd")
    )
    assert volumes.band_levels == (1,) * 8


@pytest.mark.parametrize("mode", MODES)
def test_sizes_are_those_of_pywavelets(mode):
    for length in (1, 2, 7, 8, 33):
        for name in ("haar", "db4"):
            taps = pywt.Wavelet(name).rec_len
            expected = pywt.dwt_coeff_len(length, taps, mode)
            assert CoefficientLayout((length,), (taps,), mode).sizes == (expected, expected)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_split_hands_out_views(axis):
    layout = CoefficientLayout((9,), (4, 4))
    coefficients = np.moveaxis(normal(14, 2, 3), 0, axis)
    bands = layout.split(coefficients, axis)
    whole = np.moveaxis(coefficients, axis, 0)
    for band, place in zip(bands, layout.slices, strict=True):
        np.testing.assert_array_equal(np.moveaxis(band, axis, 0), whole[place])
        assert np.shares_memory(band, coefficients)
    message = rf"have 13 entries along axis {axis}, and .* length 9 with 4 taps, 2 levels .* 14"
    with pytest.raises(ValueError, match=message):
        layout.split(np.moveaxis(normal(13, 2, 3), 0, axis), axis)


@pytest.mark.parametrize("axes", [(-2, -1), (1, 2), (1, 3)])
def test_bands_of_images_have_two_axes(axes):
    data = normal(2, 9, 5, 4)
    transform = WaveletTransform("db2", 2, axes=axes)
    lengths = tuple(data.shape[axis] for axis in sorted(axis % 4 for axis in axes))
    layout = transform.layout(lengths)
    coefficients = transform.analysis(data)
    first = sorted(axis % 4 for axis in axes)[0]
    for band, shape in zip(layout.bands(coefficients, first), layout.shapes, strict=True):
        assert band.shape[first : first + 2] == shape
        assert band.shape[0] == 2
    with pytest.raises(ValueError, match="entries along axis 0"):
        layout.bands(coefficients, 0)


# ------------------------------------------------------------------ settings


def test_axes_are_kept_in_ascending_order():
    assert Decomposition(2).axes == (-1,)
    assert Decomposition(2, axes=(-1, -2)) == Decomposition(2, "zero", [-2, -1])
    numbers: list[Any] = [np.array([2, 1]), np.int64(2)]
    assert Decomposition(2, axes=numbers[0]).axes == (1, 2)
    assert hash(Decomposition(2)) == hash(Decomposition(numbers[1]))
    assert Decomposition(2, axes=(-2, -1)).along((5, 6, 7)) == (1, 2)
    assert Decomposition(2, axes=(-2, -1)).lengths((5, 6, 7)) == (6, 7)
    assert Decomposition(2).layout((9,), 4) == CoefficientLayout((9,), (4, 4))
    assert Decomposition(2).layout((9,), (4, 2)) == CoefficientLayout((9,), (4, 2))


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"levels": 0}, ValueError, "levels=0 must be at least 1"),
        ({"levels": 1.5}, TypeError, "levels=1.5 must be a whole number"),
        ({"levels": True}, TypeError, "levels=True must be a whole number"),
        ({"mode": "per"}, ValueError, "mode='per' must be one of zero, constant"),
        ({"axes": ()}, ValueError, r"axes=\(\) must name one to three different axes"),
        ({"axes": (1, 1)}, ValueError, r"axes=\(1, 1\) must name one to three different axes"),
        ({"axes": (1, 2, 3, 4)}, ValueError, r"must name one to three different axes: -1 for"),
        ({"axes": 1.5}, TypeError, r"axes=1\.5 must be a whole number\.$"),
        ({"axes": None}, TypeError, "axes=None must be a whole number"),
        ({"axes": "-1"}, TypeError, "axes='-1' must be a whole number"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes, error, message):
    with pytest.raises(error, match=message):
        Decomposition(**{"levels": 1, **changes})


@pytest.mark.parametrize(
    ("levels", "lengths", "message"),
    [
        (6, (20,), r"levels=6 .* signals of length 20 \(n_features=20\): .* levels=5 is the most"),
        (4, (64, 8), "images of 64 x 8: .* = 8 must be less than the shortest side; levels=3 is"),
        (3, (8, 8, 3), "volumes of 8 x 8 x 3: .* levels=2 is the most"),
        (1, (1,), "a single sample has none"),
    ],
)
def test_levels_that_are_too_deep_are_refused(levels, lengths, message):
    with pytest.raises(ValueError, match=message):
        Decomposition(levels).check_depth(lengths)


@pytest.mark.parametrize("length", [2, 3, 4, 5, 8, 9, 1024, 1025])
def test_the_deepest_that_is_named_is_allowed_and_no_more(length):
    deepest = next(j for j in range(20, 0, -1) if 2 ** (j - 1) < length)
    Decomposition(deepest).check_depth((length,))
    with pytest.raises(ValueError, match=rf"levels={deepest} is the most"):
        Decomposition(deepest + 1).check_depth((length,))
