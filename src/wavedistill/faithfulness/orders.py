"""A basis measured in three orders: by attribution, by the size of the coefficients, at random."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.faithfulness.arguments import sum_units
from wavedistill.faithfulness.measures import complexity, measures_of_curves, rank_correlation
from wavedistill.faithfulness.removal import Curves, Remover, ranks, steps_of
from wavedistill.faithfulness.result import ORDERS, FaithfulnessRow

__all__ = ["Settings", "rows_of_basis"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]
Booleans = NDArray[np.bool_]

#: What a row has of the curves.
_LINES = ("deletion", "insertion", "removed", "restored")


@dataclass(frozen=True)
class Settings:
    """How much is removed, how often, and what the order looks at."""

    steps: int
    #: Whether the absolute value of a score decides, or the score.
    absolute: bool
    subsets: int
    subset_share: float
    random_orders: int
    #: Of each example a generator of its own, the same in every basis.
    streams: Callable[[int], np.random.Generator]


class _Draws(NamedTuple):
    """What is random about some examples; one that is drawn alone draws the same."""

    #: To break ties, shape (m, units).
    ties: Array
    #: Scores of the random orders, shape (draws, m, units).
    orders: Array
    #: Which units each subset removes, shape (m, subsets, units).
    subsets: Booleans


class _Part(NamedTuple):
    """The curves and measures of some examples in one order."""

    curves: Curves
    values: dict[str, Array]


def rows_of_basis(
    name: str, remover: Remover, scores: Array, settings: Settings
) -> list[FaithfulnessRow]:
    """The rows of a basis, in the order of `ORDERS`.

    Parameters
    ----------
    name : str
    remover : Remover
    scores : ndarray, shape (n, units)
    settings : Settings
    """
    units = scores.shape[1]
    ends = steps_of(units, settings.steps)
    given = {ORDERS[0]: scores, ORDERS[1]: _sizes(remover)}
    parts: dict[str, list[_Part]] = {order: [] for order in ORDERS}
    for examples in remover.parts(max(settings.steps, settings.subsets), units):
        draws = _draw(settings, examples, units)
        changes = remover.changes(examples, draws.subsets) if settings.subsets else None
        for order, own in parts.items():
            several = given[order][None, examples] if order in given else draws.orders
            measured = [
                _measure(remover, examples, each, draws, changes, ends, settings)
                for each in several
            ]
            own.append(_average(measured))
    coefficients = remover.basis.analysis(remover.X[:1]).shape[1]
    rows = []
    for order, own in parts.items():
        values = {key: np.concatenate([part.values[key] for part in own]) for key in own[0].values}
        if order in given:
            values["complexity"] = complexity(given[order])
        curves = {key: np.vstack([getattr(part.curves, key) for part in own]) for key in _LINES}
        rows.append(
            FaithfulnessRow(name, order, units, coefficients, values, ends / units, **curves)
        )
    return rows


def _measure(
    remover: Remover,
    examples: Integers,
    scores: Array,
    draws: _Draws,
    changes: Array | None,
    ends: Integers,
    settings: Settings,
) -> _Part:
    """Curves and measures of one order of the units of some examples."""
    ranked = np.abs(scores) if settings.absolute else scores
    curves = remover.curves(examples, ranks(ranked, draws.ties), ends)
    values = measures_of_curves(curves, ends / ends[-1], classes=remover.output.classes)
    if changes is not None:
        sums = (draws.subsets @ ranked[..., None])[..., 0]
        lost = np.abs(changes) if settings.absolute else changes
        values["mu_fidelity"] = rank_correlation(sums, lost)
    return _Part(curves, values)


def _average(parts: list[_Part]) -> _Part:
    """The mean over several orders of the same examples."""
    if len(parts) == 1:
        return parts[0]
    curves = {key: np.mean([getattr(p.curves, key) for p in parts], axis=0) for key in _LINES}
    values = {key: np.mean([p.values[key] for p in parts], axis=0) for key in parts[0].values}
    return _Part(replace(parts[0].curves, **curves), values)


def _draw(settings: Settings, examples: Integers, units: int) -> _Draws:
    size = max(1, round(settings.subset_share * units))
    ties, orders, subsets = [], [], []
    for example in examples:
        random = settings.streams(int(example))
        ties.append(random.random(units))
        orders.append(random.random((settings.random_orders, units)))
        numbers = random.random((settings.subsets, units))
        removed = np.zeros(numbers.shape, dtype=bool)
        np.put_along_axis(removed, np.argpartition(numbers, size - 1, axis=1)[:, :size], True, 1)
        subsets.append(removed)
    return _Draws(np.stack(ties), np.stack(orders, axis=1), np.stack(subsets))


def _sizes(remover: Remover) -> Array:
    """The size of what a removal takes from each unit: a coefficient, or the root of its energy."""
    basis, X = remover.basis, remover.X
    taken = basis.analysis(X - remover.baseline).astype(np.float64)
    if basis.units(X.shape[1:]) is None:
        return np.abs(taken)
    return np.sqrt(sum_units(taken**2, basis, X.shape[1:]))
