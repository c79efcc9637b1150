"""What the compiled functions work with: filters, and a filter bank with its plan and memory.

All of it is named tuples, which Numba understands.
"""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from wavedistill.checks import Floats
from wavedistill.kernels.compiling import inner

__all__ = ["FilterBank", "FilterPair", "Lanes", "Plan", "Space", "select_level"]

#: The lanes of a block as a tuple of that many zeros. It must be an argument of its own: Numba then
#: takes ``len(lanes)`` for a constant, which makes the loops over lanes fast.
Lanes = tuple[int, ...]
Plan = TypeVar("Plan")
Space = TypeVar("Space")


class FilterPair(NamedTuple):
    """Both filters of every level, or the gradients by them."""

    #: Shape (levels, N), the finest level first, or (1, N) for one filter that all levels share.
    lowpass: Floats
    #: Of the same shape.
    highpass: Floats


@inner()
def select_level(pair: FilterPair, level: int) -> tuple[Floats, Floats]:
    """Select lowpass and highpass filter of a level, shape (N,), or the gradients by them."""
    row = min(level, len(pair.lowpass) - 1)
    return pair.lowpass[row], pair.highpass[row]


class FilterBank(NamedTuple, Generic[Plan, Space]):
    """All that a block of signals or images needs on its way through the levels."""

    filters: FilterPair
    #: Where everything lies: a `SignalPlan` or an `ImagePlan`. Its type tells the rank of the data.
    plan: Plan
    #: What a block works with, for each of several baselines: a `SignalSpace` or an `ImageSpace`.
    #: Every kind of space has arrays `details` and `approximation` of shape (baselines, values),
    #: which hold the coefficients after `analyse` and their cotangents before `backpropagate`.
    space: Space
