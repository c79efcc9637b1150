"""Everything that is fitted to a set: students, what they are compared with, and references."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import KFold, StratifiedKFold

from wavedistill.checks import WaveletWarning
from wavedistill.students import DistilledClassifier
from wavedistill.students.baselines import linear_model, log_spectrum, raw_samples
from wavedistill.students.teachers import as_logits
from wavedistill.studies.archive.problems import Problem
from wavedistill.studies.archive.references import REFERENCES, Reference
from wavedistill.studies.archive.teachers import Outputs

__all__ = ["BUDGETS", "Row", "Settings", "rows_of"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

#: Numbers per class.
BUDGETS = (20, 50, 200)
_MAIN = 50
#: Readings in which learned wavelets are held against known ones.
_HELD = ("energy", "packets")


@dataclass(frozen=True)
class Settings:
    """Parameters of all students (`wavedistill.DistilledClassifier`)."""

    support: int = 8
    levels: int | str = "auto"
    cv: int = 3


@dataclass(frozen=True)
class Row:
    """What one model made of one split of a set.

    Numbers are those of the model, and seconds the processor time of its fit and predictions.
    Fidelity is the share of test examples that get the class that the small network gives them.
    Without an accuracy, `error` tells why.
    """

    model: str
    accuracy: float | None = None
    fidelity: float | None = None
    numbers: int | None = None
    reading: str = ""
    levels: int | None = None
    taps: int | None = None
    wavelet: str = ""
    target: str = ""
    #: Of a student: its squared error in its own cross-validation.
    cv_error: float | None = None
    seconds: float | None = None
    error: str = ""


class _Made(NamedTuple):
    """Predictions of the test set, and facts of the model."""

    predicted: Integers
    facts: dict[str, Any]


@dataclass
class Models:
    """Fits models to a set one after another, each a row."""

    problem: Problem
    outputs: Callable[[str], Outputs]
    settings: Settings
    rows: list[Row] = field(default_factory=list)

    def add(self, model: str, make: Callable[[], _Made]) -> None:
        """Fit a model, unless it has a row, and keep its row; what fails is recorded there."""
        if any(row.model == model for row in self.rows):
            return
        began = time.process_time()
        try:
            with warnings.catch_warnings():
                # With few examples students warn of much that nobody could mend here.
                warnings.simplefilter("ignore", WaveletWarning)
                warnings.simplefilter("ignore", UserWarning)
                made = make()
        except ImportError as error:
            self.rows.append(Row(model, error=f"absent: {error}"))
        except Exception as error:  # Whatever it is: other models and sets go on.
            self.rows.append(Row(model, error=f"{type(error).__name__}: {error}"))
        else:
            seconds = time.process_time() - began
            self.rows.append(Row(model, **{**self._scores(made), "seconds": seconds} | made.facts))

    def _scores(self, made: _Made) -> dict[str, float]:
        taught = self.outputs("small network").test.argmax(axis=1)
        return {
            "accuracy": float(np.mean(made.predicted == self.problem.y_test)),
            "fidelity": float(np.mean(made.predicted == taught)),
        }

    def network(self, name: str) -> _Made:
        """A teacher itself."""
        found = self.outputs(name)
        facts = {"numbers": int(found.numbers), "seconds": float(found.seconds)}
        return _Made(found.test.argmax(axis=1), facts)

    def student(
        self,
        reading: Any = "auto",
        budget: int = _MAIN,
        network: str | None = "small network",
        *,
        wavelet: Any = "learned",
        parts: int | None = None,
    ) -> DistilledClassifier:
        """A student of a network, or of the classes alone."""
        student = self._unfitted(reading, budget, wavelet, parts)
        taught = None if network is None else as_logits(self.outputs(network).train)
        return student.fit(self.problem.X_train, self.problem.y_train, teacher=taught)

    def misled(self, reading: Any) -> DistilledClassifier:
        """A student with a wavelet learned from random outputs, its weights from the right ones."""
        student = self._unfitted(reading, _MAIN, "learned", None)
        random = as_logits(self.outputs("small network").random)
        # Standardised: outputs of a random network vary little beside their mean.
        random = (random - random.mean(axis=0)) / random.std(axis=0)
        transform = student.fit(self.problem.X_train, teacher=random).transform_
        wavelet = transform.wavelet if transform.shared else transform
        return self.student(reading, wavelet=wavelet)

    def _unfitted(
        self, reading: Any, budget: int, wavelet: Any, parts: int | None
    ) -> DistilledClassifier:
        return DistilledClassifier(
            reading,
            max_numbers=budget * self.problem.classes,
            wavelet=wavelet,
            parts=parts,
            **asdict(self.settings),
        )

    def told(self, student: DistilledClassifier) -> _Made:
        """Predictions and facts of a student."""
        facts = {
            "numbers": student.n_numbers_,
            "reading": student.reading_.label,
            "levels": student.transform_.levels,
            "taps": len(student.wavelets_[0].lowpass),
            "wavelet": student.wavelets_[0].name,
            "target": student.target_,
            "cv_error": float(student.comparison_["student"]),
        }
        return _Made(np.asarray(student.predict(self.problem.X_test)), facts)

    def told_of(self, reading: Any = "auto", budget: int = _MAIN, **given: Any) -> _Made:
        """Predictions and facts of a student that is yet to be fitted."""
        return self.told(self.student(reading, budget, **given))

    def reference(self, reference: Reference) -> _Made:
        """A model that nobody can read."""
        problem = self.problem
        predicted, numbers = reference(problem.X_train, problem.y_train, problem.X_test)
        return _Made(predicted, {"numbers": numbers})

    def linear(self, features: Callable[[Array], Array]) -> _Made:
        """Logistic regression of features that need no fit."""
        train, test = features(self.problem.X_train), features(self.problem.X_test)
        y = self.problem.y_train
        few = int(np.bincount(y).min())
        folds = StratifiedKFold if few >= 3 else KFold
        splits = list(folds(3, shuffle=True, random_state=0).split(train, y))
        found = linear_model(train, y, splits, classify=True)
        return _Made(found.model.predict(test), {"numbers": found.numbers})


def rows_of(
    problem: Problem,
    outputs: Callable[[str], Outputs],
    settings: Settings,
    kept: Sequence[Row] = (),
    *,
    whole: bool = True,
) -> list[Row]:
    """Fit all models to a set, each a row.

    Parameters
    ----------
    problem : Problem
    outputs : callable
        Gives the outputs of a teacher by its name.
    settings : Settings
    kept : sequence of Row
        Rows that are there already, and are kept as they are.
    whole : bool
        Without, what has to do with the second teacher and with parts is left for later.
    """
    models = Models(problem, outputs, settings, list(kept))
    models.add("small network", partial(models.network, "small network"))
    models.add("student 50", partial(models.told_of, "auto"))
    reading = next(row.reading for row in models.rows if row.model == "student 50")
    # The others read what that student chose.
    same: Any = reading.split(" + ") if reading else "auto"
    for budget in BUDGETS:
        models.add(f"student {budget}", partial(models.told_of, same, budget))
    models.add("known wavelet", partial(models.told_of, same, wavelet="known"))
    models.add("data alone", partial(models.told_of, same, network=None))
    models.add("random teacher", lambda: models.told(models.misled(same)))
    for name in _HELD:
        models.add(f"{name}, learned", partial(models.told_of, name))
        models.add(f"{name}, known", partial(models.told_of, name, wavelet="known"))
    models.add("raw samples", lambda: models.linear(raw_samples))
    models.add("spectrum", lambda: models.linear(lambda X: log_spectrum(X)[0]))
    for name, reference in REFERENCES.items():
        models.add(name, partial(models.reference, reference))
    if whole:
        models.add("inception", partial(models.network, "inception"))
        models.add("student of inception", partial(models.told_of, "auto", network="inception"))
        models.add("student 50, four parts", partial(models.told_of, "auto", parts=4))
    return models.rows
