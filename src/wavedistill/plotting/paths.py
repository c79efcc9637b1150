"""Figures of many fits side by side: from several starts, and over a grid of the two weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from wavedistill.checks import integer
from wavedistill.plotting.axis import SAMPLES, Axis
from wavedistill.plotting.overlay import draw_over_truth, shift_onto
from wavedistill.plotting.style import (
    LEARNED,
    PALE,
    START,
    TRUE,
    finish,
    require,
    stems,
    weight_label,
)
from wavedistill.wavelets import Wavelet

if TYPE_CHECKING:
    from wavedistill.distillation import PathPoint

__all__ = ["plot_starts_and_results", "plot_wavelet_grid"]

_LEVEL, _SMALL_LEVEL = 8, 6
_FRAME: dict[str, Any] = {"color": "black", "linewidth": 2.5, "zorder": 5}


def plot_starts_and_results(
    rows: Sequence[tuple[str, Wavelet | None, Wavelet]],
    true: Wavelet,
    true_name: str,
    *,
    axis: Axis = SAMPLES,
) -> Figure:
    """Draw each start, and below it the wavelet learned from it (Fig 3 of the paper).

    Parameters
    ----------
    rows : sequence of (str, Wavelet or None, Wavelet)
        Label, initial and learned wavelet of each start; None for a search from many.
    true : Wavelet
        The truth, to which the learned wavelets are aligned.
    true_name : str
        What the truth is called.
    axis : Axis
        What the samples of the signals are.

    Returns
    -------
    matplotlib.figure.Figure
        Its first ``len(rows)`` axes hold the initial lowpass filters, the others psi.
    """
    require(rows, "rows")
    columns = len(rows)
    figure = Figure(figsize=(max(2.5 * columns, 5) + 0.6, 5.4), layout="constrained")
    panels = figure.subplots(2, columns, sharey="row", squeeze=False)
    reference = true.functions(_LEVEL).psi
    for (label, initial, learned), (above, below) in zip(rows, panels.T, strict=True):
        _draw_start(above, label, initial, true)
        psi = learned.functions(_LEVEL).psi
        step = axis.step / 2**_LEVEL
        draw_over_truth(below, psi, reference, step, true_label=f"true ({true_name})")
        finish(below, "", axis.finest_scale)
        _note_distance(below, learned.distance(true))
    for axes, title in zip(
        panels[:, 0], ("A   initial lowpass $h$", r"B   learned wavelet $\psi$"), strict=True
    ):
        axes.set_ylabel(title, fontsize=12)
        # Room for the distance above all that is drawn.
        low, high = axes.get_ylim()
        axes.set_ylim(low, high + 0.18 * (high - low))
    figure.align_ylabels(panels[:, 0])
    handles, labels = panels[1, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False, fontsize=11)
    return figure


def plot_wavelet_grid(
    points: Sequence[PathPoint],
    true: Wavelet | None = None,
    selected: int | None = None,
    title: str = "",
    *,
    max_columns: int = 11,
) -> Figure:
    """Draw psi for each pair of weights (Fig 4 and B1-B3 of the paper).

    Sparsity grows downwards and interpretation to the right. With a truth, the wavelets are aligned
    to it by shift, reversal and sign, as `Wavelet.distance` does. Without one, they are aligned to
    the framed wavelet by shift and sign alone, so that time runs to the right in all of them. All
    panels have one scale, which may cut the highest peaks of a few.

    Parameters
    ----------
    points : sequence of PathPoint
        The points of a `DistillationPath`, in any order. A missing pair of weights is left blank.
    true : Wavelet, optional
        Drawn as a pale band in each panel.
    selected : int, optional
        Index of the point to frame; by default the closest to `true`.
    title : str
    max_columns : int
        With more values of interpretation than this, only so many are drawn: evenly spread, and
        the framed point's among them.

    Raises
    ------
    ValueError
        If there is no point, or if two have the same weights.
    """
    require(points, "points")
    cells = {(point.sparsity, point.interpretation): point.wavelet for point in points}
    if len(cells) < len(points):
        raise ValueError(
            f"{len(points)} points have {len(cells)} different pairs of weights, and a panel "
            "holds one wavelet; give the points of one start."
        )
    marked = selected
    if marked is None and true is not None:
        marked = int(np.argmin([point.wavelet.distance(true) for point in points]))
    sparsities, gammas = (sorted({key[axis] for key in cells}) for axis in (0, 1))
    most = integer(max_columns, "max_columns", minimum=1)
    keep = 0 if marked is None else gammas.index(points[marked].interpretation)
    columns = [gammas[i] for i in _spread(len(gammas), most, keep)]
    shown = "" if len(columns) == len(gammas) else f"   ({len(columns)} of {len(gammas)} shown)"
    figure, panels = _small_multiples(len(sparsities), len(columns), title, shown)
    anchor = true or points[marked or 0].wavelet
    for row, sparsity in zip(panels, sparsities, strict=True):
        for axes, gamma in zip(row, columns, strict=True):
            _draw_small(axes, cells.get((sparsity, gamma)), anchor, truth=true is not None)
        row[0].set_ylabel(weight_label(sparsity), rotation=0, ha="right", va="center", fontsize=11)
    panels[0][0].set_ylim(*_common_limits(list(cells.values()), anchor))
    for axes, gamma in zip(panels[-1], columns, strict=True):
        axes.set_xlabel(weight_label(gamma), fontsize=11)
    frame = None
    if marked is not None:
        point = points[marked]
        framed = panels[sparsities.index(point.sparsity)][columns.index(point.interpretation)]
        framed.spines[:].set(**_FRAME)
        frame = "closest" if selected is None else "selected"
        frame += "" if true is None else f", at distance {point.wavelet.distance(true):.2g}"
    _draw_key(figure, panels[0][-1], frame, truth=true is not None)
    return figure


def _spread(count: int, most: int, keep: int) -> list[int]:
    """At most `most` of the indices below `count`, evenly spread, `keep` among them."""
    if count <= most:
        return list(range(count))
    chosen = {int(i) for i in np.linspace(0, count - 1, most).round()}
    if keep not in chosen:
        # It takes the place of its nearest neighbour, of an end only if there are no others.
        chosen.remove(min(chosen, key=lambda i: (i in (0, count - 1), abs(i - keep))))
        chosen.add(keep)
    return sorted(chosen)


def _small_multiples(
    rows: int, columns: int, title: str, shown: str
) -> tuple[Figure, list[list[Axes]]]:
    """Small panels between margins given in inches, so that any number of them looks alike."""
    panel = max(0.85, min(1.6, 12 / columns))
    top = 0.8 if title else 0.5
    width, height = max(columns * panel, 5.5) + 1.3, rows * 0.8 * panel + top + 0.85
    place = {"left": 1.1 / width, "right": 1 - 0.2 / width}
    place |= {"bottom": 0.75 / height, "top": 1 - top / height, "wspace": 0.08, "hspace": 0.1}
    figure = Figure(figsize=(width, height))
    panels = figure.subplots(
        rows, columns, sharex=True, sharey=True, squeeze=False, gridspec_kw=place
    )
    figure.suptitle(title, x=place["left"], y=1 - 0.12 / height, ha="left", fontsize=14)
    x, y = (place["left"] + place["right"]) / 2, (place["bottom"] + place["top"]) / 2
    label = rf"interpretation $\gamma$ $\rightarrow${shown}"
    figure.supxlabel(label, x=x, y=0.12 / height, fontsize=12)
    figure.supylabel(r"$\leftarrow$ sparsity $\lambda$", x=0.12 / width, y=y, fontsize=12)
    return figure, panels.tolist()


def _draw_key(figure: Figure, corner: Axes, frame: str | None, *, truth: bool) -> None:
    """The legend, over the upper right corner of the panels."""
    key = [Line2D([], [], color=LEARNED, label=r"learned $\psi$")]
    if truth:
        key.append(Line2D([], [], color=TRUE, linewidth=5, alpha=0.45, label=r"true $\psi$"))
    if frame is not None:
        box: dict[str, Any] = {"marker": "s", "markersize": 12, "markerfacecolor": "none"}
        box |= {"markeredgecolor": "black", "markeredgewidth": 2.5, "linestyle": "none"}
        key.append(Line2D([], [], label=frame, **box))
    x, y = corner.get_position().max
    style: dict[str, Any] = {"frameon": False, "fontsize": 11, "borderaxespad": 0.2}
    figure.legend(handles=key, loc="lower right", bbox_to_anchor=(x, y), ncols=len(key), **style)


def _common_limits(wavelets: Sequence[Wavelet], anchor: Wavelet) -> tuple[float, float]:
    """Limits of y that show all of the anchor, and that a few spiky wavelets do not stretch."""
    peaks = [np.abs(each.functions(_SMALL_LEVEL).psi).max() for each in (anchor, *wavelets)]
    limit = 1.1 * max(float(np.quantile(peaks, 0.8)), float(peaks[0]))
    return -limit, limit


def _draw_small(axes: Axes, wavelet: Wavelet | None, anchor: Wavelet, *, truth: bool) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set(color=PALE, visible=wavelet is not None)
    if wavelet is None:
        return
    psi, reference = (each.functions(_SMALL_LEVEL).psi for each in (wavelet, anchor))
    if truth:
        draw_over_truth(axes, psi, reference, 2.0**-_SMALL_LEVEL, widths=(3.5, 1.3))
    else:
        shift, sign = shift_onto(psi, reference)
        x = (shift + np.arange(len(psi))) / 2**_SMALL_LEVEL
        axes.plot(x, sign * psi, color=LEARNED, linewidth=1.4)


def _draw_start(axes: Axes, label: str, initial: Wavelet | None, true: Wavelet) -> None:
    if initial is None:
        axes.set_title(label, loc="left", fontsize=11)
        axes.text(0.5, 0.5, "many starts,\nscreened", transform=axes.transAxes, ha="center")
        axes.set_xticks([])
        axes.tick_params(left=False)
        axes.spines[:].set_visible(False)
        return
    stems(axes, np.arange(len(initial.lowpass)), initial.lowpass, START)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    finish(axes, label, "tap")
    _note_distance(axes, initial.distance(true))


def _note_distance(axes: Axes, distance: float) -> None:
    axes.text(
        0.98, 0.97, f"distance {distance:.2g}", transform=axes.transAxes, ha="right", va="top"
    )
