"""`WaveletTransform`: a wavelet, or one for each level, with levels, mode and axes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Self

import numpy as np
import pywt
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import Floats, dense_float_array, integer, transformed_axes
from wavedistill.modes import Mode, adjoint_extension
from wavedistill.wavelets.centres import centres
from wavedistill.wavelets.decomposition import Decomposition
from wavedistill.wavelets.layout import CoefficientLayout
from wavedistill.wavelets.storage import read_record, write_record
from wavedistill.wavelets.transform import analyse, packets, synthesise, undecimated
from wavedistill.wavelets.wavelet import Wavelet, WaveletLike, as_wavelet

__all__ = ["WaveletTransform"]

_FORMAT = "wavedistill.transform"
_DEFAULT_LEVELS = 4


@dataclass(frozen=True, init=False)
class WaveletTransform:
    """The discrete wavelet transform of signals, images or volumes, in PyWavelets' conventions.

    Parameters
    ----------
    wavelet : Wavelet, str, array_like, or a list of them
        A wavelet, its name or its lowpass filter; or a list with one for each level, the finest
        level first.
    levels : int, optional
        Depth J. By default the number of wavelets in the list; for a single wavelet the levels that
        it was learned with (`Wavelet.origin`), or 4.
    mode : str, optional
        PyWavelets' signal extension mode. By default the one that the wavelets were learned with,
        or ``"zero"``.
    axes : int or sequence of int, optional
        The axis of time, the two axes of images, or the three of volumes; the same filters run
        along all of them. By default those that the wavelets were learned with, or -1.

    Attributes
    ----------
    wavelets : tuple of Wavelet
        One for each level, the finest level first.
    decomposition : Decomposition
        Levels, mode and axes.

    Raises
    ------
    TypeError, ValueError
        If something is no wavelet, if the depth is below 1 or differs from the number of wavelets,
        if the mode is unknown or the axes are bad, or if the wavelets were learned with different
        modes or axes and these are left out.

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
        wavelet: WaveletLike | Sequence[WaveletLike],
        levels: int | None = None,
        mode: str | None = None,
        axes: int | Sequence[int] | None = None,
    ) -> None:
        several = _is_several(wavelet)
        given: Any = wavelet
        chosen = [as_wavelet(each) for each in (given if several else [given])]
        if levels is None:
            levels = len(chosen) if several else chosen[0].origin.get("levels", _DEFAULT_LEVELS)
        decomposition = Decomposition(
            levels,
            _learned(chosen, "mode", "zero") if mode is None else mode,
            _learned(chosen, "axes", -1) if axes is None else axes,
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
        """The transformed axes in ascending order, negative if they were given so."""
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
            If levels have wavelets of their own; `wavelets` holds them.
        """
        if not self.shared:
            raise ValueError(
                f"the {self.levels} levels have wavelets of their own; take them from the "
                "attribute wavelets."
            )
        return self.wavelets[0]

    def with_wavelet(self, wavelet: WaveletLike | Sequence[WaveletLike]) -> Self:
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
        """The adjoint S_h^T of `synthesis`: from multipliers of samples to those of coefficients.

        It is itself an analysis: with zero padding, or with ``periodization`` if that is the mode
        (a level of odd length then gets a zero appended). Arguments and result are those of
        `analysis`.
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
            Samples along each transformed axis, in the order of the axes of the result. They may
            be odd.

        Raises
        ------
        ValueError
            If there are not as many lengths as axes, or if signals of these lengths have another
            number of coefficients.
        """
        coefficients = dense_float_array(Z, "Z")
        sizes = self._lengths(lengths)
        ndim = coefficients.ndim + len(sizes) - 1
        axes = transformed_axes(ndim, self.axes, f"the result has {ndim} axes")
        layout = self.layout(sizes)
        layout.split(coefficients, axes[0])
        return synthesise(coefficients, self._banks(), layout, axes)

    def undecimated(self, X: ArrayLike) -> Floats:
        """The undecimated (stationary) transform: coefficients of every level at every sample.

        Parameters
        ----------
        X : array_like
            As for `analysis`, of any length; it is extended by the mode.

        Returns
        -------
        ndarray, shape (bands, *X.shape)
            Sub-bands in the order of `CoefficientLayout.names`. Away from the ends, every 2^j-th
            coefficient of level j is a coefficient of `analysis`.
        """
        array, axes = self._read(X, "X")
        return undecimated(array, self._banks(), self.mode, axes)

    def packets(self, X: ArrayLike) -> Floats:
        """The wavelet packet transform: all nodes of level J of the tree (`pywt.WaveletPacket`).

        Parameters
        ----------
        X : array_like
            As for `analysis`.

        Returns
        -------
        ndarray, shape (nodes, ...)
            2^J nodes for signals, by ascending frequency; 4^J for images and 8^J for volumes, by
            the frequency along the first transformed axis, then along the next. The other axes are
            those of `X`, the transformed ones as long as a band of the last level.
        """
        array, axes = self._read(X, "X")
        return packets(array, self._banks(), self.mode, axes)

    def layout(self, lengths: int | Sequence[int]) -> CoefficientLayout:
        """Where the coefficients of signals, images or volumes of this size lie."""
        taps = [len(wavelet.lowpass) for wavelet in self.wavelets]
        return self.decomposition.layout(self._lengths(lengths), taps)

    def centres(self, length: int) -> NDArray[np.float64]:
        """The position in the signal that each coefficient looks at, in samples.

        It is the centre of the energy of the coefficient's filters.

        Returns
        -------
        ndarray, shape (layout(length).total,)
            Within [0, length - 1]. Away from the ends it is the exact centre of the energy of a
            basis vector if the filters are orthonormal and their squares are uncorrelated between
            levels; otherwise it is an approximation.

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
        return centres(self.wavelets, self.layout(length))

    def require_orthonormal(self, purpose: str) -> None:
        """Raise a `ValueError`, which `purpose` begins, unless all wavelets are orthonormal."""
        for wavelet in set(self.wavelets):
            wavelet.require_orthonormal(purpose)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the transform as JSON, or as safetensors if the name ends in ``.safetensors``."""
        write_record(path, _FORMAT, self.record())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a transform that `save` wrote.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file holds something else.
        """
        keys = ("levels", "mode", "axes", "wavelets")
        return cls.from_record(read_record(path, _FORMAT, "WaveletTransform.save", keys))

    def record(self) -> dict[str, Any]:
        """The transform as JSON values: levels, mode, axes, and the records of its wavelets."""
        kept = self.wavelets[:1] if self.shared else self.wavelets
        return {
            "levels": self.levels,
            "mode": self.mode,
            "axes": list(self.axes),
            "wavelets": [wavelet.record() for wavelet in kept],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The transform that `record` described."""
        wavelets = [Wavelet.from_record(each) for each in record["wavelets"]]
        chosen = wavelets if len(wavelets) > 1 else wavelets[0]
        return cls(chosen, record["levels"], record["mode"], record["axes"])

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
                f"{len(self.axes)} axes; give one size for each axis, such as lengths=64 with "
                "axes=-1, or lengths=(32, 32) with axes=(-2, -1)."
            )
        return sizes


def _is_several(value: object) -> bool:
    """Whether this is a list of wavelets, not one wavelet or its filter."""
    listed = isinstance(value, Sequence) and not isinstance(value, str)
    return listed and any(not isinstance(each, Real) for each in value)  # type: ignore[attr-defined]


def _learned(wavelets: Sequence[Wavelet], name: str, default: Any) -> Any:
    """The setting that all wavelets were learned with."""
    found = [wavelet.origin[name] for wavelet in wavelets if name in wavelet.origin]
    if any(value != found[0] for value in found):
        raise ValueError(
            f"the wavelets were learned with different {name}: {', '.join(map(str, found))}; say "
            f"which it shall be: WaveletTransform(wavelets, {name}=...)."
        )
    return found[0] if found else default
