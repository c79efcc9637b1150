"""Models small enough to read, and how one is chosen: cross-validation that leaves cells out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.feature_selection import SelectFromModel
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from wavedistill.datasets import EndocytosisTable
from wavedistill.students import Selection, TopCoefficients, UndecimatedSummary, select
from wavedistill.wavelets import Wavelet, WaveletTransform

__all__ = [
    "LEVELS",
    "Chosen",
    "Recipe",
    "choose",
    "cross_validated",
    "linear",
    "recipes",
    "trace_summary",
    "transform_of",
]

Array = NDArray[np.floating]
Recipe = Callable[[Wavelet], Pipeline]

#: Depth of all transforms of this study, as in the paper.
LEVELS = 4
_PENALTIES = np.geomspace(1e-2, 1e3, 11)
#: Locations of the largest and of the smallest coefficient of each sub-band.
_PLACES = 2 * (LEVELS + 1)
#: Numbers that a sparse student may have, its filter and its intercept among them.
_NUMBERS = 40


class Chosen(NamedTuple):
    """A model that won by cross-validation, fitted to all rows that it may see."""

    wavelet: Wavelet
    model: Any
    r2_cv: float
    #: How many one has to know to use it: the filter's taps, weights and intercept (of a tree its
    #: thresholds and leaves).
    numbers: int
    #: All wavelets that competed, the best first.
    order: tuple[Wavelet, ...]


def linear(wavelet: Wavelet) -> Pipeline:
    """The paper's student: the six largest coefficients of each scale into a linear model.

    It is a ridge regression in the units of the trace, which an orthonormal transform keeps.
    Otherwise bands that a wavelet leaves all but empty would get weights of any size, and one odd
    track would rule.
    """
    return make_pipeline(TopCoefficients(transform_of(wavelet), k=6), _ridge())


def recipes() -> dict[str, Recipe]:
    """Students beyond the paper, each made from a wavelet."""
    summary = FunctionTransformer(trace_summary, validate=True)

    def ends(wavelet: Wavelet, *, locations: bool = True) -> TopCoefficients:
        return TopCoefficients(transform_of(wavelet), k=3, sign="both", locations=locations)

    def shifts(wavelet: Wavelet) -> Any:
        return make_union(UndecimatedSummary(transform_of(wavelet)), summary)

    def scaled_last(count: int) -> Any:
        return make_column_transformer(
            (StandardScaler(), slice(-count, None)), remainder="passthrough"
        )

    def summarised(wavelet: Wavelet, *steps: Any) -> Pipeline:
        return make_pipeline(make_union(ends(wavelet), summary), scaled_last(_PLACES + 3), *steps)

    def sparse(wavelet: Wavelet) -> SelectFromModel:
        left = _NUMBERS - 1 - len(wavelet.lowpass)
        return SelectFromModel(
            make_pipeline(StandardScaler(), _ridge()),
            threshold=-np.inf,
            max_features=lambda features: min(left, features.shape[1]),
            importance_getter="named_steps.ridgecv.coef_",
        )

    tree = DecisionTreeRegressor(max_leaf_nodes=10, min_samples_leaf=20, random_state=0)
    return {
        "6 largest": linear,
        "3 largest, 3 smallest": lambda w: make_pipeline(ends(w, locations=False), _ridge()),
        "+ locations": lambda w: make_pipeline(ends(w), scaled_last(_PLACES), _ridge()),
        "+ lifetime, peak, last value": lambda w: summarised(w, _ridge()),
        f"sparse, {_NUMBERS} numbers": lambda w: summarised(w, sparse(w), _ridge()),
        "any shift: extremes, locations, sums": lambda w: make_pipeline(
            shifts(w), StandardScaler(), _ridge()
        ),
        "tree, 10 leaves": lambda w: summarised(w, clone(tree)),
    }


def trace_summary(traces: Array) -> Array:
    """Frames until a trace stays constant, frame of its peak, and its last value; shape (n, 3).

    A track shorter than the trace is filled up with a constant, so that the first of these numbers
    tells how long it lived.
    """
    changes = traces[:, :-1] != traces[:, 1:]
    frames = traces.shape[1] - np.argmax(changes[:, ::-1], axis=1)
    return np.column_stack([frames, traces.argmax(axis=1), traces[:, -1]])


def choose(
    wavelets: Iterable[Wavelet], recipe: Recipe, table: EndocytosisTable, seed: int, **fit: Any
) -> Chosen:
    """The wavelet whose student has the best R2 in cross-validation, fitted to all rows.

    `fit` is what students are fitted to in place of the response and besides, as `select` takes it.
    """
    every = list(wavelets)
    found = cross_validated([recipe(wavelet) for wavelet in every], table, seed, **fit)
    wavelet = every[found.best]
    numbers = len(wavelet.lowpass) + _weights(found.student[-1])
    order = tuple(every[number] for number in found.order)
    return Chosen(wavelet, found.student, found.score, numbers, order)


def cross_validated(
    models: Sequence[Any], table: EndocytosisTable, seed: int, **fit: Any
) -> Selection:
    """Models compared by R2 against the response, in up to five folds that leave cells out."""
    cv = GroupKFold(min(5, len(np.unique(table.cell))), shuffle=True, random_state=seed)
    return select(models, table.X, table.y, cv=cv, groups=table.cell, **fit)


def transform_of(wavelet: Wavelet) -> WaveletTransform:
    """The transform of this study with a wavelet."""
    return WaveletTransform(wavelet, LEVELS, "zero", axes=-1)


def _ridge() -> RidgeCV:
    return RidgeCV(_PENALTIES)


def _weights(model: Any) -> int:
    if hasattr(model, "tree_"):
        return 2 * int(model.get_n_leaves()) - 1
    return int(np.count_nonzero(model.coef_)) + 1
