"""Figures of seeds and resamples: aligned by shift and sign, in their own direction of time."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from tests.helpers import assert_legible
from tests.plotting.shared import DB3, turned
from wavedistill.plotting import Axis, plot_functions_of_seeds, plot_wavelet_band
from wavedistill.plotting.overlay import shift_onto
from wavedistill.wavelets import Wavelet, align

REVERSED = Wavelet(DB3.lowpass[::-1])
SHIFTED = Wavelet(np.pad(DB3.lowpass, (3, 1)))


def test_a_function_is_moved_but_never_reversed():
    psi, mirrored = DB3.functions(6).psi, REVERSED.functions(6).psi
    assert np.linalg.norm(np.subtract(*align(mirrored, psi))) < 1e-9
    for moving in (psi, -psi):
        shift, sign = shift_onto(np.pad(moving, (200, 90)), psi)
        assert (shift, sign) == (-200, 1 if moving is psi else -1)
    assert shift_onto([0, -3.0, 1], [0, 1.0, 0], sign=False) == (-1, 1)
    assert shift_onto([0, -3.0, 1], [0, 1.0, 0]) == (0, -1)
    # What the circular shift of `align` wraps around leaves the grid here.
    assert shift_onto([0, 0, 1.0], [1.0, 0, 0]) == (-2, 1)


def test_the_functions_of_seeds_lie_over_the_first_in_their_own_direction():
    axis = Axis("time", "ms", 4)
    figure: Any = plot_functions_of_seeds([DB3, SHIFTED, REVERSED], ["0", "1", "2"], axis=axis)
    phi, psi = figure.axes[:3], figure.axes[3:]
    for row, axes in enumerate((phi, psi)):
        first, own = DB3.functions(8), REVERSED.functions(8)
        assert [len(panel.lines) - 1 for panel in axes] == [1, 2, 2]
        x, moved = axes[1].lines[1].get_data()
        np.testing.assert_allclose(np.interp(4 * first.x, x, moved), first[row], atol=1e-9)
        mirrored = axes[2].lines[1].get_ydata()
        np.testing.assert_allclose(np.abs(mirrored), np.abs(own[row]), atol=1e-12)
    assert [panel.get_title("left") for panel in phi] == ["0", "1", "2"]
    assert figure.get_supxlabel() == "time (ms), at the finest scale"
    assert_legible(figure)


def test_the_band_holds_the_quantiles_of_the_refits():
    refits = [turned(amount) for amount in np.linspace(-0.1, 0.1, 41)]
    figure: Any = plot_wavelet_band(DB3, refits, level=5, coverage=0.8)
    for which, axes in enumerate(figure.axes):
        fit = DB3.functions(5)[which]
        moved = []
        for refit in refits:
            values = refit.functions(5)[which]
            shift, _ = shift_onto(values, fit)
            moved.append({shift + i: value for i, value in enumerate(values)})
        (band,) = axes.collections
        corners = band.get_paths()[0].vertices
        for point in range(0, len(fit), 13):
            expected = np.quantile([each.get(point, 0) for each in moved], (0.1, 0.9))
            heights = corners[np.isclose(corners[:, 0], point / 32), 1]
            np.testing.assert_allclose((heights.min(), heights.max()), expected, atol=1e-12)
        assert axes.lines[0].get_ydata().max() == fit.max()
        assert axes.get_xlabel() == "sample, at the finest scale"
    assert "80 % of 41 refits" in figure.get_suptitle()
    assert_legible(figure)


def test_refits_that_differ_by_a_shift_alone_have_no_band():
    refits = [DB3, SHIFTED, Wavelet(np.pad(DB3.lowpass, (0, 4)))]
    figure: Any = plot_wavelet_band(DB3, refits, axis=Axis("time", "s", 0.5))
    for which, axes in enumerate(figure.axes):
        corners = axes.collections[0].get_paths()[0].vertices
        x, values = 0.5 * DB3.functions(8).x, DB3.functions(8)[which]
        heights = np.interp(corners[:, 0], x, values, left=0, right=0)
        np.testing.assert_allclose(corners[:, 1], heights, atol=1e-9)


def test_what_cannot_be_drawn_is_refused():
    for draw in (lambda: plot_functions_of_seeds([], []), lambda: plot_wavelet_band(DB3, [])):
        with pytest.raises(ValueError, match="is empty"):
            draw()
    with pytest.raises(ValueError, match="1 wavelets have 2 labels"):
        plot_functions_of_seeds([DB3], ["a", "b"])
    with pytest.raises(ValueError, match="coverage=90 must be between 0 and 1"):
        plot_wavelet_band(DB3, [DB3], coverage=90)
