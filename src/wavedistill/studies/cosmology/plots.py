"""Figures of the cosmology study: steepness of peaks, predictions, and its setup (Sec 4.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from sklearn.metrics import root_mean_squared_error

from wavedistill.checks import Floats
from wavedistill.plotting.axis import Axis
from wavedistill.plotting.canvas import Box, Canvas, draw_functions, draw_network
from wavedistill.plotting.map_filters import draw_weights
from wavedistill.plotting.maps import draw_map, signed_scale
from wavedistill.plotting.style import INK, LEARNED, START, TRUE, finish
from wavedistill.students import PeakCounts, wavelet_filters
from wavedistill.wavelets import Wavelet

__all__ = ["plot_cosmology_setup", "plot_omega_predictions", "plot_steepness"]

_OMEGA = r"$\Omega_m$"
#: Quantiles of the values of all cosmologies that the axes of a statistic span.
_TAILS = (0.001, 0.999)
_BINS, _COLUMNS = 30, 3


def plot_steepness(values: Mapping[str, Mapping[str, Floats]]) -> Figure:
    """Draw what filters measure at peaks, for several cosmologies (Fig D1 of the paper).

    `values` has for each statistic and each cosmology the values at peaks, as
    `wavedistill.students.peak_values` gives them; the cosmologies are in the order of their
    colours. Each statistic has its axes, with shares of the peaks on a logarithmic axis, in bins
    over the middle 99.8 % of the values of all cosmologies together.
    """
    figure, panels = _panels(len(values), 3.7, 2.7)
    labels = list(next(iter(values.values())))
    shades = colormaps["viridis"](np.linspace(0, 0.85, len(labels)))
    for axes, (statistic, peaks) in zip(panels, values.items(), strict=True):
        low, high = np.quantile(np.concatenate([*peaks.values()]), _TAILS)
        edges = np.linspace(low, high, _BINS + 1)
        for own, shade in zip(peaks.values(), shades, strict=True):
            shares = np.histogram(own, edges)[0] / len(own)
            axes.stairs(shares, edges, color=shade, linewidth=1.6, baseline=None)
        axes.set_yscale("log")
        finish(axes, statistic, "")
    figure.supylabel("share of the peaks", fontsize=11)
    figure.supxlabel("value at a peak", fontsize=11)
    key = [
        Line2D([], [], color=shade, linewidth=2, label=label)
        for label, shade in zip(labels, shades, strict=True)
    ]
    figure.legend(handles=key, loc="outside upper right", ncols=len(key), frameon=False)
    return figure


def plot_omega_predictions(truth: Floats, predictions: Mapping[str, Floats]) -> Figure:
    """Draw predicted against true Ω_m, a panel for each method.

    `truth` and the predictions of each method have shape (maps,). Each true value has a column of
    its own, whatever its distance to the next, as those of close cosmologies would hide each other:
    dots, one a map, are spread over it; a line across it marks the truth, a bar 5 to 95 % of the
    predictions and a disc their median. The titles have the root mean square errors.
    """
    values, which = np.unique(truth, return_inverse=True)
    width = max(3.0, 0.3 * len(values) + 0.5)
    figure, panels = _panels(len(predictions), width, 3.1, sharex=True, sharey=True)
    for place, (axes, (name, predicted)) in enumerate(
        zip(panels, predictions.items(), strict=True)
    ):
        _draw_predictions(axes, values, which, predicted)
        axes.set_xticks(range(len(values)), [f"{value:.3f}" for value in values], rotation=90)
        error = 100 * root_mean_squared_error(truth, predicted)
        finish(axes, f"{name}\nRMSE \N{MULTIPLICATION SIGN} 100 = {error:.3f}", "", zero=False)
        # The last of a column may stand over a blank.
        axes.tick_params(labelbottom=place + _COLUMNS >= len(predictions))
    figure.supxlabel(f"true {_OMEGA}", fontsize=11)
    figure.supylabel(f"predicted {_OMEGA}", fontsize=11)
    key = [
        Line2D([], [], color=INK, linewidth=1.5, label="truth"),
        Line2D([], [], color=LEARNED, marker="o", linestyle="none", markersize=3, label="one map"),
        Line2D([], [], color=TRUE, marker="o", markersize=4, label="median, 5–95 %"),
    ]
    figure.legend(handles=key, loc="outside upper right", ncols=3, frameon=False, fontsize=10)
    return figure


def _panels(
    count: int, width: float, height: float, **shared: bool
) -> tuple[Figure, Sequence[Axes]]:
    """A figure of so many axes of a size in inches, in up to three columns."""
    columns = min(count, _COLUMNS)
    rows = -(-count // columns)
    size = width * columns + 0.6, height * rows + 0.8
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, **shared).ravel()  # type: ignore[call-overload]
    for axes in panels[count:]:
        axes.set_visible(False)
    return figure, panels[:count]


def _draw_predictions(
    axes: Axes, values: Floats, which: NDArray[np.intp], predicted: Floats
) -> None:
    # Multiples of the golden section fall evenly, however many there are.
    spread = 0.7 * ((0.618034 * np.arange(len(which))) % 1 - 0.5)
    size = float(np.clip(150 / np.sqrt(len(which)), 1, 10))
    dots: dict[str, Any] = {"color": LEARNED, "alpha": 0.35, "linewidth": 0, "rasterized": True}
    axes.scatter(which + spread, predicted, s=size, **dots)
    for place, value in enumerate(values):
        axes.hlines(value, place - 0.45, place + 0.45, color=INK, linewidth=1.5)
        low, median, high = np.quantile(predicted[which == place], (0.05, 0.5, 0.95))
        axes.vlines(place, low, high, color=TRUE, linewidth=1.5)
        axes.plot(place, median, "o", color=TRUE, markersize=4)


def plot_cosmology_setup(
    kappa: Floats,
    counts: PeakCounts,
    wavelet: Wavelet,
    attributions: Floats,
    *,
    predicted: float,
    truth: float,
    pixel: Axis,
    teacher: str,
) -> Figure:
    """Draw how Ω_m is predicted from peaks by a distilled wavelet (Fig 2C of the paper).

    Above, the student, whose fitted first step is `counts`; below, where its wavelet comes from.
    All that is drawn is of one map, `kappa`, shape (height, width), as are the teacher's
    attributions to its pixels. `predicted` is the student's Ω_m for it.
    """
    canvas = Canvas(13.33, 7.2)
    canvas.band(Box(0.2, 3.15, 12.93, 3.85), rf"How {_OMEGA} is predicted")
    canvas.band(Box(0.2, 0.2, 12.93, 2.75), r"How $\psi$ is learned")
    data, filters = Box(0.5, 3.4, 2.75, 3.1), Box(4.7, 3.75, 2.5, 2.75)
    histogram, result = Box(7.85, 3.75, 2.9, 2.75), Box(11.4, 4.3, 1.45, 1.6)
    network, once, learned = (
        Box(x, 0.4, width, 2.0) for x, width in ((0.5, 2.6), (3.75, 2.0), (6.6, 6.25))
    )
    axes = canvas.picture(data, r"convergence map $\kappa$")
    draw_map(axes, kappa, signed_scale(kappa), pixel)
    _draw_filters(canvas, filters, wavelet)
    _draw_counts(canvas, histogram, counts, kappa)
    canvas.picture(result, _OMEGA, f"true {truth:.3f}")
    place = result.at(0.5, 0.5)
    canvas.axes.text(*place, f"{predicted:.3f}", ha="center", va="center", fontsize=17)
    task = rf"trained to give {_OMEGA} from $\kappa$"
    draw_network(canvas.picture(network, f"{teacher} $f$", task))
    axes = canvas.picture(once, "attributions")
    reach = float(np.quantile(np.abs(attributions), _TAILS[1])) or 1.0
    axes.imshow(attributions, cmap="PRGn", vmin=-reach, vmax=reach, interpolation="nearest")
    title = r"distilled wavelet $\psi$ and its scaling function $\varphi$"
    draw_functions(canvas.picture(learned, title), wavelet)
    for (left, right), label in zip(
        pairwise((data, filters, histogram, result)), ("local maxima", "", ""), strict=True
    ):
        canvas.arrow((left.at(1, 0)[0], 5.1), (right.x, 5.1), label)
    canvas.arrow(data.at(0.85, 0), (data.at(0.85, 0)[0], network.at(0, 1)[1]))
    canvas.arrow(network.at(1, 0.5), once.at(0, 0.5), "once")
    canvas.arrow(once.at(1, 0.5), learned.at(0, 0.5), "AWD")
    up = learned.x + 0.35
    canvas.arrow((up, learned.at(0, 1)[1]), (up, filters.y), "$h$")
    return canvas.figure


def _draw_filters(canvas: Canvas, box: Box, wavelet: Wavelet) -> None:
    axes = canvas.picture(box, "filters at the peaks", "3 \N{MULTIPLICATION SIGN} 3 pixels each")
    filters = wavelet_filters(wavelet)
    largest = max(float(np.abs(weights).max()) for weights in filters.values())
    places = ((0.0, 0.52), (0.54, 0.52), (0.0, -0.02), (0.54, -0.02))
    for (name, weights), (x, y) in zip(filters.items(), places, strict=True):
        small = axes.inset_axes((x, y, 0.46, 0.4), label=name)
        draw_weights(small, weights, largest)
        small.set_title(name, fontsize=10, pad=2)


def _draw_counts(canvas: Canvas, box: Box, counts: PeakCounts, image: Floats) -> None:
    """The histograms of the map one below the other, each with its own scales."""
    heights = np.asarray(counts.transform(image[None])[0], dtype=np.float64)
    sizes = [len(edges) - 1 for edges in counts.edges_.values()]
    axes = canvas.picture(box, "peak histograms", f"{len(heights)} counts")
    histograms = np.split(heights, np.cumsum(sizes)[:-1])
    for row, (name, histogram) in enumerate(zip(counts.edges_, histograms, strict=True)):
        edges = np.linspace(0, 1, len(histogram) + 1)
        top = 0.8 * histogram / max(histogram.max(), 1) - row
        axes.stairs(top, edges, baseline=-row, fill=True, color=LEARNED, linewidth=0)
        axes.hlines(-row, 0, 1, color=START, linewidth=0.6)
        axes.text(-0.03, -row, name, ha="right", va="bottom", fontsize=10.5)
    axes.set_xlim(-0.03 - 0.045 * max(map(len, counts.edges_)), 1.02)
