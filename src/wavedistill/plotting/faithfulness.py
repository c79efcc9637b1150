"""Deletion and insertion curves of bases and orders."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from wavedistill.plotting.style import CATEGORIES, INK, LEARNED, START, finish, require

if TYPE_CHECKING:
    from wavedistill.faithfulness import Faithfulness, FaithfulnessRow

__all__ = ["plot_faithfulness"]

Array = NDArray[np.float64]

_COLOURS = (LEARNED, *CATEGORIES)
_DASHES = ("-", "--", "-.")
#: Of the orders of one basis.
_ORDERS = {"attribution": (LEARNED, "-"), "|coefficient|": (INK, "--"), "random": (START, ":")}
#: Places between no energy and all.
_GRID = np.linspace(0, 1, 101)


def plot_faithfulness(
    found: Faithfulness,
    *,
    along: Literal["share", "energy"] = "share",
    bases: Sequence[str] | None = None,
) -> Figure:
    """Draw mean deletion and insertion curves, with a band of one standard error.

    Of a single basis, its three orders are drawn; of several, the order of attribution in each, and
    dotted in grey the random order of the first.

    Parameters
    ----------
    found : Faithfulness
        What `wavedistill.measure_faithfulness` returned.
    along : str
        The x axis: ``"share"`` of units removed or inserted, or of ``"energy"`` removed or
        restored. Curves over energy are read off between steps.
    bases : sequence of str, optional
        Which to draw; all unless given.

    Returns
    -------
    matplotlib.figure.Figure
        Its axes are deletion and insertion.

    Raises
    ------
    ValueError
        If there is nothing to draw, or `along` is neither.
    KeyError
        For a basis that was not measured.
    """
    if along not in ("share", "energy"):
        raise ValueError(f"along={along!r} must be 'share' or 'energy'.")
    names = found.bases if bases is None else tuple(bases)
    require(names, "bases")
    if len(names) == 1:
        lines = [(found.row(names[0], order), order, *style) for order, style in _ORDERS.items()]
    else:
        dashes = [dash for dash in _DASHES for _ in _COLOURS]
        styles = zip(cycle(_COLOURS), cycle(dashes), strict=False)
        lines = [
            (found.row(name), name, *style) for name, style in zip(names, styles, strict=False)
        ]
        lines.append((found.row(names[0], "random"), f"random, {names[0]}", START, ":"))
    figure = Figure(figsize=(9.6, 3.9), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    what = {"share": "units", "energy": "energy"}[along]
    for axes, curve, done in zip(
        panels, ("deletion", "insertion"), ("removed", "restored"), strict=True
    ):
        for row, label, colour, dash in lines:
            x, values = _curves(row, curve, done if along == "energy" else None)
            _draw(axes, x, values, label, colour, dash)
        better = {"deletion": "lower", "insertion": "higher"}[curve]
        finish(axes, f"{curve} ({better} is better)", f"share of {what} {done}", zero=False)
    panels[0].set_ylabel(f"{found.output}, mean of {found.examples} examples")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right upper", frameon=False)
    return figure


def _curves(row: FaithfulnessRow, curve: str, energy: str | None) -> tuple[Array, Array]:
    """Where the curves of all examples are read, and their values there."""
    values = getattr(row, curve)
    if energy is None:
        return row.share, values
    # In a redundant basis, energy may come back for a step.
    along = np.maximum.accumulate(getattr(row, energy), axis=1)
    read = [np.interp(_GRID, x, y) for x, y in zip(along, values, strict=True)]
    return _GRID, np.stack(read)


def _draw(axes: Axes, x: Array, values: Array, label: str, colour: str, dash: str) -> None:
    mean = values.mean(axis=0)
    style: dict[str, Any] = {"color": colour, "linestyle": dash, "linewidth": 1.8}
    axes.plot(x, mean, label=label, **style)
    if len(values) > 1:
        error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
        axes.fill_between(x, mean - error, mean + error, color=colour, alpha=0.15, linewidth=0)
