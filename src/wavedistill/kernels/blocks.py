"""The compiled loops over blocks, for data of any rank.

A block of signals or images goes forward through the filter bank and, while it is still in the
cache, its cotangents go back.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels.absolute import replace_by_cofactors, replace_by_signs
from wavedistill.kernels.compiling import FAST, cached
from wavedistill.kernels.filterbank import FilterPair, Lanes
from wavedistill.kernels.ranks import AnyBank, analyse, backpropagate

__all__ = ["add_coefficients", "add_products"]

Array = NDArray[np.float64]


@cached(fastmath=FAST)
def add_coefficients(
    blocks: Floats, lanes: Lanes, bank: AnyBank, values: Array, gradients: FilterPair
) -> None:
    """Set the value of each block, and add its gradients (blocks, levels, N)."""
    space = bank.space
    for b in range(len(blocks)):
        analyse(blocks[b], lanes, bank, 0)
        values[b] = replace_by_signs(space.details[0]) + replace_by_signs(space.approximation[0])
        backpropagate(lanes, bank, 0, FilterPair(gradients.lowpass[b], gradients.highpass[b]))


@cached(fastmath=FAST)
def add_products(
    inputs: Floats,
    multipliers: Floats,
    start: int,
    lanes: Lanes,
    bank: AnyBank,
    adjoint_bank: AnyBank,
    values: Array,
    gradients: FilterPair,
) -> None:
    """Do the same for products, of as many blocks from `start` on as there are values."""
    space, adjoint_space = bank.space, adjoint_bank.space
    for b in range(len(values)):
        for k in range(len(inputs)):
            analyse(inputs[k, start + b], lanes, bank, k)
            analyse(multipliers[k, start + b], lanes, adjoint_bank, k)
        values[b] = replace_by_cofactors(space.details, adjoint_space.details)
        values[b] += replace_by_cofactors(space.approximation, adjoint_space.approximation)
        into = FilterPair(gradients.lowpass[b], gradients.highpass[b])
        for k in range(len(inputs)):
            backpropagate(lanes, bank, k, into)
            backpropagate(lanes, adjoint_bank, k, into)
