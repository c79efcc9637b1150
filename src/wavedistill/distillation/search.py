"""Minimise the objective over the orthonormal lattice: local fits and the screened global start.

The landscape has many local minima, since a filter that is shifted or reversed meets the dyadic
grid of the coefficients elsewhere. The global search therefore looks widely where looking is cheap:
it screens thousands of starts on a small sample of the examples, descends from the best of them,
and carries ever fewer basins on to more examples, the last few to all of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize

from wavedistill.distillation.objective import Objective
from wavedistill.wavelets import Lattice, Wavelet, orthogonal_names
from wavedistill.wavelets.conditions import min_response as filter_min_response

__all__ = [
    "Basin",
    "descend",
    "dictionary",
    "distinct",
    "global_search",
    "min_response",
]

Array = NDArray[np.float64]

#: Filters closer than this in l2 are the same basin. A shift is another: it meets the dyadic grid
#: of the coefficients elsewhere.
_SAME_BASIN = 0.02
#: How many starts are descended from, how many basins go on to more examples, and how many to all.
_SCREENED, _DESCENDED, _FINISHED = 96, 16, 6
#: Trials of a line search: one that has found nothing by then sits on a kink of the L1 norm.
_TRIALS = 10
#: Radians in a descent's unit of length. The first trial of L-BFGS is one unit long, and a whole
#: radian would leave the basin of a warm start.
_UNIT = 0.1
#: Random starts at most; fewer where there are few angles.
_RANDOM_STARTS = 4000


@dataclass(frozen=True, eq=False)
class Basin:
    """A point of the lattice, where a descent began or ended.

    Parameters
    ----------
    free : ndarray, shape (N/2 - 1,)
        Free angles.
    start : str
        What the descent began from.
    loss : float
        Value of the objective it was last judged by.
    history : tuple of float
        The objective after each iteration of the last descent, its start first.
    message : str
        Why the last descent ended.
    """

    free: Array
    start: str
    loss: float = np.inf
    history: tuple[float, ...] = ()
    message: str = ""

    @property
    def lowpass(self) -> Array:
        """The filter, shape (N,)."""
        return Lattice(2 * len(self.free) + 2).forward(self.free)


def descend(
    objective: Objective, basin: Basin, *, max_iter: int, tol: float, least_response: float = 0.0
) -> Basin:
    """Minimise the objective by L-BFGS from where a basin stands.

    Parameters
    ----------
    max_iter : int
        Iterations at most.
    tol : float
        Stop when an iteration lowers the objective by less than this share of it.
    least_response : float
        Go back along the path to the last filter whose ``min_response`` is at least this much, if
        the end is not, and the start is.
    """
    path = [(objective.at_angles(basin.free)[0], basin.free)]
    message = "a filter of length 2 has no free angle"
    if len(basin.free):
        # SciPy takes changes of a value below 1 absolutely, and raw weights can make it tiny.
        # Dividing by a power of two keeps every bit.
        size = math.ldexp(1.0, math.frexp(path[0][0])[1] - 1)

        def record(intermediate_result: OptimizeResult) -> None:
            path.append((size * float(intermediate_result.fun), _UNIT * intermediate_result.x))

        def scaled(units: Array) -> tuple[float, Array]:
            value, gradient = objective.at_angles(_UNIT * units)
            return value / size, _UNIT / size * gradient

        result = minimize(
            scaled,
            basin.free / _UNIT,
            jac=True,
            method="L-BFGS-B",
            callback=record,
            options={"maxiter": max_iter, "ftol": tol, "gtol": 0.0, "maxls": _TRIALS},
        )
        message = str(result.message)
    end = next(
        (i for i in range(len(path), 0, -1) if _valid(path[i - 1][1], least_response)), len(path)
    )
    path = path[:end]
    loss, free = path[-1]
    history = tuple(value for value, _ in path)
    return replace(basin, free=free, loss=loss, history=history, message=message)


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
    """Find the lowest basins of the objective, best first.

    Parameters
    ----------
    objective_on : callable
        Gives the objective on a number of examples.
    sizes : sequence of int
        Numbers of examples to screen on, to descend on, and to finish on, ascending.
    taps : int
        Filter length N.
    max_iter, tol, least_response
        Of the last descents, as in `descend`.
    random : numpy.random.Generator
        For the starts.

    Returns
    -------
    objective : Objective
        On the largest number of examples.
    basins : list of Basin
        Distinct, each with a valid wavelet where one was found.
    """
    screening, descending, finishing = sizes
    small = objective_on(screening)
    known = dictionary(taps)
    starts = [*known, *_random_starts(known, random)]
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
    finished = [b for b in finished if _valid(b.free, least_response)] or finished
    best = descend(
        everything, finished[0], max_iter=max_iter, tol=tol, least_response=least_response
    )
    return everything, distinct([best, *finished[1:]])


def distinct(basins: Iterable[Basin]) -> list[Basin]:
    """The basins by ascending loss, each that is close to a better one left out."""
    kept: list[Basin] = []
    for basin in sorted(basins, key=lambda each: each.loss):
        if all(np.linalg.norm(basin.lowpass - b.lowpass) > _SAME_BASIN for b in kept):
            kept.append(basin)
    return kept


def min_response(free: Array) -> float:
    """The smallest |h^(w)| on [-pi/2, pi/2] of the filter with these free angles."""
    return filter_min_response(Lattice(2 * len(free) + 2).forward(free))


def dictionary(taps: int) -> list[Basin]:
    """Every orthogonal wavelet of PyWavelets that fits, at every offset, and reversed in time."""
    found: dict[bytes, Basin] = {}
    for name in orthogonal_names():
        lowpass = Wavelet.from_name(name).lowpass
        for offset in range(taps - len(lowpass) + 1):
            placed = np.zeros(taps)
            placed[offset : offset + len(lowpass)] = lowpass
            for filter_, label in ((placed, name), (placed[::-1], f"{name} reversed")):
                basin = Basin(Lattice(taps).right_inverse(filter_), label)
                # Adding 0 makes the zeros of either sign one.
                found.setdefault((np.round(basin.lowpass, 8) + 0.0).tobytes(), basin)
    return list(found.values())


def _valid(free: Array, least_response: float) -> bool:
    return least_response <= 0 or min_response(free) >= least_response


def _random_starts(known: Sequence[Basin], random: np.random.Generator) -> list[Basin]:
    """Known wavelets with noise on their angles, and as many filters with random angles."""
    dimensions = len(known[0].free)
    if dimensions == 0:
        return []
    count = min(_RANDOM_STARTS, 100 * 4**dimensions) // 2
    uniform = random.uniform(-np.pi, np.pi, (count, dimensions))
    near = np.array([known[i].free for i in random.integers(len(known), size=count)])
    near += random.uniform(0.1, 0.8, (count, 1)) * random.standard_normal((count, dimensions))
    return [
        *(Basin(free, "noise on a known wavelet") for free in near),
        *(Basin(free, "random angles") for free in uniform),
    ]
