"""Figures of one number against the interpretation weight, along a path of fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wavedistill.plotting.style import (
    CATEGORIES,
    LEARNED,
    MARKERS,
    PALE,
    Point,
    finish,
    require,
    weight_label,
)
from wavedistill.wavelets import Wavelet

__all__ = ["plot_distance_against_interpretation", "plot_validity_against_interpretation"]

#: Sums of squared penalties below this are rounding, and have no place on a log axis.
_ROUNDING = 1e-33


def plot_distance_against_interpretation(
    points_per_start: Mapping[str, Sequence[Point]], true: Wavelet, *, floor: float | None = None
) -> Figure:
    """Draw the distance to the truth against interpretation, per start (Fig B4 of the paper).

    Parameters
    ----------
    points_per_start : mapping of str to sequence of (float, float, Wavelet)
        For each start, sparsity, interpretation and wavelet of its points.
    true : Wavelet
    floor : float, optional
        Distance of the best that can be had, drawn as a line.

    Returns
    -------
    matplotlib.figure.Figure
        One axes per start, in it one line per sparsity, in ascending order.
    """
    every = [point for points in points_per_start.values() for point in points]
    require(every, "points_per_start")
    count = len(points_per_start)
    figure = Figure(figsize=(3.4 * count + 1.6, 3.9), layout="constrained")
    panels = figure.subplots(1, count, sharey=True, squeeze=False)[0]
    levels = sorted({sparsity for sparsity, *_ in every})
    shades = colormaps["viridis"](np.linspace(0, 0.85, len(levels)))
    for axes, (start, points) in zip(panels, points_per_start.items(), strict=True):
        zero = _broken_log_axis(axes, [point[1] for point in every])
        axes.set_yscale("log")
        for sparsity, colour in zip(levels, shades, strict=True):
            curve = [(g, wavelet.distance(true)) for s, g, wavelet in points if s == sparsity]
            _draw_curve(axes, curve, zero, colour, weight_label(sparsity))
        if floor is not None:
            axes.axhline(floor, color="black", linestyle="--", linewidth=1, label="floor")
        finish(axes, start, r"interpretation $\gamma$")
    panels[0].set_ylabel(r"distance of $\psi$ to the truth")
    handles = dict(zip(*reversed(panels[0].get_legend_handles_labels()), strict=True))
    figure.legend(
        handles.values(),
        handles.keys(),
        loc="outside right upper",
        title=r"sparsity $\lambda$",
        frameon=False,
    )
    return figure


def plot_validity_against_interpretation(
    penalties: Mapping[str, Sequence[tuple[float, float]]],
) -> Figure:
    """Draw how far from a valid wavelet each constraint leaves the filter, along a path.

    Parameters
    ----------
    penalties : mapping of str to sequence of (float, float)
        For each start or constraint, interpretation and the sum of the validity penalties (the
        wavelet loss of Eq. 8), in any order. Sums below 1e-33 are drawn there.
    """
    gammas = [gamma for curve in penalties.values() for gamma, _ in curve]
    require(gammas, "penalties")
    figure = Figure(figsize=(7.6, 4.6), layout="constrained")
    axes = figure.subplots()
    zero = _broken_log_axis(axes, gammas)
    axes.set_yscale("log")
    for i, (label, curve) in enumerate(penalties.items()):
        clipped = [(gamma, max(value, _ROUNDING)) for gamma, value in curve]
        colour = LEARNED if "orthonormal" in label.lower() else CATEGORIES[i % len(CATEGORIES)]
        _draw_curve(axes, clipped, zero, colour, label, marker=MARKERS[i % len(MARKERS)])
    axes.axhspan(_ROUNDING / 10, 1e-29, color=PALE, alpha=0.5, zorder=0, linewidth=0)
    axes.text(
        0.985,
        1e-32,
        "rounding of float64",
        transform=axes.get_yaxis_transform(),
        ha="right",
        va="center",
        fontsize=10,
        color="0.35",
    )
    axes.set_ylim(bottom=_ROUNDING / 10)
    finish(axes, "", r"interpretation $\gamma$")
    axes.set_ylabel("sum of the validity penalties\n(below $10^{-33}$ drawn at $10^{-33}$)")
    axes.legend(frameon=False, fontsize=10)
    return figure


def _broken_log_axis(axes: Axes, weights: Iterable[float]) -> float:
    """Make x logarithmic over the weights; zero, if it is one of them, stands left of a break.

    Returns
    -------
    float
        Where on the axis zero stands.
    """
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
        gap = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
        axes.text(
            10 ** ((left + low) / 2),
            0,
            "//",
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="center",
            bbox=gap,
        )
    axes.set_xticks(ticks, labels)
    axes.minorticks_off()
    axes.set_xlim(10 ** (left - 0.05 * span), 10 ** (high + 0.05 * span))
    return zero


def _draw_curve(
    axes: Axes,
    points: Sequence[tuple[float, float]],
    zero: float,
    colour: Any,
    label: str,
    *,
    marker: str = "o",
) -> None:
    """Draw values against weights on a broken axis; a dotted line crosses its break.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    points : sequence of (float, float)
        Weight and value, in any order.
    zero : float
        Where weight 0 stands, from `_broken_log_axis`.
    colour : colour of Matplotlib
    label, marker : str
    """
    ordered = sorted(points)
    x = [weight or zero for weight, _ in ordered]
    y = [value for _, value in ordered]
    beyond = 1 if ordered and ordered[0][0] == 0 else 0
    style = {"color": colour, "marker": marker, "markersize": 5}
    axes.plot(x[beyond:], y[beyond:], linewidth=1.8, label=label, **style)
    if beyond:
        axes.plot(x[:2], y[:2], ":", linewidth=1.5, markevery=[0], **style)
