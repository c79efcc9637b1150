"""Figures of contributions: sums that end where they should, features on their own channel."""

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

pytest.importorskip("matplotlib")

from matplotlib.colors import to_hex

from tests.helpers import assert_legible, normal
from wavedistill.plotting import Axis, plot_contributions
from wavedistill.plotting.style import NEGATIVE, POSITIVE
from wavedistill.students import TopCoefficients, WaveletCoefficients, contributions

X = normal(120, 40).cumsum(axis=1)
Y = X.max(axis=1) - X[:, -1] + 0.1 * normal(120, seed=1)
SECONDS = Axis("time", "s", 2)
#: Three channels of very different sizes; the second does not matter.
LEADS = normal(90, 3, 32, seed=2).cumsum(axis=2) * np.array([1.0, 30.0, 0.1])[:, None]
TOLD = LEADS[:, 0, 8:12].sum(axis=1) - 20 * LEADS[:, 2, 20:24].sum(axis=1)


def fitted(features, X, y):
    return contributions(make_pipeline(features, LinearRegression()).fit(X, y), X)


@pytest.fixture(scope="module")
def parts():
    return fitted(TopCoefficients("db3", levels=4, k=3, sign="both", locations=True), X, Y)


def leads(axes):
    """Contributions of features of three channels, and the signals as the model sees them."""
    signals = LEADS if axes == -1 else np.moveaxis(LEADS, 1, 2)
    return fitted(WaveletCoefficients("db2", levels=1, axes=axes), signals, TOLD), signals


def plain(text):
    return text.replace("\N{MINUS SIGN}", "-")


@pytest.mark.parametrize(
    ("most", "threshold", "verdict"),
    [(1, -100.0, "many"), (8, 1000.0, "few"), (38, -5.0, "many"), (39, 5, "")],
)
def test_the_sum_ends_at_the_prediction(parts, most, threshold, verdict):
    figure: Any = plot_contributions(
        X[5], parts, 5, 1.25, threshold, max_bars=most, outcomes=("few", "many")
    )
    axes = figure.axes[-1]
    bars = {
        label.get_text(): bar
        for label, bar in zip(axes.get_yticklabels(), axes.patches, strict=False)
    }
    *steps, predicted, observed = bars.values()
    assert [*bars][-2:] == ["prediction", "observed"]
    end = 0.0
    for step in steps:
        assert step.get_x() == pytest.approx(end)
        end += step.get_width()
    assert end == pytest.approx(parts.predictions[5])
    assert (predicted.get_x(), predicted.get_width()) == (0, parts.predictions[5])
    assert observed.get_width() == 1.25
    for step in steps[1:]:
        colour = POSITIVE if step.get_width() >= 0 else NEGATIVE
        assert to_hex(step.get_facecolor()) == colour.lower()
    grouped = [name for name in bars if name.endswith("others")]
    rest = len(parts.names) - most
    assert grouped == ([f"{rest} others"] if rest > 1 else [])
    sizes = [abs(step.get_width()) for step in steps[1 : len(steps) - len(grouped)]]
    expected = np.sort(np.abs(parts.values[5]))[::-1]
    np.testing.assert_allclose(sizes, expected[: most if rest > 1 else None])
    assert verdict in axes.get_title("left")
    assert [line.get_xdata()[0] for line in axes.lines] == [0, threshold]
    assert_legible(figure)


def test_without_outcomes_the_verdict_is_a_number(parts):
    title = plot_contributions(X[5], parts, 5, threshold=-100).axes[-1].get_title("left")
    assert plain(title).endswith("above the threshold -100")
    title = plot_contributions(X[5], parts, 5).axes[-1].get_title("left")
    assert plain(title).endswith(f"predicted {parts.predictions[5]:.2f}")


def test_the_leading_contributions_are_drawn_as_parts_of_the_signal(parts):
    located = [i for i, name in enumerate(parts.names) if name.startswith("location")]
    example = next(i for i in range(120) if {*parts.largest(i, 3)} & {*located})
    figure: Any = plot_contributions(
        X[example], parts, example, 0.5, 1.0, axis=SECONDS, value="volts"
    )
    trace, *panels, _ = figure.axes
    np.testing.assert_array_equal(trace.lines[0].get_data(), (2 * np.arange(40), X[example]))
    assert f"{parts.predictions[example]:.2f}".lstrip("-") in trace.get_title("left")
    assert [axes.get_ylabel() for axes in figure.axes[:4]] == ["volts", "", "volts", ""]
    assert [axes.get_xlabel() for axes in figure.axes[:4]] == ["", "", "time (s)", "time (s)"]
    for axes, feature in zip(panels, parts.largest(example, 3), strict=True):
        np.testing.assert_array_equal(axes.lines[0].get_ydata(), X[example])
        curves = [line.get_ydata() for line in axes.lines[1:] if len(line.get_ydata()) == 40]
        assert len(curves) == (feature not in located)
        for curve in curves:
            np.testing.assert_array_equal(curve, parts.curve(example, feature))
        name, product = plain(axes.get_title("left")).split("\n")
        assert name.endswith(parts.names[feature])
        factors, value = product.split(" = ")
        size, weight = map(float, factors.split(" \N{MULTIPLICATION SIGN} "))
        assert float(value) == pytest.approx(parts.values[example, feature], abs=0.005)
        assert size * weight == pytest.approx(parts.values[example, feature], rel=0.01)
    assert_legible(figure)
    assert_legible(plot_contributions(X[example], parts, example, count=4))


@pytest.mark.slow
@pytest.mark.parametrize("axes", [-1, 1], ids=["channels first", "channels last"])
@pytest.mark.parametrize("names", [None, ["I", "II", "III"]], ids=["numbers", "names"])
def test_features_are_drawn_over_the_trace_of_their_own_channel(axes, names):
    found, signals = leads(axes)
    example = next(
        i for i in range(90) if {found.channel(each) for each in found.largest(i)} == {0, 2}
    )
    figure: Any = plot_contributions(signals[example], found, example, channels=names)
    leading = found.largest(example)
    traces, panels = figure.axes[:2], figure.axes[2:5]
    labels = names or ["channel 0", "channel 1", "channel 2"]
    for channel, panel in zip((0, 2), traces, strict=True):
        np.testing.assert_array_equal(panel.lines[0].get_ydata(), LEADS[example, channel])
        assert f"the signal, {labels[channel]}\n" in panel.get_title("left")
    total = [label.get_text() for label in figure.axes[-1].get_yticklabels()]
    for panel, feature, letter in zip(panels, leading, "CDE", strict=True):
        channel = found.channel(feature)
        np.testing.assert_array_equal(panel.lines[0].get_ydata(), LEADS[example, channel])
        np.testing.assert_array_equal(panel.lines[1].get_ydata(), found.curve(example, feature))
        name = found.names[feature].replace(f"channel {channel}", labels[channel])
        assert panel.get_title("left").startswith(f"{letter}   {name}\n")
        assert f"{name}   {letter}" in total
        same = traces[0] if channel == 0 else traces[1]
        assert panel.get_ylim() == same.get_ylim()
    assert traces[0].get_ylim() != traces[1].get_ylim()
    assert_legible(figure)


def test_a_single_channel_is_given_with_or_without_its_axis():
    found = fitted(WaveletCoefficients("db2", levels=1), LEADS[:, :1], TOLD)
    for signal in (LEADS[3, :1], LEADS[3, 0]):
        trace = plot_contributions(signal, found, 3).axes[0].lines[0]
        np.testing.assert_array_equal(trace.get_ydata(), LEADS[3, 0])


def test_channels_are_counted_in_the_order_of_the_features():
    found, _ = leads(-1)
    assert found.channels == 3
    assert [found.channel(i) for i in range(len(found.names))] == [
        int(name.split(":")[0].removeprefix("channel ")) for name in found.names
    ]


def test_what_cannot_be_drawn_is_refused(parts):
    with pytest.raises(ValueError, match=r"signal has shape \(39,\); .* fitted to, .* \(40,\)"):
        plot_contributions(X[0][1:], parts, 0)
    found, _ = leads(-1)
    with pytest.raises(ValueError, match=r"signal has shape \(32,\); .* \(3, 32\)"):
        plot_contributions(LEADS[0, 0], found, 0)
    with pytest.raises(ValueError, match="3 channels have 2 names; give one each"):
        plot_contributions(LEADS[0], found, 0, channels=["I", "II"])
    images = normal(40, 8, 8)
    found = fitted(WaveletCoefficients("haar", 1, axes=(-2, -1)), images, images.sum(axis=(1, 2)))
    with pytest.raises(ValueError, match=r"reads images or volumes \(axes=\(-2, -1\)\).*draw_map"):
        plot_contributions(images[0], found, 0)
