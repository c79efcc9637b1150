"""Figures: what they show, not how."""

import numpy as np
import pytest

from wavedistill.wavelets import CoefficientLayout, Wavelet

pytest.importorskip("matplotlib")

from wavedistill.plotting.wavelets import attribution_per_band, plot_recovery, plot_wavelet


def test_attribution_per_band_is_the_mean_norm_of_each():
    layout = CoefficientLayout(16, 4, 2)
    values = np.random.default_rng(0).standard_normal((5, layout.total))
    expected = [np.abs(values[:, place]).sum(axis=1).mean() for place in layout.slices]
    np.testing.assert_allclose(attribution_per_band(values, layout), expected)


def test_a_wavelet_is_drawn_with_its_functions(tmp_path):
    wavelet = Wavelet.from_name("db3")
    figure = plot_wavelet(wavelet, "learned")
    phi, psi, x = wavelet.functions(8)
    for axes, values in zip(figure.axes[1:], (phi, psi), strict=True):
        np.testing.assert_array_equal(axes.lines[0].get_xdata(), x)
        np.testing.assert_array_equal(axes.lines[0].get_ydata(), values)
    figure.savefig(tmp_path / "wavelet.png")


def test_a_recovered_wavelet_lies_on_the_true_one_however_it_is_turned():
    true = Wavelet.from_name("db3")
    learned = Wavelet(np.pad(true.lowpass[::-1], (1, 1)))
    figure = plot_recovery(
        learned,
        true,
        attribution={"before": np.ones(3), "after": np.array([0, 1.0, 0])},
        bands=("cA2", "cD2", "cD1"),
        distances={"db3": (0.0, 0.01), "auto": (np.nan, 0.01)},
        true_name="DB3",
    )
    for axes in figure.axes[1:3]:
        drawn_true, drawn_learned = (line.get_ydata() for line in axes.lines[:2])
        np.testing.assert_allclose(drawn_true, drawn_learned, atol=1e-9)
    assert [text.get_text() for text in figure.axes[4].get_yticklabels()] == ["db3", "auto"]
