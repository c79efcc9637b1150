"""Figures of one wavelet: its filters and functions, and how close it comes to a known truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from wavedistill.plotting.axis import SAMPLES, Axis
from wavedistill.plotting.overlay import draw_over_truth
from wavedistill.plotting.style import HIGH, LEARNED, LOW, START, TRUE, finish, stems
from wavedistill.wavelets import CoefficientLayout, Wavelet, align

__all__ = ["attribution_per_band", "draw_filters", "plot_recovery", "plot_wavelet"]

_LEVEL = 8
_PHI, _PSI = r"Scaling function $\varphi$", r"Wavelet $\psi$"


def draw_filters(axes: Axes, wavelet: Wavelet) -> None:
    """Draw the taps of both filters, side by side."""
    taps = np.arange(len(wavelet.lowpass))
    stems(axes, taps - 0.12, wavelet.lowpass, LOW, "lowpass h")
    stems(axes, taps + 0.12, wavelet.highpass, HIGH, "highpass g")


def plot_wavelet(wavelet: Wavelet, title: str = "", *, axis: Axis = SAMPLES) -> Figure:
    """Draw the filters, the scaling function and the wavelet.

    Parameters
    ----------
    wavelet : Wavelet
    title : str
    axis : Axis
        What the samples of the signals are.
    """
    figure = Figure(figsize=(10.5, 3.2), layout="constrained")
    filters, *others = figure.subplots(1, 3)
    draw_filters(filters, wavelet)
    finish(filters, "Filters", "tap", legend=True)
    phi, psi, x = wavelet.functions(_LEVEL)
    for axes, values, name in zip(others, (phi, psi), (_PHI, _PSI), strict=True):
        axes.plot(axis.step * x, values, color=LEARNED)
        finish(axes, name, axis.finest_scale)
    if title:
        figure.suptitle(title)
    return figure


def plot_recovery(
    learned: Wavelet,
    true: Wavelet,
    *,
    attribution: Mapping[str, NDArray[np.float64]],
    bands: Sequence[str],
    distances: Mapping[str, tuple[float, float]],
    true_name: str,
    axis: Axis = SAMPLES,
) -> Figure:
    """Draw a learned wavelet over the true one, and what it does to the attributions.

    Parameters
    ----------
    learned, true : Wavelet
    attribution : mapping of str to ndarray, shape (bands,)
        Label and attribution per sub-band (`attribution_per_band`), in the order to draw them. The
        last are those of the learned wavelet.
    bands : sequence of str
        Names of the sub-bands.
    distances : mapping of str to (float, float)
        For each start the distance to the true wavelet before and after; NaN where there is none.
    true_name : str
        What the true wavelet is called.
    axis : Axis
        What the samples of the signals are.
    """
    figure = Figure(figsize=(11, 6.4), layout="constrained")
    rows = figure.add_gridspec(2, 1)
    top, bottom = rows[0].subgridspec(1, 3), rows[1].subgridspec(1, 2)
    filters, phi_axes, psi_axes = (figure.add_subplot(top[0, i]) for i in range(3))
    h, h_true = align(learned.lowpass, true.lowpass, sign=False)
    taps, true_label = np.arange(len(h)), f"true ({true_name})"
    stems(filters, taps - 0.12, h_true, TRUE, true_label)
    stems(filters, taps + 0.12, h, LEARNED, "learned")
    finish(filters, "Lowpass filter $h$", "tap", legend=True)
    functions, reference = learned.functions(_LEVEL), true.functions(_LEVEL)
    for axes, own, other, name in (
        (phi_axes, functions.phi, reference.phi, _PHI),
        (psi_axes, functions.psi, reference.psi, _PSI),
    ):
        draw_over_truth(axes, own, other, axis.step / 2**_LEVEL, true_label=true_label)
        finish(axes, name, axis.finest_scale)
    _draw_bars(figure.add_subplot(bottom[0, 0]), attribution, bands)
    _draw_distances(figure.add_subplot(bottom[0, 1]), distances, true_name)
    return figure


def attribution_per_band(attributions: ArrayLike, layout: CoefficientLayout) -> NDArray[np.float64]:
    """Mean l1 norm of the attributions of each sub-band.

    Parameters
    ----------
    attributions : array_like, shape (n, layout.total)
        As `Attributions.coefficients` returns them.
    layout : CoefficientLayout

    Returns
    -------
    ndarray, shape (bands,)
        In the order of `CoefficientLayout.names`.
    """
    magnitudes = np.abs(np.asarray(attributions, dtype=np.float64))
    return np.array([band.sum(axis=-1).mean() for band in layout.split(magnitudes)])


def _draw_bars(
    axes: Axes, attribution: Mapping[str, NDArray[np.float64]], bands: Sequence[str]
) -> None:
    width, last = 0.8 / len(attribution), len(attribution) - 1
    shades = np.linspace(1, 0.4, max(last, 1))
    for i, (label, values) in enumerate(attribution.items()):
        places = np.arange(len(bands)) + (i - last / 2) * width
        colour, alpha = (LEARNED, 1.0) if i == last else (START, float(shades[i]))
        axes.bar(places, values, width, label=label, color=colour, alpha=alpha)
    axes.set_xticks(range(len(bands)), bands)
    finish(axes, "Attribution per sub-band", "sub-band, coarse to fine", legend=True)
    axes.set_ylabel(r"mean $\ell_1$ norm")


def _draw_distances(
    axes: Axes, distances: Mapping[str, tuple[float, float]], true_name: str
) -> None:
    rows = np.arange(len(distances))[::-1]
    before, after = np.array(list(distances.values())).T
    # A start at the truth itself has no place on a log axis.
    before = np.where(before > 0, before, np.nan)
    axes.set_xscale("log")
    axes.set_xlim(3e-3, 20)
    for row, b, a in zip(rows, before, after, strict=True):
        if np.isfinite(b):
            arrow = {"arrowstyle": "->", "color": START, "shrinkA": 4, "shrinkB": 4}
            axes.annotate("", (a, row), (b, row), arrowprops=arrow)
    axes.plot(before, rows, "o", color=START, label="start")
    axes.plot(after, rows, "o", color=LEARNED, label="learned")
    axes.set_yticks(rows, list(distances))
    axes.set_ylim(-0.7, len(rows) - 0.3)
    title, label = f"Distance to {true_name}, from each start", "distance of $\\psi$"
    finish(axes, title, f"{label} (smaller is closer)", legend=True)
