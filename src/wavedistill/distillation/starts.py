"""Where searches begin: known wavelets, filters with random angles, and what a user gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wavedistill.distillation.descent import Basin
from wavedistill.wavelets import Lattice, Wavelet, as_wavelet, orthogonal_names

__all__ = ["dictionary", "random_starts", "start_wavelet"]

#: Random starts at most; there are fewer where there are few angles.
_RANDOM_STARTS = 4000
#: Half the taps of PyWavelets' longest Daubechies wavelet.
_LAST_DAUBECHIES = 38


def start_wavelet(
    init: str | Wavelet | ArrayLike, support: int, constraint: str, random: np.random.Generator
) -> Wavelet | None:
    """The wavelet of `support` taps that a local fit starts from; None for a global search.

    Its name says where it comes from.

    Raises
    ------
    TypeError, ValueError
        If `init` is no wavelet, is longer than the support, or is not orthonormal where it must be.
    """
    if isinstance(init, str) and init == "random":
        lattice = Lattice(support)
        return Wavelet(lattice.forward(lattice.sample(random)), name="random angles")
    if isinstance(init, str) and init == "auto":
        if constraint == "orthonormal":
            return None
        init = f"db{min(support // 2, _LAST_DAUBECHIES)}"
    wavelet = as_wavelet(init)
    taps = len(wavelet.lowpass)
    if taps > support:
        raise ValueError(
            f"init has {taps} taps, more than support={support}; set support={taps} or more."
        )
    if constraint == "orthonormal":
        wavelet.require_orthonormal("fits with constraint='orthonormal'")
    return Wavelet(_centred(wavelet.lowpass, support), name=wavelet.name or "given filter")


def dictionary(taps: int) -> list[Basin]:
    """Every orthogonal wavelet of PyWavelets that fits, at every offset, and reversed in time.

    Wavelets that make the same filter count once; the first name is kept.
    """
    found: dict[bytes, Basin] = {}
    lattice = Lattice(taps)
    for name in orthogonal_names():
        lowpass = Wavelet.from_name(name).lowpass
        for offset in range(taps - len(lowpass) + 1):
            placed = np.zeros(taps)
            placed[offset : offset + len(lowpass)] = lowpass
            for filter_, label in ((placed, name), (placed[::-1], f"{name} reversed")):
                basin = Basin(lattice.right_inverse(filter_), label)
                # Adding 0 turns -0 into 0.
                found.setdefault((np.round(basin.lowpass, 8) + 0.0).tobytes(), basin)
    return list(found.values())


def random_starts(known: Sequence[Basin], random: np.random.Generator) -> list[Basin]:
    """Known wavelets with noise on their angles, and as many filters with random angles."""
    lattice = Lattice.of(known[0].free)
    if lattice.dimension == 0:
        return []
    count = min(_RANDOM_STARTS, 100 * 4**lattice.dimension) // 2
    uniform = lattice.sample(random, count)
    near = np.array([known[i].free for i in random.integers(len(known), size=count)])
    near += random.uniform(0.1, 0.8, (count, 1)) * random.standard_normal(near.shape)
    return [
        *(Basin(free, "noise on a known wavelet") for free in near),
        *(Basin(free, "random angles") for free in uniform),
    ]


def _centred(lowpass: NDArray[np.float64], support: int) -> NDArray[np.float64]:
    before = (support - len(lowpass)) // 2
    return np.pad(lowpass, (before, support - len(lowpass) - before))
