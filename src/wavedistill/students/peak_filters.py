"""What peak counts measure at a peak: its height, its steepness, or a piece of a wavelet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pywt
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import dense_float_array, float_array
from wavedistill.kernels.peaks import PatchStatistics
from wavedistill.wavelets import Wavelet, as_wavelet

__all__ = [
    "LAPLACE",
    "WaveletCut",
    "filter_symmetry",
    "named_statistics",
    "wavelet_cuts",
    "wavelet_filters",
]

Array = NDArray[np.float64]

#: The isotropic Laplace filter of Appendix D.1, with the sign that makes a peak's steepness
#: positive. (The paper prints a factor of -10/3; its bins, 0 to 0.22, and its code take +10/3.)
LAPLACE: Array = 10 / 3 * np.array([[-0.05, -0.2, -0.05], [-0.2, 1.0, -0.2], [-0.05, -0.2, -0.05]])
LAPLACE.flags.writeable = False

_CUT = 3
#: Weights by name; the Roberts-cross steepness is no inner product and has none.
_NAMED: dict[str, Array | None] = {
    "raw": np.outer([0.0, 1.0, 0.0], [0.0, 1.0, 0.0]),
    "laplace": LAPLACE,
    "roberts": None,
}


@dataclass(frozen=True, eq=False)
class WaveletCut:
    """A two-dimensional wavelet filter and the 3 x 3 piece of it that serves at a peak.

    Attributes
    ----------
    full : ndarray, shape (N, N)
        The outer product of two filters; element (i, j) belongs to row i, column j of a map.
    row, column : int
        Where in `full` the piece begins.
    filter : ndarray, shape (3, 3)
        The piece, its mean taken out for all but LL.
    """

    full: Array
    row: int
    column: int
    filter: Array


def wavelet_cuts(wavelet: Wavelet | str | ArrayLike) -> dict[str, WaveletCut]:
    """The filters LL, LH, HL and HH of a wavelet, each with its 3 x 3 piece (Appendix D.1).

    The first letter tells the filter along a row of the map (its last axis), the second the filter
    along a column: L the lowpass filter, H the highpass filter. The paper takes the piece "where a
    majority of the mass is concentrated", and its published code makes that precise: of each
    one-dimensional filter the three successive taps whose squared deviations from the filter's
    mean have the largest sum (the first such place if there are several), and of the 3 x 3 outer
    products of these, LH, HL and HH have their mean taken out, LL keeps it. (That code passes
    over the last place; here every place counts.)

    Parameters
    ----------
    wavelet : Wavelet, str or array_like
        A wavelet, its name, or its lowpass filter, of at least 4 taps.

    Raises
    ------
    ValueError
        If the filter is shorter.

    Examples
    --------
    >>> from wavedistill.students import wavelet_cuts
    >>> cuts = wavelet_cuts("db5")
    >>> list(cuts), cuts["LH"].full.shape, cuts["LH"].filter.shape
    (['LL', 'LH', 'HL', 'HH'], (10, 10), (3, 3))
    """
    found = as_wavelet(wavelet)
    taps = {"L": found.lowpass, "H": found.highpass}
    size = len(found.lowpass)
    if size < _CUT:
        raise ValueError(
            f"wavelet has a filter of {size} taps, and a 3 x 3 piece needs at least 4; give a "
            "longer wavelet, or Wavelet(np.pad(wavelet.lowpass, 1))."
        )
    places = {letter: _largest_variation(filter_) for letter, filter_ in taps.items()}
    cuts = {}
    for along_row, along_column in ("LL", "LH", "HL", "HH"):
        full = np.outer(taps[along_column], taps[along_row])
        row, column = places[along_column], places[along_row]
        piece = full[row : row + _CUT, column : column + _CUT].copy()
        if along_row + along_column != "LL":
            piece -= piece.mean()
        full.flags.writeable = piece.flags.writeable = False
        cuts[along_row + along_column] = WaveletCut(full, row, column, piece)
    return cuts


def wavelet_filters(wavelet: Wavelet | str | ArrayLike) -> dict[str, Array]:
    """The 3 x 3 pieces of a wavelet's filters LL, LH, HL and HH, as `wavelet_cuts` takes them."""
    return {name: cut.filter for name, cut in wavelet_cuts(wavelet).items()}


def filter_symmetry(filter: ArrayLike) -> float:
    """How symmetric a square filter is under the rotations and reflections of the square.

    It is the share of the filter's energy in its mean f̄ over the eight of them, ‖f̄‖² / ‖f‖², as f̄
    is the orthogonal projection onto the symmetric filters: 1 for a filter that looks alike from
    all sides, as a round halo does; 0 for one whose sum over the eight vanishes, such as a
    derivative along one axis.

    Parameters
    ----------
    filter : array_like, shape (n, n)
        Weights around the middle of the array.

    Raises
    ------
    TypeError, ValueError
        If it is not a square of finite real numbers, or all of them are 0.

    Examples
    --------
    >>> from wavedistill.students import filter_symmetry
    >>> filter_symmetry([[0, 1, 0], [1, 4, 1], [0, 1, 0]])
    1.0
    >>> filter_symmetry([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
    0.0
    """
    weights = float_array(filter, "filter", min_ndim=2).astype(np.float64)
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1]:
        raise ValueError(
            f"filter has shape {weights.shape}, and a symmetry of the square needs a square: as "
            "many rows as columns."
        )
    largest = np.abs(weights).max()
    if not largest:
        raise ValueError("filter is 0 everywhere, and such a filter has no symmetry to measure.")
    # Its scale does not matter, and squares of tiny weights would vanish.
    weights = weights / largest
    turned = [np.rot90(side, k) for side in (weights, weights.T) for k in range(4)]
    mean = np.mean(turned, axis=0)
    return float(np.sum(mean**2) / np.sum(weights**2))


def named_statistics(
    filters: object, *, everywhere: bool = False
) -> tuple[list[str], PatchStatistics]:
    """The names and the numbers of what `PeakCounts` was asked to measure.

    Parameters
    ----------
    filters : object
        As `PeakCounts` describes them.
    everywhere : bool
        Whether to measure at every pixel, not at peaks alone.

    Raises
    ------
    TypeError, ValueError
        For what is no filter, and for a name that comes twice.
    """
    names, weights, roberts = [], [], []
    for name, pixels in _expand(filters):
        names.append(name)
        roberts.append(pixels is None)
        weights.append(np.zeros(9) if pixels is None else pixels.ravel())
    if not names:
        raise ValueError("filters is empty; give at least one, such as 'laplace'.")
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise ValueError(
            f"filters has two named {twice[0]!r}; give a mapping of different names to them."
        )
    return names, PatchStatistics(np.array(weights), np.array(roberts), everywhere)


def _largest_variation(taps: Array) -> int:
    squares = (taps - taps.mean()) ** 2
    return int(np.convolve(squares, np.ones(_CUT), "valid").argmax())


def _expand(filters: object) -> list[tuple[str, Array | None]]:
    """Names and 3 x 3 weights of each filter; None in place of the weights of Roberts."""
    if isinstance(filters, Mapping):
        return [
            (f"{key} {name}" if isinstance(value, Wavelet | pywt.Wavelet) else str(key), weights)
            for key, value in filters.items()
            for name, weights in _parts(value)
        ]
    several = isinstance(filters, Sequence | np.ndarray) and not _is_one(filters)
    return [
        (name or f"filter {number}", weights)
        for number, value in enumerate(cast(Sequence[object], filters) if several else [filters])
        for name, weights in _parts(value)
    ]


def _is_one(filters: Any) -> bool:
    """Whether a string or a sequence is one filter, rather than several."""
    try:
        return isinstance(filters, str) or np.ndim(filters[0]) == 1
    except (IndexError, ValueError):
        return False


def _parts(value: Any) -> list[tuple[str, Array | None]]:
    """One filter, or the four of a wavelet; an array has the name ''."""
    if isinstance(value, Wavelet | pywt.Wavelet):
        return list(wavelet_filters(value).items())
    if isinstance(getattr(value, "wavelet_", None), Wavelet):
        raise TypeError(f"filters is a {type(value).__name__}; give its wavelet_.")
    if isinstance(value, str):
        if value not in _NAMED:
            raise ValueError(
                f"filters={value!r} must be one of {', '.join(map(repr, _NAMED))}, a Wavelet or a "
                "(3, 3) array; a wavelet by its name is Wavelet.from_name(name)."
            )
        return [(value, _NAMED[value])]
    pixels = dense_float_array(value, "a filter")
    if pixels.shape != (_CUT, _CUT):
        raise ValueError(
            f"a filter has shape {pixels.shape}, and it must have (3, 3), the pixels around a "
            "peak; make a Wavelet of a lowpass filter."
        )
    return [("", float_array(pixels, "a filter").astype(np.float64))]
