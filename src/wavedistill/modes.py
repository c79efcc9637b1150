"""Signal extension modes: how a transform continues a signal beyond its ends.

A level of the transform extends its input at both ends before it filters. Everything that depends
on the mode is here: the number of coefficients of a level, the extension that the adjoint of the
synthesis takes, and the border samples as weighted sums of samples inside. The weights come from
PyWavelets' own transform of unit vectors, so that its nine modes need no code of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pywt
from numpy.typing import NDArray

__all__ = [
    "MODES",
    "AdjointExtension",
    "Border",
    "Mode",
    "adjoint_extension",
    "border",
    "check_mode",
    "coefficient_count",
    "mode_for",
]

Mode = Literal[
    "zero",
    "constant",
    "symmetric",
    "periodic",
    "smooth",
    "periodization",
    "reflect",
    "antisymmetric",
    "antireflect",
]

#: PyWavelets' names of its modes.
MODES: tuple[Mode, ...] = get_args(Mode)


def check_mode(mode: str) -> Mode:
    """Raise a `ValueError` unless `mode` is one of PyWavelets' signal extension modes."""
    if mode not in MODES:
        raise ValueError(f"mode={mode!r} must be one of {', '.join(MODES)}.")
    return mode


def coefficient_count(length: int, taps: int, mode: Mode) -> int:
    """Number of approximation coefficients of one level, which is also that of its details."""
    return -(-length // 2) if mode == "periodization" else (length + taps - 1) // 2


def mode_for(length: int, mode: Mode) -> Mode:
    """The mode to give PyWavelets for a signal of this length.

    A single sample is repeated where `pywt.dwt` refuses to reflect it, and where `pywt.pad` would
    make up a slope.
    """
    single = length == 1 and mode in ("reflect", "antireflect", "smooth")
    return "constant" if single else mode


class AdjointExtension(NamedTuple):
    """The analysis that is the adjoint S_h^T of a mode's synthesis.

    Parameters
    ----------
    mode : str
        The mode of that analysis.
    append_zero : bool
        Whether a level of odd length gets a zero appended first.
    """

    mode: Mode
    append_zero: bool


def adjoint_extension(mode: Mode) -> AdjointExtension:
    """The extension of S_h^T: zeros, whatever the mode, unless that is ``periodization``.

    With ``periodization`` S_h^T is periodic too, but appends a zero to a level of odd length, where
    the analysis repeats the last sample.
    """
    if mode == "periodization":
        return AdjointExtension("periodization", True)
    return AdjointExtension("zero", False)


@dataclass(frozen=True, eq=False)
class Border:
    """The samples that one level adds at both ends of its input.

    Each is a weighted sum of a few samples of the input.

    Parameters
    ----------
    outputs : int
        Coefficients of the level.
    inner : ndarray of int, shape (m,)
        Positions of the input samples that the border is made of, ascending.
    before, after : ndarray, shapes (m, left) and (m, right)
        Weights of the samples added before and after the input, one column for each.
    """

    outputs: int
    inner: NDArray[np.intp]
    before: NDArray[np.float64]
    after: NDArray[np.float64]


@lru_cache(maxsize=1024)
def border(length: int, taps: int, mode: Mode, append_zero: bool = False) -> Border:
    """The border of one level of the transform.

    Parameters
    ----------
    length : int
        Samples of the input.
    taps : int
        Length N of the filters.
    mode : str
        PyWavelets' signal extension mode.
    append_zero : bool
        Whether an input of odd length gets a zero appended first (`adjoint_extension`).
    """
    # A border depends on no more samples at each end than it is wide. A long signal therefore has
    # the border of a short one of the same parity.
    short = min(length, 2 * taps + length % 2)
    columns = _extended_units(short, taps, mode, append_zero)
    left = taps // 2 - 1 if mode == "periodization" else taps - 2
    outside = np.concatenate([columns[:, :left], columns[:, left + short :]], axis=1)
    used = np.flatnonzero(outside.any(axis=1))
    positions = np.where(used < short // 2, used, used + length - short)
    weights = outside[used]
    weights.flags.writeable = positions.flags.writeable = False
    outputs = coefficient_count(length, taps, mode)
    return Border(outputs, positions, weights[:, :left], weights[:, left:])


def _extended_units(length: int, taps: int, mode: Mode, append_zero: bool) -> NDArray[np.float64]:
    """Unit vectors as one level of `pywt.dwt` extends them, shape (length, extended length).

    A filter that is a unit impulse returns the extended samples themselves.
    """
    units = np.eye(length)
    if append_zero and length % 2:
        units = np.pad(units, ((0, 0), (0, 1)))
    outputs = coefficient_count(units.shape[1], taps, mode)
    extended = np.empty((length, 2 * outputs + taps - 2))
    for tap, impulse in enumerate(np.eye(taps)[::-1]):
        bank: Any = pywt.Wavelet("impulse", filter_bank=(impulse,) * 4)
        extended[:, tap : tap + 2 * outputs : 2] = pywt.dwt(units, bank, mode_for(length, mode))[0]
    return extended
