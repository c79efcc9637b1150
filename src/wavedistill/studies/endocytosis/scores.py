"""How well a model predicts, how sparse it is, and how long it takes: a row of the table."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, r2_score, roc_auc_score

from wavedistill.attribution import Attributions
from wavedistill.datasets import EndocytosisTable
from wavedistill.students import compression_factor
from wavedistill.studies.endocytosis.candidates import LEVELS
from wavedistill.wavelets import Wavelet, WaveletTransform

__all__ = ["Row", "best_threshold", "compression", "evaluate", "r2_standard_error"]

Array = NDArray[np.floating]
Predict = Callable[[Array], Array]

#: The paper's batch, and repetitions of a timing.
_BATCH, _REPEATS = 1005, 15


@dataclass(frozen=True)
class Row:
    """What one model scores on the held-out cells, for one seed.

    Parameters
    ----------
    model, wavelet : str
        What it is called, and where its wavelet comes from.
    seed : int
    r2_cv : float
        R2 in cross-validation over the training cells; NaN where there was none.
    r2, r2_se : float
        R2, and its standard error over bootstrap resamples of tracks.
    r2_teacher : float
        R2 against the teacher's outputs.
    accuracy, auc : float
        Successful against abortive: at the threshold that is best on the training cells, and over
        all thresholds. NaN if the table does not tell which is which, or has one kind only.
    compression : float
        Share of coefficients with magnitude and attribution above 1e-3; NaN without a wavelet.
    ms_one, ms_batch : float
        Milliseconds for a batch of 1 and of 1,005 tracks.
    numbers : int
        In the model.
    """

    model: str
    wavelet: str
    seed: int
    r2_cv: float
    r2: float
    r2_se: float
    r2_teacher: float
    accuracy: float
    auc: float
    compression: float
    ms_one: float
    ms_batch: float
    numbers: int


def evaluate(
    model: str,
    predict: Predict,
    train: EndocytosisTable,
    test: EndocytosisTable,
    outputs: Array,
    *,
    seed: int,
    numbers: int,
    wavelet: str = "",
    r2_cv: float = np.nan,
    compressed: float = np.nan,
) -> Row:
    """Score a model on held-out cells.

    Parameters
    ----------
    predict : callable
        From traces to predictions.
    train, test : EndocytosisTable
    outputs : ndarray, shape (len(test),)
        The teacher's.
    model, wavelet, seed, numbers, r2_cv, compressed
        As in `Row`.
    """
    predicted = predict(test.X)
    accuracy = auc = np.nan
    if test.y_raw is not None and len(np.unique(test.successful)) == 2:
        threshold = best_threshold(predict(train.X), train)
        accuracy = accuracy_score(test.successful, predicted > threshold)
        auc = roc_auc_score(test.successful, predicted)
    batch = np.resize(test.X, (_BATCH, test.X.shape[1]))
    return Row(
        model,
        wavelet,
        seed,
        r2_cv,
        float(r2_score(test.y, predicted)),
        r2_standard_error(test.y, predicted, seed=seed),
        float(r2_score(outputs, predicted)),
        float(accuracy),
        float(auc),
        compressed,
        _milliseconds(predict, batch[:1]),
        _milliseconds(predict, batch),
        numbers,
    )


def r2_standard_error(y: Array, predicted: Array, *, count: int = 1000, seed: int = 0) -> float:
    """Standard deviation of R2 over bootstrap resamples of the rows."""
    rows = np.random.default_rng(seed).integers(len(y), size=(count, len(y)))
    return float(np.std([r2_score(y[i], predicted[i]) for i in rows]))


def compression(wavelet: Wavelet, X: Array, attributions: Attributions) -> float:
    """The compression factor of a wavelet (Table 1) on these traces and their attributions."""
    transform = WaveletTransform(wavelet, LEVELS)
    return compression_factor(transform.analysis(X), attributions.coefficients(transform))


def best_threshold(predicted: Array, table: EndocytosisTable) -> float:
    """The prediction above which to call a track successful, most often right on these rows.

    NaN if the table does not tell which are.
    """
    if table.y_raw is None:
        return np.nan
    successful, order = table.successful, np.argsort(predicted)
    right: NDArray[np.intp] = np.cumsum(~successful[order]) - np.cumsum(successful[order])
    return float(predicted[order[np.argmax(right)]]) if right.max() > 0 else -np.inf


def _milliseconds(predict: Predict, batch: Array) -> float:
    times = []
    for _ in range(_REPEATS):
        began = time.perf_counter()
        predict(batch)
        times.append(time.perf_counter() - began)
    return 1e3 * float(np.median(times))
