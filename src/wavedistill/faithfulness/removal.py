"""Parts of signals removed in a basis, and what the model returns without them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wavedistill.attribution.sampling import batches
from wavedistill.checks import Floats
from wavedistill.faithfulness.bases import Basis
from wavedistill.faithfulness.outputs import Output

__all__ = ["Curves", "Remover", "ranks", "steps_of"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

#: Coefficients that are held at once.
_BUDGET = 2_000_000


@dataclass(frozen=True)
class Curves:
    """The output along a deletion and along an insertion, each of shape (n, steps + 1).

    Parameters
    ----------
    deletion, insertion : ndarray
        The output while units are removed from the whole signal, or added to the baseline, the most
        important first.
    removed, restored : ndarray
        The share of the energy that is gone, or back: 1 - |x - x'|^2 / |x - b|^2 is what x' has of
        x, with the baseline b.
    kept : ndarray of bool, shape (n,)
        Whether the more important half alone has the class of the whole.
    """

    deletion: Array
    insertion: Array
    removed: Array
    restored: Array
    kept: NDArray[np.bool_]


@dataclass(frozen=True)
class Remover:
    """Removes units of a basis from signals.

    Parameters
    ----------
    basis : Basis
    X : ndarray, shape (n, ...)
    baseline : ndarray, shape (1, ...) or (n, ...)
    output : Output
        It has seen X.
    whole, base : ndarray, shape (n,)
        The output for X and for the baseline.
    classes : ndarray of int, shape (n,)
        Of X.
    """

    basis: Basis
    X: Floats
    baseline: Floats
    output: Output
    whole: Array
    base: Array
    classes: Integers

    def parts(self, rows: int, units: int) -> Iterator[Integers]:
        """The examples, so many at a time that `rows` of each fit into memory."""
        size = max(1, _BUDGET // (rows * max(units, self.X[0].size)))
        return (np.arange(part.start, part.stop) for part in batches(len(self.X), size))

    def without(self, examples: Integers, removed: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """Signals without units, and those units alone on the baseline.

        Parameters
        ----------
        examples : ndarray of int, shape (m,)
        removed : ndarray of bool, shape (m, k, units)

        Returns
        -------
        without, alone : ndarray, shape (m, k, ...)
        """
        X, shape = self.X[examples], self.X.shape[1:]
        baseline = np.broadcast_to(self.baseline, self.X.shape)[examples]
        numbers = self.basis.units(shape)
        gone = removed if numbers is None else removed[..., numbers]
        whole, base = (self.basis.analysis(each)[:, None] for each in (X, baseline))
        left = np.where(gone, base, whole)
        signals = self.basis.synthesis(left.reshape(-1, left.shape[-1]), shape)
        signals = signals.reshape(*removed.shape[:2], *shape)
        # Synthesis is linear and exact, so the two add up to the signal and the baseline.
        return signals, (X + baseline)[:, None] - signals

    def outputs(self, examples: Integers, signals: Floats) -> tuple[Array, Integers]:
        """The output for signals (m, k, ...) of examples (m,), and their classes, shape (m, k)."""
        rows = signals.reshape(-1, *signals.shape[2:])
        found, classes = self.output.of_rows(rows, np.repeat(examples, signals.shape[1]))
        return found.reshape(signals.shape[:2]), classes.reshape(signals.shape[:2])

    def curves(self, examples: Integers, order: Integers, ends: Integers) -> Curves:
        """The curves of some examples.

        Parameters
        ----------
        examples : ndarray of int, shape (m,)
        order : ndarray of int, shape (m, units)
            The rank of each unit; 0 is the most important.
        ends : ndarray of int, shape (steps + 1,)
            How many units are gone after each step, from 0 to all.
        """
        removed = order[:, None, :] < ends[1:-1, None]
        without, alone = self.without(examples, removed)
        deleted, _ = self.outputs(examples, without)
        inserted, classes = self.outputs(examples, alone)
        X = self.X[examples][:, None]
        base = np.broadcast_to(self.baseline, self.X.shape)[examples][:, None]
        total = _energy(X - base)
        shares = ends[1:-1] / ends[-1]
        gone, absent = (_energy(X - each) for each in (without, alone))
        with np.errstate(invalid="ignore", divide="ignore"):
            # A signal that is its own baseline has no energy to lose.
            removed_energy = np.where(total > 0, gone / total, shares)
            restored = np.where(total > 0, 1 - absent / total, shares)
        whole, empty = self.whole[examples, None], self.base[examples, None]
        zero = np.zeros((len(examples), 1))
        middle = len(ends) // 2 - 1
        return Curves(
            np.hstack([whole, deleted, empty]),
            np.hstack([empty, inserted, whole]),
            np.hstack([zero, removed_energy, zero + 1]),
            np.hstack([zero, restored, zero + 1]),
            classes[:, middle] == self.classes[examples],
        )

    def changes(self, examples: Integers, removed: NDArray[np.bool_]) -> Array:
        """What the output loses without units, shape (m, k)."""
        without, _ = self.without(examples, removed)
        return self.whole[examples, None] - self.outputs(examples, without)[0]


def steps_of(units: int, steps: int) -> Integers:
    """How many units are gone after each of so many steps of (nearly) equal size."""
    return np.round(np.linspace(0, units, steps + 1)).astype(np.intp)


def ranks(scores: Array, ties: Array) -> Integers:
    """The rank of each score in its row, the largest first; ties are broken by random numbers."""
    order = np.lexsort((ties, -scores), axis=-1)
    found = np.empty_like(order)
    np.put_along_axis(found, order, np.arange(scores.shape[1])[None], axis=1)
    return found


def _energy(signals: Floats) -> Array:
    """Sum of squares of signals (m, k, ...), shape (m, k)."""
    rows = signals.reshape(*signals.shape[:2], -1)
    found: Array = np.einsum("mkp,mkp->mk", rows, rows, dtype=np.float64)
    return found
