"""A figure of example signals side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import integer
from wavedistill.plotting.axis import SAMPLES, Axis
from wavedistill.plotting.style import (
    CATEGORIES,
    INK,
    NEGATIVE,
    POSITIVE,
    finish,
    one_trace,
    require,
)

__all__ = ["plot_examples"]

#: Of the kinds, one after the other; the first two are often a good and a bad outcome.
_COLOURS = (POSITIVE, NEGATIVE, *CATEGORIES[1:])


def plot_examples(
    signals: NDArray[Any] | Sequence[ArrayLike] | Mapping[str, Sequence[ArrayLike]],
    *,
    axis: Axis = SAMPLES,
    value: str = "value",
    max_columns: int = 5,
) -> Figure:
    """Draw example signals, one a panel, all on the same axes (Fig C1 of the paper).

    Parameters
    ----------
    signals : sequence of array_like, shape (length,), or mapping of str to such sequences
        Their lengths may differ. A mapping names the kinds of signals, such as the classes, which
        are told apart by colour.
    axis : Axis
        What the samples of the signals are.
    value : str
        What is measured, with its unit.
    max_columns : int
        Panels side by side, at most.

    Returns
    -------
    matplotlib.figure.Figure
        Its axes are the signals in their order.

    Raises
    ------
    ValueError
        If there is no signal, or one is not a vector.
    """
    kinds = signals if isinstance(signals, Mapping) else {"": signals}
    colours = {kind: _COLOURS[i % len(_COLOURS)] for i, kind in enumerate(kinds) if kind}
    drawn = [(trace, colours.get(kind, INK)) for kind, own in kinds.items() for trace in own]
    require(drawn, "signals")
    columns = min(len(drawn), integer(max_columns, "max_columns", minimum=1))
    rows = -(-len(drawn) // columns)
    size = max(2.2 * columns, 4.4) + 0.6, 1.75 * rows + 0.8
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for i, (axes, (trace, colour)) in enumerate(zip(panels.flat, drawn, strict=False)):
        curve = one_trace(trace, f"signals[{i}]")
        x = axis.values(len(curve))
        axes.fill_between(x, curve, color=colour, alpha=0.15, linewidth=0)
        axes.plot(x, curve, color=colour, linewidth=1.6)
        finish(axes, "", "")
        # The last of a column may stand over a blank.
        axes.tick_params(labelbottom=i + columns >= len(drawn))
    for blank in panels.flat[len(drawn) :]:
        blank.set_visible(False)
    figure.supxlabel(axis.label, fontsize=11)
    figure.supylabel(value, fontsize=11)
    if colours:
        key = [Line2D([], [], color=colour, label=kind) for kind, colour in colours.items()]
        style: dict[str, Any] = {"ncols": len(key), "frameon": False, "fontsize": 11}
        figure.legend(handles=key, loc="outside upper right", **style)
    return figure
