"""The paper's simulation reproduced: all of its figures and tables in one folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from matplotlib.figure import Figure

from wavedistill.attribution import Attributions, attribute
from wavedistill.datasets import SyntheticTask, make_synthetic
from wavedistill.plotting.diagrams import plot_method, plot_synthetic_setup
from wavedistill.plotting.paths import plot_starts_and_results, plot_wavelet_grid
from wavedistill.studies.output import Notify, save_figure, save_table
from wavedistill.studies.synthetic.ablations import Ablation, ablations
from wavedistill.studies.synthetic.curves import (
    plot_distance_against_interpretation,
    plot_validity_against_interpretation,
)
from wavedistill.studies.synthetic.grids import (
    Grid,
    Weights,
    run_grids,
    starts,
    validity_penalty,
)
from wavedistill.studies.synthetic.recovery import recover, train_teacher
from wavedistill.studies.synthetic.variants import CASES, CaseResult, run_cases
from wavedistill.wavelets import Wavelet

__all__ = ["Amount", "Reproduction", "StartRow", "reproduce"]


#: Sparsity of single fits, beside an interpretation of 1: the data are white noise, which prefers
#: no wavelet but for what happens at its ends.
_LIGHT = 0.01


@dataclass(frozen=True)
class Amount:
    """How much of the study to do.

    Parameters
    ----------
    n_train, epochs : int
        Of the teacher.
    orthonormal, penalized : Weights
        Points of the two grids.
    penalized_epochs : int
        Per point; the paper's are 50.
    cases : int
        How many tasks with other truths.
    quick_ablations : bool
    """

    n_train: int = 50_000
    epochs: int = 20
    orthonormal: Weights = field(default_factory=Weights.of_the_paper)
    penalized: Weights = field(default_factory=Weights.sample)
    penalized_epochs: int = 50
    cases: int = len(CASES)
    quick_ablations: bool = False

    @classmethod
    def quick(cls) -> Amount:
        """About a minute."""
        few = Weights((1e-5, 1e-4), (0.0, 1e-3, 1.0))
        return cls(5_000, 10, Weights.sample(), few, 2, 1, True)

    @classmethod
    def whole(cls) -> Amount:
        """The penalised grid whole, which takes hours."""
        return cls(penalized=Weights.of_the_paper())


@dataclass(frozen=True)
class StartRow:
    """The best that was reached from one start; distances are to the true wavelet.

    Parameters
    ----------
    start : str
    before : float
        Distance of the start itself.
    local : float
        Of one local fit on the orthonormal constraint, with sparsity 0.01 and interpretation 1.
    searched : float
        Of the screened search with the support of the start, at the same weights.
    orthonormal, penalized : float
        The smallest over each grid.
    worst_validity : float
        The largest sum of validity penalties over the penalised grid.
    orthonormal_seconds, penalized_seconds, search_seconds : float
        Wall times of the grids, and of the search.
    """

    start: str
    before: float
    local: float
    searched: float
    orthonormal: float
    penalized: float
    worst_validity: float
    orthonormal_seconds: float
    penalized_seconds: float
    search_seconds: float


@dataclass(frozen=True)
class Reproduction:
    """What the study found.

    Parameters
    ----------
    teacher_r2 : float
    floor : float
        Distance that a fit from the true wavelet itself reaches with this teacher.
    rows : tuple of StartRow
    whole_penalized_hours : float
        Extrapolated from the points that were run: three starts of 5 x 21 points, each 50 epochs of
        50,000 signals.
    ablations : tuple of Ablation
    cases : tuple of CaseResult
    files : tuple of Path
        The figures and tables.
    """

    teacher_r2: float
    floor: float
    rows: tuple[StartRow, ...]
    whole_penalized_hours: float
    ablations: tuple[Ablation, ...]
    cases: tuple[CaseResult, ...]
    files: tuple[Path, ...]


def reproduce(
    folder: Path, amount: Amount, *, seed: int = 0, notify: Notify = lambda message: None
) -> Reproduction:
    """Run the study; its paths are resumed if they are in the folder already.

    Parameters
    ----------
    folder : Path
        Where figures (.png), tables (.csv) and paths (.json) go.
    amount : Amount
    seed : int
    notify : callable
        Told in a few words what begins, and for a grid how long it will take.
    """
    task = make_synthetic(amount.n_train, random_state=seed)
    teacher, r2 = train_teacher(task, epochs=amount.epochs, seed=seed, notify=notify)
    attributions = attribute(teacher, task.X_train, batch_size=8192)
    floor = recover(task, attributions, "db5", sparsity=_LIGHT, seed=seed).after
    paths = folder / "paths"
    grids = [
        *run_grids(task, attributions, "orthonormal", amount.orthonormal, folder=paths,
                   seed=seed, notify=notify),
        *run_grids(task, attributions, "penalized", amount.penalized, folder=paths,
                   epochs=amount.penalized_epochs, seed=seed, notify=notify),
    ]  # fmt: skip
    rows = tuple(_rows(task, attributions, grids, seed=seed, notify=notify))
    files = [
        save_figure(figure, folder / f"{name}.png")
        for name, figure in _figures(task, grids, floor).items()
    ]
    notify("ablations")
    ablated = tuple(ablations(seed, amount.quick_ablations, notify=notify))
    cases = tuple(
        run_cases(
            CASES[: amount.cases],
            n_train=amount.n_train,
            epochs=amount.epochs,
            sparsity=_LIGHT,
            seed=seed,
            notify=notify,
        )
    )
    tables = {"starts": rows, "ablations": ablated, "other_truths": cases}
    files += [save_table(records, folder / f"{name}.csv") for name, records in tables.items()]
    penalized = [p for g in grids if g.constraint == "penalized" for p in g.path.points]
    visits = len(penalized) * amount.penalized_epochs * amount.n_train
    per_visit = sum(point.seconds for point in penalized) / visits
    hours = per_visit * 50_000 * 50 * 3 * len(Weights.of_the_paper()) / 3600
    return Reproduction(r2, floor, rows, hours, ablated, cases, tuple(files))


def _rows(
    task: SyntheticTask,
    attributions: Attributions,
    grids: Sequence[Grid],
    *,
    seed: int,
    notify: Notify,
) -> Iterator[StartRow]:
    for start, initial in starts(seed).items():
        notify(f"searching from {start}")
        local = recover(task, attributions, initial, sparsity=_LIGHT, seed=seed)
        support = len(initial.lowpass)
        searched = recover(task, attributions, "auto", support=support, sparsity=_LIGHT, seed=seed)
        nothing = float("nan")
        best, spent, worst = {}, {}, nothing
        for grid in (g for g in grids if g.start == start):
            best[grid.constraint] = float(grid.distances(task.wavelet).min())
            spent[grid.constraint] = grid.seconds
            if grid.constraint == "penalized":
                worst = max(validity_penalty(point.wavelet) for point in grid.path.points)
        yield StartRow(
            start,
            local.before,
            local.after,
            searched.after,
            best.get("orthonormal", nothing),
            best.get("penalized", nothing),
            worst,
            spent.get("orthonormal", nothing),
            spent.get("penalized", nothing),
            searched.seconds,
        )


def _figures(task: SyntheticTask, grids: Sequence[Grid], floor: float) -> dict[str, Figure]:
    true = task.wavelet
    best = {(g.constraint, g.start): g.path.closest(true).wavelet for g in grids}
    figures = {
        "fig1_method": plot_method(),
        "fig2a_setup": plot_synthetic_setup(
            task.X_test[0],
            task.transform,
            task.beta,
            recovered=best[grids[0].constraint, grids[0].start],
        ),
    }
    for constraint in ("orthonormal", "penalized"):
        own = [grid for grid in grids if grid.constraint == constraint]
        figures[f"fig3_{constraint}"] = plot_starts_and_results(
            [(g.start, g.initial, best[constraint, g.start]) for g in own], true, "DB5"
        )
        figures[f"figB4_{constraint}"] = plot_distance_against_interpretation(
            {grid.start: _points(grid) for grid in own}, true, floor=floor
        )
        for number, grid in enumerate(own, 1):
            figures[f"figB{number}_{constraint}"] = plot_wavelet_grid(
                _points(grid), true, title=f"From {grid.start}, {constraint}"
            )
    figures["validity"] = plot_validity_against_interpretation(
        {
            f"{grid.constraint}, {grid.start}": [
                (point.interpretation, validity_penalty(point.wavelet))
                for point in grid.path.points
                if point.sparsity == grid.path.points[0].sparsity
            ]
            for grid in grids
        }
    )
    return figures


def _points(grid: Grid) -> list[tuple[float, float, Wavelet]]:
    return [(p.sparsity, p.interpretation, p.wavelet) for p in grid.path.points]
