"""The transforms A_h, S_h and S_h^T of tensors, differentiable in the filter, on any device.

Each level is a strided convolution, so that PyTorch knows the derivatives. Coefficients, lengths
and borders are PyWavelets', as in `wavedistill.wavelets`, with which every function here agrees;
coefficients come as a tuple of sub-bands in PyWavelets' order: cA_J, cD_J, ..., cD_1.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pywt
import torch
import torch.nn.functional as F
from torch import Tensor

from wavedistill.checks import Mode, check_mode, integer
from wavedistill.wavelets import CoefficientLayout

__all__ = ["adjoint_synthesis", "analysis", "quadrature_mirror", "synthesis"]


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
    signals: Tensor, lowpass: Tensor, levels: int, mode: str = "zero", axis: int = -1
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
    axis : int
        The axis to transform.

    Returns
    -------
    tuple of J + 1 tensors
        Shaped like `signals` but along `axis`.
    """
    return _cascade(signals, lowpass, levels, check_mode(mode), axis, append_zero=False)


def adjoint_synthesis(
    multipliers: Tensor, lowpass: Tensor, levels: int, mode: str = "zero", axis: int = -1
) -> tuple[Tensor, ...]:
    """S_h^T: multipliers of the signal become multipliers of its wavelet coefficients.

    The arguments and the result are those of `analysis`.
    """
    periodic = check_mode(mode) == "periodization"
    extension: Mode = "periodization" if periodic else "zero"
    return _cascade(multipliers, lowpass, levels, extension, axis, append_zero=periodic)


def synthesis(
    bands: tuple[Tensor, ...], lowpass: Tensor, length: int, mode: str = "zero", axis: int = -1
) -> Tensor:
    """The inverse DWT S_h (Eq. 6 of the paper), cropped to the length of the signals.

    Parameters
    ----------
    bands : tuple of J + 1 tensors
        As `analysis` returns them.
    lowpass : Tensor, shape (N,)
    length : int
        Of the signals, odd ones included.
    mode : str
        PyWavelets' signal extension mode.
    axis : int
        The transformed axis.

    Raises
    ------
    ValueError
        If the sub-bands are not those of signals of this length.
    """
    layout = CoefficientLayout(length, len(lowpass), len(bands) - 1, check_mode(mode))
    sizes = tuple(band.shape[axis] for band in bands)
    if sizes != layout.sizes:
        raise ValueError(
            f"the sub-bands have {sizes} coefficients, and those of signals of length {length} "
            f"with {len(lowpass)} taps and mode {mode!r} have {layout.sizes}."
        )
    filters = torch.stack([lowpass, quadrature_mirror(lowpass)])[:, None]
    shape = bands[0].movedim(axis, -1).shape[:-1]
    approximation, *details = (_rows(band, axis) for band in bands)
    for detail in details:
        pair = torch.cat([approximation[..., : detail.shape[-1]], detail], dim=1)
        approximation = _merge(pair, filters, mode)
    return approximation[..., :length].reshape(*shape, length).movedim(-1, axis)


def _cascade(
    data: Tensor, lowpass: Tensor, levels: int, mode: Mode, axis: int, *, append_zero: bool
) -> tuple[Tensor, ...]:
    filters = torch.stack([lowpass, quadrature_mirror(lowpass)])[:, None]
    shape = data.movedim(axis, -1).shape[:-1]
    approximation, details = _rows(data, axis), []
    for _ in range(integer(levels, "levels", minimum=0)):
        if append_zero and approximation.shape[-1] % 2:
            approximation = F.pad(approximation, (0, 1))
        pair = _split(approximation, filters, mode)
        approximation, detail = pair[:, :1], pair[:, 1:]
        details.append(detail)
    bands = [approximation, *reversed(details)]
    return tuple(band.reshape(*shape, band.shape[-1]).movedim(-1, axis) for band in bands)


def _rows(data: Tensor, axis: int) -> Tensor:
    """Shape (rows, 1, length), as convolutions take it."""
    moved = data.movedim(axis, -1)
    return moved.reshape(-1, 1, moved.shape[-1])


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
