"""Figures of the endocytosis study: what they draw is the data, in its own direction of time."""

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

from tests.helpers import assert_legible, normal
from wavedistill.students import TopCoefficients, contributions
from wavedistill.wavelets import Wavelet, WaveletTransform

pytest.importorskip("matplotlib")

from wavedistill.studies.endocytosis.figures import plot_endocytosis_setup

DB3 = Wavelet.from_name("db3")
X = normal(120, 40).cumsum(axis=1)
Y = X.max(axis=1) - X[:, -1] + 0.1 * normal(120, seed=1)


@pytest.fixture(scope="module")
def parts():
    features = TopCoefficients("db3", levels=4, k=3, sign="both", locations=True)
    return contributions(make_pipeline(features, LinearRegression()).fit(X, Y), X)


def test_the_setup_is_computed_from_one_track(parts):
    multipliers = normal(40, seed=3)
    figure: Any = plot_endocytosis_setup(X[7], multipliers, parts, 7)
    drawn = {axes.get_label(): axes for axes in figure.axes}
    np.testing.assert_array_equal(drawn["clathrin trace $x$"].lines[-1].get_ydata(), X[7])
    np.testing.assert_array_equal(drawn["attributions"].lines[-1].get_ydata(), multipliers)
    w = WaveletTransform(DB3, 4, "zero").analysis(X[7])
    layout = parts.transform.layout_
    heights = [line.get_ydata() for line in drawn["coefficients $A_h x$"].lines[1::2]]
    for row, (marked, places) in enumerate(zip(heights, layout.slices, strict=True)):
        read = np.intersect1d(parts.positions[7], np.arange(places.start, places.stop))
        np.testing.assert_allclose(marked + row, 0.48 * w[read] / np.abs(w).max())
    widths = [bar.get_width() for bar in drawn["linear model"].patches]
    np.testing.assert_array_equal(widths, parts.values[7, parts.largest(7)])
    distilled = next(axes for label, axes in drawn.items() if label.startswith("distilled"))
    np.testing.assert_array_equal(distilled.lines[1].get_ydata(), DB3.functions(8).psi)
    texts = [text.get_text() for text in figure.axes[0].texts]
    predicted = f"= {parts.predictions[7]:.2f}".replace("-", "\N{MINUS SIGN}")
    assert any(text.endswith(predicted) for text in texts)
    assert_legible(figure)


def test_what_cannot_be_drawn_is_refused(parts):
    with pytest.raises(ValueError, match="multipliers has shape"):
        plot_endocytosis_setup(X[0], X[0][1:], parts)
