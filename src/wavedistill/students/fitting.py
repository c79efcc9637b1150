"""From signals and targets to a fitted student: depth, filters and features, chosen in one CV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.students.candidate import Candidate, TriedReading
from wavedistill.students.choices import Choices
from wavedistill.students.effort import LIGHT, search_work
from wavedistill.students.known import affordable, best_known
from wavedistill.students.progress import SILENT, Progress
from wavedistill.students.reach import glance, within_reach
from wavedistill.students.readings import ReadSignals
from wavedistill.students.ridge import RidgeError
from wavedistill.students.supports import is_per_level, learned_filters
from wavedistill.students.through import Learned, StudentObjective
from wavedistill.students.unseen import gain_on_unseen_folds
from wavedistill.wavelets import Wavelet, known_wavelets

__all__ = ["Fitted", "fit_readings"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

#: Fewer examples than this for each angle and feature: the learned filter has to show its gain on
#: folds that its search did not see.
_EXAMPLES_PER_NUMBER = 30


@dataclass(frozen=True, eq=False)
class Fitted:
    """What `fit_readings` found.

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
    tried : tuple of TriedReading
        All readings, in the order given.
    """

    reader: ReadSignals
    candidates: list[Candidate]
    chosen: Candidate
    named: Candidate
    columns: Integers
    error: RidgeError
    checked: tuple[float, float] | None
    tried: tuple[TriedReading, ...] = ()


@dataclass(frozen=True, eq=False)
class _Searched:
    """A reading at the depth chosen for it, with the best known and the learned filters."""

    choices: Choices
    objective: StudentObjective
    named: Learned
    learned: Sequence[Learned] = ()

    @property
    def gains(self) -> bool:
        """Whether learned filters are better, on folds that their search has seen."""
        return bool(self.learned) and _is_better(self.objective, self.learned[0], self.named)

    @property
    def few(self) -> bool:
        """Whether examples are few."""
        return _few(self.objective, self.choices)


def fit_readings(
    signals: Floats,
    targets: Array,
    folds: Integers,
    choices: Sequence[Choices],
    *,
    scale: float = 1.0,
    sample_weight: Array | None = None,
    given: Sequence[Wavelet] = (),
    random: np.random.Generator,
    progress: Progress = SILENT,
) -> Fitted:
    """Choose reading and depth, learn the filters, and hold them against the best known ones.

    Of several readings, a light search tells which are worth a thorough one. The reading is the one
    with the fewest features within one standard error of the least error. Where examples are few,
    the learned filters that this choice rests on have to gain on folds that their search has not
    seen.

    Parameters
    ----------
    signals : ndarray, shape (n, channels, length)
    targets : ndarray, shape (n, q)
    folds : ndarray of int, shape (n,)
    choices : sequence of Choices
        One for each reading.
    scale : float
        The root mean square of the signals, which are divided by it.
    sample_weight : ndarray, shape (n,), optional
        How often each example counts, above 0.
    given : sequence of Wavelet
        Starts besides the known wavelets.
    random : numpy.random.Generator
    progress : Progress
    """
    choices = [affordable(each, targets.shape[1]) for each in choices]
    data = _Data(signals, scale, targets, folds, sample_weight)
    work = np.array([_work(data, each) for each in choices])
    steps = progress.parts(work.sum(axis=0).tolist())
    begun = []
    for each, part in zip(choices, steps[0].parts(work[:, 0].tolist()), strict=True):
        depths = f", {len(each.levels)} depths" if len(each.levels) > 1 else ""
        part.named(each.reading.label)(f"known wavelets{depths}")
        begun.append(_Searched(each, *_deep_enough(data, each)))
    searched = begun
    if choices[0].search:
        hopeful, starts = _hopeful(begun, given, random, steps[1])
        searched = [
            replace(
                begin, learned=learned_filters(begin.objective, begin.choices, own, random, part)
            )
            for begin, own, part in zip(hopeful, starts, _named(hopeful, steps[2]), strict=True)
        ]
    gains = [found.gains for found in searched]
    fitted = [_fitted(found, learned=gain) for found, gain in zip(searched, gains, strict=True)]
    unsure = {i for i, found in enumerate(searched) if gains[i] and found.few}
    while doubts := [i for i in _resting_on(fitted) if i in unsure]:
        number = doubts[0]
        unsure.remove(number)
        checked = _checked(searched[number], given, random, steps[3])
        if checked[0] > checked[1]:
            fitted[number] = replace(fitted[number], checked=checked)
        else:
            fitted[number] = _fitted(searched[number], learned=False, checked=checked)
    whole = {found.choices.reading.label: fit for found, fit in zip(searched, fitted, strict=True)}
    tried = tuple(_tried(begin, whole.get(begin.choices.reading.label)) for begin in begun)
    return replace(fitted[_resting_on(fitted)[0]], tried=tried)


def _hopeful(
    begun: Sequence[_Searched],
    given: Sequence[Wavelet],
    random: np.random.Generator,
    progress: Progress,
) -> tuple[list[_Searched], list[list[Wavelet]]]:
    """The readings that may turn out the best, and starts of the search for each of them."""
    if len(begun) == 1:
        return list(begun), [list(given)]
    glances = []
    for each, part in zip(begun, _named(begun, progress), strict=True):
        supports = each.choices.supports
        taps = supports[len(supports) // 2]
        glances.append(glance(each.objective, taps, given, random, part))
    kept = within_reach([found.error for found in glances])
    return [begun[i] for i in kept], [[*given, glances[i].wavelet] for i in kept]


def _named(searched: Sequence[_Searched], progress: Progress) -> list[Progress]:
    """An equal stretch for each reading, by its name."""
    parts = progress.parts([1.0] * len(searched))
    return [p.named(each.choices.reading.label) for p, each in zip(parts, searched, strict=True)]


def _resting_on(fitted: Sequence[Fitted]) -> tuple[int, int]:
    """The reading with the fewest features that is good enough, and the one with the least error.

    It is good enough within one standard error of the least error.
    """
    least = min(range(len(fitted)), key=lambda i: fitted[i].error.value)
    for number in sorted(range(len(fitted)), key=lambda i: len(fitted[i].columns)):
        if fitted[number].error.is_within_one_standard_error(fitted[least].error):
            return number, least
    return least, least


def _checked(
    searched: _Searched, given: Sequence[Wavelet], random: np.random.Generator, progress: Progress
) -> tuple[float, float]:
    """What the learned filters gain on folds that a light search has not seen.

    The support, and whether filters differ, stay as they were chosen, to save time.
    """
    best, choices = searched.learned[0], searched.choices
    per_level = is_per_level(best, searched.objective)
    narrowed = replace(choices, supports=(best.lowpass.shape[1],), per_level=per_level)
    return gain_on_unseen_folds(
        searched.objective,
        lambda seen: (
            best_known(seen, choices),
            learned_filters(seen, narrowed, given, random, effort=LIGHT)[0],
        ),
        progress.named(choices.reading.label),
    )


def _fitted(
    searched: _Searched, *, learned: bool, checked: tuple[float, float] | None = None
) -> Fitted:
    """The student of a reading, with the learned or with the best known filters."""
    objective, named = searched.objective, searched.named
    best = searched.learned[0] if learned else named
    error, columns = objective.error(best.lowpass), objective.columns(best.lowpass)
    chosen = Candidate.of(best, error.value)
    others = [each for each in [*searched.learned, named] if each is not best]
    candidates = [chosen, *(Candidate.of(each, each.error) for each in others)]
    known = candidates[-1] if learned else chosen
    candidates.sort(key=lambda each: each.error)
    return Fitted(objective.reader, candidates, chosen, known, columns, error, checked)


def _tried(begun: _Searched, fitted: Fitted | None) -> TriedReading:
    return TriedReading(
        begun.choices.reading.label,
        begun.objective.reader.levels,
        begun.named.error,
        None if fitted is None else fitted.error.value,
        None if fitted is None else len(fitted.columns),
    )


def _work(data: _Data, choices: Choices) -> tuple[float, ...]:
    """About how much work a reading is, in readings of an example.

    The steps are the depth, a light search, the search, and its check on held-out folds.
    """
    count, per_level = len(data.signals), choices.per_level is not False
    known = float(count * len(known_wavelets(choices.longest_known)))
    if not choices.search:
        return 1.0, 0.0, 0.0, 0.0
    layers = len(choices.reading.layers(choices.levels[-1]))
    light = sum(search_work(count, layers, per_level, LIGHT)) + known
    whole = sum(search_work(count, layers, per_level)) * len(choices.supports)
    few = _few(data.objective(choices, choices.levels[-1]), choices)
    return known * len(choices.levels), light, whole, light * int(data.folds.max() + 1) * few


class _Data(NamedTuple):
    signals: Floats
    scale: float
    targets: Array
    folds: Integers
    sample_weight: Array | None

    def objective(self, choices: Choices, levels: int) -> StudentObjective:
        reader = ReadSignals(self.signals, choices.reading, levels, choices.mode, self.scale)
        most = choices.max_numbers
        return StudentObjective(reader, self.targets, self.folds, most, self.sample_weight)


def _deep_enough(data: _Data, choices: Choices) -> tuple[StudentObjective, Learned]:
    """The least depth at which the best known wavelet errs within one standard error of the least.

    That wavelet comes with it. The depth is chosen with known wavelets, since a search at each
    depth would take its time.
    """
    found: list[tuple[int, Learned, RidgeError]] = []
    for levels in choices.levels:
        objective = data.objective(choices, levels)
        best = best_known(objective, choices)
        found.append((levels, best, objective.error(best.lowpass)))
    least = min((error for _, _, error in found), key=lambda error: error.value)
    limit = least.value + least.standard_error
    levels, best = next((levels, best) for levels, best, error in found if error.value <= limit)
    return data.objective(choices, levels), best


def _is_better(objective: StudentObjective, learned: Learned, known: Learned) -> bool:
    """Whether the learned filters gain more than a standard error over the known one."""
    errors = [objective.error(each.lowpass) for each in (known, learned)]
    return learned.error < known.error and not errors[0].is_within_one_standard_error(errors[1])


def _few(objective: StudentObjective, choices: Choices) -> bool:
    """Whether there are few examples for the angles that are searched and the features."""
    angles = max(choices.supports) // 2 - 1
    layers = objective.reader.layers
    angles *= sum(layers) if choices.per_level is not False else len(layers)
    return objective.examples < _EXAMPLES_PER_NUMBER * (angles + objective.reader.count)
