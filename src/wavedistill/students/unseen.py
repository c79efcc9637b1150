"""Does a learned filter gain on folds that its search has not seen? For where examples are few."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from wavedistill.students.progress import SILENT, Progress
from wavedistill.students.ridge import ridge_error, ridge_weights
from wavedistill.students.through import Learned, StudentObjective

__all__ = ["gain_on_unseen_folds"]

Array = NDArray[np.float64]


def gain_on_unseen_folds(
    objective: StudentObjective,
    choose: Callable[[StudentObjective], tuple[Learned, Learned]],
    progress: Progress = SILENT,
) -> tuple[float, float]:
    """The gain of a learned over a known filter on held-out folds, and its standard error.

    Parameters
    ----------
    objective : StudentObjective
    choose : callable
        Chooses a known and a learned filter anew on the other folds.
    progress : Progress

    Returns
    -------
    gain, standard_error : float
        As shares of the targets' variance.
    """
    differences = np.empty(len(objective.folds))
    count = int(objective.folds.max()) + 1
    for fold, part in enumerate(progress.parts([1.0] * count)):
        part(f"few examples: does the learned filter gain on fold {fold + 1} of {count}?")
        rows = np.flatnonzero(objective.folds != fold)
        seen = objective.subset(rows)
        if seen.folds.max() == 0:
            return 0.0, 0.0
        known, learned = (_squared_errors(objective, seen, each, fold) for each in choose(seen))
        differences[objective.folds == fold] = known - learned
    weight = objective.sample_weight
    means = np.average(objective.targets, axis=0, weights=weight)
    squares = ((objective.targets - means) ** 2).sum(axis=1)
    return _mean(differences / np.average(squares, weights=weight), weight)


def _squared_errors(
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


def _mean(values: Array, sample_weight: Array | None) -> tuple[float, float]:
    """A weighted mean and its standard error. An example of weight 2 is still one example."""
    shares = np.ones(len(values)) if sample_weight is None else sample_weight
    shares = shares / shares.sum()
    mean = float(shares @ values)
    freedom = 1 - np.sum(shares**2)
    return mean, float(np.sqrt(np.sum((shares * (values - mean)) ** 2) / freedom))
