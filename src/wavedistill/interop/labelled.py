"""xarray's labelled arrays: their values with axes and sampling rate, and results labelled again.

Every function of this package takes a DataArray as it is, and returns plain arrays. These two
functions save reading axes and rate off the coordinates, and put coordinates back on results.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wavedistill.extras import load

if TYPE_CHECKING:
    import xarray

__all__ = ["Labelled", "from_xarray", "to_xarray"]

#: Spacings that differ by less than a hundredth are even: clocks jitter, and float32 rounds.
_EVEN = 0.01
#: Units of time whose samples per second are known.
_SECONDS = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1.0),
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), 1e-3),
    **dict.fromkeys(("us", "µs", "microsecond", "microseconds"), 1e-6),
    **dict.fromkeys(("ns", "nanosecond", "nanoseconds"), 1e-9),
}


class Labelled(NamedTuple):
    """What `from_xarray` returns.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
        Examples first.
    axes : tuple of int
        Where time is, or the axes of images: the argument `axes` of this package.
    sampling_rate : float or None
        Samples per `unit`; None if time has no coordinate.
    unit : str
        ``"s"`` where time is in a known unit, and the rate is in hertz; otherwise the ``units`` of
        the coordinate, or nothing.
    array : xarray.DataArray
        The same with its coordinates, for `to_xarray`.
    """

    values: NDArray[Any]
    axes: tuple[int, ...]
    sampling_rate: float | None
    unit: str
    array: xarray.DataArray


def from_xarray(
    array: xarray.DataArray, time: str | Sequence[str] = "time", examples: str | None = None
) -> Labelled:
    """Read a DataArray: its values with examples first, and axes and sampling rate by its labels.

    Parameters
    ----------
    array : xarray.DataArray
        Of at least two dimensions.
    time : str or sequence of str
        The dimension of time; of images the two of space, of volumes the three.
    examples : str, optional
        The dimension of examples; by default the first that is not `time`. It is moved to the
        front, and the others keep their order.

    Raises
    ------
    ImportError
        If xarray is not installed.
    TypeError
        If it is no DataArray, as a Dataset is not, or if a coordinate of time is no numbers or
        dates.
    ValueError
        If a dimension is not there, if none is left for examples, if spacings are uneven, or if
        they differ between the axes of images.
    """
    dataarray = load("xarray", "from_xarray", "xarray").DataArray
    if not isinstance(array, dataarray):
        raise TypeError(
            f"array is a {type(array).__name__}; give a DataArray: of a Dataset, one of its "
            "variables, such as dataset['signal']."
        )
    times = (time,) if isinstance(time, str) else tuple(time)
    for name in (*times, *([] if examples is None else [examples])):
        if name not in array.dims:
            raise ValueError(
                f"{name!r} is no dimension of the array, which has {_listed(array.dims)}; name "
                "the dimension of time by time=... and that of examples by examples=... ."
            )
    others = [name for name in array.dims if name not in times]
    if not others or examples in times:
        raise ValueError(
            f"the array has the dimensions {_listed(array.dims)}, and one besides time must run "
            "over examples; one signal is array.expand_dims('example')."
        )
    first = others[0] if examples is None else examples
    ordered = array.transpose(first, ...)
    axes = tuple(ordered.dims.index(name) - ordered.ndim for name in times)
    rate, unit = _sampling(array, times)
    return Labelled(ordered.to_numpy(), tuple(sorted(axes)), rate, unit, ordered)


def to_xarray(
    values: ArrayLike,
    like: xarray.DataArray | Labelled,
    dims: str | Sequence[str] | None = None,
    *,
    name: str | None = None,
    **coords: ArrayLike,
) -> xarray.DataArray:
    """Label results with the dimensions and coordinates of the data that they are of.

    Parameters
    ----------
    values : array_like
        Such as attributions, shaped like the data; a curve of one example; or contributions of
        features, shape (n, features).
    like : DataArray or Labelled
        The data, or what `from_xarray` returned for them.
    dims : str or sequence of str, optional
        The dimensions of `values`; by default those of `like`. Names that `like` has keep its
        coordinates.
    name : str, optional
        Of the result.
    **coords : array_like
        Coordinates of dimensions that `like` has not, such as ``feature=names``.

    Raises
    ------
    ImportError
        If xarray is not installed.
    ValueError
        If there are not as many dimensions as axes, or a dimension of `like` has another size.

    Examples
    --------
    ::

        data = wd.from_xarray(recordings, time="time")
        A = wd.attribute(model, data.values, target=0)
        wd.to_xarray(A.multipliers, like=data).mean("trial").plot()
    """
    dataarray = load("xarray", "to_xarray", "xarray").DataArray
    source = like.array if isinstance(like, Labelled) else like
    array = np.asarray(values)
    if dims is None:
        names = tuple(source.dims)
    else:
        names = (dims,) if isinstance(dims, str) else tuple(dims)
    if len(names) != array.ndim:
        raise ValueError(
            f"values have shape {array.shape} and {len(names)} dimensions are given, "
            f"{_listed(names)}; name one for each axis, such as dims={tuple(source.dims)[-1]!r} "
            "for one curve."
        )
    for axis, dim in enumerate(names):
        if dim in source.dims and source.sizes[dim] != array.shape[axis]:
            raise ValueError(
                f"values have {array.shape[axis]} entries along {dim!r} (shape {array.shape}), and "
                f"like has {source.sizes[dim]}; select the same entries of both, or give dims in "
                "the order of the axes of values (from_xarray puts examples first)."
            )
    labels: dict[Any, Any] = {
        key: coord for key, coord in source.coords.items() if set(coord.dims) <= set(names)
    }
    found: xarray.DataArray = dataarray(array, dims=names, name=name).assign_coords(
        {**labels, **coords}
    )
    return found


def _sampling(array: xarray.DataArray, times: Sequence[str]) -> tuple[float | None, str]:
    """Samples per unit along these dimensions, and the unit."""
    found = {
        name: spacing
        for name in times
        if name in array.coords and (spacing := _spacing(array.coords[name])) is not None
    }
    if len(found) < len(times):
        return None, ""
    spacings = [spacing for spacing, _ in found.values()]
    units = {unit for _, unit in found.values()}
    if len(units) > 1 or max(spacings) > (1 + _EVEN) * min(spacings):
        shown = ", ".join(f"{size:g} {unit} along {dim!r}" for dim, (size, unit) in found.items())
        raise ValueError(
            f"the spacings differ: {shown}; frequencies have one unit for all axes. Interpolate to "
            f"one spacing, or drop the coordinates: array.drop_vars({list(found)})."
        )
    return 1 / float(np.mean(spacings)), units.pop()


def _spacing(coordinate: xarray.DataArray) -> tuple[float, str] | None:
    """The step of an even coordinate and its unit, or None of a single sample."""
    dim, positions = coordinate.name, coordinate.to_numpy()
    unit = str(coordinate.attrs.get("units", ""))
    if positions.dtype.kind in "mM":
        positions = (positions - positions[:1]) / np.timedelta64(1, "ns") * 1e-9
        unit = "s"
    elif positions.dtype.kind not in "iuf":
        raise TypeError(
            f"the coordinate {dim!r} has dtype {positions.dtype}; give numbers or dates, or drop "
            f"it: array.drop_vars({dim!r})."
        )
    if len(positions) < 2:
        return None
    steps = np.diff(positions.astype(np.float64))
    mean = steps.mean()
    if not np.isfinite(mean) or mean == 0 or np.abs(steps - mean).max() > _EVEN * abs(mean):
        raise ValueError(
            f"the coordinate {dim!r} is not evenly spaced: its steps go from {steps.min():g} to "
            f"{steps.max():g}. Interpolate the data to even steps (array.interp), or drop the "
            f"coordinate: array.drop_vars({dim!r})."
        )
    scale = _SECONDS.get(unit)
    return (abs(mean) * scale, "s") if scale is not None else (abs(mean), unit)


def _listed(dims: Sequence[Any]) -> str:
    return ", ".join(map(repr, dims))
