"""The transforms A_h, S_h and S_h^T of tensors, differentiable in the filter, on any device.

Each level is a strided convolution, so that PyTorch knows the derivatives. Coefficients, lengths
and borders are PyWavelets', as in `wavedistill.wavelets`, with which every function here agrees;
coefficients come as a tuple of sub-bands in PyWavelets' order, cA_J, cD_J, ..., cD_1. Those of
images keep both axes, and come as cA_J, cH_J, cV_J, cD_J, ..., cD_1.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pywt
import torch
import torch.nn.functional as F
from torch import Tensor

from wavedistill.checks import Mode, check_mode, integer, transformed_axes
from wavedistill.wavelets import CoefficientLayout

__all__ = ["adjoint_synthesis", "analysis", "quadrature_mirror", "synthesis"]

Axes = int | Sequence[int]


def quadrature_mirror(lowpass: Tensor) -> Tensor:
    """The highpass filter g[n] = (-1)^n h[N-1-n] (Eq. 11 of the paper).

    Parameters
    ----------
    lowpass : Tensor, shape (N,)

    Returns
    -------
    Tensor, shape (N,)

    Raises
    ------
    ValueError
        If the filter is not a vector of even length.
    """
    if lowpass.ndim != 1 or len(lowpass) == 0 or len(lowpass) % 2:
        raise ValueError(
            f"lowpass has shape {tuple(lowpass.shape)}, and a filter is a vector of even length; "
            "pad it with a zero at one end."
        )
    signs = torch.ones_like(lowpass)
    signs[1::2] = -1
    return signs * lowpass.flip(0)


def analysis(
    signals: Tensor, lowpass: Tensor, levels: int, mode: str = "zero", axis: Axes = -1
) -> tuple[Tensor, ...]:
    """The DWT A_h of each signal (Eq. 5 of the paper).

    Parameters
    ----------
    signals : Tensor
        Signals along `axis`, of the filter's dtype and device.
    lowpass : Tensor, shape (N,)
        h; g is its quadrature mirror.
    levels : int
        Depth J.
    mode : str
        PyWavelets' signal extension mode.
    axis : int or pair of int
        The axis to transform, or the two of images.

    Returns
    -------
    tuple of J + 1 tensors, or of 3 J + 1
        Shaped like `signals` but along `axis`, in the order of `CoefficientLayout.names`.
    """
    return _cascade(signals, lowpass, levels, check_mode(mode), axis, append_zero=False)


def adjoint_synthesis(
    multipliers: Tensor, lowpass: Tensor, levels: int, mode: str = "zero", axis: Axes = -1
) -> tuple[Tensor, ...]:
    """S_h^T: multipliers of the signal become multipliers of its wavelet coefficients.

    The arguments and the result are those of `analysis`.
    """
    periodic = check_mode(mode) == "periodization"
    extension: Mode = "periodization" if periodic else "zero"
    return _cascade(multipliers, lowpass, levels, extension, axis, append_zero=periodic)


def synthesis(
    bands: tuple[Tensor, ...],
    lowpass: Tensor,
    length: int | Sequence[int],
    mode: str = "zero",
    axis: Axes = -1,
) -> Tensor:
    """The inverse DWT S_h (Eq. 6 of the paper), cropped to the length of the signals.

    Parameters
    ----------
    bands : tuple of tensors
        As `analysis` returns them.
    lowpass : Tensor, shape (N,)
    length : int or pair of int
        Of the signals, odd ones included; the sizes of images, in the order of their axes.
    mode : str
        PyWavelets' signal extension mode.
    axis : int or pair of int
        The transformed axis, or the two of images.

    Raises
    ------
    ValueError
        If the sub-bands are not those of signals of this length.
    """
    axes = _axes(bands[0], axis)
    details = 2 ** len(axes) - 1
    levels = (len(bands) - 1) // details
    sizes = length if isinstance(length, int) else tuple(length)
    layout = CoefficientLayout(sizes, len(lowpass), levels, check_mode(mode))
    found = tuple(_sizes(band, axes) for band in bands)
    if found != layout.shapes:
        given, expected = (
            tuple(shape[0] if len(axes) == 1 else shape for shape in shapes)
            for shapes in (found, layout.shapes)
        )
        raise ValueError(
            f"the sub-bands have {given} coefficients, and those of signals of length {length} "
            f"with {len(lowpass)} taps and mode {mode!r} have {expected}."
        )
    filters = torch.stack([lowpass, quadrature_mirror(lowpass)])[:, None]
    approximation = bands[0]
    for level in range(levels):
        finer = bands[1 + level * details : 1 + (level + 1) * details]
        parts = [_cropped(approximation, axes, _sizes(finer[0], axes)), *finer]
        for along in axes:
            pairs = zip(parts[::2], parts[1::2], strict=True)
            parts = [_synthesise(low, high, filters, mode, along) for low, high in pairs]
        (approximation,) = parts
    return _cropped(approximation, axes, layout.lengths)


def _cascade(
    data: Tensor, lowpass: Tensor, levels: int, mode: Mode, axis: Axes, *, append_zero: bool
) -> tuple[Tensor, ...]:
    filters = torch.stack([lowpass, quadrature_mirror(lowpass)])[:, None]
    axes = _axes(data, axis)
    approximation, bands = data, list[Tensor]()
    for _ in range(integer(levels, "levels", minimum=0)):
        parts = [approximation]
        # The first axis last, for PyWavelets' order: its highpass comes before that of the second.
        for along in reversed(axes):
            parts = [
                half
                for part in parts
                for half in _analyse(part, filters, mode, along, append_zero=append_zero)
            ]
        approximation, *details = parts
        bands = [*details, *bands]
    return approximation, *bands


def _axes(data: Tensor, axis: Axes) -> tuple[int, ...]:
    return transformed_axes(data.ndim, axis, f"the tensor has {data.ndim} axes", "axis")


def _sizes(data: Tensor, axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(data.shape[along] for along in axes)


def _cropped(data: Tensor, axes: tuple[int, ...], sizes: tuple[int, ...]) -> Tensor:
    for along, size in zip(axes, sizes, strict=True):
        data = data.narrow(along, 0, size)
    return data


def _analyse(
    data: Tensor, filters: Tensor, mode: Mode, axis: int, *, append_zero: bool
) -> tuple[Tensor, Tensor]:
    """One level along one axis: approximation and detail."""
    moved = data.movedim(axis, -1)
    rows = moved.reshape(-1, 1, moved.shape[-1])
    if append_zero and rows.shape[-1] % 2:
        rows = F.pad(rows, (0, 1))
    pair = _split(rows, filters, mode)
    low, high = (
        pair[:, i].reshape(*moved.shape[:-1], pair.shape[-1]).movedim(-1, axis) for i in (0, 1)
    )
    return low, high


def _synthesise(low: Tensor, high: Tensor, filters: Tensor, mode: str, axis: int) -> Tensor:
    """One level of synthesis along one axis."""
    pair = torch.stack([low.movedim(axis, -1), high.movedim(axis, -1)], dim=-2)
    rows = _merge(pair.reshape(-1, *pair.shape[-2:]), filters, mode)
    return rows.reshape(*pair.shape[:-2], rows.shape[-1]).movedim(-1, axis)


def _split(rows: Tensor, filters: Tensor, mode: Mode) -> Tensor:
    """One level of analysis: shape (rows, 2, coefficients)."""
    taps, length = filters.shape[-1], rows.shape[-1]
    if mode == "zero":
        even = F.pad(rows, (0, 1)) if length % 2 else rows
        return F.conv1d(even, filters, stride=2, padding=taps - 2)
    if mode == "periodization":
        even = torch.cat([rows, rows[..., -1:]], dim=-1) if length % 2 else rows
        border = taps // 2 - 1
        return F.conv1d(_periodic(even, border, border), filters, stride=2)
    right = taps - 2 + length % 2
    if mode == "periodic":
        return F.conv1d(_periodic(rows, taps - 2, right), filters, stride=2)
    head, tail = (
        torch.as_tensor(matrix, dtype=rows.dtype, device=rows.device)
        for matrix in _borders(length, taps - 2, right, mode)
    )
    before, after = rows[..., : len(head)] @ head, rows[..., length - len(tail) :] @ tail
    return F.conv1d(torch.cat([before, rows, after], dim=-1), filters, stride=2)


def _merge(pair: Tensor, filters: Tensor, mode: str) -> Tensor:
    """One level of synthesis, of shape (rows, 2, coefficients)."""
    taps, length = filters.shape[-1], 2 * pair.shape[-1]
    if mode != "periodization":
        return F.conv_transpose1d(pair, filters, stride=2, padding=taps - 2)
    spread = F.conv_transpose1d(pair, filters, stride=2)
    # What runs over the end comes back in at the start.
    whole = F.pad(spread, (0, -spread.shape[-1] % length))
    folded = whole.reshape(len(whole), 1, -1, length).sum(dim=-2)
    return folded.roll(1 - taps // 2, dims=-1)


def _periodic(rows: Tensor, left: int, right: int) -> Tensor:
    length = rows.shape[-1]
    before, after = -(-left // length), -(-right // length)
    tiled = rows.repeat(1, 1, before + 1 + after)
    return tiled.narrow(-1, before * length - left, left + length + right)


@lru_cache(maxsize=256)
def _borders(length: int, left: int, right: int, mode: Mode) -> tuple[np.ndarray, np.ndarray]:
    """Both borders as matrices: extensions are linear in the samples next to them."""
    # A single sample has no neighbour and no slope; PyWavelets' rules amount to its repetition.
    alone = length == 1 and mode in ("reflect", "antireflect", "smooth")
    width = max(left, right, 1)
    near = min(length, width + 1)
    # Samples further from a border than its width have no part in it.
    extension = "constant" if alone else mode
    extended = np.array([pywt.pad(unit, width, extension) for unit in np.eye(near)])
    return extended[:, width - left : width], extended[:, width + near : width + near + right]
