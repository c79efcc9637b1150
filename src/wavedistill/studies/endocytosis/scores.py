"""How well a model predicts, how sparse it is, and how long it takes: a row of the table."""

from __future__ import annotations

import timeit
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, r2_score, roc_auc_score

from wavedistill.datasets import EndocytosisTable
from wavedistill.students import best_threshold, standard_error

__all__ = [
    "BEST_KNOWN",
    "BEYOND",
    "PRINTED",
    "TEACHER",
    "Predict",
    "Row",
    "evaluate",
    "mean_over_seeds",
]

Array = NDArray[np.floating]
Predict = Callable[[Array], Array]

#: Rows of the table that others refer to.
TEACHER, BEST_KNOWN = "LSTM (teacher)", "best known wavelet"
#: Columns of the rows that are printed: of the table, and of students beyond the paper.
_SCORES = ("model", "wavelet", "r2_cv", "r2", "r2_se")
PRINTED = (*_SCORES, "auc", "compression", "ms_batch", "numbers")
BEYOND = (*_SCORES, "r2_teacher", "numbers")
#: The paper's batch, and repetitions of a timing.
_BATCH, _REPEATS = 1005, 15


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one model scores on the held-out cells, for one seed."""

    #: What it is called, and where its wavelet comes from.
    model: str
    wavelet: str = ""
    seed: int
    #: R2 in cross-validation over the training cells; NaN where there was none.
    r2_cv: float = np.nan
    #: R2 on the held-out cells, and its standard error over bootstrap resamples of tracks.
    r2: float
    r2_se: float
    #: R2 against the teacher's outputs.
    r2_teacher: float
    #: Successful against abortive: at the threshold that is best on the training cells, and over
    #: all thresholds. NaN if the table does not tell which is which, or has one kind only.
    accuracy: float
    auc: float
    #: Share of coefficients with magnitude and attribution above 1e-3; NaN without a wavelet.
    compression: float = np.nan
    #: Milliseconds for a batch of 1 and of 1,005 tracks.
    ms_one: float
    ms_batch: float
    #: In the model.
    numbers: int


def evaluate(
    predict: Predict,
    train: EndocytosisTable,
    test: EndocytosisTable,
    outputs: Array,
    *,
    seed: int,
    **known: Any,
) -> Row:
    """Score a model on held-out cells; `outputs` are the teacher's for them.

    The fields that are known already become those of the row.
    """
    predicted = predict(test.X)
    accuracy = auc = np.nan
    if test.y_raw is not None and len(np.unique(test.successful)) == 2:
        threshold = best_threshold(predict(train.X), train.successful)
        accuracy = float(accuracy_score(test.successful, predicted > threshold))
        auc = float(roc_auc_score(test.successful, predicted))
    batch = np.resize(test.X, (_BATCH, test.X.shape[1]))
    return Row(
        seed=seed,
        r2=float(r2_score(test.y, predicted)),
        r2_se=standard_error(r2_score, test.y, predicted, random_state=seed),
        r2_teacher=float(r2_score(outputs, predicted)),
        accuracy=accuracy,
        auc=auc,
        ms_one=_milliseconds(predict, batch[:1]),
        ms_batch=_milliseconds(predict, batch),
        **known,
    )


def mean_over_seeds(rows: Sequence[Row]) -> list[Row]:
    """One row per model, its numbers averaged over seeds; the wavelet is the first seed's."""
    means = []
    for model in dict.fromkeys(row.model for row in rows):
        own = [row for row in rows if row.model == model]
        numbers = {
            name: type(value)(np.mean([getattr(row, name) for row in own]))
            for name, value in vars(own[0]).items()
            if not isinstance(value, str)
        }
        means.append(replace(own[0], **numbers))
    return means


def _milliseconds(predict: Predict, batch: Array) -> float:
    times = timeit.repeat(lambda: predict(batch), number=1, repeat=_REPEATS)
    return 1e3 * float(np.median(times))
