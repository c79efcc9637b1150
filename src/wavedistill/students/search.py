"""The search for the filters with which a student errs least."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from wavedistill.students.effort import DESCENDED_ON, SCREENED_ON, WHOLE, Effort, search_work
from wavedistill.students.progress import SILENT, Progress
from wavedistill.students.starts import Start, starts
from wavedistill.students.through import Learned, StudentObjective
from wavedistill.wavelets import Lattice, Wavelet

__all__ = ["learn_filters"]

Array = NDArray[np.float64]

#: How often a descent begins anew, at most, where features are chosen on the way.
_ROUNDS = 4
#: Radians in a descent's unit of length (the first trial of L-BFGS is one unit long).
_UNIT = 0.1
#: Noise on the angles of each level, in radians, where filters per level begin from one for all.
_NOISE = 0.02


def learn_filters(
    objective: StudentObjective,
    taps: int,
    *,
    per_level: bool = False,
    given: Sequence[Wavelet] = (),
    max_iter: int = 100,
    random: np.random.Generator,
    effort: Effort = WHOLE,
    progress: Progress = SILENT,
) -> list[Learned]:
    """The filters of least error in cross-validation, best first.

    Starts are screened on 500 examples, the best are descended from there, and the best of those on
    all examples, or on 20,000 of more. Errors are those on all. The filter of a second layer of its
    own begins near that of the first, and from the best of all starts beside it. Filters per level
    begin from the best filter for all levels of their layer.

    Parameters
    ----------
    objective : StudentObjective
    taps : int
        Length N of the filters.
    per_level : bool
        Learn a filter for each level.
    given : sequence of Wavelet
        Starts besides the known wavelets.
    max_iter : int
        Iterations of the last descents.
    random : numpy.random.Generator
    effort : Effort
    progress : Progress
    """
    lattice, count = Lattice(taps), len(objective.reader)
    rows = random.permutation(count)
    part, most = (_some(objective, rows[:limit]) for limit in (SCREENED_ON, DESCENDED_ON))
    layers = objective.reader.layers
    work = search_work(count, len(layers), per_level, effort)
    parts = progress.named(f"{taps} taps").parts(work)
    # The linear algebra is tiny, and BLAS threads would only get into one another's way.
    with threadpool_limits(limits=1, user_api="blas"):
        begun = starts(taps, given, random, effort)
        parts[0](f"{len(begun)} starts")
        short = _best_few(part, begun, effort.screened)
        parts[1](f"{len(short)} descents on {len(part.reader)} examples")
        short = _shortly(part, short)[: effort.descended]
        how_many = f"all {count}" if most is objective else f"{len(most.reader)} of {count}"
        parts[2](f"{len(short)} descents on {how_many} examples")
        found = _descents(most, short, max_iter)
        best = found[0].start
        if len(layers) > 1 and lattice.dimension:
            parts[3]("a filter for each layer")
            beside = [Start(np.stack([best.free, s.free]), f"{best.name}, {s.name}") for s in begun]
            near = _parted(objective, best, len(layers), "each layer its own", random)
            short = _shortly(part, _best_few(part, beside, effort.screened))
            own = _descents(most, [near, *short[:1]], 2 * max_iter)
            found, best = [*own[:1], *found], own[0].start
        if per_level and lattice.dimension:
            parts[4]("a filter for each level")
            near = _parted(objective, best, sum(layers), "each level its own", random)
            found = [*_descents(most, [near], 2 * max_iter), *found]
        learned = [_learned(objective, most, end) for end in found]
    return sorted(learned, key=lambda each: each.error)


class _End(NamedTuple):
    """Where a descent ended, and the error there."""

    error: float
    start: Start


def _some(objective: StudentObjective, rows: NDArray[np.intp]) -> StudentObjective:
    """The objective over some of the examples, or as it is if these are all."""
    whole = len(rows) == len(objective.reader)
    return objective if whole else objective.subset(np.sort(rows))


def _learned(objective: StudentObjective, most: StudentObjective, end: _End) -> Learned:
    """What a descent found, with its error on all examples."""
    lowpass = objective.filters(end.start.free)
    error = end.error if most is objective else objective.error(lowpass).value
    origin = end.start.origin
    begun = None if origin is None else objective.filters(origin)[0]
    return Learned(lowpass, error, end.start.name, end.start.path, begun)


def _best_few(part: StudentObjective, begun: Sequence[Start], count: int) -> list[Start]:
    """The starts of least error, best first."""
    errors = [part.error(part.filters(start.free)).value for start in begun]
    return [begun[i] for i in np.argsort(errors, kind="stable")[:count]]


def _shortly(part: StudentObjective, begun: Sequence[Start]) -> list[Start]:
    """The ends of short descents, best first."""
    return [end.start for end in _descents(part, begun, 25)]


def _descents(objective: StudentObjective, begun: Sequence[Start], max_iter: int) -> list[_End]:
    """The ends of descents, best first."""
    ends = [_descend(objective, start, max_iter) for start in begun]
    return sorted(ends, key=lambda end: end.error)


def _parted(
    objective: StudentObjective, start: Start, count: int, how: str, random: np.random.Generator
) -> Start:
    """So many filters near fewer that were found."""
    each = np.atleast_2d(start.free)
    # Each begins as the one that serves the first of its levels.
    firsts = np.unique(objective.places(count), return_index=True)[1]
    free = each[objective.places(len(each))][firsts]
    noise = _NOISE * random.standard_normal(free.shape)
    return start.moved(free + noise, f"{start.name}, {how}")


def _descend(objective: StudentObjective, start: Start, max_iter: int) -> _End:
    """Where L-BFGS ends, and the error there.

    With few features, others are chosen on the way: the error jumps, and a descent may end there.
    It then begins anew.
    """
    if start.free.size == 0:
        return _End(objective.at_angles(start.free)[0], start)
    error, free = np.inf, start.free
    path: list[float] = []
    for _ in range(1 if objective.max_numbers is None else _ROUNDS):
        last = error
        error, free, errors = _minimum(objective, free, max_iter)
        path += errors
        if error > last * (1 - 1e-3):
            break
    return _End(error, start.moved(free, path=path))


def _minimum(
    objective: StudentObjective, free: Array, max_iter: int
) -> tuple[float, Array, list[float]]:
    """The error and the angles where L-BFGS ends, and the errors of its iterations."""
    errors: list[float] = []

    def scaled(units: Array) -> tuple[float, Array]:
        value, gradient = objective.at_angles(_UNIT * units.reshape(free.shape))
        if not errors:
            errors.append(value)
        return value, _UNIT * gradient.ravel()

    result = minimize(
        scaled,
        free.ravel() / _UNIT,
        jac=True,
        method="L-BFGS-B",
        callback=lambda intermediate_result: errors.append(float(intermediate_result.fun)),
        options={"maxiter": max_iter, "ftol": 1e-7, "gtol": 0.0, "maxls": 10},
    )
    return float(result.fun), _UNIT * result.x.reshape(free.shape), errors
