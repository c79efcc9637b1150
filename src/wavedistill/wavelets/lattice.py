r"""The orthonormal lattice: every orthonormal lowpass filter of length N as N/2 - 1 free angles.

Write the even and odd taps of h as one complex sequence, p[n] = h[2n] + i h[2n+1]. A lattice stage
delays the imaginary part by one sample and rotates the plane by an angle. N/2 rotations with delays
between them reach every h whose double shifts are orthonormal, and nothing else (Vaidyanathan and
Hoang, 1988). At frequency zero the delays vanish and the angles add up, so

    sum h = sqrt 2   if and only if   the angles sum to pi/4  (modulo 2 pi).

The last angle therefore follows from the others, and N/2 - 1 of them are free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import integer

__all__ = ["ORTHONORMAL_TOLERANCE", "Lattice", "quadrature_mirror", "quadrature_mirror_adjoint"]

Array = NDArray[np.float64]

#: How far an orthonormal filter may be from each of its conditions.
ORTHONORMAL_TOLERANCE = 1e-8


@dataclass(frozen=True)
class Lattice:
    """The orthonormal lowpass filters of one length: a manifold with angles as coordinates.

    Parameters
    ----------
    taps : int
        Length N of the filters, even and at least 2.

    Raises
    ------
    TypeError, ValueError
        If it is not.

    Examples
    --------
    >>> import numpy as np
    >>> from wavedistill.wavelets import Lattice
    >>> lattice = Lattice(6)
    >>> lowpass = lattice.forward([0.3, -1.2])
    >>> bool(lattice.contains(lowpass)), lattice.dimension
    (True, 2)
    >>> lattice.right_inverse(lowpass).round(12)
    array([ 0.3, -1.2])
    """

    taps: int

    def __post_init__(self) -> None:
        if integer(self.taps, "taps", minimum=2) % 2:
            raise ValueError(
                f"taps={self.taps} must be even; the next even number is {self.taps + 1}."
            )

    @classmethod
    def of(cls, free: ArrayLike) -> Self:
        """The lattice that has so many free angles: N/2 - 1 of them, so that N = 2 (n + 1)."""
        return cls(2 * (len(np.asarray(free)) + 1))

    @property
    def dimension(self) -> int:
        """Number of free angles, N/2 - 1."""
        return self.taps // 2 - 1

    def angles(self, free: ArrayLike) -> Array:
        """All N/2 angles from the free ones: the last one makes the sum pi/4.

        Parameters
        ----------
        free : array_like, shape (N/2 - 1,)
            Radians, any real numbers.

        Raises
        ------
        ValueError
            If their number is another.
        """
        values = np.asarray(free, dtype=np.float64)
        if values.shape != (self.dimension,):
            raise ValueError(
                f"free angles have shape {values.shape}, and filters of {self.taps} taps have "
                f"{self.dimension} of them, shape ({self.dimension},)."
            )
        return np.append(values, np.pi / 4 - values.sum())

    def forward(self, free: ArrayLike) -> Array:
        """The lowpass filter of these free angles, shape (N,).

        Whatever the angles are, it is orthonormal with sum sqrt 2, up to rounding.
        """
        turns = np.exp(1j * self.angles(free))
        pair = turns[:1]
        for turn in turns[1:]:
            pair = turn * _delay(pair)
        return _interleave(pair)

    def jacobian(self, free: ArrayLike) -> tuple[Array, Array]:
        """The filter and its exact derivatives by the free angles.

        Returns
        -------
        lowpass : ndarray, shape (N,)
        jacobian : ndarray, shape (N/2 - 1, N)
            Row k is the derivative of the filter by free angle k.
        """
        turns = np.exp(1j * self.angles(free))
        # Row 0 carries the filter itself, row k + 1 its derivative by angle k.
        rows = np.stack([turns[:1], 1j * turns[:1]])
        for turn in turns[1:]:
            rows = turn * _delay(rows)
            rows = np.concatenate([rows, 1j * rows[:1]])
        filters = _interleave(rows)
        # When a free angle rises, the last angle falls by as much.
        return filters[0], filters[1:-1] - filters[-1]

    def right_inverse(self, lowpass: ArrayLike) -> Array:
        """Free angles of an orthonormal filter, so that `forward` gives the filter back.

        Stages are peeled off one by one. Both ends of the polyphase pair determine the angle of a
        stage; the larger end is taken, which keeps long filters accurate: all filters of
        PyWavelets' haar, db, sym and coif families come back to within 1e-10.

        Parameters
        ----------
        lowpass : array_like, shape (N,)
            A filter that `contains` accepts. This is not checked here: `Wavelet.angles` does.

        Returns
        -------
        ndarray, shape (N/2 - 1,)
            Radians, in (-pi, pi] unless the filter is padded with zeros.
        """
        taps = np.asarray(lowpass, dtype=np.float64)
        # Zeros at the ends say nothing about the angle of a stage: peel what lies between them.
        present = np.flatnonzero(taps)
        size = 2 * ((present[-1] - present[0]) // 2 + 1)
        start = int(min(present[0], len(taps) - size))
        core = _peeled(taps[start : start + size])
        return _padded(core, start, len(taps) // 2)[:-1]

    def contains(self, lowpass: ArrayLike, tolerance: float = ORTHONORMAL_TOLERANCE) -> bool:
        """Whether a filter has this length, is orthonormal and sums to sqrt 2, to a tolerance."""
        taps = np.asarray(lowpass, dtype=np.float64)
        if taps.shape != (self.taps,):
            return False
        shifts = [taps[s:] @ taps[: self.taps - s] for s in range(0, self.taps, 2)]
        shifts[0] -= 1
        return bool(np.abs([*shifts, taps.sum() - np.sqrt(2)]).max() <= tolerance)

    def sample(self, random: np.random.Generator, count: int | None = None) -> Array:
        """Free angles uniform on (-pi, pi), shape (N/2 - 1,) or (count, N/2 - 1)."""
        shape = (self.dimension,) if count is None else (count, self.dimension)
        return random.uniform(-np.pi, np.pi, shape)


def quadrature_mirror(lowpass: ArrayLike) -> Array:
    """The highpass filter g[n] = (-1)^n h[N-1-n] (Eq. 11 of the paper)."""
    taps = np.asarray(lowpass, dtype=np.float64)
    return _alternating(len(taps)) * taps[::-1]


def quadrature_mirror_adjoint(gradient: Array) -> Array:
    """The gradient by h of a function of g, from its gradient by g, the quadrature mirror of h."""
    return (_alternating(len(gradient)) * gradient)[::-1]


def _peeled(taps: Array) -> Array:
    """All angles of a filter that neither begins nor ends with zeros."""
    pair = taps[::2] + 1j * taps[1::2]
    peeled: list[float] = []
    while len(pair) > 1:
        first, last = pair[0], pair[-1]
        # Without its rotation, a stage's pair begins with a real and ends with an imaginary number.
        end = first if abs(first) >= abs(last) else -1j * last
        angle = float(np.angle(end)) if end else 0.0
        turned = np.exp(-1j * angle) * pair
        pair = turned.real[:-1] + 1j * turned.imag[1:]
        peeled.append(angle)
    peeled.append(float(np.angle(pair[0])))
    # The first angle peeled is that of the last stage, which follows from the others.
    return Lattice(len(taps)).angles(peeled[:0:-1])


def _padded(angles: Array, start: int, count: int) -> Array:
    """The `count` angles of a filter that begins at tap `start`, with zeros around it.

    A delay by one tap mirrors the plane: every angle changes its sign, and a quarter turn is added
    at the end. A quarter turn among idle stages delays by two taps.
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
