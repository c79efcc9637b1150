"""The orthonormal objective: a weighted sum of L1 norms of wavelet coefficients.

On the orthonormal constraint the reconstruction loss and the validity penalties of Eq. 8 vanish.
What is left is

    sparsity * mean_i ||A_h x_i||_1  +  interpretation * mean_i ||S_h^T m_i||_1,

with the signals x, the multipliers m, and the angles of h as the only unknowns. Where attributions
are products, the second norm is that of A_h d_i * S_h^T m_i.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels import L1Gradient, PackedSignals, coefficient_l1, prepare, product_l1
from wavedistill.wavelets import Decomposition, Lattice
from wavedistill.wavelets.lattice import quadrature_mirror, quadrature_mirror_adjoint

__all__ = ["Objective", "Term"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Term:
    """A term of the objective: an L1 norm over examples, with its weight.

    Parameters
    ----------
    name : str
        ``"sparsity"`` or ``"interpretation"``.
    weight : float
        The user's weight.
    scale : float
        The coefficients are divided by this, so that a weight of 1 means the same on any data.
    signals : ndarray, shape (n, ...)
        Signals, or multipliers.
    adjoint : bool
        Take S_h^T instead of A_h.
    inputs : ndarray of the same shape, or None
        If given, the coefficients are products, A_h inputs * S_h^T signals.
    baseline_axis : bool
        Whether a leading axis of both arrays runs over baselines, over which products are averaged.
    """

    name: str
    weight: float
    scale: float
    signals: Floats
    adjoint: bool = False
    inputs: Floats | None = None
    baseline_axis: bool = False

    def __len__(self) -> int:
        return int(self.signals.shape[self.baseline_axis])

    def subset(self, count: int, random: np.random.Generator) -> Self:
        """The term over `count` random examples, or over all if there are no more."""
        if count >= len(self):
            return self
        rows = np.sort(random.choice(len(self), count, replace=False))
        axis = int(self.baseline_axis)
        inputs = None if self.inputs is None else self.inputs.take(rows, axis)
        return replace(self, signals=self.signals.take(rows, axis), inputs=inputs)


class Objective:
    """The objective, with its examples packed for the kernel.

    Parameters
    ----------
    terms : sequence of Term
    decomposition : Decomposition
    """

    def __init__(self, terms: tuple[Term, ...], decomposition: Decomposition) -> None:
        self._terms = [_PackedTerm(term, decomposition) for term in terms]

    def evaluate(self, lowpass: Array) -> dict[str, float]:
        """Each term at a filter, weighted, by name."""
        filters = lowpass, quadrature_mirror(lowpass)
        return {term.name: term.evaluate(*filters).value for term in self._terms}

    def at_filter(self, lowpass: Array) -> tuple[float, Array]:
        """Value, and gradient by the N taps of h, with g its quadrature mirror (Eq. 11)."""
        filters = lowpass, quadrature_mirror(lowpass)
        value, gradient = 0.0, np.zeros(len(lowpass))
        for term in self._terms:
            part = term.evaluate(*filters)
            value += part.value
            gradient += part.grad_lowpass + quadrature_mirror_adjoint(part.grad_highpass)
        return value, gradient

    def at_angles(self, free: Array) -> tuple[float, Array]:
        """Value, and gradient by the N/2 - 1 free angles of the orthonormal lattice."""
        lowpass, jacobian = Lattice.of(free).jacobian(free)
        value, gradient = self.at_filter(lowpass)
        return value, jacobian @ gradient


class _PackedTerm:
    """A term of the objective, ready for many evaluations."""

    def __init__(self, term: Term, decomposition: Decomposition) -> None:
        self.name = term.name
        self._factor = float(term.weight / len(term))
        self._inputs: PackedSignals | None = None
        if term.inputs is None:
            # With a scale of 1, that of raw weights, nothing is known to be negligible.
            scale = term.scale if term.scale != 1 else None
            self._signals = prepare(term.signals, decomposition.axes, scale=scale)
        else:
            axes, baselines = decomposition.axes, term.baseline_axis
            self._factor /= term.scale
            self._signals = prepare(term.signals, axes, baseline_axis=baselines)
            self._inputs = prepare(term.inputs, axes, baseline_axis=baselines)
        self._adjoint, self._decomposition = term.adjoint, decomposition

    def evaluate(self, lowpass: Array, highpass: Array) -> L1Gradient:
        setting = (lowpass, highpass, self._decomposition.levels, self._decomposition.mode)
        if self._inputs is None:
            total = coefficient_l1(self._signals, *setting, adjoint=self._adjoint)
        else:
            total = product_l1(self._inputs, self._signals, *setting)
        factor = self._factor
        return L1Gradient(
            factor * total.value, factor * total.grad_lowpass, factor * total.grad_highpass
        )
