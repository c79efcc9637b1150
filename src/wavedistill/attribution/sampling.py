"""Batches and random draws, arranged so that how examples are batched changes no result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike

from wavedistill.checks import Floats, float_array

__all__ = [
    "RandomState",
    "batches",
    "check_noise",
    "example_streams",
    "generator",
    "noise_scale",
]

RandomState = int | np.random.Generator | None

#: With fewer examples, the standard deviation at a position is too rough to scale noise by.
_FEWEST_EXAMPLES = 8

#: The least standard deviation at a position, as a share of the median along the last axis.
_LEAST_SPREAD = 0.1

#: A standard deviation below this share of the values is rounding.
_ROUNDING = 1e-12


def batches(total: int, size: int) -> Iterator[slice]:
    """`total` things in order, at most `size` at a time."""
    return (slice(at, min(at + size, total)) for at in range(0, total, size))


def generator(random_state: RandomState) -> np.random.Generator:
    """A random generator; NumPy's global one is neither used nor seeded."""
    try:
        return np.random.default_rng(random_state)
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"random_state={random_state!r} must be a non-negative whole number, a NumPy "
            "Generator, or None for fresh randomness."
        ) from error


def example_streams(random_state: RandomState) -> Callable[[int], np.random.Generator]:
    """A function from the number of an example to its own generator, always the same one."""
    seed = int(generator(random_state).integers(2**63))
    return lambda example: np.random.default_rng((seed, example))


def check_noise(noise: ArrayLike) -> None:
    """Refuse what cannot be the size of noise.

    Raises
    ------
    ValueError
        If it is neither a positive number nor an array of them.
    """
    if np.ndim(noise):
        values = float_array(noise, "noise")
        if (values <= 0).any():
            raise ValueError(
                f"noise holds {values.min()}, and every value must be positive: the standard "
                "deviation of the noise at each position, in units of X."
            )
    elif not isinstance(noise, Real) or not 0 < noise < np.inf:
        raise ValueError(
            f"noise={noise!r} must be a positive number: the standard deviation of the noise as a "
            "share of that of X."
        )


def noise_scale(noise: ArrayLike, data: Floats, *, per_position: bool) -> Floats:
    """The standard deviation of the noise.

    Parameters
    ----------
    noise : float or array_like, shape (...)
        A share of the standard deviation of the data; or the standard deviation of the noise at
        each position of an example, in units of the data.
    data : ndarray, shape (n, ...)
    per_position : bool
        Whether a share is one of the standard deviation over examples at each position, or one of
        that of all values.

    Returns
    -------
    ndarray of float64, shape () or (...)

    Raises
    ------
    ValueError
        If the shape of an array is not that of an example, or if the data is constant.
    """
    if np.ndim(noise):
        values = float_array(noise, "noise")
        if values.shape != data.shape[1:]:
            raise ValueError(
                f"noise has shape {values.shape}; give one number, or a standard deviation for "
                f"each value of an example, shape {data.shape[1:]}."
            )
        return values.astype(np.float64)
    share = np.float64(noise)  # type: ignore[arg-type]
    spread = data.std(axis=0, dtype=np.float64)
    spread[spread < _ROUNDING * np.abs(data).max(axis=0)] = 0
    if per_position and len(data) >= _FEWEST_EXAMPLES and spread.any():
        return np.asarray(share * np.maximum(spread, _LEAST_SPREAD * _typical(spread)))
    total = data.std(dtype=np.float64)
    if total == 0:
        raise ValueError(
            "X is constant, and the noise is set as a share of its standard deviation, which is "
            "0; give signals that differ, or the standard deviation of the noise as an array of "
            f"shape {data.shape[1:]}."
        )
    return np.asarray(share * total)


def _typical(spread: Floats) -> Floats:
    """The median along the last axis of what is not 0, of channels apart; shape (..., 1).

    Noise needs a floor in terms of it: the error of a gradient is inverse to the noise at its
    position, so that positions that hardly vary would have errors above all others.
    """
    varying = np.where(spread > 0, spread, np.nan)
    constant = (spread == 0).all(axis=-1)
    varying[constant] = np.nanmedian(varying)
    return np.asarray(np.nanmedian(varying, axis=-1, keepdims=True))
