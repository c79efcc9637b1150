"""Where the coefficients of each sub-band lie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pywt
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import Floats, Mode
from wavedistill.wavelets.wavelet import Wavelet, as_wavelet

__all__ = ["CoefficientLayout"]

#: Details of a level in PyWavelets' order: of signals; of images, highpass along the first axis
#: ("horizontal" details), along the second, and along both.
_DETAILS = {1: ("cD",), 2: ("cH", "cV", "cD")}


@dataclass(frozen=True)
class CoefficientLayout:
    """Where the coefficients of each sub-band lie along the coefficient axis.

    Parameters
    ----------
    length : int or pair of int
        Of the signal, or the sizes of an image.
    taps : int
        Length N of the filters.
    levels : int
        Depth J of the transform; 0 is the signal itself.
    mode : str
        PyWavelets' signal extension mode.

    Examples
    --------
    >>> from wavedistill.wavelets import CoefficientLayout
    >>> layout = CoefficientLayout((256, 256), taps=10, levels=4)
    >>> layout.names[:5], layout.total
    (('cA4', 'cH4', 'cV4', 'cD4', 'cH3'), 73839)
    """

    length: int | tuple[int, ...]
    taps: int
    levels: int
    mode: Mode = "zero"

    def __post_init__(self) -> None:
        if isinstance(self.length, Sequence):
            lengths = tuple(self.length)
            if len(lengths) not in _DETAILS:
                raise ValueError(
                    f"length={self.length} has {len(lengths)} sizes; give one, or two for images."
                )
            object.__setattr__(self, "length", lengths[0] if len(lengths) == 1 else lengths)

    @property
    def lengths(self) -> tuple[int, ...]:
        """The size along each transformed axis: one for signals, two for images."""
        return self.length if isinstance(self.length, tuple) else (self.length,)

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shape of each sub-band, approximation first, then details from coarse to fine."""
        per_level = []
        shape = self.lengths
        for _ in range(self.levels):
            shape = tuple(pywt.dwt_coeff_len(size, self.taps, self.mode) for size in shape)
            per_level.append(shape)
        details = len(_DETAILS[len(shape)])
        return (shape, *(level for level in reversed(per_level) for _ in range(details)))

    @property
    def sizes(self) -> tuple[int, ...]:
        """Coefficients per sub-band, in the order of `shapes`."""
        return tuple(math.prod(shape) for shape in self.shapes)

    @property
    def names(self) -> tuple[str, ...]:
        """Sub-bands as PyWavelets' documentation writes them.

        They are cA4, cD4, ..., cD1 for signals; for images cA4, cH4, cV4, cD4, cH3, ..., cD1.
        """
        details = _DETAILS[len(self.lengths)]
        levels = range(self.levels, 0, -1)
        return (
            f"cA{self.levels}",
            *(f"{detail}{level}" for level in levels for detail in details),
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """A name for each coefficient: cA4[0] of signals; of images cH4[2,5], in row 2."""
        return tuple(
            f"{name}[{','.join(map(str, index))}]"
            for name, shape in zip(self.names, self.shapes, strict=True)
            for index in np.ndindex(shape)
        )

    @property
    def total(self) -> int:
        """Number of coefficients."""
        return sum(self.sizes)

    @property
    def slices(self) -> tuple[slice, ...]:
        """The place of each sub-band along the coefficient axis."""
        ends = np.cumsum(self.sizes)
        return tuple(slice(int(e) - s, int(e)) for e, s in zip(ends, self.sizes, strict=True))

    def centres(self, wavelet: Wavelet | str | ArrayLike) -> NDArray[np.float64]:
        """Where each coefficient looks, in samples: the centre of its filters' energy.

        Parameters
        ----------
        wavelet : Wavelet, str or array_like
            With filters of `taps` taps.

        Returns
        -------
        ndarray, shape (total,)
            Within [0, length - 1]. For a basis vector inside the signal it is the centre of its
            energy if the filters are orthonormal and their square has no correlation over scales,
            and near to it else.

        Raises
        ------
        ValueError
            For a layout of images.
        """
        if not isinstance(self.length, int):
            raise ValueError("centres are those of signals; images have none along one axis.")
        bank = as_wavelet(wavelet)
        periodic = self.mode == "periodization"
        # PyWavelets: cA[k] = sum_n rec_lo[N - 1 - n] x[2k + shift - n].
        shift = self.taps // 2 if periodic else 1
        energies = np.square(bank.lowpass), np.square(bank.highpass)
        low, high = (shift - np.arange(self.taps)[::-1] @ e / e.sum() for e in energies)
        starts, offset = [], 0.0
        for level in range(self.levels):
            starts.append(offset + 2**level * high)
            offset += 2**level * low
        bands = zip([offset, *reversed(starts)], self.names, self.sizes, strict=True)
        places = [start + 2 ** int(name[2:]) * np.arange(size) for start, name, size in bands]
        centres = np.concatenate(places)
        return centres % self.length if periodic else np.clip(centres, 0, self.length - 1)

    def split(self, coefficients: NDArray[np.generic], axis: int = -1) -> list[Floats]:
        """The sub-bands as views, in the order of `names`, each along the one coefficient axis.

        Raises
        ------
        ValueError
            If the axis does not have `total` coefficients.
        """
        if coefficients.shape[axis] != self.total:
            what = (
                f"signals of length {self.length}"
                if isinstance(self.length, int)
                else f"images of {' x '.join(map(str, self.length))}"
            )
            raise ValueError(
                f"the coefficients have {coefficients.shape[axis]} entries along axis {axis}, and "
                f"{what} with {self.taps} taps, {self.levels} levels and "
                f"mode {self.mode!r} have {self.total}."
            )
        return np.split(coefficients, np.cumsum(self.sizes)[:-1], axis=axis)

    def bands(self, coefficients: NDArray[np.generic], axis: int = -1) -> list[Floats]:
        """The sub-bands in their own `shapes`, those of images with two axes in place of one.

        Raises
        ------
        ValueError
            If the axis does not have `total` coefficients.
        """
        place = axis % coefficients.ndim
        before, after = coefficients.shape[:place], coefficients.shape[place + 1 :]
        return [
            band.reshape(*before, *shape, *after)
            for band, shape in zip(self.split(coefficients, axis), self.shapes, strict=True)
        ]
