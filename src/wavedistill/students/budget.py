"""Students of few numbers: the best features, and filters for these alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wavedistill.students.ridge import ridge_error
from wavedistill.students.through import Learned, StudentObjective, refine_filters

__all__ = ["within_budget"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]


def within_budget(
    objective: StudentObjective, best: Learned, max_numbers: int, *, learn: bool
) -> tuple[Learned, Integers]:
    """The best few features, and the filters descended anew for them."""
    outputs = objective.targets.shape[1]
    taps = best.taps
    budget = max_numbers - taps - outputs
    count = min(budget // outputs, objective.reader.count)
    if count < 1:
        raise ValueError(
            f"max_numbers={max_numbers} leaves no feature: the filters have {taps} taps, "
            f"and {outputs} intercepts and a weight of one feature for each output come on top; "
            f"raise it to {taps + 2 * outputs} or more, or shorten the support."
        )
    columns = _selected(objective, best, count)
    if learn and count < objective.reader.count:
        for _ in range(2):
            best = refine_filters(replace(objective, columns=columns), best)
            columns = _selected(objective, best, count)
    return best, columns


def _selected(objective: StudentObjective, best: Learned, count: int) -> Integers:
    """Features added one by one, each the one that lowers the error most."""
    grams, outputs = objective.grams(best.lowpass), objective.targets.shape[1]
    width = objective.reader.count
    ends = list(range(1 + width, 1 + width + outputs))
    chosen: list[int] = []
    for _ in range(count):
        left = [column for column in range(width) if column not in chosen]
        errors = []
        for column in left:
            kept = [0, *(1 + c for c in (*chosen, column)), *ends]
            errors.append(ridge_error(grams[:, kept][:, :, kept], outputs).value)
        chosen.append(left[int(np.argmin(errors))])
    return np.sort(np.array(chosen, dtype=np.intp))
