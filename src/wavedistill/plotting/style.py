"""What the figures share: colours, and the small pieces that several of them draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray
from scipy.signal import correlate, correlation_lags

from wavedistill.checks import Floats, float_array
from wavedistill.wavelets import Wavelet, align

__all__ = [
    "ATTRIBUTION",
    "CATEGORIES",
    "INK",
    "LEARNED",
    "MARKERS",
    "PALE",
    "START",
    "TRUE",
    "Point",
    "draw_over_truth",
    "finish",
    "label_rows",
    "minus",
    "one_trace",
    "require",
    "shift_onto",
    "stems",
    "weight_label",
    "with_error",
    "write_columns",
]

#: Sparsity, interpretation, and the wavelet learned with these weights.
Point = tuple[float, float, Wavelet]

#: Colours that the colour-blind can tell apart (Okabe and Ito, 2008).
LEARNED, TRUE, ATTRIBUTION, START = "#0072B2", "#D55E00", "#009E73", "#999999"
CATEGORIES = (TRUE, ATTRIBUTION, "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = "sD^vPX"
#: Lines and type of diagrams.
INK = "#333333"
#: Backgrounds and the frames of small panels.
PALE = "#DDDDDD"


def draw_over_truth(
    axes: Axes,
    own: ArrayLike,
    truth: ArrayLike,
    level: int,
    *,
    true_label: str = "true",
    own_label: str = "learned",
    widths: tuple[float, float] = (5, 1.5),
) -> None:
    """Draw a function over the true one, a broad pale band, to which it is aligned.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    own, truth : array_like, shapes (m,) and (n,)
        Samples on a grid of ``2**level`` points per unit of time.
    level : int
    true_label, own_label : str
    widths : (float, float)
        Of the band and of the line, in points.
    """
    moved, fixed = align(own, truth)
    x = np.arange(len(fixed)) / 2**level
    axes.plot(x, fixed, color=TRUE, linewidth=widths[0], alpha=0.45, label=true_label)
    axes.plot(x, moved, color=LEARNED, linewidth=widths[1], label=own_label)


def shift_onto(moving: ArrayLike, fixed: ArrayLike, *, sign: bool = True) -> tuple[int, float]:
    """The shift and the sign that bring one function closest to another on the line.

    Unlike `align` it neither reverses time nor wraps what leaves the grid around, so that a slow
    rise with a sharp drop is told from its mirror image.

    Parameters
    ----------
    moving, fixed : array_like, shapes (m,) and (n,)
        Samples on grids of the same step, of functions that vanish outside.
    sign : bool
        Whether the sign may change.

    Returns
    -------
    shift : int
        In samples, to the right.
    sign : float
        1 or -1.
    """
    own, reference = np.asarray(moving, dtype=np.float64), np.asarray(fixed, dtype=np.float64)
    correlation = correlate(reference, own, method="fft")
    best = int(np.argmax(np.abs(correlation) if sign else correlation))
    shift = int(correlation_lags(len(reference), len(own))[best])
    return shift, float(np.sign(correlation[best])) if sign else 1.0


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
    """Texts on the rows of a figure that shares its y, in columns that end at fractions of x.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    columns : mapping of float to (str, sequence of str)
        By where each ends, its heading and a text for each row.
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


def one_trace(values: ArrayLike, name: str, length: int | None = None) -> Floats:
    """A trace as a vector of finite numbers, if wanted of some length; else a `ValueError`."""
    array = float_array(values, name)
    expected = (array.size if length is None else length,)
    if array.shape != expected:
        what = "one channel of one track" if length is None else "what the model was fitted to"
        raise ValueError(f"{name} has shape {array.shape}; give {what}, of shape {expected}.")
    return array


def require(items: Sized, name: str) -> None:
    """Raise a `ValueError` if there is nothing to draw."""
    if not len(items):
        raise ValueError(f"{name} is empty, and a figure needs at least one of them.")
