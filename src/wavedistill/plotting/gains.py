"""A figure of how much a distilled wavelet gains over another model, and over chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from wavedistill.checks import Floats, float_array
from wavedistill.plotting.style import INK, LEARNED, START, finish, require

__all__ = ["plot_gain"]


def plot_gain(
    gains: Mapping[str, ArrayLike],
    interval: tuple[float, float],
    null: ArrayLike | None = None,
    *,
    gain: float | None = None,
    observed: float | None = None,
    over: str = "the best named wavelet",
    label: str = "gain",
    group: str = "group",
) -> Figure:
    """Draw how much a distilled wavelet gains, and what it gains from teachers of random weights.

    Parameters
    ----------
    gains : mapping of str to array_like, shape (runs,)
        For each held-out group of examples the gain of each run, such as of each seed; one will do.
    interval : (float, float)
        Confidence interval of the gain on all groups.
    null : array_like, shape (draws,), optional
        Gains of wavelets distilled from teachers with random weights.
    gain : float, optional
        The gain on all groups; by default the mean of the groups' gains.
    observed : float, optional
        The trained teacher's gain that `null` is compared with; by default that on all groups.
    over : str
        What the gain is over.
    label : str
        What is gained, with its unit, such as ``"gain in $R^2$"``.
    group : str
        What one group is, such as ``"cell"`` or ``"patient"``.

    Returns
    -------
    matplotlib.figure.Figure
        Its axes are the gains of the groups and, with `null`, the null distribution, whose title
        counts the draws that gain as much.

    Raises
    ------
    ValueError
        If there is no group.
    """
    require(gains, "gains")
    groups = {name: float_array(np.atleast_1d(each), name).ravel() for name, each in gains.items()}
    mean = float(np.mean([each.mean() for each in groups.values()])) if gain is None else gain
    panels = 1 if null is None else 2
    height = max(3.4, 0.45 * len(groups) + 1.6)
    figure = Figure(figsize=(5.6 * panels, height), layout="constrained")
    first, *others = figure.subplots(1, panels, squeeze=False)[0]
    _draw_gains(first, groups, interval, mean, group)
    title = f"gain over {over}"
    finish(first, f"A   {title}" if others else title, label, zero=False)
    handles, labels = first.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower left", ncols=3, frameon=False, fontsize=10)
    for axes in others:
        draws = float_array(np.asarray(null), "null").ravel()
        reached = _draw_null(axes, draws, mean if observed is None else observed)
        title = f"B   with random weights: {reached} of {len(draws)} reach the trained teacher"
        finish(axes, title, label, zero=False)
    return figure


def _draw_gains(
    axes: Axes, groups: Mapping[str, Floats], interval: tuple[float, float], mean: float, group: str
) -> None:
    axes.axvspan(*interval, color=LEARNED, alpha=0.2, linewidth=0, label="confidence interval")
    axes.axvline(mean, color=LEARNED, linewidth=1.8, label="all together")
    axes.axvline(0, color="black", linewidth=0.8)
    dots: dict[str, Any] = {"color": INK, "markersize": 6, "alpha": 0.6, "markeredgewidth": 0}
    for place, gains in enumerate(groups.values()):
        label = "" if place else f"one {group}, one run"
        axes.plot(gains, np.full(len(gains), place), "o", label=label, **dots)
        if len(gains) > 1:
            axes.plot(gains.mean(), place, "|", color=INK, markersize=18, markeredgewidth=1.8)
    axes.set_yticks(range(len(groups)), list(groups))
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)


def _draw_null(axes: Axes, null: Floats, observed: float) -> int:
    """The gains of teachers with random weights; returns how many reach the observed one."""
    axes.hist(null, bins="auto", color=START, alpha=0.7)
    axes.axvline(observed, color=LEARNED, linewidth=1.8)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_ylabel("teachers")
    return int(np.sum(null >= observed))
