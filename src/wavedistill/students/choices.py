"""What a fit of a distilled student may choose from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavedistill.modes import Mode
from wavedistill.students.readings import AnyReading
from wavedistill.wavelets import Wavelet, WaveletTransform
from wavedistill.wavelets.wavelet import as_wavelet

__all__ = ["Choices", "as_filters"]

#: Depths that levels="auto" tries at most, and supports that support="auto" grows through.
_DEEPEST, _SUPPORTS = 6, (4, 8, 12, 16, 24)
#: Known wavelets with up to so many taps are compared with, or with as many as the search has.
_LONGEST_KNOWN = 20


@dataclass(frozen=True)
class Choices:
    """What a fit may choose from, its parameters checked.

    Parameters
    ----------
    reading : Reading or CombinedReading
    levels, supports : tuple of int
        Depths, and lengths of the filters in ascending order.
    per_level : bool or "auto"
        Whether each level has a filter of its own.
    mode : str
    max_numbers : int or None
        The most numbers that the student may have: taps, weights and intercepts.
    search : bool
        Whether filters are learned, besides the known wavelets.
    fixed : tuple of Wavelet
        One wavelet, or one for each level, to use in the place of all others.
    """

    reading: AnyReading
    levels: tuple[int, ...]
    supports: tuple[int, ...]
    per_level: bool | str
    mode: Mode
    max_numbers: int | None = None
    search: bool = True
    fixed: tuple[Wavelet, ...] = ()

    @classmethod
    def of(
        cls,
        reading: AnyReading,
        levels: int | str,
        support: int | str,
        *,
        per_level: bool | str,
        mode: Mode,
        max_numbers: int | None,
        lengths: tuple[int, ...],
        wavelet: object = "learned",
    ) -> Choices:
        """With ``"auto"`` spelt out for signals of a length, or for images of a height and width.

        The coarsest sub-bands have at least four coefficients, and there are at most 64 packets.
        """
        fixed = as_filters(wavelet)
        if isinstance(wavelet, WaveletTransform):
            levels = wavelet.levels
        rank, length = len(lengths), min(lengths)
        packets = any(each.bank == "packets" for each in reading.members)
        most = _DEEPEST // rank if packets else _DEEPEST
        deepest = max(1, min(most, int(np.log2(max(length, 2)) - 2 / rank)))
        depths = range(min(3, deepest), deepest + 1) if levels == "auto" else [int(levels)]
        supports = [s for s in _SUPPORTS if s <= max(4, length)]
        chosen = supports if support == "auto" else [int(support)]
        search = isinstance(wavelet, str) and wavelet == "learned"
        return cls(
            reading, tuple(depths), tuple(chosen), per_level, mode, max_numbers, search, fixed
        )

    @property
    def longest_known(self) -> int:
        """Taps of the longest known wavelet to compare with: never fewer than the search has."""
        return max(_LONGEST_KNOWN, *self.supports)


def as_filters(wavelet: object) -> tuple[Wavelet, ...]:
    """The filters that a student is told to use: one, one for each level, or none.

    Raises
    ------
    TypeError, ValueError
        For what is no wavelet, and for levels whose filters differ in length.
    """
    if isinstance(wavelet, str) and wavelet in ("learned", "known"):
        return ()
    if not isinstance(wavelet, WaveletTransform):
        return (as_wavelet(wavelet),)
    taps = sorted({len(each.lowpass) for each in wavelet.wavelets})
    if len(taps) > 1:
        raise ValueError(
            f"wavelet has filters of {taps[0]} to {taps[-1]} taps, and a student needs filters of "
            "one length; pad the shorter ones with zeros."
        )
    return wavelet.wavelets
