"""Figures of how well models predict: side by side, cell by cell, and against chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import float_array
from wavedistill.plotting.style import (
    INK,
    LEARNED,
    START,
    finish,
    label_rows,
    require,
    with_error,
    write_columns,
)

__all__ = ["Rmse", "Score", "plot_gain", "plot_rmse", "plot_students"]

_GAIN = "gain in $R^2$, held-out cells"
_REFERENCE: dict[str, Any] = {"color": INK, "linestyle": "--", "linewidth": 1}
_SIZE = 7
_HOLLOW: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": _SIZE}
_HOLLOW |= {"markerfacecolor": "white"}


class Score(NamedTuple):
    """How well one model predicts.

    Parameters
    ----------
    label : str
    r2_cv : float
        R2 in cross-validation, NaN where there is none.
    r2_test : float
        R2 on the held-out examples.
    standard_error : float
        Of `r2_test`, from a bootstrap; NaN where there is none.
    parameters : int
        Numbers in the model.
    is_reference : bool
        Whether the others are to be held against it, as against the teacher.
    """

    label: str
    r2_cv: float
    r2_test: float
    standard_error: float
    parameters: int
    is_reference: bool = False


def plot_students(rows: Sequence[tuple[str, float, float, float, int, bool]]) -> Figure:
    """Draw how well models predict, one below the other, with the size of each.

    Parameters
    ----------
    rows : sequence of Score, or of tuples like it
        In the order to draw them, from the top. Those that are references have a line down the
        figure at their `r2_test`.
    """
    require(rows, "rows")
    scores = [Score(*row) for row in rows]
    width = 8.8 + 0.075 * max(len(score.label) for score in scores)
    figure = Figure(figsize=(width, 0.42 * len(scores) + 1.5), layout="constrained")
    axes, table = figure.subplots(1, 2, sharey=True, width_ratios=(1.6, 1))
    for place, score in enumerate(scores):
        _draw_dot(axes, place, score.r2_test, score)
        axes.plot(score.r2_cv, place, color=_colour(score), **_HOLLOW)
    label_rows(axes, [score.label for score in scores])
    finish(axes, "", "$R^2$", zero=False)
    held_out = [with_error(score.r2_test, score.standard_error) for score in scores]
    columns = {
        0.38: ("$R^2$, held out", held_out),
        0.68: ("cross-val.", ["" if np.isnan(s.r2_cv) else f"{s.r2_cv:.3f}" for s in scores]),
        1.0: ("parameters", [f"{score.parameters:,}" for score in scores]),
    }
    write_columns(table, columns)
    hollow = Line2D([], [], color=LEARNED, label="cross-validation", **_HOLLOW)
    _draw_key(figure, axes, r"held-out cells $\pm$ bootstrap s.e.", hollow)
    return figure


class Rmse(NamedTuple):
    """How far one method is off in Ω_m (Table 2 of the paper).

    Parameters
    ----------
    label : str
    rmse : float
        Root mean square error on the held-out maps.
    standard_error : float
        Of `rmse`, from a bootstrap; NaN where there is none.
    compression : float
        Share of the wavelet coefficients whose size and attribution both count; NaN where the
        method has none.
    is_reference : bool
        Whether the others are to be held against it, as against the teacher.
    """

    label: str
    rmse: float
    standard_error: float
    compression: float = np.nan
    is_reference: bool = False


def plot_rmse(rows: Sequence[tuple[str, float, float, float, bool]]) -> Figure:
    """Draw how far methods are off in Ω_m, one below the other (Table 2 of the paper).

    Parameters
    ----------
    rows : sequence of Rmse, or of tuples like it
        In the order to draw them, from the top. Those that are references have a line down the
        figure. All numbers but the compression are drawn times 100.
    """
    require(rows, "rows")
    methods = [Rmse(*row) for row in rows]
    compressed = np.isfinite([method.compression for method in methods]).any()
    width = 8.0 + 0.075 * max(len(method.label) for method in methods)
    figure = Figure(figsize=(width, 0.42 * len(methods) + 1.5), layout="constrained")
    axes, table = figure.subplots(1, 2, sharey=True, width_ratios=(1.6, 0.9))
    hundredths = [
        m._replace(rmse=100 * m.rmse, standard_error=100 * m.standard_error) for m in methods
    ]
    for place, method in enumerate(hundredths):
        _draw_dot(axes, place, method.rmse, method)
    label_rows(axes, [method.label for method in methods])
    finish(axes, "", r"RMSE of $\Omega_m$ $\times$ 100", zero=False)
    errors = [with_error(method.rmse, method.standard_error) for method in hundredths]
    columns: dict[float, tuple[str, list[str]]] = {0.5: (r"RMSE $\times$ 100", errors)}
    if compressed:
        shares = ["" if np.isnan(m.compression) else f"{m.compression:.3f}" for m in methods]
        columns[1.0] = ("compression", shares)
    write_columns(table, columns)
    _draw_key(figure, axes, r"held-out maps $\pm$ bootstrap s.e.")
    return figure


def plot_gain(
    gains_per_cell: Mapping[str, ArrayLike],
    interval: tuple[float, float],
    null: ArrayLike | None = None,
    *,
    gain: float | None = None,
    observed: float | None = None,
    over: str = "the best named wavelet",
) -> Figure:
    """Draw how much R2 a distilled wavelet gains, and what it gains from teachers of chance.

    Parameters
    ----------
    gains_per_cell : mapping of str to array_like, shape (runs,)
        For each held-out cell the gain in R2 of each run, say of each seed; one will do.
    interval : (float, float)
        Bootstrap interval of the gain on all held-out cells.
    null : array_like, shape (draws,), optional
        Gains of wavelets distilled from teachers with randomised weights.
    gain : float, optional
        The gain on all held-out cells; by default the mean of those of the cells.
    observed : float, optional
        What `null` is held against: the trained teacher's gain on the same cells; by default that
        of all held-out cells.
    over : str
        What it is a gain over.

    Returns
    -------
    matplotlib.figure.Figure
        Its axes are the gains of the cells and, if there is one, the null distribution, whose
        title counts its draws that gain as much.
    """
    require(gains_per_cell, "gains_per_cell")
    cells = {
        name: float_array(np.atleast_1d(g), name).ravel() for name, g in gains_per_cell.items()
    }
    mean = float(np.mean([g.mean() for g in cells.values()])) if gain is None else gain
    panels = 1 if null is None else 2
    height = max(3.4, 0.45 * len(cells) + 1.6)
    figure = Figure(figsize=(5.6 * panels, height), layout="constrained")
    first, *others = figure.subplots(1, panels, squeeze=False)[0]
    _draw_gains(first, cells, interval, mean)
    title = f"gain over {over}"
    finish(first, f"A   {title}" if others else title, _GAIN, zero=False)
    handles, labels = first.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower left", ncols=3, frameon=False, fontsize=10)
    for axes in others:
        held_against = mean if observed is None else observed
        _draw_null(axes, float_array(np.asarray(null), "null").ravel(), held_against)
    return figure


def _colour(row: Score | Rmse) -> str:
    return INK if row.is_reference else LEARNED


def _draw_dot(axes: Axes, place: int, value: float, row: Score | Rmse) -> None:
    """A dot with a whisker, and the line of a reference."""
    error = row.standard_error if np.isfinite(row.standard_error) else None
    style: dict[str, Any] = {"fmt": "o", "color": _colour(row), "elinewidth": 1.8}
    axes.errorbar(value, place, xerr=error, markersize=_SIZE, **style)
    if row.is_reference:
        axes.axvline(value, label=row.label, zorder=0, **_REFERENCE)


def _draw_key(figure: Figure, axes: Axes, dot: str, *others: Line2D) -> None:
    """What a dot is, what else there is, and the references."""
    full = Line2D([], [], color=LEARNED, marker="o", markersize=_SIZE, linewidth=1.8, label=dot)
    key = [full, *others, *axes.get_legend_handles_labels()[0]]
    figure.legend(handles=key, loc="outside lower left", ncols=len(key), frameon=False, fontsize=10)


def _draw_gains(
    axes: Axes, cells: Mapping[str, NDArray[Any]], interval: tuple[float, float], observed: float
) -> None:
    axes.axvspan(*interval, color=LEARNED, alpha=0.2, linewidth=0, label="bootstrap interval")
    axes.axvline(observed, color=LEARNED, linewidth=1.8, label="all cells")
    axes.axvline(0, color="black", linewidth=0.8)
    dots: dict[str, Any] = {"color": INK, "markersize": 6, "alpha": 0.6, "markeredgewidth": 0}
    for place, gains in enumerate(cells.values()):
        label = "" if place else "one cell, one run"
        axes.plot(gains, np.full(len(gains), place), "o", label=label, **dots)
        if len(gains) > 1:
            axes.plot(gains.mean(), place, "|", color=INK, markersize=18, markeredgewidth=1.8)
    axes.set_yticks(range(len(cells)), list(cells))
    axes.set_ylim(len(cells) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)


def _draw_null(axes: Axes, null: NDArray[Any], observed: float) -> None:
    axes.hist(null, bins="auto", color=START, alpha=0.7)
    axes.axvline(observed, color=LEARNED, linewidth=1.8)
    axes.axvline(0, color="black", linewidth=0.8)
    reached = int(np.sum(null >= observed))
    title = f"B   with random weights: {reached} of {len(null)} reach the trained teacher"
    finish(axes, title, _GAIN, zero=False)
    axes.set_ylabel("teachers")
