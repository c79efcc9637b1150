"""The endocytosis study (Sec 4.2 and Appendix C): what each model scores, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from wavedistill.attribution import attribute
from wavedistill.datasets import EndocytosisTable
from wavedistill.distillation import DistillationPath
from wavedistill.studies.endocytosis.candidates import (
    PenalizedGrid,
    distilled,
    paper_point,
    penalized_path,
    resampled,
)
from wavedistill.studies.endocytosis.resampling import Gains, gains_by_cell, null_scores
from wavedistill.studies.endocytosis.scores import Row, compression, evaluate
from wavedistill.studies.endocytosis.students import (
    Chosen,
    Fit,
    choose,
    cross_validated,
    fitted,
    linear,
    ranked,
    recipes,
)
from wavedistill.studies.endocytosis.teacher import (
    ClathrinLSTM,
    predict,
    size,
    train_teacher,
)
from wavedistill.studies.output import Notify
from wavedistill.wavelets import Wavelet, known_wavelets

__all__ = ["Amount", "Study", "run"]


@dataclass(frozen=True)
class Amount:
    """How much of the study to do."""

    #: Of teacher, folds, bootstrap and minibatches.
    seeds: int = 5
    #: Of the global search, see `candidates.distilled`.
    supports: tuple[int, ...] = (4, 6, 8, 10)
    balances: tuple[float, ...] = (0.1, 1.0, 10.0)
    #: The paper's own formulation for each seed, and for the figures from DB5 and Sym5 of the first
    #: seed; None leaves them out.
    penalized: PenalizedGrid | None = field(default_factory=PenalizedGrid.sample)
    grids: PenalizedGrid | None = field(default_factory=PenalizedGrid)
    #: Distilled wavelets that compete in each recipe beyond the paper's, and wavelets of any kind
    #: that go on from its first target to the others; 0 leaves these recipes out.
    beyond: int = 8
    #: Whether to hold out each cell in turn.
    by_cell: bool = True
    #: Teachers with random weights; refits on bootstrap resamples.
    null: int = 20
    resamples: int = 100
    #: Of a teacher, at most.
    epochs: int = 200
    #: Processes; -1 for as many as there are processors.
    jobs: int = -1

    @classmethod
    def quick(cls) -> Amount:
        """Less of everything, in about two minutes."""
        few = PenalizedGrid((5e-4, 5e-3), (0.0, PenalizedGrid().interpretation[11], 0.5), 10)
        return cls(
            seeds=1, supports=(4, 8), balances=(1.0,), penalized=few, grids=few, beyond=3,
            by_cell=False, null=2, resamples=10, jobs=1,
        )  # fmt: skip

    @property
    def search(self) -> dict[str, tuple[float, ...]]:
        """What `candidates.distilled` takes."""
        return {"supports": self.supports, "balances": self.balances}


@dataclass(frozen=True)
class Study:
    """What the study found."""

    #: The cells to learn from, and those held out.
    train: EndocytosisTable
    test: EndocytosisTable
    #: One row per model and seed; and students beyond the paper: other features, and the teacher's
    #: outputs as targets.
    rows: tuple[Row, ...]
    beyond: tuple[Row, ...]
    #: The distilled wavelet and its student, one per seed.
    selected: tuple[Chosen, ...]
    #: The first seed's.
    teacher: ClathrinLSTM
    #: Penalised, by start.
    paths: dict[str, DistillationPath]
    #: The first seed's wavelet, refitted on bootstrap resamples.
    band: tuple[Wavelet, ...]
    gains: Gains


def run(
    table: EndocytosisTable,
    amount: Amount,
    *,
    teacher: ClathrinLSTM | None = None,
    folder: Path | None = None,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> Study:
    """Do the study.

    Parameters
    ----------
    table : EndocytosisTable
    amount : Amount
    teacher : ClathrinLSTM, optional
        One that was trained on other recordings, for all seeds; by default one is trained here for
        each of them.
    folder : Path, optional
        Where penalised paths are kept, to be resumed from.
    seed : int
        The first of the seeds.
    notify : callable
        Told in a few words what begins.
    """
    train, test = table.rows(~table.is_test), table.rows(table.is_test)
    seeds: list[_Seed] = []
    for number in range(seed, seed + amount.seeds):
        taught = teacher
        if taught is None:
            notify(f"seed {number}: training the teacher")
            taught = train_teacher(train, max_epochs=amount.epochs, seed=number)
        notify(f"seed {number}: distillation")
        seeds.append(_Seed(number, train, test, taught, amount.search))
    rows = [row for one in seeds for row in one.rows()]
    first = seeds[0]
    by_seed, paths = _penalized(seeds, amount, folder, notify)
    for one, path in zip(seeds, by_seed, strict=False):
        rows += one.penalized(path)
    beyond: list[Row] = []
    if amount.beyond:
        notify("students beyond the paper")
        beyond += first.beyond(amount.beyond)
    notify(f"{amount.resamples} refits on bootstrap resamples")
    band = resampled(
        train.X, first.attributions, first.awd.wavelet, count=amount.resamples, seed=seed
    )
    return Study(
        train=train,
        test=test,
        rows=tuple(rows),
        beyond=tuple(beyond),
        selected=tuple(one.awd for one in seeds),
        teacher=first.teacher,
        paths=paths,
        band=tuple(band),
        gains=_gains(table, first, rows, amount, teacher, notify),
    )


def _gains(
    table: EndocytosisTable,
    first: _Seed,
    rows: Sequence[Row],
    amount: Amount,
    teacher: ClathrinLSTM | None,
    notify: Notify,
) -> Gains:
    """The gain over known wavelets: by cell if that is asked for, and of empty teachers."""
    setting = {"seed": first.seed, "jobs": amount.jobs, **amount.search}
    cells = []
    if amount.by_cell:
        for gain in gains_by_cell(table, teacher=teacher, epochs=amount.epochs, **setting):  # type: ignore[arg-type]
            cells.append(gain)
            notify(f"cells held out in turn: {len(cells)} done")
    r2 = {row.model: row.r2 for row in rows if row.seed == first.seed}
    null: list[float] = []
    tables = first.train, first.test
    for score in null_scores(*tables, first.teacher, count=amount.null, **setting):  # type: ignore[arg-type]
        null.append(score - r2["best known wavelet"])
        notify(f"teachers with random weights: {len(null)} of {amount.null} done")
    return Gains(tuple(cells), tuple(null), r2["AWD"] - r2["best known wavelet"])


class _Seed:
    """One seed's teacher, what was distilled from it, and the rows of its models."""

    def __init__(
        self,
        seed: int,
        train: EndocytosisTable,
        test: EndocytosisTable,
        teacher: ClathrinLSTM,
        search: dict[str, tuple[float, ...]],
    ) -> None:
        self.seed, self.train, self.test, self.teacher = seed, train, test, teacher
        self.fit = Fit(train, seed)
        self.attributions = attribute(teacher, train.X)
        wavelets = distilled(train.X, self.attributions, seed=seed, **search)  # type: ignore[arg-type]
        self._order = ranked(wavelets, linear, self.fit)
        self.awd = fitted(self._order[0], linear, self.fit)
        self._supports = search["supports"]
        self._held_out = attribute(teacher, test.X)
        self._evaluate = partial(
            evaluate, train=train, test=test, outputs=predict(teacher, test.X), seed=seed
        )

    def rows(self) -> Iterator[Row]:
        """The table's, but for the penalised."""
        blind = distilled(self.train.X, None, supports=self._supports, seed=self.seed)  # type: ignore[arg-type]
        yield self.score("AWD", self.awd)
        yield self.score("AWD without interpretation", choose(blind, linear, self.fit))
        yield self.score("DB5", choose([Wavelet.from_name("db5")], linear, self.fit))
        yield self.score("best known wavelet", choose(known_wavelets(), linear, self.fit))
        teacher = partial(predict, self.teacher)
        yield self._evaluate("LSTM (teacher)", teacher, numbers=size(self.teacher))
        ridge = make_pipeline(StandardScaler(), RidgeCV(np.geomspace(1e-2, 1e4, 13)))
        yield self._plain("ridge on the trace", ridge, lambda m: m[-1].coef_.size + 1)
        boosted = GradientBoostingRegressor(
            n_estimators=200, learning_rate=0.05, subsample=0.7, random_state=self.seed
        )
        yield self._plain("gradient boosting", boosted, _nodes)

    def penalized(self, path: DistillationPath) -> Iterator[Row]:
        """The paper's own formulation: its best point, and the point that the paper shows."""
        points = [
            replace(p.wavelet, name=f"lambda {p.sparsity:.2g}, gamma {p.interpretation:.2g}")
            for p in path.points
        ]
        yield self.score("AWD, penalised", choose(points, linear, self.fit))
        shown = [points[paper_point(path)]]
        yield self.score("AWD, the paper's weights", choose(shown, linear, self.fit))

    def beyond(self, count: int) -> Iterator[Row]:
        """Every recipe fitted to every target, each with the wavelet that suits it best.

        So many distilled wavelets compete, and so many of any kind for the later targets.
        """
        best = [wavelet for _, wavelet in self._order[:count]]
        outputs = predict(self.teacher, self.train.X)
        fits = {"response": self.fit, "teacher": Fit(self.train, self.seed, outputs)}
        others = self.train.unlabelled
        if others is not None:
            more = ~others.is_test & np.isin(others.cell, self.train.cell)
            traces = others.X[more]
            extra = (traces, predict(self.teacher, traces), others.cell[more])
            fits["teacher, more tracks"] = Fit(self.train, self.seed, outputs, extra)
        for label, recipe in recipes().items():
            order = ranked([*best, *known_wavelets(12)], recipe, self.fit)
            short = [wavelet for _, wavelet in order[:count]]
            for target, fit in fits.items():
                yield self.score(f"{label}; fitted to {target}", choose(short, recipe, fit))

    def score(self, model: str, chosen: Chosen) -> Row:
        """The row of a student and its wavelet."""
        return self._evaluate(
            model,
            chosen.model.predict,
            numbers=chosen.numbers,
            wavelet=chosen.wavelet.name,
            r2_cv=chosen.r2_cv,
            compressed=compression(chosen.wavelet, self.test.X, self._held_out),
        )

    def _plain(self, name: str, model: object, numbers: Callable[..., int]) -> Row:
        """The row of a model that reads the trace itself."""
        r2_cv = cross_validated(model, self.fit)
        trained = model.fit(self.train.X, self.train.y)  # type: ignore[attr-defined]
        return self._evaluate(name, trained.predict, numbers=numbers(trained), r2_cv=r2_cv)


def _nodes(boosted: GradientBoostingRegressor) -> int:
    return sum(int(tree.tree_.node_count) for tree in boosted.estimators_.ravel())


def _penalized(
    seeds: Sequence[_Seed], amount: Amount, folder: Path | None, notify: Notify
) -> tuple[list[DistillationPath], dict[str, DistillationPath]]:
    """The paper's own formulation: a path from DB5 for each seed, and the figures' grids by start.

    Either is empty if it was not asked for.
    """
    tasks = [] if amount.penalized is None else [(one, amount.penalized, "db5") for one in seeds]
    starts = () if amount.grids is None else ("db5", "sym5")
    tasks += [(seeds[0], amount.grids, start) for start in starts if amount.grids is not None]
    work = (
        delayed(penalized_path)(
            one.train.X,
            one.attributions,
            grid,
            start=start,
            file=None if folder is None else folder / f"{start}_{one.seed}_{grid.points}.json",
            seed=one.seed,
        )
        for one, grid, start in tasks
    )
    paths: list[DistillationPath] = []
    notify(f"penalised paths: {len(tasks)} to do")
    for path in Parallel(n_jobs=amount.jobs, return_as="generator")(work):
        paths.append(path)
        notify(f"penalised paths: {len(paths)} of {len(tasks)} done")
    first_grid = len(paths) - len(starts)
    return paths[:first_grid], dict(zip(starts, paths[first_grid:], strict=True))
