"""Readings of sub-bands and their gradients by the filters, block by block.

A search over wavelets needs two passes. The first reads the features of all signals. The second is
given the derivative of an error by each feature, and returns its derivative by the taps.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels.level import analyse_level, extend, filter_gradient, fold, input_gradient
from wavedistill.kernels.packing import PackedSignals
from wavedistill.kernels.plan import PlanArrays
from wavedistill.kernels.pooling import pool, pool_gradient
from wavedistill.kernels.taps import FAST
from wavedistill.kernels.threads import in_chunks
from wavedistill.kernels.trees import Tree, TreeArrays
from wavedistill.kernels.undecimated import (
    analyse_undecimated,
    filter_gradient_undecimated,
    input_gradient_undecimated,
)

__all__ = ["pull_readings", "read_signals"]

Array = NDArray[np.float64]


def read_signals(
    signals: PackedSignals,
    tree: Tree,
    lowpass: Array,
    highpass: Array,
    reading: int,
    numbers: int,
) -> Array:
    """The numbers that a reading takes of each sub-band of each signal.

    Parameters
    ----------
    signals : PackedSignals
        One baseline, one transformed axis.
    tree : Tree
        For signals of this length.
    lowpass, highpass : ndarray, shape (levels, N)
        Filters of each level, the finest first.
    reading, numbers : int
        A reading of `pooling`, and how many numbers it takes of a band.

    Returns
    -------
    ndarray, shape (signals, bands, numbers)
        Signals in the order in which they were packed; the last block is filled up with zeros.
    """
    blocks = signals.blocks[0]
    found = np.empty((len(blocks) * signals.lanes, len(tree.arrays.bands), numbers))
    filters = lowpass.astype(blocks.dtype), highpass.astype(blocks.dtype)

    def work(start: int, stop: int) -> None:
        rows = slice(start * signals.lanes, stop * signals.lanes)
        _read_blocks(
            blocks[start:stop], *filters, tree.plan, tree.arrays, *_space(signals, tree),
            reading, found[rows],
        )  # fmt: skip

    in_chunks(work, len(blocks), blocks.size)
    return found


def pull_readings(
    signals: PackedSignals,
    tree: Tree,
    lowpass: Array,
    highpass: Array,
    reading: int,
    cotangents: Array,
) -> tuple[Array, Array]:
    """Derivatives by the filters of sum(cotangents * readings), each of shape (levels, N).

    `cotangents` has the shape of what `read_signals` returned.
    """
    blocks = signals.blocks[0]
    filters = lowpass.astype(blocks.dtype), highpass.astype(blocks.dtype)
    gradients = np.zeros((2, len(blocks), *lowpass.shape))

    def work(start: int, stop: int) -> None:
        rows = slice(start * signals.lanes, stop * signals.lanes)
        _pull_blocks(
            blocks[start:stop], *filters, tree.plan, tree.arrays, *_space(signals, tree),
            reading, cotangents[rows], gradients[0, start:stop], gradients[1, start:stop],
        )  # fmt: skip

    in_chunks(work, len(blocks), blocks.size)
    by_lowpass, by_highpass = gradients.sum(axis=1)
    return by_lowpass, by_highpass


def _space(signals: PackedSignals, tree: Tree) -> tuple[Floats, Floats, Floats]:
    dtype, lanes = signals.blocks.dtype, signals.lanes
    scratch = tree.scratch_rows * lanes
    return (
        np.zeros(tree.node_rows * lanes, dtype),
        np.zeros(scratch, dtype),
        np.zeros(scratch, dtype),
    )


@njit(nogil=True, fastmath=FAST, cache=True)
def _read_blocks(
    blocks: Floats,
    lowpass: Floats,
    highpass: Floats,
    plan: PlanArrays,
    tree: TreeArrays,
    nodes: Floats,
    phases: Floats,
    unused: Floats,
    reading: int,
    found: Array,
) -> None:
    lanes = blocks.shape[2]
    for b in range(len(blocks)):
        _analyse(blocks[b], lowpass, highpass, plan, tree, nodes, phases)
        for number in range(len(tree.bands)):
            band = _values(nodes, tree, tree.bands[number], lanes).reshape(-1, lanes)
            band = band[tree.beside : len(band) - tree.beside]
            pool(band, reading, found[b * lanes : (b + 1) * lanes, number])


@njit(nogil=True, fastmath=FAST, cache=True)
def _pull_blocks(
    blocks: Floats,
    lowpass: Floats,
    highpass: Floats,
    plan: PlanArrays,
    tree: TreeArrays,
    nodes: Floats,
    phases: Floats,
    gradient: Floats,
    reading: int,
    cotangents: Array,
    lowpass_gradients: Array,
    highpass_gradients: Array,
) -> None:
    lanes = blocks.shape[2]
    for b in range(len(blocks)):
        _analyse(blocks[b], lowpass, highpass, plan, tree, nodes, phases)
        for number in range(len(tree.bands)):
            band = _values(nodes, tree, tree.bands[number], lanes).reshape(-1, lanes)
            band[: tree.beside] = 0
            band[len(band) - tree.beside :] = 0
            band = band[tree.beside : len(band) - tree.beside]
            pool_gradient(band, reading, cotangents[b * lanes : (b + 1) * lanes, number])
        _backpropagate(
            lanes, lowpass, highpass, plan, tree, nodes, phases, gradient,
            lowpass_gradients[b], highpass_gradients[b],
        )  # fmt: skip


@njit(nogil=True, fastmath=FAST)
def _values(nodes: Floats, tree: TreeArrays, node: int, lanes: int) -> Floats:
    """The values of a node, without its margins."""
    start = tree.start[node] * lanes
    return nodes[start : start + tree.rows[node] * lanes]


@njit(nogil=True, fastmath=FAST)
def _whole(nodes: Floats, tree: TreeArrays, node: int, lanes: int) -> Floats:
    """The values of a node between the zeros of its margins."""
    start = (tree.start[node] - tree.margin) * lanes
    return nodes[start : start + (tree.rows[node] + 2 * tree.margin) * lanes]


@njit(nogil=True, fastmath=FAST)
def _extended(
    source: Floats,
    lanes: int,
    taps: int,
    plan: PlanArrays,
    tree: TreeArrays,
    level: int,
    into: Floats,
) -> Floats:
    """The input of a level with what lies beside it."""
    if tree.undecimated:
        before = (taps // 2 - 1) * 2**level * lanes
        size = len(source) + (taps - 1) * 2**level * lanes
        into[:before] = 0
        into[before : before + len(source)] = source
        into[before + len(source) : size] = 0
        return into[:size]
    phases = into[: 2 * plan.phase_rows[level] * lanes]
    phases[:] = 0
    extend(source, lanes, plan, level, phases)
    return phases


@njit(nogil=True, fastmath=FAST)
def _analyse(
    block: Floats,
    lowpass: Floats,
    highpass: Floats,
    plan: PlanArrays,
    tree: TreeArrays,
    nodes: Floats,
    phases: Floats,
) -> None:
    """Fill the nodes with the coefficients of one block."""
    lanes, taps = block.shape[1], lowpass.shape[1]
    _values(nodes, tree, 0, lanes)[:] = block.reshape(-1)
    for step in range(len(tree.level)):
        level = tree.level[step]
        source = _values(nodes, tree, tree.source[step], lanes)
        extended = _extended(source, lanes, taps, plan, tree, level, phases)
        low = _values(nodes, tree, tree.approximation[step], lanes)
        high = _values(nodes, tree, tree.detail[step], lanes)
        if tree.undecimated:
            apart = 2**level * lanes
            analyse_undecimated(extended, apart, lowpass[level], highpass[level], low, high)
        else:
            analyse_level(extended, lanes, lowpass[level], highpass[level], low, high)


@njit(nogil=True, fastmath=FAST)
def _backpropagate(
    lanes: int,
    lowpass: Floats,
    highpass: Floats,
    plan: PlanArrays,
    tree: TreeArrays,
    nodes: Floats,
    phases: Floats,
    gradient: Floats,
    lowpass_gradient: Array,
    highpass_gradient: Array,
) -> None:
    """Add the gradients by the filters, the sub-bands holding cotangents."""
    taps = lowpass.shape[1]
    for step in range(len(tree.level) - 1, -1, -1):
        level = tree.level[step]
        source = _values(nodes, tree, tree.source[step], lanes)
        extended = _extended(source, lanes, taps, plan, tree, level, phases)
        low = _values(nodes, tree, tree.approximation[step], lanes)
        high = _values(nodes, tree, tree.detail[step], lanes)
        into = lowpass_gradient[level], highpass_gradient[level]
        first = tree.source[step] == 0
        whole_low = _whole(nodes, tree, tree.approximation[step], lanes)
        whole_high = _whole(nodes, tree, tree.detail[step], lanes)
        if tree.undecimated:
            apart = 2**level * lanes
            filter_gradient_undecimated(extended, apart, low, high, *into)
            if not first:
                at = tree.margin * lanes + (taps // 2 - 1) * apart
                input_gradient_undecimated(
                    whole_low, whole_high, at, apart, lowpass[level], highpass[level], source
                )
        else:
            filter_gradient(extended, lanes, low, high, *into)
            if not first:
                by_phases = gradient[: len(extended)]
                input_gradient(
                    whole_low, whole_high, lanes, lowpass[level], highpass[level], by_phases
                )
                fold(by_phases, lanes, plan, level, source)
