"""The bars of a sum: each term starts where the one before it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from wavedistill.plotting.style import INK, NEGATIVE, POSITIVE, START, minus
from wavedistill.students import Contributions

__all__ = ["Bar", "draw_sum", "letter", "number", "waterfall"]


class Bar(NamedTuple):
    """One bar: its label, where it starts, how long it is, and its colours.

    `step` says whether the next bar starts where this one ends; a bar that is no step is a total.
    """

    label: str
    start: float
    length: float
    colour: str
    edge: str
    step: bool = True


def waterfall(
    contributions: Contributions,
    example: int,
    names: Sequence[str],
    letters: Mapping[int, str],
    own: int,
    truth: float | None = None,
) -> list[Bar]:
    """The intercept, the contributions, largest first, then the prediction and the truth.

    Parameters
    ----------
    contributions : Contributions
    example : int
    names : sequence of str
        Of the features.
    letters : mapping of int to str
        Letters of the panels that show a feature.
    own : int
        Features with a bar of their own; the others share one. A single other has its own.
    truth : float, optional
    """
    values = contributions.values[example]
    order = contributions.largest(example, len(values))
    first = order if len(order) <= own + 1 else order[:own]
    terms = [
        (f"{names[feature]}   {letters.get(int(feature), '')}".rstrip(), float(values[feature]))
        for feature in first
    ]
    if others := len(order) - len(first):
        terms.append((f"{others} others", float(values[order[own:]].sum())))
    end = contributions.intercept
    bars = [Bar("intercept", 0, end, START, START)]
    for label, length in terms:
        colour = POSITIVE if length >= 0 else NEGATIVE
        bars.append(Bar(label, end, length, colour, colour))
        end += length
    predicted = float(contributions.predictions[example])
    bars.append(Bar("prediction", 0, predicted, INK, INK, step=False))
    if truth is not None:
        bars.append(Bar("observed", 0, truth, "white", INK, step=False))
    return bars


def draw_sum(axes: Axes, bars: Sequence[Bar], threshold: float | None = None) -> None:
    """Draw the bars from the top, each with its number, and the threshold as a line."""
    for row, bar in enumerate(bars):
        axes.barh(row, bar.length, 0.64, left=bar.start, color=bar.colour, edgecolor=bar.edge)
        end = bar.start + bar.length
        if bar.step:
            axes.vlines(end, row + 0.32, row + 0.68, color=INK, linewidth=0.8)
        _write_beside(axes, end, row, bar.length, number(bar.length, "+" if bar.step else ""))
    axes.axvline(0, color="black", linewidth=0.6, zorder=0)
    labels = [bar.label for bar in bars]
    ends = [0.0, *(bar.start + bar.length for bar in bars)]
    if threshold is not None:
        axes.axvline(threshold, color=INK, linestyle="--", linewidth=1.2, zorder=0)
        _write_beside(axes, threshold, len(bars), threshold, number(threshold))
        labels.append("threshold")
        ends.append(threshold)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.3, -0.7)
    axes.tick_params(axis="y", length=0)
    # Room for the numbers beside the bars.
    room = 0.17 * (max(ends) - min(ends))
    axes.set_xlim(min(ends) - room, max(ends) + room)


def letter(index: int) -> str:
    """The letter of a panel: A for 0."""
    return chr(ord("A") + index)


def number(value: float, sign: str = "") -> str:
    """Two decimals, or none where the number is large."""
    return f"{value:{sign}.{2 if abs(value) < 99.995 else 0}f}"


def _write_beside(axes: Axes, x: float, row: int, direction: float, text: str) -> None:
    side, place = ("left", 4) if direction >= 0 else ("right", -4)
    style: dict[str, Any] = {"ha": side, "va": "center_baseline", "fontsize": 10}
    axes.annotate(minus(text), (x, row), (place, 0), textcoords="offset points", **style)
