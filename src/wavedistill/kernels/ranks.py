"""What the kernel does with signals and with images: one entry of `RANKS` for each.

The rank of data is their number of transformed axes. Another rank needs a module like `two_axes`,
whose plan is a named tuple of its own, and an entry in `RANKS`. The compiled loops over blocks call
`analyse` and `backpropagate`. Numba asks which functions these stand for when it compiles the
loops, and the type of the plan gives the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from numba import types
from numba.extending import overload

from wavedistill.checks import Floats
from wavedistill.kernels.compiling import FAST
from wavedistill.kernels.filterbank import FilterBank, FilterPair, Lanes
from wavedistill.kernels.one_axis import (
    SignalPlan,
    SignalSpace,
    analyse_signals,
    backpropagate_signals,
    plan_signals,
)
from wavedistill.kernels.two_axes import (
    ImagePlan,
    ImageSpace,
    analyse_images,
    backpropagate_images,
    plan_images,
)

__all__ = ["RANKS", "AnyBank", "Rank", "analyse", "backpropagate"]

AnyBank = FilterBank[Any, Any]


class Rank(NamedTuple):
    """The functions for data of one rank."""

    #: The type of its plans.
    plan: type[Any]
    #: ``make_plan(sizes, taps, levels, mode, adjoint)`` makes one.
    make_plan: Callable[..., Any]
    #: The type of what a block works with: arrays of the plan's `space_sizes`.
    space: type[Any]
    #: What `analyse` does: a Python function that Numba compiles, with arguments of those names.
    analyse: Callable[..., None]
    #: What `backpropagate` does, likewise.
    backpropagate: Callable[..., None]


RANKS = {
    1: Rank(SignalPlan, plan_signals, SignalSpace, analyse_signals, backpropagate_signals),
    2: Rank(ImagePlan, plan_images, ImageSpace, analyse_images, backpropagate_images),
}


def analyse(block: Floats, lanes: Lanes, bank: AnyBank, baseline: int) -> None:
    """Fill details and approximation of a baseline with the coefficients of one block."""
    _find_rank(type(bank.plan)).analyse(block, lanes, bank, baseline)


def backpropagate(lanes: Lanes, bank: AnyBank, baseline: int, gradients: FilterPair) -> None:
    """Add the gradients by the filters; details and approximation hold the cotangents."""
    _find_rank(type(bank.plan)).backpropagate(lanes, bank, baseline, gradients)


# Not strict: Numba would compare annotations too, and here these are types of types.
@overload(analyse, jit_options={"fastmath": FAST}, strict=False)
def _select_analyse(
    block: types.Type, lanes: types.Type, bank: types.NamedTuple, baseline: types.Type
) -> Callable[..., None]:
    return _find_compiled_rank(bank).analyse


@overload(backpropagate, jit_options={"fastmath": FAST}, strict=False)
def _select_backpropagate(
    lanes: types.Type, bank: types.NamedTuple, baseline: types.Type, gradients: types.Type
) -> Callable[..., None]:
    return _find_compiled_rank(bank).backpropagate


def _find_rank(plan: type[Any]) -> Rank:
    return next(rank for rank in RANKS.values() if rank.plan is plan)


def _find_compiled_rank(bank: types.NamedTuple) -> Rank:
    return _find_rank(bank.types[bank.fields.index("plan")].instance_class)
