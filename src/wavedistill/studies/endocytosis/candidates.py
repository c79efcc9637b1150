"""The distilled wavelets among which the study chooses."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wavedistill.attribution import Attributions
from wavedistill.checks import WaveletWarning
from wavedistill.distillation import (
    DistillationPath,
    PenalizedSettings,
    WaveletDistiller,
    distill_path,
)
from wavedistill.studies.endocytosis.amount import Amount, PenalizedGrid
from wavedistill.studies.endocytosis.students import LEVELS
from wavedistill.wavelets import Wavelet

__all__ = ["NAMED_POINT", "distilled", "paper_point", "penalized_path", "resampled"]

#: Sparsity and interpretation of the wavelet that the paper shows (Fig 2), published scaling.
NAMED_POINT = (0.005, 0.043)


def distilled(
    X: NDArray[np.float32], attributions: Attributions | None, amount: Amount, seed: int = 0
) -> Iterator[Wavelet]:
    """Wavelets distilled on the orthonormal constraint: from DB5, and from the global search.

    The traces X have the shape (n, frames). Without attributions, they are all there is to learn
    from. A wavelet is named by what it was made with.
    """
    balances = (0.0,) if attributions is None else amount.balances
    for support in (None, *amount.supports):
        for balance in balances:
            distiller = WaveletDistiller(
                levels=LEVELS,
                support=support or 10,
                init="auto" if support else "db5",
                interpretation=balance,
                random_state=seed,
            )
            # The paper's own depth is past dwt_max_level at this length; a bad candidate loses.
            with warnings.catch_warnings(action="ignore", category=WaveletWarning):
                distiller.fit(X, attributions=attributions)
            where = f"support {support}" if support else "from DB5"
            for found in distiller.candidates_:
                yield replace(found.wavelet, name=f"{where}, gamma/lambda {balance:g}")


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


def resampled(
    X: NDArray[np.float32],
    attributions: Attributions,
    chosen: Wavelet,
    *,
    count: int = 100,
    seed: int = 0,
) -> list[Wavelet]:
    """Refit a distilled wavelet on bootstrap resamples of the traces, each time from itself.

    The result shows how far the wavelet of this basin would move with other traces of the same
    cells, but not whether another basin would win.
    """
    distiller = WaveletDistiller(
        levels=LEVELS,
        support=len(chosen.lowpass),
        interpretation=chosen.origin["interpretation"],
        init=chosen,
    )
    samples = np.random.default_rng(seed).integers(len(X), size=(count, len(X)))
    with warnings.catch_warnings(action="ignore", category=WaveletWarning):
        return [
            distiller.fit(X[rows], attributions=attributions[rows]).wavelet_ for rows in samples
        ]
