"""Convergence maps with their cosmologies, as a value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.datasets.lensing.survey import Survey

__all__ = ["LensingMaps", "LensingSplit"]

# Apart from the seeds of the maps themselves: a noise of the same number is another noise.
NOISE_KEY = 1


@dataclass(frozen=True, eq=False)
class LensingMaps:
    """Convergence maps and the cosmology of each.

    Parameters
    ----------
    maps : ndarray of float32, shape (n, height, width)
        Convergence κ, dimensionless. May be a memory map.
    params : ndarray of float64, shape (n, 3)
        M_ν in eV, Ω_m, 10⁹ A_s.
    realisation : ndarray of int64, shape (n,)
        Number of the realisation of the initial conditions. In N-body suites the maps of one
        number share them across cosmologies, so `split` never parts them.
    pixel_arcmin : float
        Side of a pixel.
    """

    maps: NDArray[np.float32]
    params: NDArray[np.float64]
    realisation: NDArray[np.int64]
    pixel_arcmin: float

    def __post_init__(self) -> None:
        if self.maps.ndim != 3 or self.maps.dtype != np.float32:
            raise ValueError(
                f"maps has shape {self.maps.shape} and dtype {self.maps.dtype}; it must be "
                "(n, height, width) in float32."
            )
        n = len(self.maps)
        if self.params.shape != (n, 3) or self.realisation.shape != (n,):
            raise ValueError(
                f"{n} maps need params of shape ({n}, 3) and realisation of shape ({n},); they "
                f"have {self.params.shape} and {self.realisation.shape}."
            )

    def __len__(self) -> int:
        return len(self.maps)

    def __getitem__(self, rows: slice | NDArray[np.bool_] | NDArray[np.integer]) -> LensingMaps:
        """Some of the maps; a slice makes no copy."""
        return LensingMaps(
            self.maps[rows], self.params[rows], self.realisation[rows], self.pixel_arcmin
        )

    def observed(self, survey: Survey, random_state: int = 0) -> LensingMaps:
        """The maps as a survey sees them; the noise of row i is seeded by (random_state, i)."""
        seen = np.empty(self.maps.shape, dtype=np.float32)
        for i, convergence in enumerate(self.maps):
            seen[i] = survey.observe(convergence, self.pixel_arcmin, noise_seed(random_state, i))
        return replace(self, maps=seen)

    def split(self, validation: float = 0.1, test: float = 0.1) -> LensingSplit:
        """Training, validation and test maps with no realisation in common.

        The realisations are taken in the order of their numbers: the first for training, then
        those for validation, the last for the test. As every cosmology has the same numbers (or
        nearly), it has the same share in each part.

        Parameters
        ----------
        validation, test : float
            Shares of the realisations, each rounded to the nearest number of them.

        Raises
        ------
        ValueError
            If a part would be empty.
        """
        numbers = np.unique(self.realisation)
        held = [round(share * len(numbers)) for share in (validation, test)]
        first = len(numbers) - sum(held)
        if min(*held, first) < 1:
            raise ValueError(
                f"{len(numbers)} realisations with validation={validation:g} and test={test:g} "
                f"leave {first}, {held[0]} and {held[1]} for training, validation and test; each "
                "needs at least one."
            )
        parts = np.split(numbers, [first, first + held[0]])
        return LensingSplit(*(self[_rows(np.isin(self.realisation, part))] for part in parts))


class LensingSplit(NamedTuple):
    """Parts of a set of maps that share no realisation."""

    train: LensingMaps
    validation: LensingMaps
    test: LensingMaps


def noise_seed(random_state: int, index: int) -> np.random.Generator:
    """Generator of the noise of one map."""
    return np.random.default_rng(np.random.SeedSequence(random_state, spawn_key=(index, NOISE_KEY)))


def _rows(mask: NDArray[np.bool_]) -> slice | NDArray[np.bool_]:
    """`mask`, as a slice where its rows lie together: a slice of a memory map reads nothing."""
    rows = np.flatnonzero(mask)
    together = len(rows) and rows[-1] - rows[0] + 1 == len(rows)
    return slice(int(rows[0]), int(rows[-1]) + 1) if together else mask
