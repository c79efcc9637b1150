"""Figures of the simulation: its setup and its curves are drawn from what was computed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("torch")

from tests.helpers import assert_no_text_leaves_the_page
from tests.plotting.shared import DB3, point, turned
from wavedistill.datasets import make_synthetic
from wavedistill.distillation import DistillationPath
from wavedistill.distillation.penalized.penalties import validity_penalty
from wavedistill.plotting.style import LEARNED
from wavedistill.studies.synthetic.figures import (
    plot_synthetic_setup,
    plot_validity_against_interpretation,
)
from wavedistill.studies.synthetic.grids import Grid
from wavedistill.wavelets import Wavelet, WaveletTransform


def grid(points, start="one", constraint="penalized"):
    return Grid(start, DB3, constraint, DistillationPath(tuple(points), ""), DB3)


def test_penalties_at_rounding_level_are_drawn_at_1e_33():
    off = [Wavelet(DB3.lowpass * (1 + each)) for each in (1e-2, 1e-4, 0.1)]
    weights = (0.1, 0.0, 1.0)
    penalized = [point(1e-5, gamma, each) for gamma, each in zip(weights, off, strict=True)]
    # Points of other sparsities are not drawn.
    penalized.append(point(1e-4, 0.1, off[2]))
    exact = [point(1e-5, 0.1, Wavelet.from_name("haar"))]
    assert validity_penalty(exact[0].wavelet.lowpass) < 1e-30
    figure: Any = plot_validity_against_interpretation(
        [grid(penalized), grid(exact, constraint="orthonormal")]
    )
    axes = figure.axes[0]
    first, crossing, second = axes.lines
    sums = dict(zip(weights, (validity_penalty(each.lowpass) for each in off), strict=True))
    np.testing.assert_array_equal(first.get_xydata(), [(0.1, sums[0.1]), (1.0, sums[1.0])])
    np.testing.assert_array_equal(crossing.get_ydata(), [sums[0.0], sums[0.1]])
    lowest = max(validity_penalty(exact[0].wavelet.lowpass), 1e-33)
    np.testing.assert_array_equal(second.get_xydata(), [(0.1, lowest)])
    assert second.get_color() == LEARNED != first.get_color()
    assert [second.get_label(), first.get_label()] == ["orthonormal, one", "penalized, one"]
    assert axes.get_ylim()[0] < 1e-33
    assert_no_text_leaves_the_page(figure)


def test_the_setup_marks_the_coefficients_in_the_response():
    task = make_synthetic(10, 1, wavelet="db3")
    place = task.layout.slices[2].start + 3
    beta = np.zeros(task.layout.total)
    beta[place : place + 3] = 2
    task = replace(task, beta=beta)
    x = np.random.default_rng(0).standard_normal(64)
    figure: Any = plot_synthetic_setup(x, task, recovered=turned(0.01))
    drawn = {axes.get_label(): axes for axes in figure.axes}
    np.testing.assert_array_equal(drawn["signal $x$"].lines[-1].get_ydata(), x)
    transform = WaveletTransform(DB3, 4, "zero")
    w = transform.analysis(x)
    marked = [line.get_ydata() for line in drawn["DB3 coefficients $A_h x$"].lines[1::2]]
    assert [len(values) for values in marked] == [0, 0, 3, 0, 0]
    scale = 0.48 / np.abs(w).max()
    np.testing.assert_allclose(marked[2] + 2, scale * w[place : place + 3])
    gradient = drawn[r"multipliers $\nabla f(x)$"].lines[-1].get_ydata()
    np.testing.assert_allclose(gradient, transform.synthesis(beta, 64), atol=1e-12)
    response = [text.get_text() for text in figure.axes[0].texts]
    expected = f"{w @ beta:.2f}".replace("-", "\N{MINUS SIGN}")
    assert any(text.endswith(expected) and "3 places" in text for text in response)
    assert_no_text_leaves_the_page(figure)
    found = drawn[r"recovered wavelet $\psi$"]
    np.testing.assert_array_equal(found.lines[0].get_ydata(), DB3.functions(6).psi)
    assert len(found.lines) == 2
    before = plot_synthetic_setup(x, task)
    np.testing.assert_array_equal(before.axes[-1].lines[-1].get_ydata(), DB3.functions(6).psi)
    assert_no_text_leaves_the_page(before)


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="grids is empty"):
        plot_validity_against_interpretation([])
