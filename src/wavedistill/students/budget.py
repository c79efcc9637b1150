"""Students of few numbers: how many features they may have, and which."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["forward_selection", "most_features"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

#: A feature of which the others leave a smaller share of its variance is one of them again.
_REDUNDANT = 1e-9


def most_features(max_numbers: int, taps: int, outputs: int) -> int:
    """How many features leave taps, weights and intercepts within `max_numbers`; 0 if none."""
    return max(0, max_numbers - taps - outputs) // outputs


def forward_selection(gram: Array, outputs: int, count: int) -> Integers:
    """Features added one by one, each the one that explains most of what is left of the targets.

    This is orthogonal least squares (Chen, Billings and Luo 1989, Int. J. Control 50, 1873), which
    needs the Gram matrix only.

    Parameters
    ----------
    gram : ndarray, shape (1 + p + q, 1 + p + q)
        Of (1, features, targets).
    outputs : int
        q, the number of targets.
    count : int
        Features to choose, at most; fewer if the others are combinations of them.

    Returns
    -------
    ndarray of int
        The features chosen, ascending.
    """
    left = gram[1:, 1:] - np.outer(gram[0, 1:], gram[0, 1:]) / gram[0, 0]
    width = len(left) - outputs
    floor = _REDUNDANT * np.diag(gram)[1 : 1 + width]
    chosen: list[int] = []
    for _ in range(count):
        variances = np.diag(left)[:width]
        free = variances > floor
        free[chosen] = False
        if not free.any():
            break
        moments = (left[:width, width:] ** 2).sum(axis=1)
        gains = np.divide(moments, variances, out=np.full(width, -1.0), where=free)
        best = int(np.argmax(gains))
        chosen.append(best)
        # What the chosen feature explains is taken from all others and from the targets.
        left = left - np.outer(left[:, best], left[best]) / left[best, best]
    return np.sort(np.array(chosen, dtype=np.intp))
