"""The distilled wavelets among which the study chooses."""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wavedistill.attribution import Attributions
from wavedistill.checks import WaveletWarning
from wavedistill.distillation import (
    DistillationPath,
    PenalizedSettings,
    WaveletDistiller,
    candidate_wavelets,
    distill_path,
)
from wavedistill.studies.endocytosis.amount import Amount, PenalizedGrid
from wavedistill.studies.endocytosis.students import LEVELS
from wavedistill.wavelets import Wavelet

__all__ = ["NAMED_POINT", "distilled", "paper_point", "penalized_path"]

#: Sparsity and interpretation of the wavelet that the paper shows (Fig 2), published scaling.
NAMED_POINT = (0.005, 0.043)


def distilled(
    X: NDArray[np.float32], attributions: Attributions | None, amount: Amount, seed: int = 0
) -> list[Wavelet]:
    """Wavelets distilled on the orthonormal constraint: from DB5, and from the global search.

    Without attributions, the traces are all there is to learn from.
    """
    local = WaveletDistiller(LEVELS, init="db5", random_state=seed)
    search = WaveletDistiller(LEVELS, random_state=seed)
    find = partial(candidate_wavelets, X, attributions, balances=amount.balances)
    # The paper's own depth is past dwt_max_level at this length; a bad candidate loses.
    with warnings.catch_warnings(action="ignore", category=WaveletWarning):
        near = find(supports=[10], distiller=local)
        named = [replace(each, name=each.name.replace("support 10", "from DB5")) for each in near]
        return [*named, *find(supports=amount.supports, distiller=search)]


def penalized_path(
    X: NDArray[np.float32],
    attributions: Attributions,
    grid: PenalizedGrid,
    *,
    start: str = "db5",
    folder: Path | None = None,
    seed: int = 0,
) -> DistillationPath:
    """The paper's own formulation over a grid, each point from its neighbour (Appendix C).

    With a folder, the path is kept there, and resumed from there.
    """
    distiller = WaveletDistiller(
        levels=LEVELS,
        constraint="penalized",
        init=start,
        support=10,
        normalize=False,
        penalized=PenalizedSettings(epochs=grid.epochs, scaling="published"),
        random_state=seed,
    )
    points = len(grid.sparsity) * len(grid.interpretation)
    with warnings.catch_warnings(action="ignore", category=WaveletWarning):
        return distill_path(
            X,
            attributions,
            sparsity=grid.sparsity,
            interpretation=grid.interpretation,
            distiller=distiller,
            file=folder and folder / f"{start}_{seed}_{points}.json",
        )


def paper_point(path: DistillationPath) -> int:
    """The number of the point of a path that is nearest to the paper's (`NAMED_POINT`)."""
    weights = np.array([(p.sparsity, max(p.interpretation, 1e-12)) for p in path.points])
    return int(np.argmin(np.abs(np.log(weights / NAMED_POINT)).sum(axis=1)))
