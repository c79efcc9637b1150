"""A figure of one prediction, taken apart into the contributions of its features."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from numpy.typing import ArrayLike

from wavedistill.checks import Floats, integer
from wavedistill.plotting.style import (
    INK,
    LEARNED,
    START,
    TRUE,
    finish,
    minus,
    one_trace,
)
from wavedistill.students import Contributions

__all__ = ["plot_contributions"]


def plot_contributions(
    trace: ArrayLike,
    contributions: Contributions,
    example: int,
    truth: float | None = None,
    threshold: float | None = None,
    count: int = 3,
    *,
    frame_seconds: float = 1.0,
    max_bars: int = 8,
) -> Figure:
    """Draw what one prediction is the sum of (Fig C4 of the paper).

    Parameters
    ----------
    trace : array_like, shape (length,)
        The signal, as the model sees it.
    contributions : Contributions
    example : int
        Which of their rows is that of the trace.
    truth : float, optional
        What was observed.
    threshold : float, optional
        A prediction above it is called successful.
    count : int
        Features that have a panel: those that move the prediction most.
    frame_seconds : float
        Time between samples.
    max_bars : int
        Features that have a bar of their own in the sum; the rest have one together.

    Returns
    -------
    matplotlib.figure.Figure
        Its axes are the trace; the leading contributions, each as the part of the signal that its
        coefficient stands for; and the sum: the intercept, the contributions, each from where the
        one before it ended, and the prediction; below it what was observed, and the threshold.

    Raises
    ------
    ValueError
        If the trace is not of the length that the model was fitted to.
    """
    x = one_trace(trace, "trace", contributions.transform.layout_.lengths[0])
    leading = contributions.largest(example, integer(count, "count", minimum=1))
    most = integer(max_bars, "max_bars", minimum=1)
    panels = 1 + len(leading)
    rows = max(-(-panels // 2), 2)
    predicted = float(contributions.predictions[example])
    bars = [*_waterfall(contributions, example, truth, most, len(leading))]
    height = max(2.6 * rows + 0.5, 0.25 * len(bars) + 1.4)
    figure = Figure(figsize=(13.33, height), layout="constrained")
    halves = figure.add_gridspec(1, 2, width_ratios=(1.45, 1), wspace=0.04)
    small = _small_panels(figure, halves[0], rows, panels)
    time = frame_seconds * np.arange(len(x))
    small[0].plot(time, x, color=INK, linewidth=1.8)
    observed = "" if truth is None else f", observed {_number(truth)}"
    finish(small[0], _title(0, "the trace", f"predicted {_number(predicted)}{observed}"), "")
    for panel, feature in enumerate(leading, start=1):
        small[panel].plot(time, x, color=START, alpha=0.5, linewidth=1.8)
        _draw_part(small[panel], time, contributions, example, int(feature), panel)
    for axes in small[-2:]:
        axes.set_xlabel("time (s)")
    for axes in small[::2]:
        axes.set_ylabel("amplitude")
    total = figure.add_subplot(halves[1])
    _draw_sum(total, bars, threshold)
    finish(
        total, _title(panels, "the sum", _verdict(predicted, threshold)), "prediction", zero=False
    )
    return figure


class _Bar(NamedTuple):
    label: str
    start: float
    length: float
    colour: str


def _waterfall(
    contributions: Contributions, example: int, truth: float | None, most: int, lettered: int
) -> Iterator[_Bar]:
    """The intercept and the contributions, each from where the one before it ended, and the sum."""
    values = contributions.values[example]
    order = contributions.largest(example, len(values))
    # A rest of one is drawn under its own name.
    own = order if len(order) <= most + 1 else order[:most]
    end = contributions.intercept
    yield _Bar("intercept", 0, end, START)
    for panel, feature in enumerate(own, start=1):
        letter = f"   {_letter(panel)}" if panel <= lettered else ""
        value = float(values[feature])
        yield _Bar(contributions.names[feature] + letter, end, value, _colour(value))
        end += value
    if len(own) < len(order):
        value = float(values[order[most:]].sum())
        yield _Bar(f"{len(order) - len(own)} others", end, value, _colour(value))
    yield _Bar("prediction", 0, float(contributions.predictions[example]), INK)
    if truth is not None:
        yield _Bar("observed", 0, truth, "white")


def _draw_sum(axes: Axes, bars: Sequence[_Bar], threshold: float | None) -> None:
    labels, starts, lengths, colours = zip(*bars, strict=True)
    rows = np.arange(len(bars))
    edges = [INK if colour == "white" else colour for colour in colours]
    axes.barh(rows, lengths, 0.64, left=starts, color=colours, edgecolor=edges)
    for row, (_, start, length, _) in enumerate(bars[: labels.index("prediction")]):
        axes.vlines(start + length, row + 0.32, row + 0.68, color=INK, linewidth=0.8)
    for row, (label, start, length, _) in enumerate(bars):
        whole = label in ("prediction", "observed")
        _write_beside(axes, start + length, row, length, _number(length, "" if whole else "+"))
    axes.axvline(0, color="black", linewidth=0.6, zorder=0)
    if threshold is not None:
        axes.axvline(threshold, color=INK, linestyle="--", linewidth=1.2, zorder=0)
        _write_beside(axes, threshold, len(bars), threshold, _number(threshold))
        labels = (*labels, "threshold")
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.3, -0.7)
    axes.tick_params(axis="y", length=0)
    # Room for the numbers beside the bars.
    ends = [0.0, *np.add(starts, lengths), *(() if threshold is None else (threshold,))]
    room = 0.17 * (max(ends) - min(ends))
    axes.set_xlim(min(ends) - room, max(ends) + room)


def _write_beside(axes: Axes, x: float, row: int, direction: float, text: str) -> None:
    side, place = ("left", 4) if direction >= 0 else ("right", -4)
    style: dict[str, Any] = {"ha": side, "va": "center_baseline", "fontsize": 10}
    axes.annotate(minus(text), (x, row), (place, 0), textcoords="offset points", **style)


def _draw_part(
    axes: Axes, time: Floats, contributions: Contributions, example: int, feature: int, panel: int
) -> None:
    """One feature as a curve over the trace; one that is no coefficient has none."""
    value, size = contributions.values[example, feature], contributions.features[example, feature]
    if contributions.positions[example, feature] >= 0:
        curve = contributions.curve(example, feature)
        axes.fill_between(time, curve, color=_colour(value), alpha=0.15, linewidth=0)
        axes.plot(time, curve, color=_colour(value), linewidth=1.8)
    product = f"{size:.3g} \N{MULTIPLICATION SIGN} {contributions.weights[feature]:.3g}"
    title = _title(panel, contributions.names[feature], f"{product} = {_number(value, '+')}")
    finish(axes, title, "")


def _small_panels(figure: Figure, place: SubplotSpec, rows: int, count: int) -> list[Axes]:
    """Panels in two columns, all with the axes of the first."""
    grid = place.subgridspec(rows, 2)
    panels: list[Axes] = []
    for i in range(count):
        shared = panels[0] if panels else None
        axes = figure.add_subplot(grid[divmod(i, 2)], sharex=shared, sharey=shared)
        # The last of a column may stand over a blank.
        axes.tick_params(labelbottom=i + 2 >= count, labelleft=i % 2 == 0)
        panels.append(axes)
    return panels


def _title(index: int, first: str, second: str) -> str:
    """Two lines, so that the titles of all panels stand at one height."""
    return minus(f"{_letter(index)}   {first}\n     {second}")


def _letter(index: int) -> str:
    return chr(ord("A") + index)


def _verdict(prediction: float, threshold: float | None) -> str:
    if threshold is None:
        return f"predicted {_number(prediction)}"
    side, verdict = ("above", "successful") if prediction > threshold else ("not above", "abortive")
    return f"{side} the threshold {_number(threshold)}: {verdict}"


def _number(value: float, sign: str = "") -> str:
    """Two decimals, or none where the number is large."""
    return f"{value:{sign}.{2 if abs(value) < 99.995 else 0}f}"


def _colour(value: float) -> str:
    return LEARNED if value >= 0 else TRUE
