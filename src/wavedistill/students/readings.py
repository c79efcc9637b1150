"""Readings: the few numbers of a signal that a readable model is given.

Each is a function of the wavelet filters with exact derivatives, so that the wavelet can be learned
through the model that reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.modes import Mode
from wavedistill.students.one_reading import OneReading
from wavedistill.students.reading import (
    READINGS,
    AnyReading,
    CombinedReading,
    Feature,
    Reading,
    as_reading,
    auto_readings,
    readings_of,
)

__all__ = [
    "READINGS",
    "AnyReading",
    "CombinedReading",
    "Feature",
    "ReadSignals",
    "Reading",
    "as_reading",
    "auto_readings",
    "readings_of",
]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ReadSignals:
    """Signals or images at hand for one reading, for any filters.

    Parameters
    ----------
    signals : ndarray, shape (n, channels, length) or (n, channels, height, width)
    reading : Reading or CombinedReading
    levels : int
    mode : str
        PyWavelets' signal extension mode.
    scale : float
        Signals are divided by it. Their mean square should then be about 1, as log-energies have a
        floor of 1e-4.

    Raises
    ------
    ValueError
        If `signals` has other axes, or are images and a reading's filter bank is one of signals.
    """

    signals: Floats
    reading: AnyReading
    levels: int
    mode: Mode
    scale: float = 1.0

    def __post_init__(self) -> None:
        if self.rank not in (1, 2):
            raise ValueError(
                f"signals has shape {self.signals.shape} and must be (n, channels, length), or "
                "(n, channels, height, width) for images."
            )
        self.reading.check_rank(self.rank)

    def __len__(self) -> int:
        return len(self.signals)

    @property
    def rank(self) -> int:
        """1 for signals, 2 for images."""
        return self.signals.ndim - 2

    @property
    def count(self) -> int:
        """Features of a signal, all channels together."""
        return int(self.signals.shape[1]) * self.reading.count(self.levels, self.rank)

    @property
    def layers(self) -> tuple[int, ...]:
        """How many filters each layer has, the finest first: one for each of its levels."""
        return self.reading.layers(self.levels)

    def subset(self, rows: NDArray[np.intp] | slice) -> Self:
        """Some of the signals."""
        return replace(self, signals=self.signals[rows])

    def features(self, lowpass: Array) -> Array:
        """The features, shape (n, count), read with filters of shape (filters, N)."""
        self._check_filters(lowpass)
        each = [member.features(lowpass) for member in self._members]
        joined = each[0] if len(each) == 1 else np.concatenate(each, axis=2)
        return joined.reshape(len(self), self.count)

    def pull(self, lowpass: Array, cotangents: Array) -> Array:
        """Derivatives by the filters of sum(cotangents * features), shape (filters, N).

        Highpass filters are the quadrature mirrors of the lowpass filters, and follow them.
        """
        self._check_filters(lowpass)
        counts = [each.count(self.levels, self.rank) for each in self.reading.members]
        by_channel = cotangents.reshape(len(self), self.signals.shape[1], -1)
        each = np.split(by_channel, np.cumsum(counts)[:-1], axis=2)
        found = np.zeros_like(lowpass)
        for member, own in zip(self._members, each, strict=True):
            found += member.pull(lowpass, own)
        return found

    @cached_property
    def _members(self) -> list[OneReading]:
        return [
            OneReading(self.signals, reading, self.levels, self.mode, self.scale)
            for reading in self.reading.members
        ]

    def _check_filters(self, lowpass: Array) -> None:
        if len(lowpass) != sum(self.layers):
            raise ValueError(
                f"lowpass has {len(lowpass)} filters, and reading={self.reading.label!r} of "
                f"{self.levels} levels has {' + '.join(map(str, self.layers))}; give one for each."
            )
