"""Curves over the weight of interpretation, on a log axis with weight 0 apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wavedistill.plotting.style import finish, require, weight_label
from wavedistill.wavelets import Wavelet

if TYPE_CHECKING:
    from wavedistill.distillation import PathPoint

__all__ = ["GAMMA", "broken_log_axis", "draw_curve", "plot_along_paths"]

#: What the axis of weights is called.
GAMMA = r"interpretation $\gamma$"


def plot_along_paths(
    paths: Mapping[str, Sequence[PathPoint]],
    measure: Callable[[Wavelet], float],
    label: str,
    *,
    floor: float | None = None,
) -> Figure:
    """Draw a number of the wavelets along paths against interpretation (Fig B4 of the paper).

    Parameters
    ----------
    paths : mapping of str to sequence of PathPoint
        The points of each `DistillationPath`, in any order. Each path has its axes, and in it each
        sparsity a line.
    measure : callable
        What to draw of a wavelet, on a log axis: its distance to another one, or the error of a
        student.
    label : str
        What that is called.
    floor : float, optional
        The smallest value that can be reached, drawn as a dashed line.

    Returns
    -------
    matplotlib.figure.Figure
        Its axes are those of the paths.

    Raises
    ------
    ValueError
        If there is no path.
    """
    require(paths, "paths")
    figure = Figure(figsize=(3.4 * len(paths) + 1.6, 3.9), layout="constrained")
    panels = figure.subplots(1, len(paths), sharey=True, squeeze=False)[0]
    every = [point for points in paths.values() for point in points]
    levels = sorted({point.sparsity for point in every})
    shades = colormaps["viridis"](np.linspace(0, 0.85, len(levels)))
    for axes, (name, points) in zip(panels, paths.items(), strict=True):
        zero = broken_log_axis(axes, [point.interpretation for point in every])
        axes.set_yscale("log")
        for sparsity, colour in zip(levels, shades, strict=True):
            own = [point for point in points if point.sparsity == sparsity]
            curve = [(point.interpretation, measure(point.wavelet)) for point in own]
            draw_curve(axes, curve, zero, weight_label(sparsity), color=colour, marker="o")
        if floor is not None:
            axes.axhline(floor, color="black", linestyle="--", linewidth=1, label="floor")
        finish(axes, name, GAMMA)
    panels[0].set_ylabel(label)
    key = panels[0].get_legend_handles_labels()
    title = r"sparsity $\lambda$"
    figure.legend(*key, loc="outside right upper", title=title, frameon=False)
    return figure


def broken_log_axis(axes: Axes, weights: Iterable[float]) -> float:
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


def draw_curve(
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
