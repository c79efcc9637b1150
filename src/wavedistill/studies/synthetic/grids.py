"""The grids of the paper's simulation: every balance of the weights, from each start."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from wavedistill.attribution import Attributions
from wavedistill.datasets import SyntheticTask
from wavedistill.distillation import (
    DistillationPath,
    PenalizedSettings,
    Progress,
    WaveletDistiller,
    distill_path,
)
from wavedistill.distillation.penalized.penalties import FILTER_PENALTIES
from wavedistill.studies.output import Notify
from wavedistill.studies.synthetic.recovery import noisy
from wavedistill.wavelets import Wavelet

__all__ = ["Grid", "Weights", "run_grids", "starts", "validity_penalty"]

Constraint = Literal["orthonormal", "penalized"]


@dataclass(frozen=True)
class Weights:
    """The weights of a grid, in the authors' published scaling.

    Parameters
    ----------
    sparsity, interpretation : tuple of float
        lambda and gamma of Eq. 8, ascending.
    """

    sparsity: tuple[float, ...]
    interpretation: tuple[float, ...]

    @classmethod
    def of_the_paper(cls) -> Weights:
        """The paper's 5 x 21 points."""
        return cls(
            tuple(np.geomspace(1e-5, 1e-4, 5).tolist()),
            (0.0, *np.geomspace(1e-5, 50, 20).tolist()),
        )

    @classmethod
    def sample(cls) -> Weights:
        """3 x 5 points that span the same range."""
        return cls(
            tuple(np.geomspace(1e-5, 1e-4, 3).tolist()),
            (0.0, *np.geomspace(1e-5, 50, 4).tolist()),
        )

    @property
    def balances(self) -> tuple[float, ...]:
        """gamma/lambda of each point, row after row."""
        return tuple(g / s for s, g in itertools.product(self.sparsity, self.interpretation))

    def __len__(self) -> int:
        return len(self.sparsity) * len(self.interpretation)


@dataclass(frozen=True)
class Grid:
    """One start's wavelets over a grid.

    Parameters
    ----------
    start : str
    initial : Wavelet
    constraint : str
    path : DistillationPath
    """

    start: str
    initial: Wavelet
    constraint: Constraint
    path: DistillationPath

    @property
    def seconds(self) -> float:
        """Wall time of all fits."""
        return sum(point.seconds for point in self.path.points)

    def distances(self, true: Wavelet) -> NDArray[np.float64]:
        """Distance of each point to the true wavelet."""
        return np.array([point.wavelet.distance(true) for point in self.path.points])


def starts(seed: int = 0) -> dict[str, Wavelet]:
    """The paper's three starts, and random angles."""
    random = np.random.default_rng(seed)
    return {
        "DB5 + noise (0.3)": noisy("db5", 0.3, random),
        "Sym5": Wavelet.from_name("sym5"),
        "Coif2": Wavelet.from_name("coif2"),
        "random angles": noisy("db5", np.inf, random),
    }


def run_grids(
    task: SyntheticTask,
    attributions: Attributions,
    constraint: Constraint,
    weights: Weights,
    *,
    folder: Path | None = None,
    epochs: int = 50,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> Iterator[Grid]:
    """Distil over a grid from each of the paper's starts, point after point from its neighbour.

    With the penalties the paper's way: minibatch Adam, from weak interpretation to strong. On the
    exact constraint only the balance gamma/lambda matters, so the grid is one path, and it goes
    from strong to weak: a fit ends in the minimum of its basin, and the one without interpretation
    knows nothing of the teacher.

    Parameters
    ----------
    folder : Path
        Where each path is written after every point, to be resumed from.
    epochs : int
        Per point, with penalties.
    """
    for start, initial in list(starts(seed).items())[:3]:
        distiller = WaveletDistiller(
            levels=task.transform.levels,
            support=len(initial.lowpass),
            mode=task.transform.mode,
            constraint=constraint,
            init=initial,
            normalize=False,
            random_state=seed,
        )
        rows, columns = weights.sparsity, weights.interpretation
        if constraint == "penalized":
            distiller.set_params(penalized=PenalizedSettings(epochs=epochs, scaling="published"))
        else:
            rows, columns = (1.0,), tuple(sorted(set(weights.balances), reverse=True))
            # The objective beyond a millionth shows in no figure, and takes half the time.
            distiller.set_params(tol=1e-6)
        file = None
        if folder is not None:
            label = "".join(c if c.isalnum() else "_" for c in start.lower())
            file = folder / f"{constraint}_{label}.json"

        def tell(progress: Progress, start: str = start) -> None:
            minutes = progress.seconds_left / 60
            notify(
                f"{constraint} grid from {start}: {progress.done} of {progress.total}, "
                f"about {minutes:.1f} minutes left"
            )

        with warnings.catch_warnings():
            # The paper's depth is past dwt_max_level; filters far off are what the grid shows.
            warnings.filterwarnings("ignore", message="levels=|the learned filter's smallest")
            path = distill_path(
                task.X_train,
                attributions,
                sparsity=rows,
                interpretation=columns,
                distiller=distiller,
                file=file,
                progress=tell,
            )
        if constraint == "orthonormal":
            path = _spread_out(path, weights)
        yield Grid(start, initial, constraint, path)


def _spread_out(path: DistillationPath, weights: Weights) -> DistillationPath:
    """The points of a grid, from the path over its balances; each fit's time counts once."""
    fits = {point.interpretation: point for point in path.points}
    points, spent = [], set()
    pairs = itertools.product(weights.sparsity, weights.interpretation)
    for (sparsity, gamma), balance in zip(pairs, weights.balances, strict=True):
        fit = fits[balance]
        points.append(
            replace(
                fit,
                sparsity=sparsity,
                interpretation=gamma,
                loss=sparsity * fit.loss,
                terms={name: sparsity * value for name, value in fit.terms.items()},
                seconds=0.0 if balance in spent else fit.seconds,
            )
        )
        spent.add(balance)
    return DistillationPath(tuple(points), path.fingerprint)


def validity_penalty(wavelet: Wavelet) -> float:
    """Sum of the five validity penalties of Eq. 8; 0 for a valid wavelet."""
    lowpass = torch.tensor(wavelet.lowpass)
    return float(sum(float(penalty(lowpass)) for penalty in FILTER_PENALTIES.values()))
