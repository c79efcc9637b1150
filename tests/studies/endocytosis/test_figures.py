"""Figures of the endocytosis study: what they draw is the data, in its own direction of time."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

from tests.helpers import assert_legible, normal
from wavedistill.students import TopCoefficients, contributions
from wavedistill.wavelets import Wavelet, align, analysis

pytest.importorskip("matplotlib")

from matplotlib.colors import to_hex

from wavedistill.plotting.contributions import plot_contributions
from wavedistill.plotting.paths import plot_wavelet_grid
from wavedistill.plotting.scores import Score, plot_gain, plot_students
from wavedistill.plotting.stability import plot_functions_of_seeds, plot_wavelet_band
from wavedistill.plotting.style import LEARNED, TRUE, shift_onto
from wavedistill.studies.endocytosis.tracks import plot_endocytosis_setup, plot_traces

DB3 = Wavelet.from_name("db3")
REVERSED = Wavelet(DB3.lowpass[::-1])
SHIFTED = Wavelet(np.pad(DB3.lowpass, (3, 1)))
X = normal(120, 40).cumsum(axis=1)
Y = X.max(axis=1) - X[:, -1] + 0.1 * normal(120, seed=1)


@pytest.fixture(scope="module")
def parts():
    features = TopCoefficients("db3", levels=4, k=3, sign="both", locations=True)
    return contributions(make_pipeline(features, LinearRegression()).fit(X, Y), X)


def turned(amount):
    free = DB3.angles[:-1] + amount * np.array([1.0, -0.5])
    return Wavelet.from_angles(np.append(free, np.pi / 4 - free.sum()))


def test_traces_run_in_seconds_and_outcomes_are_told_apart():
    traces = [X[0], X[1][:17], X[2]]
    figure = plot_traces(traces, ["a", "b", "c"], [True, False, True], 0.5, max_columns=2)
    *panels, blank = figure.axes
    assert not blank.get_visible()
    for axes, trace, colour in zip(panels, traces, (LEARNED, TRUE, LEARNED), strict=True):
        line = axes.lines[0]
        np.testing.assert_array_equal(line.get_xdata(), 0.5 * np.arange(len(trace)))
        np.testing.assert_array_equal(line.get_ydata(), trace)
        assert line.get_color() == colour
    assert [text.get_text() for text in figure.legends[0].texts] == ["successful", "abortive"]
    assert_legible(figure)


def test_a_function_is_moved_but_never_reversed():
    psi, mirrored = DB3.functions(6).psi, REVERSED.functions(6).psi
    assert np.linalg.norm(np.subtract(*align(mirrored, psi))) < 1e-9
    for moving in (psi, -psi):
        shift, sign = shift_onto(np.pad(moving, (200, 90)), psi)
        assert (shift, sign) == (-200, 1 if moving is psi else -1)
    assert shift_onto([0, -3.0, 1], [0, 1.0, 0], sign=False) == (-1, 1)
    assert shift_onto([0, -3.0, 1], [0, 1.0, 0]) == (0, -1)
    # What the circular shift of `align` wraps around leaves the grid here.
    assert shift_onto([0, 0, 1.0], [1.0, 0, 0]) == (-2, 1)


def test_the_functions_of_seeds_lie_over_the_first_in_their_own_direction():
    figure = plot_functions_of_seeds([DB3, SHIFTED, REVERSED], ["0", "1", "2"])
    phi, psi = figure.axes[:3], figure.axes[3:]
    for row, axes in enumerate((phi, psi)):
        first, own = DB3.functions(8), REVERSED.functions(8)
        assert [len(panel.lines) - 1 for panel in axes] == [1, 2, 2]
        x, moved = axes[1].lines[1].get_data()
        np.testing.assert_allclose(np.interp(first.x, x, moved), first[row], atol=1e-9)
        mirrored = axes[2].lines[1].get_ydata()
        np.testing.assert_allclose(np.abs(mirrored), np.abs(own[row]), atol=1e-12)
    assert [panel.get_title("left") for panel in phi] == ["0", "1", "2"]
    assert_legible(figure)


def test_a_grid_without_a_truth_keeps_the_direction_of_time():
    figure = plot_wavelet_grid([(0.1, 0.0, DB3), (0.1, 1.0, REVERSED)], selected=0)
    drawn = figure.axes[1].lines[0].get_ydata()
    np.testing.assert_allclose(np.abs(drawn), np.abs(REVERSED.functions(6).psi), atol=1e-12)


def test_the_band_holds_the_quantiles_of_the_refits():
    refits = [turned(amount) for amount in np.linspace(-0.1, 0.1, 41)]
    figure = plot_wavelet_band(DB3, refits, level=5, coverage=0.8)
    for which, axes in enumerate(figure.axes):
        fit = DB3.functions(5)[which]
        moved = []
        for refit in refits:
            values = refit.functions(5)[which]
            shift, _ = shift_onto(values, fit)
            moved.append({shift + i: value for i, value in enumerate(values)})
        (band,) = axes.collections
        corners = band.get_paths()[0].vertices
        for point in range(0, len(fit), 13):
            expected = np.quantile([each.get(point, 0) for each in moved], (0.1, 0.9))
            heights = corners[np.isclose(corners[:, 0], point / 32), 1]
            np.testing.assert_allclose((heights.min(), heights.max()), expected, atol=1e-12)
        assert axes.lines[0].get_ydata().max() == fit.max()
    assert "80 % of 41 refits" in figure.get_suptitle()
    assert_legible(figure)


def test_refits_that_differ_by_a_shift_alone_have_no_band():
    figure = plot_wavelet_band(DB3, [DB3, SHIFTED, Wavelet(np.pad(DB3.lowpass, (0, 4)))])
    for which, axes in enumerate(figure.axes):
        corners = axes.collections[0].get_paths()[0].vertices
        x, values = DB3.functions(8).x, DB3.functions(8)[which]
        heights = np.interp(corners[:, 0], x, values, left=0, right=0)
        np.testing.assert_allclose(corners[:, 1], heights, atol=1e-9)


@pytest.mark.parametrize(
    ("most", "threshold", "verdict"),
    [(1, -100.0, "successful"), (8, 1000.0, "abortive"), (38, -5.0, "successful"), (39, 5, "")],
)
def test_the_sum_ends_at_the_prediction(parts, most, threshold, verdict):
    figure = plot_contributions(X[5], parts, 5, 1.25, threshold, max_bars=most)
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
    grouped = [name for name in bars if name.endswith("others")]
    rest = len(parts.names) - most
    assert grouped == ([f"{rest} others"] if rest > 1 else [])
    sizes = [abs(step.get_width()) for step in steps[1 : len(steps) - len(grouped)]]
    expected = np.sort(np.abs(parts.values[5]))[::-1]
    np.testing.assert_allclose(sizes, expected[: most if rest > 1 else None])
    assert verdict in axes.get_title("left")
    assert [line.get_xdata()[0] for line in axes.lines] == [0, threshold]
    assert_legible(figure)


def test_the_leading_contributions_are_drawn_as_parts_of_the_signal(parts):
    located = [i for i, name in enumerate(parts.names) if name.startswith("location")]
    example = next(i for i in range(120) if {*parts.largest(i, 3)} & {*located})
    figure = plot_contributions(X[example], parts, example, 0.5, 1.0, frame_seconds=2)
    trace, *panels, _ = figure.axes
    np.testing.assert_array_equal(trace.lines[0].get_data(), (2 * np.arange(40), X[example]))
    assert f"{parts.predictions[example]:.2f}".lstrip("-") in trace.get_title("left")
    for axes, feature in zip(panels, parts.largest(example, 3), strict=True):
        np.testing.assert_array_equal(axes.lines[0].get_ydata(), X[example])
        curves = [line.get_ydata() for line in axes.lines[1:] if len(line.get_ydata()) == 40]
        assert len(curves) == (feature not in located)
        for curve in curves:
            np.testing.assert_array_equal(curve, parts.curve(example, feature))
        name, product = axes.get_title("left").replace("\N{MINUS SIGN}", "-").split("\n")
        assert name.endswith(parts.names[feature])
        factors, value = product.split(" = ")
        size, weight = map(float, factors.split(" \N{MULTIPLICATION SIGN} "))
        assert float(value) == pytest.approx(parts.values[example, feature], abs=0.005)
        assert size * weight == pytest.approx(parts.values[example, feature], rel=0.01)
    assert_legible(figure)
    assert_legible(plot_contributions(X[example], parts, example, count=4))


def test_models_are_set_beside_the_teacher():
    rows = [
        Score("teacher", np.nan, 0.42, 0.04, 1841, True),
        ("student", 0.35, 0.37, 0.03, 37, False),
        Score("forest", 0.2, -0.01, np.nan, 123456),
    ]
    figure = plot_students(rows)
    axes, table = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [row[0] for row in rows]
    whiskers = [c.lines[2][0].get_segments()[0][:, 0] for c in axes.containers if c.has_xerr]
    np.testing.assert_allclose(whiskers, [(0.38, 0.46), (0.34, 0.40)])
    dots = [container.lines[0].get_xydata()[0] for container in axes.containers]
    np.testing.assert_array_equal(dots, [(0.42, 0), (0.37, 1), (-0.01, 2)])
    hollow = [line for line in axes.lines if line.get_markerfacecolor() == "white"]
    np.testing.assert_array_equal([line.get_xdata()[0] for line in hollow], [np.nan, 0.35, 0.2])
    (reference,) = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert reference.get_xdata()[0] == 0.42
    texts = {text.get_text(): text.get_position()[1] for text in table.texts}
    assert (texts["1,841"], texts["37"], texts["123,456"]) == (0, 1, 2)
    assert texts["0.370 ± 0.030"] == 1
    assert texts["\N{MINUS SIGN}0.010"] == 2
    assert_legible(figure)


def test_the_gain_is_held_against_teachers_of_chance():
    null = np.array([-0.02, 0.0, 0.01, 0.025, 0.031])
    gains = {"cell 7": [0.02, 0.03], "cell 8": 0.025}
    figure = plot_gain(gains, (0.004, 0.05), null, over="DB2")
    cells, chance = figure.axes
    assert [label.get_text() for label in cells.get_yticklabels()] == [*gains]
    dots = [line for line in cells.lines if line.get_marker() == "o"]
    np.testing.assert_array_equal(dots[0].get_xydata(), [(0.02, 0), (0.03, 0)])
    band = cells.patches[0].get_extents().transformed(cells.transData.inverted())
    np.testing.assert_allclose(band.intervalx, (0.004, 0.05))
    assert sum(bar.get_height() for bar in chance.patches) == len(null)
    for axes in (cells, chance):
        (line,) = [line for line in axes.lines if to_hex(line.get_color()) == LEARNED.lower()]
        assert line.get_xdata()[0] == pytest.approx(0.025)
    assert "2 of 5 reach the trained teacher" in chance.get_title("left")
    assert_legible(figure)
    _, chance = plot_gain(gains, (0.004, 0.05), null, observed=0.005).axes
    assert "3 of 5" in chance.get_title("left")
    (line,) = [line for line in chance.lines if to_hex(line.get_color()) == LEARNED.lower()]
    assert line.get_xdata()[0] == 0.005
    alone = plot_gain(gains, (0.004, 0.05), gain=0.04)
    assert len(alone.axes) == 1
    assert any(line.get_xdata()[0] == 0.04 for line in alone.axes[0].lines)
    assert_legible(alone)


@pytest.mark.parametrize("auxilin", [None, normal(30, seed=4)], ids=["no auxilin", "auxilin"])
def test_the_setup_is_computed_from_one_track(parts, auxilin):
    multipliers = normal(40, seed=3)
    figure = plot_endocytosis_setup(X[7], multipliers, parts, 7, auxilin=auxilin)
    drawn = {axes.get_label(): axes for axes in figure.axes}
    np.testing.assert_array_equal(drawn["clathrin trace $x$"].lines[-1].get_ydata(), X[7])
    np.testing.assert_array_equal(drawn["attributions"].lines[-1].get_ydata(), multipliers)
    w = analysis(X[7], DB3, 4)
    layout = parts.transform.layout_
    heights = [line.get_ydata() for line in drawn["coefficients $A_h x$"].lines[1::2]]
    for row, (marked, places) in enumerate(zip(heights, layout.slices, strict=True)):
        read = np.intersect1d(parts.positions[7], np.arange(places.start, places.stop))
        np.testing.assert_allclose(marked + row, 0.48 * w[read] / np.abs(w).max())
    widths = [bar.get_width() for bar in drawn["linear model"].patches]
    np.testing.assert_array_equal(widths, parts.values[7, parts.largest(7)])
    distilled = next(axes for label, axes in drawn.items() if label.startswith("distilled"))
    np.testing.assert_array_equal(distilled.lines[1].get_ydata(), DB3.functions(8).psi)
    if auxilin is not None:
        np.testing.assert_array_equal(drawn["auxilin $y$"].lines[-1].get_ydata(), auxilin)
    texts = [text.get_text() for text in figure.axes[0].texts]
    predicted = f"= {parts.predictions[7]:.2f}".replace("-", "\N{MINUS SIGN}")
    assert any(text.endswith(predicted) for text in texts)
    assert_legible(figure)


def test_what_cannot_be_drawn_is_refused(parts):
    for draw in (
        lambda: plot_traces([]),
        lambda: plot_functions_of_seeds([], []),
        lambda: plot_wavelet_band(DB3, []),
        lambda: plot_students([]),
        lambda: plot_gain({}, (0, 1)),
    ):
        with pytest.raises(ValueError, match="is empty"):
            draw()
    with pytest.raises(ValueError, match="2 traces have 1 titles"):
        plot_traces(X[:2], ["one"])
    with pytest.raises(ValueError, match=r"traces\[0\] has shape \(2, 40\)"):
        plot_traces([X[:2]])
    with pytest.raises(ValueError, match="1 wavelets have 2 labels"):
        plot_functions_of_seeds([DB3], ["a", "b"])
    with pytest.raises(ValueError, match="coverage=90 must be between 0 and 1"):
        plot_wavelet_band(DB3, [DB3], coverage=90)
    with pytest.raises(ValueError, match=r"trace has shape \(39,\); .* fitted to, .* \(40,\)"):
        plot_contributions(X[0][1:], parts, 0)
    with pytest.raises(ValueError, match="multipliers has shape"):
        plot_endocytosis_setup(X[0], X[0][1:], parts)
