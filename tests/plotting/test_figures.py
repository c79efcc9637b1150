"""Diagrams and grids: what they draw is the data, and nothing warns or lies outside."""

import numpy as np
import pytest

from wavedistill.wavelets import (
    CoefficientLayout,
    Wavelet,
    adjoint_synthesis,
    align,
    analysis,
    synthesis,
)

pytest.importorskip("matplotlib")

from tests.helpers import assert_no_text_leaves_the_page
from wavedistill.plotting.diagrams import plot_method, plot_synthetic_setup
from wavedistill.plotting.paths import (
    plot_distance_against_interpretation,
    plot_starts_and_results,
    plot_validity_against_interpretation,
    plot_wavelet_grid,
)
from wavedistill.plotting.style import weight_label

DB3 = Wavelet.from_name("db3")
SPARSITIES, GAMMAS = (1e-5, 3e-5, 1e-4), (0.0, 1e-4, 1e-3, 0.01, 0.3)


def turned(amount):
    """A wavelet near db3: its free angles, turned."""
    free = DB3.angles[:-1] + amount * np.array([1.0, -0.5])
    return Wavelet.from_angles(np.append(free, np.pi / 4 - free.sum()))


def grid_points():
    weights = [(s, g) for s in SPARSITIES for g in GAMMAS]
    return [(s, g, turned(0.01 * (1 + abs(i - 7)))) for i, (s, g) in enumerate(weights)]


def framed(figure):
    return [i for i, axes in enumerate(figure.axes) if axes.spines["left"].get_linewidth() > 2]


@pytest.mark.parametrize("missing", [False, True], ids=["all started", "one was a search"])
def test_each_start_stands_over_what_became_of_it(missing):
    coif2 = Wavelet.from_name("coif2")
    rows = [("near", turned(0.3), turned(0.01)), ("Coif2", None if missing else coif2, DB3)]
    figure = plot_starts_and_results(rows, DB3, "DB3")
    assert len(figure.axes) == 4
    above, below = figure.axes[:2], figure.axes[2:]
    assert [axes.get_title("left") for axes in above] == ["near", "Coif2"]
    np.testing.assert_array_equal(above[0].lines[0].get_ydata(), rows[0][1].lowpass)
    assert len(above[1].lines) == (0 if missing else 2)
    for axes, (_, _, learned) in zip(below, rows, strict=True):
        moved, fixed = align(learned.functions(8).psi, DB3.functions(8).psi)
        np.testing.assert_array_equal(axes.lines[0].get_ydata(), fixed)
        np.testing.assert_array_equal(axes.lines[1].get_ydata(), moved)
        assert axes.texts[0].get_text() == f"distance {learned.distance(DB3):.2g}"
    assert_no_text_leaves_the_page(figure)


def test_a_grid_has_sparsity_downwards_and_interpretation_to_the_right():
    points = grid_points()
    figure = plot_wavelet_grid(points[::-1], DB3, title="a title")
    assert len(figure.axes) == len(points)
    for axes, (_, _, wavelet) in zip(figure.axes, points, strict=True):
        moved, fixed = align(wavelet.functions(6).psi, DB3.functions(6).psi)
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
    figure = plot_wavelet_grid(points, selected=selected, max_columns=most)
    shown = [axes.get_xlabel() for axes in figure.axes]
    assert len(shown) == most
    assert weight_label(GAMMAS[selected]) in shown
    if most > 2:
        assert {weight_label(GAMMAS[0]), weight_label(GAMMAS[-1])} <= {*shown}
    assert f"({most} of 5 shown)" in figure.get_supxlabel()


def test_a_missing_pair_of_weights_leaves_a_blank():
    figure = plot_wavelet_grid(grid_points()[:-1], DB3)
    assert [len(axes.lines) for axes in figure.axes] == [2] * 14 + [0]


def test_distances_are_drawn_per_start_and_sparsity_with_weight_zero_apart():
    points = grid_points()
    starts = {"one": points, "another": points[:5]}
    figure = plot_distance_against_interpretation(starts, DB3, floor=1e-3)
    assert [axes.get_title("left") for axes in figure.axes] == ["one", "another"]
    axes = figure.axes[0]
    curves = [line for line in axes.lines if line.get_linestyle() == "-"]
    assert len(curves) == len(SPARSITIES)
    for i, curve in enumerate(curves):
        distances = [wavelet.distance(DB3) for *_, wavelet in points[5 * i : 5 * i + 5]]
        np.testing.assert_array_equal(curve.get_xdata(), GAMMAS[1:])
        np.testing.assert_array_equal(curve.get_ydata(), distances[1:])
    crossings = [line for line in axes.lines if line.get_linestyle() == ":"]
    assert [line.get_ydata()[0] for line in crossings] == [
        points[i][2].distance(DB3) for i in (0, 5, 10)
    ]
    ticks = dict(zip(axes.get_xticks(), axes.get_xticklabels(), strict=True))
    zero = crossings[0].get_xdata()[0]
    assert ticks[zero].get_text() == "0"
    assert axes.get_xlim()[0] < zero < GAMMAS[1]
    assert figure.axes[0].lines[-1].get_ydata()[0] == 1e-3
    assert_no_text_leaves_the_page(figure)


def test_without_weight_zero_the_axis_is_not_broken():
    points = [point for point in grid_points() if point[1] > 0]
    axes = plot_distance_against_interpretation({"one": points}, DB3).axes[0]
    assert "0" not in [label.get_text() for label in axes.get_xticklabels()]
    assert not axes.texts


def test_penalties_at_rounding_level_are_drawn_at_1e_33():
    figure = plot_validity_against_interpretation(
        {"penalized": [(0.1, 1e-2), (0.0, 1e-4), (1.0, 3.0)], "orthonormal": [(0.1, 0.0)]}
    )
    axes = figure.axes[0]
    penalized, crossing, orthonormal = axes.lines
    np.testing.assert_array_equal(penalized.get_xydata(), [(0.1, 1e-2), (1.0, 3.0)])
    np.testing.assert_array_equal(crossing.get_ydata(), [1e-4, 1e-2])
    np.testing.assert_array_equal(orthonormal.get_xydata(), [(0.1, 1e-33)])
    assert axes.get_ylim()[0] < 1e-33
    assert_no_text_leaves_the_page(figure)


def test_the_diagram_of_the_method_is_computed_from_what_it_is_given():
    random = np.random.default_rng(0)
    x, m = random.standard_normal((2, 64))
    figure = plot_method(x, m, DB3)
    drawn = {axes.get_label(): axes for axes in figure.axes}
    w, s = analysis(x, DB3, 4), adjoint_synthesis(m, DB3, 4)
    for label, values in (
        ("data $X$", x),
        ("multipliers $M$", m),
        ("coefficients $A_h X$", w),
        (r"attributions $S_h^{\top} M$", s),
        (r"learned wavelet $\psi$", DB3.functions(6).psi),
    ):
        np.testing.assert_array_equal(drawn[label].lines[-1].get_ydata(), values)
    widths = [bar.get_width() for bar in drawn["small model"].patches]
    np.testing.assert_allclose(np.sort(np.abs(widths)), np.sort(np.abs(w * s))[-3:])
    assert_no_text_leaves_the_page(figure)
    assert_no_text_leaves_the_page(plot_method())


def test_the_setup_marks_the_coefficients_in_the_response():
    layout = CoefficientLayout(64, len(DB3.lowpass), 4)
    beta = np.zeros(layout.total)
    place = layout.slices[2].start + 3
    beta[place : place + 3] = 2
    x = np.random.default_rng(0).standard_normal(64)
    figure = plot_synthetic_setup(x, DB3, layout, beta, recovered=turned(0.01))
    drawn = {axes.get_label(): axes for axes in figure.axes}
    np.testing.assert_array_equal(drawn["signal $x$"].lines[-1].get_ydata(), x)
    w = analysis(x, DB3, 4)
    marked = [line.get_ydata() for line in drawn["DB3 coefficients $A_h x$"].lines[1::2]]
    assert [len(values) for values in marked] == [0, 0, 3, 0, 0]
    scale = 0.48 / np.abs(w).max()
    np.testing.assert_allclose(marked[2] + 2, scale * w[place : place + 3])
    gradient = drawn[r"multipliers $\nabla f(x)$"].lines[-1].get_ydata()
    np.testing.assert_allclose(gradient, synthesis(beta, DB3, 4, 64), atol=1e-12)
    response = [text.get_text() for text in figure.axes[0].texts]
    expected = f"{w @ beta:.2f}".replace("-", "\N{MINUS SIGN}")
    assert any(text.endswith(expected) and "3 places" in text for text in response)
    assert_no_text_leaves_the_page(figure)
    found = drawn[r"recovered wavelet $\psi$"]
    np.testing.assert_array_equal(found.lines[0].get_ydata(), DB3.functions(6).psi)
    assert len(found.lines) == 2
    before = plot_synthetic_setup(x, DB3, layout, beta)
    np.testing.assert_array_equal(before.axes[-1].lines[-1].get_ydata(), DB3.functions(6).psi)
    assert_no_text_leaves_the_page(before)


def test_what_cannot_be_drawn_is_refused():
    points = grid_points()
    with pytest.raises(ValueError, match=r"16 points have 15 .* one start"):
        plot_wavelet_grid([*points, points[0]])
    with pytest.raises(ValueError, match="max_columns"):
        plot_wavelet_grid(points, max_columns=0)
    for draw in (
        lambda: plot_wavelet_grid([]),
        lambda: plot_starts_and_results([], DB3, "DB3"),
        lambda: plot_distance_against_interpretation({}, DB3),
        lambda: plot_validity_against_interpretation({}),
    ):
        with pytest.raises(ValueError, match="is empty"):
            draw()
    with pytest.raises(ValueError, match="give both or neither"):
        plot_method(np.ones(64))
    with pytest.raises(ValueError, match=r"\(64,\) and multipliers \(32,\)"):
        plot_method(np.ones(64), np.ones(32))


@pytest.mark.parametrize(
    ("weight", "label"),
    [
        (0.0, "0"),
        (0.25, "0.25"),
        (50.0, "50"),
        (1e-4, "$10^{-4}$"),
        (2e-3, r"$2\cdot 10^{-3}$"),
        (1.26e-5, r"$1.3\cdot 10^{-5}$"),
        (99.9, "$10^{2}$"),
    ],
)
def test_weights_are_written_briefly(weight, label):
    assert weight_label(weight) == label
