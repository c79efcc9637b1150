"""`stack_signals`: signals of unequal length padded, cropped or cut in windows to one array."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import Floats, float_array, integer

__all__ = ["StackedSignals", "stack_signals"]

How = Literal["pad", "crop", "windows"]


class StackedSignals(NamedTuple):
    """Signals of one length, and which of the given ones each row comes from.

    Parameters
    ----------
    signals : ndarray, shape (rows, length) or (rows, channels, length)
    sources : ndarray of int, shape (rows,)
        The number of the given signal. Windows of one signal are alike, so pass it as ``groups=``:
        cross-validation then keeps them on one side of every split.
    """

    signals: Floats
    sources: NDArray[np.intp]


def stack_signals(
    signals: Iterable[ArrayLike],
    how: How,
    *,
    length: int | None = None,
    step: int | None = None,
) -> StackedSignals:
    """Make one array of signals whose lengths differ.

    Parameters
    ----------
    signals : iterable of array_like, shape (length,) or (channels, length)
        Real, finite numbers, at least one sample each; all have the same channels.
    how : str
        ``"pad"`` appends zeros up to `length`. ``"crop"`` keeps the first `length` samples.
        ``"windows"`` cuts windows of `length` samples that begin every `step` samples; samples
        after the last whole window are left out.
    length : int, optional
        Samples of a row; by default the longest signal to pad, the shortest to crop. Windows need
        it.
    step : int, optional
        Samples from one window to the next; by default `length`, so that windows do not overlap.

    Returns
    -------
    StackedSignals
        ``signals`` in float32 if all are, otherwise float64, and ``sources``.

    Raises
    ------
    TypeError, ValueError
        If a signal is no vector and no matrix of finite real numbers, if channels differ, if a
        signal is too long to pad or too short to crop or for one window, or if an argument is
        missing or does not belong to `how`.

    Examples
    --------
    >>> from wavedistill import stack_signals
    >>> X, sources = stack_signals([[1, 2, 3, 4, 5], [6, 7]], "windows", length=2)
    >>> X.tolist(), sources.tolist()
    ([[1.0, 2.0], [3.0, 4.0], [6.0, 7.0]], [0, 0, 1])
    """
    if how not in get_args(How):
        raise ValueError(f"how={how!r} must be one of {', '.join(map(repr, get_args(How)))}.")
    arrays = _read(signals)
    sizes = [array.shape[-1] for array in arrays]
    if step is not None and how != "windows":
        raise ValueError(f"step={step} belongs to how='windows', not to {how!r}; leave it out.")
    if length is None and how == "windows":
        raise ValueError("how='windows' needs length, the samples of a window.")
    default = max(sizes) if how == "pad" else min(sizes)
    width = default if length is None else integer(length, "length", minimum=1)
    _check_sizes(sizes, width, how)
    if how == "windows":
        stride = width if step is None else integer(step, "step", minimum=1)
        starts = [range(0, size - width + 1, stride) for size in sizes]
        rows = [
            array[..., start : start + width]
            for array, begins in zip(arrays, starts, strict=True)
            for start in begins
        ]
        counts = [len(begins) for begins in starts]
        return StackedSignals(np.stack(rows), np.repeat(np.arange(len(arrays)), counts))
    stacked = np.zeros((len(arrays), *arrays[0].shape[:-1], width), np.result_type(*arrays))
    for row, array in zip(stacked, arrays, strict=True):
        kept = array[..., :width]
        row[..., : kept.shape[-1]] = kept
    return StackedSignals(stacked, np.arange(len(arrays)))


def _read(signals: Iterable[ArrayLike]) -> list[Floats]:
    arrays = [float_array(each, f"signals[{i}]") for i, each in enumerate(signals)]
    if not arrays:
        raise ValueError("signals is empty; give at least one signal.")
    first = arrays[0].shape[:-1]
    for i, array in enumerate(arrays):
        if array.ndim > 2:
            raise ValueError(
                f"signals[{i}] has shape {array.shape}; a signal is (length,) or (channels, "
                "length)."
            )
        if array.shape[:-1] != first:
            raise ValueError(
                f"signals[{i}] has shape {array.shape} and signals[0] has shape "
                f"{arrays[0].shape}; all but the last axis, which is time, must be the same."
            )
    return arrays


def _check_sizes(sizes: Sequence[int], width: int, how: How) -> None:
    longest, shortest = int(np.argmax(sizes)), int(np.argmin(sizes))
    if how == "pad" and sizes[longest] > width:
        raise ValueError(
            f"length={width} is less than the {sizes[longest]} samples of signals[{longest}], and "
            "padding cuts nothing off; give a larger length, or how='crop' or 'windows'."
        )
    if how != "pad" and sizes[shortest] < width:
        raise ValueError(
            f"length={width} is more than the {sizes[shortest]} samples of signals[{shortest}]; "
            "give a smaller length, leave short signals out, or pad them first (how='pad')."
        )
