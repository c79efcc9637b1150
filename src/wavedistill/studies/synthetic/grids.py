"""The grids of the paper's simulation: every balance of the weights, from each start."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from wavedistill.checks import WaveletWarning
from wavedistill.distillation import (
    DistillationPath,
    PenalizedSettings,
    Progress,
    WaveletDistiller,
    distill_path,
)
from wavedistill.studies.output import Notify
from wavedistill.studies.synthetic.recovery import Taught, starts
from wavedistill.wavelets import Wavelet

__all__ = ["Constraint", "Grid", "Weights", "run_grids"]

Constraint = Literal["orthonormal", "penalized"]


@dataclass(frozen=True)
class Weights:
    """The weights of a grid, lambda and gamma of Eq. 8, in the authors' published scaling."""

    sparsity: tuple[float, ...]
    interpretation: tuple[float, ...]

    @classmethod
    def over_the_range(cls, rows: int = 5, columns: int = 20) -> Weights:
        """Points over the range of the paper and, for each sparsity, one without interpretation.

        By default the paper's own 5 x 21 points.
        """
        gammas = np.geomspace(1e-5, 50, columns).tolist()
        return cls(tuple(np.geomspace(1e-5, 1e-4, rows).tolist()), (0.0, *gammas))

    @property
    def pairs(self) -> list[tuple[float, float]]:
        """Both weights of each point, row after row."""
        return list(itertools.product(self.sparsity, self.interpretation))


@dataclass(frozen=True)
class Grid:
    """One start's wavelets over a grid, and the one that comes closest to the truth."""

    start: str
    initial: Wavelet
    constraint: Constraint
    path: DistillationPath
    closest: Wavelet

    @property
    def seconds(self) -> float:
        """Wall time of all fits."""
        return sum(point.seconds for point in self.path.points)


def run_grids(
    taught: Taught,
    constraint: Constraint,
    weights: Weights,
    *,
    folder: Path | None = None,
    epochs: int = 50,
    notify: Notify = lambda message: None,
) -> Iterator[Grid]:
    """Distil over a grid from each of the paper's starts; each point begins at its neighbour.

    With penalties (`epochs` a point) it goes from weak interpretation to strong, as the paper does.
    On the exact constraint only the balance gamma/lambda matters, so the grid is one path. It goes
    from strong to weak, because a fit without interpretation knows nothing of the teacher and may
    end in another basin. Each path is written to `folder` after every point, and resumed from it.
    """
    task = taught.task
    for start, initial in itertools.islice(starts(taught.seed).items(), 3):
        distiller = WaveletDistiller(
            levels=task.transform.levels,
            support=len(initial.lowpass),
            mode=task.transform.mode,
            constraint=constraint,
            init=initial,
            normalize=False,
            random_state=taught.seed,
        )
        rows, columns = weights.sparsity, weights.interpretation
        if constraint == "penalized":
            distiller.set_params(penalized=PenalizedSettings(epochs=epochs, scaling="published"))
        else:
            balances = {gamma / sparsity for sparsity, gamma in weights.pairs}
            rows, columns = (1.0,), tuple(sorted(balances, reverse=True))
            # The objective beyond a millionth shows in no figure, and takes half the time.
            distiller.set_params(tol=1e-6)

        def tell(progress: Progress, start: str = start) -> None:
            left = f"about {progress.seconds_left / 60:.1f} minutes left"
            notify(f"{constraint} grid from {start}: {progress.done} of {progress.total}, {left}")

        label = "".join(c if c.isalnum() else "_" for c in start.lower())
        # The paper's depth is past dwt_max_level; filters far off are what the grid shows.
        with warnings.catch_warnings(action="ignore", category=WaveletWarning):
            path = distill_path(
                task.X_train,
                taught.attributions,
                sparsity=rows,
                interpretation=columns,
                distiller=distiller,
                file=None if folder is None else folder / f"{constraint}_{label}.json",
                progress=tell,
            )
        if constraint == "orthonormal":
            path = _spread_out(path, weights)
        yield Grid(start, initial, constraint, path, path.closest(task.wavelet).wavelet)


def _spread_out(path: DistillationPath, weights: Weights) -> DistillationPath:
    """The points of a grid, from the path over its balances; the time of each fit counts once."""
    fits = {point.interpretation: point for point in path.points}
    points, spent = [], set()
    for sparsity, gamma in weights.pairs:
        fit = fits[gamma / sparsity]
        point = replace(
            fit,
            sparsity=sparsity,
            interpretation=gamma,
            loss=sparsity * fit.loss,
            terms={name: sparsity * value for name, value in fit.terms.items()},
            seconds=0.0 if gamma / sparsity in spent else fit.seconds,
        )
        points.append(point)
        spent.add(gamma / sparsity)
    return DistillationPath(tuple(points), path.fingerprint)
