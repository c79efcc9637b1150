"""From signals and targets to a fitted student: depth, filters and features, chosen in one CV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.students.budget import most_features
from wavedistill.students.choices import Choices
from wavedistill.students.progress import SILENT, Progress
from wavedistill.students.readings import ReadSignals
from wavedistill.students.ridge import RidgeError, ridge_error, ridge_weights
from wavedistill.students.through import (
    Learned,
    StudentObjective,
    learn_filters,
    search_work,
)
from wavedistill.wavelets import Wavelet, known_wavelets, orthogonal_names

__all__ = ["Candidate", "Fitted", "fit_filters", "fit_readings"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

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
    error : RidgeError
        Of the student in cross-validation, with its penalty.
    checked : (float, float) or None
        Mean gain of the learned over the known filter, as a share of the targets' variation, and
        its standard error, on folds that neither search had seen; None where it was not checked.
    """

    reader: ReadSignals
    candidates: list[Candidate]
    chosen: Candidate
    named: Candidate
    columns: Integers
    error: RidgeError
    checked: tuple[float, float] | None


def fit_filters(
    signals: Floats,
    targets: Array,
    folds: Integers,
    choices: Choices,
    *,
    given: Sequence[Wavelet] = (),
    random: np.random.Generator,
    progress: Progress = SILENT,
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
    progress : Progress
    """
    choices = _affordable(choices, targets.shape[1])
    parts = progress.parts(_work(signals, folds, choices))
    parts[0](f"known wavelets, {len(choices.levels)} depths")
    objective, named = _deep_enough(signals, targets, folds, choices)
    found = _learned(objective, choices, given, random, parts[1]) if choices.search else []
    gains, checked = bool(found) and _is_better(objective, found[0], named), None
    if gains and _few(objective.reader, choices):
        # The support and whether filters differ stay as they were chosen, to save time.
        length, shared = found[0].lowpass.shape[1], found[0].shared
        narrowed = replace(choices, supports=(length,), per_level=not shared)
        checked = _checked_gain(objective, narrowed, given, random, parts[2])
        gains = checked[0] > checked[1]
    best = found[0] if gains else named
    error, columns = objective.error(best.lowpass), objective.columns(best.lowpass)
    chosen = _candidate(best, error.value)
    others = [_candidate(each, each.error) for each in [*found, named]]
    candidates = sorted([chosen, *others], key=lambda each: each.error)
    reader = objective.reader
    return Fitted(reader, candidates, chosen, others[-1], columns, error, checked)


def fit_readings(
    signals: Floats,
    targets: Array,
    folds: Integers,
    choices: Sequence[Choices],
    *,
    given: Sequence[Wavelet] = (),
    random: np.random.Generator,
    progress: Progress = SILENT,
) -> Fitted:
    """`fit_filters` with each of several readings, and the simplest that is good enough.

    It is the one with the fewest features within one standard error of the least error.
    """
    found = []
    parts = progress.parts([1.0] * len(choices))
    for each, part in zip(choices, parts, strict=True):
        own = part.named(each.reading.name)
        found.append(
            fit_filters(signals, targets, folds, each, given=given, random=random, progress=own)
        )
    least = min(found, key=lambda fitted: fitted.error.value)
    for fitted in sorted(found, key=lambda fitted: len(fitted.columns)):
        if fitted.error.is_within_one_standard_error(least.error):
            return fitted
    return least


def _work(signals: Floats, folds: Integers, choices: Choices) -> tuple[float, ...]:
    """About how much work the steps of `fit_filters` are, in readings of an example.

    The steps are the depth, the search, and its check on held-out folds.
    """
    known = float(len(signals) * len(known_wavelets(choices.longest_known)))
    one = sum(search_work(len(signals), choices.per_level is not False)) if choices.search else 0.0
    few = _few(ReadSignals(signals, choices.reading, choices.levels[-1], choices.mode), choices)
    return (
        known * len(choices.levels),
        one * len(choices.supports),
        (one + known) * int(folds.max() + 1) * few,
    )


def _deep_enough(
    signals: Floats, targets: Array, folds: Integers, choices: Choices
) -> tuple[StudentObjective, Learned]:
    """The least depth at which the best known wavelet errs within one standard error of the least.

    That wavelet comes with it. The depth is chosen with known wavelets, since a search at each
    depth would take its time.
    """
    found: list[tuple[StudentObjective, Learned, RidgeError]] = []
    for levels in choices.levels:
        reader = ReadSignals(signals, choices.reading, levels, choices.mode)
        objective = StudentObjective(reader, targets, folds, choices.max_numbers)
        best = _best_known(objective, choices)
        found.append((objective, best, objective.error(best.lowpass)))
    least = min((error for _, _, error in found), key=lambda error: error.value)
    limit = least.value + least.standard_error
    return next((objective, best) for objective, best, error in found if error.value <= limit)


def _best_known(objective: StudentObjective, choices: Choices) -> Learned:
    """The known wavelet of least error, of equals the shortest; or the filters that are given."""
    levels, fixed = objective.reader.levels, choices.fixed
    if len(set(fixed)) > 1:
        lowpass = np.stack([wavelet.lowpass for wavelet in fixed])
        return Learned(lowpass, objective.error(lowpass).value, "one per level")
    longest = choices.longest_known
    if choices.max_numbers is not None:
        # A known wavelet has to leave a feature.
        longest = min(longest, choices.max_numbers - 2 * objective.targets.shape[1])
    known = fixed[:1] or known_wavelets(longest)
    found = []
    for wavelet in sorted(known, key=lambda w: len(w.lowpass)):
        lowpass = np.tile(wavelet.lowpass, (levels, 1))
        found.append(Learned(lowpass, objective.error(lowpass).value, wavelet.name or "unnamed"))
    return min(found, key=lambda each: each.error)


def _affordable(choices: Choices, outputs: int) -> Choices:
    """The supports that leave a feature within `max_numbers`."""
    most = choices.max_numbers
    if most is None:
        return choices
    supports = choices.supports if choices.search else (2,)
    if choices.fixed:
        supports = (sum(len(wavelet.lowpass) for wavelet in set(choices.fixed)),)
    kept = tuple(taps for taps in supports if most_features(most, taps, outputs))
    if not kept:
        raise ValueError(
            f"max_numbers={most} leaves no feature: the filters have {min(supports)} taps, and "
            f"{outputs} intercepts and a weight of one feature for each output come on top; raise "
            f"it to {min(supports) + 2 * outputs} or more, or shorten the support."
        )
    return replace(choices, supports=kept)


def _learned(
    objective: StudentObjective,
    choices: Choices,
    given: Sequence[Wavelet],
    random: np.random.Generator,
    progress: Progress,
) -> list[Learned]:
    """Learned filters, the chosen one first.

    Supports grow, and each search also begins from what the shorter one found. The filters with the
    fewest taps within one standard error of the best are chosen.
    """
    found: list[Learned] = []
    per_level = choices.per_level is not False
    work = sum(search_work(len(objective.reader), per_level))
    parts = progress.parts([work] * len(choices.supports))
    for taps, part in zip(choices.supports, parts, strict=True):
        shared = [each.lowpass[0] for each in found if each.shared][:1]
        found += learn_filters(
            objective,
            taps,
            per_level=per_level,
            given=[*given, *(Wavelet(row, name=f"{len(row)} taps") for row in shared)],
            random=random,
            progress=part,
        )
        found.sort(key=lambda each: each.error)
    allowed = [
        each
        for each in found
        if choices.per_level is not True or not each.shared or each.lowpass.shape[1] == 2
    ]
    best = _simplest(objective, allowed or found)
    return [best, *(each for each in found if each is not best)]


def _simplest(objective: StudentObjective, found: Sequence[Learned]) -> Learned:
    """The one with the fewest taps whose error is within one standard error of the least.

    The standard error is that of the difference over the folds.
    """
    least = min(found, key=lambda each: each.error)
    fewer = [each for each in found if each.taps < least.taps]
    reference = objective.error(least.lowpass)
    for each in sorted(fewer, key=lambda each: (each.taps, each.error)):
        if objective.error(each.lowpass).is_within_one_standard_error(reference):
            return each
    return least


def _is_better(objective: StudentObjective, learned: Learned, known: Learned) -> bool:
    """Whether the learned filters gain more than a standard error over the known one."""
    errors = [objective.error(each.lowpass) for each in (known, learned)]
    return learned.error < known.error and not errors[0].is_within_one_standard_error(errors[1])


def _few(reader: ReadSignals, choices: Choices) -> bool:
    """Whether there are few examples for the angles that are searched and the features."""
    angles = max(choices.supports) // 2 - 1
    angles *= reader.levels if choices.per_level is not False else 1
    return len(reader) < _EXAMPLES_PER_NUMBER * (angles + reader.count)


def _checked_gain(
    objective: StudentObjective,
    choices: Choices,
    given: Sequence[Wavelet],
    random: np.random.Generator,
    progress: Progress,
) -> tuple[float, float]:
    """The gain of the learned over the known filter on held-out folds, and its standard error.

    Both are chosen anew on the other folds.
    """
    differences = []
    count = int(objective.folds.max()) + 1
    for fold, part in enumerate(progress.parts([1.0] * count)):
        rows = np.flatnonzero(objective.folds != fold)
        # The folds that are left, numbered anew.
        inner = np.unique(objective.folds[rows], return_inverse=True)[1]
        seen = replace(objective.subset(rows), folds=inner)
        if inner.max() == 0:
            return 0.0, 0.0
        part(f"few examples: does the learned filter gain on fold {fold + 1} of {count}?")
        learned = _learned(seen, choices, given, random, SILENT)[0]
        known = _best_known(seen, choices)
        errors = [_held_out(objective, seen, each, fold) for each in (known, learned)]
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
    features = features[:, seen.columns(learned.lowpass)]
    errors = objective.targets[rows] - features @ fit.weights - fit.intercept
    squared: Array = (errors**2).sum(axis=1)
    return squared


def _candidate(learned: Learned, error: float) -> Candidate:
    each = [Wavelet(row) for row in learned.lowpass]
    if learned.shared:
        name = learned.start if learned.start in _KNOWN else ""
        each = [Wavelet(learned.lowpass[0], name=name)] * len(each)
    return Candidate(tuple(each), error, learned.start)
