"""Figures of the cosmology study: steepness of peaks, predictions, and its setup (Sec 4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import Floats, float_array, integer, same_shape
from wavedistill.plotting.axis import Axis
from wavedistill.plotting.canvas import Box, Canvas, draw_functions, draw_network
from wavedistill.plotting.map_filters import draw_weights
from wavedistill.plotting.maps import draw_map, signed_scale
from wavedistill.plotting.style import INK, LEARNED, START, TRUE, finish, require
from wavedistill.students import PeakCounts, wavelet_filters
from wavedistill.wavelets import Wavelet

__all__ = ["plot_cosmology_setup", "plot_omega_predictions", "plot_steepness"]

_OMEGA = r"$\Omega_m$"
#: Quantiles of the values of all cosmologies that the axes of a statistic span.
_TAILS = (0.001, 0.999)
#: Cosmologies that have room side by side.
_MOST = 40


def plot_steepness(
    values: Mapping[str, Mapping[str, ArrayLike]], *, bins: int = 30, max_columns: int = 3
) -> Figure:
    """Draw what filters measure at peaks, for several cosmologies (Fig D1 of the paper).

    Parameters
    ----------
    values : mapping of str to mapping of str to array_like, shape (peaks,)
        For each statistic and each cosmology the values at peaks, as
        `wavedistill.students.peak_values` gives them; the cosmologies in the order of their
        colours, such as that of Ω_m.
    bins : int
        Of each histogram, over the middle 99.8 % of the values of all cosmologies together.
    max_columns : int

    Returns
    -------
    matplotlib.figure.Figure
        One axes per statistic, with shares of the peaks on a logarithmic axis.

    Raises
    ------
    ValueError
        If there is nothing to draw, or the statistics differ in their cosmologies.
    """
    require(values, "values")
    labels = [*next(iter(values.values()))]
    for statistic, per_cosmology in values.items():
        require(per_cosmology, f"values[{statistic!r}]")
        if [*per_cosmology] != labels:
            raise ValueError(
                f"values[{statistic!r}] has the cosmologies {', '.join(per_cosmology)}, and the "
                f"first statistic has {', '.join(labels)}; give the same for each."
            )
    number = integer(bins, "bins", minimum=1)
    columns = min(len(values), integer(max_columns, "max_columns", minimum=1))
    rows = -(-len(values) // columns)
    figure = Figure(figsize=(3.7 * columns + 0.6, 2.7 * rows + 0.7), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False)
    shades = colormaps["viridis"](np.linspace(0, 0.85, len(labels)))
    for axes in panels.flat[len(values) :]:
        axes.set_visible(False)
    for axes, (statistic, per_cosmology) in zip(panels.flat, values.items(), strict=False):
        peaks = [
            float_array(each, f"{statistic}, {n}").ravel() for n, each in per_cosmology.items()
        ]
        low, high = np.quantile(np.concatenate(peaks), _TAILS)
        edges = np.linspace(low, high, number + 1)
        for own, shade in zip(peaks, shades, strict=True):
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


def plot_omega_predictions(
    truth: ArrayLike, predictions: Mapping[str, ArrayLike], *, max_columns: int = 3
) -> Figure:
    """Draw predicted against true Ω_m, a panel for each method.

    Each true value has a column of its own, whatever its distance to the next, as those of close
    cosmologies would hide each other.

    Parameters
    ----------
    truth : array_like, shape (n,)
        Ω_m of each map, of a few cosmologies.
    predictions : mapping of str to array_like, shape (n,)
        What each method predicts.
    max_columns : int

    Returns
    -------
    matplotlib.figure.Figure
        One axes per method, whose title has the root mean square error. Dots, one a map, are
        spread over their column; a line across it marks the truth, a bar 5 to 95 % of the
        predictions and a disc their median.

    Raises
    ------
    ValueError
        If there is no method, if one has not as many predictions as there are maps, or if there
        are more true values than columns fit.
    """
    require(predictions, "predictions")
    true = float_array(truth, "truth").ravel()
    found = {name: float_array(each, name).ravel() for name, each in predictions.items()}
    for name, each in found.items():
        same_shape(each, true, f"predictions[{name!r}]", "truth")
    values, which = np.unique(true, return_inverse=True)
    if len(values) > _MOST:
        raise ValueError(
            f"truth has {len(values)} different values, and a panel has room for {_MOST}; give "
            "maps of fewer cosmologies."
        )
    columns = min(len(found), integer(max_columns, "max_columns", minimum=1))
    rows = -(-len(found) // columns)
    width = max(3.0, 0.3 * len(values) + 0.5)
    figure = Figure(figsize=(width * columns + 0.6, 3.1 * rows + 0.8), layout="constrained")
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes in panels.flat[len(found) :]:
        axes.set_visible(False)
    for i, (name, predicted) in enumerate(found.items()):
        axes = panels.flat[i]
        _draw_predictions(axes, values, which, predicted)
        axes.set_xticks(range(len(values)), [f"{value:.3f}" for value in values], rotation=90)
        error = 100 * np.sqrt(np.mean((predicted - true) ** 2))
        finish(axes, f"{name}\nRMSE \N{MULTIPLICATION SIGN} 100 = {error:.3f}", "", zero=False)
        # The last of a column may stand over a blank.
        axes.tick_params(labelbottom=i + columns >= len(found))
    figure.supxlabel(f"true {_OMEGA}", fontsize=11)
    figure.supylabel(f"predicted {_OMEGA}", fontsize=11)
    key = [
        Line2D([], [], color=INK, linewidth=1.5, label="truth"),
        Line2D([], [], color=LEARNED, marker="o", linestyle="none", markersize=3, label="one map"),
        Line2D([], [], color=TRUE, marker="o", markersize=4, label="median, 5–95 %"),
    ]
    figure.legend(handles=key, loc="outside upper right", ncols=3, frameon=False, fontsize=10)
    return figure


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
    kappa: ArrayLike,
    wavelet: Wavelet,
    attributions: ArrayLike,
    predicted: float,
    *,
    pixel_arcmin: float,
    truth: float | None = None,
    counts: PeakCounts | None = None,
    teacher: str = "ResNet",
) -> Figure:
    """Draw how Ω_m is predicted from peaks by a distilled wavelet (Fig 2C of the paper).

    Above, the student; below, where its wavelet comes from. All that is drawn is of one map.

    Parameters
    ----------
    kappa : array_like, shape (height, width)
        A convergence map.
    wavelet : Wavelet
        The distilled one.
    attributions : array_like, shape (height, width)
        The teacher's, to the pixels of the map.
    predicted : float
        Ω_m that the student predicts for the map.
    pixel_arcmin : float
        Side of a pixel.
    truth : float, optional
        Ω_m of the map.
    counts : PeakCounts, optional
        The student's fitted first step; without it, 22 bins for each filter of the wavelet are
        laid out over the peaks of this map.
    teacher : str
        What the teacher is.

    Raises
    ------
    ValueError
        If the map or the attributions are not, or not alike, in two dimensions.
    """
    image = float_array(kappa, "kappa", min_ndim=2)
    if image.ndim != 2:
        raise ValueError(f"kappa has shape {image.shape}; give one map, (height, width).")
    importance = float_array(attributions, "attributions", min_ndim=2)
    same_shape(importance, image, "attributions", "kappa")
    student = PeakCounts(wavelet).fit(image[None]) if counts is None else counts
    canvas = Canvas(13.33, 7.2)
    canvas.band(Box(0.2, 3.15, 12.93, 3.85), rf"How {_OMEGA} is predicted")
    canvas.band(Box(0.2, 0.2, 12.93, 2.75), r"How $\psi$ is learned")
    data, filters = Box(0.5, 3.4, 2.75, 3.1), Box(4.7, 3.75, 2.5, 2.75)
    histogram, result = Box(7.85, 3.75, 2.9, 2.75), Box(11.4, 4.3, 1.45, 1.6)
    network, once, learned = (
        Box(x, 0.4, width, 2.0) for x, width in ((0.5, 2.6), (3.75, 2.0), (6.6, 6.25))
    )
    axes = canvas.picture(data, r"convergence map $\kappa$")
    draw_map(axes, image, signed_scale(image), Axis("angle", "arcmin", pixel_arcmin))
    _draw_filters(canvas, filters, wavelet)
    _draw_counts(canvas, histogram, student, image)
    _write_result(canvas, result, predicted, truth)
    draw_network(
        canvas.picture(network, f"{teacher} $f$", rf"trained to give {_OMEGA} from $\kappa$")
    )
    axes = canvas.picture(once, "attributions")
    reach = float(np.quantile(np.abs(importance), _TAILS[1])) or 1.0
    axes.imshow(importance, cmap="PRGn", vmin=-reach, vmax=reach, interpolation="nearest")
    draw_functions(
        canvas.picture(learned, r"distilled wavelet $\psi$ and its scaling function $\varphi$"),
        wavelet,
    )
    middle = 5.1
    for (left, right), label in zip(
        pairwise((data, filters, histogram, result)), ("local maxima", "", ""), strict=True
    ):
        canvas.arrow((left.at(1, 0)[0], middle), (right.x, middle), label)
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


def _write_result(canvas: Canvas, box: Box, predicted: float, truth: float | None) -> None:
    canvas.picture(box, _OMEGA, "" if truth is None else f"true {truth:.3f}")
    text = f"{predicted:.3f}"
    canvas.axes.text(*box.at(0.5, 0.5), text, ha="center", va="center", fontsize=17)
