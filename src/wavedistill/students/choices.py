"""What a fit of a distilled student may choose from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavedistill.modes import Mode
from wavedistill.students.readings import Reading

__all__ = ["Choices"]

#: Depths that levels="auto" tries at most, and supports that support="auto" grows through.
_DEEPEST, _SUPPORTS = 6, (4, 8, 12, 16, 24)
#: Known wavelets with up to so many taps are compared with, or with as many as the search has.
_LONGEST_KNOWN = 20


@dataclass(frozen=True)
class Choices:
    """What a fit may choose from, its parameters checked.

    Parameters
    ----------
    reading : Reading
    levels, supports : tuple of int
        Depths, and lengths of the filters in ascending order.
    per_level : bool or "auto"
        Whether each level has a filter of its own.
    mode : str
    max_numbers : int or None
        The most numbers that the student may have: taps, weights and intercepts.
    """

    reading: Reading
    levels: tuple[int, ...]
    supports: tuple[int, ...]
    per_level: bool | str
    mode: Mode
    max_numbers: int | None = None

    @classmethod
    def of(
        cls,
        reading: Reading,
        levels: int | str,
        support: int | str,
        *,
        per_level: bool | str,
        mode: Mode,
        max_numbers: int | None,
        length: int,
    ) -> Choices:
        """With ``"auto"`` spelt out for signals of a length."""
        deepest = max(1, min(_DEEPEST, int(np.log2(max(length, 2))) - 2))
        depths = range(min(3, deepest), deepest + 1) if levels == "auto" else [int(levels)]
        supports = [s for s in _SUPPORTS if s <= max(4, length)]
        chosen = supports if support == "auto" else [int(support)]
        return cls(reading, tuple(depths), tuple(chosen), per_level, mode, max_numbers)

    @property
    def longest_known(self) -> int:
        """Taps of the longest known wavelet to compare with: never fewer than the search has."""
        return max(_LONGEST_KNOWN, *self.supports)
