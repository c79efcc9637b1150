"""Local search: descents over the orthonormal lattice, and the basins that they end in."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize

from wavedistill.distillation.objective import Objective
from wavedistill.wavelets import Lattice
from wavedistill.wavelets.conditions import min_response

__all__ = ["SAME_BASIN", "Basin", "descend", "distinct"]

Array = NDArray[np.float64]

#: Filters closer than this in l2 are the same basin. A shifted filter is another basin, since it
#: meets the dyadic grid of the coefficients elsewhere.
SAME_BASIN = 0.02
#: Trials of a line search: after so many without success it sits on a kink of the L1 norm.
_TRIALS = 10
#: Radians in a descent's unit of length. The first trial of L-BFGS is one unit long, and a whole
#: radian would leave the basin of a warm start.
_UNIT = 0.1


@dataclass(frozen=True, eq=False)
class Basin:
    """A point of the lattice at which a descent begins, or ended.

    Parameters
    ----------
    free : ndarray, shape (N/2 - 1,)
        Free angles.
    start : str
        What the descent began from.
    loss : float
        Value of the objective by which it was last judged.
    history : tuple of float
        The objective at the start of the last descent and after each of its iterations.
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
        return Lattice.of(self.free).forward(self.free)

    def responds(self, least: float) -> bool:
        """Whether the filter's smallest response on [-pi/2, pi/2] is at least so large."""
        return least <= 0 or min_response(self.lowpass) >= least


def descend(
    objective: Objective, basin: Basin, *, max_iter: int, tol: float, least_response: float = 0.0
) -> Basin:
    """Minimise the objective by L-BFGS.

    Parameters
    ----------
    objective : Objective
    basin : Basin
        Where to begin.
    max_iter : int
        Iterations at most.
    tol : float
        Stop when an iteration lowers the objective by less than this share of it.
    least_response : float
        If the smallest response of the last filter is below this, go back along the path to the
        last filter that responds as much. If none does, the last filter stays.
    """
    path = [(objective.at_angles(basin.free)[0], basin.free)]
    message = "a filter of length 2 has no free angle"
    if len(basin.free):
        # SciPy's tolerance is a share of values above 1 only, and raw weights can make the value
        # tiny. Dividing by a power of two keeps every bit.
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
    lengths = range(len(path), 0, -1)
    responding = (
        k for k in lengths if replace(basin, free=path[k - 1][1]).responds(least_response)
    )
    path = path[: next(responding, len(path))]
    loss, free = path[-1]
    history = tuple(value for value, _ in path)
    return replace(basin, free=free, loss=loss, history=history, message=message)


def distinct(basins: Iterable[Basin]) -> list[Basin]:
    """The basins by ascending loss, without those that lie close to a better one."""
    kept: list[Basin] = []
    for basin in sorted(basins, key=lambda each: each.loss):
        if all(np.linalg.norm(basin.lowpass - b.lowpass) > SAME_BASIN for b in kept):
            kept.append(basin)
    return kept
