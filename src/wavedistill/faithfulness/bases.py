"""Bases in which parts of a signal are removed: samples, Fourier, wavelets and segments."""

from __future__ import annotations

import abc
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import DTypeLike, NDArray

from wavedistill.checks import Floats, integer, signal_axes
from wavedistill.wavelets import WaveletTransform

__all__ = ["Basis", "Fourier", "Samples", "Segments", "WaveletBasis"]


#: What an inverse may differ by, of numbers of size 1.
_ROUNDING = 1e-8


class Basis(abc.ABC):
    """What a signal is taken apart into: coefficients, and units of them that are removed whole.

    For every x, `synthesis` of `analysis` is x. A basis of your own needs these two, `adjoint` and
    `name`; where units are not single coefficients, `units` as well.
    """

    @property
    @abc.abstractmethod
    def name(self) -> str:
        """What tables call it."""

    @abc.abstractmethod
    def analysis(self, X: Floats) -> Floats:
        """Coefficients of signals, shape (n, p), from X of shape (n, ...)."""

    @abc.abstractmethod
    def synthesis(self, Z: Floats, shape: Sequence[int]) -> Floats:
        """Signals of shape (n, *shape) from their coefficients, shape (n, p)."""

    @abc.abstractmethod
    def adjoint(self, M: Floats) -> Floats:
        """The gradient by the coefficients, shape (n, p), from that by the samples, (n, ...)."""

    def units(self, shape: Sequence[int]) -> NDArray[np.intp] | None:
        """The number of the unit of each coefficient, shape (p,); None if each is a unit itself.

        Parameters
        ----------
        shape : sequence of int
            Of one example.
        """
        return None

    def check(self, shape: Sequence[int]) -> None:
        """Refuse signals of this shape, that of X, if the basis does not suit them.

        Raises
        ------
        TypeError, ValueError
            By default if `synthesis` is not the inverse of `analysis`.
        """
        X = np.random.default_rng(0).standard_normal((1, *shape[1:]))
        back = self.synthesis(self.analysis(X), shape[1:])
        if back.shape != X.shape or np.abs(back - X).max() > _ROUNDING:
            raise ValueError(
                f"basis {self.name!r}: the synthesis of the analysis of a signal of shape "
                f"{tuple(shape[1:])} is another signal; removing nothing would change the output. "
                "Make them inverse."
            )


class _Orthonormal(Basis):
    """A basis whose adjoint is its analysis."""

    def adjoint(self, M: Floats) -> Floats:
        return self.analysis(M)


@dataclass(frozen=True)
class Samples(_Orthonormal):
    """The samples themselves, of every channel."""

    name = "samples"

    def analysis(self, X: Floats) -> Floats:
        """The samples of each example in one row."""
        return X.reshape(len(X), -1)

    def synthesis(self, Z: Floats, shape: Sequence[int]) -> Floats:
        """The rows in the shape of X."""
        return Z.reshape(len(Z), *shape)


@dataclass(frozen=True)
class Fourier(_Orthonormal):
    """The real orthonormal Fourier basis: a constant, cosines, and sines.

    A cosine and a sine of one frequency are two coefficients. Along two axes, coefficients are
    those of products of a wave along each. Nothing is windowed: a wave reaches over all samples.

    Parameters
    ----------
    axes : int or sequence of int
        The axis of time, or those of space.
    """

    axes: int | Sequence[int] = -1

    name = "Fourier"

    def check(self, shape: Sequence[int]) -> None:
        """Refuse axes that X does not have."""
        signal_axes(shape, self.axes)

    def analysis(self, X: Floats) -> Floats:
        """Coefficients in the order: constant, cosines by frequency, sines by frequency."""
        for axis in signal_axes(X.shape, self.axes):
            X = _waves(X, axis)
        return X.reshape(len(X), -1)

    def synthesis(self, Z: Floats, shape: Sequence[int]) -> Floats:
        """The inverse, which is also the transpose."""
        X = Z.reshape(len(Z), *shape)
        for axis in signal_axes(X.shape, self.axes):
            X = _from_waves(X, axis)
        return X


@dataclass(frozen=True)
class WaveletBasis(Basis):
    """The coefficients of a wavelet transform.

    With ``mode="periodization"`` and lengths that halve evenly, they are as many as samples, and an
    orthonormal basis. Every other mode has more coefficients than samples (redundant ones, at the
    borders): `synthesis` is exact all the same, but what is removed then is not quite gone, since
    other coefficients hold a part of it.

    Parameters
    ----------
    transform : WaveletTransform
        Of orthonormal wavelets.
    label : str
        What tables call it; by default its wavelet.
    """

    transform: WaveletTransform
    label: str = ""

    @property
    def name(self) -> str:
        """The label, or the name of the wavelet, or its number of taps."""
        if self.label:
            return self.label
        names = [each.name or f"{len(each.lowpass)} taps" for each in self.transform.wavelets]
        return names[0] if self.transform.shared else ", ".join(names)

    def check(self, shape: Sequence[int]) -> None:
        """Refuse wavelets that cannot be inverted, and more levels than the signals have."""
        self.transform.require_orthonormal(f"basis {self.name!r}")
        lengths = self.transform.decomposition.lengths(shape)
        self.transform.decomposition.check_depth(lengths)

    def analysis(self, X: Floats) -> Floats:
        """The coefficients of all sub-bands and channels in one row."""
        return self.transform.analysis(X).reshape(len(X), -1)

    def adjoint(self, M: Floats) -> Floats:
        """S_h^T of the multipliers: attributions in the wavelet domain (TRIM)."""
        return self.transform.adjoint(M).reshape(len(M), -1)

    def synthesis(self, Z: Floats, shape: Sequence[int]) -> Floats:
        """The signals that have these coefficients."""
        along = signal_axes((len(Z), *shape), self.transform.axes)
        lengths = [shape[axis - 1] for axis in along]
        packed = [size for axis, size in enumerate(shape, 1) if axis not in along]
        packed.insert(along[0] - 1, self.transform.layout(lengths).total)
        return self.transform.synthesis(Z.reshape(len(Z), *packed), lengths)


@dataclass(frozen=True)
class Segments(Samples):
    """Equal windows of a signal, or square patches of an image, over all channels.

    The coefficients are the samples; those of a segment are removed together.

    Parameters
    ----------
    size : int
        Samples of a window, or pixels on a side of a patch. The last ones may be smaller.
    axes : int or sequence of int
        The axis of time, or those of space.
    """

    size: int
    axes: int | Sequence[int] = -1

    @property
    def name(self) -> str:  # type: ignore[override]
        """Tells the size."""
        return f"segments of {self.size}"

    def check(self, shape: Sequence[int]) -> None:
        """Refuse a size below 1 and axes that X does not have."""
        integer(self.size, "size", minimum=1)
        signal_axes(shape, self.axes)

    def units(self, shape: Sequence[int]) -> NDArray[np.intp]:
        """The number of the segment that each sample lies in."""
        numbers = np.zeros(tuple(shape), dtype=np.intp)
        for axis in signal_axes((1, *shape), self.axes):
            length = shape[axis - 1]
            places = np.arange(length) // self.size
            lying = [1] * len(shape)
            lying[axis - 1] = length
            numbers = numbers * math.ceil(length / self.size) + places.reshape(lying)
        return numbers.reshape(-1)


def _waves(X: Floats, axis: int) -> Floats:
    """Coefficients of the constant, the cosines and the sines along an axis."""
    found = np.moveaxis(scipy.fft.rfft(X, axis=axis, norm="ortho"), axis, -1)
    found = found * _scale(X.shape[axis], X.dtype)
    sines = found[..., 1 : (X.shape[axis] + 1) // 2].imag
    joined: Floats = np.moveaxis(np.concatenate([found.real, sines], axis=-1), -1, axis)
    return joined


def _from_waves(Z: Floats, axis: int) -> Floats:
    """The inverse of `_waves`."""
    length = Z.shape[axis]
    rows, cosines = np.moveaxis(Z, axis, -1), length // 2 + 1
    found = rows[..., :cosines].astype(np.result_type(Z, np.complex64))
    found[..., 1 : (length + 1) // 2] += 1j * rows[..., cosines:]
    found /= _scale(length, Z.dtype)
    signals: Floats = scipy.fft.irfft(found, length, axis=-1, norm="ortho")
    return np.moveaxis(signals, -1, axis)


def _scale(length: int, dtype: DTypeLike) -> Floats:
    """What makes the cosines of `scipy.fft.rfft` orthonormal: all but the ends stand for two."""
    scale = np.full(length // 2 + 1, np.sqrt(2), dtype=dtype)
    scale[0] = 1
    if length % 2 == 0:
        scale[-1] = 1
    return scale
