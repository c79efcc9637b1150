"""Readings of undecimated images and their gradients by the filters.

The filters become one matrix for each level and axis (`composed`), which all images share.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from wavedistill.kernels.composed import compose, pull_composed
from wavedistill.kernels.packing import PackedSignals
from wavedistill.kernels.pooling import Pooling
from wavedistill.kernels.read_undecimated_images import (
    UndecimatedSpace,
    pull_undecimated_blocks,
    read_undecimated_blocks,
)
from wavedistill.kernels.threads import in_chunks
from wavedistill.modes import Mode

__all__ = ["UndecimatedImages", "pull_undecimated", "read_undecimated"]

Array = NDArray[np.float64]

#: Groups of blocks whose gradients are summed apart, whatever the number of threads.
_GROUPS = 16


@dataclass(frozen=True)
class UndecimatedImages:
    """The undecimated filter bank of images of one size, extended by one mode."""

    lengths: tuple[int, int]
    mode: Mode


def read_undecimated(
    signals: PackedSignals,
    bank: UndecimatedImages,
    lowpass: Array,
    highpass: Array,
    pooling: Pooling,
) -> Array:
    """`readings.read_signals` for an undecimated bank of images."""
    blocks, lanes = signals.blocks[0], signals.lanes
    matrices = [compose(n, lowpass, highpass, bank.mode) for n in bank.lengths]
    down, across = (each.astype(blocks.dtype) for each in matrices)
    pieces = (3 * len(lowpass) + 1) * pooling.parts**2
    found = np.empty((len(blocks) * lanes, pieces, pooling.numbers))

    def work(start: int, stop: int) -> None:
        into = found[start * lanes : stop * lanes]
        read_undecimated_blocks(
            blocks[start:stop], down, across, _space(signals, bank), pooling, into
        )

    with _one_blas_thread():
        in_chunks(work, len(blocks), blocks.size)
    return found


def pull_undecimated(
    signals: PackedSignals,
    bank: UndecimatedImages,
    lowpass: Array,
    highpass: Array,
    pooling: Pooling,
    cotangents: Array,
) -> tuple[Array, Array]:
    """`readings.pull_readings` for an undecimated bank of images."""
    blocks, lanes = signals.blocks[0], signals.lanes
    matrices = [compose(n, lowpass, highpass, bank.mode) for n in bank.lengths]
    down, across = (each.astype(blocks.dtype) for each in matrices)
    groups = min(len(blocks), _GROUPS)
    edges = np.linspace(0, len(blocks), groups + 1).astype(int)
    by_down, by_across = (np.zeros((groups, *each.shape)) for each in matrices)

    def work(start: int, stop: int) -> None:
        space = _space(signals, bank)
        for group in range(start, stop):
            first, last = edges[group], edges[group + 1]
            pull_undecimated_blocks(
                blocks[first:last],
                down,
                across,
                space,
                pooling,
                cotangents[first * lanes : last * lanes],
                by_down[group],
                by_across[group],
            )

    with _one_blas_thread():
        in_chunks(work, groups, blocks.size)
    pull = partial(pull_composed, lowpass=lowpass, highpass=highpass, mode=bank.mode)
    parts = [
        pull(length, by_matrices=each.sum(axis=0))
        for length, each in zip(bank.lengths, (by_down, by_across), strict=True)
    ]
    (first_low, first_high), (second_low, second_high) = parts
    return first_low + second_low, first_high + second_high


def _space(signals: PackedSignals, bank: UndecimatedImages) -> UndecimatedSpace:
    height, width = bank.lengths
    dtype = signals.blocks.dtype
    images = [np.empty((height, signals.lanes * width), dtype) for _ in range(5)]
    squares = [np.empty((size, size), dtype) for size in bank.lengths]
    return UndecimatedSpace(*images, *squares)


def _one_blas_thread() -> Any:
    """Threads share the blocks already; those of BLAS would get into their way."""
    return _blas().limit(limits=1, user_api="blas")


@lru_cache(maxsize=1)
def _blas() -> ThreadpoolController:
    # Numba takes products of matrices from SciPy's BLAS, which has to be loaded to be found.
    import_module("scipy.linalg")
    return ThreadpoolController()
