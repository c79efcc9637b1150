"""How well the response of a synthetic task says which wavelet made it, teacher aside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from wavedistill.attribution import Attributions
from wavedistill.datasets import SyntheticTask
from wavedistill.distillation.objective import Objective
from wavedistill.distillation.terms import make_examples
from wavedistill.wavelets import Lattice, Wavelet

__all__ = ["Identifiability", "exact_attributions", "identifiability"]

Array = NDArray[np.float64]

#: Directions in which the slope at the truth is taken before the least of them is refined.
_DIRECTIONS = 20_000
#: Of the central differences by the angles, in radians; and what counts as zero in coefficients.
_STEP, _ZERO = 1e-5, 1e-9


@dataclass(frozen=True)
class Identifiability:
    """What the gradient of the response itself says about the wavelet that made it.

    Parameters
    ----------
    leak : float
        Share of the L1 norm of the exact attributions, taken in the truth, that lies outside the
        three coefficients of the response. It is 0 unless the ends of the signal cut through their
        basis vectors: the cropped basis is not orthonormal, and spreads each over the others.
    slope : float
        The least slope of the objective at the truth, over all directions in the lattice, per unit
        l2 change of the lowpass filter and as a share of the interpretation term there. The L1
        norm has a kink where coefficients are zero, so at a minimum every slope is positive. If
        the least is negative, the minimum lies beside the truth, however good the teacher; the
        smaller it is, the farther do small errors of the gradients move the minimum.
        Infinite for filters without a free angle.
    """

    leak: float
    slope: float


def exact_attributions(task: SyntheticTask) -> Attributions:
    """The saliency of the response without its noise, the same for every training signal."""
    gradient = _exact_gradient(task).astype(task.X_train.dtype)
    return Attributions(np.broadcast_to(gradient, task.X_train.shape).copy())


def identifiability(
    task: SyntheticTask, *, sparsity: float = 1.0, interpretation: float = 1.0
) -> Identifiability:
    """Measure how well the exact gradients, and the training signals, point at the truth.

    Parameters
    ----------
    task : SyntheticTask
        Its wavelet must be orthonormal.
    sparsity, interpretation : float
        Weights of the objective, the second positive.

    Raises
    ------
    ValueError
        If `interpretation` is not positive.

    Notes
    -----
    Along a direction d of the lattice, the objective at the truth has the one-sided slope

        b . d  +  sum over the coefficients k that are zero of |a_k . d|,

    where a_k is the gradient of coefficient k, and b gathers the other coefficients and the
    sparsity of the signals. Its minimum over all d of unit length (the length being that of the
    change of the filter) is sought among 20,000 fixed random directions, the best of them refined
    by Nelder and Mead's method: an upper bound, close for the few angles there are.
    """
    if not interpretation > 0:
        raise ValueError(
            f"interpretation={interpretation} must be positive: the response is seen through the "
            "attributions alone."
        )
    exact = Attributions(_exact_gradient(task)[None])
    coefficients = exact.coefficients(task.transform)[0]
    magnitudes = np.abs(coefficients)
    leak = float(magnitudes[task.beta == 0].sum() / magnitudes.sum())
    if len(task.wavelet.lowpass) == 2:
        return Identifiability(leak, np.inf)
    turns = _unit_turns(task.wavelet)
    jacobian = _coefficient_jacobian(task, turns)
    kinked = magnitudes <= _ZERO * magnitudes.max()
    smooth = np.sign(coefficients[~kinked]) @ jacobian[~kinked] / magnitudes.sum()
    smooth += _data_slope(task, sparsity, interpretation, magnitudes.sum()) @ turns
    return Identifiability(leak, _least_slope(smooth, jacobian[kinked] / magnitudes.sum()))


def _exact_gradient(task: SyntheticTask) -> Array:
    units = np.eye(task.X_train.shape[1])
    gradient = task.transform.analysis(units) @ task.beta
    return np.asarray(gradient, dtype=np.float64)


def _unit_turns(wavelet: Wavelet) -> Array:
    """Changes of the free angles (rows) that change the filter by orthonormal vectors (columns)."""
    _, jacobian = Lattice(len(wavelet.lowpass)).jacobian(wavelet.angles[:-1])
    return np.linalg.inv(np.linalg.qr(jacobian.T, mode="r"))


def _coefficient_jacobian(task: SyntheticTask, turns: Array) -> Array:
    """Derivatives of the exact attributions, shape (coefficients, directions)."""
    gradient, free = _exact_gradient(task), task.wavelet.angles[:-1]

    def coefficients(point: Array) -> Array:
        lowpass = Lattice(len(task.wavelet.lowpass)).forward(point)
        return np.asarray(task.transform.with_wavelet(lowpass).adjoint(gradient))

    rows = [
        (coefficients(free + _STEP * turn) - coefficients(free - _STEP * turn)) / (2 * _STEP)
        for turn in turns.T
    ]
    return np.stack(rows, axis=1)


def _data_slope(
    task: SyntheticTask, sparsity: float, interpretation: float, attribution: float
) -> Array:
    """The sparsity term's gradient by the free angles, as a share of the interpretation term."""
    if sparsity == 0:
        return np.zeros(len(task.wavelet.angles) - 1)
    gradient = _exact_gradient(task)
    decomposition = task.transform.decomposition
    terms = make_examples(task.X_train, None, sparsity, 0.0, decomposition)
    objective = Objective(terms, decomposition)
    _, slope = objective.at_angles(task.wavelet.angles[:-1])
    share = np.abs(gradient).mean() / (interpretation * attribution)
    return slope * float(share)


def _least_slope(smooth: Array, kinks: Array) -> float:
    def slope(directions: Array) -> Array:
        units = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
        return np.asarray(units @ smooth + np.abs(units @ kinks.T).sum(axis=-1))

    directions = np.random.default_rng(0).standard_normal((_DIRECTIONS, len(smooth)))
    slopes = slope(directions)
    refined = minimize(slope, directions[slopes.argmin()], method="Nelder-Mead")
    return float(min(slopes.min(), refined.fun))
