"""Where the searches for the filters of a student begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wavedistill.students.effort import WHOLE, Effort
from wavedistill.wavelets import Lattice, Wavelet, known_wavelets

__all__ = ["Start", "starts"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Start:
    """Where a descent begins: free angles, shape (N/2 - 1,), and what they are.

    Where one descent follows another, `origin` has the angles that the first began from, and `path`
    the errors on the way.
    """

    free: Array
    name: str
    origin: Array | None = None
    path: tuple[float, ...] = ()

    def moved(self, free: Array, name: str = "", path: Sequence[float] = ()) -> Start:
        """Other angles, to which these led."""
        origin = self.free if self.origin is None else self.origin
        return Start(free, name or self.name, origin, (*self.path, *path))


def starts(
    taps: int, given: Sequence[Wavelet], random: np.random.Generator, effort: Effort = WHOLE
) -> list[Start]:
    """Known and given wavelets that fit, padded with zeros, and random ones.

    Parameters
    ----------
    taps : int
        Length N of the filters.
    given : sequence of Wavelet
        Such as the candidates of a sparsity fit, or a shorter wavelet learned before.
    random : numpy.random.Generator
    effort : Effort
    """
    lattice = Lattice(taps)
    fitting = [w for w in (*given, *known_wavelets(taps)) if len(w.lowpass) <= taps]
    found = [
        Start(lattice.right_inverse(_padded(w.lowpass, taps)), w.name or "given") for w in fitting
    ]
    if lattice.dimension == 0:
        return found
    chosen = random.integers(len(found), size=effort.random)
    spread = random.uniform(0.1, 0.8, (effort.random, 1))
    noise = spread * random.standard_normal((effort.random, lattice.dimension))
    return [
        *found,
        *(
            Start(found[i].free + turn, f"noise on {found[i].name}")
            for i, turn in zip(chosen, noise, strict=True)
        ),
        *(Start(free, "random angles") for free in lattice.sample(random, effort.random)),
    ]


def _padded(lowpass: Array, taps: int) -> Array:
    before = (taps - len(lowpass)) // 2
    return np.pad(lowpass, (before, taps - len(lowpass) - before))
