"""Models small enough to read, and how one is chosen: cross-validation that leaves cells out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pywt
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.feature_selection import SelectFromModel
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from wavedistill.datasets import EndocytosisTable
from wavedistill.students import TopCoefficients
from wavedistill.studies.candidates import Candidate
from wavedistill.studies.endocytosis.candidates import LEVELS
from wavedistill.wavelets import Wavelet

__all__ = [
    "Chosen",
    "Fit",
    "Recipe",
    "choose",
    "cross_validated",
    "fitted",
    "folds_by_cell",
    "linear",
    "ranked",
    "recipes",
    "trace_summary",
    "undecimated_summary",
]

Array = NDArray[np.floating]
Recipe = Callable[[Wavelet], Pipeline]

_PENALTIES = np.geomspace(1e-2, 1e3, 11)
#: Locations of the largest and of the smallest coefficient of each sub-band.
_PLACES = 2 * (LEVELS + 1)
#: Numbers that a sparse student may have, its filter and its intercept among them.
_NUMBERS = 40


@dataclass(frozen=True, eq=False)
class Fit:
    """What students are fitted to; their scores are against the response, whatever that is.

    Parameters
    ----------
    table : EndocytosisTable
        Training rows.
    seed : int
        Of the folds.
    target : ndarray, shape (n,), or None
        What to fit to in place of the response, such as a teacher's outputs.
    more : (traces, targets, cells) or None
        Rows to fit to besides, in folds that train on their cell.
    """

    table: EndocytosisTable
    seed: int = 0
    target: Array | None = None
    more: tuple[Array, Array, NDArray[np.integer]] | None = None

    def rows(self, index: NDArray[np.intp]) -> tuple[Array, Array]:
        """Traces and targets of these rows of the table, and of their cells' other rows."""
        goal = self.table.y if self.target is None else self.target
        X, y = self.table.X[index], goal[index]
        if self.more is None:
            return X, y
        traces, targets, cells = self.more
        seen = np.isin(cells, self.table.cell[index])
        return np.concatenate([X, traces[seen]]), np.concatenate([y, targets[seen]])


class Chosen(NamedTuple):
    """A model that won by cross-validation, fitted to all rows that it may see.

    `numbers` counts what one has to know to use it: the filter's taps, weights and intercept (of a
    tree its thresholds and leaves).
    """

    candidate: Candidate
    model: Any
    r2_cv: float
    numbers: int


def linear(wavelet: Wavelet) -> Pipeline:
    """The paper's student: the six largest coefficients of each scale into a linear model.

    With a ridge, and in the units of the trace, which an orthonormal transform keeps: else bands
    that a wavelet leaves all but empty would take weights of any size, and one odd track rule.
    """
    return make_pipeline(TopCoefficients(wavelet, levels=LEVELS, k=6), _ridge())


def recipes() -> dict[str, Recipe]:
    """Students beyond the paper, each made from a wavelet."""

    def both(wavelet: Wavelet) -> Pipeline:
        return make_pipeline(_both_ends(wavelet), _ridge())

    def located(wavelet: Wavelet) -> Pipeline:
        places = _scaled_last(_PLACES)
        return make_pipeline(_both_ends(wavelet, locations=True), places, _ridge())

    def summarised(wavelet: Wavelet) -> Pipeline:
        return make_pipeline(*_all_features(wavelet), _ridge())

    def sparse(wavelet: Wavelet) -> Pipeline:
        most = SelectFromModel(
            make_pipeline(StandardScaler(), _ridge()),
            threshold=-np.inf,
            max_features=partial(_at_most, _NUMBERS - 1 - len(wavelet.lowpass)),
            importance_getter="named_steps.ridgecv.coef_",
        )
        return make_pipeline(*_all_features(wavelet), most, _ridge())

    def any_shift(wavelet: Wavelet) -> Pipeline:
        return make_pipeline(*_all_shifts(wavelet), _ridge())

    def tree(wavelet: Wavelet) -> Pipeline:
        model = DecisionTreeRegressor(max_leaf_nodes=10, min_samples_leaf=20, random_state=0)
        return make_pipeline(*_all_features(wavelet), model)

    return {
        "6 largest": linear,
        "3 largest, 3 smallest": both,
        "+ locations": located,
        "+ lifetime, peak, last value": summarised,
        f"sparse, {_NUMBERS} numbers": sparse,
        "any shift: extremes, locations, sums": any_shift,
        "tree, 10 leaves": tree,
    }


def trace_summary(traces: Array) -> Array:
    """Frames up to the first of its constant end, frame of its peak, and last value; (n, 3).

    A track shorter than the trace is filled up with a constant: the first tells how long it lived.
    """
    changes = traces[:, :-1] != traces[:, 1:]
    frames = traces.shape[1] - np.argmax(changes[:, ::-1], axis=1)
    return np.column_stack([frames, traces.argmax(axis=1), traces[:, -1]])


def undecimated_summary(traces: Array, wavelet: Wavelet) -> Array:
    """Of each scale of the undecimated transform, what does not depend on where its grid begins.

    These are the largest and the smallest coefficient, their frames, and the sums of the positive
    and of the negative ones. Beyond its ends a trace is 0.

    Parameters
    ----------
    traces : ndarray, shape (n, frames)
    wavelet : Wavelet

    Returns
    -------
    ndarray, shape (n, 6 (LEVELS + 1))
        Scale by scale, the approximation first.
    """
    step = 2**LEVELS
    beside = -(-(step - 1) * (len(wavelet.lowpass) - 1) // 2)
    beyond = -(traces.shape[1] + 2 * beside) % step
    padded = np.pad(np.asarray(traces, np.float64), ((0, 0), (beside, beside + beyond)))
    found = []
    for band in pywt.swt(padded, wavelet.to_pywt(), LEVELS, axis=1, trim_approx=True):
        found += [band.max(axis=1), band.min(axis=1), band.argmax(axis=1), band.argmin(axis=1)]
        found += [np.maximum(band, 0).sum(axis=1), np.minimum(band, 0).sum(axis=1)]
    return np.column_stack(found)


def ranked(
    candidates: Iterable[Candidate], recipe: Recipe, fit: Fit
) -> list[tuple[float, Candidate]]:
    """Candidates by the R2 of their students in cross-validation, the best first."""
    scored = [(cross_validated(recipe(c.wavelet), fit), c) for c in candidates]
    return sorted(scored, key=lambda pair: -pair[0])


def choose(candidates: Iterable[Candidate], recipe: Recipe, fit: Fit) -> Chosen:
    """The candidate whose student has the best R2 in cross-validation, fitted to all rows."""
    return fitted(ranked(candidates, recipe, fit)[0], recipe, fit)


def fitted(best: tuple[float, Candidate], recipe: Recipe, fit: Fit) -> Chosen:
    """The student of a candidate that `ranked` gave with its score, fitted to all rows."""
    r2_cv, candidate = best
    model = recipe(candidate.wavelet).fit(*fit.rows(np.arange(len(fit.table))))
    return Chosen(candidate, model, r2_cv, len(candidate.wavelet.lowpass) + _weights(model[-1]))


def cross_validated(model: Any, fit: Fit) -> float:
    """Mean R2 against the response over five folds that leave cells out."""
    table, scores = fit.table, []
    for train, test in folds_by_cell(table.cell, fit.seed):
        fitted = clone(model).fit(*fit.rows(train))
        scores.append(r2_score(table.y[test], fitted.predict(table.X[test])))
    return float(np.mean(scores))


def folds_by_cell(
    cell: NDArray[np.integer], seed: int, count: int = 5
) -> Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Folds in which no cell is on both sides; as many as there are cells, if those are fewer."""
    folds = GroupKFold(min(count, len(np.unique(cell))), shuffle=True, random_state=seed)
    return list(folds.split(cell, groups=cell))


def _ridge() -> RidgeCV:
    return RidgeCV(_PENALTIES)


def _both_ends(wavelet: Wavelet, *, locations: bool = False) -> TopCoefficients:
    return TopCoefficients(wavelet, levels=LEVELS, k=3, sign="both", locations=locations)


def _all_features(wavelet: Wavelet) -> tuple[Any, Any]:
    """Both ends of each scale, where they lie, and `trace_summary`, in two steps of a pipeline."""
    summary = FunctionTransformer(trace_summary, validate=True)
    features = make_union(_both_ends(wavelet, locations=True), summary)
    return features, _scaled_last(_PLACES + 3)


def _all_shifts(wavelet: Wavelet) -> tuple[Any, Any]:
    """`undecimated_summary` and `trace_summary`, in two steps of a pipeline."""
    shifts = FunctionTransformer(undecimated_summary, kw_args={"wavelet": wavelet})
    summary = FunctionTransformer(trace_summary, validate=True)
    return make_union(shifts, summary), StandardScaler()


def _scaled_last(count: int) -> Any:
    """Bring so many of the last features, which are no coefficients, to a spread of 1."""
    return make_column_transformer((StandardScaler(), slice(-count, None)), remainder="passthrough")


def _at_most(count: int, features: Array) -> int:
    width: int = features.shape[1]
    return min(count, width)


def _weights(model: Any) -> int:
    if hasattr(model, "tree_"):
        return 2 * int(model.get_n_leaves()) - 1
    return int(np.count_nonzero(model.coef_)) + 1
