"""Learn the wavelet through the student: the one whose readable model matches the network.

    minimise over the angles of the filters, and over the ridge penalty,
        error in cross-validation of ridge(features(X) -> targets) / variation of the targets

The ridge weights are eliminated in closed form (`wavedistill.students.ridge`), so the filters are
all that is searched. Only Gram matrices of each fold enter: the error is a function of sums over
examples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from wavedistill.students.readings import ReadSignals
from wavedistill.students.ridge import RidgeError, fold_grams, ridge_error
from wavedistill.wavelets import Lattice, Wavelet, known_wavelets

__all__ = ["Learned", "Start", "StudentObjective", "learn_filters", "refine_filters", "starts"]

Array = NDArray[np.float64]

#: How many examples starts are screened on, and how many are descended from.
_SCREENED_ON, _SCREENED, _DESCENDED = 500, 10, 3
#: Random starts of either kind: noise on known wavelets, and any angles.
_RANDOM_STARTS = 200
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
        return bool((self.lowpass == self.lowpass[0]).all())

    @property
    def taps(self) -> int:
        """Numbers of the filters: those of each level count if they differ."""
        return int(self.lowpass.shape[1] if self.shared else self.lowpass.size)


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
    columns : ndarray of int, optional
        The features that the student has; all if not given.
    """

    reader: ReadSignals
    targets: Array
    folds: NDArray[np.intp]
    columns: NDArray[np.intp] | None = None

    def subset(self, rows: NDArray[np.intp]) -> StudentObjective:
        """The objective over some of the examples."""
        reader = self.reader.subset(rows)
        return StudentObjective(reader, self.targets[rows], self.folds[rows], self.columns)

    def grams(self, lowpass: Array) -> Array:
        """The Gram matrices of each fold with these filters, of shape (levels, N)."""
        return fold_grams(self._chosen(lowpass), self.targets, self.folds, self._fold_count)

    def error(self, lowpass: Array) -> RidgeError:
        """The error with these filters, of shape (levels, N)."""
        return ridge_error(self.grams(lowpass), self.targets.shape[1])

    def at_filters(self, lowpass: Array) -> tuple[float, Array]:
        """The error, and its derivatives by the filters, both of shape (levels, N)."""
        features = self._chosen(lowpass)
        grams = fold_grams(features, self.targets, self.folds, self._fold_count)
        found = ridge_error(grams, self.targets.shape[1])
        rows = np.hstack([np.ones((len(features), 1)), features, self.targets])
        width = features.shape[1]
        own = np.empty_like(features)
        for fold in range(self._fold_count):
            held_out = self.folds == fold
            own[held_out] = 2 * rows[held_out] @ found.by_gram[fold][:, 1 : 1 + width]
        cotangents = own
        if self.columns is not None:
            cotangents = np.zeros((len(features), self.reader.count))
            cotangents[:, self.columns] = own
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

    def _chosen(self, lowpass: Array) -> Array:
        features = self.reader.features(lowpass)
        return features if self.columns is None else features[:, self.columns]

    @property
    def _fold_count(self) -> int:
        return int(self.folds.max()) + 1


def starts(taps: int, given: Sequence[Wavelet], random: np.random.Generator) -> list[Start]:
    """Known and given wavelets that fit, padded with zeros, and random ones.

    Parameters
    ----------
    taps : int
        Length N of the filters.
    given : sequence of Wavelet
        Such as the candidates of a sparsity fit, or a shorter wavelet learned before.
    random : numpy.random.Generator
    """
    lattice = Lattice(taps)
    fitting = [w for w in (*given, *known_wavelets(taps)) if len(w.lowpass) <= taps]
    found = [
        Start(lattice.right_inverse(_padded(w.lowpass, taps)), w.name or "given") for w in fitting
    ]
    if lattice.dimension == 0:
        return found
    chosen = random.integers(len(found), size=_RANDOM_STARTS)
    spread = random.uniform(0.1, 0.8, (_RANDOM_STARTS, 1))
    noise = spread * random.standard_normal((_RANDOM_STARTS, lattice.dimension))
    return [
        *found,
        *(
            Start(found[i].free + turn, f"noise on {found[i].name}")
            for i, turn in zip(chosen, noise, strict=True)
        ),
        *(Start(free, "random angles") for free in lattice.sample(random, _RANDOM_STARTS)),
    ]


def learn_filters(
    objective: StudentObjective,
    taps: int,
    *,
    per_level: bool = False,
    given: Sequence[Wavelet] = (),
    max_iter: int = 100,
    random: np.random.Generator,
    notify: Callable[[str], None] = lambda message: None,
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
    notify : callable
        Told in a few words what begins.
    """
    lattice, levels = Lattice(taps), objective.reader.levels
    count = len(objective.reader)
    rows = np.sort(random.permutation(count)[:_SCREENED_ON])
    part = objective.subset(rows) if count > _SCREENED_ON else objective

    def shared(free: Array) -> Array:
        return np.tile(lattice.forward(free), (levels, 1))

    # The linear algebra is tiny, and BLAS threads would only get into one another's way.
    with threadpool_limits(limits=1, user_api="blas"):
        begun = starts(taps, given, random)
        notify(f"{taps} taps: {len(begun)} starts")
        errors = [part.error(shared(start.free)).value for start in begun]
        short = [begun[i] for i in np.argsort(errors, kind="stable")[:_SCREENED]]
        screened = sorted((_descend(part, start, 25) for start in short), key=lambda d: d[0])
        notify(f"{taps} taps: descents on all examples")
        found = sorted(
            (_descend(objective, start, max_iter) for _, start in screened[:_DESCENDED]),
            key=lambda d: d[0],
        )
        learned = [Learned(shared(start.free), error, start.name) for error, start in found]
        if per_level and lattice.dimension:
            notify(f"{taps} taps: a filter for each level")
            noise = _NOISE * random.standard_normal((levels, lattice.dimension))
            own = Start(np.tile(found[0][1].free, (levels, 1)) + noise, found[0][1].name)
            error, end = _descend(objective, own, 2 * max_iter)
            filters = np.stack([lattice.forward(free) for free in end.free])
            learned = [Learned(filters, error, f"{end.name}, each level its own"), *learned]
    return sorted(learned, key=lambda each: each.error)


def refine_filters(objective: StudentObjective, learned: Learned, max_iter: int = 100) -> Learned:
    """Descend from filters that were learned before, for another set of features say."""
    lattice = Lattice(learned.lowpass.shape[1])
    rows = learned.lowpass[:1] if learned.shared else learned.lowpass
    free = np.stack([lattice.right_inverse(row) for row in rows])
    with threadpool_limits(limits=1, user_api="blas"):
        start = Start(free[0] if learned.shared else free, learned.start)
        error, end = _descend(objective, start, max_iter)
    each = np.broadcast_to(end.free, (len(learned.lowpass), lattice.dimension))
    lowpass = np.stack([lattice.forward(free) for free in each])
    return Learned(lowpass, error, end.name)


def _descend(objective: StudentObjective, start: Start, max_iter: int) -> tuple[float, Start]:
    """Where L-BFGS ends, and the error there."""
    shape = start.free.shape
    if start.free.size == 0:
        return objective.at_angles(start.free)[0], start

    def scaled(units: Array) -> tuple[float, Array]:
        value, gradient = objective.at_angles(_UNIT * units.reshape(shape))
        return value, _UNIT * gradient.ravel()

    result = minimize(
        scaled,
        start.free.ravel() / _UNIT,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": max_iter, "ftol": 1e-7, "gtol": 0.0, "maxls": 10},
    )
    return float(result.fun), Start(_UNIT * result.x.reshape(shape), start.name)


def _padded(lowpass: Array, taps: int) -> Array:
    before = (taps - len(lowpass)) // 2
    return np.pad(lowpass, (before, taps - len(lowpass) - before))
