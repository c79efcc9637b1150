"""Readings: the few numbers of a signal that a readable model is given.

Each is a function of the wavelet filters with exact derivatives, so that the wavelet can be learned
through the model that reads it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats, integer
from wavedistill.kernels.image_trees import IMAGE_KINDS, ImageTree, make_image_tree
from wavedistill.kernels.packing import PackedSignals, prepare
from wavedistill.kernels.pooling import ENERGY, EVENTS, LARGEST, Pooling
from wavedistill.kernels.readings import pull_readings, read_signals
from wavedistill.kernels.trees import Kind, Tree, make_tree, reach
from wavedistill.modes import Mode
from wavedistill.students.band_names import band_names, part_names
from wavedistill.wavelets.lattice import quadrature_mirror, quadrature_mirror_adjoint
from wavedistill.wavelets.transform import extended

__all__ = ["READINGS", "Feature", "ReadSignals", "Reading", "as_reading"]

Array = NDArray[np.float64]


class Feature(NamedTuple):
    """Which number of which part of which sub-band of which channel a feature is, from 0."""

    channel: int
    band: int
    part: int
    number: int


@dataclass(frozen=True)
class Reading:
    """A kind of number that is read of each sub-band, or of each of its parts.

    Parameters
    ----------
    name : str
    bank : str
        The filter bank: ``"dwt"``, ``"packets"``, ``"undecimated"``, or ``"scattering"``, which
        has the details of the absolute values of the details besides.
    pooling : int
        What is read of a sub-band (`wavedistill.kernels.pooling`).
    numbers : tuple of str
        What each number of a sub-band is called.
    parts : int
        Into how many equal parts a sub-band is cut along each axis, 1 for none: four parts of a
        signal tell when something happens, 2 x 2 parts of an image where.

    Raises
    ------
    TypeError, ValueError
        If `parts` is no integer, or below 1.
    """

    name: str
    bank: Kind
    pooling: int
    numbers: tuple[str, ...]
    parts: int = 1

    def __post_init__(self) -> None:
        integer(self.parts, "parts", minimum=1)

    def bands(self, levels: int, rank: int = 1) -> int:
        """How many sub-bands signals (`rank` 1) or images (2) have."""
        return len(band_names(self.bank, levels, rank))

    def count(self, levels: int, rank: int = 1) -> int:
        """Features of one channel."""
        return self.bands(levels, rank) * int(self.parts**rank) * len(self.numbers)

    def feature(self, levels: int, column: int, rank: int = 1) -> Feature:
        """What the feature in a column is, in the order of `feature_names`."""
        shape = (self.bands(levels, rank), self.parts**rank, len(self.numbers))
        channel, place = divmod(column, math.prod(shape))
        return Feature(channel, *(int(index) for index in np.unravel_index(place, shape)))

    def feature_names(
        self,
        levels: int,
        channels: int = 1,
        sampling_rate: float | None = None,
        rank: int = 1,
    ) -> tuple[str, ...]:
        """A name for each feature: channel by channel, band by band, part by part."""
        names = [
            f"{number} of {band}{part}"
            for band in band_names(self.bank, levels, rank, sampling_rate)
            for part in part_names(self.parts, rank)
            for number in self.numbers
        ]
        if channels == 1:
            return tuple(names)
        return tuple(f"channel {channel}: {name}" for channel in range(channels) for name in names)


#: The readings by name.
READINGS: Mapping[str, Reading] = MappingProxyType(
    {
        "energy": Reading("energy", "dwt", ENERGY, ("log-energy",)),
        "packets": Reading("packets", "packets", ENERGY, ("log-energy",)),
        "scattering": Reading("scattering", "scattering", ENERGY, ("log-energy",)),
        "events": Reading(
            "events",
            "undecimated",
            EVENTS,
            ("maximum", "minimum", "sum of positive parts", "sum of negative parts"),
        ),
        "largest": Reading(
            "largest", "dwt", LARGEST, tuple(f"largest {rank}" for rank in range(1, 7))
        ),
    }
)


def as_reading(value: str | Reading, parts: int | None = None) -> Reading:
    """A reading as it is, or by its name, of whole sub-bands or of equal parts of them.

    Parameters
    ----------
    value : str or Reading
    parts : int, optional
        Read each of so many equal parts of a sub-band (along each axis) by itself.

    Raises
    ------
    TypeError, ValueError
        For a name that is not in `READINGS`, and if `parts` is no integer, or below 1.

    Examples
    --------
    >>> as_reading("energy", parts=4).feature_names(levels=2)[4]
    'log-energy of detail 2, part 1 of 4'
    """
    if isinstance(value, str):
        if value not in READINGS:
            raise ValueError(f"reading={value!r} must be one of {', '.join(map(repr, READINGS))}.")
        value = READINGS[value]
    return value if parts is None else replace(value, parts=parts)


@dataclass(frozen=True, eq=False)
class ReadSignals:
    """Signals or images at hand for one reading, for any filters.

    Parameters
    ----------
    signals : ndarray, shape (n, channels, length) or (n, channels, height, width)
        Of mean square about 1, as log-energies have a floor of 1e-4.
    reading : Reading
    levels : int
    mode : str
        PyWavelets' signal extension mode.

    Raises
    ------
    ValueError
        If `signals` has other axes, or are images and the reading's filter bank is one of signals.
    """

    signals: Floats
    reading: Reading
    levels: int
    mode: Mode

    def __post_init__(self) -> None:
        if self.rank not in (1, 2):
            raise ValueError(
                f"signals has shape {self.signals.shape} and must be (n, channels, length), or "
                "(n, channels, height, width) for images."
            )
        if self.rank == 2 and self.reading.bank not in IMAGE_KINDS:
            fitting = ", ".join(repr(n) for n, r in READINGS.items() if r.bank in IMAGE_KINDS)
            raise ValueError(
                f"reading={self.reading.name!r} is one of signals, and the data are images; choose "
                f"one of {fitting}."
            )

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

    def subset(self, rows: NDArray[np.intp]) -> Self:
        """Some of the signals."""
        return type(self)(self.signals[rows], self.reading, self.levels, self.mode)

    def features(self, lowpass: Array) -> Array:
        """The features, shape (n, count), read with filters of shape (levels, N)."""
        tree, packed = self._prepared(lowpass.shape[1])
        found = read_signals(packed, tree, lowpass, _mirrors(lowpass), self._pooling)
        return found[: math.prod(self.signals.shape[:2])].reshape(len(self), self.count)

    def pull(self, lowpass: Array, cotangents: Array) -> Array:
        """Derivatives by the filters of sum(cotangents * features), shape (levels, N).

        Highpass filters are the quadrature mirrors of the lowpass filters, and follow them.
        """
        tree, packed = self._prepared(lowpass.shape[1])
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

    def _prepared(self, taps: int) -> tuple[Tree | ImageTree, PackedSignals]:
        bank = self.reading.bank
        beside = reach(taps, self.levels) if bank == "undecimated" else 0
        if beside not in self._packed:
            # Only the latest is kept: each is as large as the signals.
            self._packed.clear()
            axes = range(-self.rank, 0)
            self._packed[beside] = prepare(_with_borders(self.signals, beside, self.mode), axes)
        lengths, settings = self.signals.shape[2:], (taps, self.levels, self.mode, bank)
        if len(lengths) == 2:
            return make_image_tree(lengths, *settings), self._packed[beside]
        return make_tree(lengths[0], *settings), self._packed[beside]


def _with_borders(signals: Floats, beside: int, mode: Mode) -> Floats:
    return extended(signals, [(beside, beside)], mode) if beside else signals


def _mirrors(lowpass: Array) -> Array:
    return np.stack([quadrature_mirror(each) for each in lowpass])
