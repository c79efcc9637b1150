"""The endocytosis study (Sec 4.2 and Appendix C): what each model scores, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from joblib import delayed
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from wavedistill.attribution import attribute
from wavedistill.datasets import EndocytosisTable
from wavedistill.distillation import DistillationPath
from wavedistill.studies.endocytosis.amount import Amount
from wavedistill.studies.endocytosis.candidates import (
    distilled,
    paper_point,
    penalized_path,
    resampled,
)
from wavedistill.studies.endocytosis.resampling import Gains, measure_gains
from wavedistill.studies.endocytosis.scores import BEST_KNOWN, TEACHER, Row, compression, evaluate
from wavedistill.studies.endocytosis.students import (
    Chosen,
    Fit,
    choose,
    cross_validated,
    linear,
    recipes,
)
from wavedistill.studies.endocytosis.teacher import (
    ClathrinLSTM,
    predict,
    size,
    train_teacher,
)
from wavedistill.studies.output import Notify, in_parallel
from wavedistill.wavelets import Wavelet, known_wavelets

__all__ = ["Study", "run"]


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

    A teacher that was trained on other recordings serves all seeds, of which `seed` is the first;
    by default one is trained here for each of them. With a folder, penalised paths are kept there,
    and resumed from there.
    """
    train, test = table.rows(~table.is_test), table.rows(table.is_test)
    seeds: list[_Seed] = []
    for number in range(seed, seed + amount.seeds):
        taught = teacher
        if taught is None:
            notify(f"seed {number}: training the teacher")
            taught = train_teacher(train, max_epochs=amount.epochs, seed=number)
        notify(f"seed {number}: distillation")
        seeds.append(_Seed(number, train, test, taught, amount))
    rows = [row for one in seeds for row in one.rows()]
    first = seeds[0]
    by_seed, paths = _penalized(seeds, amount, folder, notify)
    for one, path in zip(seeds, by_seed, strict=False):
        rows += one.penalized(path)
    beyond: list[Row] = []
    if amount.beyond:
        notify("students beyond the paper")
        beyond += first.beyond()
    notify(f"{amount.resamples} refits on bootstrap resamples")
    band = resampled(
        train.X, first.attributions, first.awd.wavelet, count=amount.resamples, seed=seed
    )
    r2 = {row.model: row.r2 for row in rows if row.seed == seed}
    gains = measure_gains(
        table, first.teacher, r2, amount, retrain=teacher is None, seed=seed, notify=notify
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
        gains=gains,
    )


class _Seed:
    """One seed's teacher, what was distilled from it, and the rows of its models."""

    def __init__(
        self,
        seed: int,
        train: EndocytosisTable,
        test: EndocytosisTable,
        teacher: ClathrinLSTM,
        amount: Amount,
    ) -> None:
        self.seed, self.amount, self.teacher = seed, amount, teacher
        self.train, self.test = train, test
        self.fit = Fit(train, seed)
        self.attributions = attribute(teacher, train.X)
        wavelets = distilled(train.X, self.attributions, amount, seed)
        self.awd = choose(wavelets, linear, self.fit)
        self._held_out = attribute(teacher, test.X)
        self._evaluate = partial(
            evaluate, train=train, test=test, outputs=predict(teacher, test.X), seed=seed
        )

    def rows(self) -> Iterator[Row]:
        """The table's, but for the penalised."""
        blind = distilled(self.train.X, None, self.amount, self.seed)
        yield self.score("AWD", self.awd)
        yield self.score("AWD without interpretation", choose(blind, linear, self.fit))
        yield self.score("DB5", choose([Wavelet.from_name("db5")], linear, self.fit))
        yield self.score(BEST_KNOWN, choose(known_wavelets(), linear, self.fit))
        teacher = partial(predict, self.teacher)
        yield self._evaluate(teacher, model=TEACHER, numbers=size(self.teacher))
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
        shown = [points[paper_point(path)]]
        yield self.score("AWD, penalised", choose(points, linear, self.fit))
        yield self.score("AWD, the paper's weights", choose(shown, linear, self.fit))

    def beyond(self) -> Iterator[Row]:
        """Every recipe fitted to every target, each with the wavelet that suits it best."""
        count = self.amount.beyond
        outputs = predict(self.teacher, self.train.X)
        fits = {"response": self.fit, "teacher": Fit(self.train, self.seed, outputs)}
        others = self.train.unlabelled
        if others is not None:
            more = ~others.is_test & np.isin(others.cell, self.train.cell)
            traces = others.X[more]
            extra = (traces, predict(self.teacher, traces), others.cell[more])
            fits["teacher, more tracks"] = Fit(self.train, self.seed, outputs, extra)
        for label, recipe in recipes().items():
            every = [*self.awd.order[:count], *known_wavelets(12)]
            short = choose(every, recipe, self.fit).order[:count]
            for target, fit in fits.items():
                yield self.score(f"{label}; fitted to {target}", choose(short, recipe, fit))

    def score(self, model: str, chosen: Chosen) -> Row:
        """The row of a student and its wavelet."""
        return self._evaluate(
            chosen.model.predict,
            model=model,
            numbers=chosen.numbers,
            wavelet=chosen.wavelet.name,
            r2_cv=chosen.r2_cv,
            compression=compression(chosen.wavelet, self.test.X, self._held_out),
        )

    def _plain(self, name: str, model: object, numbers: Callable[..., int]) -> Row:
        """The row of a model that reads the trace itself."""
        r2_cv = cross_validated(model, self.fit)
        trained = model.fit(self.train.X, self.train.y)  # type: ignore[attr-defined]
        return self._evaluate(trained.predict, model=name, r2_cv=r2_cv, numbers=numbers(trained))


def _nodes(boosted: GradientBoostingRegressor) -> int:
    return sum(int(tree.tree_.node_count) for tree in boosted.estimators_.ravel())


def _penalized(
    seeds: Sequence[_Seed], amount: Amount, folder: Path | None, notify: Notify
) -> tuple[list[DistillationPath], dict[str, DistillationPath]]:
    """The paper's own formulation: a path from DB5 for each seed, and the figures' grids by start.

    Either is empty if it was not asked for.
    """
    tasks = [(one, amount.penalized, "db5") for one in seeds if amount.penalized is not None]
    starts = () if amount.grids is None else ("db5", "sym5")
    tasks += [(seeds[0], amount.grids, start) for start in starts if amount.grids is not None]
    work = [
        delayed(penalized_path)(
            one.train.X, one.attributions, grid, start=start, folder=folder, seed=one.seed
        )
        for one, grid, start in tasks
    ]
    paths = in_parallel(work, amount.jobs, "penalised paths", notify)
    first_grid = len(paths) - len(starts)
    return paths[:first_grid], dict(zip(starts, paths[first_grid:], strict=True))
