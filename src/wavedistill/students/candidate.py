"""`Candidate` and `TriedReading`: what a student was compared with, as the user finds it."""

from __future__ import annotations

from typing import NamedTuple, Self

from wavedistill.students.through import Learned
from wavedistill.wavelets import Wavelet, orthogonal_names

__all__ = ["Candidate", "TriedReading"]

_KNOWN = frozenset(orthogonal_names())


class TriedReading(NamedTuple):
    """A reading that a student may have had.

    Errors are those of the student in cross-validation, as a share of the targets' variation.
    `known_error` is with the best known wavelet; `error` and `features` are with the filters that
    would be chosen, or None where a light search told that the reading is no rival.
    """

    reading: str
    levels: int
    known_error: float
    error: float | None
    features: int | None


class Candidate(NamedTuple):
    """Filters that were compared: one wavelet per level, the finest first.

    Those of a second layer with its own follow, from level 2 on.
    `error` is that of the student in cross-validation, as a share of the targets' variation.
    `path` has the errors on the way of the search, and `begun` is the wavelet of the finest level
    that it began from; known wavelets have neither.
    """

    wavelets: tuple[Wavelet, ...]
    error: float
    start: str
    path: tuple[float, ...] = ()
    begun: Wavelet | None = None

    @classmethod
    def of(cls, learned: Learned, error: float) -> Self:
        """The filters of a search, or known ones, with the error of the student."""
        each = [Wavelet(row) for row in learned.lowpass]
        if learned.shared:
            name = learned.start if learned.start in _KNOWN else ""
            each = [Wavelet(learned.lowpass[0], name=name)] * len(each)
        begun = None if learned.begun is None else Wavelet(learned.begun)
        return cls(tuple(each), error, learned.start, learned.path, begun)
