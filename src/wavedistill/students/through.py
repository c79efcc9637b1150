"""Learn the wavelet through the student: the one whose readable model matches the network.

    minimise over the angles of the filters, and over the ridge penalty,
        error in cross-validation of ridge(features(X) -> targets) / variation of the targets

The ridge weights are eliminated in closed form (`wavedistill.students.ridge`), so the filters are
all that is searched. Only Gram matrices of each fold enter: the error is a function of sums over
examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from wavedistill.students.budget import forward_selection, most_features
from wavedistill.students.effort import SCREENED_ON, WHOLE, Effort, search_work
from wavedistill.students.progress import SILENT, Progress
from wavedistill.students.readings import ReadSignals
from wavedistill.students.ridge import RidgeError, fold_grams, ridge_error
from wavedistill.wavelets import Lattice, Wavelet, known_wavelets

__all__ = [
    "Learned",
    "Start",
    "StudentObjective",
    "count_taps",
    "learn_filters",
    "starts",
]

Array = NDArray[np.float64]

#: How often a descent begins anew, at most, where features are chosen on the way.
_ROUNDS = 4
#: Radians in a descent's unit of length (the first trial of L-BFGS is one unit long).
_UNIT = 0.1
#: Noise on the angles of each level, in radians, where filters per level begin from one for all.
_NOISE = 0.02


@dataclass(frozen=True, eq=False)
class Start:
    """Where a descent begins: free angles, shape (N/2 - 1,), and what they are."""

    free: Array
    name: str


@dataclass(frozen=True, eq=False)
class Learned:
    """Filters that a search found, or known ones that it was compared with.

    Parameters
    ----------
    lowpass : ndarray, shape (levels, N)
        The finest level first; equal rows where one filter serves all levels.
    error : float
        In cross-validation, as a share of the targets' variation.
    start : str
        What the descent began from.
    """

    lowpass: Array
    error: float
    start: str

    @property
    def shared(self) -> bool:
        """Whether one filter serves all levels."""
        return self.taps < self.lowpass.size or len(self.lowpass) == 1

    @property
    def taps(self) -> int:
        """Numbers of the filters: those of each level count if they differ."""
        return count_taps(self.lowpass)


def count_taps(lowpass: Array) -> int:
    """Numbers of filters, shape (levels, N): those of each level count if they differ."""
    return int(lowpass.shape[1] if (lowpass == lowpass[0]).all() else lowpass.size)


@dataclass(frozen=True, eq=False)
class StudentObjective:
    """The error of the student in cross-validation, as a function of the filters.

    Parameters
    ----------
    reader : ReadSignals
    targets : ndarray, shape (n, q)
        Outputs of the network, or responses. Each counts by its variance.
    folds : ndarray of int, shape (n,)
        The fold in which each example is held out.
    max_numbers : int, optional
        The most numbers of the student: taps, weights and intercepts. For any filters, the student
        has the best features that this leaves (`forward_selection` over all examples).
    sample_weight : ndarray, shape (n,), optional
        How often each example counts; 1 if not given.
    """

    reader: ReadSignals
    targets: Array
    folds: NDArray[np.intp]
    max_numbers: int | None = None
    sample_weight: Array | None = None

    def subset(self, rows: NDArray[np.intp]) -> StudentObjective:
        """The objective over some of the examples."""
        weight = None if self.sample_weight is None else self.sample_weight[rows]
        return replace(
            self,
            reader=self.reader.subset(rows),
            targets=self.targets[rows],
            folds=self.folds[rows],
            sample_weight=weight,
        )

    def columns(self, lowpass: Array) -> NDArray[np.intp]:
        """The features of the student with these filters, of shape (levels, N)."""
        return self._read(lowpass)[0]

    def grams(self, lowpass: Array) -> Array:
        """The Gram matrices of each fold with these filters, of the student's features."""
        return self._read(lowpass)[2]

    def error(self, lowpass: Array) -> RidgeError:
        """The error with these filters, of shape (levels, N)."""
        return ridge_error(self.grams(lowpass), self._outputs)

    def at_filters(self, lowpass: Array) -> tuple[float, Array]:
        """The error, and its derivatives by the filters, both of shape (levels, N)."""
        columns, features, grams = self._read(lowpass)
        found = ridge_error(grams, self._outputs)
        rows = np.hstack([np.ones((len(features), 1)), features, self.targets])
        cotangents = np.zeros((len(features), self.reader.count))
        for fold, by_gram in enumerate(found.by_gram):
            held_out = np.flatnonzero(self.folds == fold)
            own = 2 * rows[held_out] @ by_gram[:, 1 : 1 + len(columns)]
            if self.sample_weight is not None:
                own *= self.sample_weight[held_out, None]
            cotangents[np.ix_(held_out, columns)] = own
        return found.value, self.reader.pull(lowpass, cotangents)

    def at_angles(self, free: Array) -> tuple[float, Array]:
        """The error, and its derivatives by free angles.

        Parameters
        ----------
        free : ndarray, shape (N/2 - 1,) or (levels, N/2 - 1)
            Of one filter for all levels, or of one for each level.
        """
        each = np.broadcast_to(free, (self.reader.levels, free.shape[-1]))
        lattice = Lattice(2 * free.shape[-1] + 2)
        filters, jacobians = zip(*map(lattice.jacobian, each), strict=True)
        value, gradient = self.at_filters(np.stack(filters))
        parts = np.stack([j @ g for j, g in zip(jacobians, gradient, strict=True)])
        return value, parts if free.ndim == 2 else parts.sum(axis=0)

    def _read(self, lowpass: Array) -> tuple[NDArray[np.intp], Array, Array]:
        """The columns of the student's features, the features, and their Gram matrices."""
        features = self.reader.features(lowpass)
        count = int(self.folds.max()) + 1
        grams = fold_grams(features, self.targets, self.folds, count, self.sample_weight)
        columns = np.arange(self.reader.count)
        if self.max_numbers is not None:
            count = most_features(self.max_numbers, count_taps(lowpass), self._outputs)
            if count < len(columns):
                columns = forward_selection(grams.sum(axis=0), self._outputs, count)
        if len(columns) == self.reader.count:
            return columns, features, grams
        ends = range(1 + self.reader.count, grams.shape[1])
        kept = np.array([0, *(1 + columns), *ends])
        return columns, features[:, columns], grams[:, kept[:, None], kept]

    @property
    def _outputs(self) -> int:
        return int(self.targets.shape[1])

    @property
    def examples(self) -> float:
        """Examples of equal weights whose means would be as exact (Kish's effective number)."""
        weight = self.sample_weight
        if weight is None:
            return float(len(self.reader))
        return float(weight.sum() ** 2 / np.sum(weight**2))


def starts(
    taps: int, given: Sequence[Wavelet], random: np.random.Generator, effort: Effort = WHOLE
) -> list[Start]:
    """Known and given wavelets that fit, padded with zeros, and random ones.

    Parameters
    ----------
    taps : int
        Length N of the filters.
    given : sequence of Wavelet
        Such as the candidates of a sparsity fit, or a shorter wavelet learned before.
    random : numpy.random.Generator
    effort : Effort
    """
    lattice = Lattice(taps)
    fitting = [w for w in (*given, *known_wavelets(taps)) if len(w.lowpass) <= taps]
    found = [
        Start(lattice.right_inverse(_padded(w.lowpass, taps)), w.name or "given") for w in fitting
    ]
    if lattice.dimension == 0:
        return found
    chosen = random.integers(len(found), size=effort.random)
    spread = random.uniform(0.1, 0.8, (effort.random, 1))
    noise = spread * random.standard_normal((effort.random, lattice.dimension))
    return [
        *found,
        *(
            Start(found[i].free + turn, f"noise on {found[i].name}")
            for i, turn in zip(chosen, noise, strict=True)
        ),
        *(Start(free, "random angles") for free in lattice.sample(random, effort.random)),
    ]


def learn_filters(
    objective: StudentObjective,
    taps: int,
    *,
    per_level: bool = False,
    given: Sequence[Wavelet] = (),
    max_iter: int = 100,
    random: np.random.Generator,
    effort: Effort = WHOLE,
    progress: Progress = SILENT,
) -> list[Learned]:
    """The filters of least error in cross-validation, best first.

    Starts are screened on a part of the examples, the best are descended from there, and the best
    of those on all examples. Filters per level begin from the best filter for all levels.

    Parameters
    ----------
    objective : StudentObjective
    taps : int
        Length N of the filters.
    per_level : bool
        Learn a filter for each level.
    given : sequence of Wavelet
        Starts besides the known wavelets.
    max_iter : int
        Iterations of the last descents.
    random : numpy.random.Generator
    effort : Effort
    progress : Progress
    """
    lattice, levels = Lattice(taps), objective.reader.levels
    count = len(objective.reader)
    rows = np.sort(random.permutation(count)[:SCREENED_ON])
    part = objective.subset(rows) if count > SCREENED_ON else objective

    def shared(free: Array) -> Array:
        return np.tile(lattice.forward(free), (levels, 1))

    parts = progress.named(f"{taps} taps").parts(search_work(count, per_level, effort))
    # The linear algebra is tiny, and BLAS threads would only get into one another's way.
    with threadpool_limits(limits=1, user_api="blas"):
        begun = starts(taps, given, random, effort)
        parts[0](f"{len(begun)} starts")
        errors = [part.error(shared(start.free)).value for start in begun]
        short = [begun[i] for i in np.argsort(errors, kind="stable")[: effort.screened]]
        parts[1](f"{len(short)} descents on {len(part.reader)} examples")
        screened = sorted((_descend(part, start, 25) for start in short), key=lambda d: d[0])
        parts[2](f"{effort.descended} descents on all {count} examples")
        found = sorted(
            (_descend(objective, start, max_iter) for _, start in screened[: effort.descended]),
            key=lambda d: d[0],
        )
        learned = [Learned(shared(start.free), error, start.name) for error, start in found]
        if per_level and lattice.dimension:
            parts[3]("a filter for each level")
            noise = _NOISE * random.standard_normal((levels, lattice.dimension))
            own = Start(np.tile(found[0][1].free, (levels, 1)) + noise, found[0][1].name)
            error, end = _descend(objective, own, 2 * max_iter)
            filters = np.stack([lattice.forward(free) for free in end.free])
            learned = [Learned(filters, error, f"{end.name}, each level its own"), *learned]
    return sorted(learned, key=lambda each: each.error)


def _descend(objective: StudentObjective, start: Start, max_iter: int) -> tuple[float, Start]:
    """Where L-BFGS ends, and the error there.

    With few features, others are chosen on the way: the error jumps, and a descent may end there.
    It then begins anew.
    """
    if start.free.size == 0:
        return objective.at_angles(start.free)[0], start
    error, free = np.inf, start.free
    for _ in range(1 if objective.max_numbers is None else _ROUNDS):
        last = error
        error, free = _minimum(objective, free, max_iter)
        if error > last * (1 - 1e-3):
            break
    return error, Start(free, start.name)


def _minimum(objective: StudentObjective, free: Array, max_iter: int) -> tuple[float, Array]:
    def scaled(units: Array) -> tuple[float, Array]:
        value, gradient = objective.at_angles(_UNIT * units.reshape(free.shape))
        return value, _UNIT * gradient.ravel()

    result = minimize(
        scaled,
        free.ravel() / _UNIT,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": max_iter, "ftol": 1e-7, "gtol": 0.0, "maxls": 10},
    )
    return float(result.fun), _UNIT * result.x.reshape(free.shape)


def _padded(lowpass: Array, taps: int) -> Array:
    before = (taps - len(lowpass)) // 2
    return np.pad(lowpass, (before, taps - len(lowpass) - before))
