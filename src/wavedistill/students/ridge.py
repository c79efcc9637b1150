"""Cross-validated ridge regression from Gram matrices, with its exact gradient.

One Gram matrix per fold is all that the error depends on, and Gram matrices add over examples. So
the weights are eliminated in closed form (variable projection), and blocks of examples, threads and
workers only have to send their sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "PENALTIES",
    "RidgeError",
    "RidgeWeights",
    "fold_grams",
    "ridge_error",
    "ridge_gradient",
    "ridge_weights",
]

Array = NDArray[np.float64]

#: A variance that is a smaller share of the mean square is rounding.
_ROUNDING = 1e-12
#: Numbers of the matrices that are solved at once.
_AT_ONCE = 2**21
#: Ridge penalties among which cross-validation chooses, as shares of the features' variances.
PENALTIES: tuple[float, ...] = tuple(np.geomspace(1e-6, 10, 15).tolist())


@dataclass(frozen=True, eq=False)
class RidgeError:
    """The error of ridge regression in cross-validation.

    Parameters
    ----------
    value : float
        Squared error over all held-out folds and outputs, as a share of the targets' variation
        around their means.
    fold_values : ndarray, shape (folds,)
        The same for each fold: squared error per example, as a share of the targets' variance.
    penalty : float
        The one of the least error.
    """

    value: float
    fold_values: Array
    penalty: float

    @property
    def standard_error(self) -> float:
        """Of the value, from the spread of the folds."""
        return _standard_error(self.fold_values)

    def is_within_one_standard_error(self, least: RidgeError) -> bool:
        """Whether the difference to a lesser error, over the same folds, may be chance."""
        return self.is_within(least, 1.0)

    def is_within(self, least: RidgeError, standard_errors: float) -> bool:
        """Whether the mean difference to another error, over the same folds, is so small."""
        difference = self.fold_values - least.fold_values
        return bool(difference.mean() <= standard_errors * _standard_error(difference))


class RidgeWeights(NamedTuple):
    """Weights of the features, shape (p, q), and intercepts, shape (q,)."""

    weights: Array
    intercept: Array


def fold_grams(
    features: Array,
    targets: Array,
    folds: NDArray[np.integer],
    count: int,
    sample_weight: Array | None = None,
) -> Array:
    """Gram matrices of (1, features, targets), one for each fold.

    Parameters
    ----------
    features : ndarray, shape (n, p)
    targets : ndarray, shape (n, q)
    folds : ndarray of int, shape (n,)
        The fold in which each example is held out.
    count : int
        Folds.
    sample_weight : ndarray, shape (n,), optional
        How often each example counts; 1 if not given.

    Returns
    -------
    ndarray, shape (count, 1 + p + q, 1 + p + q)
    """
    rows = np.hstack([np.ones((len(features), 1)), features, targets])
    if sample_weight is not None:
        rows *= np.sqrt(sample_weight)[:, None]
    parts = (rows[folds == fold] for fold in range(count))
    return np.stack([part.T @ part for part in parts])


def ridge_error(grams: Array, outputs: int, penalties: tuple[float, ...] = PENALTIES) -> RidgeError:
    """The least error over the penalties.

    Each fold is predicted by the ridge regression of the other folds, whose penalty on a squared
    weight is `penalty` times the variance of its feature: the scale of features does not matter.

    Parameters
    ----------
    grams : ndarray, shape (folds, 1 + p + q, 1 + p + q)
        As `fold_grams` makes them.
    outputs : int
        q, the number of targets.
    penalties : tuple of float
    """
    total = grams.sum(axis=0)
    by_fold = _errors(total, grams, outputs, np.asarray(penalties)) / _variation(total, outputs)
    errors = by_fold.sum(axis=0)
    best = int(np.argmin(errors))
    shares = grams[:, 0, 0] / total[0, 0]
    return RidgeError(float(errors[best]), by_fold[:, best] / shares, penalties[best])


def ridge_gradient(grams: Array, outputs: int, penalty: float) -> Array:
    """Derivatives of the error by the Gram matrices, symmetric, shaped like these.

    At the penalty of `ridge_error` they are those of the least error: the choice of the penalty
    needs no derivative of its own, for it is a minimum (envelope theorem).
    """
    total = grams.sum(axis=0)
    own, others = _fold_gradients(total, grams, outputs, penalty)
    gradient: Array = others.sum(axis=0) + own - others
    return gradient / _variation(total, outputs)


def ridge_weights(gram: Array, outputs: int, penalty: float) -> RidgeWeights:
    """The ridge regression of all examples, from the sum of their Gram matrices."""
    fit = _fit(gram, outputs, penalty)
    weights = _solved(fit.matrix, fit.moments)
    return RidgeWeights(weights, fit.target_means - fit.means @ weights)


class _Fit(NamedTuple):
    """What the weights are solved from, of one Gram matrix or of a stack of them."""

    examples: Array
    means: Array
    target_means: Array
    matrix: Array
    moments: Array


def _fit(gram: Array, outputs: int, penalty: float) -> _Fit:
    features, targets = slice(1, -outputs), slice(-outputs, None)
    count = gram[..., :1, 0]
    means, target_means = gram[..., 0, features] / count, gram[..., 0, targets] / count
    matrix = gram[..., features, features] - count[..., None] * _outer(means, means)
    moments = gram[..., features, targets] - count[..., None] * _outer(means, target_means)
    variances = _diagonal(matrix).copy()
    # What rounding leaves of a constant feature is no variance; it gets weight 0.
    constant = variances <= _ROUNDING * _diagonal(gram)[..., features]
    matrix[constant], matrix.swapaxes(-1, -2)[constant], moments[constant] = 0.0, 0.0, 0.0
    places = np.arange(means.shape[-1])
    matrix[..., places, places] = np.where(constant, 1.0, (1 + penalty) * variances)
    return _Fit(count, means, target_means, matrix, moments)


def _solved(matrix: Array, moments: Array) -> Array:
    return np.asarray(np.linalg.solve(matrix, moments), dtype=np.float64)


def _residual(means: Array, target_means: Array, weights: Array) -> Array:
    """The matrices that take (1, features, targets) to what a fit leaves of the targets."""
    intercept = means[..., None, :] @ weights - target_means[..., None, :]
    outputs = weights.shape[-1]
    ones = np.broadcast_to(np.eye(outputs), (*weights.shape[:-2], outputs, outputs))
    return np.concatenate([intercept, -weights, ones], axis=-2)


def _errors(total: Array, grams: Array, outputs: int, penalties: Array) -> Array:
    """The squared error on each held-out fold with each penalty, shape (folds, penalties)."""
    errors = np.empty((len(grams), len(penalties)))
    folds = max(1, _AT_ONCE // (len(penalties) * total.size))
    for first in range(0, len(grams), folds):
        held_out = grams[first : first + folds]
        fit = _fit(total - held_out, outputs, 0.0)
        # All penalties at once: they change the diagonal alone.
        matrices = np.repeat(fit.matrix[:, None], len(penalties), axis=1)
        places = np.arange(fit.means.shape[-1])
        matrices[..., places, places] *= 1 + penalties[:, None]
        weights = _solved(matrices, fit.moments[:, None])
        residuals = _residual(fit.means[:, None], fit.target_means[:, None], weights)
        errors[first : first + folds] = np.sum(residuals * (held_out[:, None] @ residuals), (2, 3))
    return errors


def _fold_gradients(
    total: Array, held_out: Array, outputs: int, penalty: float
) -> tuple[Array, Array]:
    """Derivatives of each fold's error by its own Gram matrix, and by that of the other folds."""
    fit = _fit(total - held_out, outputs, penalty)
    weights = _solved(fit.matrix, fit.moments)
    residual = _residual(fit.means, fit.target_means, weights)
    features, targets = slice(1, -outputs), slice(-outputs, None)
    by_residual = 2 * held_out @ residual
    by_intercept = by_residual[:, 0]
    by_weights = _outer(fit.means, by_intercept) - by_residual[:, features]
    by_moments = _solved(fit.matrix, by_weights)
    by_matrix = -(by_moments @ weights.mT)
    by_matrix = (by_matrix + by_matrix.mT) / 2
    # The penalty grows with the variances, which stand on the diagonal.
    places = np.arange(fit.means.shape[-1])
    by_matrix[:, places, places] *= 1 + penalty
    by_means = (weights @ by_intercept[..., None])[..., 0] / fit.examples
    by_means -= 2 * (by_matrix @ fit.means[..., None])[..., 0]
    by_means -= (by_moments @ fit.target_means[..., None])[..., 0]
    by_target_means = -by_intercept / fit.examples
    by_target_means -= (by_moments.mT @ fit.means[..., None])[..., 0]
    others = np.zeros_like(held_out)
    others[:, features, features] = by_matrix
    others[:, features, targets] = by_moments / 2
    others[:, targets, features] = by_moments.mT / 2
    others[:, 0, features] = others[:, features, 0] = by_means / 2
    others[:, 0, targets] = others[:, targets, 0] = by_target_means / 2
    return residual @ residual.mT, others


def _outer(left: Array, right: Array) -> Array:
    product: Array = left[..., :, None] * right[..., None, :]
    return product


def _diagonal(matrix: Array) -> Array:
    return np.diagonal(matrix, axis1=-2, axis2=-1)


def _standard_error(values: Array) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def _variation(gram: Array, outputs: int) -> float:
    targets = slice(-outputs, None)
    means = gram[0, targets] / gram[0, 0]
    return float(np.trace(gram[targets, targets]) - gram[0, 0] * means @ means)
