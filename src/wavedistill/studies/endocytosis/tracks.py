"""Figures of clathrin tracks: examples, and how auxilin is predicted from them (Sec 4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import integer
from wavedistill.plotting.canvas import (
    Box,
    Canvas,
    draw_bands,
    draw_functions,
    draw_network,
    draw_signal,
    draw_terms,
)
from wavedistill.plotting.style import (
    ATTRIBUTION,
    INK,
    LEARNED,
    TRUE,
    finish,
    minus,
    one_trace,
    require,
)
from wavedistill.students import Contributions

__all__ = ["plot_endocytosis_setup", "plot_traces"]

_OUTCOMES = {True: ("successful", LEARNED), False: ("abortive", TRUE)}


def plot_traces(
    traces: Sequence[ArrayLike],
    titles: Sequence[str] | None = None,
    successful: Sequence[bool] | NDArray[np.bool_] | None = None,
    frame_seconds: float = 1.0,
    *,
    unit: str = "",
    max_columns: int = 5,
) -> Figure:
    """Draw example tracks, one a panel, all on the same axes (Fig C1 of the paper).

    Parameters
    ----------
    traces : sequence of array_like, each of shape (frames,)
        Clathrin amplitudes; the tracks may differ in length. Zeros after the end of a track are
        drawn as such: cut them off to show where it ends.
    titles : sequence of str, optional
        One a trace.
    successful : sequence of bool, optional
        Which of them were; the others were abortive.
    frame_seconds : float
        Time between samples.
    unit : str
        Of the amplitude, such as "counts" or "z-score".
    max_columns : int

    Raises
    ------
    ValueError
        If there is no trace, if one is not a vector, or if there are not as many titles or marks.
    """
    require(traces, "traces")
    curves = [one_trace(trace, f"traces[{i}]") for i, trace in enumerate(traces)]
    for name, given in (("titles", titles), ("successful", successful)):
        if given is not None and len(given) != len(curves):
            raise ValueError(f"{len(curves)} traces have {len(given)} {name}; give one each.")
    columns = min(len(curves), integer(max_columns, "max_columns", minimum=1))
    rows = -(-len(curves) // columns)
    figure = Figure(
        figsize=(max(2.2 * columns, 4.4) + 0.6, 1.75 * rows + 0.8), layout="constrained"
    )
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for i, axes in enumerate(panels.flat):
        if i >= len(curves):
            axes.set_visible(False)
            continue
        colour = INK if successful is None else _OUTCOMES[bool(successful[i])][1]
        time = frame_seconds * np.arange(len(curves[i]))
        axes.fill_between(time, curves[i], color=colour, alpha=0.15, linewidth=0)
        axes.plot(time, curves[i], color=colour, linewidth=1.6)
        finish(axes, titles[i] if titles else "", "")
        # The last of a column may stand over a blank.
        axes.tick_params(labelbottom=i + columns >= len(curves))
    figure.supxlabel("time (s)", fontsize=11)
    figure.supylabel("clathrin amplitude" + (f" ({unit})" if unit else ""), fontsize=11)
    if successful is not None:
        key = [Line2D([], [], color=colour, label=name) for name, colour in _OUTCOMES.values()]
        figure.legend(handles=key, loc="outside upper right", ncols=2, frameon=False, fontsize=11)
    return figure


def plot_endocytosis_setup(
    trace: ArrayLike,
    multipliers: ArrayLike,
    contributions: Contributions,
    example: int = 0,
    *,
    auxilin: ArrayLike | None = None,
    teacher: str = "LSTM",
) -> Figure:
    """Draw how auxilin is predicted from clathrin by a distilled wavelet (Fig 2B of the paper).

    Above, the small model; below, where its wavelet comes from. All that is drawn is of one track.

    Parameters
    ----------
    trace : array_like, shape (length,)
        Clathrin amplitude, as the models see it.
    multipliers : array_like, shape (length,)
        The teacher's attributions to its samples.
    contributions : Contributions
        Of the fitted linear model.
    example : int
        Which of the contributions' rows is that of the trace.
    auxilin : array_like, shape (frames,), optional
        Auxilin amplitude of the track, drawn behind the response.
    teacher : str
        What the teacher is.

    Raises
    ------
    ValueError
        If the trace or the multipliers are not of the length that the model was fitted to.
    """
    transform, layout = contributions.transform, contributions.transform.layout_
    x = one_trace(trace, "trace", layout.lengths[0])
    m = one_trace(multipliers, "multipliers", layout.lengths[0])
    wavelet = transform.transform_.wavelet
    places = contributions.positions[example]
    used = np.isin(np.arange(layout.total), places)
    w = transform.transform_.analysis(x)

    canvas = Canvas(13.33, 7.2)
    canvas.band(Box(0.2, 3.15, 12.93, 3.85), "How auxilin is predicted")
    canvas.band(Box(0.2, 0.2, 12.93, 2.75), r"How $\psi$ is learned")
    data, bands = Box(0.5, 4.05, 2.6, 1.9), Box(3.75, 3.35, 3.9, 3.35)
    model, response = Box(8.3, 4.05, 2.1, 1.9), Box(11.05, 4.05, 1.8, 1.9)
    network, once, learned = (
        Box(x0, 0.45, width, 1.85) for x0, width in ((0.5, 2.6), (3.75, 2.4), (6.95, 5.9))
    )
    draw_signal(canvas.picture(data, "clathrin trace $x$", f"{layout.lengths[0]} frames"), x, INK)
    axes = canvas.picture(bands, "coefficients $A_h x$", f"{used.sum()} of {layout.total} are read")
    draw_bands(axes, layout, w, used, LEARNED)
    _draw_model(canvas, model, contributions, example)
    _draw_response(canvas, response, float(contributions.predictions[example]), auxilin)
    draw_network(canvas.picture(network, f"{teacher} $f$", "trained to give $y$ from $x$"))
    draw_signal(canvas.picture(once, "attributions", "of each frame of $x$"), m, ATTRIBUTION)
    title = r"distilled wavelet $\psi$ and its scaling function $\varphi$"
    draw_functions(canvas.picture(learned, title), wavelet)

    middle = data.at(1, 0.5)[1]
    for left, right in pairwise((data, bands, model, response)):
        canvas.arrow((left.at(1, 0)[0], middle), (right.x, middle))
    canvas.arrow(data.at(0.85, 0), network.at(0.85, 1))
    canvas.arrow(network.at(1, 0.5), once.at(0, 0.5), "once")
    canvas.arrow(once.at(1, 0.5), learned.at(0, 0.5), "AWD")
    up = learned.x + 0.35
    canvas.arrow((up, learned.at(0, 1)[1]), (up, bands.y), "$h$")
    return canvas.figure


def _draw_model(canvas: Canvas, box: Box, contributions: Contributions, example: int) -> None:
    leading = contributions.largest(example)
    axes = canvas.picture(box, "linear model", r"$\hat y = b_0 + \Sigma_k\, b_k z_k$")
    draw_terms(axes, contributions.values[example, leading])


def _draw_response(canvas: Canvas, box: Box, predicted: float, auxilin: ArrayLike | None) -> None:
    """The predicted response, below the auxilin track or, without one, alone."""
    text = minus(rf"$\hat y$ = {predicted:.2f}")
    axes = canvas.picture(box, "auxilin $y$", "" if auxilin is None else text)
    if auxilin is None:
        canvas.axes.text(*box.at(0.5, 0.45), text, ha="center", va="center", fontsize=14)
    else:
        draw_signal(axes, one_trace(auxilin, "auxilin"), TRUE)
