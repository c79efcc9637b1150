"""Alignment of two sampled functions, for the distance of the paper's Sec 4.1."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["align"]

Array = NDArray[np.float64]


def align(moving: ArrayLike, fixed: ArrayLike, *, sign: bool = True) -> tuple[Array, Array]:
    """Bring one function as close to another as shifts, reversal and sign can.

    Shifts are circular; closeness is the l2 norm of the difference.

    Parameters
    ----------
    moving, fixed : array_like, shapes (m,) and (n,)
        Samples on grids of the same step; the shorter is padded with zeros.
    sign : bool
        Whether the sign may change.

    Returns
    -------
    moved, fixed : ndarray, shape (max(m, n),)
    """
    own, reference = np.asarray(moving, dtype=np.float64), np.asarray(fixed, dtype=np.float64)
    size = max(len(own), len(reference))
    reference = np.pad(reference, (0, size - len(reference)))
    own = np.pad(own, (0, size - len(own)))
    candidates = []
    for turned in (own, own[::-1]):
        correlation = np.fft.irfft(np.fft.rfft(reference) * np.conj(np.fft.rfft(turned)), n=size)
        candidates.append(np.roll(turned, int(correlation.argmax())))
        if sign:
            candidates.append(-np.roll(turned, int(correlation.argmin())))
    return min(candidates, key=lambda each: float(np.linalg.norm(each - reference))), reference
