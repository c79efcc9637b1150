"""How every scikit-learn estimator of this package reads its X."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from wavedistill.checks import Floats, dense_float_array, float_array, signal_axes

__all__ = ["read_signals"]


def read_signals(
    estimator: BaseEstimator, X: ArrayLike, axes: int | Sequence[int], *, reset: bool
) -> tuple[Floats, tuple[int, ...]]:
    """Check signals or images, and find their transformed axes.

    Parameters
    ----------
    estimator : BaseEstimator
        A fit sets its ``n_features_in_`` and ``signal_shape_``; later calls compare with them.
    X : array_like, shape (n, ...)
    axes : int or sequence of int
    reset : bool
        Whether this is a fit.

    Returns
    -------
    signals : ndarray of float32 or float64
    axes : tuple of int
        As `signal_axes` gives them.

    Raises
    ------
    TypeError, ValueError
        If X is not a dense array of finite real numbers with at least two axes, if an axis does not
        exist, or if the examples have another shape than those of the fit.
    """
    if (ndim := dense_float_array(X, "X").ndim) < 2:
        raise ValueError(
            f"X has {ndim} axis, and it needs at least 2: the first runs over examples. Reshape "
            "your data: one signal is X[None, :]."
        )
    array = validate_data(
        estimator,
        X,
        reset=reset,
        dtype=[np.float64, np.float32],
        allow_nd=True,
        ensure_all_finite=False,
    )
    signals = float_array(array, "X", min_ndim=2)
    normal = signal_axes(signals.shape, axes)
    if reset:
        estimator.signal_shape_ = signals.shape[1:]
    elif signals.shape[1:] != estimator.signal_shape_:
        raise ValueError(
            f"X has examples of shape {signals.shape[1:]}, and the fit had "
            f"{estimator.signal_shape_}; give signals of that shape."
        )
    return signals, normal
