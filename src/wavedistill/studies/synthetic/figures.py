"""Figures of the simulation: its setup, and how valid the filters are along a path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from wavedistill.checks import float_array
from wavedistill.datasets import SyntheticTask
from wavedistill.distillation.penalized.penalties import validity_penalty
from wavedistill.plotting.canvas import Box, Canvas, draw_bands, draw_network, draw_signal
from wavedistill.plotting.overlay import draw_over_truth
from wavedistill.plotting.path_curves import GAMMA, broken_log_axis, draw_curve
from wavedistill.plotting.style import (
    ATTRIBUTION,
    CATEGORIES,
    INK,
    LEARNED,
    MARKERS,
    PALE,
    TRUE,
    finish,
    minus,
    require,
)
from wavedistill.studies.synthetic.grids import Grid
from wavedistill.wavelets import Wavelet

__all__ = ["plot_synthetic_setup", "plot_validity_against_interpretation"]

#: Sums of squared penalties below this are rounding, and have no place on a log axis.
_ROUNDING = 1e-33
_LEVEL = 6


def plot_synthetic_setup(
    signal: ArrayLike, task: SyntheticTask, *, recovered: Wavelet | None = None
) -> Figure:
    """Draw how the simulation is set up (Fig 2A of the paper).

    Above, how the response of one signal is made; the coefficients that it is made of stand out.
    Below, how the wavelet is recovered from it; the multipliers are those of a perfect teacher, and
    the recovered wavelet lies over the true one, which is drawn alone without it.
    """
    x, true = float_array(signal, "signal"), task.wavelet
    w = task.transform.analysis(x)
    canvas = Canvas(13.33, 7.2)
    canvas.band(Box(0.2, 2.95, 12.93, 4.05), "How the response is made")
    canvas.band(Box(0.2, 0.2, 12.93, 2.6), "How it is recovered")
    data, bands = Box(0.5, 4.0, 3.3, 1.7), Box(4.6, 3.15, 4.6, 3.65)
    response = Box(10.0, 4.0, 2.8, 1.7)
    draw_signal(canvas.picture(data, "signal $x$", f"{len(x)} samples"), x, INK)
    axes = canvas.picture(bands, f"{true.name.upper() or 'true'} coefficients $A_h x$")
    draw_bands(axes, task.layout, w, task.beta != 0, TRUE)
    canvas.picture(response, "response $y$")
    used = task.beta[task.beta != 0]
    values = ", ".join(f"{weight:.3g}" for weight in np.unique(used))
    lines = (
        r"$y = \langle\beta,\, A_h x\rangle + \varepsilon$",
        rf"$\beta = {values}$ at {len(used)} places, else 0",
        minus(rf"here $y \approx$ {w @ task.beta:.2f}"),
    )
    centred: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 12, "linespacing": 1.6}
    canvas.axes.text(*response.at(0.5, 0.4), "\n".join(lines), **centred)
    canvas.arrow(data.at(1, 0.5), (bands.x, data.at(1, 0.5)[1]))
    canvas.arrow((bands.at(1, 0)[0], response.at(0, 0.5)[1]), response.at(0, 0.5))

    teacher, once, result = (box._replace(y=0.4, height=1.85) for box in (data, bands, response))
    draw_network(canvas.picture(teacher, "teacher $f$", "network trained to give $y$ from $x$"))
    axes = canvas.picture(once, r"multipliers $\nabla f(x)$", "of a perfect teacher")
    draw_signal(axes, task.gradient, ATTRIBUTION)
    truth = true.functions(_LEVEL).psi
    if recovered is None:
        draw_signal(canvas.picture(result, r"wavelet $\psi$ to recover"), truth, TRUE)
    else:
        axes = canvas.picture(result, r"recovered wavelet $\psi$", "over the true one")
        draw_over_truth(axes, recovered.functions(_LEVEL).psi, truth, 2.0**-_LEVEL)
    canvas.arrow(data.at(0.85, 0), teacher.at(0.85, 1))
    canvas.arrow(teacher.at(1, 0.5), once.at(0, 0.5), "once")
    canvas.arrow(once.at(1, 0.5), result.at(0, 0.5), "distil")
    return canvas.figure


def plot_validity_against_interpretation(grids: Sequence[Grid]) -> Figure:
    """Draw how far from a valid wavelet each constraint leaves the filter, along a path.

    For the first sparsity of each grid, the sum of the validity penalties (the wavelet loss of
    Eq. 8). Sums below 1e-33 are drawn there.
    """
    require(grids, "grids")
    figure = Figure(figsize=(7.6, 4.6), layout="constrained")
    axes = figure.subplots()
    zero = broken_log_axis(axes, [p.interpretation for grid in grids for p in grid.path.points])
    axes.set_yscale("log")
    for i, grid in enumerate(grids):
        curve = [
            (point.interpretation, max(validity_penalty(point.wavelet.lowpass), _ROUNDING))
            for point in grid.path.points
            if point.sparsity == grid.path.points[0].sparsity
        ]
        exact = grid.constraint == "orthonormal"
        colour = LEARNED if exact else CATEGORIES[i % len(CATEGORIES)]
        style = {"color": colour, "marker": MARKERS[i % len(MARKERS)]}
        draw_curve(axes, curve, zero, f"{grid.constraint}, {grid.start}", **style)
    axes.axhspan(_ROUNDING / 10, 1e-29, color=PALE, alpha=0.5, zorder=0, linewidth=0)
    place: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "ha": "right", "va": "center"}
    axes.text(0.985, 1e-32, "rounding of float64", fontsize=10, color="0.35", **place)
    axes.set_ylim(bottom=_ROUNDING / 10)
    finish(axes, "", GAMMA)
    axes.set_ylabel("sum of the validity penalties\n(below $10^{-33}$ drawn at $10^{-33}$)")
    axes.legend(frameon=False, fontsize=10)
    return figure
