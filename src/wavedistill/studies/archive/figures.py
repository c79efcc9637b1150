"""The figures of the archive study: accuracy against numbers, ranks, and pairs of models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wavedistill.plotting.style import (
    CATEGORIES,
    INK,
    LEARNED,
    PALE,
    START,
    finish,
    label_rows,
    minus,
    panels,
    require,
)
from wavedistill.studies.archive.scores import UNRANKED, Pair, Summary, Table, cliques

__all__ = ["figures", "plot_against_numbers", "plot_pairs", "plot_ranks", "plot_seconds"]

_KNOWN, _REFERENCE = CATEGORIES[0], CATEGORIES[2]
_STUDENTS = ("student 20", "student 50", "student 200")
_REFERENCES = ("MiniRocket", "catch22", "ridge on catch22")
#: Models with less than this times the numbers of another have their names in one column.
_CROWDED = 1.6
_PAIRS = (("energy, learned", "energy, known"), ("packets, learned", "packets, known"))


def figures(
    table: Table, summaries: Sequence[Summary], pairs: Sequence[Pair]
) -> Iterator[tuple[str, Figure]]:
    """Each figure with its name."""
    yield "accuracy_against_numbers", plot_against_numbers(summaries)
    names, accuracy, ranks = table.ranks()
    if len(names) > 1 and len(accuracy) > 1:
        yield "critical_differences", plot_ranks(names, ranks, cliques(ranks, accuracy))
    drawn = [pair for pair in pairs if (pair.first, pair.second) in _PAIRS]
    if drawn:
        yield "learned_against_known", plot_pairs(table, drawn)
    yield "seconds", plot_seconds(table, [each.model for each in summaries])


def colour_of(model: str) -> str:
    """The colour of a model by its role."""
    if model in _REFERENCES:
        return _REFERENCE
    if model in ("small network", "inception"):
        return INK
    if model.endswith(("known", "known wavelet")):
        return _KNOWN
    return LEARNED if "student" in model or "learned" in model else START


def plot_against_numbers(summaries: Sequence[Summary]) -> Figure:
    """Draw how much accuracy a model has against how many numbers it consists of.

    Accuracy is the mean difference to the small network, with the 95 % interval over resampled
    sets; numbers are the median over sets.
    """
    require(summaries, "summaries")
    shown = [each for each in summaries if each.numbers > 0 and each.model not in UNRANKED]
    figure = Figure(figsize=(10.5, 6), layout="constrained")
    axes = figure.subplots()
    axes.set_xscale("log")
    axes.axhline(0, color=INK, linestyle="--", linewidth=1, zorder=0)
    by_name = {each.model: each for each in shown}
    students = [by_name[name] for name in _STUDENTS if name in by_name]
    axes.plot(
        [each.numbers for each in students],
        [each.difference for each in students],
        color=LEARNED,
        linewidth=2,
        zorder=1,
    )
    for each in shown:
        colour = colour_of(each.model)
        error = [[each.difference - each.low], [each.high - each.difference]]
        marker = "s" if each.model in _REFERENCES else "o"
        axes.errorbar(
            each.numbers,
            each.difference,
            yerr=error,
            fmt=marker,
            color=colour,
            markersize=8 if each.model in _STUDENTS else 6,
            elinewidth=1.4,
        )
    count = max(each.sets for each in shown)
    finish(axes, f"Mean over {count} sets, with 95 % intervals", "numbers of the model (median)")
    axes.set_ylabel("accuracy less that of the small network")
    least, most = min(each.numbers for each in shown), max(each.numbers for each in shown)
    # Names stand to the right of their points.
    axes.set_xlim(least / 2, 4 * most * (most / least) ** 0.1)
    _write_names(axes, shown)
    return figure


def _write_names(axes: Axes, shown: Sequence[Summary]) -> None:
    """Write names beside points, below one another where models are of about the same size."""
    low, high = axes.get_ylim()
    line = 0.04 * (high - low)
    crowd: list[Summary] = []
    ordered = sorted(shown, key=lambda each: each.numbers)
    for each, after in zip(ordered, [*ordered[1:], None], strict=True):
        crowd.append(each)
        if after is not None and after.numbers < _CROWDED * each.numbers:
            continue
        crowd.sort(key=lambda each: -each.difference)
        wanted = [each.difference for each in crowd]
        places = [wanted[0]]
        for value in wanted[1:]:
            places.append(min(value, places[-1] - line))
        rise = (sum(wanted) - sum(places)) / len(crowd)
        x = (1.5 if len(crowd) > 1 else 1.13) * each.numbers
        for own, y in zip(crowd, places, strict=True):
            colour = colour_of(own.model)
            ends = [own.numbers, 0.97 * x], [own.difference, y + rise]
            axes.plot(*ends, color=colour, linewidth=0.6)
            white: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            style: dict[str, Any] = {"va": "center", "fontsize": 10, "bbox": white}
            axes.text(x, y + rise, own.model, color=colour, **style)
        crowd = []


def plot_ranks(
    names: Sequence[str], ranks: np.ndarray[Any, Any], runs: Sequence[tuple[int, int]]
) -> Figure:
    """Draw mean ranks, the best first; bars join models that are not told apart.

    Parameters
    ----------
    names : sequence of str
    ranks : ndarray, shape (sets, models)
    runs : sequence of (int, int)
        First and last place of each bar in the order of mean ranks (`scores.cliques`).
    """
    require(names, "names")
    mean = ranks.mean(axis=0)
    order = np.argsort(mean, kind="stable")
    figure = Figure(figsize=(9.5, 0.36 * len(names) + 1.4), layout="constrained")
    axes = figure.subplots()
    for row, number in enumerate(order):
        colour = colour_of(names[number])
        axes.plot(mean[number], row, "o", color=colour, markersize=8, zorder=3)
        axes.annotate(
            f"{mean[number]:.2f}",
            (mean[number], row),
            (9, 0),
            textcoords="offset points",
            va="center",
            fontsize=10,
            color=colour,
        )
    label_rows(axes, [names[number] for number in order])
    axes.set_xticks(range(1, len(names) + 1))
    right = float(mean.max()) + 0.11 * float(np.ptp(mean))
    step = 0.035 * float(np.ptp(mean))
    for place, (first, last) in enumerate(runs):
        x = right + step * place
        axes.plot([x, x], [first - 0.25, last + 0.25], color=INK, linewidth=3.5)
    finish(axes, "", f"mean rank over {len(ranks)} sets (1 is the best)", zero=False)
    axes.set_title(
        "Bars join models that are not told apart (signed ranks, Holm, 5 %)",
        loc="left",
        fontsize=11,
    )
    return figure


def plot_pairs(table: Table, pairs: Sequence[Pair]) -> Figure:
    """Draw the accuracy of one model against that of another, a dot for each set."""
    require(pairs, "pairs")
    figure, drawn = panels(len(pairs), 5, 5)
    for axes, pair in zip(drawn, pairs, strict=True):
        x, y = table.of(pair.second), table.of(pair.first)
        low = min(np.nanmin(x), np.nanmin(y)) - 0.03
        axes.plot([low, 1.02], [low, 1.02], color=START, linewidth=1, zorder=0)
        for chosen, colour in ((y > x, LEARNED), (y == x, START), (y < x, _KNOWN)):
            axes.plot(x[chosen], y[chosen], "o", color=colour, markersize=6, alpha=0.75)
        axes.set(aspect="equal", xlim=(low, 1.02), ylim=(low, 1.02))
        told = f"{pair.wins} sets better, {pair.ties} equal, {pair.losses} worse; "
        told += f"{pair.difference:+.3f}, p = {pair.p:.2g}"
        finish(axes, minus(told), f"accuracy, {pair.second}", zero=False)
        axes.set_ylabel(f"accuracy, {pair.first}")
    return figure


def plot_seconds(table: Table, models: Sequence[str]) -> Figure:
    """Draw the processor time of each model: the median over sets, and all of them."""
    require(models, "models")
    times = {model: table.of(model, "seconds") for model in models}
    times = {model: each[np.isfinite(each)] for model, each in times.items()}
    shown = sorted((m for m in models if len(times[m])), key=lambda m: np.median(times[m]))
    figure = Figure(figsize=(8.5, 0.36 * len(shown) + 1.2), layout="constrained")
    axes = figure.subplots()
    axes.set_xscale("log")
    for row, model in enumerate(shown):
        # The clock has hundredths of a second.
        seconds = np.maximum(times[model], 0.01)
        style: dict[str, Any] = {"color": colour_of(model), "linestyle": "none"}
        axes.plot(seconds, np.full(len(seconds), row), "|", alpha=0.5, markersize=9, **style)
        axes.plot(np.median(seconds), row, "o", markersize=8, **style)
    label_rows(axes, shown)
    finish(axes, "A line for each set, a dot for the median", "processor time (s)", zero=False)
    axes.grid(axis="x", color=PALE, linewidth=0.6)
    return figure
