"""Checks of arguments: each refusal names the value, the rule and the remedy.

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
    "axis_numbers",
    "dense_float_array",
    "float_array",
    "integer",
    "require_shape",
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
    """A learned filter is a shorter wavelet with zeros around it.

    The shorter wavelet has fewer coefficients. Its loss may differ, since a shift of the filter
    moves the dyadic grid of the coefficients.
    """


def float_array(value: ArrayLike, name: str, *, min_ndim: int = 1) -> Floats:
    """Read a finite array of float32 or float64 that is not empty.

    Parameters
    ----------
    value : array_like
        Real numbers. float32 and float64 are kept without a copy, float16 becomes float32, and
        everything else becomes float64.
    name : str
        What messages call it.
    min_ndim : int
        The fewest axes it may have.

    Raises
    ------
    TypeError
        If the values are not real numbers, or the array is sparse or masked.
    ValueError
        If there are too few axes, no values, a NaN or an infinity, or sequences of unequal length.
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
    # One cheap pass for good data: a sum is finite unless a value is not, or the sum overflows.
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
    """Read an array of float32 or float64 without a check of its size or its values."""
    if hasattr(value, "tocsr"):
        raise TypeError(f"{name} is a sparse matrix; give a dense array: {name}.toarray().")
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} is a masked array, and its mask would be lost. Fill the gaps first, for "
            f"example with {name}.filled(0), or leave out the examples that have gaps."
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
        array = np.asarray(value)
    except ValueError as error:
        # NumPy's word for nested sequences whose lengths differ.
        if "inhomogeneous" not in str(error):
            raise
        raise _unequal(value, name) from error
    if array.dtype.hasobject and any(np.ndim(each) for each in array.ravel()[:1]):
        raise _unequal(array, name)
    return array


def _unequal(value: ArrayLike, name: str) -> ValueError:
    """The refusal of signals of unequal length."""
    rows: Any = value
    sizes = sorted({_size(row) for row in rows})
    if len(sizes) == 1:
        return ValueError(
            f"{name} holds arrays whose shapes differ, and an array needs one shape: give all "
            "signals the same channels."
        )
    return ValueError(
        f"{name} holds sequences of unequal length ({sizes[0]} to {sizes[-1]}), and an array needs "
        f"one length. Crop them: wavedistill.stack_signals({name}, 'crop').signals; or pad them "
        f"with zeros ('pad'), or cut windows ('windows', length={sizes[0]})."
    )


def _size(row: Any) -> int:
    """Samples of a signal, along its last axis if it is an array."""
    shape = getattr(row, "shape", None)
    return int(shape[-1]) if shape else len(row) if isinstance(row, Sized) else 0


def integer(value: object, name: str, *, minimum: int | None = None) -> int:
    """Read a whole number, of at least `minimum` if that is given.

    Raises
    ------
    TypeError
        If it is not a whole number.
    ValueError
        If it is too small.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        least = "" if minimum is None else f" of at least {minimum}"
        raise TypeError(f"{name}={value!r} must be a whole number{least}.")
    number = operator.index(value)
    if minimum is not None and number < minimum:
        raise ValueError(f"{name}={number} must be at least {minimum}.")
    return number


def same_shape(array: Floats, other: Floats, name: str, other_name: str) -> None:
    """Raise a `ValueError` that names both shapes, unless they are the same."""
    if array.shape != other.shape:
        raise ValueError(
            f"{name} has shape {array.shape} and {other_name} has shape {other.shape}; they must "
            f"be the same, one value of {name} for each of {other_name}."
        )


def require_shape(
    name: str, array: NDArray[np.generic], expected: tuple[int, ...], other: str, shape: object
) -> None:
    """Refuse an array that does not have the shape it must have beside another one."""
    if array.shape != expected:
        raise ValueError(
            f"{name} has shape {array.shape}; beside {other} of shape {shape} it must be "
            f"{expected}."
        )


def axis_numbers(axes: int | Sequence[int]) -> tuple[int, ...]:
    """Read one to three different axes, as they are given.

    Raises
    ------
    TypeError
        If an axis is not a whole number.
    ValueError
        If there is none, one is named twice, or there are more than three.
    """
    given = axes if isinstance(axes, (Sequence, np.ndarray)) and np.ndim(axes) else (axes,)
    numbers = tuple(integer(axis, "axes") for axis in given)
    if not 1 <= len(set(numbers)) == len(numbers) <= 3:
        raise ValueError(
            f"axes={axes} must name one to three different axes: -1 for signals, (-2, -1) for "
            "images, (-3, -2, -1) for volumes."
        )
    return numbers


def transformed_axes(ndim: int, axes: int | Sequence[int], array: str) -> tuple[int, ...]:
    """The transformed axes of an array as non-negative numbers in ascending order.

    Parameters
    ----------
    ndim : int
        How many axes the array has.
    axes : int or sequence of one to three ints
    array : str
        What messages say of the array, such as ``"X has 2 axes"``.

    Raises
    ------
    TypeError, ValueError
        As for `axis_numbers`; and if an axis does not exist, or two numbers name the same one.
    """
    numbers = axis_numbers(axes)
    if not all(-ndim <= axis < ndim for axis in numbers):
        raise ValueError(f"axes={axes} is out of range: {array}.")
    normal = {axis % ndim for axis in numbers}
    if len(normal) < len(numbers):
        raise ValueError(f"axes={axes} names an axis twice: {array}.")
    return tuple(sorted(normal))


def signal_axes(
    shape: Sequence[int], axes: int | Sequence[int], name: str = "X"
) -> tuple[int, ...]:
    """The transformed axes of an array of examples; see `transformed_axes`.

    Raises
    ------
    TypeError, ValueError
        As for `transformed_axes`; and if an axis is the first, which runs over examples.
    """
    normal = transformed_axes(len(shape), axes, f"{name} has {len(shape)} axes (shape {shape})")
    if 0 in normal:
        raise ValueError(
            f"axes={axes} names the first axis of {name} (shape {shape}), which runs over "
            "examples; transform one of the others."
        )
    return normal
