"""Signals, images and what may come: an entry for each number of transformed axes.

Compiled code calls `analyse` and `backpropagate`, and the type of the plan decides which rank's
functions they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from numba.extending import overload

from wavedistill.kernels.one_axis import (
    SignalPlan,
    analyse_signals,
    backpropagate_signals,
    signals_plan,
    signals_space,
)
from wavedistill.kernels.two_axes import (
    ImagePlan,
    analyse_images,
    backpropagate_images,
    images_plan,
    images_space,
)

__all__ = ["RANKS", "Rank", "analyse", "backpropagate"]


class Rank(NamedTuple):
    """What the kernel needs for one number of transformed axes.

    `kind` is the type of plan that `plan` makes of the plans of the axes. `space` makes the memory
    of a block, and `analyse` and `backpropagate` are compiled functions.
    """

    kind: type
    plan: Callable[..., Any]
    space: Callable[..., Any]
    analyse: Any
    backpropagate: Any


#: By the number of transformed axes.
RANKS = {
    1: Rank(SignalPlan, signals_plan, signals_space, analyse_signals, backpropagate_signals),
    2: Rank(ImagePlan, images_plan, images_space, analyse_images, backpropagate_images),
}


def analyse(
    block: Any, lanes: Any, lowpass: Any, highpass: Any, plan: Any, space: Any, baseline: int
) -> None:
    """Fill the space of a baseline with the coefficients of a block, in compiled code."""
    raise NotImplementedError("for compiled code only")


def backpropagate(
    lanes: Any,
    lowpass: Any,
    highpass: Any,
    plan: Any,
    space: Any,
    baseline: int,
    lowpass_gradient: Any,
    highpass_gradient: Any,
) -> None:
    """Add the gradients by the filters, the space holding cotangents, in compiled code."""
    raise NotImplementedError("for compiled code only")


def _rank_of(plan: Any) -> Rank:
    return next(rank for rank in RANKS.values() if rank.kind is plan.instance_class)


@overload(analyse)
def _analyse(
    block: Any, lanes: Any, lowpass: Any, highpass: Any, plan: Any, space: Any, baseline: Any
) -> Any:
    own = _rank_of(plan).analyse

    def call(
        block: Any, lanes: Any, lowpass: Any, highpass: Any, plan: Any, space: Any, baseline: Any
    ) -> Any:
        own(block, lanes, lowpass, highpass, plan, space, baseline)

    return call


@overload(backpropagate)
def _backpropagate(
    lanes: Any,
    lowpass: Any,
    highpass: Any,
    plan: Any,
    space: Any,
    baseline: Any,
    lowpass_gradient: Any,
    highpass_gradient: Any,
) -> Any:
    own = _rank_of(plan).backpropagate

    def call(
        lanes: Any,
        lowpass: Any,
        highpass: Any,
        plan: Any,
        space: Any,
        baseline: Any,
        lowpass_gradient: Any,
        highpass_gradient: Any,
    ) -> Any:
        own(lanes, lowpass, highpass, plan, space, baseline, lowpass_gradient, highpass_gradient)

    return call
