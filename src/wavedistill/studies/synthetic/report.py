"""The paper's simulation reproduced: all of its figures and tables in one folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from wavedistill.datasets import SyntheticTask, make_synthetic
from wavedistill.distillation.penalized.penalties import validity_penalty
from wavedistill.plotting import (
    plot_along_paths,
    plot_method,
    plot_starts_and_results,
    plot_wavelet_grid,
)
from wavedistill.studies.output import Notify, save_figure, save_table
from wavedistill.studies.synthetic.ablations import Ablation, Plan, ablations
from wavedistill.studies.synthetic.cases import CASES, CaseResult, run_cases
from wavedistill.studies.synthetic.figures import (
    plot_synthetic_setup,
    plot_validity_against_interpretation,
)
from wavedistill.studies.synthetic.grids import Grid, Weights, run_grids
from wavedistill.studies.synthetic.recovery import Taught, starts, teach

__all__ = ["Amount", "Reproduction", "StartRow", "reproduce"]

#: Sparsity of single fits, beside an interpretation of 1. The data are white noise, which prefers
#: no wavelet, except for what happens at the ends of the signals.
_LIGHT = 0.01
#: Three starts, 50 epochs and 50,000 signals for each point of the whole penalised grid.
_WHOLE_VISITS = 3 * 50 * 50_000 * len(Weights.over_the_range().pairs)


@dataclass(frozen=True)
class Amount:
    """How much of the study to do."""

    #: Of the teacher.
    n_train: int = 50_000
    epochs: int = 20
    #: Points of the two grids, and epochs for each point of the second; the paper's are 50.
    orthonormal: Weights = field(default_factory=Weights.over_the_range)
    penalized: Weights = field(default_factory=lambda: Weights.over_the_range(3, 4))
    penalized_epochs: int = 50
    #: How many tasks with other truths.
    cases: int = len(CASES)
    ablations: Plan = field(default_factory=Plan)

    @classmethod
    def quick(cls) -> Amount:
        """About a minute."""
        few = Weights((1e-5, 1e-4), (0.0, 1e-3, 1.0))
        return cls(5_000, 10, Weights.over_the_range(3, 4), few, 2, 1, Plan.quick())

    @classmethod
    def whole(cls) -> Amount:
        """The penalised grid whole, which takes hours."""
        return cls(penalized=Weights.over_the_range())


@dataclass(frozen=True)
class StartRow:
    """The best that was reached from one start; distances are to the true wavelet."""

    start: str
    #: Distance of the start itself, of one local fit on the orthonormal constraint, and of the
    #: search with the support of the start, both with sparsity 0.01 and interpretation 1.
    before: float
    local: float
    searched: float
    #: The smallest over each grid, and the largest sum of validity penalties over the penalised
    #: grid; NaN for a start without grids.
    orthonormal: float = np.nan
    penalized: float = np.nan
    worst_validity: float = np.nan
    #: Wall times of the grids, and of the search.
    orthonormal_seconds: float = np.nan
    penalized_seconds: float = np.nan
    search_seconds: float = np.nan


@dataclass(frozen=True)
class Reproduction:
    """What the study found, and the figures and tables it wrote."""

    teacher_r2: float
    #: Distance that a fit from the true wavelet itself reaches with this teacher.
    floor: float
    rows: list[StartRow]
    #: Extrapolated from the points that were run: three starts of 5 x 21 points, each 50 epochs of
    #: 50,000 signals.
    whole_penalized_hours: float
    ablations: list[Ablation]
    cases: list[CaseResult]
    files: list[Path]


def reproduce(
    folder: Path, amount: Amount, *, seed: int = 0, notify: Notify = lambda message: None
) -> Reproduction:
    """Run the study: figures (.png), tables (.csv) and paths (.json) go into the folder.

    Paths that are there already are resumed.
    """
    task = make_synthetic(amount.n_train, random_state=seed)
    taught = teach(task, epochs=amount.epochs, seed=seed, notify=notify)
    floor = taught.recover("db5", sparsity=_LIGHT).after
    epochs = amount.penalized_epochs
    grids = partial(run_grids, taught, folder=folder / "paths", epochs=epochs, notify=notify)
    exact = list(grids("orthonormal", amount.orthonormal))
    penalized = list(grids("penalized", amount.penalized))
    rows = [*_rows(taught, [*exact, *penalized], notify)]
    files = [
        save_figure(figure, folder / f"{name}.png")
        for name, figure in _figures(task, [exact, penalized], floor)
    ]
    notify("ablations")
    ablated = [*ablations(amount.ablations, seed=seed, notify=notify)]
    cases = [
        *run_cases(
            CASES[: amount.cases],
            n_train=amount.n_train,
            epochs=amount.epochs,
            sparsity=_LIGHT,
            seed=seed,
            notify=notify,
        )
    ]
    tables: dict[str, list[Any]] = {"starts": rows, "ablations": ablated, "other_truths": cases}
    files += [save_table(records, folder / f"{name}.csv") for name, records in tables.items()]
    visits = sum(len(grid.path) for grid in penalized) * epochs * amount.n_train
    seconds = sum(grid.seconds for grid in penalized) / visits * _WHOLE_VISITS
    return Reproduction(taught.r2, floor, rows, seconds / 3600, ablated, cases, files)


def _rows(taught: Taught, grids: Sequence[Grid], notify: Notify) -> Iterator[StartRow]:
    true = taught.task.wavelet
    for start, initial in starts(taught.seed).items():
        notify(f"searching from {start}")
        local = taught.recover(initial, sparsity=_LIGHT)
        searched = taught.recover(support=len(initial.lowpass), sparsity=_LIGHT)
        row = StartRow(
            start, local.before, local.after, searched.after, search_seconds=searched.seconds
        )
        for grid in (each for each in grids if each.start == start):
            best: dict[str, Any] = {grid.constraint: grid.closest.distance(true)}
            best[f"{grid.constraint}_seconds"] = grid.seconds
            if grid.constraint == "penalized":
                points = grid.path.points
                best["worst_validity"] = max(validity_penalty(p.wavelet.lowpass) for p in points)
            row = replace(row, **best)
        yield row


def _figures(
    task: SyntheticTask, grids: Sequence[Sequence[Grid]], floor: float
) -> Iterator[tuple[str, Figure]]:
    yield "fig1_method", plot_method()
    best = grids[0][0].closest
    yield "fig2a_setup", plot_synthetic_setup(task.X_test[0], task, recovered=best)
    for own in grids:
        constraint = own[0].constraint
        results = [(grid.start, grid.initial, grid.closest) for grid in own]
        yield f"fig3_{constraint}", plot_starts_and_results(results, task.wavelet, "DB5")
        paths = {grid.start: grid.path.points for grid in own}
        distance = r"distance of $\psi$ to the truth"
        curves = plot_along_paths(paths, task.wavelet.distance, distance, floor=floor)
        yield f"figB4_{constraint}", curves
        for number, grid in enumerate(own, 1):
            title = f"From {grid.start}, {constraint}"
            figure = plot_wavelet_grid(grid.path.points, task.wavelet, title=title)
            yield f"figB{number}_{constraint}", figure
    yield "validity", plot_validity_against_interpretation([*grids[0], *grids[1]])
