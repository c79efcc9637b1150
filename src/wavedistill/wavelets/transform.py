"""The transforms A_h, S_h and S_h^T of arrays, by way of PyWavelets.

Coefficients come as one array in which a single axis takes the place of the transformed one, in
PyWavelets' order: approximation of the coarsest level, its detail, and on to the finest detail.
`CoefficientLayout` says where each sub-band lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import pywt
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import Floats, Mode, check_mode, dense_float_array, integer
from wavedistill.wavelets.wavelet import Wavelet, as_wavelet

__all__ = [
    "CoefficientLayout",
    "adjoint_synthesis",
    "analysis",
    "synthesis",
]


@dataclass(frozen=True)
class CoefficientLayout:
    """Where the coefficients of each sub-band lie along the coefficient axis.

    Parameters
    ----------
    length : int
        Of the signal.
    taps : int
        Length N of the filters.
    levels : int
        Depth J of the transform; 0 is the signal itself.
    mode : str
        PyWavelets' signal extension mode.
    """

    length: int
    taps: int
    levels: int
    mode: Mode = "zero"

    @property
    def sizes(self) -> tuple[int, ...]:
        """Coefficients per sub-band: approximation, then details from coarse to fine (J + 1)."""
        sizes = []
        size = self.length
        for _ in range(self.levels):
            size = pywt.dwt_coeff_len(size, self.taps, self.mode)
            sizes.append(size)
        return (size, *reversed(sizes))

    @property
    def names(self) -> tuple[str, ...]:
        """Sub-bands as PyWavelets' documentation writes them: cA4, cD4, ..., cD1."""
        return (f"cA{self.levels}", *(f"cD{level}" for level in range(self.levels, 0, -1)))

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
        """
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
        """The sub-bands as views, in the order of `names`.

        Raises
        ------
        ValueError
            If the axis does not have `total` coefficients.
        """
        if coefficients.shape[axis] != self.total:
            raise ValueError(
                f"the coefficients have {coefficients.shape[axis]} entries along axis {axis}, and "
                f"signals of length {self.length} with {self.taps} taps, {self.levels} levels and "
                f"mode {self.mode!r} have {self.total}."
            )
        return np.split(coefficients, np.cumsum(self.sizes)[:-1], axis=axis)


def analysis(
    data: ArrayLike,
    wavelet: Wavelet | str | ArrayLike,
    levels: int,
    mode: str = "zero",
    axis: int = -1,
) -> Floats:
    """The DWT A_h, which is `pywt.wavedec`, its sub-bands side by side along `axis`.

    Parameters
    ----------
    data : array_like
        Signals along `axis`, of any length from 1.
    wavelet : Wavelet, str or array_like
        A wavelet, its name, or its lowpass filter.
    levels : int
        Depth J.
    mode : str
        PyWavelets' signal extension mode.
    axis : int
        The axis to transform.

    Returns
    -------
    ndarray
        Like `data`, with ``CoefficientLayout(...).total`` entries along `axis`.
    """
    array, bank = dense_float_array(data, "data"), as_wavelet(wavelet).to_pywt()
    depth = integer(levels, "levels", minimum=0)
    return _cascade(array, bank, depth, check_mode(mode), axis)


def adjoint_synthesis(
    data: ArrayLike,
    wavelet: Wavelet | str | ArrayLike,
    levels: int,
    mode: str = "zero",
    axis: int = -1,
) -> Floats:
    """S_h^T: multipliers of the signal become multipliers of its wavelet coefficients.

    It is itself an analysis: with zero padding for every mode but ``periodization``, where a level
    of odd length gets a zero appended. The arguments and the layout are those of `analysis`.
    """
    array, bank = dense_float_array(data, "data"), as_wavelet(wavelet).to_pywt()
    depth = integer(levels, "levels", minimum=0)
    extension = "periodization" if check_mode(mode) == "periodization" else "zero"
    return _cascade(array, bank, depth, extension, axis, append_zero=extension != "zero")


def synthesis(
    coefficients: ArrayLike,
    wavelet: Wavelet | str | ArrayLike,
    levels: int,
    length: int,
    mode: str = "zero",
    axis: int = -1,
) -> Floats:
    """The inverse DWT S_h: `pywt.waverec` of what `analysis` returned, cropped to `length`.

    Parameters
    ----------
    coefficients : array_like
        In the layout of `analysis`.
    length : int
        Of the signals, odd ones included.

    Raises
    ------
    ValueError
        If the number of coefficients is not that of signals of this length.
    """
    chosen = as_wavelet(wavelet)
    size = integer(length, "length", minimum=1)
    depth = integer(levels, "levels", minimum=0)
    layout = CoefficientLayout(size, len(chosen.lowpass), depth, check_mode(mode))
    bands = layout.split(dense_float_array(coefficients, "coefficients"), axis)
    signals = pywt.waverec(bands, chosen.to_pywt(), mode=mode, axis=axis)
    index = [slice(None)] * signals.ndim
    index[axis] = slice(size)
    return cast(Floats, signals[tuple(index)])


def _cascade(
    array: Floats,
    bank: pywt.Wavelet,
    levels: int,
    mode: str,
    axis: int,
    *,
    append_zero: bool = False,
) -> Floats:
    """Level after level of `pywt.dwt`, as `pywt.wavedec` does it, the sub-bands side by side.

    Done here since levels of odd length may need a zero appended, and since PyWavelets refuses to
    reflect a single sample, where its repetition is what the rule amounts to.
    """
    approximation = np.moveaxis(array, axis, -1)
    details: list[Floats] = []
    for _ in range(levels):
        size = approximation.shape[-1]
        if append_zero and size % 2:
            widths = [(0, 0)] * (approximation.ndim - 1) + [(0, 1)]
            approximation = np.pad(approximation, widths)
        single = size == 1 and mode in ("reflect", "antireflect")
        extension = "constant" if single else mode
        approximation, detail = pywt.dwt(approximation, bank, mode=extension, axis=-1)
        details.append(detail)
    return np.moveaxis(np.concatenate([approximation, *reversed(details)], axis=-1), -1, axis)
