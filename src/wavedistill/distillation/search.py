"""Global search over the orthonormal lattice.

The objective has many local minima, since a filter that is shifted or reversed meets the dyadic
grid of the coefficients elsewhere. The search therefore looks widely where that is cheap: it
screens thousands of starts on a small sample of the examples, descends from the best of them, and
carries ever fewer basins on to more examples, the last few to all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from wavedistill.distillation.descent import Basin, descend, distinct
from wavedistill.distillation.objective import Objective
from wavedistill.distillation.starts import dictionary, random_starts

__all__ = ["global_search"]

#: How many starts are descended from, how many basins go on to more examples, and how many to all.
_SCREENED, _DESCENDED, _FINISHED = 96, 16, 6


def global_search(
    objective_on: Callable[[int], Objective],
    sizes: Sequence[int],
    taps: int,
    *,
    max_iter: int,
    tol: float,
    random: np.random.Generator,
    least_response: float,
) -> tuple[Objective, list[Basin]]:
    """Find the lowest basins of the objective.

    Parameters
    ----------
    objective_on : callable
        Returns the objective on a number of examples.
    sizes : sequence of int
        Numbers of examples to screen on, to descend on, and to finish on, ascending.
    taps : int
        Filter length N.
    max_iter, tol, least_response
        Of the last descents; see `descend`.
    random : numpy.random.Generator
        Draws the random starts.

    Returns
    -------
    objective : Objective
        On the largest number of examples.
    basins : list of Basin
        Distinct, best first; without filters that respond too little, if there are others.
    """
    screening, descending, finishing = sizes
    small = objective_on(screening)
    known = dictionary(taps)
    starts = [*known, *random_starts(known, random)]
    screened = sorted(
        (replace(start, loss=small.at_angles(start.free)[0]) for start in starts),
        key=lambda basin: basin.loss,
    )
    basins = distinct(descend(small, b, max_iter=25, tol=1e-5) for b in screened[:_SCREENED])
    if descending > screening:
        medium = objective_on(descending)
        carried = (descend(medium, b, max_iter=100, tol=1e-7) for b in basins[:_DESCENDED])
        basins = distinct(carried)
    everything = objective_on(finishing)
    finished = distinct(
        descend(everything, b, max_iter=15, tol=tol, least_response=least_response)
        for b in basins[:_FINISHED]
    )
    finished = [b for b in finished if b.responds(least_response)] or finished
    best = descend(
        everything, finished[0], max_iter=max_iter, tol=tol, least_response=least_response
    )
    return everything, distinct([best, *finished[1:]])
