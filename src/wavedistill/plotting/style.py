"""What the figures share: colours by role, titles, labels, and small checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import Floats, float_array

__all__ = [
    "ATTRIBUTION",
    "CATEGORIES",
    "COLUMNS",
    "DIVERGING",
    "HIGH",
    "INK",
    "LEARNED",
    "LOW",
    "MARKERS",
    "NEGATIVE",
    "PALE",
    "POSITIVE",
    "START",
    "TRUE",
    "finish",
    "label_rows",
    "minus",
    "one_trace",
    "panels",
    "require",
    "stems",
    "weight_label",
    "with_error",
    "write_columns",
]

# Colours that the colour-blind can tell apart (Okabe and Ito, 2008).
_BLUE, _VERMILION, _GREEN, _PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
_ORANGE, _SKY, _GREY = "#E69F00", "#56B4E9", "#999999"

#: The learned wavelet and what it makes.
LEARNED = _BLUE
#: The wavelet that is to be found.
TRUE = _VERMILION
#: What a fit starts from, and whatever stands in the background.
START = _GREY
#: Multipliers and attributions.
ATTRIBUTION = _GREEN
#: The lowpass filter and its scaling function; the highpass filter and its wavelet beside them.
LOW, HIGH = _BLUE, _VERMILION
#: Contributions that raise a prediction, and those that lower it.
POSITIVE, NEGATIVE = _BLUE, _VERMILION
#: Lines and type of diagrams, and data.
INK = "#333333"
#: Backgrounds and the frames of small panels.
PALE = "#DDDDDD"
#: Things of equal rank, told apart by colour and by marker.
CATEGORIES = (_VERMILION, _GREEN, _PURPLE, _ORANGE, _SKY, "#000000")
MARKERS = "sD^vPX"
#: Colour map of values around zero: white at 0, red above, blue below.
DIVERGING = "RdBu_r"
#: Panels side by side, at most.
COLUMNS = 3


def stems(
    axes: Axes,
    places: NDArray[Any],
    values: NDArray[Any],
    colour: str,
    label: str = "",
    *,
    size: float = 5,
) -> None:
    """Draw values as stems from zero, with dots of a size in points."""
    axes.vlines(places, 0, values, color=colour, linewidth=0.4 * size)
    axes.plot(places, values, "o", color=colour, markersize=size, label=label or None)


def finish(axes: Axes, title: str, xlabel: str, *, legend: bool = False, zero: bool = True) -> None:
    """Title, label of x, a line at y = 0 unless x is logarithmic, and no frame above or right."""
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_xlabel(xlabel)
    if zero and axes.get_xscale() == "linear":
        axes.axhline(0, color="black", linewidth=0.6, zorder=0)
    axes.spines[["top", "right"]].set_visible(False)
    if legend:
        axes.legend(frameon=False, fontsize=9)


def label_rows(axes: Axes, labels: Sequence[str]) -> None:
    """Name the rows 0, 1, ... of a figure, from the top, and lead the eye along them."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)


def write_columns(axes: Axes, columns: Mapping[float, tuple[str, Sequence[str]]]) -> None:
    """Write columns of text on the rows of a figure that shares its y.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    columns : mapping of float to (str, sequence of str)
        The right end of each column as a fraction of x, its heading, and one text for each row.
    """
    for x, (heading, texts) in columns.items():
        style: dict[str, Any] = {"ha": "right", "fontsize": 10}
        axes.annotate(
            heading, (x, 1), (0, 4), "axes fraction", "offset points", va="bottom", **style
        )
        for place, text in enumerate(map(minus, texts)):
            axes.text(x, place, text, va="center_baseline", **style)
    axes.set_axis_off()


def with_error(value: float, error: float, digits: int = 3) -> str:
    """A number with its standard error, if there is one."""
    return f"{value:.{digits}f}" + ("" if np.isnan(error) else f" ± {error:.{digits}f}")


def weight_label(weight: float) -> str:
    """A weight in at most two digits and, where it is small or large, a power of ten."""
    if weight == 0 or 0.01 <= weight < 99.5:
        return f"{weight:.2g}"
    digits, exponent = f"{weight:.1e}".split("e")
    power = f"10^{{{int(exponent)}}}"
    return f"${power}$" if digits == "1.0" else rf"${digits.removesuffix('.0')}\cdot {power}$"


def minus(text: str) -> str:
    """A formatted number with the minus sign of print."""
    return text.replace("-", "\N{MINUS SIGN}")


def panels(
    count: int, width: float, height: float, **shared: bool
) -> tuple[Figure, Sequence[Axes]]:
    """A figure of so many axes of a size in inches, in up to `COLUMNS` columns."""
    columns = min(count, COLUMNS)
    rows = -(-count // columns)
    size = width * columns + 0.6, height * rows + 0.8
    figure = Figure(figsize=size, layout="constrained")
    drawn = figure.subplots(rows, columns, squeeze=False, **shared).ravel()  # type: ignore[call-overload]
    for axes in drawn[count:]:
        axes.set_visible(False)
    return figure, drawn[:count]


def one_trace(values: ArrayLike, name: str, length: int | None = None) -> Floats:
    """A vector of finite numbers.

    Raises
    ------
    ValueError
        If the values are no vector or, with `length`, not of that length.
    """
    array = float_array(values, name)
    expected = (array.size if length is None else length,)
    if array.shape != expected:
        what = "one channel of one signal" if length is None else "what the model was fitted to"
        raise ValueError(f"{name} has shape {array.shape}; give {what}, of shape {expected}.")
    return array


def require(items: Sized, name: str) -> None:
    """Raise a `ValueError` if there is nothing to draw."""
    if not len(items):
        raise ValueError(f"{name} is empty, and a figure needs at least one of them.")
