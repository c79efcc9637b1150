"""Sums of absolute wavelet coefficients with their gradient, on all threads of the processor.

Every block of signals writes its own results, which are added up in a fixed order. The number of
threads therefore changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.kernels.blocks import add_coefficients, add_products
from wavedistill.kernels.filterbank import FilterBank, FilterPair
from wavedistill.kernels.packing import PackedSignals
from wavedistill.kernels.ranks import RANKS, AnyBank
from wavedistill.kernels.threads import in_chunks
from wavedistill.modes import Mode

__all__ = ["packed_coefficient_l1", "packed_product_l1"]

Array = NDArray[np.float64]
Triple = tuple[float, Array, Array]


def packed_coefficient_l1(
    signals: PackedSignals, filters: FilterPair, levels: int, mode: Mode, adjoint: bool
) -> Triple:
    """`coefficient_l1` of packed signals, with checked filters."""
    banks = _Banks(signals, filters, levels, mode, adjoint)
    results = _Results.zeros(signals, filters)
    lanes = (0,) * signals.lanes

    def work(start: int, stop: int) -> None:
        blocks = signals.blocks[0, start:stop]
        with banks.lend() as bank:
            add_coefficients(blocks, lanes, bank, *results.rows(start, stop))

    in_chunks(work, signals.blocks.shape[1], signals.blocks.size)
    return results.total()


def packed_product_l1(
    inputs: PackedSignals,
    multipliers: PackedSignals,
    filters: FilterPair,
    levels: int,
    mode: Mode,
) -> Triple:
    """`product_l1` of signals packed alike, with checked filters."""
    banks = _Banks(inputs, filters, levels, mode, adjoint=False)
    adjoint_banks = _Banks(inputs, filters, levels, mode, adjoint=True)
    results = _Results.zeros(inputs, filters)
    lanes = (0,) * inputs.lanes
    # Slices of the blocks of all baselines would not be contiguous, so all of them are passed.
    blocks = inputs.blocks, multipliers.blocks

    def work(start: int, stop: int) -> None:
        with banks.lend() as bank, adjoint_banks.lend() as adjoint_bank:
            add_products(*blocks, start, lanes, bank, adjoint_bank, *results.rows(start, stop))

    in_chunks(work, inputs.blocks.shape[1], 2 * inputs.blocks.size)
    return results.total()


class _Banks:
    """Filter banks for some signals, one for each thread, since they hold the memory it uses."""

    def __init__(
        self, signals: PackedSignals, filters: FilterPair, levels: int, mode: Mode, adjoint: bool
    ) -> None:
        rank, taps = RANKS[len(signals.axes)], filters.lowpass.shape[1]
        self._plan = rank.make_plan(signals.sizes, taps, levels, mode, adjoint)
        self._make_space = rank.space
        self._signals = signals
        dtype = signals.blocks.dtype
        self._filters = FilterPair(*(np.ascontiguousarray(each, dtype) for each in filters))
        self._spare: list[AnyBank] = []

    @contextmanager
    def lend(self) -> Iterator[AnyBank]:
        """A filter bank that no other thread uses, and that the next chunk may use again."""
        try:
            bank = self._spare.pop()
        except IndexError:
            bank = self._make_bank()
        yield bank
        self._spare.append(bank)

    def _make_bank(self) -> AnyBank:
        blocks, lanes = self._signals.blocks, self._signals.lanes
        shapes = ((len(blocks), size * lanes) for size in self._plan.space_sizes)
        space = self._make_space(*(np.zeros(shape, blocks.dtype) for shape in shapes))
        return FilterBank(self._filters, self._plan, space)


class _Results(NamedTuple):
    """The value of each block, and its gradients, shaped like the filters."""

    values: Array
    by_lowpass: Array
    by_highpass: Array

    @classmethod
    def zeros(cls, signals: PackedSignals, filters: FilterPair) -> _Results:
        count = signals.blocks.shape[1]
        shape = count, *filters.lowpass.shape
        return cls(np.zeros(count), np.zeros(shape), np.zeros(shape))

    def rows(self, start: int, stop: int) -> tuple[Array, FilterPair]:
        gradients = FilterPair(self.by_lowpass[start:stop], self.by_highpass[start:stop])
        return self.values[start:stop], gradients

    def total(self) -> Triple:
        values, by_lowpass, by_highpass = self
        return float(values.sum()), by_lowpass.sum(axis=0), by_highpass.sum(axis=0)
