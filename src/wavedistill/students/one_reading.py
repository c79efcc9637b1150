"""Signals at hand for a reading of one kind: what the kernels are given, and in which blocks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels.image_trees import make_image_tree
from wavedistill.kernels.packing import PackedSignals, prepare
from wavedistill.kernels.pooling import Pooling
from wavedistill.kernels.readings import AnyFilterBank, pull_readings, read_signals
from wavedistill.kernels.trees import make_tree, reach
from wavedistill.kernels.undecimated_images import UndecimatedImages
from wavedistill.modes import Mode
from wavedistill.students.reading import Reading
from wavedistill.wavelets.lattice import quadrature_mirror, quadrature_mirror_adjoint
from wavedistill.wavelets.transform import extended

__all__ = ["OneReading"]

Array = NDArray[np.float64]

#: Bytes of signals that stay packed. More are packed anew at each evaluation, by a quarter of that.
_PACKED = 2**26


@dataclass(frozen=True, eq=False)
class OneReading:
    """Signals or images at hand for a reading of one kind, for any filters.

    The fields are those of `ReadSignals`, which has checked them.
    """

    signals: Floats
    reading: Reading
    levels: int
    mode: Mode
    scale: float = 1.0

    @property
    def rank(self) -> int:
        """1 for signals, 2 for images."""
        return self.signals.ndim - 2

    def features(self, lowpass: Array) -> Array:
        """The features, shape (n, channels, count), read with filters of shape (filters, N)."""
        return np.concatenate([part._features(lowpass) for _, part in self._parts(lowpass)])

    def pull(self, lowpass: Array, cotangents: Array) -> Array:
        """Derivatives by the filters of sum(cotangents * features), shape (filters, N)."""
        found = np.zeros_like(lowpass)
        for rows, part in self._parts(lowpass):
            found += part._pull(lowpass, cotangents[rows])
        return found

    def _parts(self, lowpass: Array) -> Iterator[tuple[slice, Self]]:
        """All signals at once where they are few; otherwise part by part, not to fill the memory.

        Few stay packed from one evaluation to the next.
        """
        lengths = (size + 2 * self._beside(lowpass) for size in self.signals.shape[2:])
        example = self.signals.shape[1] * math.prod(lengths) * self.signals.itemsize
        if len(self.signals) * example <= _PACKED:
            yield slice(None), self
            return
        size = max(1, _PACKED // (4 * example))
        for start in range(0, len(self.signals), size):
            rows = slice(start, start + size)
            yield rows, replace(self, signals=self.signals[rows])

    def _features(self, lowpass: Array) -> Array:
        tree, packed = self._prepared(lowpass)
        found = read_signals(packed, tree, lowpass, _mirrors(lowpass), self._pooling)
        shape = self.signals.shape[:2]
        return found[: math.prod(shape)].reshape(*shape, -1)

    def _pull(self, lowpass: Array, cotangents: Array) -> Array:
        tree, packed = self._prepared(lowpass)
        count, numbers = math.prod(self.signals.shape[:2]), len(self.reading.numbers)
        # The last block of the kernel is filled up with zero signals.
        padded = np.zeros((packed.lanes * packed.blocks.shape[1], self._per_channel))
        padded[:count] = cotangents.reshape(count, -1)
        by_lowpass, by_highpass = pull_readings(
            packed,
            tree,
            lowpass,
            _mirrors(lowpass),
            self._pooling,
            padded.reshape(len(padded), -1, numbers),
        )
        return by_lowpass + np.stack([quadrature_mirror_adjoint(each) for each in by_highpass])

    @property
    def _per_channel(self) -> int:
        return self.reading.count(self.levels, self.rank)

    @property
    def _pooling(self) -> Pooling:
        return Pooling(self.reading.pooling, len(self.reading.numbers), self.reading.parts)

    @cached_property
    def _packed(self) -> dict[int, PackedSignals]:
        return {}

    def _beside(self, lowpass: Array) -> int:
        """Samples that the signals are extended by at either end."""
        undecimated = self.reading.bank == "undecimated" and self.rank == 1
        return reach(lowpass.shape[1], self.levels) if undecimated else 0

    def _prepared(self, lowpass: Array) -> tuple[AnyFilterBank, PackedSignals]:
        taps, bank, beside = lowpass.shape[1], self.reading.bank, self._beside(lowpass)
        if beside not in self._packed:
            # Only the latest is kept: each is as large as the signals.
            self._packed.clear()
            axes = range(-self.rank, 0)
            scaled = self.signals / self.scale
            self._packed[beside] = prepare(_with_borders(scaled, beside, self.mode), axes)
        lengths, settings = self.signals.shape[2:], (taps, self.levels, self.mode, bank)
        if len(lengths) == 2:
            if bank == "undecimated":
                return UndecimatedImages(lengths, self.mode), self._packed[beside]
            return make_image_tree(lengths, *settings), self._packed[beside]
        return make_tree(lengths[0], *settings), self._packed[beside]


def _with_borders(signals: Floats, beside: int, mode: Mode) -> Floats:
    return extended(signals, [(beside, beside)], mode) if beside else signals


def _mirrors(lowpass: Array) -> Array:
    return np.stack([quadrature_mirror(each) for each in lowpass])
