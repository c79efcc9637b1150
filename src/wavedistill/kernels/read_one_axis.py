"""Readings of signals, block by block: forward through a tree, and back to the filters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels.compiling import FAST, cached, inner
from wavedistill.kernels.level import (
    add_filter_gradient,
    analyse_level,
    copy,
    extend,
    fold,
    set_input_gradient,
)
from wavedistill.kernels.plan import AxisPlan
from wavedistill.kernels.pooling import Pooling, pool, pool_gradient
from wavedistill.kernels.trees import TreeArrays
from wavedistill.kernels.undecimated import (
    add_filter_gradient_undecimated,
    analyse_undecimated,
    set_input_gradient_undecimated,
)

__all__ = ["pull_signal_blocks", "read_signal_blocks"]

Array = NDArray[np.float64]
#: Nodes, an extended input, and the gradient by it.
Space = tuple[Floats, Floats, Floats]


@cached(fastmath=FAST)
def read_signal_blocks(
    blocks: Floats,
    lowpass: Floats,
    highpass: Floats,
    plan: AxisPlan,
    tree: TreeArrays,
    space: Space,
    pooling: Pooling,
    found: Array,
) -> None:
    """Read the numbers of each signal, shape (signals, bands * parts, numbers)."""
    lanes, parts = blocks.shape[2], pooling.parts
    for b in range(len(blocks)):
        _analyse(blocks[b], lowpass, highpass, plan, tree, space)
        into = found[b * lanes : (b + 1) * lanes]
        for number in range(len(tree.bands)):
            band = _inside(space[0], tree, tree.bands[number], lanes)
            for part in range(parts):
                pool(_part(band, part, parts), pooling.reading, into[:, number * parts + part])


@cached(fastmath=FAST)
def pull_signal_blocks(
    blocks: Floats,
    lowpass: Floats,
    highpass: Floats,
    plan: AxisPlan,
    tree: TreeArrays,
    space: Space,
    pooling: Pooling,
    cotangents: Array,
    lowpass_gradients: Array,
    highpass_gradients: Array,
) -> None:
    """Add each block's derivatives by the filters of sum(cotangents * numbers)."""
    lanes, parts = blocks.shape[2], pooling.parts
    for b in range(len(blocks)):
        _analyse(blocks[b], lowpass, highpass, plan, tree, space)
        given = cotangents[b * lanes : (b + 1) * lanes]
        for number in range(len(tree.bands)):
            node = tree.bands[number]
            band = _inside(space[0], tree, node, lanes)
            for part in range(parts):
                piece = _part(band, part, parts)
                pool_gradient(piece, pooling.reading, given[:, number * parts + part])
            values = _values(space[0], tree, node, lanes)
            values[: tree.beside * lanes] = 0
            values[len(values) - tree.beside * lanes :] = 0
        for number in range(len(tree.unread)):
            _values(space[0], tree, tree.unread[number], lanes)[:] = 0
        _backpropagate(
            lanes, lowpass, highpass, plan, tree, space, lowpass_gradients[b], highpass_gradients[b]
        )


@inner(fastmath=FAST)
def _inside(nodes: Floats, tree: TreeArrays, node: int, lanes: int) -> Floats:
    """The coefficients of a sub-band that belong to the signal, shape (rows, lanes)."""
    band = _values(nodes, tree, node, lanes).reshape(-1, lanes)
    return band[tree.beside : len(band) - tree.beside]


@inner(fastmath=FAST)
def _part(band: Floats, part: int, parts: int) -> Floats:
    """One of several equal parts of a sub-band."""
    return band[len(band) * part // parts : len(band) * (part + 1) // parts]


@inner(fastmath=FAST)
def _values(nodes: Floats, tree: TreeArrays, node: int, lanes: int) -> Floats:
    """The values of a node, without its margins."""
    start = tree.start[node] * lanes
    return nodes[start : start + tree.rows[node] * lanes]


@inner(fastmath=FAST)
def _whole(nodes: Floats, tree: TreeArrays, node: int, lanes: int) -> Floats:
    """The values of a node between the zeros of its margins."""
    start = (tree.start[node] - tree.margin) * lanes
    return nodes[start : start + (tree.rows[node] + 2 * tree.margin) * lanes]


@inner(fastmath=FAST)
def _extended(
    source: Floats,
    lanes: int,
    taps: int,
    plan: AxisPlan,
    tree: TreeArrays,
    level: int,
    into: Floats,
) -> Floats:
    """The input of a level with what lies beside it."""
    if tree.undecimated:
        before = (taps // 2 - 1) * 2**level * lanes
        size = len(source) + (taps - 1) * 2**level * lanes
        into[:before] = 0
        copy(source, into[before : before + len(source)])
        into[before + len(source) : size] = 0
        return into[:size]
    phases = into[: 2 * plan.phase_rows[level] * lanes]
    phases[:] = 0
    extend(source, lanes, plan, level, phases)
    return phases


@inner(fastmath=FAST)
def _analyse(
    block: Floats,
    lowpass: Floats,
    highpass: Floats,
    plan: AxisPlan,
    tree: TreeArrays,
    space: Space,
) -> None:
    """Fill the nodes with the coefficients of one block."""
    lanes, taps = block.shape[1], lowpass.shape[1]
    nodes, phases, scratch = space
    copy(block.reshape(-1), _values(nodes, tree, 0, lanes))
    for step in range(len(tree.level)):
        level, taken = tree.level[step], tree.filters[step]
        source = _values(nodes, tree, tree.source[step], lanes)
        if tree.copied[step] >= 0:
            copy(_values(nodes, tree, tree.copied[step], lanes), source)
            source = _absolute(source, scratch)
        extended = _extended(source, lanes, taps, plan, tree, level, phases)
        low = _values(nodes, tree, tree.approximation[step], lanes)
        high = _values(nodes, tree, tree.detail[step], lanes)
        if tree.undecimated:
            apart = 2**level * lanes
            analyse_undecimated(extended, apart, lowpass[taken], highpass[taken], low, high)
        else:
            analyse_level(extended, lanes, lowpass[taken], highpass[taken], low, high)


@inner(fastmath=FAST)
def _backpropagate(
    lanes: int,
    lowpass: Floats,
    highpass: Floats,
    plan: AxisPlan,
    tree: TreeArrays,
    space: Space,
    lowpass_gradient: Array,
    highpass_gradient: Array,
) -> None:
    """Add the gradients by the filters, the sub-bands holding cotangents."""
    taps = lowpass.shape[1]
    nodes, phases, gradient = space
    for step in range(len(tree.level) - 1, -1, -1):
        level, copied = tree.level[step], tree.copied[step]
        source = _values(nodes, tree, tree.source[step], lanes)
        given = _absolute(source, gradient) if copied >= 0 else source
        extended = _extended(given, lanes, taps, plan, tree, level, phases)
        low = _values(nodes, tree, tree.approximation[step], lanes)
        high = _values(nodes, tree, tree.detail[step], lanes)
        whole_low = _whole(nodes, tree, tree.approximation[step], lanes)
        whole_high = _whole(nodes, tree, tree.detail[step], lanes)
        taken = tree.filters[step]
        into = lowpass_gradient[taken], highpass_gradient[taken]
        filters = lowpass[taken], highpass[taken]
        first = tree.source[step] == 0
        if tree.undecimated:
            apart = 2**level * lanes
            add_filter_gradient_undecimated(extended, apart, low, high, *into)
            if not first:
                at = tree.margin * lanes + (taps // 2 - 1) * apart
                set_input_gradient_undecimated(whole_low, whole_high, at, apart, *filters, source)
            continue
        add_filter_gradient(extended, lanes, low, high, *into)
        if not first:
            by_phases = gradient[: len(extended)]
            set_input_gradient(whole_low, whole_high, lanes, *filters, by_phases)
            # The extended input has served: its memory takes the gradient by the input.
            by_input = phases[: len(source)]
            fold(by_phases, lanes, plan, level, by_input)
            if copied >= 0:
                by_detail = _values(nodes, tree, copied, lanes)
                for t in range(len(source)):
                    by_detail[t] += np.sign(source[t]) * by_input[t]
            else:
                copy(by_input, source)


@inner(fastmath=FAST)
def _absolute(values: Floats, into: Floats) -> Floats:
    for t in range(len(values)):
        into[t] = abs(values[t])
    return into[: len(values)]
