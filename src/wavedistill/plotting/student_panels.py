"""Pictures of a distilled student: its weights, and its agreement with the model."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from wavedistill.checks import float_array, integer
from wavedistill.plotting.onto import onto
from wavedistill.plotting.style import INK, NEGATIVE, POSITIVE, START, finish, label_rows
from wavedistill.students import StudentContributions

__all__ = ["output_label", "plot_agreement", "plot_weights", "short_name", "short_names"]

#: Points of a scatter plot at most; of more, so many are drawn at random.
_POINTS = 600


#: The frequencies of a band in the name of a feature, along one axis or two.
_SPAN = r"[\d.e+]+-[\d.e+]+"
_FREQUENCIES = re.compile(rf", {_SPAN}(?: down, {_SPAN} across)?[^,]*")
#: Words of the names of features that are shorter on an axis.
_SHORTER = {
    "sum of positive parts of": "positive sum,",
    "sum of negative parts of": "negative sum,",
    "maximum of": "maximum,",
    "minimum of": "minimum,",
    "log-energy of": "log-energy,",
    "approximation": "approx.",
    "horizontal detail": "horiz. detail",
    "vertical detail": "vert. detail",
    "diagonal detail": "diag. detail",
    "channel ": "ch. ",
}


def plot_weights(
    contributions: StudentContributions,
    *,
    output: int = 0,
    count: int = 12,
    ax: Axes | None = None,
) -> list[Artist]:
    """Draw how much each feature moves an output: its weight times its standard deviation.

    Parameters
    ----------
    contributions : StudentContributions
        Of the examples over which the features vary (`DistilledRegressor.contributions`).
    output : int
    count : int
        Features that are drawn, those that move the output most first.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    list of matplotlib.artist.Artist
        A bar for each feature.

    Raises
    ------
    IndexError
        If there is no such output.
    """
    order = contributions.ranked(output)[: integer(count, "count", minimum=1)]
    moves = contributions.moves[output, order]
    axes = onto(ax, 6.4, 0.3 * len(order) + 1.1)
    colours = [POSITIVE if move >= 0 else NEGATIVE for move in moves]
    bars = axes.barh(range(len(order)), moves, 0.62, color=colours)
    axes.axvline(0, color=INK, linewidth=0.8)
    label_rows(axes, short_names([contributions.names[i] for i in order]))
    finish(axes, "", "per standard deviation", zero=False)
    return list(bars)


def plot_agreement(
    outputs: ArrayLike,
    predicted: ArrayLike,
    *,
    name: str = "output",
    ax: Axes | None = None,
) -> list[Artist]:
    """Draw what the student returns against what the model returns.

    Parameters
    ----------
    outputs, predicted : array_like, shape (n,)
        One output of model and student for the same examples. Of more than 600, so many are
        drawn at random.
    name : str
        What the output is.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    list of matplotlib.artist.Artist
        The points, and the line where both are equal.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    theirs, ours = float_array(outputs, "outputs"), float_array(predicted, "predicted")
    if theirs.shape != ours.shape or theirs.ndim != 1:
        raise ValueError(
            f"outputs have shape {theirs.shape} and predicted {ours.shape}; give one output of "
            "both for the same examples, shape (n,)."
        )
    axes = onto(ax, 4.6, 4.2)
    some = np.random.default_rng(0).permutation(len(theirs))[:_POINTS]
    points = axes.plot(theirs[some], ours[some], ".", color=INK, markersize=4, alpha=0.45)
    line = axes.axline((0, 0), slope=1, color=START, linewidth=1)
    axes.set_ylabel(f"{name}: student")
    finish(axes, "", f"{name}: model")
    return [*points, line]


def output_label(contributions: StudentContributions, output: int) -> str:
    """What an output is called on an axis: of several classes, the score of one."""
    name = contributions.outputs[output]
    several = len(contributions.outputs) > 1 and not name.startswith("output ")
    return f"score of {name}" if several else name


def short_names(names: Sequence[str], longest: int = 46) -> list[str]:
    """Names for the rows of a picture: all with their frequencies, or none."""
    shorter = [short_name(name, sys.maxsize) for name in names]
    if any(len(name) > longest for name in shorter):
        shorter = [_FREQUENCIES.sub("", name) for name in shorter]
    return [short_name(name, longest) for name in shorter]


def short_name(name: str, longest: int = 46) -> str:
    """A feature's name for an axis, without what goes without saying."""
    for long, short in _SHORTER.items():
        name = name.replace(long, short)
    # How many parts there are is told once, and not on an axis.
    name = re.sub(r"(part [\d,]+) of [\dx]+", r"\1", name)
    if len(name) > longest:
        # The frequencies follow from the band, and are in the tables; the part does not.
        name = _FREQUENCIES.sub("", name)
    if len(name) <= longest:
        return name
    end = longest // 3
    return f"{name[: longest - end - 1]}\N{HORIZONTAL ELLIPSIS}{name[-end:]}"
