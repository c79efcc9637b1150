"""The filters of several undecimated levels, composed into one matrix along an axis.

An undecimated sub-band of an image is ``down @ image @ across.T``, where each matrix extends its
axis as the mode asks, filters level after level, and keeps the positions of the image. The
matrices depend on the filters only, and are made once for all images. Derivatives go back by the
same levels.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from wavedistill.modes import Mode
from wavedistill.wavelets.transform import extended

__all__ = ["compose", "pull_composed"]

Array = NDArray[np.float64]


def compose(length: int, lowpass: Array, highpass: Array, mode: Mode) -> Array:
    """The matrices of each level along an axis, shape (levels, 2, length, length).

    Parameters
    ----------
    length : int
        Samples along the axis.
    lowpass, highpass : ndarray, shape (levels, N)
        Filters of each level, the finest first. Taps of level j, from 0, are 2^j samples apart.
    mode : str
        PyWavelets' signal extension mode, of the axis as a whole.

    Returns
    -------
    ndarray
        The first of each level keeps what all lowpass filters up to there leave; the second has
        the highpass filter last.
    """
    matrices = np.empty((len(lowpass), 2, length, length))
    chain = _approximations(length, lowpass, mode)
    for level, (before, after) in enumerate(pairwise(chain)):
        inside = _inside(level, *lowpass.shape)
        matrices[level, 0] = after[inside : inside + length]
        matrices[level, 1] = _filtered(before[inside:], highpass[level], 2**level, length)
    return matrices


def pull_composed(
    length: int, lowpass: Array, highpass: Array, mode: Mode, by_matrices: Array
) -> tuple[Array, Array]:
    """Derivatives by both filters, given those by the matrices of `compose`."""
    gradients = np.zeros((2, *lowpass.shape))
    chain = _approximations(length, lowpass, mode)
    carried = np.zeros_like(chain[-1])
    for level in range(len(lowpass) - 1, -1, -1):
        inside, apart, before = _inside(level, *lowpass.shape), 2**level, chain[level]
        by_low, by_high = by_matrices[level]
        carried[inside : inside + length] += by_low
        given, carried = carried, np.zeros_like(before)
        for tap in range(lowpass.shape[1]):
            near = slice(tap * apart, tap * apart + len(given))
            own = slice(inside + tap * apart, inside + tap * apart + length)
            gradients[0, level, tap] = np.vdot(given, before[near])
            gradients[1, level, tap] = np.vdot(by_high, before[own])
            carried[near] += lowpass[level, tap] * given
            carried[own] += highpass[level, tap] * by_high
    by_lowpass, by_highpass = gradients
    return by_lowpass, by_highpass


def _approximations(length: int, lowpass: Array, mode: Mode) -> list[Array]:
    """What goes into each level and leaves the last, each row as it depends on the samples."""
    found = [_extension(length, *lowpass.shape, mode)]
    for level, taps in enumerate(lowpass):
        rows = len(found[-1]) - (len(taps) - 1) * 2**level
        found.append(_filtered(found[-1], taps, 2**level, rows))
    return found


def _filtered(source: Array, taps: Array, apart: int, rows: int) -> Array:
    filtered = np.zeros((rows, source.shape[1]))
    for number, tap in enumerate(taps):
        filtered += tap * source[number * apart : number * apart + rows]
    return filtered


def _inside(level: int, levels: int, taps: int) -> int:
    """The row of the first sample of the axis in what leaves a level."""
    return int((2**levels - 2 ** (level + 1)) * (taps // 2 - 1))


@lru_cache(maxsize=16)
def _extension(length: int, levels: int, taps: int, mode: Mode) -> Array:
    """The axis with as many samples beside it as the filters reach, (rows, length)."""
    steps = 2**levels - 1
    widths = (steps * (taps // 2 - 1), steps * taps // 2)
    extension: Array = np.ascontiguousarray(extended(np.eye(length), [widths], mode).T, np.float64)
    extension.flags.writeable = False
    return extension
