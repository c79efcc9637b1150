"""Every refusal names the value, the rule and the remedy; good arguments pass untouched."""

import numpy as np
import pytest
from scipy.sparse import csr_array

import wavedistill
from wavedistill import checks
from wavedistill.checks import (
    WaveletWarning,
    axis_numbers,
    dense_float_array,
    float_array,
    integer,
    require_shape,
    same_shape,
    signal_axes,
    transformed_axes,
)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("check", [float_array, dense_float_array])
def test_floats_pass_without_a_copy(check, dtype):
    array = np.ones((2, 3), dtype)
    assert check(array, "X") is array


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (np.ones(3, np.float16), np.float32),
        (np.ones(3, np.longdouble), np.float64),
        (np.ones(3, np.int8), np.float64),
        (np.ones(3, bool), np.float64),
        (np.array([1, 1.0, True], dtype=object), np.float64),
        ([1, 1, 1], np.float64),
    ],
)
def test_other_real_numbers_become_floats(value, dtype):
    array = float_array(value, "X")
    assert array.dtype == dtype
    np.testing.assert_array_equal(array, [1, 1, 1])


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (csr_array(np.eye(2)), TypeError, r"X is a sparse matrix; .*X\.toarray\(\)"),
        ([1j], ValueError, "Complex data not supported: X is complex128.*imaginary parts as two"),
        (["a"], TypeError, "X has dtype <U1; give an array of real numbers"),
        (np.array(["2020-01-01"], "M8[D]"), TypeError, "X has dtype datetime64"),
        (np.array([{}]), TypeError, "X has dtype object and cannot be read as real numbers"),
        (np.array(["b", 1], dtype=object), TypeError, "X has dtype object and cannot be read"),
        (
            np.ma.array([1.0, 2.0], mask=[False, True]),
            TypeError,
            r"X is a masked array.*X\.filled\(0\)",
        ),
        (np.ma.array([1.0, 2.0]), TypeError, "X is a masked array, and its mask would be lost"),
        ([[1.0], [1, 2, 3]], ValueError, r"X holds sequences of unequal length \(1 to 3\)"),
    ],
)
@pytest.mark.parametrize("check", [float_array, dense_float_array])
def test_what_is_not_a_real_number_is_refused(check, value, error, message):
    with pytest.raises(error, match=message):
        check(value, "X")


def test_the_remedies_for_unequal_lengths_work():
    X = [np.arange(3.0), np.arange(5.0)]
    with pytest.raises(ValueError, match="unequal length") as refused:
        float_array(X, "X")
    message = str(refused.value)
    cropped = "wavedistill.stack_signals(X, 'crop').signals"
    assert f"Crop them: {cropped}; or pad them with zeros ('pad'), or cut windows" in message
    assert float_array(eval(cropped), "X").shape == (2, 3)
    channels = [np.ones((2, 3)), np.ones((2, 5))]
    objects = np.empty(2, dtype=object)
    objects[:] = X
    for ragged in (channels, objects):
        with pytest.raises(ValueError, match=r"unequal length \(3 to 5\)"):
            float_array(ragged, "X")
        wavedistill.stack_signals(ragged, "crop")
    with pytest.raises(ValueError, match="X holds arrays whose shapes differ"):
        float_array([np.ones((2, 3)), np.ones((4, 3))], "X")
    assert wavedistill.stack_signals(X, "pad").signals.shape == (2, 5)
    assert wavedistill.stack_signals(X, "windows", length=3).signals.shape == (2, 3)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nan_and_infinity_are_counted_and_located(bad, dtype):
    array = np.ones((4, 5), dtype)
    array[1, 3] = array[3, 0] = array[3, 1] = bad
    with pytest.raises(
        ValueError,
        match=r"X contains NaN or infinity: 3 of 20 values, the first at index \(1, 3\), in 2 of 4 "
        r"examples\. Remove those examples or fill the gaps",
    ):
        float_array(array, "X")
    assert dense_float_array(array, "X") is array


def test_infinities_that_cancel_are_found():
    with pytest.raises(ValueError, match="2 of 3 values"):
        float_array([np.inf, -np.inf, 1.0], "X")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_finite_values_whose_sum_overflows_pass(dtype):
    array = np.full(4, np.finfo(dtype).max)
    assert float_array(array, "X") is array


@pytest.mark.parametrize(
    ("value", "fewest", "message"),
    [
        (np.ones(3), 2, r"X has 1 axis \(shape \(3,\)\), and .* at least 2: .* X\[None, :\]"),
        (1.0, 1, r"X has 0 axes \(shape \(\)\), and it needs at least 1"),
        (np.ones((2, 3)), 3, r"X has 2 axes \(shape \(2, 3\)\), and it needs at least 3"),
        ([], 1, r"X is empty \(shape \(0,\)\); give at least one example"),
        (np.ones((2, 0)), 2, r"X is empty \(shape \(2, 0\)\)"),
    ],
)
def test_too_few_axes_or_values_are_refused(value, fewest, message):
    with pytest.raises(ValueError, match=message):
        float_array(value, "X", min_ndim=fewest)


def test_whole_numbers_of_any_kind_become_ints():
    for value in (3, np.int64(3), np.uint8(3)):
        number = integer(value, "k", minimum=3)
        assert (number, type(number)) == (3, int)
    assert integer(-7, "k") == -7
    with pytest.raises(TypeError, match=r"k=1\.5 must be a whole number\.$"):
        integer(1.5, "k")


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (2, ValueError, "k=2 must be at least 3"),
        (3.0, TypeError, r"k=3\.0 must be a whole number of at least 3"),
        (True, TypeError, "k=True must be a whole number"),
        ("3", TypeError, "k='3' must be a whole number"),
        (None, TypeError, "k=None must be a whole number"),
    ],
)
def test_what_is_no_whole_number_or_too_small_is_refused(value, error, message):
    with pytest.raises(error, match=message):
        integer(value, "k", minimum=3)


def test_shapes_must_agree():
    same_shape(np.ones((2, 3)), np.zeros((2, 3)), "multipliers", "X")
    with pytest.raises(
        ValueError,
        match=r"multipliers has shape \(2, 3\) and X has shape \(3, 2\); they must be the same",
    ):
        same_shape(np.ones((2, 3)), np.ones((3, 2)), "multipliers", "X")


@pytest.mark.parametrize(
    ("axes", "expected"),
    [
        (-1, (2,)),
        (1, (1,)),
        (np.int64(-2), (1,)),
        ((-1, -2), (1, 2)),
        ([2, 1], (1, 2)),
        (np.array([2, -2]), (1, 2)),
    ],
)
def test_axes_come_back_ascending_and_not_negative(axes, expected):
    assert signal_axes((5, 6, 7), axes) == expected


@pytest.mark.parametrize(
    ("axes", "error", "message"),
    [
        ((), ValueError, r"axes=\(\) must name one to three different axes: -1 for signals"),
        (3, ValueError, r"axes=3 is out of range: X has 3 axes \(shape \(5, 6, 7\)\)"),
        (-4, ValueError, "axes=-4 is out of range"),
        (0, ValueError, "axes=0 names the first axis of X .*runs over examples; transform one"),
        (-3, ValueError, "axes=-3 names the first axis"),
        ((1, -2), ValueError, r"axes=\(1, -2\) names an axis twice: X has 3 axes"),
        ((1, 1), ValueError, r"axes=\(1, 1\) must name one to three different axes"),
        ((1, 2, 3, 4), ValueError, r"axes=\(1, 2, 3, 4\) must name one to three"),
        ((1, 2.0), TypeError, r"axes=2\.0 must be a whole number"),
        (True, TypeError, "axes=True must be a whole number"),
        (1.5, TypeError, r"axes=1\.5 must be"),
        (None, TypeError, "axes=None must be"),
    ],
)
def test_axes_that_cannot_be_transformed_are_refused(axes, error, message):
    with pytest.raises(error, match=message):
        signal_axes((5, 6, 7), axes)


def test_a_transform_may_take_the_first_axis_and_three():
    assert transformed_axes(3, (0, -1, 1), "it has 3 axes") == (0, 1, 2)
    assert axis_numbers((2, 0)) == (2, 0)
    with pytest.raises(ValueError, match=r"axes=\(0, 3\) is out of range: it has 3 axes"):
        transformed_axes(3, (0, 3), "it has 3 axes")


def test_warnings_have_one_base():
    for name in ("BorderWarning", "InvalidWaveletWarning", "PaddedWaveletWarning"):
        assert issubclass(getattr(checks, name), WaveletWarning)
    assert issubclass(WaveletWarning, UserWarning)


def test_one_signal_has_no_axis_of_examples():
    with pytest.raises(ValueError, match=r"first axis of data \(shape \(5,\)\)"):
        signal_axes((5,), -1, "data")


def test_a_shape_beside_another_array_is_required_by_name():
    require_shape("lifetime", np.zeros(3), (3,), "traces", (3, 40))
    with pytest.raises(
        ValueError, match=r"lifetime has shape \(4,\); beside traces of shape \(3, 4"
    ):
        require_shape("lifetime", np.zeros(4), (3,), "traces", (3, 40))
