"""Figures of the faithfulness study."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from wavedistill.faithfulness import MEASURES
from wavedistill.faithfulness.result import ORDERS
from wavedistill.plotting.style import CATEGORIES, LEARNED, MARKERS, finish, label_rows
from wavedistill.studies.faithfulness.study import Gain

__all__ = ["plot_gains"]

_COLOURS = (LEARNED, *CATEGORIES)
_MARKERS = ("o", *MARKERS)
#: Between the dots of one row.
_APART = 0.16


def plot_gains(gains: Sequence[Gain], basis: str, measure: str) -> Figure:
    """Draw how much more faithful one basis is than others, a row for each and a dot per data set.

    Parameters
    ----------
    gains : sequence of Gain
        Those of this basis and measure over other bases are drawn.
    basis, measure : str
    """
    own = [
        each
        for each in gains
        if (each.basis, each.measure) == (basis, measure) and each.over not in ORDERS
    ]
    others = list(dict.fromkeys(each.over for each in own))
    data = list(dict.fromkeys(each.data for each in own))
    figure = Figure(figsize=(7.6, 0.5 * len(others) + 1.6), layout="constrained")
    axes = figure.subplots()
    for number, name in enumerate(data):
        colour, marker = _COLOURS[number % len(_COLOURS)], _MARKERS[number % len(_MARKERS)]
        shift = _APART * (number - (len(data) - 1) / 2)
        for each in (each for each in own if each.data == name):
            place = others.index(each.over) + shift
            axes.plot([each.low, each.high], [place, place], color=colour, linewidth=1.8)
            axes.plot(each.mean, place, marker, color=colour, markersize=6)
    axes.axvline(0, color="black", linewidth=0.8)
    label_rows(axes, others)
    better = MEASURES[measure].better
    label = f"{measure} of {basis!r}, less that of the row ({better} is better), 95 % interval"
    finish(axes, "", label, zero=False)
    key = [
        Line2D(
            [],
            [],
            color=_COLOURS[i % len(_COLOURS)],
            marker=_MARKERS[i % len(_MARKERS)],
            linewidth=1.8,
            label=name,
        )
        for i, name in enumerate(data)
    ]
    figure.legend(handles=key, loc="outside right upper", frameon=False)
    return figure
