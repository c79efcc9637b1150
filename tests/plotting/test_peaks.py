"""Figures of what filters measure at peaks."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.patches import StepPatch

from tests.helpers import assert_legible, normal
from wavedistill.plotting import plot_peak_values
from wavedistill.students import peak_values
from wavedistill.wavelets import Wavelet


def test_peaks_are_drawn_as_shares_over_bins_that_all_groups_have():
    maps = normal(4, 64, 64)
    filters = {"laplace": "laplace", "AWD": Wavelet.from_name("coif2")}
    groups = {"less": maps[::2], "more": 2 * maps[1::2]}
    values = {label: peak_values(own, filters) for label, own in groups.items()}
    figure: Any = plot_peak_values(values)
    panels, blank = figure.axes[:5], figure.axes[5:]
    assert [axes.get_visible() for axes in blank] == [False]
    assert [axes.get_title("left") for axes in panels] == [*values["less"]]
    for axes, name in zip(panels, values["less"], strict=True):
        of_groups = [own[name] for own in values.values()]
        both = np.concatenate(of_groups)
        steps: Any = [patch.get_data() for patch in axes.patches if isinstance(patch, StepPatch)]
        for step, peaks in zip(steps, of_groups, strict=True):
            assert len(step.values) == 30
            np.testing.assert_allclose(step.edges[[0, -1]], np.quantile(both, (0.001, 0.999)))
            inside = np.mean((peaks >= step.edges[0]) & (peaks <= step.edges[-1]))
            assert step.values.sum() == pytest.approx(inside)
            third = np.mean((peaks >= step.edges[2]) & (peaks < step.edges[3]))
            assert step.values[2] == pytest.approx(third)
    assert [text.get_text() for text in figure.legends[0].texts] == ["less", "more"]
    assert_legible(figure)


def test_groups_of_other_filters_are_refused():
    values = {"less": {"raw": normal(9)}, "more": {"laplace": normal(9)}}
    with pytest.raises(ValueError, match="values of more are of other filters than raw"):
        plot_peak_values(values)
    with pytest.raises(ValueError, match="values is empty"):
        plot_peak_values({})
