"""The layout of wavelet coefficients: names, shapes and places of the sub-bands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.modes import Mode, coefficient_count

__all__ = ["CoefficientLayout", "detail_keys"]

#: Names of the sub-bands of a level, by the keys of `pywt.dwtn` and in PyWavelets' order. Those of
#: images are highpass along the first axis ("horizontal" details), along the second, along both.
_NAMES = {
    1: {"a": "cA", "d": "cD"},
    2: {"aa": "cA", "da": "cH", "ad": "cV", "dd": "cD"},
}


def detail_keys(rank: int) -> tuple[str, ...]:
    """The keys of `pywt.dwtn` of the details of a level, in the order of the layout."""
    return tuple(_names(rank))[1:]


def _names(rank: int) -> dict[str, str]:
    # The names for volumes are PyWavelets' keys: aad is highpass along the last axis alone.
    keys = ("".join(letters) for letters in product("ad", repeat=rank))
    return _NAMES.get(rank) or {key: key for key in keys}


@dataclass(frozen=True)
class CoefficientLayout:
    """Where the coefficients of each sub-band lie along the coefficient axis.

    `WaveletTransform.layout` makes it.

    Parameters
    ----------
    lengths : tuple of int
        Samples along each transformed axis: one number for signals, two for images, three for
        volumes.
    taps : tuple of int
        Length N of the filters of each level, the finest first.
    mode : str
        PyWavelets' signal extension mode.

    Examples
    --------
    >>> from wavedistill.wavelets import WaveletTransform
    >>> layout = WaveletTransform("db5", levels=4, axes=(-2, -1)).layout((256, 256))
    >>> layout.names[:5], layout.total
    (('cA4', 'cH4', 'cV4', 'cD4', 'cH3'), 73839)
    """

    lengths: tuple[int, ...]
    taps: tuple[int, ...]
    mode: Mode = "zero"

    @property
    def levels(self) -> int:
        """Depth J of the transform."""
        return len(self.taps)

    @property
    def inputs(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of the inputs of the levels, the finest first, and of the approximation."""
        shapes = [self.lengths]
        for taps in self.taps:
            shapes.append(tuple(coefficient_count(n, taps, self.mode) for n in shapes[-1]))
        return tuple(shapes)

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shape of each sub-band, approximation first, then details from coarse to fine."""
        details = len(detail_keys(len(self.lengths)))
        _, *outputs = inputs = self.inputs
        return (inputs[-1], *(level for level in reversed(outputs) for _ in range(details)))

    @property
    def sizes(self) -> tuple[int, ...]:
        """Coefficients per sub-band, in the order of `shapes`."""
        return tuple(math.prod(shape) for shape in self.shapes)

    @property
    def names(self) -> tuple[str, ...]:
        """Sub-bands as PyWavelets' documentation writes them.

        Such as cA4, cD4, ..., cD1 for signals, cA4, cH4, cV4, cD4, cH3, ..., cD1 for images, and
        aaa4, aad4, ..., ddd1 for volumes.
        """
        approximation, *details = _names(len(self.lengths)).values()
        levels = range(self.levels, 0, -1)
        fine = (f"{detail}{level}" for level in levels for detail in details)
        return (f"{approximation}{self.levels}", *fine)

    @property
    def band_levels(self) -> tuple[int, ...]:
        """The level of each sub-band, in the order of `names`; 1 is the finest."""
        details = len(detail_keys(len(self.lengths)))
        levels = range(self.levels, 0, -1)
        return (self.levels, *(level for level in levels for _ in range(details)))

    @property
    def labels(self) -> tuple[str, ...]:
        """A name for each coefficient, such as cA4[0], or for images cH4[2,5] in row 2."""
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
        """The slice of the coefficient axis that holds each sub-band."""
        ends = np.cumsum(self.sizes)
        return tuple(slice(int(e) - s, int(e)) for e, s in zip(ends, self.sizes, strict=True))

    def split(self, coefficients: NDArray[np.generic], axis: int = -1) -> list[Floats]:
        """The sub-bands in the order of `names`, as views with all of their axes in one.

        Raises
        ------
        ValueError
            If the axis does not have `total` coefficients.
        """
        if coefficients.shape[axis] != self.total:
            raise ValueError(
                f"the coefficients have {coefficients.shape[axis]} entries along axis {axis}, and "
                f"{described(self.lengths)} with {' and '.join(map(str, sorted({*self.taps})))} "
                f"taps, {self.levels} levels and mode {self.mode!r} have {self.total}."
            )
        return np.split(coefficients, np.cumsum(self.sizes)[:-1], axis=axis)

    def bands(self, coefficients: NDArray[np.generic], axis: int = -1) -> list[Floats]:
        """The sub-bands in their own `shapes`: those of images have two axes where `split` has one.

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


def described(lengths: Sequence[int]) -> str:
    """A phrase for messages, such as "images of 32 x 32"."""
    kind = {1: "signals of length", 2: "images of"}.get(len(lengths), "volumes of")
    return f"{kind} {' x '.join(map(str, lengths))}"
