"""`WaveletTransform`: a wavelet, or one per level, with everything else that a transform needs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pywt
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import Floats, dense_float_array, integer, transformed_axes
from wavedistill.files import read_json, write_json
from wavedistill.modes import Mode, adjoint_extension
from wavedistill.wavelets.decomposition import Decomposition
from wavedistill.wavelets.layout import CoefficientLayout
from wavedistill.wavelets.transform import analyse, packets, synthesise, undecimated
from wavedistill.wavelets.wavelet import Wavelet, WaveletLike, as_wavelet

__all__ = ["WaveletTransform", "as_transform"]

_FORMAT = "wavedistill.transform"
_DEFAULT_LEVELS = 4


@dataclass(frozen=True, init=False)
class WaveletTransform:
    """The discrete wavelet transform of signals, images or volumes, in PyWavelets' conventions.

    Parameters
    ----------
    wavelet : Wavelet, str, array_like, or a sequence of Wavelets and names
        A wavelet, its name or its lowpass filter; or one wavelet for each level, the finest level
        first.
    levels : int, optional
        Depth J. By default as many as there are wavelets, those that the wavelet was learned with
        (`Wavelet.origin`), or 4.
    mode : str, optional
        PyWavelets' signal extension mode. By default the one that the wavelet was learned with, or
        ``"zero"``.
    axes : int or sequence of int, optional
        The axis of time, the two axes of images, or the three of volumes; the same filters run
        along all of them. By default those that the wavelet was learned with, or -1.

    Attributes
    ----------
    wavelets : tuple of Wavelet
        One for each level, the finest level first.
    decomposition : Decomposition
        Levels, mode and axes.

    Raises
    ------
    TypeError, ValueError
        For what is no wavelet, a depth below 1 or another than the number of wavelets, an unknown
        mode, or bad axes.

    Examples
    --------
    >>> import numpy as np
    >>> import wavedistill as wd
    >>> T = wd.WaveletTransform("db2", levels=3)
    >>> X = np.random.default_rng(0).standard_normal((5, 100))
    >>> Z = T.analysis(X)
    >>> Z.shape, T.layout(100).names
    ((5, 108), ('cA3', 'cD3', 'cD2', 'cD1'))
    >>> bool(np.allclose(T.synthesis(Z, 100), X))
    True
    """

    wavelets: tuple[Wavelet, ...]
    decomposition: Decomposition

    def __init__(
        self,
        wavelet: WaveletLike | Sequence[Wavelet | str],
        levels: int | None = None,
        mode: str | None = None,
        axes: int | Sequence[int] | None = None,
    ) -> None:
        several = _is_several(wavelet)
        given: Any = wavelet
        chosen = [as_wavelet(each) for each in (given if several else [given])]
        origin: Mapping[str, Any] = {} if several else chosen[0].origin
        default = len(chosen) if several else origin.get("levels", _DEFAULT_LEVELS)
        decomposition = Decomposition(
            default if levels is None else levels,
            origin.get("mode", "zero") if mode is None else mode,
            origin.get("axes", -1) if axes is None else axes,
        )
        if several and len(chosen) != decomposition.levels:
            raise ValueError(
                f"levels={levels} and {len(chosen)} wavelets are given; give one wavelet for each "
                "level, or one for all."
            )
        per_level = tuple(chosen) if several else tuple(chosen * decomposition.levels)
        object.__setattr__(self, "wavelets", per_level)
        object.__setattr__(self, "decomposition", decomposition)

    @property
    def levels(self) -> int:
        """Depth J."""
        return self.decomposition.levels

    @property
    def mode(self) -> Mode:
        """PyWavelets' signal extension mode."""
        return self.decomposition.mode

    @property
    def axes(self) -> tuple[int, ...]:
        """The transformed axes, as they were given."""
        return self.decomposition.axes

    @property
    def shared(self) -> bool:
        """Whether all levels have the same wavelet."""
        return len(set(self.wavelets)) == 1

    @property
    def wavelet(self) -> Wavelet:
        """The wavelet of all levels.

        Raises
        ------
        ValueError
            If levels have wavelets of their own: see `wavelets`.
        """
        if not self.shared:
            raise ValueError(
                f"the {self.levels} levels have wavelets of their own; see the attribute wavelets."
            )
        return self.wavelets[0]

    def with_wavelet(self, wavelet: WaveletLike | Sequence[Wavelet | str]) -> Self:
        """The same transform with another wavelet, or with one for each level."""
        return type(self)(wavelet, self.levels, self.mode, self.axes)

    def analysis(self, X: ArrayLike) -> Floats:
        """The transform A_h: `pywt.wavedec`, its sub-bands side by side (Eq. 5 of the paper).

        Parameters
        ----------
        X : array_like
            Signals, images or volumes along `axes`, of any size from 1.

        Returns
        -------
        ndarray
            Like `X`, with ``layout(lengths).total`` entries along the first of the transformed
            axes; the others are gone. float32 stays float32.
        """
        array, axes = self._read(X, "X")
        return analyse(array, self._banks(), self.mode, axes)

    def adjoint(self, M: ArrayLike) -> Floats:
        """S_h^T: multipliers of the samples become multipliers of the coefficients.

        It is itself an analysis, with zero padding for every mode but ``periodization``, where a
        level of odd length gets a zero appended. Arguments and result are those of `analysis`.
        """
        array, axes = self._read(M, "M")
        extension = adjoint_extension(self.mode)
        return analyse(
            array, self._banks(), extension.mode, axes, append_zero=extension.append_zero
        )

    def synthesis(self, Z: ArrayLike, lengths: int | Sequence[int]) -> Floats:
        """The inverse S_h: the signals that have these coefficients (Eq. 6 of the paper).

        Parameters
        ----------
        Z : array_like
            As `analysis` returns it.
        lengths : int or sequence of int
            Samples along each transformed axis, in the order of the axes of the result; odd
            numbers too.

        Raises
        ------
        ValueError
            If there are not as many lengths as axes, or the number of coefficients is not that of
            signals of these lengths.
        """
        coefficients = dense_float_array(Z, "Z")
        sizes = self._lengths(lengths)
        ndim = coefficients.ndim + len(sizes) - 1
        axes = transformed_axes(ndim, self.axes, f"the result has {ndim} axes")
        layout = self.layout(sizes)
        layout.split(coefficients, axes[0])
        return synthesise(coefficients, self._banks(), layout, axes)

    def undecimated(self, X: ArrayLike) -> Floats:
        """The undecimated (stationary) transform: coefficients at every shift of the grid.

        Parameters
        ----------
        X : array_like
            As for `analysis`, of any length: it is extended by the mode.

        Returns
        -------
        ndarray, shape (bands, *X.shape)
            Sub-bands in the order of `CoefficientLayout.names`. Every 2^j-th coefficient of level j
            is, away from the ends, one of `analysis`.
        """
        array, axes = self._read(X, "X")
        return undecimated(array, self._banks(), self.mode, axes)

    def packets(self, X: ArrayLike) -> Floats:
        """The wavelet packet transform: the last level of the full tree (`pywt.WaveletPacket`).

        Parameters
        ----------
        X : array_like
            As for `analysis`.

        Returns
        -------
        ndarray, shape (nodes, ...)
            2^J nodes for signals by ascending frequency; for images 4^J, by the frequency along the
            first axis, then along the second. Other axes are those of `X`, with the transformed
            ones as short as the last level is.
        """
        array, axes = self._read(X, "X")
        return packets(array, self._banks(), self.mode, axes)

    def layout(self, lengths: int | Sequence[int]) -> CoefficientLayout:
        """Where the coefficients of signals, images or volumes of this size lie."""
        taps = [len(wavelet.lowpass) for wavelet in self.wavelets]
        return self.decomposition.layout(self._lengths(lengths), taps)

    def centres(self, length: int) -> NDArray[np.float64]:
        """Where each coefficient of a signal looks, in samples: the centre of its filters' energy.

        Returns
        -------
        ndarray, shape (layout(length).total,)
            Within [0, length - 1]. Inside the signal it is the exact centre of a basis vector's
            energy if the filters are orthonormal and their squares are uncorrelated between levels.
            Otherwise it is an approximation.

        Raises
        ------
        ValueError
            For images and volumes.
        """
        if len(self.axes) > 1:
            raise ValueError(
                f"axes={self.axes} names {len(self.axes)} axes, and centres are those of signals; "
                "transform one axis."
            )
        periodic = self.mode == "periodization"
        starts, offset = [], 0.0
        for level, wavelet in enumerate(self.wavelets):
            # PyWavelets: cA[k] = sum_n rec_lo[N - 1 - n] x[2k + shift - n].
            taps = len(wavelet.lowpass)
            shift = taps // 2 if periodic else 1
            energies = np.square(wavelet.lowpass), np.square(wavelet.highpass)
            low, high = (shift - np.arange(taps)[::-1] @ e / e.sum() for e in energies)
            starts.append(offset + 2**level * high)
            offset += 2**level * low
        layout = self.layout(length)
        bands = zip([offset, *reversed(starts)], layout.band_levels, layout.sizes, strict=True)
        centres = np.concatenate(
            [start + 2**level * np.arange(size) for start, level, size in bands]
        )
        return centres % length if periodic else np.clip(centres, 0, length - 1)

    def require_orthonormal(self, purpose: str) -> None:
        """Raise a `ValueError` that names the worst residual, unless all wavelets are orthonormal.

        `purpose` begins the message.
        """
        for wavelet in set(self.wavelets):
            wavelet.require_orthonormal(purpose)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the transform as JSON; an existing file is replaced only by a whole one."""
        kept = self.wavelets[:1] if self.shared else self.wavelets
        content = {
            "levels": self.levels,
            "mode": self.mode,
            "axes": self.axes,
            "wavelets": [wavelet.record() for wavelet in kept],
        }
        write_json(path, _FORMAT, content)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a transform that `save` wrote.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file is something else.
        """
        content = read_json(path, _FORMAT, "WaveletTransform.save")
        wavelets = [Wavelet.from_record(record) for record in content["wavelets"]]
        chosen = wavelets if len(wavelets) > 1 else wavelets[0]
        return cls(chosen, content["levels"], content["mode"], content["axes"])

    def __repr__(self) -> str:
        names = [wavelet.name or f"{len(wavelet.lowpass)} taps" for wavelet in self.wavelets]
        wavelet = repr(names[0]) if self.shared else repr(names)
        return (
            f"WaveletTransform({wavelet}, levels={self.levels}, mode={self.mode!r}, "
            f"axes={self.axes})"
        )

    def _read(self, value: ArrayLike, name: str) -> tuple[Floats, tuple[int, ...]]:
        array = dense_float_array(value, name)
        described = f"{name} has {array.ndim} axes (shape {array.shape})"
        axes = transformed_axes(array.ndim, self.axes, described)
        for axis in axes:
            if array.shape[axis] == 0:
                raise ValueError(f"{name} has no samples along axis {axis} (shape {array.shape}).")
        return array, axes

    def _banks(self) -> list[pywt.Wavelet]:
        return [wavelet.to_pywt() for wavelet in self.wavelets]

    def _lengths(self, lengths: int | Sequence[int]) -> tuple[int, ...]:
        given = lengths if isinstance(lengths, Sequence) else (lengths,)
        sizes = tuple(integer(size, "lengths", minimum=1) for size in given)
        if len(sizes) != len(self.axes):
            raise ValueError(
                f"lengths={lengths} gives {len(sizes)} sizes and axes={self.axes} names "
                f"{len(self.axes)} axes; they must be as many, such as lengths=64 with axes=-1, or "
                "lengths=(32, 32) with axes=(-2, -1)."
            )
        return sizes


def as_transform(
    value: WaveletTransform | WaveletLike | Sequence[Wavelet | str],
    levels: int | None = None,
    mode: str | None = None,
    axes: int | Sequence[int] | None = None,
) -> WaveletTransform:
    """A `WaveletTransform` as it is, or one of a wavelet.

    A learned wavelet is used as it was learned: other levels or another mode are refused here. To
    mean them, give a `WaveletTransform` of that wavelet.

    Raises
    ------
    TypeError, ValueError
        If an argument contradicts the transform, or levels or mode those that the wavelet was
        learned with; and for whatever `WaveletTransform` refuses.
    """
    named = {"levels": levels, "mode": mode, "axes": axes}
    given = {name: argument for name, argument in named.items() if argument is not None}
    if isinstance(value, WaveletTransform):
        wanted = Decomposition(**{**vars(value.decomposition), **given})
        for name in given:
            if getattr(wanted, name) != getattr(value, name):
                raise ValueError(
                    f"{name}={given[name]} and the transform has {name}={getattr(value, name)!r}; "
                    f"leave {name} out, or give WaveletTransform(wavelet, {name}={given[name]!r})."
                )
        return value
    if isinstance(value, Wavelet):
        for name in ("levels", "mode"):
            learned = value.origin.get(name)
            if name in given and learned is not None and given[name] != learned:
                raise ValueError(
                    f"{name}={given[name]!r} and the wavelet was learned with {name}={learned!r}: "
                    f"it may be a poor choice there. Leave {name} out, or give "
                    f"WaveletTransform(wavelet, {name}={given[name]!r}) if you mean it."
                )
    return WaveletTransform(value, levels, mode, axes)


def _is_several(value: object) -> bool:
    """Whether this is a sequence of wavelets, rather than one wavelet or its filter."""
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and len(value) > 0
        and all(isinstance(each, Wavelet | str | pywt.Wavelet) for each in value)
    )
