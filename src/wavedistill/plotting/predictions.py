"""A figure of predicted against true values of a parameter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import root_mean_squared_error

from wavedistill.checks import Floats
from wavedistill.plotting.style import (
    COLUMNS,
    INK,
    LEARNED,
    TRUE,
    finish,
    one_trace,
    panels,
    require,
)

__all__ = ["plot_predictions"]


def plot_predictions(
    truth: ArrayLike,
    predictions: Mapping[str, ArrayLike],
    *,
    parameter: str = "value",
    example: str = "example",
    scale: float = 1,
) -> Figure:
    """Draw predicted against true values that are few, as simulated parameters are.

    Each model has a panel, and each true value a column of its own, whatever its distance to the
    next: columns of close values would hide each other. Dots, one an example, are spread over the
    column; a line across it marks the truth, a bar 5 to 95 % of the predictions and a disc their
    median. The titles have the root mean square errors.

    Parameters
    ----------
    truth : array_like, shape (n,)
        One parameter of each example.
    predictions : mapping of str to array_like, shape (n,)
        What each model predicts.
    parameter : str
        What the parameter is called, with its unit.
    example : str
        What one example is called, such as ``"map"``.
    scale : float
        The factor on the errors in the titles.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no model, or its predictions are not as many as the truth has.
    """
    require(predictions, "predictions")
    values, which = np.unique(one_trace(truth, "truth"), return_inverse=True)
    width = max(3.0, 0.3 * len(values) + 0.5)
    figure, drawn = panels(len(predictions), width, 3.1, sharex=True, sharey=True)
    times = "" if scale == 1 else f" \N{MULTIPLICATION SIGN} {scale:g}"
    for place, (axes, (name, given)) in enumerate(zip(drawn, predictions.items(), strict=True)):
        predicted = one_trace(given, name, len(which))
        _draw_columns(axes, values, which, predicted)
        axes.set_xticks(range(len(values)), [f"{value:#.3g}" for value in values], rotation=90)
        error = scale * root_mean_squared_error(values[which], predicted)
        finish(axes, f"{name}\nRMSE{times} = {error:.3f}", "", zero=False)
        # The last of a column may stand over a blank.
        axes.tick_params(labelbottom=place + COLUMNS >= len(predictions))
    figure.supxlabel(f"true {parameter}", fontsize=11)
    figure.supylabel(f"predicted {parameter}", fontsize=11)
    dot: dict[str, Any] = {"linestyle": "none", "markersize": 3}
    key = [
        Line2D([], [], color=INK, linewidth=1.5, label="truth"),
        Line2D([], [], color=LEARNED, marker="o", label=f"one {example}", **dot),
        Line2D([], [], color=TRUE, marker="o", markersize=4, label="median, 5–95 %"),
    ]
    figure.legend(handles=key, loc="outside upper right", ncols=3, frameon=False, fontsize=10)
    return figure


def _draw_columns(axes: Axes, values: Floats, which: NDArray[np.intp], predicted: Floats) -> None:
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
