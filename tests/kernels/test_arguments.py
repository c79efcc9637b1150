"""What the fused kernel accepts, how it packs it, and what it refuses."""

import numpy as np
import pytest

from tests.helpers import close, filter_pair, normal
from wavedistill.kernels import PackedSignals, coefficient_l1, prepare, product_l1


@pytest.mark.parametrize(
    "given",
    [
        lambda data: np.repeat(data, 2, axis=0)[::2],
        lambda data: np.repeat(data, 2, axis=1)[:, ::2],
        lambda data: data[::-1, ::-1][::-1, ::-1],
        np.asfortranarray,
        lambda data: data.astype(int),
        lambda data: data.astype(np.int8),
        lambda data: data.tolist(),
        lambda data: data.astype(">f8"),
        lambda data: np.broadcast_to(data, data.shape),  # read-only
        prepare,
    ],
)
def test_any_array_will_do_and_is_not_touched(given):
    data = np.round(5 * normal(7, 20))
    data[0] = 3
    low, high = filter_pair("db3")
    before, given_data = data.copy(), given(data)
    expected = coefficient_l1(data, low, high, 2)
    result = coefficient_l1(given_data, low, high, 2)
    assert [np.asarray(r).tobytes() for r in result] == [np.asarray(e).tobytes() for e in expected]
    close(product_l1(given_data, given_data, low, high, 2), product_l1(data, data, low, high, 2), 0)
    np.testing.assert_array_equal(data, before)


@pytest.mark.parametrize("count", [1, 2, 4, 5, 16, 17, 40])
def test_what_is_packed_is_packed_once(count):
    data = normal(count, 3, 12).astype(np.float32)
    packed = prepare(data, axes=1)
    assert prepare(packed, axes=2) is packed
    assert isinstance(packed, PackedSignals)
    assert (packed.length, packed.shape) == (3, data.shape)
    assert (packed.axes, packed.blocks.dtype) == ((1,), np.float32)
    assert packed.blocks.shape[2:] == (3, packed.lanes)
    signals = packed.blocks[0].swapaxes(1, 2).reshape(-1, 3)
    np.testing.assert_array_equal(signals[: 12 * count], np.moveaxis(data, 1, -1).reshape(-1, 3))
    assert not signals[12 * count :].any()
    data[...] = 0
    assert packed.blocks.any()


GOOD = {
    "data": np.ones((3, 8)),
    "lowpass": [1.0, 2.0],
    "highpass": [1.0, -1.0],
    "levels": 1,
    "mode": "zero",
}


@pytest.mark.parametrize("kernel", [coefficient_l1, product_l1])
@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"highpass": [1.0] * 4}, ValueError, r"shape \(2,\) and highpass has shape \(4,\).* same"),
        ({"lowpass": [1.0] * 3, "highpass": [1.0] * 3}, ValueError, "same even length"),
        ({"lowpass": [[1.0, 2.0]] * 2, "highpass": [[1.0, 2.0]] * 2}, ValueError, "has 2 rows"),
        ({"lowpass": [], "highpass": []}, ValueError, "lowpass is empty"),
        ({"lowpass": [1.0, np.nan]}, ValueError, "lowpass contains NaN"),
        ({"highpass": [1.0, 1j]}, ValueError, "Complex data not supported: highpass is"),
        ({"mode": "per"}, ValueError, "mode='per' must be one of zero"),
        ({"levels": -1}, ValueError, "levels=-1 must be at least 0"),
        ({"levels": 1.0}, TypeError, r"levels=1\.0 must be a whole number"),
        ({"axes": 0}, ValueError, r"axes=0 names the first axis of data \(shape \(3, 8\)\)"),
        ({"axes": 2}, ValueError, "axes=2 is out of range"),
        ({"axes": ()}, ValueError, r"axes=\(\) must name one to three"),
        ({"data": np.ones((2,) * 4), "axes": (1, 2, 3)}, ValueError, r"axes=.* names 3 axes"),
        ({"data": np.ones((3, 4, 0)), "axes": (1, 2)}, ValueError, "no samples along axis 2"),
        (
            {"data": np.ones((3, 4)), "axes": (0, 1)},
            ValueError,
            r"axes=\(0, 1\) names the first axis",
        ),
        ({"data": np.ones(8)}, ValueError, "first axis of data"),
        ({"data": np.ones((3, 0))}, ValueError, r"no samples along axis 1 \(shape \(3, 0\)\)"),
        ({"data": np.ones((3, 8), complex)}, ValueError, "Complex data not supported: data is"),
        ({"data": [["a"]]}, TypeError, "data has dtype <U1"),
    ],
)
def test_bad_arguments_are_refused(kernel, changes, error, message):
    arguments = {**GOOD, **changes}
    signals = [arguments.pop("data")] * (2 if kernel is product_l1 else 1)
    with pytest.raises(error, match=message):
        kernel(*signals, **arguments)


@pytest.mark.parametrize(
    ("multipliers", "error", "message"),
    [
        (np.ones((3, 9)), ValueError, r"shape \(3, 8\) \(axis \(1,\), .* shape \(3, 9\)"),
        (np.ones((4, 8)), ValueError, r"multipliers have shape \(4, 8\)"),
        (np.ones((3, 8), np.float32), TypeError, "are float64 and multipliers float32; convert"),
    ],
)
def test_factors_must_be_alike(multipliers, error, message):
    with pytest.raises(error, match=message):
        product_l1(np.ones((3, 8)), multipliers, *filter_pair("haar"), 1)


def test_factors_packed_along_different_axes_are_refused():
    packed = [prepare(np.ones((3, 8, 8)), axes=axis) for axis in (1, 2)]
    with pytest.raises(ValueError, match=r"axis \(1,\), .*axis \(2,\), .* they must be"):
        product_l1(*packed, *filter_pair("haar"), 1)


def test_baselines_are_for_products():
    packed = prepare(np.ones((2, 3, 8)), baseline_axis=True)
    assert packed.shape == (3, 8)
    with pytest.raises(ValueError, match="packed with 2 baselines, which only product_l1 takes"):
        coefficient_l1(packed, *filter_pair("haar"), 1)
    with pytest.raises(ValueError, match=r"baselines 2\) and .*baselines 1\)"):
        product_l1(packed, np.ones((3, 8)), *filter_pair("haar"), 1)
