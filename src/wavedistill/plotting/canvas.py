"""Boxes, arrows and little pictures for diagrams, placed in inches."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from numpy.typing import NDArray

from wavedistill.plotting.style import INK, LEARNED, START, stems
from wavedistill.wavelets import CoefficientLayout, Wavelet

__all__ = [
    "Box",
    "Canvas",
    "draw_bands",
    "draw_functions",
    "draw_network",
    "draw_signal",
    "draw_stems",
    "draw_terms",
]

_LEVEL = 8
_BAND = "#F2F2F2"
_EDGE = 0.12


class Box(NamedTuple):
    """A rectangle in inches from the lower left corner of the figure."""

    x: float
    y: float
    width: float
    height: float

    def at(self, across: float, up: float) -> tuple[float, float]:
        """The point at these fractions of its sides."""
        return self.x + across * self.width, self.y + up * self.height


class Canvas:
    """A figure that is drawn on in inches."""

    def __init__(self, width: float, height: float) -> None:
        self.size = width, height
        self.figure = Figure(figsize=self.size)
        self.axes = self.figure.add_axes((0, 0, 1, 1), label="canvas")
        self.axes.set(xlim=(0, width), ylim=(0, height))
        self.axes.set_axis_off()

    def band(self, box: Box, title: str) -> None:
        """Draw a pale background with a heading."""
        style = "round,pad=0,rounding_size=0.12"
        rectangle = FancyBboxPatch(box[:2], *box[2:], boxstyle=style, facecolor=_BAND, linewidth=0)
        self.axes.add_patch(rectangle)
        self.axes.text(box.x + 0.25, box.y + box.height - 0.15, title, va="top", fontsize=15)

    def picture(self, box: Box, title: str = "", note: str = "") -> Axes:
        """Draw a framed box with a title above and a note below; return the axes between them."""
        style = "round,pad=0,rounding_size=0.08"
        self.axes.add_patch(
            FancyBboxPatch(
                box[:2], *box[2:], boxstyle=style, facecolor="white", edgecolor=INK, linewidth=1.2
            )
        )
        middle = box.x + box.width / 2
        above, below = 0.36 if title else 0.1, 0.34 if note else 0.1
        top = box.y + box.height
        self.axes.text(middle, top - 0.08, title, ha="center", va="top", fontsize=12.5)
        self.axes.text(middle, box.y + 0.09, note, ha="center", va="bottom", fontsize=10.5)
        width, height = self.size
        place = (
            (box.x + _EDGE) / width,
            (box.y + below) / height,
            (box.width - 2 * _EDGE) / width,
            (box.height - above - below) / height,
        )
        axes = self.figure.add_axes(place, label=title)
        axes.set_axis_off()
        return axes

    def arrow(self, start: tuple[float, float], end: tuple[float, float], label: str = "") -> None:
        """Draw an arrow with its label: above it or, if it is upright, to its right."""
        self.axes.add_patch(
            FancyArrowPatch(
                start,
                end,
                arrowstyle="-|>",
                mutation_scale=18,
                linewidth=1.8,
                color=INK,
                shrinkA=2,
                shrinkB=2,
            )
        )
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        place: dict[str, Any] = {"x": x, "y": y + 0.1, "ha": "center", "va": "bottom"}
        if abs(end[0] - start[0]) < abs(end[1] - start[1]):
            place = {"x": x + 0.12, "y": y, "ha": "left", "va": "center"}
        self.axes.text(s=label, fontsize=10.5, color=INK, **place)


def draw_signal(axes: Axes, values: NDArray[Any], colour: str) -> None:
    """Draw a curve over a line at zero."""
    axes.axhline(0, color=START, linewidth=0.6)
    axes.plot(values, color=colour, linewidth=1.6)


def draw_stems(axes: Axes, values: NDArray[Any], colour: str, *, size: float = 2.5) -> None:
    """Draw stems over a line at zero."""
    axes.axhline(0, color=START, linewidth=0.6)
    stems(axes, np.arange(len(values)), values, colour, size=size)


def draw_bands(
    axes: Axes,
    layout: CoefficientLayout,
    coefficients: NDArray[Any],
    used: NDArray[np.bool_],
    colour: str,
) -> None:
    """Draw the sub-bands one below the other; coefficients in use stand out."""
    scale = 0.48 / np.abs(coefficients).max()
    rows = zip(layout.names, layout.split(coefficients), layout.split(used), strict=True)
    for row, (name, values, in_use) in enumerate(rows):
        places = (np.arange(len(values)) + 0.5) / len(values)
        axes.text(-0.03, -row, name, ha="right", va="center", fontsize=10.5)
        axes.hlines(-row, 0, 1, color=START, linewidth=0.6)
        for chosen, shade, size in ((np.logical_not(in_use), START, 3.0), (in_use, colour, 5.5)):
            tops = scale * values[chosen] - row
            axes.vlines(places[chosen], -row, tops, color=shade, linewidth=0.4 * size)
            axes.plot(places[chosen], tops, "o", color=shade, markersize=size)
    axes.set_xlim(-0.14, 1.02)


def draw_functions(axes: Axes, wavelet: Wavelet) -> None:
    """Draw the wavelet, and to its right the scaling function."""
    phi, psi, x = wavelet.functions(_LEVEL)
    apart = 1.15 * x[-1]
    axes.axhline(0, color=START, linewidth=0.6)
    axes.plot(x, psi, color=LEARNED, linewidth=2)
    axes.plot(x + apart, phi, color=INK, linewidth=1.6)
    for label, place, values in ((r"$\psi$", 0, psi), (r"$\varphi$", apart, phi)):
        axes.text(place, 0.75 * values.max(), label, fontsize=13)


def draw_network(axes: Axes, layers: tuple[int, ...] = (4, 5, 5, 1)) -> None:
    """Draw a network: circles in columns, each joined to all of the next column."""
    places = [
        [(float(column), (size - 1) / 2 - row) for row in range(size)]
        for column, size in enumerate(layers)
    ]
    for left, right in pairwise(places):
        for a, b in product(left, right):
            axes.plot(*zip(a, b, strict=True), color=START, linewidth=0.6, zorder=1)
    nodes = np.array([node for layer in places for node in layer])
    axes.scatter(nodes[:, 0], nodes[:, 1], s=38, color=INK, zorder=2)
    axes.margins(0.1)


def draw_terms(axes: Axes, contributions: NDArray[Any]) -> None:
    """Draw the terms of a small model as bars, each with its name on the other side of zero."""
    rows = np.arange(len(contributions))[::-1]
    axes.barh(rows, contributions, 0.6, color=LEARNED)
    axes.axvline(0, color=INK, linewidth=1)
    low, high = min(contributions.min(), 0), max(contributions.max(), 0)
    margin = 0.3 * (high - low)
    for k, (row, value) in enumerate(zip(rows, contributions, strict=True), start=1):
        side, shift = ("right", -0.1) if value >= 0 else ("left", 0.1)
        axes.text(shift * margin, row, f"$b_{k} z_{k}$", ha=side, va="center", fontsize=10.5)
    axes.set_xlim(low - margin, high + margin)
