"""`Reading`: what is read of each sub-band, and what the features are called."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from wavedistill.checks import integer
from wavedistill.kernels.image_trees import IMAGE_KINDS
from wavedistill.kernels.pooling import ENERGY, EVENTS, LARGEST, MEAN
from wavedistill.kernels.trees import Kind, filter_layers
from wavedistill.students.band_names import band_names, part_names

__all__ = ["READINGS", "Feature", "Reading", "as_reading", "auto_readings", "readings_of"]


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

    def check_rank(self, rank: int) -> None:
        """Refuse to read images (`rank` 2) where the filter bank is one of signals.

        Raises
        ------
        ValueError
        """
        if not _has_rank(self, rank):
            raise ValueError(
                f"reading={self.name!r} is one of signals, and the data are images; choose one of "
                f"{', '.join(map(repr, readings_of(rank)))}."
            )

    def layers(self, levels: int) -> tuple[int, ...]:
        """How many filters each layer has; there is one layer but for ``"scattering-own"``."""
        return filter_layers(self.bank, levels)

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
        """A name for each feature: channel by channel, band by band, part by part.

        `sampling_rate` is in hertz for signals, and in pixels per unit length for images.
        """
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


def as_reading(value: str | Reading, parts: int | None = None, rank: int = 1) -> Reading:
    """A reading as it is, or by its name, of whole sub-bands or of equal parts of them.

    Parameters
    ----------
    value : str or Reading
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
    """
    if isinstance(value, str):
        if value not in READINGS:
            raise ValueError(f"reading={value!r} must be one of {', '.join(map(repr, READINGS))}.")
        value = READINGS[value]
        parts = math.ceil(value.parts ** (1 / rank)) if parts is None else parts
    return value if parts is None else replace(value, parts=parts)


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
