"""Curves over interpretation are those of the points, with weight zero apart."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from tests.helpers import assert_no_text_leaves_the_page
from tests.plotting.shared import DB3, GAMMAS, SPARSITIES, grid_points
from wavedistill.plotting import plot_along_paths


def test_numbers_are_drawn_per_path_and_sparsity_with_weight_zero_apart():
    points = grid_points()
    paths = {"one": points, "another": points[:5]}
    figure: Any = plot_along_paths(paths, DB3.distance, "distance", floor=1e-3)
    assert [axes.get_title("left") for axes in figure.axes] == ["one", "another"]
    axes = figure.axes[0]
    curves = [line for line in axes.lines if line.get_linestyle() == "-"]
    assert len(curves) == len(SPARSITIES)
    for i, curve in enumerate(curves):
        distances = [DB3.distance(each.wavelet) for each in points[5 * i : 5 * i + 5]]
        np.testing.assert_array_equal(curve.get_xdata(), GAMMAS[1:])
        np.testing.assert_array_equal(curve.get_ydata(), distances[1:])
    crossings = [line for line in axes.lines if line.get_linestyle() == ":"]
    assert [line.get_ydata()[0] for line in crossings] == [
        DB3.distance(points[i].wavelet) for i in (0, 5, 10)
    ]
    ticks = dict(zip(axes.get_xticks(), axes.get_xticklabels(), strict=True))
    zero = crossings[0].get_xdata()[0]
    assert ticks[zero].get_text() == "0"
    assert axes.get_xlim()[0] < zero < GAMMAS[1]
    assert axes.lines[-1].get_ydata()[0] == 1e-3
    assert_no_text_leaves_the_page(figure)


def test_without_weight_zero_the_axis_is_not_broken():
    points = [each for each in grid_points() if each.interpretation > 0]
    axes: Any = plot_along_paths({"one": points}, DB3.distance, "distance").axes[0]
    assert "0" not in [label.get_text() for label in axes.get_xticklabels()]
    assert not axes.texts


def test_no_path_is_refused():
    with pytest.raises(ValueError, match="paths is empty"):
        plot_along_paths({}, DB3.distance, "distance")
