"""The gain of a learned filter is measured on folds that had no part in choosing it."""

import numpy as np
import pytest

from tests.students.test_distilled import oscillations
from wavedistill.students.readings import READINGS, ReadSignals
from wavedistill.students.ridge import ridge_error, ridge_weights
from wavedistill.students.through import Learned, StudentObjective
from wavedistill.students.unseen import gain_on_unseen_folds
from wavedistill.wavelets import Lattice, Wavelet

X, LOGITS = oscillations(120)
FOLDS = np.arange(120) % 3


def objective(folds):
    reader = ReadSignals(X[:, None] / X.std(), READINGS["energy"], 3, "zero")
    return StudentObjective(reader, LOGITS[:, None], folds)


HAAR = Learned(np.tile(np.pad(Wavelet.from_name("haar").lowpass, 2), (3, 1)), 0.0, "haar")
TRUE = Learned(np.tile(Lattice(6).forward([1.9, -0.7]), (3, 1)), 0.0, "true")


def test_the_gain_is_that_of_ridge_regressions_of_the_other_folds():
    seen = []

    def choose(others):
        seen.append(others)
        return HAAR, TRUE

    gain, standard_error = gain_on_unseen_folds(objective(FOLDS), choose)
    assert [len(each.reader) for each in seen] == [80, 80, 80]
    assert all(set(each.folds) == {0, 1} for each in seen)
    errors = []
    for filters in (HAAR, TRUE):
        squared = np.empty(120)
        for fold, others in enumerate(seen):
            grams = others.grams(filters.lowpass)
            fit = ridge_weights(grams.sum(axis=0), 1, ridge_error(grams, 1).penalty)
            features = objective(FOLDS).reader.features(filters.lowpass)[fold == FOLDS]
            left = LOGITS[fold == FOLDS, None] - features @ fit.weights - fit.intercept
            squared[fold == FOLDS] = left[:, 0] ** 2
        errors.append(squared)
    differences = (errors[0] - errors[1]) / LOGITS.var()
    assert gain == pytest.approx(differences.mean())
    assert standard_error == pytest.approx(differences.std(ddof=1) / np.sqrt(120))
    assert gain > 2 * standard_error


def test_two_folds_are_too_few_to_check():
    checked = gain_on_unseen_folds(objective(FOLDS % 2), lambda others: (HAAR, TRUE))
    assert checked == (0.0, 0.0)
