"""The compiled kernel: sums of absolute wavelet coefficients with their gradient, in one pass.

A block of signals or images goes forward through the filter bank and, while it is still in the
cache, its cotangents go back. Every block writes its own results, added up in a fixed order: the
number of threads changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numba import njit
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels.absolute import to_cofactors, to_signs
from wavedistill.kernels.one_axis import (
    Lanes,
    Workspace,
    analyse_signals,
    backpropagate_signals,
    signals_workspace,
)
from wavedistill.kernels.packing import PackedSignals
from wavedistill.kernels.plan import PlanArrays, make_plan
from wavedistill.kernels.taps import FAST
from wavedistill.kernels.threads import in_chunks
from wavedistill.kernels.two_axes import (
    ImagePlan,
    analyse_images,
    backpropagate_images,
    images_workspace,
)
from wavedistill.modes import Mode

__all__ = ["packed_coefficient_l1", "packed_product_l1"]

Array = NDArray[np.float64]
Triple = tuple[float, Array, Array]


def packed_coefficient_l1(
    signals: PackedSignals, lowpass: Array, highpass: Array, levels: int, mode: Mode, adjoint: bool
) -> Triple:
    """`coefficient_l1` of signals that `prepare` packed, and filters that were checked."""
    bank = _Bank(signals, len(lowpass), levels, mode, adjoint)
    results = _Results(signals, len(lowpass))
    dtype = signals.blocks.dtype
    filters = lowpass.astype(dtype), highpass.astype(dtype)

    def work(start: int, stop: int) -> None:
        with bank.workspace() as space:
            _coefficient_blocks(
                signals.blocks[0, start:stop],
                (0,) * signals.lanes,
                *filters,
                *bank.plans,
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
    mode: Mode,
) -> Triple:
    """`product_l1` of signals that `prepare` packed alike, and filters that were checked."""
    banks = [_Bank(inputs, len(lowpass), levels, mode, adjoint) for adjoint in (False, True)]
    results = _Results(inputs, len(lowpass))
    dtype = inputs.blocks.dtype
    filters = lowpass.astype(dtype), highpass.astype(dtype)

    def work(start: int, stop: int) -> None:
        with banks[0].workspace() as space, banks[1].workspace() as adjoint_space:
            _product_blocks(
                inputs.blocks,
                multipliers.blocks,
                start,
                (0,) * inputs.lanes,
                *filters,
                *banks[0].plans,
                *banks[1].plans,
                space,
                adjoint_space,
                *results.rows(start, stop),
            )

    in_chunks(work, inputs.blocks.shape[1], 2 * inputs.blocks.size)
    return results.total()


class _Bank:
    """How the blocks of some signals go through the filter bank."""

    def __init__(
        self, signals: PackedSignals, taps: int, levels: int, mode: Mode, adjoint: bool
    ) -> None:
        self._spare: list[Workspace] = []
        made = [make_plan(size, taps, levels, mode, adjoint) for size in signals.sizes]
        self._made, self._taps, self._signals = made, taps, signals
        arrays = [plan.arrays for plan in made]
        self.plans: tuple[PlanArrays | None, ImagePlan | None] = (
            (arrays[0], None) if len(arrays) == 1 else (None, (arrays[0], arrays[1]))
        )

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """Memory for a block of each baseline, used again by the next chunk of a thread."""
        try:
            space = self._spare.pop()
        except IndexError:
            space = self._new_workspace()
        yield space
        self._spare.append(space)

    def _new_workspace(self) -> Workspace:
        blocks = self._signals.blocks
        size = self._signals.lanes, len(blocks), blocks.dtype
        if len(self._made) == 2:
            down, across = self._made
            return images_workspace(down, across, self._taps, *size)
        return signals_workspace(self._made[0], *size)


class _Results:
    """A value and two gradients per block, summed in a fixed order at the end."""

    def __init__(self, signals: PackedSignals, taps: int) -> None:
        blocks = signals.blocks.shape[1]
        self.arrays = np.zeros(blocks), np.zeros((blocks, taps)), np.zeros((blocks, taps))

    def rows(self, start: int, stop: int) -> tuple[Array, Array, Array]:
        values, lowpass, highpass = self.arrays
        return values[start:stop], lowpass[start:stop], highpass[start:stop]

    def total(self) -> Triple:
        values, lowpass, highpass = self.arrays
        return float(values.sum()), lowpass.sum(axis=0), highpass.sum(axis=0)


@njit(nogil=True, fastmath=FAST, cache=True)
def _coefficient_blocks(
    blocks: Floats,
    lanes: Lanes,
    lowpass: Floats,
    highpass: Floats,
    signal: PlanArrays | None,
    image: ImagePlan | None,
    space: Workspace,
    values: Array,
    lowpass_gradients: Array,
    highpass_gradients: Array,
) -> None:
    filters = lowpass, highpass
    for b in range(len(blocks)):
        # One of the plans is None, and what it would be for is not even compiled.
        if signal is not None:
            analyse_signals(blocks[b], lanes, *filters, signal, space, 0)
        if image is not None:
            analyse_images(blocks[b], lanes, *filters, image, space, 0)
        values[b] = to_signs(space[1][0]) + to_signs(space[2][0])
        into = lowpass_gradients[b], highpass_gradients[b]
        if signal is not None:
            backpropagate_signals(lanes, *filters, signal, space, 0, *into)
        if image is not None:
            backpropagate_images(lanes, *filters, image, space, 0, *into)


@njit(nogil=True, fastmath=FAST, cache=True)
def _product_blocks(
    inputs: Floats,
    multipliers: Floats,
    start: int,
    lanes: Lanes,
    lowpass: Floats,
    highpass: Floats,
    signal: PlanArrays | None,
    image: ImagePlan | None,
    adjoint_signal: PlanArrays | None,
    adjoint_image: ImagePlan | None,
    space: Workspace,
    adjoint_space: Workspace,
    values: Array,
    lowpass_gradients: Array,
    highpass_gradients: Array,
) -> None:
    baselines = len(inputs)
    filters = lowpass, highpass
    for b in range(len(values)):
        for k in range(baselines):
            block, multiplier = inputs[k, start + b], multipliers[k, start + b]
            if signal is not None:
                analyse_signals(block, lanes, *filters, signal, space, k)
            if image is not None:
                analyse_images(block, lanes, *filters, image, space, k)
            if adjoint_signal is not None:
                analyse_signals(multiplier, lanes, *filters, adjoint_signal, adjoint_space, k)
            if adjoint_image is not None:
                analyse_images(
                    multiplier,
                    lanes,
                    *filters,
                    adjoint_image,
                    adjoint_space,
                    k,
                )
        values[b] = to_cofactors(space[1], adjoint_space[1])
        values[b] += to_cofactors(space[2], adjoint_space[2])
        into = lowpass_gradients[b], highpass_gradients[b]
        for k in range(baselines):
            if signal is not None:
                backpropagate_signals(lanes, *filters, signal, space, k, *into)
            if image is not None:
                backpropagate_images(lanes, *filters, image, space, k, *into)
            if adjoint_signal is not None:
                backpropagate_signals(lanes, *filters, adjoint_signal, adjoint_space, k, *into)
            if adjoint_image is not None:
                backpropagate_images(lanes, *filters, adjoint_image, adjoint_space, k, *into)
