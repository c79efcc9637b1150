"""Does a learned filter gain on folds that its search has not seen? For where examples are few."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

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
    differences = []
    count = int(objective.folds.max()) + 1
    for fold, part in enumerate(progress.parts([1.0] * count)):
        part(f"few examples: does the learned filter gain on fold {fold + 1} of {count}?")
        rows = np.flatnonzero(objective.folds != fold)
        # The folds that are left, numbered anew.
        inner = np.unique(objective.folds[rows], return_inverse=True)[1]
        seen = replace(objective.subset(rows), folds=inner)
        if inner.max() == 0:
            return 0.0, 0.0
        known, learned = (_squared_errors(objective, seen, each, fold) for each in choose(seen))
        differences.append(known - learned)
    gain = np.concatenate(differences) / objective.targets.var(axis=0).sum()
    return float(gain.mean()), float(gain.std(ddof=1) / np.sqrt(len(gain)))


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
