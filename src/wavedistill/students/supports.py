"""Filters of each support that is allowed, and the shortest of them that is good enough."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wavedistill.students.choices import Choices
from wavedistill.students.effort import BEFORE_LEVELS, WHOLE, Effort
from wavedistill.students.progress import SILENT, Progress
from wavedistill.students.search import learn_filters
from wavedistill.students.through import Learned, StudentObjective
from wavedistill.wavelets import Wavelet

__all__ = ["is_per_level", "learned_filters"]


def learned_filters(
    objective: StudentObjective,
    choices: Choices,
    given: Sequence[Wavelet],
    random: np.random.Generator,
    progress: Progress = SILENT,
    effort: Effort = WHOLE,
) -> list[Learned]:
    """Learned filters, the chosen one first.

    Supports grow, and each search also begins from what the shorter one found. The filters with the
    fewest taps within one standard error of the best are chosen.
    """
    found: list[Learned] = []
    per_level = choices.per_level is not False
    if choices.per_level is True and effort is WHOLE:
        effort = BEFORE_LEVELS
    parts = progress.parts([1.0] * len(choices.supports))
    for taps, part in zip(choices.supports, parts, strict=True):
        shared = [each.lowpass[0] for each in found if each.shared][:1]
        found += learn_filters(
            objective,
            taps,
            per_level=per_level,
            given=[*given, *(Wavelet(row, name=f"{len(row)} taps") for row in shared)],
            random=random,
            effort=effort,
            progress=part,
        )
        found.sort(key=lambda each: each.error)
    allowed = [each for each in found if _is_allowed(each, objective, choices)]
    best = _simplest(objective, allowed or found)
    return [best, *(each for each in found if each is not best)]


def _is_allowed(learned: Learned, objective: StudentObjective, choices: Choices) -> bool:
    """Whether each layer has its own filter, and each level where that is asked for."""
    if learned.lowpass.shape[1] == 2:
        return True  # Of two taps there is one filter only.
    if choices.per_level is True:
        return is_per_level(learned, objective)
    return learned.distinct >= len(objective.reader.layers)


def is_per_level(learned: Learned, objective: StudentObjective) -> bool:
    """Whether levels differ in their filters, and not only layers."""
    return learned.distinct > len(objective.reader.layers)


def _simplest(objective: StudentObjective, found: Sequence[Learned]) -> Learned:
    """The one with the fewest taps whose error is within one standard error of the least.

    The standard error is that of the difference over the folds.
    """
    least = min(found, key=lambda each: each.error)
    fewer = [each for each in found if each.taps < least.taps]
    reference = objective.error(least.lowpass)
    for each in sorted(fewer, key=lambda each: (each.taps, each.error)):
        if objective.error(each.lowpass).is_within_one_standard_error(reference):
            return each
    return least
