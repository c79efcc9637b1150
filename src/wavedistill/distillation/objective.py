"""The orthonormal objective: a weighted sum of L1 norms of wavelet coefficients.

On the orthonormal constraint the reconstruction loss and the validity penalties of Eq. 8 vanish,
and what is left is

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

__all__ = ["Examples", "Objective"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Examples:
    """What one term of the objective is taken over.

    Parameters
    ----------
    name : str
        ``"sparsity"`` or ``"interpretation"``.
    weight : float
        The user's weight.
    scale : float
        What coefficients are divided by, so that weights of 1 are of comparable size on any data.
    signals : ndarray, shape (n, ...)
        Signals, or multipliers.
    adjoint : bool
        Take S_h^T instead of A_h.
    inputs : ndarray of the same shape, or None
        Where given, the coefficients are products, A_h inputs * S_h^T signals.
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
        """`count` of the examples, or all if there are no more; the scale stays."""
        if count >= len(self):
            return self
        rows = np.sort(random.choice(len(self), count, replace=False))
        axis = int(self.baseline_axis)
        inputs = None if self.inputs is None else self.inputs.take(rows, axis)
        return replace(self, signals=self.signals.take(rows, axis), inputs=inputs)


class Objective:
    """The objective over given examples, packed for the kernel.

    Parameters
    ----------
    terms : sequence of Examples
    decomposition : Decomposition
    """

    def __init__(self, terms: tuple[Examples, ...], decomposition: Decomposition) -> None:
        self._terms = [_Packed(term, decomposition) for term in terms]

    def terms(self, lowpass: Array) -> dict[str, float]:
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
        lowpass, jacobian = Lattice(2 * len(free) + 2).jacobian(free)
        value, gradient = self.at_filter(lowpass)
        return value, jacobian @ gradient


class _Packed:
    """A term of the objective, ready for many evaluations."""

    def __init__(self, examples: Examples, decomposition: Decomposition) -> None:
        self.name = examples.name
        self._factor = float(examples.weight / len(examples))
        self._inputs: PackedSignals | None = None
        if examples.inputs is None:
            # A scale of 1 is that of raw weights, of which nothing is known to be negligible.
            scale = examples.scale if examples.scale != 1 else None
            self._signals = prepare(examples.signals, decomposition.axes, scale=scale)
        else:
            axes, baselines = decomposition.axes, examples.baseline_axis
            self._factor /= examples.scale
            self._signals = prepare(examples.signals, axes, baseline_axis=baselines)
            self._inputs = prepare(examples.inputs, axes, baseline_axis=baselines)
        self._adjoint, self._decomposition = examples.adjoint, decomposition

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
