"""Wavelet transforms of arrays along one to three axes, computed by PyWavelets.

Every function takes one PyWavelets wavelet for each level, the finest level first. The coefficients
are one array, with a single axis in place of the transformed ones. Along it lie the approximation
of the coarsest level, the details of that level, and so on to the finest details
(`CoefficientLayout`). The same filters run along all axes of images and volumes: the transform is
separable.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, cast

import numpy as np
import pywt

from wavedistill.checks import Floats
from wavedistill.modes import Mode, mode_for
from wavedistill.wavelets.layout import CoefficientLayout, detail_keys

__all__ = ["analyse", "extended", "packets", "synthesise", "undecimated", "unpack"]

#: One PyWavelets wavelet per level, the finest level first.
Banks = Sequence[pywt.Wavelet]


def analyse(
    array: Floats, banks: Banks, mode: Mode, axes: tuple[int, ...], *, append_zero: bool = False
) -> Floats:
    """The decimated transform, level after level of `pywt.dwtn`.

    PyWavelets' own functions for several levels take one wavelet for all of them, append no zero to
    a level of odd length (`modes.adjoint_extension`) and refuse to reflect a single sample.
    """
    approximation, last = _moved(array, axes)
    others = approximation.shape[: -len(axes)]
    bands: list[Floats] = []
    for bank in banks:
        level = _level(approximation, bank, mode, last, append_zero=append_zero)
        approximation = level["a" * len(axes)]
        bands = [*(level[key] for key in detail_keys(len(axes))), *bands]
    flat = [band.reshape(*others, -1) for band in (approximation, *bands)]
    return np.moveaxis(np.concatenate(flat, axis=-1), -1, axes[0])


def synthesise(
    coefficients: Floats, banks: Banks, layout: CoefficientLayout, axes: tuple[int, ...]
) -> Floats:
    """The inverse of `analyse`: level after level of `pywt.idwtn`, cropped to the input lengths."""
    rank = len(axes)
    approximation, *details = layout.bands(np.moveaxis(coefficients, axes[0], -1))
    keys, last = detail_keys(rank), tuple(range(-rank, 0))
    # Details lie from coarse to fine, banks and inputs from fine to coarse.
    for bank, sizes in zip(reversed(banks), reversed(layout.inputs[:-1]), strict=True):
        level: dict[str, Floats] = {"a" * rank: approximation}
        level.update(zip(keys, details, strict=False))
        details = details[len(keys) :]
        restored = pywt.idwtn(level, bank, mode=layout.mode, axes=last)
        approximation = restored[(..., *(slice(size) for size in sizes))]
    return np.moveaxis(approximation, last, axes)


def undecimated(array: Floats, banks: Banks, mode: Mode, axes: tuple[int, ...]) -> Floats:
    """The undecimated transform, level after level of `pywt.swtn`, shape (bands, *array.shape).

    `pywt.swtn` is periodic and takes only multiples of 2^J samples. The array is therefore extended
    by the mode as far as the filters reach, and the coefficients are cropped.
    """
    moved, last = _moved(array, axes)
    rank, step = len(axes), 2 ** len(banks)
    reach = sum(2**level * bank.rec_len // 2 for level, bank in enumerate(banks))
    sizes = moved.shape[-rank:]
    widths = [(reach, reach + -(size + 2 * reach) % step) for size in sizes]
    approximation = extended(moved, widths, mode)
    inside: Any = (..., *(slice(reach, reach + size) for size in sizes))
    bands: list[Floats] = []
    for level, bank in enumerate(banks):
        (parts,) = pywt.swtn(approximation, bank, 1, start_level=level, axes=last)
        approximation = parts["a" * rank]
        bands = [*(parts[key][inside] for key in detail_keys(rank)), *bands]
    return np.moveaxis(np.stack([approximation[inside], *bands]), last, [a + 1 for a in axes])


def packets(array: Floats, banks: Banks, mode: Mode, axes: tuple[int, ...]) -> Floats:
    """All nodes of the last level of the full wavelet packet tree, shape (nodes, ...).

    They are in the order of the frequency along the first axis, then along the next.
    """
    nodes, last = _moved(array, axes)
    nodes = nodes[np.newaxis]
    for bank in banks:
        level = _level(nodes, bank, mode, last)
        nodes = np.stack([level[key] for key in sorted(level)])
        nodes = nodes.reshape(-1, *nodes.shape[2:])
    return np.moveaxis(nodes[_by_frequency(len(banks), len(axes))], last, [a + 1 for a in axes])


def unpack(
    nodes: Floats, banks: Banks, mode: Mode, axes: tuple[int, ...], lengths: tuple[int, ...]
) -> Floats:
    """The inverse of `packets`, cropped to the lengths along each of the axes."""
    rank, last = len(axes), tuple(range(-len(axes), 0))
    given = np.moveaxis(nodes, [a + 1 for a in axes], last)
    approximations = np.empty_like(given)
    approximations[_by_frequency(len(banks), rank)] = given
    keys = ["".join(letters) for letters in product("ad", repeat=rank)]
    inputs = CoefficientLayout(lengths, tuple(bank.rec_len for bank in banks), mode).inputs
    for bank, sizes in zip(reversed(banks), reversed(inputs[:-1]), strict=True):
        parts = approximations.reshape(len(keys), -1, *approximations.shape[1:])
        restored = pywt.idwtn(dict(zip(keys, parts, strict=True)), bank, mode=mode, axes=last)
        approximations = restored[(..., *(slice(size) for size in sizes))]
    return np.moveaxis(approximations[0], last, axes)


def _by_frequency(levels: int, rank: int) -> Any:
    """The order of the nodes by their frequency along the first axis, then along the next."""
    # The index of a node has one digit of `rank` bits for each level, the last level first. The
    # first level splits the spectrum in halves, so that its bit is the highest.
    bits = np.indices((2,) * (levels * rank)).reshape(levels, rank, -1)
    natural = np.tensordot(2 ** np.arange(levels), bits, axes=1)
    # Decimation mirrors the spectrum of a highpass band, which makes the order a Gray code.
    frequency = natural.copy()
    for shift in range(1, levels):
        frequency ^= natural >> shift
    return np.lexsort(frequency[::-1])


def _level(
    approximation: Floats,
    bank: pywt.Wavelet,
    mode: Mode,
    last: tuple[int, ...],
    *,
    append_zero: bool = False,
) -> dict[str, Floats]:
    sizes = approximation.shape[-len(last) :]
    if append_zero and any(size % 2 for size in sizes):
        widths = [(0, 0)] * (approximation.ndim - len(sizes)) + [(0, size % 2) for size in sizes]
        approximation = np.pad(approximation, widths)
    modes = [mode_for(size, mode) for size in sizes]
    return cast("dict[str, Floats]", pywt.dwtn(approximation, bank, mode=modes, axes=last))


def extended(array: Floats, widths: Sequence[tuple[int, int]], mode: Mode) -> Floats:
    """The array with samples added before and after it, along its last axes."""
    for axis, width in enumerate(widths, array.ndim - len(widths)):
        extension = "periodic" if mode == "periodization" else mode_for(array.shape[axis], mode)
        if extension in ("smooth", "antisymmetric"):
            # `pywt.pad` has loops for these, which fail along axes that are not extended.
            array = np.apply_along_axis(pywt.pad, axis, array, [width], extension)
        else:
            around = [(0, 0)] * axis + [width] + [(0, 0)] * (array.ndim - axis - 1)
            array = pywt.pad(array, around, extension)
    return array


def _moved(array: Floats, axes: tuple[int, ...]) -> tuple[Floats, tuple[int, ...]]:
    """The array with the transformed axes last, and where they then are."""
    last = tuple(range(-len(axes), 0))
    return np.moveaxis(array, axes, last), last
