"""Examples are drawn as they are, on one axis; kinds are told apart by colour."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from tests.helpers import assert_legible, normal
from wavedistill.plotting import Axis, plot_examples
from wavedistill.plotting.style import INK, NEGATIVE, POSITIVE

X = normal(3, 40).cumsum(axis=1)


def test_signals_run_along_the_axis_and_kinds_are_told_apart():
    traces = {"successful": [X[0], X[2]], "abortive": [X[1][:17]]}
    axis = Axis("time", "s", 0.5)
    figure: Any = plot_examples(traces, axis=axis, value="amplitude (counts)", max_columns=2)
    *panels, blank = figure.axes
    assert not blank.get_visible()
    colours = POSITIVE, POSITIVE, NEGATIVE
    for axes, trace, colour in zip(panels, (X[0], X[2], X[1][:17]), colours, strict=True):
        line = axes.lines[0]
        np.testing.assert_array_equal(line.get_xdata(), 0.5 * np.arange(len(trace)))
        np.testing.assert_array_equal(line.get_ydata(), trace)
        assert line.get_color() == colour
    assert [text.get_text() for text in figure.legends[0].texts] == ["successful", "abortive"]
    assert figure.get_supxlabel() == "time (s)"
    assert figure.get_supylabel() == "amplitude (counts)"
    assert_legible(figure)


def test_signals_of_one_kind_have_no_legend():
    figure: Any = plot_examples(X)
    assert not figure.legends
    assert {axes.lines[0].get_color() for axes in figure.axes} == {INK}
    assert_legible(figure)


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="signals is empty"):
        plot_examples({"one": []})
    with pytest.raises(ValueError, match=r"signals\[1\] has shape \(2, 40\)"):
        plot_examples([X[0], X[:2]])
