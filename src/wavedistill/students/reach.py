"""Which readings are worth a thorough search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from wavedistill.students.effort import LIGHT
from wavedistill.students.progress import Progress
from wavedistill.students.ridge import RidgeError
from wavedistill.students.search import learn_filters
from wavedistill.students.through import StudentObjective
from wavedistill.wavelets import Wavelet

__all__ = ["Glance", "glance", "within_reach"]

#: Examples that a glance takes, at most.
_EXAMPLES = 500
#: A reading that is worse by more standard errors than this, and by more of the least error than
#: this share, is given up.
_STANDARD_ERRORS, _SHARE = 2.0, 0.1


class Glance(NamedTuple):
    """What a light search found for a reading: a start of a thorough one, and its error."""

    wavelet: Wavelet
    error: RidgeError


def glance(
    objective: StudentObjective,
    taps: int,
    given: Sequence[Wavelet],
    random: np.random.Generator,
    progress: Progress,
) -> Glance:
    """A light search for one filter, on the same part of the examples for each reading."""
    rows = np.linspace(0, len(objective.reader), _EXAMPLES, endpoint=False).astype(np.intp)
    part = objective.subset(np.unique(rows))
    best, *_ = learn_filters(
        part, taps, given=given, random=random, effort=LIGHT, progress=progress
    )
    return Glance(Wavelet(best.lowpass[0], name=f"{taps} taps"), part.error(best.lowpass))


def within_reach(errors: Sequence[RidgeError]) -> list[int]:
    """Those that may turn out the best: not clearly worse than the least of the errors."""
    least = min(errors, key=lambda each: each.value)
    return [
        number
        for number, each in enumerate(errors)
        if each.value <= (1 + _SHARE) * least.value or each.is_within(least, _STANDARD_ERRORS)
    ]
