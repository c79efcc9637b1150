"""The compiled kernel: sums of absolute wavelet coefficients with their gradient, in one pass.

A block of signals goes forward through the filter bank and, while it is still in the cache, its
cotangents go back. Each level keeps its extended input as two phases, even and odd samples, so that
filtering by a pair of taps is one multiply-add over contiguous memory, rows and lanes together.
Taps are taken four at a time, in tiles short enough for the first-level cache.

Sums run over a tile in the precision of the data, over tiles and blocks in float64. Every block
writes its own results, added up in a fixed order: the number of threads changes nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels.packing import PackedSignals
from wavedistill.kernels.plan import Plan, PlanArrays, make_plan
from wavedistill.kernels.threads import in_chunks

__all__ = ["packed_coefficient_l1", "packed_product_l1"]

Array = NDArray[np.float64]
Triple = tuple[float, Array, Array]
#: The lanes of a block as a tuple of that many zeros: its length is known to the compiler.
Lanes = tuple[int, ...]

#: Values in a tile: a few such arrays fill the first-level cache.
_TILE = 1024
# Sums over lanes and time may be reordered (which vectorises them); NaN and infinity behave.
_FAST = {"contract", "reassoc", "nsz"}


def packed_coefficient_l1(
    signals: PackedSignals, lowpass: Array, highpass: Array, levels: int, mode: str, adjoint: bool
) -> Triple:
    """`coefficient_l1` of signals that `prepare` packed, and filters that were checked."""
    plan = make_plan(signals.length, len(lowpass), levels, mode, adjoint)
    results = _Results(signals, len(lowpass))
    dtype = signals.blocks.dtype
    filters = lowpass.astype(dtype), highpass.astype(dtype)
    lanes = (0,) * signals.lanes

    def work(start: int, stop: int) -> None:
        space = _workspace(plan, signals)
        _coefficient_blocks(
            signals.blocks[0, start:stop],
            lanes,
            *filters,
            plan.arrays,
            space,
            *results.rows(start, stop),
        )

    in_chunks(work, signals.blocks.shape[1], signals.blocks.size)
    return results.total()


def packed_product_l1(
    inputs: PackedSignals,
    multipliers: PackedSignals,
    lowpass: Array,
    highpass: Array,
    levels: int,
    mode: str,
) -> Triple:
    """`product_l1` of signals that `prepare` packed alike, and filters that were checked."""
    plans = [make_plan(inputs.length, len(lowpass), levels, mode, a) for a in (False, True)]
    results = _Results(inputs, len(lowpass))
    dtype = inputs.blocks.dtype
    filters = lowpass.astype(dtype), highpass.astype(dtype)
    lanes = (0,) * inputs.lanes

    def work(start: int, stop: int) -> None:
        count = len(inputs.blocks)
        space, adjoint_space = (_workspace(plan, inputs, count) for plan in plans)
        _product_blocks(
            inputs.blocks,
            multipliers.blocks,
            start,
            lanes,
            *filters,
            plans[0].arrays,
            plans[1].arrays,
            space,
            adjoint_space,
            *results.rows(start, stop),
        )

    in_chunks(work, inputs.blocks.shape[1], 2 * inputs.blocks.size)
    return results.total()


class _Results:
    """A value and two gradients per block, summed in a fixed order at the end."""

    def __init__(self, signals: PackedSignals, taps: int) -> None:
        blocks = signals.blocks.shape[1]
        self.arrays = np.zeros(blocks), np.zeros((blocks, taps)), np.zeros((blocks, taps))

    def rows(self, start: int, stop: int) -> tuple[Array, ...]:
        return tuple(array[start:stop] for array in self.arrays)

    def total(self) -> Triple:
        values, lowpass, highpass = self.arrays
        return float(values.sum()), lowpass.sum(axis=0), highpass.sum(axis=0)


Workspace = tuple[Floats, Floats, Floats, Floats]


def _workspace(plan: Plan, signals: PackedSignals, count: int = 1) -> Workspace:
    """Phases, details, approximation and the phases' gradient of `count` blocks, all zero."""
    rows = (
        plan.arrays.phase_start[-1],
        plan.arrays.detail_start[-1],
        plan.approximation_rows,
        plan.gradient_rows,
    )
    phases, details, approximation, gradient = (
        np.zeros((count, int(size) * signals.lanes), dtype=signals.blocks.dtype) for size in rows
    )
    return phases, details, approximation, gradient


@njit(nogil=True, fastmath=_FAST, cache=True)
def _coefficient_blocks(
    blocks: Floats,
    lanes: Lanes,
    lowpass: Floats,
    highpass: Floats,
    plan: PlanArrays,
    space: Workspace,
    values: Array,
    lowpass_gradients: Array,
    highpass_gradients: Array,
) -> None:
    own = space[0][0], space[1][0], space[2][0], space[3][0]
    details, approximation = own[1], own[2]
    for b in range(len(blocks)):
        _analyse(blocks[b], lanes, lowpass, highpass, plan, own)
        values[b] = _to_signs(details) + _to_signs(approximation)
        _backpropagate(
            lanes, lowpass, highpass, plan, own, lowpass_gradients[b], highpass_gradients[b]
        )


@njit(nogil=True, fastmath=_FAST, cache=True)
def _product_blocks(
    inputs: Floats,
    multipliers: Floats,
    start: int,
    lanes: Lanes,
    lowpass: Floats,
    highpass: Floats,
    plan: PlanArrays,
    adjoint_plan: PlanArrays,
    space: Workspace,
    adjoint_space: Workspace,
    values: Array,
    lowpass_gradients: Array,
    highpass_gradients: Array,
) -> None:
    baselines = len(inputs)
    for b in range(len(values)):
        for k in range(baselines):
            own = space[0][k], space[1][k], space[2][k], space[3][k]
            _analyse(inputs[k, start + b], lanes, lowpass, highpass, plan, own)
            own = adjoint_space[0][k], adjoint_space[1][k], adjoint_space[2][k], adjoint_space[3][k]
            _analyse(multipliers[k, start + b], lanes, lowpass, highpass, adjoint_plan, own)
        values[b] = _to_cofactors(space[1], adjoint_space[1])
        values[b] += _to_cofactors(space[2], adjoint_space[2])
        into = lowpass_gradients[b], highpass_gradients[b]
        for k in range(baselines):
            own = space[0][k], space[1][k], space[2][k], space[3][k]
            _backpropagate(lanes, lowpass, highpass, plan, own, *into)
            own = adjoint_space[0][k], adjoint_space[1][k], adjoint_space[2][k], adjoint_space[3][k]
            _backpropagate(lanes, lowpass, highpass, adjoint_plan, own, *into)


@njit(nogil=True, fastmath=_FAST, cache=True)
def _to_signs(coefficients: Floats) -> Any:
    """Replace coefficients by their signs and return the sum of their absolute values."""
    kind = coefficients.dtype.type
    total: Any = 0.0
    for start in range(0, len(coefficients), _TILE):
        tile = coefficients[start : start + _TILE]
        part = kind(0)
        for t in range(len(tile)):
            c = tile[t]
            part += abs(c)
            tile[t] = (kind(1) if c > 0 else kind(0)) - (kind(1) if c < 0 else kind(0))
        total += part
    return total


@njit(nogil=True, fastmath=_FAST, cache=True)
def _to_cofactors(first: Floats, second: Floats) -> Any:
    """Sum |mean_k first_k * second_k| and put its derivatives in place of the factors."""
    kind = first.dtype.type
    share = kind(1 / len(first))
    mean = np.empty(_TILE, first.dtype)
    total: Any = 0.0
    for start in range(0, first.shape[1], _TILE):
        size = min(_TILE, first.shape[1] - start)
        mean[:size] = 0
        for k in range(len(first)):
            left, right = first[k, start : start + size], second[k, start : start + size]
            for t in range(size):
                mean[t] += left[t] * right[t]
        part = kind(0)
        for t in range(size):
            m = mean[t]
            part += abs(m)
            mean[t] = (share if m > 0 else kind(0)) - (share if m < 0 else kind(0))
        total += share * part
        for k in range(len(first)):
            left, right = first[k, start : start + size], second[k, start : start + size]
            for t in range(size):
                u = left[t]
                left[t] = mean[t] * right[t]
                right[t] = mean[t] * u
    return total


@njit(nogil=True, fastmath=_FAST, cache=True)
def _analyse(
    signals: Floats,
    lanes: Lanes,
    lowpass: Floats,
    highpass: Floats,
    plan: PlanArrays,
    space: Workspace,
) -> None:
    """Fill details and approximation with the coefficients of one block."""
    phases, details, approximation, _ = space
    width = len(lanes)
    half = len(lowpass) // 2
    margin = (half - 1) * width
    current = signals.reshape(-1)
    levels = len(plan.phase_rows)
    if levels == 0:
        approximation[margin : margin + len(current)] = current
    for level in range(levels):
        level_phases = phases[plan.phase_start[level] * width : plan.phase_start[level + 1] * width]
        _extend(current, lanes, plan, level, level_phases)
        odd = plan.phase_rows[level] * width
        outputs = plan.lengths[level + 1] * width
        start = plan.detail_start[level] * width + margin
        detail = details[start : start + outputs]
        current = approximation[margin : margin + outputs]
        for begin in range(0, outputs, _TILE):
            low, high = current[begin : begin + _TILE], detail[begin : begin + _TILE]
            low[:] = 0
            high[:] = 0
            for i in range(0, half - 1, 2):
                at = begin + i * width
                _filter_four(level_phases, lanes, odd, at, lowpass, highpass, 2 * i, low, high)
            if half % 2:
                at = begin + margin
                _filter_two(level_phases, odd, at, lowpass, highpass, low, high)
    # What follows the approximation may be left over from a longer level.
    approximation[:margin] = 0
    approximation[margin + plan.lengths[levels] * width :] = 0


@njit(nogil=True, fastmath=_FAST, cache=True)
def _backpropagate(
    lanes: Lanes,
    lowpass: Floats,
    highpass: Floats,
    plan: PlanArrays,
    space: Workspace,
    lowpass_gradient: Array,
    highpass_gradient: Array,
) -> None:
    """Add the gradients by the filters, details and approximation holding the cotangents."""
    phases, details, approximation, gradient = space
    width = len(lanes)
    half = len(lowpass) // 2
    margin = (half - 1) * width
    for level in range(len(plan.phase_rows) - 1, -1, -1):
        rows = plan.phase_rows[level] * width
        level_phases = phases[plan.phase_start[level] * width : plan.phase_start[level + 1] * width]
        outputs = plan.lengths[level + 1] * width
        start = plan.detail_start[level] * width
        detail = details[start : start + outputs + 2 * margin]
        for begin in range(0, outputs, _TILE):
            end = min(begin + _TILE, outputs)
            low = approximation[margin + begin : margin + end]
            high = detail[margin + begin : margin + end]
            for i in range(0, half - 1, 2):
                at = begin + i * width
                sums = _correlate_four(level_phases, lanes, rows, at, low, high)
                for k in range(4):
                    lowpass_gradient[2 * i + k] += sums[k]
                    highpass_gradient[2 * i + k] += sums[4 + k]
            if half % 2:
                a, b, c, d = _correlate_two(level_phases, rows, begin + margin, low, high)
                lowpass_gradient[2 * half - 2] += a
                lowpass_gradient[2 * half - 1] += b
                highpass_gradient[2 * half - 2] += c
                highpass_gradient[2 * half - 1] += d
        if level == 0:
            return
        approximation[margin + outputs : 2 * margin + outputs] = 0
        for begin in range(0, rows, _TILE):
            end = min(begin + _TILE, rows)
            even, odd = gradient[begin:end], gradient[rows + begin : rows + end]
            even[:] = 0
            odd[:] = 0
            for i in range(0, half - 1, 2):
                at = begin + margin - i * width
                _spread_four(approximation, detail, lanes, at, lowpass, highpass, 2 * i, even, odd)
            if half % 2:
                _spread_two(approximation, detail, begin, lowpass, highpass, even, odd)
        inner = plan.lengths[level] * width
        _fold(gradient[: 2 * rows], lanes, plan, level, approximation[margin : margin + inner])


@njit(nogil=True, fastmath=_FAST, cache=True)
def _extend(current: Floats, lanes: Lanes, plan: PlanArrays, level: int, phases: Floats) -> None:
    """Split a level's input into phases and fill in the border."""
    width = len(lanes)
    rows, left = plan.phase_rows[level], plan.left[level]
    for row in range(plan.lengths[level]):
        sample = row + left
        to = ((sample & 1) * rows + (sample >> 1)) * width
        for lane in range(width):
            phases[to + lane] = current[row * width + lane]
    terms = range(plan.border_start[level], plan.border_start[level + 1])
    for term in terms:
        to = plan.border_target[term] * width
        phases[to : to + width] = 0
    for term in terms:
        to, source = plan.border_target[term] * width, plan.border_source[term] * width
        weight = phases.dtype.type(plan.border_weight[term])
        for lane in range(width):
            phases[to + lane] += weight * phases[source + lane]


@njit(nogil=True, fastmath=_FAST, cache=True)
def _fold(gradient: Floats, lanes: Lanes, plan: PlanArrays, level: int, current: Floats) -> None:
    """The transpose of `_extend`."""
    width = len(lanes)
    for term in range(plan.border_start[level], plan.border_start[level + 1]):
        source, to = plan.border_target[term] * width, plan.border_source[term] * width
        weight = gradient.dtype.type(plan.border_weight[term])
        for lane in range(width):
            gradient[to + lane] += weight * gradient[source + lane]
    rows, left = plan.phase_rows[level], plan.left[level]
    for row in range(plan.lengths[level]):
        sample = row + left
        source = ((sample & 1) * rows + (sample >> 1)) * width
        for lane in range(width):
            current[row * width + lane] = gradient[source + lane]


@njit(nogil=True, fastmath=_FAST, cache=True)
def _filter_four(
    phases: Floats,
    lanes: Lanes,
    odd: int,
    at: int,
    lowpass: Floats,
    highpass: Floats,
    tap: int,
    low: Floats,
    high: Floats,
) -> None:
    """Add four taps' share to a tile of both outputs."""
    h0, h1, h2, h3 = lowpass[tap], lowpass[tap + 1], lowpass[tap + 2], lowpass[tap + 3]
    g0, g1, g2, g3 = highpass[tap], highpass[tap + 1], highpass[tap + 2], highpass[tap + 3]
    size, later, odd = len(low), at + len(lanes), odd + at
    x0, x1 = phases[at : at + size], phases[odd : odd + size]
    x2, x3 = phases[later : later + size], phases[odd + len(lanes) : odd + len(lanes) + size]
    for t in range(size):
        low[t] += h0 * x0[t] + h1 * x1[t] + h2 * x2[t] + h3 * x3[t]
        high[t] += g0 * x0[t] + g1 * x1[t] + g2 * x2[t] + g3 * x3[t]


@njit(nogil=True, fastmath=_FAST, cache=True)
def _filter_two(
    phases: Floats,
    odd: int,
    at: int,
    lowpass: Floats,
    highpass: Floats,
    low: Floats,
    high: Floats,
) -> None:
    """Add the last two taps' share to a tile of both outputs."""
    h0, h1, g0, g1 = lowpass[-2], lowpass[-1], highpass[-2], highpass[-1]
    size = len(low)
    x0, x1 = phases[at : at + size], phases[odd + at : odd + at + size]
    for t in range(size):
        low[t] += h0 * x0[t] + h1 * x1[t]
        high[t] += g0 * x0[t] + g1 * x1[t]


@njit(nogil=True, fastmath=_FAST, cache=True)
def _correlate_four(
    phases: Floats, lanes: Lanes, odd: int, at: int, low: Floats, high: Floats
) -> tuple[Any, ...]:
    """A tile's share of the gradient by four taps of each filter."""
    size, later, odd = len(low), at + len(lanes), odd + at
    x0, x1 = phases[at : at + size], phases[odd : odd + size]
    x2, x3 = phases[later : later + size], phases[odd + len(lanes) : odd + len(lanes) + size]
    zero = phases.dtype.type(0)
    a0, a1, a2, a3, d0, d1, d2, d3 = zero, zero, zero, zero, zero, zero, zero, zero
    for t in range(size):
        u, v = low[t], high[t]
        a0 += u * x0[t]
        a1 += u * x1[t]
        a2 += u * x2[t]
        a3 += u * x3[t]
        d0 += v * x0[t]
        d1 += v * x1[t]
        d2 += v * x2[t]
        d3 += v * x3[t]
    return a0, a1, a2, a3, d0, d1, d2, d3


@njit(nogil=True, fastmath=_FAST, cache=True)
def _correlate_two(phases: Floats, odd: int, at: int, low: Floats, high: Floats) -> tuple[Any, ...]:
    """A tile's share of the gradient by the last two taps of each filter."""
    size = len(low)
    x0, x1 = phases[at : at + size], phases[odd + at : odd + at + size]
    zero = phases.dtype.type(0)
    a0, a1, d0, d1 = zero, zero, zero, zero
    for t in range(size):
        u, v = low[t], high[t]
        a0 += u * x0[t]
        a1 += u * x1[t]
        d0 += v * x0[t]
        d1 += v * x1[t]
    return a0, a1, d0, d1


@njit(nogil=True, fastmath=_FAST, cache=True)
def _spread_four(
    approximation: Floats,
    detail: Floats,
    lanes: Lanes,
    at: int,
    lowpass: Floats,
    highpass: Floats,
    tap: int,
    even: Floats,
    odd: Floats,
) -> None:
    """Add to a tile of both phases what four taps carry back from the outputs."""
    h0, h1, h2, h3 = lowpass[tap], lowpass[tap + 1], lowpass[tap + 2], lowpass[tap + 3]
    g0, g1, g2, g3 = highpass[tap], highpass[tap + 1], highpass[tap + 2], highpass[tap + 3]
    size, before = len(even), at - len(lanes)
    a0, a1 = approximation[at : at + size], approximation[before : before + size]
    d0, d1 = detail[at : at + size], detail[before : before + size]
    for t in range(size):
        even[t] += h0 * a0[t] + h2 * a1[t] + g0 * d0[t] + g2 * d1[t]
        odd[t] += h1 * a0[t] + h3 * a1[t] + g1 * d0[t] + g3 * d1[t]


@njit(nogil=True, fastmath=_FAST, cache=True)
def _spread_two(
    approximation: Floats,
    detail: Floats,
    at: int,
    lowpass: Floats,
    highpass: Floats,
    even: Floats,
    odd: Floats,
) -> None:
    """Add to a tile of both phases what the last two taps carry back from the outputs."""
    h0, h1, g0, g1 = lowpass[-2], lowpass[-1], highpass[-2], highpass[-1]
    size = len(even)
    a0, d0 = approximation[at : at + size], detail[at : at + size]
    for t in range(size):
        even[t] += h0 * a0[t] + g0 * d0[t]
        odd[t] += h1 * a0[t] + g1 * d0[t]
