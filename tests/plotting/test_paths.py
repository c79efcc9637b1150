"""Figures of many fits: starts above their results, and grids over the two weights."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from tests.helpers import assert_no_text_leaves_the_page
from tests.plotting.shared import DB3, GAMMAS, SPARSITIES, grid_points, point, turned
from wavedistill.plotting import Axis, plot_starts_and_results, plot_wavelet_grid
from wavedistill.plotting.style import weight_label
from wavedistill.wavelets import Wavelet, align

REVERSED = Wavelet(DB3.lowpass[::-1])


def framed(figure):
    return [i for i, axes in enumerate(figure.axes) if axes.spines["left"].get_linewidth() > 2]


@pytest.mark.parametrize("missing", [False, True], ids=["all started", "one was a search"])
def test_each_start_stands_over_what_became_of_it(missing):
    coif2 = Wavelet.from_name("coif2")
    rows = [("near", turned(0.3), turned(0.01)), ("Coif2", None if missing else coif2, DB3)]
    figure: Any = plot_starts_and_results(rows, DB3, "DB3", axis=Axis("time", "s", 0.5))
    assert len(figure.axes) == 4
    above, below = figure.axes[:2], figure.axes[2:]
    assert [axes.get_title("left") for axes in above] == ["near", "Coif2"]
    np.testing.assert_array_equal(above[0].lines[0].get_ydata(), rows[0][1].lowpass)
    assert len(above[1].lines) == (0 if missing else 2)
    for axes, (_, _, learned) in zip(below, rows, strict=True):
        moved, fixed = align(learned.functions(8).psi, DB3.functions(8).psi)
        np.testing.assert_array_equal(axes.lines[0].get_ydata(), fixed)
        np.testing.assert_array_equal(axes.lines[1].get_ydata(), moved)
        np.testing.assert_allclose(axes.lines[0].get_xdata(), 0.5 * np.arange(len(fixed)) / 2**8)
        assert axes.texts[0].get_text() == f"distance {learned.distance(DB3):.2g}"
        assert axes.get_xlabel() == "time (s), at the finest scale"
    assert_no_text_leaves_the_page(figure)


def test_a_grid_has_sparsity_downwards_and_interpretation_to_the_right():
    points = grid_points()
    figure: Any = plot_wavelet_grid(points[::-1], DB3, title="a title")
    assert len(figure.axes) == len(points)
    for axes, each in zip(figure.axes, points, strict=True):
        moved, fixed = align(each.wavelet.functions(6).psi, DB3.functions(6).psi)
        np.testing.assert_array_equal(axes.lines[0].get_ydata(), fixed)
        np.testing.assert_array_equal(axes.lines[1].get_ydata(), moved)
    assert [axes.get_ylabel() for axes in figure.axes[::5]] == [*map(weight_label, SPARSITIES)]
    assert [axes.get_xlabel() for axes in figure.axes[-5:]] == [*map(weight_label, GAMMAS)]
    assert_no_text_leaves_the_page(figure)


def test_the_closest_or_the_selected_point_is_framed():
    points = grid_points()
    assert framed(plot_wavelet_grid(points, DB3)) == [7]
    assert framed(plot_wavelet_grid(points, DB3, selected=3)) == [3]
    assert framed(plot_wavelet_grid(points, selected=3)) == [3]
    assert framed(plot_wavelet_grid(points)) == []


@pytest.mark.parametrize("most", [1, 2, 3, 4])
@pytest.mark.parametrize("selected", range(5))
def test_thinned_columns_keep_the_framed_one(most, selected):
    points = grid_points()[:5]
    figure: Any = plot_wavelet_grid(points, selected=selected, max_columns=most)
    shown = [axes.get_xlabel() for axes in figure.axes]
    assert len(shown) == most
    assert weight_label(GAMMAS[selected]) in shown
    if most > 2:
        assert {weight_label(GAMMAS[0]), weight_label(GAMMAS[-1])} <= {*shown}
    assert f"({most} of 5 shown)" in figure.get_supxlabel()


def test_a_missing_pair_of_weights_leaves_a_blank():
    figure: Any = plot_wavelet_grid(grid_points()[:-1], DB3)
    assert [len(axes.lines) for axes in figure.axes] == [2] * 14 + [0]


def test_a_grid_without_a_truth_keeps_the_direction_of_time():
    figure: Any = plot_wavelet_grid([point(0.1, 0.0, DB3), point(0.1, 1.0, REVERSED)], selected=0)
    drawn = figure.axes[1].lines[0].get_ydata()
    np.testing.assert_allclose(np.abs(drawn), np.abs(REVERSED.functions(6).psi), atol=1e-12)


def test_what_cannot_be_drawn_is_refused():
    points = grid_points()
    with pytest.raises(ValueError, match=r"16 points have 15 .* one start"):
        plot_wavelet_grid([*points, points[0]])
    with pytest.raises(ValueError, match="max_columns"):
        plot_wavelet_grid(points, max_columns=0)
    for draw in (
        lambda: plot_wavelet_grid([]),
        lambda: plot_starts_and_results([], DB3, "DB3"),
    ):
        with pytest.raises(ValueError, match="is empty"):
            draw()
