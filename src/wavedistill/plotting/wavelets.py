"""Figures of wavelets: each function returns a Matplotlib figure; nothing is shown or saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from wavedistill.plotting.style import LEARNED, START, TRUE, draw_over_truth, finish, stems
from wavedistill.wavelets import CoefficientLayout, Wavelet, align

__all__ = ["attribution_per_band", "plot_recovery", "plot_wavelet"]

_LEVEL = 8


def plot_wavelet(wavelet: Wavelet, title: str = "") -> Figure:
    """Draw the filters, the scaling function and the wavelet of one wavelet."""
    figure = Figure(figsize=(10.5, 3.2), layout="constrained")
    filters, phi_axes, psi_axes = figure.subplots(1, 3)
    taps = np.arange(len(wavelet.lowpass))
    stems(filters, taps - 0.12, wavelet.lowpass, LEARNED, "lowpass $h$")
    stems(filters, taps + 0.12, wavelet.highpass, TRUE, "highpass $g$")
    finish(filters, "Filters", "tap", legend=True)
    phi, psi, x = wavelet.functions(_LEVEL)
    phi_axes.plot(x, phi, color=LEARNED)
    finish(phi_axes, r"Scaling function $\varphi$", "samples of the finest scale")
    psi_axes.plot(x, psi, color=LEARNED)
    finish(psi_axes, r"Wavelet $\psi$", "samples of the finest scale")
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
) -> Figure:
    """Set a learned wavelet beside the true one, with what it does to the attributions.

    Parameters
    ----------
    learned, true : Wavelet
    attribution : mapping of str to ndarray, shape (bands,)
        Label and attribution per sub-band (`attribution_per_band`), in the order to draw them.
    bands : sequence of str
        Names of the sub-bands.
    distances : mapping of str to (float, float)
        For each start the distance to the true wavelet before and after; NaN where there is none.
    true_name : str
        What the true wavelet is called.
    """
    figure = Figure(figsize=(11, 6.4), layout="constrained")
    rows = figure.add_gridspec(2, 1)
    top, bottom = rows[0].subgridspec(1, 3), rows[1].subgridspec(1, 2)
    filters, phi_axes, psi_axes = (figure.add_subplot(top[0, i]) for i in range(3))
    h, h_true = align(learned.lowpass, true.lowpass, sign=False)
    taps = np.arange(len(h))
    stems(filters, taps - 0.12, h_true, TRUE, f"true ({true_name})")
    stems(filters, taps + 0.12, h, LEARNED, "learned")
    finish(filters, "Lowpass filter $h$", "tap", legend=True)
    functions, reference = learned.functions(_LEVEL), true.functions(_LEVEL)
    for axes, own, other, name in (
        (phi_axes, functions.phi, reference.phi, r"Scaling function $\varphi$"),
        (psi_axes, functions.psi, reference.psi, r"Wavelet $\psi$"),
    ):
        draw_over_truth(axes, own, other, _LEVEL, true_label=f"true ({true_name})")
        finish(axes, name, "time")

    _draw_bars(figure.add_subplot(bottom[0, 0]), attribution, bands)
    _draw_distances(figure.add_subplot(bottom[0, 1]), distances, true_name)
    return figure


def attribution_per_band(attributions: ArrayLike, layout: CoefficientLayout) -> NDArray[np.float64]:
    """Mean l1 norm of the attributions of each sub-band.

    Parameters
    ----------
    attributions : array_like, shape (n, layout.total)
        As `Attributions.coefficients` gives them.
    layout : CoefficientLayout

    Returns
    -------
    ndarray, shape (levels + 1,)
    """
    magnitudes = np.abs(np.asarray(attributions, dtype=np.float64))
    return np.array([band.sum(axis=-1).mean() for band in layout.split(magnitudes)])


def _draw_bars(
    axes: Axes, attribution: Mapping[str, NDArray[np.float64]], bands: Sequence[str]
) -> None:
    width = 0.8 / len(attribution)
    colours = [START, LEARNED, TRUE]
    for i, (label, values) in enumerate(attribution.items()):
        places = np.arange(len(bands)) + (i - (len(attribution) - 1) / 2) * width
        axes.bar(places, values, width, label=label, color=colours[i % len(colours)])
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
    finish(
        axes,
        f"Distance to {true_name}, from each start",
        r"distance of $\psi$ (smaller is closer)",
        legend=True,
    )
