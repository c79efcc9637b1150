"""Signals packed for the kernel: in blocks of a few lanes, time outermost, lanes innermost.

In this layout every tap of a filter is a contiguous multiply-add over whole rows, with no stride-2
gather, which is what makes the kernel fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from wavedistill.checks import Floats, dense_float_array, signal_axes
from wavedistill.kernels.threads import in_chunks

__all__ = ["PackedSignals", "prepare"]

Blocks = np.ndarray[tuple[int, int, int, int], np.dtype[np.floating[Any]]]

#: Widths of a block: 16 float32 values are one cache line, and narrow blocks serve few signals.
_LANES = (1, 4, 16)
_NEGLIGIBLE = 1e-20


@dataclass(frozen=True, eq=False)
class PackedSignals:
    """Signals as `prepare` packs them.

    Parameters
    ----------
    blocks : ndarray, shape (baselines, n_blocks, length, lanes)
        float32 or float64; the last block is filled up with zero signals. There is one baseline
        unless `prepare` was told of an axis of them.
    shape : tuple of int
        Of the array that was packed.
    axes : tuple of int
        Its transformed axes, non-negative.
    """

    blocks: Blocks
    shape: tuple[int, ...]
    axes: tuple[int, ...]

    @property
    def length(self) -> int:
        """Samples in a signal."""
        return self.blocks.shape[2]

    @property
    def lanes(self) -> int:
        """Signals in a block."""
        return self.blocks.shape[3]


def prepare(
    data: ArrayLike | PackedSignals,
    axes: int | Sequence[int] = -1,
    *,
    baseline_axis: bool = False,
    scale: float | None = None,
) -> PackedSignals:
    """Pack signals once, for many calls of the kernel.

    Parameters
    ----------
    data : array_like
        The first axis runs over examples; `axes` is transformed, and every other axis is a channel,
        each channel a signal of its own. float32 and float64 are kept, others become float64.
        What is packed already is returned as it is.
    axes : int or sequence of one int
        The axis of time, counted without an axis of baselines.
    baseline_axis : bool
        Whether a leading axis, before that of the examples, runs over baselines (`product_l1`).
    scale : float, optional
        Divide by this, and take what is then below 1e-20 for zero: numbers too small to count can
        be subnormal ones, with which processors are slow.

    Returns
    -------
    PackedSignals

    Raises
    ------
    ValueError
        If the axis is not there, is the first, is not one, or holds no samples.
    """
    if isinstance(data, PackedSignals):
        return data
    array = dense_float_array(data, "data")
    array = array if baseline_axis else array[np.newaxis]
    normal = signal_axes(array.shape[1:], axes, "data")
    if len(normal) != 1:
        raise ValueError(
            f"axes={axes} names {len(normal)} axes, and this version transforms one; name one axis."
        )
    if array.shape[normal[0] + 1] == 0:
        raise ValueError(f"data has no samples along axis {normal[0]} (shape {array.shape[1:]}).")
    signals = np.moveaxis(array, normal[0] + 1, -1)
    signals = signals.reshape(len(array), -1, signals.shape[-1])
    baselines, count, length = signals.shape
    lanes = next((width for width in _LANES if count <= width), _LANES[-1])
    blocks = np.empty((baselines, -(-count // lanes), length, lanes), dtype=signals.dtype)
    least = 0.0 if scale is None else _NEGLIGIBLE
    for rows, packed in zip(signals, blocks, strict=True):
        in_chunks(partial(_pack, rows, packed, scale or 1.0, least), len(packed), rows.size)
    return PackedSignals(blocks, array.shape[1:], normal)


@njit(nogil=True, cache=True)
def _pack(
    signals: Floats, blocks: Floats, scale: float, least: float, start: int, stop: int
) -> None:
    """Transpose signals into blocks `start` to `stop`, a cache line of time at a stretch."""
    count, length = signals.shape
    lanes = blocks.shape[2]
    for block in range(start, stop):
        for begin in range(0, length, 16):
            end = min(length, begin + 16)
            for lane in range(lanes):
                signal = block * lanes + lane
                for t in range(begin, end):
                    value = signals[signal, t] / scale if signal < count else 0.0
                    blocks[block, t, lane] = value if abs(value) >= least else 0.0
