"""Batches and random draws, arranged so that how examples are batched changes no result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from numbers import Real

import numpy as np

from wavedistill.checks import Floats

__all__ = ["RandomState", "batches", "example_streams", "generator", "noise_scale"]

RandomState = int | np.random.Generator | None


def batches(total: int, size: int) -> Iterator[slice]:
    """`total` things in order, at most `size` at a time."""
    return (slice(at, min(at + size, total)) for at in range(0, total, size))


def generator(random_state: RandomState) -> np.random.Generator:
    """A generator of its own; the global ones are neither used nor seeded."""
    try:
        return np.random.default_rng(random_state)
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"random_state={random_state!r} must be a non-negative whole number, a NumPy "
            "Generator, or None for fresh randomness."
        ) from error


def example_streams(random_state: RandomState) -> Callable[[int], np.random.Generator]:
    """The generator of each example, by its number: the same one whenever it is asked for."""
    seed = int(generator(random_state).integers(2**63))
    return lambda example: np.random.default_rng((seed, example))


def noise_scale(noise: float, data: Floats) -> float:
    """The standard deviation of noise that is `noise` times that of the data."""
    if not isinstance(noise, Real) or not 0 < noise < np.inf:
        raise ValueError(
            f"noise={noise!r} must be a positive number: the standard deviation of the noise as a "
            "share of that of X."
        )
    spread = float(data.std(dtype=np.float64))
    if spread == 0:
        raise ValueError(
            "X is constant, and the noise is set as a share of its standard deviation, which is "
            "0; give signals that differ, or choose a method without noise."
        )
    return float(noise) * spread
