"""Does the distilled wavelet matter? Nested cross-validation against everything simpler."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils.parallel import Parallel, delayed

from wavedistill.attribution import Attributions
from wavedistill.frequencies import Sampling, SamplingRate
from wavedistill.students.arguments import as_columns, seed_of
from wavedistill.students.comparison import Comparison, ComparisonRow
from wavedistill.students.distilled import DistilledStudent
from wavedistill.students.held_out import Score, paired_score
from wavedistill.students.problem import Problem
from wavedistill.students.progress import Progress, Verbose
from wavedistill.students.rivals import Attempt, Rival, rivals

__all__ = ["check_student", "compare"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]


def compare(
    student: DistilledStudent,
    X: ArrayLike,
    y: ArrayLike | None = None,
    *,
    teacher: ArrayLike | None = None,
    attributions: Attributions | ArrayLike | None = None,
    random_teacher: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    cv: Any = 5,
    n_jobs: int | None = None,
    random_state: int | np.random.Generator | np.random.RandomState | None = 0,
    sampling_rate: SamplingRate = None,
    known_reading: str | None = None,
    verbose: Verbose = False,
) -> Comparison:
    """Hold a distilled student against everything simpler, in nested cross-validation.

    For every fold, everything is learned and chosen anew from the other folds: wavelet, depth,
    features, penalties. The rows of the result are

    - ``"distilled"``: the student as it is.
    - ``"best known wavelet"``: the same student with PyWavelets' wavelet of least error in its own
      cross-validation.
    - ``"data alone"``: the same student learned from `y` without the network; or, unless both `y`
      and `teacher` are given, with the wavelet in which the signals are sparsest.
    - ``"random teacher"``: a wavelet learned from the outputs of a network with random weights, in
      a student with weights as in the first row. Without `random_teacher` it is a ``"permuted
      teacher"`` (or ``"permuted y"``): the right outputs in random order.
    - ``"raw samples"`` and ``"spectrum"``: ridge or logistic regression of the samples, and of 17
      log-powers of Welch's spectrum, to `y` or to the network (for classes, to its decisions),
      whichever predicts `y` better in cross-validation. Images have their pixels, and log-powers
      averaged over 17 rings of frequencies (fewer for less than 32 pixels).

    Parameters
    ----------
    student : DistilledClassifier or DistilledRegressor
        With ``wavelet="learned"``. It need not be fitted, and is left as it is.
    X : array_like, shape (n, ...)
        Signals or images.
    y : array_like, shape (n,) or (n, outputs), optional
        Classes or responses. With them, accuracy or R2 is the main score.
    teacher : array_like, shape (n,) or (n, outputs), optional
        The network's outputs for X. Fidelity is the share of examples with the network's class, or
        R2 against the network's outputs.
    attributions : Attributions or array_like, optional
        Of the network, for the distilled student.
    random_teacher : array_like, shape (n,) or (n, outputs), optional
        The outputs of a network with random weights for X.
    groups : array_like, shape (n,), optional
        Examples of a group are never on both sides of a split, and are resampled together.
    cv : int, splitter or iterable
        The outer folds, as in scikit-learn; they must hold out each example once.
    n_jobs : int, optional
        Processes.
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None
        Of folds, permutation and bootstrap.
    sampling_rate : float or (float, str), optional
        As for `feature_names` of a student, to tell how far the spectrum reaches.
    known_reading : str, optional
        The reading of the best known wavelet's student, if it is another one: ``"auto"`` chooses it
        in each fold.
    verbose : bool or callable
        As for `DistilledRegressor`. That of the student plays no part.

    Returns
    -------
    Comparison

    Raises
    ------
    TypeError
        If `student` is no distilled student.
    ValueError
        If it does not learn its wavelet, if its `cv` is a list of splits, if a training part lacks
        a class, and for data that its fit refuses.

    Examples
    --------
    >>> import numpy as np
    >>> import wavedistill as wd
    >>> X = np.random.default_rng(0).standard_normal((60, 32)).cumsum(axis=1)
    >>> outputs = np.log(np.mean(X**2, axis=1))
    >>> student = wd.DistilledRegressor("energy", levels=1, support=4, cv=3)
    >>> found = wd.compare(student, X, teacher=outputs, cv=3)
    >>> [row.model for row in found.rows][:3]
    ['distilled', 'best known wavelet', 'data alone']
    >>> found.verdict.startswith("The wavelet does not matter here: use ")
    True
    """
    check_student(student)
    Sampling.of(sampling_rate)
    progress = Progress.of(verbose)
    student = clone(student).set_params(verbose=False)
    problem = Problem.of(student, X, y, teacher, attributions, groups)
    seed = seed_of(random_state)
    number = int(np.random.default_rng(seed).integers(2**31 - 1))
    misleading = None
    if random_teacher is not None:
        as_columns(random_teacher, len(problem), "random_teacher")
        misleading = np.asarray(random_teacher)
    folds = problem.folds(cv, number)
    splits = problem.splits(folds)
    problem.require_classes(splits)
    others = rivals(student, problem, misleading, sampling_rate, number, known_reading)
    attempts = _attempts(others, problem, splits, number, n_jobs, progress)
    held_out = [_held_out(each, problem, splits) for each in attempts]
    rows = tuple(
        _row(rival, own, scores, held_out[0], problem.groups, number)
        for rival, own, scores in zip(others, attempts, held_out, strict=True)
    )
    smallest = min(len(train) for train, _ in splits)
    return Comparison(rows, problem.measure, len(problem), len(splits), smallest)


def check_student(student: object) -> None:
    """Refuse what cannot be compared."""
    if not isinstance(student, DistilledStudent):
        raise TypeError(
            f"student is a {type(student).__name__}; give a DistilledClassifier or a "
            "DistilledRegressor."
        )
    if not isinstance(student.wavelet, str) or student.wavelet != "learned":
        raise ValueError(
            f"the student has wavelet={student.wavelet!r} and learns none; give one with "
            "wavelet='learned'."
        )
    if not isinstance(student.cv, int | np.integer) and not hasattr(student.cv, "split"):
        raise ValueError(
            "the student's cv lists splits of all examples, and each fold of a comparison has "
            "others; give the student a number of folds or a splitter."
        )


def _attempts(
    others: Sequence[Rival],
    problem: Problem,
    splits: Sequence[tuple[Integers, Integers]],
    seed: int,
    n_jobs: int | None,
    progress: Progress,
) -> list[list[Attempt]]:
    """What each rival made of each fold."""
    pairs = [(rival, fold) for fold in range(len(splits)) for rival in range(len(others))]
    jobs = (
        delayed(others[rival].attempt)(problem, *splits[fold], seed + fold) for rival, fold in pairs
    )
    found: dict[tuple[int, int], Attempt] = {}
    parts = progress.parts([others[rival].work for rival, _ in pairs])
    with progress.watching():
        attempts = Parallel(n_jobs=n_jobs, return_as="generator")(jobs)
        for (rival, fold), part in zip(pairs, parts, strict=True):
            part(f"comparison: fold {fold + 1} of {len(splits)}, {others[rival].name}")
            found[rival, fold] = next(attempts)
    return [[found[rival, fold] for fold in range(len(splits))] for rival in range(len(others))]


def _held_out(
    attempts: Sequence[Attempt], problem: Problem, splits: Sequence[tuple[Integers, Integers]]
) -> dict[str, Array]:
    """What each example adds to each score, when it is held out."""
    predicted = np.zeros_like(problem.goal)
    for attempt, (_, held_out) in zip(attempts, splits, strict=True):
        predicted[held_out] = attempt.predicted
    return {name: problem.per_example(name, predicted) for name in problem.truths}


def _row(
    rival: Rival,
    attempts: Sequence[Attempt],
    scores: Mapping[str, Array],
    distilled: Mapping[str, Array],
    groups: NDArray[Any] | None,
    seed: int,
) -> ComparisonRow:
    chosen: dict[str, Score] = {
        name: paired_score(own, distilled[name], groups, seed) for name, own in scores.items()
    }
    choice, count = Counter(attempt.choice for attempt in attempts).most_common(1)[0]
    return ComparisonRow(
        rival.name,
        chosen,
        choice,
        count,
        int(np.median([attempt.numbers for attempt in attempts])),
        float(np.mean([attempt.seconds for attempt in attempts])),
        rival.phrase,
    )
