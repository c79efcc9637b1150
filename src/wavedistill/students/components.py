"""The curve of a signal, or the map of an image, that a feature stands for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from wavedistill.checks import Floats, dense_float_array, integer
from wavedistill.kernels.pooling import ENERGY, LARGEST, MEAN
from wavedistill.modes import Mode
from wavedistill.students.band_names import second_layer
from wavedistill.students.reading import AnyReading, Feature
from wavedistill.wavelets import Wavelet, WaveletTransform
from wavedistill.wavelets.layout import detail_keys
from wavedistill.wavelets.transform import extended, unpack

__all__ = ["component"]


def component(
    transform: WaveletTransform,
    reading: AnyReading,
    x: ArrayLike,
    column: int,
    second: WaveletTransform | None = None,
) -> Floats:
    """What a feature sees of each signal or image.

    The coefficients that the feature is made of are kept, all others are set to zero, and the rest
    goes back to where the signal lives:

    - log-energy and mean: the synthesis of the sub-band, or of the part of it, alone. The
      components of all sub-bands, and parts, add up to the signal.
    - the k-th largest: the synthesis of that one coefficient.
    - maximum and minimum: the undecimated atom at the place of the extreme, times the coefficient.
      The inner product of signal and atom is the coefficient.
    - sum of the positive, or of the negative, parts: the sum of the atoms of those coefficients,
      each times its coefficient and the sub-band's weight, 2^-level along each axis. Away from the
      ends, the components of both sums of all sub-bands add up to the signal, and with mode
      ``"periodic"`` they do so everywhere.
    - a detail of the absolute values of detail j (second layer): detail j, with the part of its
      absolute values that the feature reads in the place of the whole. Those parts, and that of the
      approximation of the absolute values, which no feature reads, add up to the component of
      detail j.

    Parameters
    ----------
    transform : WaveletTransform
        The filters, levels and mode of the reading. Signals have one axis, images two; which ones
        does not matter here.
    reading : Reading or CombinedReading
    x : array_like, shape (n, channels, length) or (n, channels, height, width)
    column : int
        The feature, in the order of `Reading.feature_names`.
    second : WaveletTransform, optional
        The filters of a second layer from level 2 on; those of `transform` if not given.

    Returns
    -------
    ndarray, shape (n, length) or (n, height, width)
        In the units of `x`, of the channel that the feature reads (`Reading.feature`).

    Raises
    ------
    TypeError, ValueError
        If `x` has other axes, there is no such column, or the reading is one of signals only and
        `x` are images.
    """
    signals = dense_float_array(x, "x")
    rank = len(transform.axes)
    feature = _checked(transform, reading, signals, column)
    alone = signals[:, feature.channel]
    own = WaveletTransform(
        list(transform.wavelets), mode=transform.mode, axes=tuple(range(-rank, 0))
    )
    coarser = own.wavelets[1:] if second is None else second.wavelets
    return _of_channel(own, alone, feature, coarser)


def _of_channel(
    transform: WaveletTransform,
    alone: Floats,
    feature: Feature,
    second: tuple[Wavelet, ...],
) -> Floats:
    """The component of one channel, shape (n, *lengths); the transform's axes are its last."""
    lengths, rank, reading = alone.shape[1:], alone.ndim - 1, feature.reading
    if reading.bank == "undecimated":
        band = transform.undecimated(alone)[feature.band]
        return _from_undecimated(transform, _kept(band, feature), feature)
    if reading.bank == "packets":
        nodes = transform.packets(alone)
        kept = np.zeros_like(nodes)
        kept[feature.band] = _kept(nodes[feature.band], feature)
        banks = [wavelet.to_pywt() for wavelet in transform.wavelets]
        return unpack(kept, banks, transform.mode, tuple(range(1, rank + 1)), lengths)
    bands = transform.layout(lengths).bands(transform.analysis(alone), axis=1)
    if feature.band >= len(bands):
        return _modulated(transform, second, bands, feature, lengths)
    kept = _kept(bands[feature.band], feature)
    return _alone(transform, bands, feature.band, kept, lengths)


def _checked(
    transform: WaveletTransform, reading: AnyReading, signals: Floats, column: int
) -> Feature:
    rank = len(transform.axes)
    if signals.ndim != rank + 2 or rank > 2:
        axes = "(n, channels, length)" if rank == 1 else "(n, channels, height, width)"
        raise ValueError(
            f"x has shape {signals.shape}; with axes={transform.axes} it must be {axes}."
        )
    reading.check_rank(rank)
    count = signals.shape[1] * reading.count(transform.levels, rank)
    if integer(column, "column", minimum=0) >= count:
        raise ValueError(f"column={column} must be below {count}, the number of features.")
    return reading.feature(transform.levels, column, rank)


def _kept(band: Floats, feature: Feature) -> Floats:
    """The coefficients of a sub-band, shape (n, *lengths), that a feature is made of."""
    place = _place_of_part(band.shape[1:], feature.reading.parts, feature.part)
    piece = band[place]
    flat = piece.reshape(len(piece), -1)
    kept = np.zeros_like(band)
    kept[place] = _kept_of_part(flat, feature.reading.pooling, feature.number).reshape(piece.shape)
    return kept


def _kept_of_part(flat: Floats, pooling: int, number: int) -> Floats:
    if pooling in (ENERGY, MEAN):
        return flat
    if pooling != LARGEST and number >= 2:
        return np.maximum(flat, 0) if number == 2 else np.minimum(flat, 0)
    kept = np.zeros_like(flat)
    rank = number if pooling == LARGEST else 0
    if rank < flat.shape[1]:
        # Events have the smallest for their number 1.
        sign = -1 if pooling == LARGEST or number == 0 else 1
        at = np.argsort(sign * flat, axis=1, kind="stable")[:, [rank]]
        np.put_along_axis(kept, at, np.take_along_axis(flat, at, axis=1), axis=1)
    return kept


def _place_of_part(lengths: Sequence[int], parts: int, part: int) -> Any:
    """Where one of equal parts along each axis lies in an array (n, *lengths)."""
    indices = np.unravel_index(part, (parts,) * len(lengths))
    cuts = (
        slice(size * int(i) // parts, size * (int(i) + 1) // parts)
        for size, i in zip(lengths, indices, strict=True)
    )
    return (slice(None), *cuts)


def _alone(
    transform: WaveletTransform,
    bands: list[Floats],
    number: int,
    kept: Floats,
    lengths: tuple[int, ...],
) -> Floats:
    """The synthesis of a sub-band alone."""
    flat = [
        (kept if i == number else np.zeros_like(band)).reshape(len(band), -1)
        for i, band in enumerate(bands)
    ]
    return transform.synthesis(np.concatenate(flat, axis=1), lengths)


def _modulated(
    transform: WaveletTransform,
    second: tuple[Wavelet, ...],
    bands: list[Floats],
    feature: Feature,
    lengths: tuple[int, ...],
) -> Floats:
    """The component of a detail of the absolute values of a detail."""
    fine, coarse = second_layer(transform.levels)[feature.band - len(bands)]
    number = len(bands) - fine
    detail = bands[number]
    inner = WaveletTransform(list(second[fine - 1 :]), mode=transform.mode)
    modulations = inner.layout(detail.shape[1]).bands(inner.analysis(np.abs(detail)), axis=1)
    at = transform.levels - coarse + 1
    kept = _kept(modulations[at], feature)
    envelope = _alone(inner, modulations, at, kept, detail.shape[1:])
    return _alone(transform, bands, number, np.sign(detail) * envelope, lengths)


def _from_undecimated(transform: WaveletTransform, kept: Floats, feature: Feature) -> Floats:
    """The transpose of the undecimated analysis, of one sub-band, with its weight."""
    levels, rank = transform.levels, kept.ndim - 1
    keys = detail_keys(rank)
    depth, which = divmod(max(feature.band - 1, 0), len(keys))
    key, level = ("a" * rank, levels) if feature.band == 0 else (keys[which], levels - depth)
    spread = kept
    for axis, letter in enumerate(key, 1):
        lines = np.moveaxis(spread, axis, -1)
        found = _spread(transform, lines.reshape(-1, lines.shape[-1]), level, letter == "d")
        spread = np.moveaxis(found.reshape(lines.shape), -1, axis)
    pooling = feature.reading.pooling
    one = pooling == LARGEST or (pooling != ENERGY and feature.number < 2)
    return (spread if one else spread * 2.0 ** (-level * rank)).astype(kept.dtype)


def _spread(transform: WaveletTransform, lines: Floats, level: int, detail: bool) -> Floats:
    """The transpose of the undecimated filters up to a level, along the last of two axes."""
    beside = sum(2**j * len(w.lowpass) // 2 for j, w in enumerate(transform.wavelets))
    spread = np.pad(lines, ((0, 0), (beside, beside)))
    for j in range(level - 1, -1, -1):
        wavelet = transform.wavelets[j]
        taps = wavelet.highpass if detail and j == level - 1 else wavelet.lowpass
        # Nothing goes round: what is there keeps further from the ends than filters reach.
        first = len(taps) // 2 - 1
        shifted = [tap * np.roll(spread, (k - first) * 2**j, axis=1) for k, tap in enumerate(taps)]
        spread = np.sum(shifted, axis=0)
    return _folded(spread, beside, lines.shape[1], transform.mode)


def _folded(spread: Floats, beside: int, length: int, mode: Mode) -> Floats:
    """The transpose of `extended` by `beside` samples at either end."""
    # A border depends on no more than beside + 1 samples at either end of the signal.
    near = min(length, 2 * (beside + 1))
    border = extended(np.eye(near), [(beside, beside)], mode)
    border[:, beside : beside + near] = 0
    positions = np.arange(near)
    positions = np.where(positions < near // 2, positions, positions + length - near)
    around = np.concatenate([spread[:, :beside], spread[:, beside + length :]], axis=1)
    sides = np.concatenate([border[:, :beside], border[:, beside + near :]], axis=1)
    folded = spread[:, beside : beside + length].copy()
    folded[:, positions] += around @ sides.T
    return folded
