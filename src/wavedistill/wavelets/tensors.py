"""Wavelet transforms A_h, S_h and S_h^T of PyTorch tensors, differentiable in the filter.

Each level is a strided convolution, so that PyTorch has the derivatives, on any device.
Coefficients, lengths and borders are those of `WaveletTransform`. The coefficients are a tuple of
sub-bands in the order of `CoefficientLayout.names`; those of images keep both axes.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from wavedistill.checks import transformed_axes
from wavedistill.modes import Mode, adjoint_extension, border
from wavedistill.wavelets.decomposition import Decomposition
from wavedistill.wavelets.layout import detail_keys

__all__ = ["adjoint", "analysis", "axes_of", "quadrature_mirror", "synthesis"]

Bands = tuple[Tensor, ...]
#: One filter for all levels, shape (N,); or one for each, as a matrix or as vectors of any lengths.
Lowpass = Tensor | Sequence[Tensor]


def quadrature_mirror(lowpass: Tensor) -> Tensor:
    """The highpass filter g[n] = (-1)^n h[N-1-n] (Eq. 11 of the paper).

    Parameters
    ----------
    lowpass : Tensor, shape (..., N)
        N even.
    """
    signs = torch.ones_like(lowpass)
    signs[..., 1::2] = -1
    return signs * lowpass.flip(-1)


def axes_of(data: Tensor, decomposition: Decomposition, missing: int = 0) -> tuple[int, ...]:
    """The transformed axes of a tensor, non-negative and ascending.

    Parameters
    ----------
    data : Tensor
    decomposition : Decomposition
    missing : int
        How many axes the tensor lacks: coefficients side by side have one axis for all.

    Raises
    ------
    ValueError
        If an axis does not exist.
    """
    ndim = data.ndim + missing
    return transformed_axes(ndim, decomposition.axes, f"the tensor has {ndim} axes")


def analysis(signals: Tensor, lowpass: Lowpass, decomposition: Decomposition) -> Bands:
    """The DWT A_h of each signal (Eq. 5 of the paper).

    Parameters
    ----------
    signals : Tensor
        Of the filter's dtype and device.
    lowpass : Tensor, shape (N,) or (J, N), or sequence of J tensors
        One filter h for all levels, or one for each, the finest level first; those of a sequence
        may differ in length. Highpass filters are their quadrature mirrors.
    decomposition : Decomposition

    Returns
    -------
    tuple of J + 1 tensors for signals, 3 J + 1 for images, 7 J + 1 for volumes
        Shaped like `signals` except along the transformed axes.

    Raises
    ------
    ValueError
        If the filter is neither a vector of even length nor a matrix with one row for each level.
    """
    return _cascade(signals, lowpass, decomposition, decomposition.mode, append_zero=False)


def adjoint(multipliers: Tensor, lowpass: Lowpass, decomposition: Decomposition) -> Bands:
    """The adjoint S_h^T of `synthesis`: from multipliers of samples to those of coefficients.

    Arguments and result are those of `analysis`.
    """
    extension = adjoint_extension(decomposition.mode)
    return _cascade(
        multipliers, lowpass, decomposition, extension.mode, append_zero=extension.append_zero
    )


def synthesis(
    bands: Bands, lowpass: Lowpass, decomposition: Decomposition, lengths: Sequence[int]
) -> Tensor:
    """The inverse DWT S_h (Eq. 6 of the paper), cropped to the lengths of the signals.

    Parameters
    ----------
    bands : tuple of tensors
        As `analysis` returns them.
    lowpass, decomposition
        As in `analysis`.
    lengths : sequence of int
        Samples along each transformed axis; they may be odd.

    Raises
    ------
    ValueError
        If the sub-bands are not those of signals of these lengths.
    """
    filters = _filters(lowpass, decomposition)
    axes = axes_of(bands[0], decomposition)
    taps = [pair.shape[-1] for pair in filters]
    layout = decomposition.layout(lengths, taps)
    found = tuple(_sizes(band, axes) for band in bands)
    if found != layout.shapes:
        raise ValueError(
            f"the sub-bands have shapes {found}, and those of signals of lengths {tuple(lengths)} "
            f"with {' and '.join(map(str, sorted({*taps})))} taps and mode {decomposition.mode!r} "
            f"have {layout.shapes}."
        )
    approximation, *details = bands
    keys = detail_keys(len(axes))
    for pair, sizes in zip(reversed(filters), reversed(layout.inputs[:-1]), strict=True):
        level = dict(zip(keys, details, strict=False))
        details = details[len(keys) :]
        parts = [approximation, *(level[key] for key in sorted(keys))]
        for axis in axes:
            # The second half of the parts is highpass along this axis.
            half = len(parts) // 2
            parts = [
                _synthesise(low, high, pair, decomposition.mode, axis)
                for low, high in zip(parts[:half], parts[half:], strict=True)
            ]
        (approximation,) = parts
        for axis, size in zip(axes, sizes, strict=True):
            approximation = approximation.narrow(axis, 0, size)
    return approximation


def _cascade(
    data: Tensor, lowpass: Lowpass, decomposition: Decomposition, mode: Mode, *, append_zero: bool
) -> Bands:
    axes = axes_of(data, decomposition)
    keys = detail_keys(len(axes))
    approximation, bands = data, list[Tensor]()
    for pair in _filters(lowpass, decomposition):
        parts = [approximation]
        # With the last axis first, the parts end in the order of their keys: aa, ad, da, dd.
        for axis in reversed(axes):
            halves = [_analyse(part, pair, mode, axis, append_zero) for part in parts]
            parts = [half[side] for side in (0, 1) for half in halves]
        approximation, *details = parts
        level = dict(zip(sorted(keys), details, strict=True))
        bands = [*(level[key] for key in keys), *bands]
    return approximation, *bands


def _filters(lowpass: Lowpass, decomposition: Decomposition) -> list[Tensor]:
    """Both filters of each level, shape (2, 1, N), the finest level first."""
    levels = decomposition.levels
    if isinstance(lowpass, Tensor) and lowpass.ndim == 1:
        each: Sequence[Tensor] = [lowpass] * levels
    else:
        each = list(lowpass) if not isinstance(lowpass, Tensor) or lowpass.ndim == 2 else []
    shapes = [tuple(one.shape) for one in each]
    even = all(len(shape) == 1 and shape[0] > 0 and shape[0] % 2 == 0 for shape in shapes)
    if not even or len(shapes) != levels:
        found = tuple(lowpass.shape) if isinstance(lowpass, Tensor) else shapes
        raise ValueError(
            f"lowpass has shape {found}; give a vector of even length, or one such row for each "
            f"of the {levels} levels. A filter of odd length can be padded with a zero at one end."
        )
    return [torch.stack([one, quadrature_mirror(one)])[:, None] for one in each]


def _sizes(data: Tensor, axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(data.shape[axis] for axis in axes)


def _analyse(
    data: Tensor, filters: Tensor, mode: Mode, axis: int, append_zero: bool
) -> tuple[Tensor, Tensor]:
    """One level along one axis: approximation and detail."""
    moved = data.movedim(axis, -1)
    rows = _extended(moved.reshape(-1, 1, moved.shape[-1]), filters.shape[-1], mode, append_zero)
    pair = F.conv1d(rows, filters, stride=2)
    low, high = (
        pair[:, i].reshape(*moved.shape[:-1], pair.shape[-1]).movedim(-1, axis) for i in (0, 1)
    )
    return low, high


def _extended(rows: Tensor, taps: int, mode: Mode, append_zero: bool) -> Tensor:
    """The rows with the samples that a level adds before and after them."""
    length = rows.shape[-1]
    edge = border(length, taps, mode, append_zero)
    left, right = edge.before.shape[1], edge.after.shape[1]
    if len(edge.inner) == 0:
        return F.pad(rows, (left, right))
    inner = torch.tensor(edge.inner, device=rows.device)
    near = rows[..., inner]
    before, after = (
        near @ torch.tensor(weights, dtype=rows.dtype, device=rows.device)
        for weights in (edge.before, edge.after)
    )
    return torch.cat([before, rows, after], dim=-1)


def _synthesise(low: Tensor, high: Tensor, filters: Tensor, mode: Mode, axis: int) -> Tensor:
    """One level of synthesis along one axis."""
    pair = torch.stack([low.movedim(axis, -1), high.movedim(axis, -1)], dim=-2)
    rows = _merged(pair.reshape(-1, *pair.shape[-2:]), filters, mode)
    return rows.reshape(*pair.shape[:-2], rows.shape[-1]).movedim(-1, axis)


def _merged(pair: Tensor, filters: Tensor, mode: Mode) -> Tensor:
    taps, length = filters.shape[-1], 2 * pair.shape[-1]
    if mode != "periodization":
        return F.conv_transpose1d(pair, filters, stride=2, padding=taps - 2)
    spread = F.conv_transpose1d(pair, filters, stride=2)
    # What runs over the end continues at the start.
    whole = F.pad(spread, (0, -spread.shape[-1] % length))
    folded = whole.reshape(len(whole), 1, -1, length).sum(dim=-2)
    return folded.roll(1 - taps // 2, dims=-1)
