"""From signals and targets to a fitted student: depth, filters and features, chosen in one CV."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.modes import Mode
from wavedistill.students.readings import Reading, ReadSignals
from wavedistill.students.ridge import RidgeError, ridge_error, ridge_weights
from wavedistill.students.through import (
    Learned,
    StudentObjective,
    learn_filters,
    refine_filters,
)
from wavedistill.wavelets import Wavelet, known_wavelets, orthogonal_names

__all__ = ["Candidate", "Choices", "Fitted", "fit_filters"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

#: Depths that levels="auto" tries at most, and supports that support="auto" grows through.
_DEEPEST, _SUPPORTS = 6, (4, 8, 12, 16, 24)
#: Fewer examples than this for each angle and feature: the learned filter has to show its gain on
#: folds that its search did not see.
_EXAMPLES_PER_NUMBER = 30
_KNOWN = frozenset(orthogonal_names())


class Candidate(NamedTuple):
    """Filters that were compared: one wavelet per level, the finest first.

    `error` is that of the student in cross-validation, as a share of the targets' variation.
    """

    wavelets: tuple[Wavelet, ...]
    error: float
    start: str

    @property
    def taps(self) -> int:
        """Numbers of the filters: those of each level count if they differ."""
        return sum(len(wavelet.lowpass) for wavelet in set(self.wavelets))


@dataclass(frozen=True)
class Choices:
    """What a fit may choose from, its parameters checked.

    Parameters
    ----------
    reading : Reading
    levels, supports : tuple of int
        Depths, and lengths of the filters in ascending order.
    per_level : bool
        Whether each level has a filter of its own.
    mode : str
    max_numbers : int or None
        The most numbers that the student may have: taps, weights and intercepts.
    """

    reading: Reading
    levels: tuple[int, ...]
    supports: tuple[int, ...]
    per_level: bool
    mode: Mode
    max_numbers: int | None = None

    @classmethod
    def of(
        cls,
        reading: Reading,
        levels: int | str,
        support: int | str,
        *,
        per_level: bool,
        mode: Mode,
        max_numbers: int | None,
        length: int,
    ) -> Choices:
        """With ``"auto"`` spelt out for signals of a length."""
        deepest = max(1, min(_DEEPEST, int(np.log2(max(length, 2))) - 2))
        depths = range(min(3, deepest), deepest + 1) if levels == "auto" else [int(levels)]
        supports = [s for s in _SUPPORTS if s <= max(4, length)]
        chosen = supports if support == "auto" else [int(support)]
        return cls(reading, tuple(depths), tuple(chosen), per_level, mode, max_numbers)


@dataclass(frozen=True, eq=False)
class Fitted:
    """What `fit_filters` found.

    Parameters
    ----------
    reader : ReadSignals
        The signals, read at the depth chosen.
    candidates : list of Candidate
        Best first; among them the best known wavelet.
    chosen, named : Candidate
        The filters of the student, and the best known wavelet.
    columns : ndarray of int
        The features of the student.
    penalty : float
        The ridge penalty of the student.
    checked : (float, float) or None
        Mean gain of the learned over the known filter, as a share of the targets' variation, and
        its standard error, on folds that neither search had seen; None where it was not checked.
    """

    reader: ReadSignals
    candidates: list[Candidate]
    chosen: Candidate
    named: Candidate
    columns: Integers
    penalty: float
    checked: tuple[float, float] | None


def fit_filters(
    signals: Floats,
    targets: Array,
    folds: Integers,
    choices: Choices,
    *,
    given: Sequence[Wavelet] = (),
    random: np.random.Generator,
    notify: Callable[[str], None] = lambda message: None,
) -> Fitted:
    """Choose the depth, learn the filters, and hold them against the best known wavelet.

    Parameters
    ----------
    signals : ndarray, shape (n, channels, length)
        Of mean square about 1.
    targets : ndarray, shape (n, q)
    folds : ndarray of int, shape (n,)
    choices : Choices
    given : sequence of Wavelet
        Starts besides the known wavelets.
    random : numpy.random.Generator
    notify : callable
    """
    objective = _deep_enough(signals, targets, folds, choices)
    named = _best_known(objective, max(choices.supports))
    found = _learned(objective, choices, given, random, notify)
    gains, checked = found[0].error < named.error, None
    if gains and _few(objective, choices):
        notify("few examples: the learned filter is checked on folds that it has not seen")
        checked = _checked_gain(objective, choices, given, random)
        gains = checked[0] > checked[1]
    best, columns = found[0] if gains else named, np.arange(objective.reader.count)
    if choices.max_numbers is not None:
        notify("fewer numbers")
        best, columns = _within_budget(objective, best, choices, learn=gains)
    final = replace(objective, columns=columns).error(best.lowpass)
    chosen = _candidate(best, final.value)
    others = [_candidate(each, each.error) for each in [*found, named]]
    candidates = sorted([chosen, *others], key=lambda each: each.error)
    reader = objective.reader
    return Fitted(reader, candidates, chosen, others[-1], columns, final.penalty, checked)


def _deep_enough(
    signals: Floats, targets: Array, folds: Integers, choices: Choices
) -> StudentObjective:
    """The least depth at which the best known wavelet errs within one standard error of the least.

    The depth is chosen with known wavelets, since a search at each would take its time.
    """
    found: list[tuple[StudentObjective, RidgeError]] = []
    for levels in choices.levels:
        reader = ReadSignals(signals, choices.reading, levels, choices.mode)
        objective = StudentObjective(reader, targets, folds)
        best = _best_known(objective, max(choices.supports))
        found.append((objective, objective.error(best.lowpass)))
    least = min((error for _, error in found), key=lambda error: error.value)
    limit = least.value + least.standard_error
    return next(objective for objective, error in found if error.value <= limit)


def _best_known(objective: StudentObjective, longest: int) -> Learned:
    """The known wavelet of least error; of equals the shortest."""
    levels = objective.reader.levels
    found = []
    for wavelet in sorted(known_wavelets(longest), key=lambda w: len(w.lowpass)):
        lowpass = np.tile(wavelet.lowpass, (levels, 1))
        found.append(Learned(lowpass, objective.error(lowpass).value, wavelet.name))
    return min(found, key=lambda each: each.error)


def _learned(
    objective: StudentObjective,
    choices: Choices,
    given: Sequence[Wavelet],
    random: np.random.Generator,
    notify: Callable[[str], None],
) -> list[Learned]:
    """Learned filters, the chosen one first.

    Supports grow, each search beginning from what the shorter one found. The shortest filter within
    one standard error of the best is chosen.
    """
    rounds: list[list[Learned]] = []
    for taps in choices.supports:
        before = [Wavelet(r[0].lowpass[0], name=f"{len(r[0].lowpass[0])} taps") for r in rounds]
        rounds.append(
            learn_filters(
                objective,
                taps,
                per_level=choices.per_level,
                given=[*given, *(w for w in before if not choices.per_level)],
                random=random,
                notify=notify,
            )
        )
    least = min((each[0] for each in rounds), key=lambda best: best.error)
    limit = least.error
    if len(rounds) > 1:
        limit += objective.error(least.lowpass).standard_error
    first = next(each for each in rounds if each[0].error <= limit)
    others = (each for found in rounds for each in found if each is not first[0])
    return [first[0], *sorted(others, key=lambda each: each.error)]


def _few(objective: StudentObjective, choices: Choices) -> bool:
    """Whether there are few examples for the angles that are searched and the features."""
    angles = max(choices.supports) // 2 - 1
    angles *= objective.reader.levels if choices.per_level else 1
    return len(objective.reader) < _EXAMPLES_PER_NUMBER * (angles + objective.reader.count)


def _checked_gain(
    objective: StudentObjective,
    choices: Choices,
    given: Sequence[Wavelet],
    random: np.random.Generator,
) -> tuple[float, float]:
    """The gain of the learned over the known filter on held-out folds, and its standard error.

    Both are chosen anew on the other folds.
    """
    differences = []
    for fold in range(int(objective.folds.max()) + 1):
        rows = np.flatnonzero(objective.folds != fold)
        # The folds that are left, numbered anew.
        inner = np.unique(objective.folds[rows], return_inverse=True)[1]
        seen = replace(objective.subset(rows), folds=inner)
        if inner.max() == 0:
            return 0.0, 0.0
        quiet = _learned(seen, choices, given, random, lambda message: None)[0]
        known = _best_known(seen, max(choices.supports))
        errors = [_held_out(objective, seen, each, fold) for each in (known, quiet)]
        differences.append(errors[0] - errors[1])
    gain = np.concatenate(differences) / objective.targets.var(axis=0).sum()
    return float(gain.mean()), float(gain.std(ddof=1) / np.sqrt(len(gain)))


def _held_out(
    objective: StudentObjective, seen: StudentObjective, learned: Learned, fold: int
) -> Array:
    """Squared errors on a fold of the student that the other folds made, per example."""
    outputs = objective.targets.shape[1]
    grams = seen.grams(learned.lowpass)
    fit = ridge_weights(grams.sum(axis=0), outputs, ridge_error(grams, outputs).penalty)
    rows = np.flatnonzero(objective.folds == fold)
    features = objective.subset(rows).reader.features(learned.lowpass)
    errors = objective.targets[rows] - features @ fit.weights - fit.intercept
    squared: Array = (errors**2).sum(axis=1)
    return squared


def _within_budget(
    objective: StudentObjective, best: Learned, choices: Choices, *, learn: bool
) -> tuple[Learned, Integers]:
    """The best few features, and the filters descended anew for them."""
    outputs = objective.targets.shape[1]
    taps = best.lowpass.size if _differ(best.lowpass) else best.lowpass.shape[1]
    budget = (choices.max_numbers or 0) - taps - outputs
    count = min(budget // outputs, objective.reader.count)
    if count < 1:
        raise ValueError(
            f"max_numbers={choices.max_numbers} leaves no feature: the filters have {taps} taps, "
            f"and {outputs} intercepts and a weight of one feature for each output come on top; "
            f"raise it to {taps + 2 * outputs} or more, or shorten the support."
        )
    columns = _selected(objective, best, count)
    if learn and count < objective.reader.count:
        for _ in range(2):
            best = refine_filters(replace(objective, columns=columns), best)
            columns = _selected(objective, best, count)
    return best, columns


def _selected(objective: StudentObjective, best: Learned, count: int) -> Integers:
    """Features added one by one, each the one that lowers the error most."""
    grams, outputs = objective.grams(best.lowpass), objective.targets.shape[1]
    width = objective.reader.count
    ends = list(range(1 + width, 1 + width + outputs))
    chosen: list[int] = []
    for _ in range(count):
        left = [column for column in range(width) if column not in chosen]
        errors = []
        for column in left:
            kept = [0, *(1 + c for c in (*chosen, column)), *ends]
            errors.append(ridge_error(grams[:, kept][:, :, kept], outputs).value)
        chosen.append(left[int(np.argmin(errors))])
    return np.sort(np.array(chosen, dtype=np.intp))


def _candidate(learned: Learned, error: float) -> Candidate:
    each = [Wavelet(row) for row in learned.lowpass]
    if not _differ(learned.lowpass):
        name = learned.start if learned.start in _KNOWN else ""
        each = [Wavelet(learned.lowpass[0], name=name)] * len(each)
    return Candidate(tuple(each), error, learned.start)


def _differ(lowpass: Array) -> bool:
    return bool((lowpass != lowpass[0]).any())
