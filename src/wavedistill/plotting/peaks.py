"""A figure of what filters measure at the peaks of maps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from wavedistill.checks import Floats
from wavedistill.plotting.style import finish, panels, require

__all__ = ["plot_peak_values"]

#: Quantiles of the values of all groups that the axes of a filter span.
_TAILS = (0.001, 0.999)
_BINS = 30


def plot_peak_values(values: Mapping[str, Mapping[str, Floats]]) -> Figure:
    """Draw what filters measure at the peaks of several groups of maps (Fig D1 of the paper).

    Each filter has its axes, with shares of a group's peaks on a logarithmic axis, in thirty bins
    over the middle 99.8 % of the values of all groups together.

    Parameters
    ----------
    values : mapping of str to mapping of str to ndarray
        For each group of maps, in the order of their colours, what
        `wavedistill.students.peak_values` gives, with the same filters for all.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no group, or the groups have other filters.
    """
    require(values, "values")
    filters = list(next(iter(values.values())))
    if other := [name for name, group in values.items() if list(group) != filters]:
        raise ValueError(
            f"values of {', '.join(other)} are of other filters than {', '.join(filters)}; give "
            "`peak_values` the same filters for all groups."
        )
    figure, drawn = panels(len(filters), 3.7, 2.7)
    shades = dict(zip(values, colormaps["viridis"](np.linspace(0, 0.85, len(values))), strict=True))
    for axes, name in zip(drawn, filters, strict=True):
        low, high = np.quantile(np.concatenate([own[name] for own in values.values()]), _TAILS)
        edges = np.linspace(low, high, _BINS + 1)
        for group, own in values.items():
            shares = np.histogram(own[name], edges)[0] / len(own[name])
            axes.stairs(shares, edges, color=shades[group], linewidth=1.6, baseline=None)
        axes.set_yscale("log")
        finish(axes, name, "")
    figure.supylabel("share of the peaks", fontsize=11)
    figure.supxlabel("value at a peak", fontsize=11)
    key = [Line2D([], [], color=shade, linewidth=2, label=group) for group, shade in shades.items()]
    figure.legend(handles=key, loc="outside upper right", ncols=len(key), frameon=False)
    return figure
