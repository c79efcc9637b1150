"""Figures of the simulation: its setup, and curves against the interpretation weight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from wavedistill.checks import float_array
from wavedistill.datasets import SyntheticTask
from wavedistill.plotting.canvas import Box, Canvas, draw_bands, draw_network, draw_signal
from wavedistill.plotting.overlay import draw_over_truth
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
    weight_label,
)
from wavedistill.studies.synthetic.grids import Grid, validity_penalty
from wavedistill.wavelets import Wavelet

__all__ = [
    "plot_distance_against_interpretation",
    "plot_synthetic_setup",
    "plot_validity_against_interpretation",
]

#: Sums of squared penalties below this are rounding, and have no place on a log axis.
_ROUNDING = 1e-33
_GAMMA = r"interpretation $\gamma$"
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


def plot_distance_against_interpretation(
    grids: Sequence[Grid], *, floor: float | None = None
) -> Figure:
    """Draw the distance to the truth against interpretation, per start (Fig B4 of the paper).

    Each grid has its axes, and in it each sparsity a line, in ascending order. `floor`, the
    smallest distance that can be reached, is a dashed line.
    """
    require(grids, "grids")
    figure = Figure(figsize=(3.4 * len(grids) + 1.6, 3.9), layout="constrained")
    panels = figure.subplots(1, len(grids), sharey=True, squeeze=False)[0]
    every = [point for grid in grids for point in grid.path.points]
    levels = sorted({point.sparsity for point in every})
    shades = colormaps["viridis"](np.linspace(0, 0.85, len(levels)))
    for axes, grid in zip(panels, grids, strict=True):
        zero = _broken_log_axis(axes, [point.interpretation for point in every])
        axes.set_yscale("log")
        for sparsity, colour in zip(levels, shades, strict=True):
            own = [point for point in grid.path.points if point.sparsity == sparsity]
            curve = [(point.interpretation, point.wavelet.distance(grid.true)) for point in own]
            _draw_curve(axes, curve, zero, weight_label(sparsity), color=colour, marker="o")
        if floor is not None:
            axes.axhline(floor, color="black", linestyle="--", linewidth=1, label="floor")
        finish(axes, grid.start, _GAMMA)
    panels[0].set_ylabel(r"distance of $\psi$ to the truth")
    key = panels[0].get_legend_handles_labels()
    title = r"sparsity $\lambda$"
    figure.legend(*key, loc="outside right upper", title=title, frameon=False)
    return figure


def plot_validity_against_interpretation(grids: Sequence[Grid]) -> Figure:
    """Draw how far from a valid wavelet each constraint leaves the filter, along a path.

    For the first sparsity of each grid, the sum of the validity penalties (the wavelet loss of
    Eq. 8). Sums below 1e-33 are drawn there.
    """
    require(grids, "grids")
    figure = Figure(figsize=(7.6, 4.6), layout="constrained")
    axes = figure.subplots()
    zero = _broken_log_axis(axes, [p.interpretation for grid in grids for p in grid.path.points])
    axes.set_yscale("log")
    for i, grid in enumerate(grids):
        curve = [
            (point.interpretation, max(validity_penalty(point.wavelet), _ROUNDING))
            for point in grid.path.points
            if point.sparsity == grid.path.points[0].sparsity
        ]
        exact = grid.constraint == "orthonormal"
        colour = LEARNED if exact else CATEGORIES[i % len(CATEGORIES)]
        style = {"color": colour, "marker": MARKERS[i % len(MARKERS)]}
        _draw_curve(axes, curve, zero, f"{grid.constraint}, {grid.start}", **style)
    axes.axhspan(_ROUNDING / 10, 1e-29, color=PALE, alpha=0.5, zorder=0, linewidth=0)
    place: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "ha": "right", "va": "center"}
    axes.text(0.985, 1e-32, "rounding of float64", fontsize=10, color="0.35", **place)
    axes.set_ylim(bottom=_ROUNDING / 10)
    finish(axes, "", _GAMMA)
    axes.set_ylabel("sum of the validity penalties\n(below $10^{-33}$ drawn at $10^{-33}$)")
    axes.legend(frameon=False, fontsize=10)
    return figure


def _broken_log_axis(axes: Axes, weights: Iterable[float]) -> float:
    """Make x logarithmic, with a break before weight 0; returns where on the axis that stands."""
    distinct = sorted(set(weights))
    positive = [weight for weight in distinct if weight > 0] or [1.0]
    low, high = np.log10(positive[0]), np.log10(positive[-1])
    span = max(high - low, 1.0)
    zero = float(10 ** (low - 0.12 * span))
    axes.set_xscale("log")
    exponents = np.arange(np.ceil(low - 1e-9), np.floor(high + 1e-9) + 1)
    exponents = exponents[:: 1 + len(exponents) // 5]
    ticks = [float(10**exponent) for exponent in exponents] or [positive[0]]
    labels = [f"$10^{{{int(e)}}}$" for e in exponents] or [weight_label(positive[0])]
    left = low
    if distinct[:1] == [0]:
        ticks, labels, left = [zero, *ticks], ["0", *labels], np.log10(zero)
        gap: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
        style: dict[str, Any] = {"transform": axes.get_xaxis_transform(), "bbox": gap}
        axes.text(10 ** ((left + low) / 2), 0, "//", ha="center", va="center", **style)
    axes.set_xticks(ticks, labels)
    axes.minorticks_off()
    axes.set_xlim(10 ** (left - 0.05 * span), 10 ** (high + 0.05 * span))
    return zero


def _draw_curve(
    axes: Axes, points: Sequence[tuple[float, float]], zero: float, label: str, **style: Any
) -> None:
    """Draw values over weights on a broken axis; a dotted line crosses its break to `zero`."""
    ordered = sorted(points)
    x = [weight or zero for weight, _ in ordered]
    y = [value for _, value in ordered]
    beyond = 1 if ordered and ordered[0][0] == 0 else 0
    axes.plot(x[beyond:], y[beyond:], linewidth=1.8, label=label, markersize=5, **style)
    if beyond:
        axes.plot(x[:2], y[:2], ":", linewidth=1.5, markevery=[0], markersize=5, **style)
