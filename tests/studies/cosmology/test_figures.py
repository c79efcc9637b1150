"""Figures of the cosmology study: what they draw is the maps, the filters and the numbers."""

from typing import Any

import numpy as np
import pytest

from tests.helpers import assert_legible, normal
from wavedistill.students import PeakCounts, peak_values, wavelet_cuts
from wavedistill.wavelets import Wavelet

pytest.importorskip("matplotlib")

from matplotlib.colors import to_hex
from matplotlib.patches import StepPatch

from wavedistill.datasets.lensing import (
    PIXEL_ARCMIN,
    CalibrationRow,
    calibration_table,
    simulate_lensing,
)
from wavedistill.plotting import Axis
from wavedistill.plotting.style import LEARNED, TRUE
from wavedistill.studies.cosmology.plot_calibration import plot_calibration
from wavedistill.studies.cosmology.plots import (
    plot_cosmology_setup,
    plot_omega_predictions,
    plot_steepness,
)

PIXEL = Axis("angle", "arcmin", PIXEL_ARCMIN)
COIF2 = Wavelet.from_name("coif2")
#: A round profile with a pixel in its middle.
ROUND = np.exp(-np.hypot(*np.mgrid[-4:5, -4:5]))


@pytest.fixture(scope="module")
def maps():
    return simulate_lensing(2, [(0, 0.3, 2.1), (0, 0.4, 2.1)], size=128).maps


def shown(image):
    return np.asarray(image.get_array())


def test_steepness_is_drawn_as_shares_over_bins_that_all_cosmologies_have(maps):
    values = {}
    for label, own in {"less": maps[::2], "more": maps[1::2]}.items():
        for name, peaks in peak_values(own, {"laplace": "laplace", "AWD": COIF2}).items():
            values.setdefault(name, {})[label] = peaks
    figure: Any = plot_steepness(values)
    panels, blank = figure.axes[:5], figure.axes[5:]
    assert [axes.get_visible() for axes in blank] == [False]
    assert [axes.get_title("left") for axes in panels] == [*values]
    for axes, per_cosmology in zip(panels, values.values(), strict=True):
        both = np.concatenate([*per_cosmology.values()])
        steps: Any = [patch.get_data() for patch in axes.patches if isinstance(patch, StepPatch)]
        for step, peaks in zip(steps, per_cosmology.values(), strict=True):
            assert len(step.values) == 30
            np.testing.assert_allclose(step.edges[[0, -1]], np.quantile(both, (0.001, 0.999)))
            inside = np.mean((peaks >= step.edges[0]) & (peaks <= step.edges[-1]))
            assert step.values.sum() == pytest.approx(inside)
            third = np.mean((peaks >= step.edges[2]) & (peaks < step.edges[3]))
            assert step.values[2] == pytest.approx(third)
    assert [text.get_text() for text in figure.legends[0].texts] == ["less", "more"]
    assert_legible(figure)


TABLE = [
    CalibrationRow(*row)
    for row in (
        ("rms", 0.02, 0.01, 0.014, 0.03, 0.6),
        ("pixels -0.01 to 0", 0.1, 0.2, 0.3, 0.4, 0.0),
        ("peaks per deg2 above 0.1", 3.0, 1.0, 2.0, 3.0, 0.95),
        ("ellipticity of peaks above 0.05", np.nan, 0.1, 0.2, 0.3, 0.0),
        ("power at ell 200 to 400", 2.5e-5, 1e-5, 2e-5, 3e-5, 0.7),
        ("power at ell 400 to 800", 1e-5, 0.0, 0.0, 0.0, 1.0),
    )
]


def test_the_real_map_is_placed_in_the_bands_of_the_simulated_ones():
    figure: Any = plot_calibration(TABLE, ROUND, -ROUND, pixel=PIXEL)
    simulated, real, bands, numbers, _ = figure.axes
    for axes, expected in ((simulated, ROUND), (real, -ROUND)):
        np.testing.assert_array_equal(shown(axes.images[0]), expected)
    assert simulated.images[0].norm.vmax == real.images[0].norm.vmax
    labels = [text.get_text().replace("\N{MINUS SIGN}", "-") for text in bands.get_yticklabels()]
    dots = [line for line in bands.lines if line.get_marker() == "o"]
    found = {
        labels[int(y)]: (x, to_hex(dot.get_color())) for dot in dots for x, y in dot.get_xydata()
    }
    inside, outside = LEARNED.lower(), TRUE.lower()
    assert found == {
        "rms": (pytest.approx(0.5), inside),
        "-0.01 to 0": (pytest.approx(-0.5), outside),
        "above 0.1": (pytest.approx(1), inside),
        "200 to 400": (pytest.approx(0.75), inside),
        "400 to 800": (pytest.approx(2), outside),
    }
    medians = [line.get_xdata()[0] for line in bands.lines if line.get_marker() == "|"]
    np.testing.assert_allclose(medians, [0.2, 0.5, 0.5, 0.5, 0])
    assert "3 of 5 within" in bands.get_title("left")
    rows = {(round(text.get_position()[1]), text.get_text()) for text in numbers.texts}
    power = labels.index("200 to 400")
    assert "10^{-5}" in labels[power - 1]
    assert {(power, "2.5"), (power, "1 to 3")} <= rows
    assert (labels.index("ellipticity of peaks above 0.05"), "none") in rows
    assert_legible(figure)


def test_a_calibration_table_is_read_as_it_is_made(maps):
    table = calibration_table(maps[0], simulations=3)
    figure: Any = plot_calibration(table, maps[2], maps[0], pixel=PIXEL)
    bands = figure.axes[2]
    labels = [text.get_text() for text in bands.get_yticklabels()]
    headings = [text for text in bands.get_yticklabels() if text.get_fontweight() == "bold"]
    assert len(headings) == 3
    assert len(labels) == len(table) + 3
    assert not any(label.startswith(("pixels", "peaks per deg2", "power")) for label in labels)
    inside = sum(row.inside for row in table)
    assert f" {inside} of {len(table)} within" in bands.get_title("left")
    assert_legible(figure)


def test_predictions_stand_in_the_column_of_their_truth():
    cosmologies = np.array([0.3, 0.2023, 0.2783, 0.2758])
    truth = np.tile(cosmologies, 50)
    found = {"near": truth + 0.01 * normal(200), "fixed": np.full(200, 0.3)}
    figure: Any = plot_omega_predictions(truth, found)
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
        rmse = 100 * np.sqrt(np.mean((predicted - truth) ** 2))
        assert float(error.split("=")[1]) == pytest.approx(rmse, abs=6e-4)
    labels = [text.get_text() for text in figure.axes[0].get_xticklabels()]
    assert labels == ["0.202", "0.276", "0.278", "0.300"]
    assert_legible(figure)


def test_the_setup_is_computed_from_one_map(maps):
    attributions = normal(128, 128)
    counts = PeakCounts({"raw": "raw", "AWD": COIF2}, bins=[9, 8, 8, 8, 8]).fit(maps)
    figure: Any = plot_cosmology_setup(
        maps[0],
        counts,
        COIF2,
        attributions,
        predicted=0.31234,
        truth=0.3,
        pixel=PIXEL,
        teacher="a network",
    )
    drawn = {axes.get_label(): axes for axes in figure.axes}
    np.testing.assert_array_equal(shown(drawn[r"convergence map $\kappa$"].images[0]), maps[0])
    np.testing.assert_array_equal(shown(drawn["attributions"].images[0]), attributions)
    small = {axes.get_label(): axes for axes in drawn["filters at the peaks"].child_axes}
    for name, cut in wavelet_cuts(COIF2).items():
        np.testing.assert_array_equal(shown(small[name].images[0]), cut.filter)
    expected = counts.transform(maps[:1])[0]
    steps = [patch.get_data() for patch in drawn["peak histograms"].patches]
    heights = np.split(
        expected, np.cumsum([len(edges) - 1 for edges in counts.edges_.values()])[:-1]
    )
    for row, (step, height) in enumerate(zip(steps, heights, strict=True)):
        np.testing.assert_allclose(step.values + row, 0.8 * height / height.max())
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert f"{len(expected)} counts" in texts
    assert "0.312" in texts
    assert {"true 0.300", "a network $f$"} <= set(texts)
    distilled = next(axes for label, axes in drawn.items() if label.startswith("distilled"))
    np.testing.assert_array_equal(distilled.lines[1].get_ydata(), COIF2.functions(8).psi)
    assert_legible(figure)
