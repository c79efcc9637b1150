"""Signal extension modes: what lies beyond the ends of a signal, and what follows from it.

A level of the transform extends its input at both ends before it filters. All that depends on the
mode is decided here, once: how many coefficients a level has, which extension the adjoint of the
synthesis takes, and the border samples as weighted sums of samples inside. PyWavelets' own
transform of unit vectors tells the weights, so that all of its modes are treated alike.
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
    """`mode`, if it is one of PyWavelets' signal extension modes.

    Raises
    ------
    ValueError
        If it is not.
    """
    if mode not in MODES:
        raise ValueError(f"mode={mode!r} must be one of {', '.join(MODES)}.")
    return mode


def coefficient_count(length: int, taps: int, mode: Mode) -> int:
    """Approximation coefficients that one level makes of a signal (as many as details)."""
    return -(-length // 2) if mode == "periodization" else (length + taps - 1) // 2


def mode_for(length: int, mode: Mode) -> Mode:
    """The mode to give PyWavelets for a signal of this length.

    PyWavelets refuses to reflect a single sample. Its repetition is what the rule amounts to.
    """
    return "constant" if length == 1 and mode in ("reflect", "antireflect") else mode


class AdjointExtension(NamedTuple):
    """The analysis that is the adjoint S_h^T of a mode's synthesis."""

    #: The mode of that analysis.
    mode: Mode
    #: Whether a level of odd length gets a zero appended first.
    append_zero: bool


def adjoint_extension(mode: Mode) -> AdjointExtension:
    """How S_h^T extends: with zeros, except for ``periodization``.

    With ``periodization`` it is periodic too, and a level of odd length gets a zero appended where
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
        Coefficients that the level makes.
    inner : ndarray of int, shape (m,)
        Positions of the input samples that have a part in the border, ascending.
    before, after : ndarray, shapes (m, left) and (m, right)
        Weights of the samples added on either side, a column each.
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
    # A border looks no further into the signal than it is wide, from either end. A short signal of
    # the same parity therefore has the same border.
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
    """Unit vectors as one level of `pywt.dwt` sees them, shape (length, extended length).

    A filter that is a unit impulse hands out the extended samples themselves.
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
