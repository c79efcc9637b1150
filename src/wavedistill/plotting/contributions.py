"""A figure of one prediction, taken apart into the contributions of its features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from numpy.typing import ArrayLike

from wavedistill.checks import Floats, float_array, integer
from wavedistill.plotting.axis import SAMPLES, Axis
from wavedistill.plotting.style import INK, NEGATIVE, POSITIVE, START, finish, minus
from wavedistill.plotting.waterfall import draw_sum, letter, number, waterfall
from wavedistill.students import Contributions

__all__ = ["plot_contributions"]


def plot_contributions(
    signal: ArrayLike,
    contributions: Contributions,
    example: int,
    truth: float | None = None,
    threshold: float | None = None,
    count: int = 3,
    *,
    axis: Axis = SAMPLES,
    value: str = "value",
    channels: Sequence[str] | None = None,
    outcomes: tuple[str, str] | None = None,
    max_bars: int = 8,
) -> Figure:
    """Draw what one prediction is the sum of (Fig C4 of the paper).

    Parameters
    ----------
    signal : array_like, shape (length,) or that of one example of X
        The signal, as the model sees it; of several channels, all of them.
    contributions : Contributions
    example : int
        Which of their rows is that of the signal.
    truth : float, optional
        What was observed.
    threshold : float, optional
        Where predictions are told apart.
    count : int
        Features that have a panel: those that move the prediction most.
    axis : Axis
        What the samples of the signal are.
    value : str
        What the signal measures, with its unit.
    channels : sequence of str, optional
        Names of the channels; by default their numbers.
    outcomes : (str, str), optional
        What a prediction up to the threshold means, and what one above it means.
    max_bars : int
        Features that have a bar of their own in the sum; the rest have one together.

    Returns
    -------
    matplotlib.figure.Figure
        Its axes are the signal, a panel for each channel that a leading feature reads; the leading
        contributions, each as the part of its own channel that its coefficient stands for; and the
        sum. The sum begins with the intercept. Each contribution starts where the one before it
        ended. Below stand the prediction, what was observed, and the threshold.

    Raises
    ------
    ValueError
        If the model reads images, if the signal has not the shape that the model was fitted to, or
        if there are not as many names as channels.
    """
    traces = _channels(signal, contributions)
    labels = _channel_names(contributions, channels)
    names = _feature_names(contributions, labels)
    leading = [int(i) for i in contributions.largest(example, integer(count, "count", minimum=1))]
    shown = sorted({contributions.channel(feature) for feature in leading})
    own = integer(max_bars, "max_bars", minimum=1)
    letters = {feature: letter(len(shown) + i) for i, feature in enumerate(leading)}
    bars = waterfall(contributions, example, names, letters, own, truth)

    panels = len(shown) + len(leading)
    rows = max(-(-panels // 2), 2)
    height = max(2.6 * rows + 0.5, 0.25 * len(bars) + 1.4)
    figure = Figure(figsize=(13.33, height), layout="constrained")
    halves = figure.add_gridspec(1, 2, width_ratios=(1.45, 1), wspace=0.04)
    which = [*shown, *map(contributions.channel, leading)]
    small = _small_panels(figure, halves[0], rows, which)
    x = axis.values(traces.shape[1])
    predicted = float(contributions.predictions[example])
    heading = f"predicted {number(predicted)}"
    heading += "" if truth is None else f", observed {number(truth)}"
    for i, (channel, axes) in enumerate(zip(shown, small, strict=False)):
        axes.plot(x, traces[channel], color=INK, linewidth=1.8)
        what = f"the signal, {labels[channel]}" if labels else "the signal"
        finish(axes, _title(letter(i), what, "" if i else heading), "")
    for axes, feature in zip(small[len(shown) :], leading, strict=True):
        trace = traces[contributions.channel(feature)]
        axes.plot(x, trace, color=START, alpha=0.5, linewidth=1.8)
        text = _draw_part(axes, x, contributions, example, feature)
        finish(axes, _title(letters[feature], names[feature], text), "")
    for axes in small[-2:]:
        axes.set_xlabel(axis.label)
    for axes in small[::2]:
        axes.set_ylabel(value)
    total = figure.add_subplot(halves[1])
    draw_sum(total, bars, threshold)
    title = _title(letter(panels), "the sum", _verdict(predicted, threshold, outcomes))
    finish(total, title, "prediction", zero=False)
    return figure


def _channels(signal: ArrayLike, contributions: Contributions) -> Floats:
    """The signal as rows of channels, in the order of the features."""
    transform = contributions.transform
    lengths, axes = transform.layout_.lengths, transform.transform_.axes
    if len(lengths) > 1:
        raise ValueError(
            f"the model reads images or volumes (axes={axes}), and plot_contributions draws "
            "signals; draw contributions.curve(example, feature) with wavedistill.plotting.draw_map"
            " instead."
        )
    array = float_array(signal, "signal")
    single = contributions.channels == 1
    if array.shape != transform.signal_shape_ and not (single and array.shape == lengths):
        raise ValueError(
            f"signal has shape {array.shape}; give one example of what the model was fitted to, of "
            f"shape {transform.signal_shape_}."
        )
    examples = array.reshape(1, *transform.signal_shape_)
    return np.moveaxis(examples, axes[0], -1).reshape(-1, lengths[0])


def _channel_names(contributions: Contributions, channels: Sequence[str] | None) -> list[str]:
    """A name for each channel; none for the only channel, unless it was given one."""
    count = contributions.channels
    if channels is None:
        return [f"channel {i}" for i in range(count)] if count > 1 else []
    if len(channels) != count:
        raise ValueError(f"{count} channels have {len(channels)} names; give one each.")
    return list(channels)


def _feature_names(contributions: Contributions, channels: list[str]) -> list[str]:
    """The names of the features, with the names of their channels in place of the numbers."""
    if contributions.channels == 1:
        return list(contributions.names)
    found = []
    for feature, name in enumerate(contributions.names):
        channel = contributions.channel(feature)
        found.append(f"{channels[channel]}: {name.removeprefix(f'channel {channel}: ')}")
    return found


def _draw_part(
    axes: Axes, x: Floats, contributions: Contributions, example: int, feature: int
) -> str:
    """Draw one feature as a curve, if it is a coefficient; returns size times weight as a text."""
    size, weight = contributions.features[example, feature], contributions.weights[feature]
    contribution = contributions.values[example, feature]
    if contributions.positions[example, feature] >= 0:
        curve = contributions.curve(example, feature)
        colour = POSITIVE if contribution >= 0 else NEGATIVE
        axes.fill_between(x, curve, color=colour, alpha=0.15, linewidth=0)
        axes.plot(x, curve, color=colour, linewidth=1.8)
    product = f"{size:.3g} \N{MULTIPLICATION SIGN} {weight:.3g}"
    return f"{product} = {number(contribution, '+')}"


def _small_panels(
    figure: Figure, place: SubplotSpec, rows: int, channels: Sequence[int]
) -> list[Axes]:
    """Panels in two columns; those of one channel share both axes, all of them share x."""
    grid = place.subgridspec(rows, 2)
    firsts: dict[int, Axes] = {}
    panels: list[Axes] = []
    count, single = len(channels), len({*channels}) == 1
    for i, channel in enumerate(channels):
        first = panels[0] if panels else None
        axes = figure.add_subplot(grid[divmod(i, 2)], sharex=first, sharey=firsts.get(channel))
        firsts.setdefault(channel, axes)
        # The last of a column may stand over a blank.
        axes.tick_params(labelbottom=i + 2 >= count, labelleft=i % 2 == 0 or not single)
        panels.append(axes)
    return panels


def _title(panel: str, first: str, second: str) -> str:
    """Two lines, so that the titles of all panels stand at one height."""
    return minus(f"{panel}   {first}\n     {second}")


def _verdict(prediction: float, threshold: float | None, outcomes: tuple[str, str] | None) -> str:
    if threshold is None:
        return f"predicted {number(prediction)}"
    above = prediction > threshold
    side = "above" if above else "not above"
    return f"{side} the threshold {number(threshold)}" + (
        f": {outcomes[above]}" if outcomes else ""
    )
