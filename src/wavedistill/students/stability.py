"""How much a distilled student changes with the seed of its search, and with the examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from wavedistill.attribution import Attributions
from wavedistill.checks import integer
from wavedistill.students.arguments import seed_of
from wavedistill.students.distilled import DistilledStudent
from wavedistill.students.progress import Progress, Verbose
from wavedistill.students.weights import decided
from wavedistill.wavelets import Wavelet, WaveletTransform

__all__ = ["Refit", "Stability", "stability"]

Array = NDArray[np.float64]

#: Wavelets that are closer than this are the same.
_SAME = 1e-6


@dataclass(frozen=True, eq=False)
class Refit:
    """A student that was fitted anew.

    Parameters
    ----------
    kind : str
        ``"seed"`` or ``"bootstrap"``.
    transform : WaveletTransform
    learned : bool
        Whether its wavelet is a learned one.
    weights : dict of str to ndarray, shape (outputs,)
        By the names of its features.
    agreement : float
        With the student itself, on all examples: the share of equal classes, or R2 of the outputs.
    distance : float
        Of its wavelet of the finest level to that of the student (`Wavelet.distance`).
    """

    kind: str
    transform: WaveletTransform
    learned: bool
    weights: dict[str, Array]
    agreement: float
    distance: float


@dataclass(frozen=True, eq=False)
class Stability:
    """What stays when a student is fitted anew: what `stability` returns.

    Parameters
    ----------
    refits : tuple of Refit
    names : tuple of str
        The features of the student.
    learned : bool
        Whether the student has a learned wavelet.
    """

    refits: tuple[Refit, ...]
    names: tuple[str, ...]
    learned: bool

    def of(self, kind: str) -> list[Refit]:
        """Those with another ``"seed"``, or of a ``"bootstrap"``."""
        return [refit for refit in self.refits if refit.kind == kind]

    @property
    def kept(self) -> Array:
        """In which share of the refits each feature of the student is a feature, shape (p,)."""
        used = [[name in refit.weights for refit in self.refits] for name in self.names]
        kept: Array = np.mean(np.array(used, dtype=np.float64), axis=1)
        return kept

    def __str__(self) -> str:
        """A sentence for each kind."""
        sentences = [
            self._sentence("seed", "other seeds", "seed"),
            self._sentence("bootstrap", "resampled examples", "sample"),
        ]
        return " ".join(sentence for sentence in sentences if sentence)

    def _sentence(self, kind: str, what: str, one: str) -> str:
        refits = self.of(kind)
        if not refits:
            return ""
        which = "a learned wavelet, as this one has" if self.learned else "the same known wavelet"
        same = sum(
            refit.learned if self.learned else refit.distance < _SAME and not refit.learned
            for refit in refits
        )
        worst = min(refit.agreement for refit in refits)
        return (
            f"With {what}, {same} of {len(refits)} students have {which}; the "
            f"least agreement of a {one}'s student with this one is {worst:.3f}."
        )


def stability(
    student: DistilledStudent,
    X: ArrayLike,
    y: ArrayLike | None = None,
    *,
    teacher: ArrayLike | None = None,
    attributions: Attributions | ArrayLike | None = None,
    groups: ArrayLike | None = None,
    seeds: int = 2,
    bootstrap: int = 3,
    random_state: int | np.random.Generator | np.random.RandomState | None = 0,
    verbose: Verbose = False,
) -> Stability:
    """Fit a student anew with other seeds, and to bootstrap samples of its examples.

    Reading, depth, support, and whether each level has its own filter, stay as they were chosen.
    The wavelet, whether a known one will do, the features and the weights are found anew. A
    bootstrap sample (Efron, 1979) is drawn as whole-numbered weights, so that copies of an example
    are never on both sides of a split; groups are drawn whole.

    Parameters
    ----------
    student : DistilledClassifier or DistilledRegressor
        Fitted; it is left as it is.
    X, y, teacher, attributions, groups
        What it was fitted to.
    seeds, bootstrap : int
        How many fits of either kind.
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None
    verbose : bool or callable
        As for `DistilledRegressor`.

    Returns
    -------
    Stability

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the student is not fitted.
    ValueError
        If a number of fits is negative, and for data that a fit refuses.
    """
    numbers = {
        "seed": integer(seeds, "seeds", minimum=0),
        "bootstrap": integer(bootstrap, "bootstrap", minimum=0),
    }
    names = student.feature_names()
    settled = _settled(student)
    data = {"teacher": teacher, "attributions": attributions, "groups": groups}
    given: dict[str, Any] = {name: value for name, value in data.items() if value is not None}
    signals = np.asarray(X)
    units = _units(len(signals), groups)
    classes = _classes(student, y, teacher)
    random = np.random.default_rng(seed_of(random_state))
    parts = Progress.of(verbose).parts([1.0] * sum(numbers.values()))
    refits: list[Refit] = []
    kinds = [kind for kind, number in numbers.items() for _ in range(number)]
    for kind, part in zip(kinds, parts, strict=True):
        part(f"stability: {kind} {1 + sum(refit.kind == kind for refit in refits)}")
        again = clone(settled).set_params(random_state=int(random.integers(2**31 - 1)))
        weight = _drawn(units, classes, random) if kind == "bootstrap" else None
        again.fit(signals, y, sample_weight=weight, **given)
        refits.append(_refit(kind, again, student, signals))
    return Stability(tuple(refits), names, is_learned(student))


def is_learned(student: DistilledStudent) -> bool:
    """Whether a fitted student has learned its wavelet, and has not been given or chosen one."""
    searched = isinstance(student.wavelet, str) and student.wavelet == "learned"
    return searched and any(not wavelet.name for wavelet in student.wavelets_)


def _settled(student: DistilledStudent) -> Any:
    """The student unfitted, with what it chose first no longer open."""
    wavelets: tuple[Wavelet, ...] = student.wavelets_
    settings: dict[str, Any] = {
        "reading": student.reading_,
        "parts": None,
        "levels": student.transform_.levels,
        "verbose": False,
    }
    if is_learned(student):
        settings |= {
            "support": len(wavelets[0].lowpass),
            "per_level": not student.transform_.shared,
        }
    return clone(student).set_params(**settings)


def _units(count: int, groups: ArrayLike | None) -> NDArray[np.intp]:
    """What is drawn: each example, or its group, by number."""
    if groups is None:
        return np.arange(count)
    return np.unique(np.asarray(groups), return_inverse=True)[1].astype(np.intp)


def _classes(
    student: DistilledStudent, y: ArrayLike | None, teacher: ArrayLike | None
) -> NDArray[Any] | None:
    """The class of each example, of which no sample may lack one; None for numbers."""
    if not hasattr(student, "classes_"):
        return None
    if y is not None:
        return np.asarray(y)
    outputs = np.asarray(teacher, dtype=np.float64)
    return decided(outputs.reshape(len(outputs), -1))


def _drawn(
    units: NDArray[np.intp], classes: NDArray[Any] | None, random: np.random.Generator
) -> Array:
    """How often each example is in a bootstrap sample. A sample without a class is drawn anew."""
    size = int(units.max()) + 1
    while True:
        weight = random.multinomial(size, np.full(size, 1 / size))[units].astype(np.float64)
        if classes is None or len(np.unique(classes[weight > 0])) == len(np.unique(classes)):
            return weight


def _refit(kind: str, again: Any, student: Any, signals: NDArray[Any]) -> Refit:
    weights = np.atleast_2d(again.coef_)
    # With a classifier's method these are classes, and otherwise outputs.
    agreement = again.score(signals, student.predict(signals))
    return Refit(
        kind,
        again.transform_,
        is_learned(again),
        dict(zip(again.feature_names(), weights.T, strict=True)),
        float(agreement),
        float(again.wavelets_[0].distance(student.wavelets_[0])),
    )
