r"""The orthonormal lattice: every orthonormal lowpass filter of length N as N/2 angles.

Write the even and odd taps of h as one complex sequence, p[n] = h[2n] + i h[2n+1]. A lattice stage
delays the imaginary part by one sample and turns the plane by an angle; N/2 angles and N/2 - 1
delays between them reach every h whose double shifts are orthonormal, and nothing else
(Vaidyanathan and Hoang, 1988). At frequency zero the delays vanish and the angles add up, so

    sum h = sqrt 2   if and only if   the angles sum to pi/4  (modulo 2 pi).

The last angle is therefore given by the others, and N/2 - 1 of them are free.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "angles_from_filter",
    "complete_angles",
    "filter_from_angles",
    "filter_jacobian",
    "quadrature_mirror",
    "quadrature_mirror_adjoint",
]

Array = NDArray[np.float64]


def complete_angles(free: ArrayLike) -> Array:
    """All N/2 angles from the N/2 - 1 free ones: the last makes the sum pi/4.

    Parameters
    ----------
    free : array_like, shape (N/2 - 1,)
        Angles in radians; any numbers will do.
    """
    angles = np.asarray(free, dtype=np.float64)
    return np.append(angles, np.pi / 4 - angles.sum())


def filter_from_angles(angles: ArrayLike) -> Array:
    """The lowpass filter that the lattice with these angles makes.

    Parameters
    ----------
    angles : array_like, shape (N/2,)
        Radians. Its sum is pi/4 for a filter with sum h = sqrt 2; any other sum gives an
        orthonormal filter with another sum.

    Returns
    -------
    ndarray, shape (N,)
        Orthonormal to rounding, whatever the angles.
    """
    turns = np.exp(1j * np.asarray(angles, dtype=np.float64))
    pair = turns[:1]
    for turn in turns[1:]:
        pair = turn * _delay(pair)
    return _interleave(pair)


def filter_jacobian(angles: ArrayLike) -> tuple[Array, Array]:
    """The filter of all N/2 angles, and its exact derivatives by the N/2 - 1 free ones.

    The last angle follows the others (`complete_angles`), and the derivatives take that in.

    Parameters
    ----------
    angles : array_like, shape (N/2,)
        Radians, the last one included.

    Returns
    -------
    lowpass : ndarray, shape (N,)
    jacobian : ndarray, shape (N/2 - 1, N)
        Row k is the derivative of the filter by free angle k.
    """
    turns = np.exp(1j * np.asarray(angles, dtype=np.float64))
    # Row 0 carries the filter itself, row k + 1 its derivative by angle k.
    rows = np.stack([turns[:1], 1j * turns[:1]])
    for turn in turns[1:]:
        rows = turn * _delay(rows)
        rows = np.concatenate([rows, 1j * rows[:1]])
    filters = _interleave(rows)
    return filters[0], filters[1:-1] - filters[-1]


def angles_from_filter(lowpass: ArrayLike) -> Array:
    """The angles of an orthonormal lowpass filter, by peeling one stage after another.

    At each stage both ends of the polyphase pair fix the same angle; the larger one is taken, which
    keeps long filters accurate (all filters of PyWavelets' haar, db, sym and coif come back to
    within 1e-10).

    Parameters
    ----------
    lowpass : array_like, shape (N,)
        Orthonormal, with sum sqrt 2. This is not checked here: `Wavelet.angles` does.

    Returns
    -------
    ndarray, shape (N/2,)
        Radians, with sum pi/4; all but the last lie in (-pi, pi].
    """
    taps = np.asarray(lowpass, dtype=np.float64)
    # Zeros at the ends would leave a stage's angle to whatever little lies beyond them.
    present = np.flatnonzero(taps)
    size = 2 * ((present[-1] - present[0]) // 2 + 1)
    start = int(min(present[0], len(taps) - size))
    core = taps[start : start + size]
    return _padded(_peeled(core), start, len(taps) // 2)


def _peeled(taps: Array) -> Array:
    """The angles of a filter that does not begin or end with zeros alone."""
    pair = taps[::2] + 1j * taps[1::2]
    peeled: list[float] = []
    while len(pair) > 1:
        first, last = pair[0], pair[-1]
        # Turned back, the pair must begin with a real number and end with an imaginary one.
        end = first if abs(first) >= abs(last) else -1j * last
        angle = float(np.angle(end)) if end else 0.0
        turned = np.exp(-1j * angle) * pair
        pair = turned.real[:-1] + 1j * turned.imag[1:]
        peeled.append(angle)
    peeled.append(float(np.angle(pair[0])))
    # The stage next to the output was peeled first; it is the one that follows from the others.
    return complete_angles(peeled[:0:-1])


def _padded(angles: Array, start: int, count: int) -> Array:
    """The `count` angles of a filter moved to begin at tap `start`, with zeros around it.

    A delay by one tap mirrors the plane, which turns every angle round and adds a quarter turn at
    the end; quarter turns among idle stages delay by two taps each.
    """
    idle = count - len(angles)
    if start % 2:
        angles = np.append(-angles, np.pi / 2)
        idle -= 1
    padded = np.concatenate([np.zeros(idle), angles])
    if start > 1:
        padded[idle - start // 2] += np.pi / 2
        padded[idle] -= np.pi / 2
    return padded


def quadrature_mirror(lowpass: ArrayLike) -> Array:
    """The highpass filter g[n] = (-1)^n h[N-1-n] (Eq. 11 of the paper)."""
    taps = np.asarray(lowpass, dtype=np.float64)
    return _alternating(len(taps)) * taps[::-1]


def quadrature_mirror_adjoint(gradient: Array) -> Array:
    """The gradient by h that a gradient by g brings, g being the quadrature mirror of h."""
    return (_alternating(len(gradient)) * gradient)[::-1]


def _alternating(length: int) -> Array:
    signs = np.ones(length)
    signs[1::2] = -1
    return signs


def _delay(pair: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """One sample longer, with the imaginary part (the odd taps) moved one sample later."""
    longer = np.zeros((*pair.shape[:-1], pair.shape[-1] + 1), dtype=np.complex128)
    longer.real[..., :-1] = pair.real
    longer.imag[..., 1:] = pair.imag
    return longer


def _interleave(pair: NDArray[np.complex128]) -> Array:
    taps = np.empty((*pair.shape[:-1], 2 * pair.shape[-1]))
    taps[..., ::2] = pair.real
    taps[..., 1::2] = pair.imag
    return taps
