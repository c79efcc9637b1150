"""What a distilled student computes, in plain NumPy.

`export` copies the functions that a student needs into its file, so they use nothing but NumPy,
the types defined here, and one another.
Signals and coefficients lie along the last axis.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "antireflected",
    "antisymmetric",
    "constant",
    "events",
    "largest",
    "log_energy",
    "mean",
    "mirrored",
    "packets",
    "parts_of",
    "periodic",
    "reflected",
    "scattering",
    "smooth",
    "split",
    "split_periodic",
    "sub_bands",
    "symmetric",
    "undecimated",
    "with_zeros",
]

Array = NDArray[np.float64]
#: Gives the signals with so many samples before and after them.
Extend = Callable[[Array, int, int], Array]
#: Gives approximation and detail.
Split = Callable[[Array, Array, Extend], tuple[Array, Array]]


def with_zeros(signals: Array, before: int, after: int) -> Array:
    """Put zeros before and after the signals."""
    return np.pad(signals, [(0, 0)] * (signals.ndim - 1) + [(before, after)])


def constant(signals: Array, before: int, after: int) -> Array:
    """Repeat the first and the last sample."""
    return np.pad(signals, [(0, 0)] * (signals.ndim - 1) + [(before, after)], mode="edge")


def symmetric(signals: Array, before: int, after: int) -> Array:
    """Mirror the signals at their ends; the end samples come twice."""
    return np.pad(signals, [(0, 0)] * (signals.ndim - 1) + [(before, after)], mode="symmetric")


def reflected(signals: Array, before: int, after: int) -> Array:
    """Mirror the signals at their first and last sample."""
    if signals.shape[-1] == 1:
        return np.repeat(signals, 1 + before + after, axis=-1)
    return np.pad(signals, [(0, 0)] * (signals.ndim - 1) + [(before, after)], mode="reflect")


def antireflected(signals: Array, before: int, after: int) -> Array:
    """Turn the signals around their first and last sample."""
    if signals.shape[-1] == 1:
        return np.repeat(signals, 1 + before + after, axis=-1)
    around = [(0, 0)] * (signals.ndim - 1) + [(before, after)]
    return np.pad(signals, around, mode="reflect", reflect_type="odd")


def antisymmetric(signals: Array, before: int, after: int) -> Array:
    """Mirror the signals at their ends and change their sign."""
    length = signals.shape[-1]
    both = np.concatenate([signals, -signals[..., ::-1]], axis=-1)
    return both[..., np.arange(-before, length + after) % (2 * length)]


def periodic(signals: Array, before: int, after: int) -> Array:
    """Repeat the signals."""
    length = signals.shape[-1]
    return signals[..., np.arange(-before, length + after) % length]


def smooth(signals: Array, before: int, after: int) -> Array:
    """Continue the line through the first two, and through the last two, samples."""
    if signals.shape[-1] == 1:
        return np.repeat(signals, 1 + before + after, axis=-1)
    first, second = signals[..., :1], signals[..., 1:2]
    last, previous = signals[..., -1:], signals[..., -2:-1]
    left = first - np.arange(before, 0, -1) * (second - first)
    right = last + np.arange(1, after + 1) * (last - previous)
    return np.concatenate([left, signals, right], axis=-1)


def mirrored(lowpass: Array) -> Array:
    """The highpass filter: the lowpass filter backwards, with every second sign changed."""
    signs = np.where(np.arange(len(lowpass)) % 2, -1.0, 1.0)
    return signs * lowpass[::-1]


def split(signals: Array, lowpass: Array, extend: Extend) -> tuple[Array, Array]:
    """One level of the wavelet transform: every second value of either filter's output."""
    taps, length = len(lowpass), signals.shape[-1]
    count = (length + taps - 1) // 2
    around = extend(signals, taps - 2, 2 * count - length)
    windows = np.lib.stride_tricks.sliding_window_view(around, taps, axis=-1)[..., ::2, :]
    return windows @ lowpass, windows @ mirrored(lowpass)


def split_periodic(signals: Array, lowpass: Array, extend: Extend) -> tuple[Array, Array]:
    """One level of the wavelet transform of signals that go on from their beginning."""
    taps = len(lowpass)
    if signals.shape[-1] % 2:
        signals = np.concatenate([signals, signals[..., -1:]], axis=-1)
    around = extend(signals, taps // 2 - 1, taps // 2 - 1)
    windows = np.lib.stride_tricks.sliding_window_view(around, taps, axis=-1)[..., ::2, :]
    return windows @ lowpass, windows @ mirrored(lowpass)


def sub_bands(signals: Array, filters: Array, extend: Extend, split: Split) -> list[Array]:
    """The approximation, and the details of each level, the coarsest first."""
    details: list[Array] = []
    for lowpass in filters:
        signals, detail = split(signals, lowpass, extend)
        details.insert(0, detail)
    return [signals, *details]


def packets(signals: Array, filters: Array, extend: Extend, split: Split) -> list[Array]:
    """Split every sub-band again at each level; sub-bands by ascending frequency."""
    nodes = [signals]
    for lowpass in filters:
        halves = [split(node, lowpass, extend) for node in nodes]
        # Every second band has its frequencies backwards, so its halves change places.
        nodes = [half for i, pair in enumerate(halves) for half in pair[:: -1 if i % 2 else 1]]
    return nodes


def scattering(
    signals: Array, filters: Array, second: Array, extend: Extend, split: Split
) -> list[Array]:
    """All sub-bands, then the details of the absolute values of each detail.

    The filters of the second layer are those of level 2 and coarser ones.
    """
    bands = sub_bands(signals, filters, extend, split)
    modulations: list[Array] = []
    for level in range(1, len(filters)):
        absolute = np.abs(bands[-level])
        modulations += sub_bands(absolute, second[level - 1 :], extend, split)[1:]
    return bands + modulations


def undecimated(signals: Array, filters: Array, extend: Extend) -> list[Array]:
    """Sub-bands with a coefficient at every sample; taps of level j are 2^(j-1) samples apart."""
    length, taps = signals.shape[-1], filters.shape[1]
    start = (2 ** len(filters) - 1) * taps // 2
    signals = extend(signals, start, start)
    details: list[Array] = []
    for level, lowpass in enumerate(filters):
        apart = 2**level
        size = signals.shape[-1] - (taps - 1) * apart
        shifted = [signals[..., k * apart : k * apart + size] for k in range(taps)]
        detail = np.tensordot(mirrored(lowpass), shifted, axes=1)
        signals = np.tensordot(lowpass, shifted, axes=1)
        start -= (taps // 2 - 1) * apart
        details.insert(0, detail[..., start : start + length])
    return [signals[..., start : start + length], *details]


def parts_of(band: Array, parts: int) -> list[Array]:
    """A sub-band in equal parts."""
    size = band.shape[-1]
    return [band[..., size * i // parts : size * (i + 1) // parts] for i in range(parts)]


def log_energy(band: Array) -> Array:
    """The natural logarithm of the mean square; 0.0001 is added to it first."""
    squares = (band**2).sum(axis=-1, keepdims=True) / max(band.shape[-1], 1)
    energies: Array = np.log(squares + 1e-4)
    return energies


def mean(band: Array) -> Array:
    """The mean; 0 where there is nothing."""
    means: Array = band.sum(axis=-1, keepdims=True) / max(band.shape[-1], 1)
    return means


def events(band: Array) -> Array:
    """Maximum, minimum, and the sums of positive and of negative parts over sqrt(their number)."""
    size = band.shape[-1]
    if size == 0:
        return np.zeros((*band.shape[:-1], 4))
    sums = [np.maximum(band, 0).sum(axis=-1), np.minimum(band, 0).sum(axis=-1)]
    return np.stack(
        [band.max(axis=-1), band.min(axis=-1), *(each / np.sqrt(size) for each in sums)], axis=-1
    )


def largest(band: Array) -> Array:
    """The six largest coefficients, the largest first; 0 for those that are missing."""
    top: Array = -np.sort(-band, axis=-1)[..., :6]
    return with_zeros(top, 0, 6 - top.shape[-1])
