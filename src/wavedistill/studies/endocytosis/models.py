"""One seed of the study: a teacher, what was distilled from it, and what it is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import torch
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from wavedistill.attribution import attribute
from wavedistill.datasets import EndocytosisTable
from wavedistill.distillation import DistillationPath
from wavedistill.students import compression_factor
from wavedistill.studies.endocytosis.amount import Amount
from wavedistill.studies.endocytosis.candidates import distilled, paper_point
from wavedistill.studies.endocytosis.scores import BEST_KNOWN, TEACHER, Predict, Row, evaluate
from wavedistill.studies.endocytosis.students import (
    Chosen,
    choose,
    cross_validated,
    linear,
    recipes,
    transform_of,
)
from wavedistill.studies.endocytosis.teacher import predict, train_teacher
from wavedistill.studies.output import Notify
from wavedistill.wavelets import Wavelet, known_wavelets

__all__ = ["Models"]


class Models:
    """The models of one seed; without a teacher, one is trained."""

    def __init__(
        self,
        table: EndocytosisTable,
        amount: Amount,
        seed: int = 0,
        teacher: torch.nn.Module | None = None,
        notify: Notify = lambda message: None,
    ) -> None:
        self.table, self.amount, self.seed = table, amount, seed
        self.train, self.test = table.rows(~table.is_test), table.rows(table.is_test)
        if teacher is None:
            notify(f"seed {seed}: training the teacher")
            teacher = train_teacher(self.train, max_epochs=amount.epochs, seed=seed)
        notify(f"seed {seed}: distillation")
        self.teacher = teacher
        self.attributions = attribute(teacher, self.train.X)
        # What the teacher makes of the held-out cells.
        self.outputs, self.held_out = predict(teacher, self.test.X), attribute(teacher, self.test.X)
        self.choose = partial(choose, table=self.train, seed=seed)
        self.awd = self.choose(distilled(self.train.X, self.attributions, amount, seed), linear)

    @cached_property
    def known(self) -> dict[str, Chosen]:
        """Known wavelets that the distilled one is compared with."""
        return {
            "DB5": self.choose([Wavelet.from_name("db5")], linear),
            BEST_KNOWN: self.choose(known_wavelets(), linear),
        }

    def r2(self) -> dict[str, float]:
        """R2 on the held-out cells of the wavelets and of the teacher."""
        students = {"AWD": self.awd, **self.known}
        predicted = {name: each.model.predict(self.test.X) for name, each in students.items()}
        predicted[TEACHER] = self.outputs
        return {name: float(r2_score(self.test.y, each)) for name, each in predicted.items()}

    def rows(self) -> Iterator[Row]:
        """Those of the table, except for the penalised."""
        blind = self.choose(distilled(self.train.X, None, self.amount, self.seed), linear)
        students = {"AWD": self.awd, "AWD without interpretation": blind, **self.known}
        for model, chosen in students.items():
            yield self._row(model, chosen)
        size = sum(parameter.numel() for parameter in self.teacher.parameters())
        yield self._evaluate(partial(predict, self.teacher), model=TEACHER, numbers=size)
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
        yield self._row("AWD, penalised", self.choose(points, linear))
        shown = points[paper_point(path)]
        yield self._row("AWD, the paper's weights", self.choose([shown], linear))

    def beyond(self) -> Iterator[Row]:
        """Every recipe fitted to every target, each with the wavelet that suits it best."""
        count = self.amount.beyond
        outputs = predict(self.teacher, self.train.X)
        fits: dict[str, dict[str, Any]] = {"response": {}, "teacher": {"target": outputs}}
        others = self.train.unlabelled
        if others is not None:
            rows = ~others.is_test & np.isin(others.cell, self.train.cell)
            more = others.X[rows], predict(self.teacher, others.X[rows]), others.cell[rows]
            fits["teacher, more tracks"] = {"target": outputs, "more": more}
        for label, recipe in recipes().items():
            every = [*self.awd.order[:count], *known_wavelets(12)]
            short = self.choose(every, recipe).order[:count]
            for target, fit in fits.items():
                chosen = self.choose(short, recipe, **fit)
                yield self._row(f"{label}; fitted to {target}", chosen)

    def _row(self, model: str, chosen: Chosen) -> Row:
        transform = transform_of(chosen.wavelet)
        coefficients = transform.analysis(self.test.X)
        return self._evaluate(
            chosen.model.predict,
            model=model,
            numbers=chosen.numbers,
            wavelet=chosen.wavelet.name,
            r2_cv=chosen.r2_cv,
            compression=compression_factor(coefficients, self.held_out.coefficients(transform)),
        )

    def _plain(self, name: str, model: Any, numbers: Callable[[Any], int]) -> Row:
        """The row of a model that reads the trace itself."""
        found = cross_validated([model], self.train, self.seed)
        count = numbers(found.student)
        return self._evaluate(found.student.predict, model=name, r2_cv=found.score, numbers=count)

    def _evaluate(self, predict: Predict, **known: Any) -> Row:
        return evaluate(predict, self.train, self.test, self.outputs, seed=self.seed, **known)


def _nodes(boosted: GradientBoostingRegressor) -> int:
    return sum(int(tree.tree_.node_count) for tree in boosted.estimators_.ravel())
