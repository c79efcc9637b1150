"""Figures of predicted against true values of a parameter."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from tests.helpers import assert_legible, normal
from wavedistill.plotting import plot_predictions


def test_predictions_stand_in_the_column_of_their_truth():
    cosmologies = np.array([0.3, 0.2023, 0.2783, 0.2758])
    truth = np.tile(cosmologies, 50)
    found = {"near": truth + 0.01 * normal(200), "fixed": np.full(200, 0.3)}
    figure: Any = plot_predictions(truth, found, parameter="mass (kg)", example="map", scale=100)
    for axes, (name, predicted) in zip(figure.axes, found.items(), strict=True):
        dots = np.asarray(axes.collections[0].get_offsets())
        np.testing.assert_array_equal(dots[:, 1], predicted)
        columns = np.rint(dots[:, 0]).astype(int)
        np.testing.assert_array_equal(np.sort(cosmologies)[columns], truth)
        assert np.abs(dots[:, 0] - columns).max() < 0.4
        spans = [lines.get_segments()[0] for lines in axes.collections[1:]]
        np.testing.assert_allclose([line[0, 1] for line in spans[::2]], np.sort(cosmologies))
        for place, (value, bar) in enumerate(zip(np.sort(cosmologies), spans[1::2], strict=True)):
            own = predicted[truth == value]
            np.testing.assert_allclose(bar, [(place, q) for q in np.quantile(own, (0.05, 0.95))])
            assert axes.lines[place].get_ydata()[0] == np.median(own)
        title, error = axes.get_title("left").split("\n")
        assert title == name
        assert error.startswith("RMSE × 100 = ")
        rmse = 100 * np.sqrt(np.mean((predicted - truth) ** 2))
        assert float(error.split("=")[1]) == pytest.approx(rmse, abs=6e-4)
    labels = [text.get_text() for text in figure.axes[0].get_xticklabels()]
    assert labels == ["0.202", "0.276", "0.278", "0.300"]
    assert figure.get_supxlabel() == "true mass (kg)"
    assert figure.get_supylabel() == "predicted mass (kg)"
    assert [text.get_text() for text in figure.legends[0].texts][1] == "one map"
    assert_legible(figure)


def test_predictions_are_as_many_as_the_truth():
    with pytest.raises(ValueError, match="near has shape"):
        plot_predictions([0.2, 0.3], {"near": [0.2, 0.3, 0.3]})
    with pytest.raises(ValueError, match="predictions is empty"):
        plot_predictions([0.2, 0.3], {})
