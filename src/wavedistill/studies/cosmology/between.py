"""Maps of cosmologies between those of the study, of which no model has seen one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wavedistill.datasets.lensing import TABLE_D1, LensingMaps, simulate_lensing
from wavedistill.studies.cosmology.network import OMEGA_M
from wavedistill.studies.cosmology.scores import score
from wavedistill.studies.cosmology.students import Student

__all__ = ["Between", "between_rows", "midpoints", "simulate_between"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Between:
    """What one model scores on maps of cosmologies that it was not fitted to, Ω_m times 100."""

    model: str
    #: Root mean square error, and its standard error over bootstrap resamples of the maps. The
    #: cosmologies are given.
    rmse: float
    rmse_se: float
    #: Mean error of each cosmology, as a root mean square over them: what more maps do not mend.
    bias: float
    #: The same on the test maps, of the cosmologies that the model was fitted to.
    rmse_of_those_fitted: float


def midpoints(cosmologies: Array) -> Array:
    """Halfway between neighbours in Ω_m, and between the first and the last, shape (k, 3)."""
    ordered = np.asarray(cosmologies)[np.argsort(np.asarray(cosmologies)[:, OMEGA_M])]
    return np.asarray((ordered + np.roll(ordered, -1, axis=0)) / 2)


def simulate_between(
    realisations: int, *, size: int, seed: int, jobs: int = 1, folder: Path | None = None
) -> LensingMaps:
    """So many new maps of each cosmology between those of Table D1; kept in the folder."""
    return simulate_lensing(
        realisations,
        midpoints(np.array(TABLE_D1)),
        size=size,
        # With the seed of the study's own maps, initial conditions would come again.
        random_state=seed + 1,
        n_jobs=jobs,
        folder=folder,
    )


def between_rows(
    students: Mapping[str, Student],
    tested: Mapping[str, float],
    maps: LensingMaps | None,
    *,
    count: int,
    seed: int = 0,
) -> tuple[tuple[Between, ...], dict[str, Array]]:
    """The scores of all students on such maps, and their predictions, shape (n, 3) each.

    `tested` has their errors on the test maps, and `count` is that of the resamples.
    """
    if maps is None:
        return (), {}
    scores = score(students, maps, count=count, seed=seed)
    kinds, number = np.unique(maps.params, axis=0, return_inverse=True)
    rows = []
    for name, predicted in scores.predicted.items():
        off = 100 * (predicted - maps.params)[:, OMEGA_M]
        means = [off[number.ravel() == kind].mean() for kind in range(len(kinds))]
        rows.append(
            Between(
                model=name,
                rmse=scores.rmse[name],
                rmse_se=float(scores.resampled[name].std()),
                bias=float(np.sqrt(np.mean(np.square(means)))),
                rmse_of_those_fitted=tested[name],
            )
        )
    return tuple(rows), scores.predicted
