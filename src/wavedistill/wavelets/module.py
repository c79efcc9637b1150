"""`WaveletLayer`: a wavelet transform as a PyTorch module, with frozen or trainable filters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils import parametrize

from wavedistill.checks import integer
from wavedistill.wavelets import tensors
from wavedistill.wavelets.arguments import as_transform
from wavedistill.wavelets.bank import WaveletTransform
from wavedistill.wavelets.decomposition import Decomposition
from wavedistill.wavelets.lattice import Lattice
from wavedistill.wavelets.layout import CoefficientLayout
from wavedistill.wavelets.wavelet import Wavelet, WaveletLike

__all__ = ["OrthonormalFilter", "WaveletLayer"]


class OrthonormalFilter(nn.Module):
    """The lattice as a parametrization: N/2 - 1 free angles to a lowpass filter of N taps.

    `torch.nn.utils.parametrize.register_parametrization` takes it for any parameter that holds a
    lowpass filter. It can be differentiated any number of times. `Lattice` is the same for arrays.
    """

    def forward(self, angles: Tensor) -> Tensor:
        """The filter, shape (N,): orthonormal with sum sqrt 2, whatever the angles are."""
        turns = torch.cat([angles, (math.pi / 4 - angles.sum())[None]])
        cosines, sines = turns.cos(), turns.sin()
        even, odd = cosines[:1], sines[:1]
        for cosine, sine in zip(cosines[1:], sines[1:], strict=True):
            # One stage: the odd taps move one sample later, and the plane turns.
            even, odd = nn.functional.pad(even, (0, 1)), nn.functional.pad(odd, (1, 0))
            even, odd = cosine * even - sine * odd, sine * even + cosine * odd
        return torch.stack([even, odd], dim=-1).flatten()

    def right_inverse(self, lowpass: Tensor) -> Tensor:
        """Free angles of an orthonormal filter.

        Raises
        ------
        ValueError
            If it is not orthonormal to 1e-8, or in float32 to rounding.
        """
        taps = lowpass.detach().cpu().double().numpy()
        if lowpass.dtype == torch.float64 or not Lattice(len(taps)).contains(taps, 1e-6):
            Wavelet(taps).require_orthonormal("angles")
        free = Lattice(len(taps)).right_inverse(taps)
        return torch.as_tensor(free, dtype=lowpass.dtype, device=lowpass.device)


class _Filter(nn.Module):
    """One lowpass filter, kept as its free angles."""

    lowpass: Tensor

    def __init__(self, lowpass: NDArray[np.float64], trainable: bool) -> None:
        super().__init__()
        # The angles are found in double precision, whatever the default dtype is.
        self.lowpass = nn.Parameter(torch.tensor(lowpass))
        parametrize.register_parametrization(self, "lowpass", OrthonormalFilter())
        self.angles.requires_grad_(trainable)
        self.start = self.angles.detach().numpy().copy()

    @property
    def angles(self) -> nn.Parameter:
        """The free angles, shape (N/2 - 1,)."""
        original: nn.Parameter = self.parametrizations.lowpass.original  # type: ignore[union-attr, assignment]
        return original

    @property
    def count(self) -> int:
        """Taps of the filter."""
        return 2 * (len(self.angles) + 1)

    def changed(self) -> bool:
        """Whether the angles are others than at the start, apart from a change of dtype."""
        now, start = self.angles.detach().cpu(), torch.from_numpy(self.start)
        rounded = (start, start.to(torch.float32))
        return not any(torch.equal(each.to(now.dtype), now) for each in rounded)

    def taps(self) -> NDArray[np.float64]:
        """The filter of these angles in double precision, so that it is orthonormal to 1e-15."""
        free = self.angles.detach().cpu().double().numpy()
        return Lattice.of(free).forward(free)


class WaveletLayer(nn.Module):
    """A wavelet transform in a network: `forward` analyses, `inverse` synthesises.

    Filters are kept as angles of the orthonormal lattice, so that they stay wavelets with perfect
    reconstruction while they are trained. Results are those of `WaveletTransform`, to rounding.

    Parameters
    ----------
    transform : WaveletTransform, Wavelet, str or array_like
        A transform; or a wavelet, its name or its lowpass filter, with the arguments below.
    levels, mode, axes : optional
        As for `WaveletTransform`. Count axes from the end, as by default, and the layer takes any
        number of leading ones.
    trainable : bool
        Whether the angles are learned. ``layer.requires_grad_(...)`` changes it later.
    per_level : bool, optional
        Whether each level has a filter of its own. By default if the transform has several.
    dtype : torch.dtype, optional
        Of the angles and of the signals; by default PyTorch's default.
    device : torch.device or str, optional

    Attributes
    ----------
    decomposition : Decomposition
        Levels, mode and axes.

    Raises
    ------
    TypeError, ValueError
        For all that `WaveletTransform` refuses; if a wavelet is not orthonormal; if `trainable`
        and no filter has an angle, which the Haar wavelet has not; or if the levels have
        different wavelets and ``per_level=False``.

    Examples
    --------
    >>> import torch
    >>> import wavedistill as wd
    >>> layer = wd.WaveletLayer("db4", levels=3, trainable=True)
    >>> size = layer.layout(100).total
    >>> network = torch.nn.Sequential(layer, torch.nn.Linear(size, 1))
    >>> network(torch.zeros(5, 100)).shape
    torch.Size([5, 1])
    >>> layer.transform().levels
    3
    """

    def __init__(
        self,
        transform: WaveletTransform | WaveletLike | Sequence[Wavelet | str],
        levels: int | None = None,
        mode: str | None = None,
        axes: int | Sequence[int] | None = None,
        *,
        trainable: bool = False,
        per_level: bool | None = None,
        dtype: torch.dtype | None = None,
        device: torch.device | str | None = None,
    ) -> None:
        super().__init__()
        given = as_transform(transform, levels, mode, axes)
        given.require_orthonormal("a WaveletLayer's angles")
        if per_level is None:
            per_level = not given.shared
        wavelets = given.wavelets if per_level else (given.wavelet,)
        if trainable and all(len(wavelet.lowpass) == 2 for wavelet in wavelets):
            raise ValueError(
                "trainable=True with 2 taps: the Haar wavelet is the only one of that length and "
                "has no angle to learn; begin from a longer filter, such as 'db2'."
            )
        self.decomposition = given.decomposition
        self.filters = nn.ModuleList(_Filter(each.lowpass.copy(), trainable) for each in wavelets)
        self.to(dtype=dtype or torch.get_default_dtype(), device=device)
        self._given = wavelets

    def forward(self, x: Tensor) -> Tensor:
        """The coefficients, in the order of `WaveletTransform.analysis`.

        Parameters
        ----------
        x : Tensor
            Signals or images along `axes`, of the layer's dtype.

        Returns
        -------
        Tensor
            Like `x`, with ``layout(lengths).total`` entries along the first of the transformed
            axes; the others are gone.

        Raises
        ------
        TypeError
            If `x` has another dtype than the layer.
        ValueError
            If an axis does not exist.
        """
        filters = self._lowpass(x, "x")
        bands = tensors.analysis(x, filters, self.decomposition)
        axes = tensors.axes_of(x, self.decomposition)
        first, rank = axes[0], len(axes)
        together = tuple(range(first, first + rank))
        flat = [band.movedim(axes, together).flatten(first, first + rank - 1) for band in bands]
        return torch.cat(flat, dim=first)

    def inverse(self, z: Tensor, lengths: int | Sequence[int]) -> Tensor:
        """The signals that have these coefficients.

        Parameters
        ----------
        z : Tensor
            As `forward` returns it.
        lengths : int or sequence of int
            Samples along each transformed axis; they may be odd.

        Raises
        ------
        TypeError
            If `z` has another dtype than the layer.
        ValueError
            If signals of these lengths have another number of coefficients.
        """
        filters = self._lowpass(z, "z")
        layout = self.layout(lengths)
        rank = len(layout.lengths)
        axes = tensors.axes_of(z, self.decomposition, missing=rank - 1)
        first = axes[0]
        if z.shape[first] != layout.total:
            raise ValueError(
                f"z has {z.shape[first]} coefficients along axis {first}, and signals of lengths "
                f"{layout.lengths} have {layout.total}; give the lengths that forward was given."
            )
        together = tuple(range(first, first + rank))
        bands = tuple(
            torch.unflatten(band, first, shape).movedim(together, axes)
            for band, shape in zip(
                torch.split(z, list(layout.sizes), first), layout.shapes, strict=True
            )
        )
        return tensors.synthesis(bands, filters, self.decomposition, layout.lengths)

    def layout(self, lengths: int | Sequence[int]) -> CoefficientLayout:
        """Where the coefficients of signals or images of this size lie; `total` is their number."""
        sizes = tuple(lengths) if isinstance(lengths, Sequence) else (lengths,)
        sizes = tuple(integer(size, "lengths", minimum=1) for size in sizes)
        if len(sizes) != (rank := len(self.decomposition.axes)):
            raise ValueError(
                f"lengths={lengths} gives {len(sizes)} sizes, and the layer transforms {rank} "
                "axes; give one size for each."
            )
        taps = [each.count for each in self._filters()]
        return self.decomposition.layout(sizes, taps if len(taps) > 1 else taps[0])

    def transform(self) -> WaveletTransform:
        """The transform with the filters as they are now.

        Wavelets whose angles have not changed keep their names and origins.
        """
        settings = self.decomposition
        wavelets = []
        for wavelet, each in zip(self._given, self._filters(), strict=True):
            if each.changed():
                wavelet = Wavelet(
                    each.taps(), origin={**_settings(settings), "start": wavelet.name}
                )
            wavelets.append(wavelet)
        chosen = wavelets if len(wavelets) > 1 else wavelets[0]
        return WaveletTransform(chosen, **_settings(settings))

    def extra_repr(self) -> str:
        """What ``print`` shows beside the filters."""
        settings = self.decomposition
        taps = sorted({each.count for each in self._filters()})
        return (
            f"{' and '.join(map(str, taps))} taps, levels={settings.levels}, "
            f"mode={settings.mode!r}, axes={settings.axes}"
        )

    def _filters(self) -> list[_Filter]:
        return cast("list[_Filter]", list(self.filters))

    def _lowpass(self, data: Tensor, name: str) -> Tensor | list[Tensor]:
        """The filters of all levels, or of each."""
        filters = [each.lowpass for each in self._filters()]
        dtype = filters[0].dtype
        if data.dtype != dtype:
            raise TypeError(
                f"{name} is {data.dtype} and the layer {dtype}; convert one of them, such as "
                f"{name}.to({dtype}) or layer.to({data.dtype})."
            )
        return filters if len(filters) > 1 else filters[0]


def _settings(decomposition: Decomposition) -> dict[str, Any]:
    """Levels, mode and axes, as JSON can hold them."""
    return {**vars(decomposition), "axes": list(decomposition.axes)}
