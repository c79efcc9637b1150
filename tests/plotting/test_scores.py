"""Figures of scores and of gains: every number stands where it belongs, in the caller's words."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.colors import to_hex

from tests.helpers import assert_legible
from wavedistill.plotting import Score, plot_gain, plot_scores
from wavedistill.plotting.style import INK, LEARNED


def test_models_are_set_beside_the_teacher():
    rows = [
        Score("teacher", 0.42, 0.04, is_reference=True, details={"parameters": "1,841"}),
        Score("student", 0.37, 0.03, 0.35, details={"parameters": "37"}),
        Score("forest", -0.01, validation=0.2, details={"parameters": "123,456"}),
    ]
    figure: Any = plot_scores(rows, "$R^2$", examples="held-out cells")
    axes, table = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [row.label for row in rows]
    whiskers = [c.lines[2][0].get_segments()[0][:, 0] for c in axes.containers if c.has_xerr]
    np.testing.assert_allclose(whiskers, [(0.38, 0.46), (0.34, 0.40)])
    dots = [container.lines[0].get_xydata()[0] for container in axes.containers]
    np.testing.assert_array_equal(dots, [(0.42, 0), (0.37, 1), (-0.01, 2)])
    colours = [to_hex(container.lines[0].get_color()) for container in axes.containers]
    assert colours == [INK, LEARNED.lower(), LEARNED.lower()]
    hollow = [line for line in axes.lines if line.get_markerfacecolor() == "white"]
    np.testing.assert_array_equal([line.get_xdata()[0] for line in hollow], [np.nan, 0.35, 0.2])
    (reference,) = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert reference.get_xdata()[0] == 0.42
    texts = {text.get_text(): text.get_position()[1] for text in table.texts}
    assert (texts["1,841"], texts["37"], texts["123,456"]) == (0, 1, 2)
    assert texts["0.370 ± 0.030"] == 1
    assert texts["\N{MINUS SIGN}0.010"] == 2
    assert axes.get_xlabel() == "$R^2$ (higher is better)"
    key = [text.get_text() for text in figure.legends[0].texts]
    assert key == [r"held-out cells $\pm$ s.e.", "cross-validation", "teacher"]
    assert_legible(figure)


def test_errors_are_lower_the_better_and_drawn_as_they_are_given():
    rows = [
        Score("AWD", 1.03, 0.04, details={"compression": "0.610"}),
        Score("Laplace", 1.37),
        Score("ResNet", 1.16, 0.02, is_reference=True),
    ]
    figure: Any = plot_scores(rows, "RMSE (mm)", better="lower")
    axes, table = figure.axes
    assert axes.get_xlabel() == "RMSE (mm) (lower is better)"
    dots = [container.lines[0].get_xydata()[0] for container in axes.containers]
    np.testing.assert_allclose(dots, [(1.03, 0), (1.37, 1), (1.16, 2)])
    whiskers = [c.lines[2][0].get_segments()[0][:, 0] for c in axes.containers if c.has_xerr]
    np.testing.assert_allclose(whiskers, [(0.99, 1.07), (1.14, 1.18)])
    texts = {text.get_text(): text.get_position()[1] for text in table.texts}
    assert (texts["1.030 ± 0.040"], texts["1.370"], texts["0.610"]) == (0, 1, 0)
    assert "cross-val." not in texts
    assert "cross-validation" not in [text.get_text() for text in figure.legends[0].texts]
    assert_legible(figure)
    alone = plot_scores(rows[1:], "RMSE (mm)", better="lower")
    assert "compression" not in [text.get_text() for text in alone.axes[1].texts]
    assert_legible(alone)


def test_the_gain_is_held_against_teachers_of_chance():
    null = np.array([-0.02, 0.0, 0.01, 0.025, 0.031])
    gains: Any = {"cell 7": [0.02, 0.03], "cell 8": 0.025}
    words: Any = {"label": "gain in $R^2$", "group": "cell"}
    figure: Any = plot_gain(gains, (0.004, 0.05), null, over="DB2", **words)
    cells, chance = figure.axes
    assert [label.get_text() for label in cells.get_yticklabels()] == [*gains]
    assert cells.get_xlabel() == chance.get_xlabel() == "gain in $R^2$"
    assert "one cell, one run" in [text.get_text() for text in figure.legends[0].texts]
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
    alone: Any = plot_gain(gains, (0.004, 0.05), gain=0.04)
    assert len(alone.axes) == 1
    assert any(line.get_xdata()[0] == 0.04 for line in alone.axes[0].lines)
    assert_legible(alone)


def test_nothing_is_refused():
    for draw in (lambda: plot_scores([]), lambda: plot_gain({}, (0, 1))):
        with pytest.raises(ValueError, match="is empty"):
            draw()
