"""The compiled kernel: sums of absolute wavelet coefficients with their gradient, in one pass.

A block of signals or images goes forward through the filter bank and, while it is still in the
cache, its cotangents go back. Every block writes its own results, added up in a fixed order: the
number of threads changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels.absolute import to_cofactors, to_signs
from wavedistill.kernels.one_axis import Lanes
from wavedistill.kernels.packing import PackedSignals
from wavedistill.kernels.plan import make_plan
from wavedistill.kernels.ranks import RANKS, analyse, backpropagate
from wavedistill.kernels.sources import DIGEST
from wavedistill.kernels.taps import FAST
from wavedistill.kernels.threads import in_chunks
from wavedistill.modes import Mode

__all__ = ["packed_coefficient_l1", "packed_product_l1"]

Array = NDArray[np.float64]
Triple = tuple[float, Array, Array]


def packed_coefficient_l1(
    signals: PackedSignals, lowpass: Array, highpass: Array, mode: Mode, adjoint: bool
) -> Triple:
    """`coefficient_l1` of packed signals, with checked filters of shape (levels, N)."""
    bank = _Bank(signals, lowpass, mode, adjoint)
    results = _Results(signals, lowpass)
    dtype = signals.blocks.dtype
    filters = lowpass.astype(dtype), highpass.astype(dtype)

    def work(start: int, stop: int) -> None:
        with bank.space() as space:
            _COEFFICIENT_BLOCKS(
                signals.blocks[0, start:stop],
                (0,) * signals.lanes,
                *filters,
                bank.plan,
                space,
                *results.rows(start, stop),
            )

    in_chunks(work, signals.blocks.shape[1], signals.blocks.size)
    return results.total()


def packed_product_l1(
    inputs: PackedSignals, multipliers: PackedSignals, lowpass: Array, highpass: Array, mode: Mode
) -> Triple:
    """`product_l1` of signals packed alike, with checked filters of shape (levels, N)."""
    forward, adjoint = (_Bank(inputs, lowpass, mode, adjoint) for adjoint in (False, True))
    results = _Results(inputs, lowpass)
    dtype = inputs.blocks.dtype
    filters = lowpass.astype(dtype), highpass.astype(dtype)

    def work(start: int, stop: int) -> None:
        with forward.space() as space, adjoint.space() as adjoint_space:
            _PRODUCT_BLOCKS(
                inputs.blocks,
                multipliers.blocks,
                start,
                (0,) * inputs.lanes,
                *filters,
                forward.plan,
                adjoint.plan,
                space,
                adjoint_space,
                *results.rows(start, stop),
            )

    in_chunks(work, inputs.blocks.shape[1], 2 * inputs.blocks.size)
    return results.total()


class _Bank:
    """How the blocks of some signals go through the filter bank."""

    def __init__(self, signals: PackedSignals, lowpass: Array, mode: Mode, adjoint: bool) -> None:
        levels, self._taps = lowpass.shape
        self._plans = [make_plan(size, self._taps, levels, mode, adjoint) for size in signals.sizes]
        self._rank, self._signals = RANKS[len(signals.sizes)], signals
        self.plan = self._rank.plan(self._plans)
        self._spare: list[Any] = []

    @contextmanager
    def space(self) -> Iterator[Any]:
        """Memory for a block of each baseline, used again by the next chunk of a thread."""
        try:
            space = self._spare.pop()
        except IndexError:
            blocks = self._signals.blocks
            space = self._rank.space(
                self._plans, self._taps, self._signals.lanes, len(blocks), blocks.dtype
            )
        yield space
        self._spare.append(space)


class _Results:
    """A value and two gradients per block, summed in a fixed order at the end."""

    def __init__(self, signals: PackedSignals, lowpass: Array) -> None:
        blocks = signals.blocks.shape[1]
        gradients = np.zeros((2, blocks, *lowpass.shape))
        self._arrays = np.zeros(blocks), gradients[0], gradients[1]

    def rows(self, start: int, stop: int) -> tuple[Array, Array, Array]:
        values, lowpass, highpass = self._arrays
        return values[start:stop], lowpass[start:stop], highpass[start:stop]

    def total(self) -> Triple:
        values, lowpass, highpass = self._arrays
        return float(values.sum()), lowpass.sum(axis=0), highpass.sum(axis=0)


def _compiled(digest: str) -> tuple[Any, Any]:
    """Both functions over blocks, cached by Numba under a digest of all kernel sources."""

    @njit(nogil=True, fastmath=FAST, cache=True)
    def coefficient_blocks(
        blocks: Floats,
        lanes: Lanes,
        lowpass: Floats,
        highpass: Floats,
        plan: Any,
        space: Any,
        values: Array,
        lowpass_gradients: Array,
        highpass_gradients: Array,
    ) -> None:
        _ = digest
        for b in range(len(blocks)):
            analyse(blocks[b], lanes, lowpass, highpass, plan, space, 0)
            values[b] = to_signs(space.details[0]) + to_signs(space.approximation[0])
            into = lowpass_gradients[b], highpass_gradients[b]
            backpropagate(lanes, lowpass, highpass, plan, space, 0, into[0], into[1])

    @njit(nogil=True, fastmath=FAST, cache=True)
    def product_blocks(
        inputs: Floats,
        multipliers: Floats,
        start: int,
        lanes: Lanes,
        lowpass: Floats,
        highpass: Floats,
        plan: Any,
        adjoint_plan: Any,
        space: Any,
        adjoint_space: Any,
        values: Array,
        lowpass_gradients: Array,
        highpass_gradients: Array,
    ) -> None:
        _ = digest
        for b in range(len(values)):
            for k in range(len(inputs)):
                block, factor = inputs[k, start + b], multipliers[k, start + b]
                analyse(block, lanes, lowpass, highpass, plan, space, k)
                analyse(factor, lanes, lowpass, highpass, adjoint_plan, adjoint_space, k)
            values[b] = to_cofactors(space.details, adjoint_space.details)
            values[b] += to_cofactors(space.approximation, adjoint_space.approximation)
            low, high = lowpass_gradients[b], highpass_gradients[b]
            for k in range(len(inputs)):
                backpropagate(lanes, lowpass, highpass, plan, space, k, low, high)
                backpropagate(lanes, lowpass, highpass, adjoint_plan, adjoint_space, k, low, high)

    return coefficient_blocks, product_blocks


_COEFFICIENT_BLOCKS, _PRODUCT_BLOCKS = _compiled(DIGEST)
