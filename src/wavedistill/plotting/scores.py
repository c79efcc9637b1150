"""A figure of how well models predict, one below the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from wavedistill.plotting.style import (
    INK,
    LEARNED,
    finish,
    label_rows,
    require,
    with_error,
    write_columns,
)

__all__ = ["Score", "plot_scores"]

_SIZE = 7
_HOLLOW: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": _SIZE}
_HOLLOW |= {"markerfacecolor": "white"}


@dataclass(frozen=True)
class Score:
    """How well one model predicts: one row of `plot_scores`.

    Parameters
    ----------
    label : str
        What the model is called.
    value : float
        The score on the held-out examples.
    standard_error : float
        Of `value`; its interval is drawn as a whisker. NaN where there is none.
    validation : float
        The same score in cross-validation, drawn as a hollow dot; NaN where there is none.
    is_reference : bool
        Whether the others are compared with it, as with the teacher: it has a line down the figure.
    details : mapping of str to str
        Further columns of the table: headings, and what stands below them.
    """

    label: str
    value: float
    standard_error: float = np.nan
    validation: float = np.nan
    is_reference: bool = False
    details: Mapping[str, str] = field(default_factory=dict)


def plot_scores(
    scores: Sequence[Score],
    metric: str = "$R^2$",
    *,
    better: Literal["higher", "lower"] = "higher",
    examples: str = "held-out examples",
) -> Figure:
    """Draw how well models predict, one below the other, with their numbers beside them.

    Parameters
    ----------
    scores : sequence of Score
        In the order to draw them, from the top.
    metric : str
        What the scores are, with their unit, such as ``"$R^2$"`` or ``"RMSE (mm)"``.
    better : str
        Whether ``"higher"`` or ``"lower"`` scores are better.
    examples : str
        What the scores were taken on.

    Returns
    -------
    matplotlib.figure.Figure
        Its axes are the scores, and the table beside them.

    Raises
    ------
    ValueError
        If there is no score.
    """
    require(scores, "scores")
    columns = _columns(scores, metric)
    width = 7.1 + 0.6 * len(columns) + 0.075 * max(len(score.label) for score in scores)
    figure = Figure(figsize=(width, 0.42 * len(scores) + 1.5), layout="constrained")
    ratios = (1.6, 0.4 + 0.22 * len(columns))
    axes, table = figure.subplots(1, 2, sharey=True, width_ratios=ratios)
    for row, score in enumerate(scores):
        colour = INK if score.is_reference else LEARNED
        error = score.standard_error if np.isfinite(score.standard_error) else None
        style: dict[str, Any] = {"fmt": "o", "color": colour, "elinewidth": 1.8}
        axes.errorbar(score.value, row, xerr=error, markersize=_SIZE, **style)
        axes.plot(score.validation, row, color=colour, **_HOLLOW)
        if score.is_reference:
            line: dict[str, Any] = {"color": INK, "linestyle": "--", "linewidth": 1, "zorder": 0}
            axes.axvline(score.value, label=score.label, **line)
    label_rows(axes, [score.label for score in scores])
    finish(axes, "", f"{metric} ({better} is better)", zero=False)
    # The first column is the widest.
    ends = np.linspace(1.2 / (len(columns) + 0.2), 1, len(columns)) if len(columns) > 1 else [1.0]
    write_columns(table, dict(zip(map(float, ends), columns.items(), strict=True)))
    label = rf"{examples} $\pm$ s.e."
    key = [Line2D([], [], color=LEARNED, marker="o", markersize=_SIZE, linewidth=1.8, label=label)]
    if np.isfinite([score.validation for score in scores]).any():
        key.append(Line2D([], [], color=LEARNED, label="cross-validation", **_HOLLOW))
    key += axes.get_legend_handles_labels()[0]
    figure.legend(handles=key, loc="outside lower left", ncols=len(key), frameon=False, fontsize=10)
    return figure


def _columns(scores: Sequence[Score], metric: str) -> dict[str, list[str]]:
    """The table beside the figure: headings, and a text for each score."""
    columns = {metric: [with_error(score.value, score.standard_error) for score in scores]}
    validated = [f"{s.validation:.3f}" if np.isfinite(s.validation) else "" for s in scores]
    if any(validated):
        columns["cross-val."] = validated
    for heading in dict.fromkeys(name for score in scores for name in score.details):
        columns[heading] = [score.details.get(heading, "") for score in scores]
    return columns
