"""Sampling rates, and the units that frequencies then have."""

from __future__ import annotations

import math
from typing import NamedTuple

__all__ = ["Sampling", "SamplingRate"]

#: Samples for each unit of time or length, alone or with the unit of frequencies.
SamplingRate = float | tuple[float, str] | None

_PER = "cycles per "
#: Units of time, in the singular.
_TIMES = {"s", "ms", "us", "\N{MICRO SIGN}s", "ns", "sec", "second", "millisecond", "microsecond"}
_TIMES |= {"min", "minute", "h", "hr", "hour", "day", "week", "month", "yr", "year"}


class Sampling(NamedTuple):
    """A sampling rate as functions of this package take it, read once.

    Parameters
    ----------
    rate : float
        Samples for each unit of time or length; 1 if none was given.
    unit : str
        Of frequencies.
    given : bool
        Whether a rate was given.
    named : bool
        Whether its unit was.
    """

    rate: float
    unit: str
    given: bool
    named: bool

    @classmethod
    def of(cls, sampling_rate: SamplingRate, rank: int = 1) -> Sampling:
        """The rate and the unit of signals (`rank` 1) or images (2).

        Parameters
        ----------
        sampling_rate : float, (float, str) or None
            A number is in hertz, and of images in pixels per unit length. With a unit of
            frequencies it may be anything: ``(24, "cycles per day")`` is a sample an hour.

        Raises
        ------
        TypeError
            If it is neither a number, nor a number and a text.
        ValueError
            If the number is not above 0 and finite, or the unit is no line of text.

        Examples
        --------
        >>> Sampling.of((24, "cycles per day")).unit
        'cycles per day'
        >>> Sampling.of(200).unit, Sampling.of(None).unit
        ('Hz', 'cycles per sample')
        """
        if sampling_rate is None:
            return cls(1.0, _PER + ("sample", "pixel")[rank - 1], False, False)
        pair = sampling_rate if isinstance(sampling_rate, tuple | list) else (sampling_rate, None)
        if len(pair) != 2:
            raise TypeError(
                f"sampling_rate={sampling_rate!r} must be a number, or a number and the unit of "
                "frequencies, such as (24, 'cycles per day')."
            )
        rate, unit = _number(pair[0]), pair[1]
        if unit is None:
            return cls(rate, "Hz" if rank == 1 else f"{_PER}unit length", True, False)
        if not isinstance(unit, str) or not unit.strip() or not unit.isprintable():
            raise ValueError(
                f"the unit {unit!r} of sampling_rate must be a line of text, such as 'cycles per "
                "day'."
            )
        return cls(rate, unit, True, True)

    @property
    def step(self) -> str:
        """The unit of time or length of which there are `rate` samples; empty if unknown."""
        if self.unit == "Hz":
            return "s"
        return self.unit.removeprefix(_PER) if self.named and self.unit.startswith(_PER) else ""

    @property
    def timed(self) -> bool:
        """Whether that unit is one of time."""
        return self.step in _TIMES or self.step.removesuffix("s") in _TIMES

    def __str__(self) -> str:
        """The rate with its unit."""
        if self.unit == "Hz":
            return f"{self.rate:g} Hz"
        per = self.step or "unit length"
        return f"{self.rate:g} per {per}" if not self.named or self.step else f"{self.rate:g}"


def _number(rate: object) -> float:
    if isinstance(rate, bool) or (not isinstance(rate, int | float) and not hasattr(rate, "dtype")):
        raise TypeError(f"sampling_rate={rate!r} must be a number, or a number and a unit.")
    value = float(rate)  # type: ignore[arg-type]
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"sampling_rate={rate!r} must be above 0 and finite.")
    return value
