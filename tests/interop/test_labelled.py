"""xarray in and out: axes and rate from the coordinates, and coordinates on the results."""

import sys
from typing import Any

import numpy as np
import pytest

import wavedistill as wd
from tests.helpers import normal

xarray: Any = pytest.importorskip("xarray")

SECONDS = np.arange(32) / 250


def recordings(time=SECONDS, **attrs):
    array = xarray.DataArray(
        normal(len(time), 4, 3),
        dims=("time", "trial", "channel"),
        coords={"time": time, "trial": list("abcd"), "channel": ["x", "y", "z"], "room": 7},
    )
    array.time.attrs.update(attrs)
    return array


def test_examples_come_first_and_axes_and_rate_from_the_labels():
    array = recordings()
    found = wd.from_xarray(array, examples="trial")
    assert found.values.shape == (4, 32, 3)
    assert found.axes == (-2,)
    assert found.sampling_rate == pytest.approx(250)
    np.testing.assert_array_equal(found.values, array.values.swapaxes(0, 1))
    # By default the first dimension that is not time.
    np.testing.assert_array_equal(wd.from_xarray(array).values, found.values)
    assert wd.from_xarray(array, examples="channel").values.shape == (3, 32, 4)


@pytest.mark.parametrize(
    ("time", "units", "rate", "unit"),
    [
        (np.arange(5) * 4, "ms", 250, "s"),
        (np.arange(5) * 4, "years", 0.25, "years"),
        (np.arange(5) * 4, None, 0.25, ""),
        (np.arange(5)[::-1] * 0.5, "seconds", 2, "s"),
        (np.arange(5).astype("timedelta64[ms]"), None, 1000, "s"),
        (np.datetime64("2026-01-01") + np.arange(5).astype("timedelta64[m]"), None, 1 / 60, "s"),
    ],
)
def test_the_rate_is_in_hertz_where_the_unit_of_time_is_known(time, units, rate, unit):
    attrs = {} if units is None else {"units": units}
    found = wd.from_xarray(recordings(time, **attrs))
    assert found.sampling_rate == pytest.approx(rate)
    assert found.unit == unit


def test_without_coordinates_there_is_no_rate():
    found = wd.from_xarray(recordings().drop_vars("time"))
    assert (found.sampling_rate, found.unit) == (None, "")
    assert wd.from_xarray(recordings().isel(time=[3])).sampling_rate is None


def test_images_have_two_axes_and_one_spacing():
    space = {"x": np.arange(6) * 0.5, "y": np.arange(8)[::-1] * 0.5}
    array = xarray.DataArray(normal(2, 8, 6), dims=("map", "y", "x"), coords=space)
    found = wd.from_xarray(array, time=("x", "y"))
    assert found.axes == (-2, -1)
    assert found.sampling_rate == pytest.approx(2)
    stretched = array.assign_coords(x=np.arange(6.0))
    with pytest.raises(ValueError, match=r"spacings differ: 1  along 'x', 0.5  along 'y'.*drop_va"):
        wd.from_xarray(stretched, time=("x", "y"))


def test_results_get_their_coordinates_back():
    array = recordings()
    data = wd.from_xarray(array)
    back = wd.to_xarray(data.values, like=data, name="signal")
    assert back.identical(array.transpose("trial", ...).rename("signal"))
    same = wd.to_xarray(array.values, like=array)
    assert same.identical(array)
    curve = wd.to_xarray(np.ones(32), like=data, dims="time")
    np.testing.assert_array_equal(curve.time, SECONDS)
    # What lies along other dimensions is left out, what has none stays.
    assert set(curve.coords) == {"time", "room"}
    parts = wd.to_xarray(
        np.ones((4, 2)), like=data, dims=("trial", "feature"), feature=["low", "high"]
    )
    assert parts.sel(trial="b", feature="low") == 1
    assert wd.to_xarray(3.0, like=data, dims=()).shape == ()


@pytest.mark.slow
def test_a_distillation_takes_labelled_arrays_and_its_results_can_be_labelled():
    array = recordings().transpose("trial", "channel", "time").cumsum("time")
    data = wd.from_xarray(array)
    settings: dict[str, Any] = {"levels": 2, "support": 4, "axes": data.axes}
    distiller = wd.WaveletDistiller(**settings).fit(data.values)
    # A labelled array goes in as it is, too.
    direct = wd.WaveletDistiller(**settings).fit(array)
    np.testing.assert_array_equal(direct.wavelet_.lowpass, distiller.wavelet_.lowpass)
    Z = distiller.transform_.analysis(array)
    restored = wd.to_xarray(distiller.transform_.synthesis(Z, 32), like=data)
    xarray.testing.assert_allclose(restored, array)

    def mean(rows):
        return rows.mean(axis=(1, 2))

    found = wd.attribute(mean, array, method="blackbox", random_state=0)
    assert wd.to_xarray(found.multipliers, like=array).sel(channel="y").shape == (4, 32)


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda a: wd.from_xarray(a.values), TypeError, "array is a ndarray; give a DataArray"),
        (lambda a: wd.from_xarray(a.to_dataset(name="s")), TypeError, "is a Dataset; .*variables"),
        (lambda a: wd.from_xarray(a, time="t"), ValueError, "'t' is no dimension .* 'time', 'tri"),
        (lambda a: wd.from_xarray(a, examples="n"), ValueError, "'n' is no dimension of the array"),
        (lambda a: wd.from_xarray(a, examples="time"), ValueError, "one besides time must run"),
        (lambda a: wd.from_xarray(a[:, 0, 0]), ValueError, r"one signal is array.expand_dims"),
        (
            lambda a: wd.from_xarray(a[[0, 1, 3, 4]]),
            ValueError,
            r"'time' is not evenly spaced.*terp",
        ),
        (lambda a: wd.from_xarray(a, time="channel"), TypeError, "'channel' has dtype"),
        (lambda a: wd.to_xarray(a.values.T, a), ValueError, "3 entries along 'time' .* 32; select"),
        (lambda a: wd.to_xarray(a.values[0], a), ValueError, r"shape \(4, 3\) and 3 dimensions"),
    ],
)
def test_what_cannot_be_labelled_is_refused(act, error, message):
    with pytest.raises(error, match=message):
        act(recordings())


def test_without_xarray_the_message_names_the_extra(monkeypatch):
    array = recordings()
    monkeypatch.setitem(sys.modules, "xarray", None)
    for act in (wd.from_xarray, lambda each: wd.to_xarray(each.values, each)):
        with pytest.raises(ImportError, match=r"wavedistill\[xarray\]"):
            act(array)
