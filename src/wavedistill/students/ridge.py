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

__all__ = ["PENALTIES", "RidgeError", "RidgeWeights", "fold_grams", "ridge_error", "ridge_weights"]

Array = NDArray[np.float64]

#: A variance that is a smaller share of the mean square is rounding.
_ROUNDING = 1e-12
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
    by_gram : ndarray, shape (folds, 1 + p + q, 1 + p + q)
        Derivatives of the value by the Gram matrices, symmetric. The choice of the penalty needs no
        derivative of its own: it is a minimum (envelope theorem).
    """

    value: float
    fold_values: Array
    penalty: float
    by_gram: Array

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
    """The least error over the penalties, and its derivatives by the Gram matrices.

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
    variation = _variation(total, outputs)
    by_fold = _errors(total, grams, outputs, np.asarray(penalties)) / variation
    errors = by_fold.sum(axis=0)
    best = int(np.argmin(errors))
    penalty = penalties[best]
    gradient = np.zeros_like(grams)
    for fold, gram in enumerate(grams):
        own, others = _fold_gradient(total, gram, outputs, penalty)
        gradient += others
        gradient[fold] += own - others
    shares = grams[:, 0, 0] / total[0, 0]
    return RidgeError(float(errors[best]), by_fold[:, best] / shares, penalty, gradient / variation)


def ridge_weights(gram: Array, outputs: int, penalty: float) -> RidgeWeights:
    """The ridge regression of all examples, from the sum of their Gram matrices."""
    fit = _fit(gram, outputs, penalty)
    weights = _solved(fit)
    return RidgeWeights(weights, fit.target_means - fit.means @ weights)


class _Fit(NamedTuple):
    examples: float
    means: Array
    target_means: Array
    matrix: Array
    moments: Array


def _fit(gram: Array, outputs: int, penalty: float) -> _Fit:
    features = slice(1, len(gram) - outputs)
    targets = slice(len(gram) - outputs, None)
    count = float(gram[0, 0])
    means, target_means = gram[0, features] / count, gram[0, targets] / count
    matrix = gram[features, features] - count * np.outer(means, means)
    moments = gram[features, targets] - count * np.outer(means, target_means)
    variances = np.diag(matrix).copy()
    # What rounding leaves of a constant feature is no variance; it gets weight 0.
    constant = variances <= _ROUNDING * np.diag(gram)[features]
    matrix[constant], matrix[:, constant], moments[constant] = 0.0, 0.0, 0.0
    matrix[np.diag_indices_from(matrix)] = np.where(constant, 1.0, (1 + penalty) * variances)
    return _Fit(count, means, target_means, matrix, moments)


def _solved(fit: _Fit) -> Array:
    return np.asarray(np.linalg.solve(fit.matrix, fit.moments), dtype=np.float64)


def _residual(fit: _Fit, weights: Array) -> Array:
    """The matrix that takes (1, features, targets) to what the fit leaves of the targets."""
    intercept = fit.means @ weights - fit.target_means
    return np.vstack([intercept[None], -weights, np.eye(weights.shape[1])])


def _errors(total: Array, grams: Array, outputs: int, penalties: Array) -> Array:
    """The squared error on each held-out fold with each penalty, shape (folds, penalties)."""
    errors = np.zeros((len(grams), len(penalties)))
    for fold, gram in enumerate(grams):
        fit = _fit(total - gram, outputs, 0.0)
        # All penalties at once: they change the diagonal alone.
        matrices = np.tile(fit.matrix, (len(penalties), 1, 1))
        diagonal = np.arange(len(fit.means))
        matrices[:, diagonal, diagonal] *= 1 + penalties[:, None]
        weights = np.linalg.solve(matrices, fit.moments[None])
        intercepts = fit.means @ weights - fit.target_means
        ones = np.broadcast_to(np.eye(outputs), (len(penalties), outputs, outputs))
        residuals = np.concatenate([intercepts[:, None], -weights, ones], axis=1)
        errors[fold] = np.einsum("pij,ik,pkj->p", residuals, gram, residuals, optimize=True)
    return errors


def _fold_gradient(
    total: Array, held_out: Array, outputs: int, penalty: float
) -> tuple[Array, Array]:
    """Derivatives of a fold's error by its own Gram matrix, and by that of the other folds."""
    fit = _fit(total - held_out, outputs, penalty)
    weights = _solved(fit)
    residual = _residual(fit, weights)
    features, targets = slice(1, -outputs), slice(-outputs, None)
    by_residual = 2 * held_out @ residual
    by_intercept = by_residual[0]
    by_weights = np.outer(fit.means, by_intercept) - by_residual[features]
    by_means = weights @ by_intercept
    by_target_means = -by_intercept
    by_moments = np.linalg.solve(fit.matrix, by_weights)
    by_matrix = -(by_moments @ weights.T)
    by_matrix = (by_matrix + by_matrix.T) / 2
    # The penalty grows with the variances, which stand on the diagonal.
    by_matrix[np.diag_indices_from(by_matrix)] *= 1 + penalty
    by_means -= 2 * fit.examples * (by_matrix @ fit.means)
    by_means -= fit.examples * (by_moments @ fit.target_means)
    by_target_means = by_target_means - fit.examples * (by_moments.T @ fit.means)
    others = np.zeros_like(held_out)
    others[features, features] = by_matrix
    others[features, targets] = by_moments / 2
    others[targets, features] = by_moments.T / 2
    others[0, features] = others[features, 0] = by_means / (2 * fit.examples)
    others[0, targets] = others[targets, 0] = by_target_means / (2 * fit.examples)
    return residual @ residual.T, others


def _standard_error(values: Array) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def _variation(gram: Array, outputs: int) -> float:
    targets = slice(-outputs, None)
    means = gram[0, targets] / gram[0, 0]
    return float(np.trace(gram[targets, targets]) - gram[0, 0] * means @ means)
