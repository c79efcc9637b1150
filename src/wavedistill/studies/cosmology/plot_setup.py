"""A figure of how Ω_m is predicted from peaks, and where the wavelet comes from (Fig 2C)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure

from wavedistill.checks import Floats
from wavedistill.plotting.axis import Axis
from wavedistill.plotting.canvas import Box, Canvas, draw_functions, draw_network
from wavedistill.plotting.map_filters import draw_weights
from wavedistill.plotting.maps import draw_map, signed_scale
from wavedistill.plotting.style import LEARNED, START
from wavedistill.students import PeakCounts, wavelet_filters
from wavedistill.wavelets import Wavelet

__all__ = ["plot_cosmology_setup"]

_OMEGA = r"$\Omega_m$"
#: Share of the attributions whose magnitudes are within the ends of their colours.
_WITHIN = 0.999


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
    reach = float(np.quantile(np.abs(attributions), _WITHIN)) or 1.0
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
