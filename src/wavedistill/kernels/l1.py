"""The kernel's two public functions.

Both add over examples: the triple of a whole is the sum of the triples of its parts, whatever the
parts are. The two filters count as independent in the gradients.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import float_array, integer
from wavedistill.kernels.cpu import packed_coefficient_l1, packed_product_l1
from wavedistill.kernels.packing import PackedSignals, prepare
from wavedistill.modes import check_mode

__all__ = ["L1Gradient", "coefficient_l1", "product_l1"]

Array = NDArray[np.float64]


class L1Gradient(NamedTuple):
    """A sum of absolute values, and its gradients by both filters (float64, shaped like them)."""

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
        The first axis runs over examples, `axes` is transformed, any other axis is a channel. Give
        what `prepare` returned when calling more than once. Sizes from 1 on; float32 is computed
        in float32, with sums in float64.
    lowpass, highpass : array_like, shape (N,) or (levels, N)
        Reconstruction filters (PyWavelets' ``rec_lo``, ``rec_hi``), N even; or those of each level,
        the finest first.
    levels : int
        Depth J; 0 is the sum over the signals themselves.
    mode : str
        Any of PyWavelets' signal extension modes.
    axes : int or pair of int
        The axis of time, or the two of images, which are filtered alike (the separable transform);
        ignored for what is packed already.
    adjoint : bool
        Apply S_h^T of that mode, the adjoint of the inverse transform, instead of A_h.

    Returns
    -------
    L1Gradient
        ``value``, ``grad_lowpass``, ``grad_highpass``; the derivative of the absolute value at 0
        counts as 0. The same to the last bit for any number of threads.

    Raises
    ------
    TypeError, ValueError
        For filters of unequal or odd length, an unknown mode, a negative depth, or a bad axis.

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
    filters, shared = _filters_of_levels(lowpass, highpass, levels)
    triple = packed_coefficient_l1(signals, *filters, check_mode(mode), adjoint)
    return _summed(triple, shared)


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

    These are the attributions of products: input x gradient, integrated gradients and their like.
    With K baselines it is the sum of |mean_k A_h d_k * S_h^T m_k| (expected gradients).

    Parameters
    ----------
    inputs : array_like or PackedSignals
        d, the signals less their baseline; or with a leading axis of K baselines.
    multipliers : array_like or PackedSignals
        m, of the same shape and precision.
    lowpass, highpass, levels, mode, axes
        As in `coefficient_l1`.
    baseline_axis : bool
        Whether that leading axis is there.

    Returns
    -------
    L1Gradient

    Raises
    ------
    TypeError, ValueError
        As in `coefficient_l1`, and where the two arrays disagree in shape or precision.
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
    filters, shared = _filters_of_levels(lowpass, highpass, levels)
    return _summed(packed_product_l1(first, second, *filters, check_mode(mode)), shared)


def _filters_of_levels(
    lowpass: ArrayLike, highpass: ArrayLike, levels: int
) -> tuple[tuple[Array, Array], bool]:
    """Both filters with shape (levels, N), and whether one pair was given for all levels."""
    low = float_array(lowpass, "lowpass").astype(np.float64, copy=False)
    high = float_array(highpass, "highpass").astype(np.float64, copy=False)
    depth = integer(levels, "levels", minimum=0)
    if low.ndim not in (1, 2) or low.shape != high.shape or low.shape[-1] % 2:
        raise ValueError(
            f"lowpass has shape {low.shape} and highpass has shape {high.shape}; they must be "
            "vectors of the same even length, or have one such row for each level."
        )
    if low.ndim == 2 and len(low) != depth:
        raise ValueError(
            f"lowpass has {len(low)} rows and levels={depth}; give one row for each level, or one "
            "filter for all."
        )
    shape = (depth, low.shape[-1])
    first, second = (np.ascontiguousarray(np.broadcast_to(pair, shape)) for pair in (low, high))
    return (first, second), low.ndim == 1


def _summed(triple: tuple[float, Array, Array], shared: bool) -> L1Gradient:
    value, by_lowpass, by_highpass = triple
    if shared:
        by_lowpass, by_highpass = by_lowpass.sum(axis=0), by_highpass.sum(axis=0)
    return L1Gradient(value, by_lowpass, by_highpass)
