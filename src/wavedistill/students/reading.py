"""What is read of each sub-band, and what the features are called.

A `Reading` is of one kind; a `CombinedReading` has several side by side.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple, overload

import numpy as np

from wavedistill.checks import integer
from wavedistill.frequencies import SamplingRate
from wavedistill.kernels.image_trees import IMAGE_KINDS
from wavedistill.kernels.pooling import ENERGY, EVENTS, LARGEST, MEAN
from wavedistill.kernels.trees import Kind, filter_layers
from wavedistill.students.band_names import band_names, part_names

__all__ = [
    "READINGS",
    "AnyReading",
    "CombinedReading",
    "Feature",
    "Reading",
    "as_reading",
    "auto_readings",
    "readings_of",
]


class Feature(NamedTuple):
    """Which number of which part of which sub-band of which channel a feature is, from 0."""

    reading: Reading
    channel: int
    band: int
    part: int
    number: int


class AnyReading(ABC):
    """What a student reads of its signals: one kind of number, or several."""

    @property
    @abstractmethod
    def members(self) -> tuple[Reading, ...]:
        """The readings of one kind that it is made of."""

    @abstractmethod
    def count(self, levels: int, rank: int = 1) -> int:
        """Features of one channel."""

    @abstractmethod
    def feature(self, levels: int, column: int, rank: int = 1) -> Feature:
        """What the feature in a column is, in the order of `feature_names`."""

    @property
    @abstractmethod
    def label(self) -> str:
        """Its name, or the names of its members."""

    def check_rank(self, rank: int) -> None:
        """Refuse to read images (`rank` 2) where a filter bank is one of signals.

        Raises
        ------
        ValueError
        """
        for reading in self.members:
            if not _has_rank(reading, rank):
                raise ValueError(
                    f"reading={reading.name!r} is one of signals, and the data are images; choose "
                    f"one of {', '.join(map(repr, readings_of(rank)))}."
                )

    def layers(self, levels: int) -> tuple[int, ...]:
        """How many filters each layer has; there is one layer but for ``"scattering-own"``."""
        return max((filter_layers(each.bank, levels) for each in self.members), key=len)

    def feature_names(
        self,
        levels: int,
        channels: int = 1,
        sampling_rate: SamplingRate = None,
        rank: int = 1,
    ) -> tuple[str, ...]:
        """A name for each feature: channel by channel, band by band, part by part.

        `sampling_rate` is in hertz for signals and in pixels per unit length for images, or a
        number with the unit of frequencies.
        """
        names = [
            name
            for each in self.members
            for name in each._band_features(levels, sampling_rate, rank)
        ]
        if channels == 1:
            return tuple(names)
        return tuple(f"channel {channel}: {name}" for channel in range(channels) for name in names)


@dataclass(frozen=True)
class Reading(AnyReading):
    """A kind of number that is read of each sub-band, or of each of its parts.

    Parameters
    ----------
    name : str
    bank : str
        The filter bank: ``"dwt"``, ``"packets"``, ``"undecimated"``, or ``"scattering"``, which
        has the details of the absolute values of the details besides. ``"scattering-own"`` makes
        these with filters of their own.
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

    @property
    def members(self) -> tuple[Reading, ...]:
        """The reading itself."""
        return (self,)

    @property
    def label(self) -> str:
        """The reading's name."""
        return self.name

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
        indices = (int(index) for index in np.unravel_index(place, shape))
        return Feature(self, channel, *indices)

    def _band_features(self, levels: int, sampling_rate: SamplingRate, rank: int) -> list[str]:
        """A name for each feature of a channel."""
        return [
            f"{number} of {band}{part}"
            for band in band_names(self.bank, levels, rank, sampling_rate)
            for part in part_names(self.parts, rank)
            for number in self.numbers
        ]


@dataclass(frozen=True)
class CombinedReading(AnyReading):
    """Several readings side by side, all with the same filters.

    Parameters
    ----------
    readings : tuple of Reading
        Two or more, none twice.

    Raises
    ------
    ValueError
        For fewer, for the same one twice, and for ``"scattering-own"``, which has filters that the
        others have not.
    """

    readings: tuple[Reading, ...]

    def __post_init__(self) -> None:
        names = [reading.name for reading in self.readings]
        if len(names) < 2 or len(set(names)) < len(names):
            raise ValueError(
                f"reading={names} must name two or more different readings; one alone is given by "
                "its name."
            )
        if "scattering-own" in names:
            raise ValueError(
                f"reading={names}: 'scattering-own' learns filters that the others do not have; "
                "use it alone, or 'scattering' in its place."
            )

    @property
    def members(self) -> tuple[Reading, ...]:
        """The readings."""
        return self.readings

    @property
    def label(self) -> str:
        """The names of the readings."""
        return " + ".join(reading.name for reading in self.readings)

    def count(self, levels: int, rank: int = 1) -> int:
        """Features of one channel."""
        return sum(reading.count(levels, rank) for reading in self.readings)

    def feature(self, levels: int, column: int, rank: int = 1) -> Feature:
        """What the feature in a column is, in the order of `feature_names`."""
        channel, place = divmod(column, self.count(levels, rank))
        for reading in self.readings:
            count = reading.count(levels, rank)
            if place < count:
                break
            place -= count
        return reading.feature(levels, place, rank)._replace(channel=channel)


#: The readings by name.
READINGS: Mapping[str, Reading] = MappingProxyType(
    {
        "energy": Reading("energy", "dwt", ENERGY, ("log-energy",)),
        "packets": Reading("packets", "packets", ENERGY, ("log-energy",)),
        "scattering": Reading("scattering", "scattering", ENERGY, ("log-energy",)),
        "scattering-own": Reading("scattering-own", "scattering-own", ENERGY, ("log-energy",)),
        "events": Reading(
            "events",
            "undecimated",
            EVENTS,
            ("maximum", "minimum", "sum of positive parts", "sum of negative parts"),
        ),
        "largest": Reading(
            "largest", "dwt", LARGEST, tuple(f"largest {rank}" for rank in range(1, 7))
        ),
        "means": Reading("means", "dwt", MEAN, ("mean",), parts=8),
    }
)


@overload
def as_reading(value: str | Reading, parts: int | None = None, rank: int = 1) -> Reading: ...


@overload
def as_reading(
    value: str | AnyReading | Sequence[str | Reading], parts: int | None = None, rank: int = 1
) -> AnyReading: ...


def as_reading(
    value: str | AnyReading | Sequence[str | Reading], parts: int | None = None, rank: int = 1
) -> AnyReading:
    """A reading as it is, or by its name, of whole sub-bands or of equal parts of them.

    Parameters
    ----------
    value : str, Reading, or a list of them
        Those of a list stand side by side.
    parts : int, optional
        Read each of so many equal parts of a sub-band (along each axis) by itself. None leaves it
        to the reading; one with eight parts of a signal has 3 x 3 of an image.
    rank : int
        1 for signals, 2 for images.

    Raises
    ------
    TypeError, ValueError
        For a name that is not in `READINGS`, and if `parts` is no integer, or below 1.

    Examples
    --------
    >>> as_reading("energy", parts=4).feature_names(levels=2)[4]
    'log-energy of detail 2, part 1 of 4'
    >>> as_reading(["energy", "means"]).label
    'energy + means'
    """
    if isinstance(value, str):
        if value not in READINGS:
            names = ", ".join(map(repr, ("auto", *READINGS)))
            raise ValueError(f"reading={value!r} must be one of {names}.")
        value = READINGS[value]
        parts = math.ceil(value.parts ** (1 / rank)) if parts is None else parts
    if isinstance(value, Reading):
        return value if parts is None else replace(value, parts=parts)
    given = value.members if isinstance(value, AnyReading) else value
    members = [member for each in given for member in as_reading(each, parts, rank).members]
    return members[0] if len(members) == 1 else CombinedReading(tuple(members))


def readings_of(rank: int) -> list[str]:
    """The names of the readings that signals (`rank` 1) or images (2) have."""
    return [name for name, reading in READINGS.items() if _has_rank(reading, rank)]


def auto_readings(rank: int) -> list[str]:
    """The names of those that ``"auto"`` tries.

    The search for filters of a second layer takes longest, and can follow where ``"scattering"`` is
    chosen.
    """
    return [name for name in readings_of(rank) if name != "scattering-own"]


def _has_rank(reading: Reading, rank: int) -> bool:
    return rank == 1 or reading.bank in IMAGE_KINDS
