"""The transforms A_h, S_h and S_h^T of arrays, by way of PyWavelets, along one axis or two.

Coefficients come as one array in which a single axis takes the place of the transformed ones, in
PyWavelets' order: approximation of the coarsest level, its details, and on to the finest details.
`CoefficientLayout` says where each sub-band lies. Images are transformed by the same filters along
both axes (the separable transform), and their coefficients lie where the first of the two was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import pywt
from numpy.typing import ArrayLike

from wavedistill.checks import Floats, check_mode, dense_float_array, integer, transformed_axes
from wavedistill.wavelets.layout import CoefficientLayout
from wavedistill.wavelets.wavelet import Wavelet, as_wavelet

__all__ = ["adjoint_synthesis", "analysis", "synthesis"]

#: What `pywt.dwtn` calls the details, in the order of `CoefficientLayout.names`.
_DETAILS = {1: ("d",), 2: ("da", "ad", "dd")}


def analysis(
    data: ArrayLike,
    wavelet: Wavelet | str | ArrayLike,
    levels: int,
    mode: str = "zero",
    axis: int | Sequence[int] = -1,
) -> Floats:
    """The DWT A_h: `pywt.wavedec` or, of images, `pywt.wavedec2`, its sub-bands side by side.

    Parameters
    ----------
    data : array_like
        Signals along `axis`, or images along two, of any size from 1.
    wavelet : Wavelet, str or array_like
        A wavelet, its name, or its lowpass filter.
    levels : int
        Depth J.
    mode : str
        PyWavelets' signal extension mode.
    axis : int or pair of int
        The axis to transform, or the two, in either order.

    Returns
    -------
    ndarray
        Like `data`, with ``CoefficientLayout(...).total`` entries along `axis`; of a pair, along
        the first, and the second is gone.
    """
    array, bank = dense_float_array(data, "data"), as_wavelet(wavelet).to_pywt()
    depth = integer(levels, "levels", minimum=0)
    return _cascade(array, bank, depth, check_mode(mode), axis)


def adjoint_synthesis(
    data: ArrayLike,
    wavelet: Wavelet | str | ArrayLike,
    levels: int,
    mode: str = "zero",
    axis: int | Sequence[int] = -1,
) -> Floats:
    """S_h^T: multipliers of the signal become multipliers of its wavelet coefficients.

    It is itself an analysis: with zero padding for every mode but ``periodization``, where a level
    of odd length gets a zero appended. The arguments and the layout are those of `analysis`.
    """
    array, bank = dense_float_array(data, "data"), as_wavelet(wavelet).to_pywt()
    depth = integer(levels, "levels", minimum=0)
    extension = "periodization" if check_mode(mode) == "periodization" else "zero"
    return _cascade(array, bank, depth, extension, axis, append_zero=extension != "zero")


def synthesis(
    coefficients: ArrayLike,
    wavelet: Wavelet | str | ArrayLike,
    levels: int,
    length: int | Sequence[int],
    mode: str = "zero",
    axis: int | Sequence[int] = -1,
) -> Floats:
    """The inverse DWT S_h: of what `analysis` returned, cropped to `length`.

    It is `pywt.waverec` or, of images, `pywt.waverec2`.

    Parameters
    ----------
    coefficients : array_like
        In the layout of `analysis`.
    length : int or pair of int
        Of the signals, odd ones included; the sizes of images, in the order of their axes.
    axis : int or pair of int
        The axis of the signals, or the two axes of the images, that are to be returned.

    Raises
    ------
    ValueError
        If the number of coefficients is not that of signals of this length, or if `length` and
        `axis` are not both one or both two.
    """
    chosen = as_wavelet(wavelet)
    given = length if isinstance(length, Sequence) else (length,)
    sizes = tuple(integer(size, "length", minimum=1) for size in given)
    depth = integer(levels, "levels", minimum=0)
    array = dense_float_array(coefficients, "coefficients")
    ndim = array.ndim + len(sizes) - 1
    axes = transformed_axes(ndim, axis, f"the result has {ndim} axes", argument="axis")
    if len(axes) != len(sizes):
        raise ValueError(
            f"length={length} gives {len(sizes)} sizes and axis={axis} names {len(axes)} axes; "
            "they must be as many: such as length=64 with axis=-1, or length=(32, 32) with "
            "axis=(-2, -1)."
        )
    extension = check_mode(mode)
    layout = CoefficientLayout(sizes, len(chosen.lowpass), depth, extension)
    where = axis if isinstance(axis, int) else axes[0]
    layout.split(array, where)
    bands = layout.bands(np.moveaxis(array, axes[0], -1))
    if len(sizes) == 1:
        signals = pywt.waverec(bands, chosen.to_pywt(), mode=extension)
    else:
        details = [tuple(bands[i : i + 3]) for i in range(1, len(bands), 3)]
        signals = pywt.waverec2([bands[0], *details], chosen.to_pywt(), mode=extension)
    whole = signals[(..., *map(slice, sizes))]
    return cast(Floats, np.moveaxis(whole, range(-len(axes), 0), axes))


def _cascade(
    array: Floats,
    bank: pywt.Wavelet,
    levels: int,
    mode: str,
    axis: int | Sequence[int],
    *,
    append_zero: bool = False,
) -> Floats:
    """Level after level of `pywt.dwtn`, as `pywt.wavedecn` does it, the sub-bands side by side.

    Done here since levels of odd length may need a zero appended, and since PyWavelets refuses to
    reflect a single sample, where its repetition is what the rule amounts to.
    """
    axes = transformed_axes(array.ndim, axis, f"data has {array.ndim} axes", argument="axis")
    last = tuple(range(-len(axes), 0))
    approximation = np.moveaxis(array, axes, last)
    others = approximation.shape[: -len(axes)]
    bands: list[Floats] = []
    for _ in range(levels):
        sizes = approximation.shape[-len(axes) :]
        if append_zero:
            widths = [(0, 0)] * len(others) + [(0, size % 2) for size in sizes]
            approximation = (
                np.pad(approximation, widths) if any(map(max, widths)) else approximation
            )
        reflects = mode in ("reflect", "antireflect")
        modes = ["constant" if reflects and size == 1 else mode for size in sizes]
        level = pywt.dwtn(approximation, bank, mode=modes, axes=last)
        approximation = level["a" * len(axes)]
        bands = [*(level[name] for name in _DETAILS[len(axes)]), *bands]
    flat = [band.reshape(*others, -1) for band in (approximation, *bands)]
    return np.moveaxis(np.concatenate(flat, axis=-1), -1, axes[0])
