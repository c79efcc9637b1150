"""What models are compared on: data, checked before any work, and what counts as right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wavedistill.attribution import Attributions
from wavedistill.checks import Floats, float_array
from wavedistill.students.arguments import as_classes, as_columns, fold_numbers
from wavedistill.students.classifier import DistilledClassifier
from wavedistill.students.distilled import DistilledStudent
from wavedistill.students.held_out import hits, shares
from wavedistill.students.weights import decided

__all__ = ["Problem"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Problem:
    """Examples, with what models are fitted to and scored against.

    Parameters
    ----------
    X : ndarray, shape (n, ...)
    y : ndarray or None
        The response, or the classes, as they were given.
    teacher : ndarray or None
        The network's outputs, as they were given.
    attributions : Attributions, ndarray or None
    groups : ndarray or None
    truths : dict of str to ndarray
        What predictions are scored against, by the name of the score, the main score first:
        classes as numbers, shape (n,), or numbers, shape (n, outputs).
    classify : bool
    """

    X: Floats
    y: NDArray[Any] | None
    teacher: NDArray[Any] | None
    attributions: Attributions | NDArray[Any] | None
    groups: NDArray[Any] | None
    truths: dict[str, Array | Integers]
    classify: bool

    @classmethod
    def of(
        cls,
        student: DistilledStudent,
        X: ArrayLike,
        y: ArrayLike | None,
        teacher: ArrayLike | None,
        attributions: Attributions | ArrayLike | None,
        groups: ArrayLike | None,
    ) -> Problem:
        """The problem of a student, checked."""
        signals = float_array(X, "X", min_ndim=2)
        count = len(signals)
        if y is None and teacher is None:
            raise ValueError("neither y nor teacher is given; give one of them, or both.")
        classify = isinstance(student, DistilledClassifier)
        outputs = None if teacher is None else as_columns(teacher, count, "teacher")
        truths: dict[str, Array | Integers] = {}
        if y is not None:
            truth = as_classes(y, count)[1] if classify else as_columns(y, count, "y")
            truths["accuracy" if classify else "R2"] = truth
        if outputs is not None:
            truths["fidelity"] = decided(outputs) if classify else outputs
        _refuse_constant(truths, classify)
        if not classify and len({truth.shape for truth in truths.values()}) > 1:
            raise ValueError(
                f"y has {truths['R2'].shape[1]} columns and teacher has "
                f"{truths['fidelity'].shape[1]}; they must predict the same."
            )
        taught = attributions
        if taught is not None and not isinstance(taught, Attributions):
            taught = float_array(taught, "attributions")
        for name, rows in (("attributions", taught), ("groups", groups)):
            if rows is not None and len(cast(Any, rows)) != count:
                raise ValueError(
                    f"{name} has {len(cast(Any, rows))} rows and X has {count} examples; give one "
                    "for each."
                )
        return cls(
            signals,
            None if y is None else np.asarray(y),
            None if teacher is None else np.asarray(teacher),
            taught,
            None if groups is None else np.asarray(groups),
            truths,
            classify,
        )

    def __len__(self) -> int:
        return len(self.X)

    @property
    def measure(self) -> str:
        """The name of the main score: of y where it is given, otherwise of the network."""
        return next(iter(self.truths))

    @property
    def goal(self) -> Array | Integers:
        """What models without a wavelet are fitted to."""
        return self.truths[self.measure]

    def given(self, rows: Integers, *names: str) -> dict[str, Any]:
        """Some rows of what a student's fit is given, by the names of its arguments."""
        found = {name: getattr(self, name) for name in names}
        return {name: value[rows] for name, value in found.items() if value is not None}

    def folds(self, cv: Any, seed: Any, rows: Integers | None = None) -> Integers:
        """The fold in which each example, of all or of some rows, is held out."""
        chosen = np.arange(len(self)) if rows is None else rows
        groups = None if self.groups is None else self.groups[chosen]
        goal = self.goal[chosen] if self.classify else self.goal[chosen][:, 0]
        return fold_numbers(cv, self.X[chosen], goal, groups, self.classify, seed)

    def splits(self, folds: Integers) -> list[tuple[Integers, Integers]]:
        """Training and held-out rows of each fold."""
        numbers = range(int(folds.max()) + 1)
        return [(np.flatnonzero(folds != k), np.flatnonzero(folds == k)) for k in numbers]

    def require_classes(self, splits: Sequence[tuple[Integers, Integers]]) -> None:
        """Refuse training parts that lack a class."""
        if not self.classify:
            return
        for fold, (train, _) in enumerate(splits):
            missing = np.setdiff1d(self.goal, self.goal[train])
            if len(missing):
                raise ValueError(
                    f"without fold {fold} there is no example of class number {missing[0]} left to "
                    "learn from; leave out classes with so few examples, or give other folds or "
                    "groups."
                )

    def per_example(self, name: str, predicted: Array | Integers) -> Array:
        """What each example adds to a score."""
        truth = self.truths[name]
        if self.classify:
            return hits(cast(Integers, predicted), cast(Integers, truth))
        return shares(cast(Array, predicted), cast(Array, truth))


def _refuse_constant(truths: dict[str, Array | Integers], classify: bool) -> None:
    for name, truth in truths.items():
        what = "teacher" if name == "fidelity" else "y"
        table = truth.reshape(len(truth), -1)
        if (table == table[0]).all(axis=0).any():
            kind = "class" if classify else "value"
            raise ValueError(f"{what} has the same {kind} for all examples; nothing can be scored.")
