"""Sparsity of a representation, errors of a score, and the best threshold of predictions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import bootstrap

from wavedistill.checks import float_array, same_shape

__all__ = ["best_threshold", "compression_factor", "standard_error"]


def best_threshold(predicted: ArrayLike, positive: ArrayLike) -> float:
    """The prediction above which to call an example positive, so as to be right most often.

    Parameters
    ----------
    predicted : array_like, shape (n,)
        What a model predicts, larger where it is surer of a positive.
    positive : array_like of bool, shape (n,)
        Which examples are. Take others to judge the threshold than those that chose it.

    Returns
    -------
    float
        One of the predictions, the lowest of several that are equally often right; minus infinity
        if calling all of them positive is.

    Raises
    ------
    ValueError
        For NaN or infinite predictions, and shapes that disagree.

    Examples
    --------
    >>> from wavedistill.students import best_threshold
    >>> best_threshold([0.1, 0.7, 0.4, 0.9], [False, True, False, True])
    0.4
    """
    values, marks = float_array(predicted, "predicted"), np.asarray(positive, dtype=bool)
    if values.ndim != 1 or values.shape != marks.shape:
        raise ValueError(
            f"predicted has shape {values.shape} and positive has shape {marks.shape}; both must "
            "be (n,)."
        )
    order = np.argsort(values)
    right: NDArray[np.intp] = np.cumsum(~marks[order]) - np.cumsum(marks[order])
    return float(values[order[np.argmax(right)]]) if right.max() > 0 else -np.inf


def compression_factor(
    coefficients: ArrayLike, attributions: ArrayLike, threshold: float = 1e-3
) -> float:
    """Share of coefficients whose magnitude and attribution both exceed a threshold (Sec 4.2).

    Parameters
    ----------
    coefficients : array_like
        Wavelet coefficients, of any shape, in the scale of the data.
    attributions : array_like
        Their attributions, in the same layout, as `Attributions.coefficients` gives them. Axes of
        length 1, such as that of a single channel, may be there in one and missing in the other.
    threshold : float
        For both; the paper's is 1e-3.

    Returns
    -------
    float
        Between 0 and 1; the smaller, the sparser.

    Raises
    ------
    ValueError
        For shapes that disagree, NaN or infinity, or a negative threshold.
    """
    values = float_array(coefficients, "coefficients")
    scores = float_array(attributions, "attributions")
    if [n for n in scores.shape if n > 1] == [n for n in values.shape if n > 1]:
        scores = scores.reshape(values.shape)
    same_shape(scores, values, "attributions", "coefficients")
    if not threshold >= 0:
        raise ValueError(f"threshold={threshold} must be at least 0.")
    return float(np.mean((np.abs(values) > threshold) & (np.abs(scores) > threshold)))


def standard_error(
    score: Callable[[Any, Any], float],
    truth: ArrayLike,
    predicted: ArrayLike,
    *,
    count: int = 1000,
    random_state: int | np.random.Generator | None = 0,
) -> float:
    """Standard deviation of a score over bootstrap resamples of the examples.

    Parameters
    ----------
    score : callable
        Of the truth and the predictions, such as `sklearn.metrics.r2_score`.
    truth, predicted : array_like, shape (n,)
        Of held-out examples that are independent of one another.
    count : int
        How many resamples.
    random_state : int, numpy.random.Generator or None

    Raises
    ------
    ValueError
        For fewer than two examples, and shapes that disagree.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.metrics import r2_score
    >>> from wavedistill.students import standard_error
    >>> truth = np.random.default_rng(0).standard_normal(100)
    >>> standard_error(r2_score, truth, truth)
    0.0
    """
    found = bootstrap(
        (np.asarray(truth), np.asarray(predicted)),
        score,
        paired=True,
        vectorized=False,
        n_resamples=count,
        method="percentile",
        rng=np.random.default_rng(random_state),
    )
    return float(found.standard_error)
