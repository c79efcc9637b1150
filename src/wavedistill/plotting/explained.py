"""Pictures of one prediction of a distilled student: its sum, and what its features see."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from wavedistill.checks import Floats, integer
from wavedistill.plotting.axis import PIXELS, SAMPLES, Axis
from wavedistill.plotting.maps import draw_map, signed_scale
from wavedistill.plotting.onto import onto
from wavedistill.plotting.student_panels import output_label, short_name, short_names
from wavedistill.plotting.style import INK, NEGATIVE, POSITIVE, START, finish, minus
from wavedistill.plotting.waterfall import number
from wavedistill.students import StudentContributions

__all__ = ["plot_component", "plot_prediction"]


def plot_prediction(
    contributions: StudentContributions,
    example: int,
    *,
    output: int = 0,
    count: int = 8,
    ax: Axes | None = None,
) -> list[Artist]:
    """Draw an output of one example as a sum, each bar beginning where the one before it ends.

    What a feature adds is told against its mean over the examples: the sum begins at the output
    where all features have their means.

    Parameters
    ----------
    contributions : StudentContributions
    example : int
    output : int
    count : int
        Features with a bar of their own, those that move this example most; the others share one.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    list of matplotlib.artist.Artist
        The bars.

    Raises
    ------
    IndexError
        If there is no such example or output.
    """
    added = contributions.against_mean(example, output)
    order = np.argsort(-np.abs(added), kind="stable")
    own = order[: integer(count, "count", minimum=1)]
    names = short_names([contributions.names[i] for i in own], 34)
    steps = [(name, float(added[i])) for name, i in zip(names, own, strict=True)]
    if others := len(order) - len(own):
        steps.append((f"{others} others", float(added[order[len(own) :]].sum())))
    end = float(contributions.predictions[:, output].mean())
    rows = [("average example", 0.0, end, START)]
    for label, step in steps:
        rows.append((label, end, step, POSITIVE if step >= 0 else NEGATIVE))
        end += step
    rows.append((output_label(contributions, output), 0.0, end, INK))
    axes = onto(ax, 5.6, 0.32 * len(rows) + 0.9)
    bars: list[Artist] = []
    for place, (_, begin, length, colour) in enumerate(rows):
        bars += axes.barh(place, length, 0.62, left=begin, color=colour)
    _write_lengths(axes, [row[1:3] for row in rows])
    axes.set_yticks(range(len(rows)), [row[0] for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.axvline(0, color=INK, linewidth=0.6, zorder=0)
    finish(axes, "", output_label(contributions, output), zero=False)
    return bars


def plot_component(
    contributions: StudentContributions,
    example: int,
    features: Sequence[int] | None = None,
    *,
    output: int = 0,
    axis: Axis | None = None,
    value: str = "value",
    ax: Axes | None = None,
) -> list[Artist]:
    """Draw what features see of one example: over the signal, or as the part of the image.

    Parameters
    ----------
    contributions : StudentContributions
    example : int
    features : sequence of int, optional
        Positions in `contributions.names`, all of one channel, one of an image; by default the one
        that moves the output most against its mean.
    output : int
        Which output a feature raises (blue) or lowers (red) against its mean.
    axis : Axis, optional
        What samples or pixels are.
    value : str
        What the signals measure, with its unit.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    list of matplotlib.artist.Artist
        The curve of each feature, or the map.

    Raises
    ------
    IndexError
        If there is no such example, output or feature.
    ValueError
        If the features are of different channels, or several of an image.
    """
    added = contributions.against_mean(example, output)
    chosen = [int(np.abs(added).argmax())] if features is None else [int(i) for i in features]
    signal = _channel(contributions, example, chosen)
    curves = [contributions.curve(example, feature) for feature in chosen]
    if signal.ndim == 2:
        return _draw_image(signal, curves[0], axis or PIXELS, ax)
    axes, scale = onto(ax), axis or SAMPLES
    x = scale.values(len(signal))
    axes.plot(x, signal, color=START, linewidth=1.4, alpha=0.7, label="the signal")
    lines: list[Artist] = []
    for place, (feature, curve) in enumerate(zip(chosen, curves, strict=True)):
        colour = POSITIVE if added[feature] >= 0 else NEGATIVE
        name = f"{short_name(contributions.names[feature])}: {number(added[feature], '+')}"
        style = ("-", "--", ":")[place % 3]
        lines += axes.plot(x, curve, style, color=colour, linewidth=1.6, label=minus(name))
    axes.set_ylabel(value)
    finish(axes, "", scale.label)
    axes.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0, 1), borderpad=0)
    return lines


def _channel(contributions: StudentContributions, example: int, features: Sequence[int]) -> Floats:
    """The one channel that the features read."""
    levels, reading = contributions.transform.levels, contributions.reading
    rank = contributions.signals.ndim - 2
    columns = contributions.columns[list(features)]
    channels = {reading.feature(levels, int(c), rank).channel for c in columns}
    if len(channels) > 1 or (rank > 1 and len(features) > 1):
        raise ValueError(
            f"features={list(features)} are of channels {sorted(channels)} of data with {rank} "
            "axes; give features of one channel, and one feature of an image."
        )
    signal: Floats = contributions.signals[example, channels.pop()]
    return signal


def _draw_image(image: Floats, part: Floats, axis: Axis, ax: Axes | None) -> list[Artist]:
    """The part of an image that a feature sees, over the outlines of the image."""
    axes = onto(ax, 4.2, 3.8)
    drawn = draw_map(axes, part, signed_scale(part), axis)
    if np.ptp(image) > 0:
        axes.contour(image, 3, colors=INK, linewidths=0.5, alpha=0.6)
    axes.figure.colorbar(drawn, ax=axes, shrink=0.8)
    return [drawn]


def _write_lengths(axes: Axes, rows: Sequence[tuple[float, float]]) -> None:
    """The number of each bar beside its end, with room for it."""
    ends = [0.0, *(begin + length for begin, length in rows)]
    room = 0.28 * max(max(ends) - min(ends), 1e-12)
    axes.set_xlim(min(ends) - room, max(ends) + room)
    for place, (begin, length) in enumerate(rows):
        inner = 0 < place < len(rows) - 1
        side, shift = ("left", 4) if length >= 0 else ("right", -4)
        axes.annotate(
            minus(number(length, "+" if inner else "")),
            (begin + length, place),
            (shift, 0),
            textcoords="offset points",
            ha=side,
            va="center_baseline",
            fontsize=9,
        )
