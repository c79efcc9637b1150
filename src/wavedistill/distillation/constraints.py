"""The two constraints on the filter: how each is fitted, and what it minimises.

- orthonormal: every filter of the orthonormal lattice, and no other;
- penalized: any filter, with the conditions of Eq. 9-11 as penalties (Eq. 8 of the paper).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from wavedistill.attribution import Attributions
from wavedistill.checks import Floats
from wavedistill.distillation.fits import Fit, fit_orthonormal
from wavedistill.distillation.objective import Objective, Term
from wavedistill.distillation.penalized.settings import PenalizedSettings
from wavedistill.extras import load
from wavedistill.wavelets import Decomposition, Wavelet

__all__ = ["Constraint", "Evaluation", "Orthonormal", "Penalized", "constraint_of"]

Terms = tuple[Term, ...]


class Evaluation(Protocol):
    """An objective over given data."""

    def evaluate(self, lowpass: NDArray[np.float64]) -> dict[str, float]:
        """Each term at a filter, weighted, by name."""


class Constraint(Protocol):
    """What a `WaveletDistiller` asks of its constraint."""

    def check(self, attributions: Attributions | None) -> None:
        """Raise a `ValueError` for attributions that it cannot use."""

    def objective(self, signals: Floats, terms: Terms, decomposition: Decomposition) -> Evaluation:
        """The objective over given data."""

    def fit(
        self,
        signals: Floats,
        terms: Terms,
        decomposition: Decomposition,
        taps: int,
        start: Wavelet | None,
        random: np.random.Generator,
    ) -> Fit:
        """Minimise the objective over the filters of `taps` taps, from a start or everywhere."""


@dataclass(frozen=True)
class Orthonormal:
    """Filters of the orthonormal lattice; the parameters are those of `descend`."""

    max_iter: int
    tol: float

    def check(self, attributions: Attributions | None) -> None:
        """Any attributions can be used."""

    def objective(self, signals: Floats, terms: Terms, decomposition: Decomposition) -> Objective:
        """Two terms, since the others vanish."""
        return Objective(terms, decomposition)

    def fit(
        self,
        signals: Floats,
        terms: Terms,
        decomposition: Decomposition,
        taps: int,
        start: Wavelet | None,
        random: np.random.Generator,
    ) -> Fit:
        """L-BFGS over the free angles of the lattice."""
        return fit_orthonormal(
            terms, decomposition, taps, start, max_iter=self.max_iter, tol=self.tol, random=random
        )


@dataclass(frozen=True)
class Penalized:
    """Free filters; all terms of Eq. 8 are minimised with PyTorch."""

    settings: PenalizedSettings

    def check(self, attributions: Attributions | None) -> None:
        """Refuse products: they hold in a wavelet only where S_h A_h = I."""
        if attributions is not None and attributions.inputs is not None:
            raise ValueError(
                f"attributions of method={attributions.method!r} are products of inputs and "
                "multipliers, which hold in a wavelet only if its synthesis undoes its analysis. "
                "The free filters of constraint='penalized' do not ensure that; use "
                "method='saliency', or constraint='orthonormal'."
            )

    def objective(self, signals: Floats, terms: Terms, decomposition: Decomposition) -> Evaluation:
        """All eight terms of Eq. 8."""
        settings = self.settings
        found: Evaluation = _loaded("objective").PenalizedObjective(
            signals, terms, decomposition, scaling=settings.scaling, device=settings.device
        )
        return found

    def fit(
        self,
        signals: Floats,
        terms: Terms,
        decomposition: Decomposition,
        taps: int,
        start: Wavelet | None,
        random: np.random.Generator,
    ) -> Fit:
        """Minibatch Adam over the taps, from the start."""
        found: Fit = _loaded("minimize").fit_penalized(
            signals, terms, decomposition, start, self.settings, random
        )
        return found


def constraint_of(estimator: Any) -> Constraint:
    """The constraint that the parameters of a `WaveletDistiller` name."""
    if estimator.constraint == "penalized":
        return Penalized(estimator.penalized or PenalizedSettings())
    return Orthonormal(estimator.max_iter, estimator.tol)


def _loaded(module: str) -> Any:
    name = f"wavedistill.distillation.penalized.{module}"
    return load(name, "constraint='penalized'", "torch")
