"""Checks of what a user hands over, each refusing with the value, the rule and the remedy.

They run before any work is done, so that a mistake costs a message and nothing else.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence, Sized
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "BorderWarning",
    "Floats",
    "InvalidWaveletWarning",
    "PaddedWaveletWarning",
    "WaveletWarning",
    "dense_float_array",
    "float_array",
    "integer",
    "same_shape",
    "signal_axes",
    "transformed_axes",
]

Floats = NDArray[np.floating[Any]]


class WaveletWarning(UserWarning):
    """A fit did what was asked, and its wavelet or its transform deserves a second look.

    The warnings below derive from it. To ignore all of them:
    ``warnings.simplefilter("ignore", wavedistill.WaveletWarning)``.
    """


class BorderWarning(WaveletWarning):
    """The transform is so deep that every coefficient of its coarsest levels feels the border."""


class InvalidWaveletWarning(WaveletWarning):
    """A learned filter generates no orthogonal wavelet basis, or nearly none."""


class PaddedWaveletWarning(WaveletWarning):
    """A learned filter is a shorter wavelet with zeros around it."""


def float_array(value: ArrayLike, name: str, *, min_ndim: int = 1) -> Floats:
    """`value` as a float32 or float64 array, finite and not empty.

    Parameters
    ----------
    value : array_like
        Real numbers. float32 and float64 are kept (no copy is made), float16 becomes float32, and
        everything else becomes float64.
    name : str
        What to call it in a message.
    min_ndim : int
        The fewest axes it may have.

    Raises
    ------
    TypeError
        If the values are not real numbers.
    ValueError
        If there are too few axes, no values, or a NaN or an infinity.
    """
    array = dense_float_array(value, name)
    if array.ndim < min_ndim:
        axes = "axis" if array.ndim == 1 else "axes"
        remedy = " Reshape your data: one signal is X[None, :]." if min_ndim == 2 else ""
        raise ValueError(
            f"{name} has {array.ndim} {axes} (shape {array.shape}), and it needs at least "
            f"{min_ndim}: the first runs over examples.{remedy}"
        )
    if array.size == 0:
        raise ValueError(f"{name} is empty (shape {array.shape}); give at least one example.")
    # A sum is finite unless a value is not (or the sum overflows): one cheap pass for good data.
    with np.errstate(all="ignore"):
        suspicious = not np.isfinite(array.sum())
    if suspicious:
        bad = ~np.isfinite(array)
        count = int(bad.sum())
        if count:
            first = tuple(int(i) for i in np.argwhere(bad)[0])
            rows = np.unique(np.nonzero(bad)[0])
            raise ValueError(
                f"{name} contains NaN or infinity: {count} of {array.size} values, the first at "
                f"index {first}, in {len(rows)} of {len(array)} examples. Remove those examples "
                "or fill the gaps first."
            )
    return array


def dense_float_array(value: ArrayLike, name: str) -> Floats:
    """`value` as a float32 or float64 array, with neither its size nor its values looked at."""
    if hasattr(value, "tocsr"):
        raise TypeError(
            f"{name} is a sparse matrix; give a dense array, as {name}.toarray() makes."
        )
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} is a masked array, and its mask would be lost; fill the gaps first, as "
            f"{name}.filled(0) does, or leave out the examples that have any."
        )
    array = _as_array(value, name)
    if np.issubdtype(array.dtype, np.complexfloating):
        raise ValueError(
            f"Complex data not supported: {name} is {array.dtype}. Give its real and imaginary "
            "parts as two channels."
        )
    if array.dtype == np.float32 or array.dtype == np.float64:
        return array
    if array.dtype == np.float16:
        return array.astype(np.float32)
    if array.dtype.kind not in "biufO":
        raise TypeError(f"{name} has dtype {array.dtype}; give an array of real numbers.")
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{name} has dtype {array.dtype} and cannot be read as real numbers ({error})."
        ) from error


def _as_array(value: ArrayLike, name: str) -> NDArray[Any]:
    try:
        return np.asarray(value)
    except ValueError as error:
        # What NumPy says of nested sequences whose lengths differ.
        if "inhomogeneous" not in str(error):
            raise
        lengths = sorted({len(row) for row in value if isinstance(row, Sized)})  # type: ignore[union-attr]
        raise ValueError(
            f"{name} holds sequences of unequal length ({lengths[0]} to {lengths[-1]}), and an "
            f"array needs one length: cut them, as [x[:{lengths[0]}] for x in {name}] does, or pad "
            f"them with zeros, as np.stack([np.pad(x, (0, {lengths[-1]} - len(x))) for x in "
            f"{name}]) does."
        ) from error


def integer(value: object, name: str, *, minimum: int) -> int:
    """`value` as an int of at least `minimum`.

    Raises
    ------
    TypeError
        If it is not a whole number.
    ValueError
        If it is too small.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name}={value!r} must be a whole number of at least {minimum}.")
    number = operator.index(value)
    if number < minimum:
        raise ValueError(f"{name}={number} must be at least {minimum}.")
    return number


def same_shape(array: Floats, other: Floats, name: str, other_name: str) -> None:
    """Refuse two arrays whose shapes disagree.

    Raises
    ------
    ValueError
        With both shapes.
    """
    if array.shape != other.shape:
        raise ValueError(
            f"{name} has shape {array.shape} and {other_name} has shape {other.shape}; they must "
            f"be the same, one value of {name} for each of {other_name}."
        )


def transformed_axes(ndim: int, axes: int | Sequence[int], array: str) -> tuple[int, ...]:
    """The transformed axes as non-negative numbers in ascending order.

    Parameters
    ----------
    ndim : int
        How many axes there are.
    axes : int or sequence of one to three ints
    array : str
        What the array is, in a message.

    Raises
    ------
    ValueError
        If an axis does not exist, is named twice, or if there are more than three.
    """
    given = tuple(axes) if isinstance(axes, Sequence) else (axes,)
    if not given:
        raise ValueError("axes=() names no axis to transform; give one, such as -1.")
    if len(given) > 3:
        raise ValueError(
            f"axes={axes} names {len(given)} axes, and at most three are transformed: -1 for "
            "signals, (-2, -1) for images, (-3, -2, -1) for volumes."
        )
    normal = []
    for axis in given:
        number = integer(axis, "axes", minimum=-(2**31))
        if not -ndim <= number < ndim:
            raise ValueError(f"axes={axes} is out of range: {array}.")
        normal.append(number % ndim)
    if len(set(normal)) != len(normal):
        raise ValueError(f"axes={axes} names an axis twice: {array}.")
    return tuple(sorted(normal))


def signal_axes(
    shape: Sequence[int], axes: int | Sequence[int], name: str = "X"
) -> tuple[int, ...]:
    """The transformed axes of an array of examples, as `transformed_axes` gives them.

    Raises
    ------
    ValueError
        If an axis does not exist, is named twice, or is the first, which runs over examples; if
        there are more than two.
    """
    described = f"{name} has {len(shape)} axes (shape {tuple(shape)})"
    normal = transformed_axes(len(shape), axes, described)
    if 0 in normal:
        raise ValueError(
            f"axes={axes} names the first axis of {name} (shape {tuple(shape)}), which runs over "
            "examples; transform one of the others."
        )
    return normal
