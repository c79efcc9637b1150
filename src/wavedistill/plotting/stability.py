"""Figures of how much a learned wavelet depends on the random seed and on the sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from wavedistill.plotting.axis import SAMPLES, Axis
from wavedistill.plotting.overlay import shift_onto
from wavedistill.plotting.style import LEARNED, START, finish, require
from wavedistill.wavelets import Wavelet

__all__ = ["plot_functions_of_seeds", "plot_wavelet_band"]

Array = NDArray[Any]

_LEVEL = 8
#: What `Wavelet.functions` begins with, and whether its sign may change.
_FUNCTIONS = ((r"scaling function $\varphi$", False), (r"wavelet $\psi$", True))


def plot_functions_of_seeds(
    wavelets: Sequence[Wavelet], labels: Sequence[str], *, axis: Axis = SAMPLES
) -> Figure:
    """Draw phi above psi for the wavelets of several seeds (Fig C2 of the paper).

    Each is laid over the first by shift, and psi by sign. Time is never reversed, so a slow rise
    with a sharp drop does not pass for a sharp rise with a slow drop.

    Parameters
    ----------
    wavelets : sequence of Wavelet
    labels : sequence of str
        One a wavelet.
    axis : Axis
        What the samples of the signals are.

    Raises
    ------
    ValueError
        If there is no wavelet, or there are not as many labels.
    """
    require(wavelets, "wavelets")
    if len(labels) != len(wavelets):
        raise ValueError(f"{len(wavelets)} wavelets have {len(labels)} labels; give one each.")
    columns = len(wavelets)
    figure = Figure(figsize=(max(2.4 * columns, 5) + 0.6, 4.8), layout="constrained")
    panels = figure.subplots(2, columns, sharex=True, sharey="row", squeeze=False)
    for row, (name, sign) in enumerate(_FUNCTIONS):
        first = wavelets[0].functions(_LEVEL)
        for column, (axes, wavelet) in enumerate(zip(panels[row], wavelets, strict=True)):
            if column:
                axes.plot(axis.step * first.x, first[row], color=START, linewidth=4, alpha=0.5)
            shift, values = _laid_over(wavelet, wavelets[0], row, _LEVEL, sign=sign)
            x = axis.step / 2**_LEVEL * (shift + np.arange(len(values)))
            axes.plot(x, values, color=LEARNED, linewidth=1.6)
            finish(axes, "" if row else labels[column], "")
        panels[row, 0].set_ylabel(name, fontsize=11)
    figure.align_ylabels(panels[:, 0])
    figure.supxlabel(axis.finest_scale, fontsize=11)
    key = [Line2D([], [], color=LEARNED, label="learned")]
    key.append(Line2D([], [], color=START, linewidth=4, alpha=0.5, label=f"that of {labels[0]}"))
    if columns > 1:
        figure.legend(handles=key, loc="outside upper right", ncols=2, frameon=False, fontsize=10)
    return figure


def plot_wavelet_band(
    wavelet: Wavelet,
    resamples: Sequence[Wavelet],
    level: int = 8,
    coverage: float = 0.9,
    *,
    axis: Axis = SAMPLES,
) -> Figure:
    """Draw phi and psi with a pointwise band of refits on bootstrap resamples.

    Each refit is laid over the wavelet by shift, and psi by sign; time is never reversed. The band
    holds at each point the middle `coverage` of the refits.

    Parameters
    ----------
    wavelet : Wavelet
        Learned from all examples.
    resamples : sequence of Wavelet
        Learned from resamples of them.
    level : int
        The grid has ``2**level`` points per sample.
    coverage : float
        Between 0 and 1.
    axis : Axis
        What the samples of the signals are.

    Returns
    -------
    matplotlib.figure.Figure
        Its axes are those of phi and psi.

    Raises
    ------
    ValueError
        If there is no resample, or the coverage is not between 0 and 1.
    """
    require(resamples, "resamples")
    if not 0 < coverage < 1:
        raise ValueError(f"coverage={coverage} must be between 0 and 1, such as 0.9.")
    figure = Figure(figsize=(10.5, 3.9), layout="constrained")
    for row, (axes, (name, sign)) in enumerate(zip(figure.subplots(1, 2), _FUNCTIONS, strict=True)):
        phi_or_psi = wavelet.functions(level)[row]
        refits = [_laid_over(each, wavelet, row, level, sign=sign) for each in resamples]
        grid, values = _on_one_grid([(0, phi_or_psi), *refits])
        low, high = np.quantile(values[1:], ((1 - coverage) / 2, (1 + coverage) / 2), axis=0)
        x = axis.step / 2**level * grid
        axes.fill_between(x, low, high, color=LEARNED, alpha=0.3, linewidth=0, label="refits")
        axes.plot(x, values[0], color=LEARNED, linewidth=1.8, label="fit to all")
        axes.margins(x=0.02)
        finish(axes, name[0].upper() + name[1:], axis.finest_scale)
    figure.suptitle(
        f"Band: {100 * coverage:.3g} % of {len(resamples)} refits on resamples, point by point",
        x=0.01,
        ha="left",
        fontsize=12,
    )
    axes.legend(frameon=False, fontsize=10)
    return figure


def _laid_over(
    wavelet: Wavelet, fixed: Wavelet, which: int, level: int, *, sign: bool
) -> tuple[int, Array]:
    """Phi (0) or psi (1), and the grid point where it begins to lie closest to another's."""
    own = wavelet.functions(level)[which]
    shift, side = shift_onto(own, fixed.functions(level)[which], sign=sign)
    return shift, side * own


def _on_one_grid(functions: Sequence[tuple[int, Array]]) -> tuple[Array, Array]:
    """Functions that begin at different points, with zeros around them, as rows."""
    first = min(start for start, _ in functions)
    last = max(start + len(values) for start, values in functions)
    rows = [np.pad(v, (start - first, last - start - len(v))) for start, v in functions]
    return np.arange(first, last), np.array(rows)
