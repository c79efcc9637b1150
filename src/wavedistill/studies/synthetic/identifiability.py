"""How well the response of a synthetic task tells which wavelet made it, without any teacher."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from wavedistill.attribution import Attributions
from wavedistill.datasets import SyntheticTask
from wavedistill.distillation.objective import Objective
from wavedistill.distillation.terms import make_terms
from wavedistill.wavelets import Lattice

__all__ = ["Identifiability", "exact_attributions", "identifiability"]

Array = NDArray[np.float64]

#: Directions in which the slope at the truth is taken before the least of them is refined.
_DIRECTIONS = 20_000
#: Step of the central differences by the angles, in radians; and what counts as zero.
_STEP, _ZERO = 1e-5, 1e-9


@dataclass(frozen=True)
class Identifiability:
    """What the exact gradient of the response tells about the wavelet that made it."""

    #: Share of the L1 norm of the exact attributions, taken in the truth, that lies outside the
    #: three coefficients of the response. It is 0 unless the ends of the signal cut through their
    #: basis vectors: the cropped basis is not orthonormal, and spreads each over the others.
    leak: float
    #: The least slope of the objective at the truth, over all directions in the lattice, per unit
    #: l2 change of the lowpass filter and as a share of the interpretation term there. The L1 norm
    #: has a kink where coefficients are zero, so at a minimum every slope is positive. If the least
    #: slope is negative, the minimum is not at the truth, even with a perfect teacher. The smaller
    #: it is, the farther small errors of the gradients move the minimum. Infinite for filters
    #: without a free angle.
    slope: float


def exact_attributions(task: SyntheticTask, noise: float = 0.0, seed: int = 0) -> Attributions:
    """The saliency of the response, the same for every training signal.

    `noise` is the standard deviation of independent noise on it, as a share of its root mean
    square.
    """
    multipliers = np.broadcast_to(task.gradient.astype(task.X_train.dtype), task.X_train.shape)
    spread = noise * np.sqrt(np.mean(multipliers**2))
    errors = np.random.default_rng(seed).standard_normal(multipliers.shape) if noise else 0.0
    return Attributions((multipliers + spread * errors).astype(multipliers.dtype))


def identifiability(task: SyntheticTask, *, sparsity: float = 1.0) -> Identifiability:
    """Measure how well the exact gradients, and the training signals, point at the truth.

    The wavelet of the task must be orthonormal; `sparsity` is the weight of that term, beside an
    interpretation of 1.

    Notes
    -----
    Along a direction d of the lattice, the objective at the truth has the one-sided slope

        b . d  +  sum over the coefficients k that are zero of |a_k . d|,

    where a_k is the gradient of coefficient k, and b gathers the other coefficients and the
    sparsity of the signals. The length of d is that of the change of the filter. The minimum over
    all d of length 1 is sought among 20,000 fixed random directions, and the best of them is
    refined by Nelder and Mead's method: an upper bound, close for the few angles there are.
    """
    exact = task.transform.adjoint(task.gradient)
    magnitudes = np.abs(exact)
    total = float(magnitudes.sum())
    leak = float(magnitudes[task.beta == 0].sum() / total)
    lattice = Lattice(len(task.wavelet.lowpass))
    if lattice.taps == 2:
        return Identifiability(leak, np.inf)
    # Changes of the angles (columns) that change the filter by orthonormal vectors.
    _, jacobian = lattice.jacobian(task.wavelet.angles[:-1])
    turns = np.linalg.inv(np.linalg.qr(jacobian.T, mode="r"))
    slopes = _attribution_slopes(task, lattice, turns) / total
    kinked = magnitudes <= _ZERO * magnitudes.max()
    smooth = np.sign(exact[~kinked]) @ slopes[~kinked]
    share = float(np.abs(task.gradient).mean()) / total
    smooth += share * _data_slope(task, sparsity) @ turns
    return Identifiability(leak, _least_slope(smooth, slopes[kinked]))


def _attribution_slopes(task: SyntheticTask, lattice: Lattice, turns: Array) -> Array:
    """Derivatives of the exact attributions, shape (coefficients, turns)."""
    free = task.wavelet.angles[:-1]

    def attributions(angles: Array) -> Array:
        transform = task.transform.with_wavelet(lattice.forward(angles))
        return np.asarray(transform.adjoint(task.gradient))

    steps = _STEP * turns.T
    rows = [attributions(free + step) - attributions(free - step) for step in steps]
    return np.stack(rows, axis=1) / (2 * _STEP)


def _data_slope(task: SyntheticTask, sparsity: float) -> Array:
    """The gradient of the sparsity term by the free angles."""
    free = task.wavelet.angles[:-1]
    if sparsity == 0:
        return np.zeros(len(free))
    decomposition = task.transform.decomposition
    terms = make_terms(task.X_train, None, sparsity, 0.0, decomposition)
    _, slope = Objective(terms, decomposition).at_angles(free)
    return slope


def _least_slope(smooth: Array, kinks: Array) -> float:
    def slope(directions: Array) -> Array:
        units = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
        return np.asarray(units @ smooth + np.abs(units @ kinks.T).sum(axis=-1))

    directions = np.random.default_rng(0).standard_normal((_DIRECTIONS, len(smooth)))
    slopes = slope(directions)
    refined = minimize(slope, directions[slopes.argmin()], method="Nelder-Mead")
    return float(min(slopes.min(), refined.fun))
