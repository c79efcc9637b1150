"""Figures of maps: in their own colours, with a scale bar in the caller's unit or none."""

import re
from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from tests.helpers import assert_legible, normal
from wavedistill.plotting import Axis, plot_activation_maps, plot_map_filters
from wavedistill.plotting.style import HIGH, LOW
from wavedistill.students import filter_symmetry, wavelet_cuts
from wavedistill.wavelets import Wavelet

COIF2 = Wavelet.from_name("coif2")
#: A round profile with a pixel in its middle.
ROUND = np.exp(-np.hypot(*np.mgrid[-4:5, -4:5]))
MAPS = normal(4, 128, 128)
ARCMIN = Axis("angle", "arcmin", 0.5)


def images(figure):
    return {i: axes.images[0] for i, axes in enumerate(figure.axes) if axes.images}


def shown(image):
    return np.asarray(image.get_array())


@pytest.mark.parametrize("matched", [None, 7 * ROUND], ids=["alone", "beside a profile"])
def test_the_frame_marks_the_piece_that_is_drawn_below(matched):
    figure: Any = plot_map_filters(COIF2, matched=matched)
    drawn = images(figure)
    columns = 4 if matched is None else 5
    assert len(drawn) == 2 * columns
    assert len({image.norm.vmax for image in drawn.values()}) == 1
    whole, pieces = figure.axes[2 : 2 + columns], figure.axes[2 + columns : 2 + 2 * columns]
    for (name, cut), above, below in zip(wavelet_cuts(COIF2).items(), whole, pieces, strict=False):
        assert above.get_title("left") == name
        np.testing.assert_array_equal(shown(above.images[0]), cut.full)
        np.testing.assert_array_equal(shown(below.images[0]), cut.filter)
        (frame,) = [patch for patch in above.patches if isinstance(patch, Rectangle)]
        column, row = (round(edge + 0.5) for edge in frame.get_xy())
        inside = cut.full[row : row + 3, column : column + 3]
        np.testing.assert_allclose(inside - inside.mean(), cut.filter - cut.filter.mean())
        weights = [float(text.get_text().replace("\N{MINUS SIGN}", "-")) for text in below.texts]
        np.testing.assert_allclose(weights, cut.filter.ravel(), atol=0.0051)
        notes = below.get_xlabel().replace("\N{MINUS SIGN}", "-").split("\n")
        assert notes[0] == f"symmetry {filter_symmetry(cut.filter):.3f}"
        if matched is not None:
            likeness = np.corrcoef(cut.filter.ravel(), ROUND[3:6, 3:6].ravel())[0, 1]
            assert notes[1] == f"correlation {likeness:.3f}"
    if matched is not None:
        assert np.sum(shown(whole[-1].images[0]) ** 2) == pytest.approx(1)
        assert pieces[-1].get_xlabel() == "symmetry 1.000"
    assert_legible(figure)


def test_functions_of_maps_are_on_the_callers_axis():
    counted: Any = plot_map_filters(COIF2).axes[1]
    angles: Any = plot_map_filters(COIF2, pixel=ARCMIN).axes[1]
    assert counted.get_xlabel() == "pixel, at the finest scale"
    assert angles.get_xlabel() == "angle (arcmin), at the finest scale"
    x = counted.lines[0].get_xdata()
    np.testing.assert_allclose(angles.lines[0].get_xdata(), 0.5 * x)


def test_the_shaded_taps_are_those_of_the_pieces():
    axes: Any = plot_map_filters(Wavelet.from_name("db6")).axes[0]
    cuts = wavelet_cuts("db6")
    edges = [patch.get_extents().transformed(axes.transData.inverted()) for patch in axes.patches]
    for edge, start in zip(edges, (cuts["LL"].row, cuts["HH"].row), strict=True):
        np.testing.assert_allclose(edge.intervalx, (start - 0.5, start + 2.5))
    assert [to_hex(patch.get_facecolor()) for patch in axes.patches] == [LOW.lower(), HIGH.lower()]
    assert cuts["LL"].row != cuts["HH"].row


def test_activation_maps_stand_beside_their_map_in_its_colours():
    active = {"AWD": np.where(MAPS > 0.05, MAPS, 0), "pixels": np.where(MAPS > 0.1, MAPS, 0)}
    words: Any = {"pixel": ARCMIN, "value": r"convergence $\kappa$", "name": "convergence map"}
    figure: Any = plot_activation_maps(MAPS, active, **words, titles=["1", "2", "3", "4"])
    drawn = [*images(figure).values()]
    assert len(drawn) == 12
    for i, image in enumerate(drawn):
        row, column = divmod(i, 3)
        np.testing.assert_array_equal(shown(image), [MAPS, *active.values()][column][row])
        assert image.norm.vmin == -image.norm.vmax < 0
        assert image.norm.vmax == drawn[0].norm.vmax
    # 128 pixels of half an arcminute: 10 is the largest round number within 0.3 of 64.
    first = figure.axes[0]
    assert first.texts[0].get_text() == "10 arcmin"
    assert np.ptp(first.lines[0].get_xdata()) == pytest.approx(20)
    assert first.get_title("left") == "convergence map"
    assert [axes.get_ylabel() for axes in figure.axes[:12:3]] == ["1", "2", "3", "4"]
    assert figure.axes[-1].get_ylabel() == r"convergence $\kappa$"
    assert_legible(figure)


def test_images_without_a_unit_have_no_scale_bar():
    digit = MAPS[0, :28, :28]
    figure: Any = plot_activation_maps(digit, {"AWD": digit / 2})
    for axes in figure.axes[:2]:
        assert not axes.texts
        assert not axes.lines
    np.testing.assert_array_equal(shown(images(figure)[1]), digit / 2)
    assert figure.axes[0].get_title("left") == "map"
    assert figure.axes[-1].get_ylabel() == "value"


@pytest.mark.parametrize(
    ("step", "text"), [(1.0, "5 mm"), (0.001, "0.005 mm"), (10.0, "50 mm"), (0.34, "2 mm")]
)
def test_a_scale_bar_has_a_round_length(step, text):
    image = MAPS[0, :20, :20]
    axes: Any = plot_activation_maps(image, {"AWD": image}, pixel=Axis("x", "mm", step)).axes[0]
    assert axes.texts[0].get_text() == text
    length = float(text.split()[0])
    assert np.ptp(axes.lines[0].get_xdata()) == pytest.approx(length / step)


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="is empty"):
        plot_activation_maps(ROUND, {})
    colours = np.ones((2, 8, 8, 3))
    for draw, message in (
        (lambda: plot_map_filters(COIF2, matched=np.ones((4, 4))), r"(4, 4), and it must be a squ"),
        (lambda: plot_map_filters(COIF2, matched=np.zeros((5, 5))), "0 everywhere"),
        (lambda: plot_map_filters(Wavelet.from_name("haar")), "needs at least 4"),
        (
            lambda: plot_activation_maps(ROUND, {"AWD": ROUND[1:]}),
            "activation_maps['AWD'] has shape (1, 8, 9)",
        ),
        (
            lambda: plot_activation_maps(ROUND, {"AWD": ROUND}, titles=["1", "2"]),
            "1 maps have 2 titles",
        ),
        (lambda: plot_activation_maps(colours, {"AWD": colours}), "a map has one channel"),
    ):
        with pytest.raises(ValueError, match=re.escape(message)):
            draw()
