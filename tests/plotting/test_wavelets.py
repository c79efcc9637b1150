"""Figures of one wavelet: what they show, not how."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from tests.helpers import assert_legible
from wavedistill.plotting import Axis, attribution_per_band, plot_recovery, plot_wavelet
from wavedistill.plotting.style import HIGH, LEARNED, LOW
from wavedistill.wavelets import CoefficientLayout, Wavelet, WaveletTransform

DB3 = Wavelet.from_name("db3")
SECONDS = Axis("time", "s", step=0.25)


def test_attribution_per_band_is_the_mean_norm_of_each():
    layout = WaveletTransform("db2", 2).layout(16)
    assert isinstance(layout, CoefficientLayout)
    values = np.random.default_rng(0).standard_normal((5, layout.total))
    expected = [np.abs(values[:, place]).sum(axis=1).mean() for place in layout.slices]
    np.testing.assert_allclose(attribution_per_band(values, layout), expected)


@pytest.mark.parametrize(
    ("axis", "step", "label"),
    [(Axis(), 1, "sample, at the finest scale"), (SECONDS, 0.25, "time (s), at the finest scale")],
    ids=["samples", "seconds"],
)
def test_a_wavelet_is_drawn_with_its_functions_on_the_axis_of_the_caller(
    tmp_path, axis, step, label
):
    figure: Any = plot_wavelet(DB3, "learned", axis=axis)
    phi, psi, x = DB3.functions(8)
    for axes, values in zip(figure.axes[1:], (phi, psi), strict=True):
        np.testing.assert_allclose(axes.lines[0].get_xdata(), step * x)
        np.testing.assert_array_equal(axes.lines[0].get_ydata(), values)
        assert axes.get_xlabel() == label
        assert axes.lines[0].get_color() == LEARNED
    low, high = (line for line in figure.axes[0].lines if line.get_marker() == "o")
    np.testing.assert_array_equal(low.get_ydata(), DB3.lowpass)
    np.testing.assert_array_equal(high.get_ydata(), DB3.highpass)
    assert (low.get_color(), high.get_color()) == (LOW, HIGH)
    assert_legible(figure)
    figure.savefig(tmp_path / "wavelet.png")


def recovery(axis):
    return plot_recovery(
        Wavelet(np.pad(DB3.lowpass[::-1], (1, 1))),
        DB3,
        attribution={"before": np.ones(3), "after": np.array([0, 1.0, 0])},
        bands=("cA2", "cD2", "cD1"),
        distances={"db3": (0.0, 0.01), "auto": (np.nan, 0.01)},
        true_name="DB3",
        axis=axis,
    )


def test_a_recovered_wavelet_lies_on_the_true_one_however_it_is_turned():
    figure: Any = recovery(SECONDS)
    neutral = recovery(Axis())
    for axes, counted in zip(figure.axes[1:3], neutral.axes[1:3], strict=True):
        drawn_true, drawn_learned = (line.get_ydata() for line in axes.lines[:2])
        np.testing.assert_allclose(drawn_true, drawn_learned, atol=1e-9)
        x = counted.lines[0].get_xdata()
        np.testing.assert_allclose(axes.lines[0].get_xdata(), 0.25 * x)
        assert "time (s)" in axes.get_xlabel()
        assert "time" not in counted.get_xlabel()
    assert [text.get_text() for text in figure.axes[4].get_yticklabels()] == ["db3", "auto"]
    bars = figure.axes[3].patches
    np.testing.assert_array_equal([bar.get_height() for bar in bars], [1, 1, 1, 0, 1, 0])
    assert_legible(figure)
