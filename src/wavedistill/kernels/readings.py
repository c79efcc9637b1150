"""Readings of sub-bands and their gradients by the filters.

A search over wavelets needs two passes. The first reads the features of all signals. The second is
given the derivative of an error by each feature, and returns its derivative by the taps. Each block
of signals writes its own results, which are added in a fixed order: the number of threads changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from wavedistill.kernels.image_trees import ImageTree
from wavedistill.kernels.packing import PackedSignals
from wavedistill.kernels.pooling import Pooling
from wavedistill.kernels.read_one_axis import pull_signal_blocks, read_signal_blocks
from wavedistill.kernels.read_two_axes import pull_image_blocks, read_image_blocks
from wavedistill.kernels.threads import in_chunks
from wavedistill.kernels.trees import Tree
from wavedistill.kernels.undecimated_images import (
    UndecimatedImages,
    pull_undecimated,
    read_undecimated,
)

__all__ = ["AnyFilterBank", "pull_readings", "read_signals"]

Array = NDArray[np.float64]
AnyFilterBank = Tree | ImageTree | UndecimatedImages


def read_signals(
    signals: PackedSignals,
    tree: AnyFilterBank,
    lowpass: Array,
    highpass: Array,
    pooling: Pooling,
) -> Array:
    """The numbers that a reading takes of each part of each sub-band of each signal or image.

    Parameters
    ----------
    signals : PackedSignals
        One baseline; one transformed axis for a `Tree`, two for an `ImageTree` or for
        `UndecimatedImages`.
    tree : Tree, ImageTree or UndecimatedImages
        For signals or images of this size.
    lowpass, highpass : ndarray, shape (filters, N)
        Filters of each level, the finest first; then those of a second layer, if it has its own.
    pooling : Pooling

    Returns
    -------
    ndarray, shape (signals, bands * parts, numbers)
        Signals in the order in which they were packed; the last block is filled up with zeros.
        Images have parts^2 parts, row by row.
    """
    if isinstance(tree, UndecimatedImages):
        return read_undecimated(signals, tree, lowpass, highpass, pooling)
    blocks, lanes = signals.blocks[0], signals.lanes
    pieces = len(tree.arrays.bands) * pooling.parts**tree.rank
    found = np.empty((len(blocks) * lanes, pieces, pooling.numbers))
    filters = lowpass.astype(blocks.dtype), highpass.astype(blocks.dtype)
    images = isinstance(tree, ImageTree)
    read: Callable[..., None] = read_image_blocks if images else read_signal_blocks

    def work(start: int, stop: int) -> None:
        read(
            blocks[start:stop],
            *filters,
            tree.plan,
            tree.arrays,
            _space(signals, tree),
            pooling,
            found[start * lanes : stop * lanes],
        )

    in_chunks(work, len(blocks), blocks.size)
    return found


def pull_readings(
    signals: PackedSignals,
    tree: AnyFilterBank,
    lowpass: Array,
    highpass: Array,
    pooling: Pooling,
    cotangents: Array,
) -> tuple[Array, Array]:
    """Derivatives by the filters of sum(cotangents * readings), each of shape (filters, N).

    `cotangents` has the shape of what `read_signals` returned.
    """
    if isinstance(tree, UndecimatedImages):
        return pull_undecimated(signals, tree, lowpass, highpass, pooling, cotangents)
    blocks, lanes = signals.blocks[0], signals.lanes
    filters = lowpass.astype(blocks.dtype), highpass.astype(blocks.dtype)
    gradients = np.zeros((2, len(blocks), *lowpass.shape))
    images = isinstance(tree, ImageTree)
    pull: Callable[..., None] = pull_image_blocks if images else pull_signal_blocks

    def work(start: int, stop: int) -> None:
        pull(
            blocks[start:stop],
            *filters,
            tree.plan,
            tree.arrays,
            _space(signals, tree),
            pooling,
            cotangents[start * lanes : stop * lanes],
            gradients[0, start:stop],
            gradients[1, start:stop],
        )

    in_chunks(work, len(blocks), blocks.size)
    by_lowpass, by_highpass = gradients.sum(axis=1)
    return by_lowpass, by_highpass


def _space(signals: PackedSignals, tree: Tree | ImageTree) -> tuple[NDArray[np.floating], ...]:
    dtype = signals.blocks.dtype
    return tuple(np.zeros(size * signals.lanes, dtype) for size in tree.sizes)
