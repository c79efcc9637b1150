"""Measures of faithfulness: numbers per example, from curves and from random subsets."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr
from scipy.stats import rankdata

from wavedistill.checks import Floats
from wavedistill.faithfulness.removal import Curves

__all__ = ["MEASURES", "Measure", "complexity", "measures_of_curves", "rank_correlation"]

Array = NDArray[np.float64]


class Measure(NamedTuple):
    """Which values of a measure are better, and what it is."""

    better: Literal["higher", "lower"]
    meaning: str


#: Of each measure: which values are better, and its formula. f is the output, x the signal, x_k the
#: signal without its k most important shares of 1 / n, and y_k these shares alone on the baseline.
MEASURES: dict[str, Measure] = {
    "deletion": Measure("lower", "area under f(x_k) over the share removed, k = 0 ... n"),
    "insertion": Measure("higher", "area under f(y_k) over the share inserted, k = 0 ... n"),
    "difference": Measure("higher", "insertion - deletion"),
    "deletion_by_energy": Measure("lower", "area under f(x_k) over the share of energy removed"),
    "insertion_by_energy": Measure("higher", "area under f(y_k) over the share of energy restored"),
    "difference_by_energy": Measure("higher", "insertion_by_energy - deletion_by_energy"),
    "drop": Measure("higher", "f(x) - f(x without the more important half)"),
    "half_error": Measure("lower", "|f(x) - f(the more important half alone)|"),
    "kept_class": Measure("higher", "1 if the more important half alone has the class of x, or 0"),
    "mu_fidelity": Measure(
        "higher", "rank correlation of the scores' sum over random subsets and f(x) - f(x without)"
    ),
    "most_first": Measure("higher", "mean of |f(x) - f(x_k)| over k = 1 ... n"),
    "least_first": Measure("lower", "the same, the least important removed first"),
    "complexity": Measure("lower", "-sum q log q, with q the shares of |score|; nats"),
}


def measures_of_curves(curves: Curves, share: Array, *, classes: bool) -> dict[str, Array]:
    """What the curves of n examples tell, each measure with shape (n,).

    Parameters
    ----------
    curves : Curves
    share : ndarray, shape (steps + 1,)
        Of the units that are gone, or back.
    classes : bool
        Whether the output is one of classes, of which the class can be kept.
    """
    half = len(share) // 2
    found: dict[str, Array] = {
        "deletion": _area(curves.deletion, share),
        "insertion": _area(curves.insertion, share),
    }
    found["difference"] = found["insertion"] - found["deletion"]
    found["deletion_by_energy"] = _area(curves.deletion, curves.removed)
    found["insertion_by_energy"] = _area(curves.insertion, curves.restored)
    by_energy = found["insertion_by_energy"] - found["deletion_by_energy"]
    whole = curves.deletion[:, :1]
    found |= {
        "difference_by_energy": by_energy,
        "drop": whole[:, 0] - curves.deletion[:, half],
        "half_error": np.abs(whole[:, 0] - curves.insertion[:, half]),
    }
    if classes:
        found["kept_class"] = curves.kept.astype(np.float64)
    # What stays when the least important go first are the most important: the insertion, backwards.
    found["most_first"] = np.abs(whole - curves.deletion[:, 1:]).mean(axis=1)
    found["least_first"] = np.abs(whole - curves.insertion[:, :-1]).mean(axis=1)
    return found


def rank_correlation(some: Floats, others: Floats) -> Array:
    """Spearman's rank correlation of each row, shape (n,).

    It is Pearson's correlation of the ranks, ties having their mean rank. A row that is constant
    orders nothing, and has 0.

    Parameters
    ----------
    some, others : ndarray, shape (n, k)
    """
    first, second = (rankdata(each, axis=1) for each in (some, others))
    first, second = (each - each.mean(axis=1, keepdims=True) for each in (first, second))
    norms = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    products = (first * second).sum(axis=1)
    found: Array = np.divide(products, norms, out=np.zeros(len(norms)), where=norms > 0)
    return found


def complexity(scores: Floats) -> Array:
    """Entropy of the shares of |score| of each row, in nats, shape (n,).

    It is 0 where one unit has everything and log(units) where all have the same; its exponential is
    the effective number of units. A row of zeros has log(units).

    Parameters
    ----------
    scores : ndarray, shape (n, units)
    """
    sizes = np.abs(scores).astype(np.float64)
    sizes[~sizes.any(axis=1)] = 1
    found: Array = entr(sizes / sizes.sum(axis=1, keepdims=True)).sum(axis=1)
    return found


def _area(values: Array, along: Array) -> Array:
    """By the trapezoidal rule, of each row."""
    return np.asarray(np.trapezoid(values, along, axis=1), dtype=np.float64)
