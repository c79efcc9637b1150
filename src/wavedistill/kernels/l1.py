"""The kernel's two public functions.

Both are additive over examples: the result for all examples is the sum of the results for any parts
of them. The gradients treat lowpass and highpass filter as independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import float_array, integer
from wavedistill.kernels.cpu import packed_coefficient_l1, packed_product_l1
from wavedistill.kernels.filterbank import FilterPair
from wavedistill.kernels.packing import PackedSignals, prepare
from wavedistill.modes import check_mode

__all__ = ["L1Gradient", "coefficient_l1", "product_l1"]

Array = NDArray[np.float64]


class L1Gradient(NamedTuple):
    """A sum of absolute values, and its gradients by both filters (float64, shaped like these)."""

    value: float
    grad_lowpass: Array
    grad_highpass: Array


def coefficient_l1(
    data: ArrayLike | PackedSignals,
    lowpass: ArrayLike,
    highpass: ArrayLike,
    levels: int,
    mode: str = "zero",
    *,
    axes: int | Sequence[int] = -1,
    adjoint: bool = False,
) -> L1Gradient:
    """Sum of the absolute wavelet coefficients of signals or images, with its gradient.

    Parameters
    ----------
    data : array_like or PackedSignals
        The first axis runs over examples, `axes` is transformed, any other axis is a channel. Pass
        the result of `prepare` when calling more than once. Any size from 1 on. float32 data are
        transformed in float32 and added up in float64.
    lowpass, highpass : array_like, shape (N,) or (J, N)
        Reconstruction filters (PyWavelets' ``rec_lo``, ``rec_hi``), N even: one filter for all
        levels, or one for each level, the finest level first.
    levels : int
        Depth J; 0 is the sum over the signals themselves.
    mode : str
        Any of PyWavelets' signal extension modes.
    axes : int or pair of int
        The axis of time, or the two axes of images, which are filtered alike (the separable
        transform). Ignored for packed data.
    adjoint : bool
        Apply S_h^T of that mode, the adjoint of the inverse transform, instead of A_h.

    Returns
    -------
    L1Gradient
        ``value``, ``grad_lowpass``, ``grad_highpass``, the gradients shaped like the filters; a
        filter for all levels has the sum of the gradients of all levels. The derivative of the
        absolute value at 0 counts as 0. All bits are the same for any number of threads.

    Raises
    ------
    TypeError, ValueError
        For filters of unequal or odd length, a number of filters other than 1 or J, an unknown
        mode, a negative depth, or a bad axis.

    Examples
    --------
    >>> import numpy as np, pywt
    >>> from wavedistill.kernels import coefficient_l1
    >>> haar = pywt.Wavelet("haar")
    >>> value, by_lowpass, by_highpass = coefficient_l1(
    ...     np.array([[3.0, 1.0]]), haar.rec_lo, haar.rec_hi, levels=1
    ... )
    >>> round(value, 6), by_lowpass, by_highpass
    (4.242641, array([3., 1.]), array([3., 1.]))
    """
    signals = prepare(data, axes)
    if len(signals.blocks) != 1:
        raise ValueError(
            f"data were packed with {len(signals.blocks)} baselines, which only product_l1 takes."
        )
    depth = integer(levels, "levels", minimum=0)
    filters, shape = _check_filters(lowpass, highpass, depth)
    result = packed_coefficient_l1(signals, filters, depth, check_mode(mode), adjoint)
    return _as_gradient(result, shape)


def product_l1(
    inputs: ArrayLike | PackedSignals,
    multipliers: ArrayLike | PackedSignals,
    lowpass: ArrayLike,
    highpass: ArrayLike,
    levels: int,
    mode: str = "zero",
    *,
    axes: int | Sequence[int] = -1,
    baseline_axis: bool = False,
) -> L1Gradient:
    """Sum over all coefficients of |A_h d * S_h^T m|, with its gradient by the filters.

    It adds up attributions that are products: input x gradient, integrated gradients and similar
    methods. With K baselines it is the sum of |mean_k A_h d_k * S_h^T m_k| (expected gradients).

    Parameters
    ----------
    inputs : array_like or PackedSignals
        d, the signals minus their baseline, without or with a leading axis of K baselines.
    multipliers : array_like or PackedSignals
        m, of the same shape and precision.
    lowpass, highpass, levels, mode, axes
        As in `coefficient_l1`.
    baseline_axis : bool
        Whether the arrays have that leading axis.

    Returns
    -------
    L1Gradient

    Raises
    ------
    TypeError, ValueError
        As in `coefficient_l1`, and if the two arrays disagree in shape or precision.
    """
    first = prepare(inputs, axes, baseline_axis=baseline_axis)
    second = prepare(multipliers, axes, baseline_axis=baseline_axis)
    if (first.shape, first.axes, len(first.blocks)) != (
        second.shape,
        second.axes,
        len(second.blocks),
    ):
        raise ValueError(
            f"inputs have shape {first.shape} (axis {first.axes}, baselines {len(first.blocks)}) "
            f"and multipliers have shape {second.shape} (axis {second.axes}, baselines "
            f"{len(second.blocks)}); they must be the same."
        )
    if first.blocks.dtype != second.blocks.dtype:
        raise TypeError(
            f"inputs are {first.blocks.dtype} and multipliers {second.blocks.dtype}; convert one."
        )
    depth = integer(levels, "levels", minimum=0)
    filters, shape = _check_filters(lowpass, highpass, depth)
    result = packed_product_l1(first, second, filters, depth, check_mode(mode))
    return _as_gradient(result, shape)


def _check_filters(
    lowpass: ArrayLike, highpass: ArrayLike, levels: int
) -> tuple[FilterPair, tuple[int, ...]]:
    """Return the filters as the kernel takes them, and the shape in which they were given."""
    low = float_array(lowpass, "lowpass").astype(np.float64, copy=False)
    high = float_array(highpass, "highpass").astype(np.float64, copy=False)
    if low.ndim > 2 or low.shape != high.shape or low.shape[-1] % 2:
        raise ValueError(
            f"lowpass has shape {low.shape} and highpass has shape {high.shape}; they must be "
            "vectors of the same even length, or have one such row for each level."
        )
    if low.ndim == 2 and len(low) != levels:
        raise ValueError(
            f"lowpass has {len(low)} rows and levels={levels}; give one row for each level, or one "
            "filter for all."
        )
    return FilterPair(low.reshape(-1, low.shape[-1]), high.reshape(-1, low.shape[-1])), low.shape


def _as_gradient(result: tuple[float, Array, Array], shape: tuple[int, ...]) -> L1Gradient:
    value, lowpass, highpass = result
    return L1Gradient(value, lowpass.reshape(shape), highpass.reshape(shape))
