"""Memory layout of signals for the kernel: blocks of a few lanes, time outermost, lanes innermost.

A lane is one signal of a block. In this layout every tap of a filter is a contiguous multiply-add
over whole rows, with no stride-2 gather; this makes the kernel fast. Images lie row by row.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from wavedistill.checks import Floats, dense_float_array, signal_axes
from wavedistill.kernels.compiling import cached
from wavedistill.kernels.ranks import RANKS
from wavedistill.kernels.threads import SMALL, in_chunks

__all__ = ["PackedSignals", "prepare"]

Blocks = np.ndarray[tuple[int, int, int, int], np.dtype[np.floating[Any]]]

#: Widths of a block: 16 float32 values are one cache line, and narrow blocks serve few signals.
_LANES = (1, 4, 16)
#: Bytes of the largest block of images of each width; larger ones are slower than narrower ones.
_IMAGE_BYTES = (math.inf, 2**22, 2**20)
#: Blocks to make of a batch of images that several threads will share.
_LEAST_BLOCKS = 4
_NEGLIGIBLE = 1e-20


@dataclass(frozen=True, eq=False)
class PackedSignals:
    """Signals or images as `prepare` packs them.

    Parameters
    ----------
    blocks : ndarray, shape (baselines, n_blocks, length, lanes)
        float32 or float64; the last block is filled up with zero signals. There is one baseline
        unless `prepare` was called with ``baseline_axis=True``. An image lies row by row.
    shape : tuple of int
        Shape of the array that was packed, without an axis of baselines.
    axes : tuple of int
        The transformed axes, non-negative.
    """

    blocks: Blocks
    shape: tuple[int, ...]
    axes: tuple[int, ...]

    @property
    def length(self) -> int:
        """Samples in a signal, or values in an image."""
        return self.blocks.shape[2]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Samples along each transformed axis."""
        return tuple(self.shape[axis] for axis in self.axes)

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
        The first axis runs over examples; `axes` is transformed; every other axis is a channel, and
        each channel is a signal or an image of its own. float32 and float64 are kept, other types
        become float64. `PackedSignals` are returned as they are.
    axes : int or pair of int
        The axis of time, or the two axes of images, counted without an axis of baselines.
    baseline_axis : bool
        Whether a leading axis, before that of the examples, runs over baselines (`product_l1`).
    scale : float, optional
        Divide by this number, and set results below 1e-20 to zero: they do not count, and may be
        subnormal numbers, with which processors are slow.

    Returns
    -------
    PackedSignals

    Raises
    ------
    ValueError
        If an axis does not exist, is the first, or has no samples; if there are more than two.
    """
    if isinstance(data, PackedSignals):
        return data
    array = dense_float_array(data, "data")
    array = array if baseline_axis else array[np.newaxis]
    normal = signal_axes(array.shape[1:], axes, "data")
    if len(normal) not in RANKS:
        raise ValueError(
            f"axes={axes} names {len(normal)} axes, and the kernels transform one, of signals, or "
            "two, of images; WaveletTransform transforms volumes."
        )
    for axis in normal:
        if array.shape[axis + 1] == 0:
            raise ValueError(f"data has no samples along axis {axis} (shape {array.shape[1:]}).")
    signals = np.moveaxis(array, [axis + 1 for axis in normal], range(-len(normal), 0))
    count, length = (math.prod(sizes) for sizes in np.split(signals.shape[1:], [-len(normal)]))
    signals = signals.reshape(len(array), count, length)
    baselines = len(signals)
    if len(normal) == 1:
        lanes = _choose_lanes(count)
    else:
        lanes = _choose_image_lanes(count, length, array.itemsize)
    blocks = np.empty((baselines, -(-count // lanes), length, lanes), dtype=signals.dtype)
    least = 0.0 if scale is None else _NEGLIGIBLE
    for rows, packed in zip(signals, blocks, strict=True):
        in_chunks(partial(_pack, rows, packed, scale or 1.0, least), len(packed), rows.size)
    return PackedSignals(blocks, array.shape[1:], normal)


def _choose_lanes(count: int) -> int:
    """Choose the width of a block of signals."""
    return next((width for width in _LANES if count <= width), _LANES[-1])


def _choose_image_lanes(count: int, length: int, itemsize: int) -> int:
    """Choose the width of a block of images: it fits the cache, and all threads have work."""
    wide = _choose_lanes(count if count * length <= SMALL else count // _LEAST_BLOCKS)
    fits = [
        w for w, most in zip(_LANES, _IMAGE_BYTES, strict=True) if w * length * itemsize <= most
    ]
    return min(wide, fits[-1])


@cached()
def _pack(
    signals: Floats, blocks: Floats, scale: float, least: float, start: int, stop: int
) -> None:
    """Transpose signals into blocks `start` to `stop`, by one cache line of time at once."""
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
