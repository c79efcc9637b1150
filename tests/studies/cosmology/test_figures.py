"""Figures of the cosmology study: what they draw is the maps, the filters and the numbers."""

from typing import Any

import numpy as np
import pytest

from tests.helpers import assert_legible, normal
from wavedistill.students import PeakCounts, wavelet_cuts
from wavedistill.wavelets import Wavelet

pytest.importorskip("matplotlib")

from matplotlib.colors import to_hex

from wavedistill.datasets.lensing import (
    PIXEL_ARCMIN,
    CalibrationRow,
    calibration_table,
    simulate_lensing,
)
from wavedistill.plotting import Axis
from wavedistill.plotting.style import LEARNED, TRUE
from wavedistill.studies.cosmology.plot_calibration import plot_calibration
from wavedistill.studies.cosmology.plot_setup import plot_cosmology_setup

PIXEL = Axis("angle", "arcmin", PIXEL_ARCMIN)
COIF2 = Wavelet.from_name("coif2")
#: A round profile with a pixel in its middle.
ROUND = np.exp(-np.hypot(*np.mgrid[-4:5, -4:5]))


@pytest.fixture(scope="module")
def maps():
    return simulate_lensing(2, [(0, 0.3, 2.1), (0, 0.4, 2.1)], size=128).maps


def shown(image):
    return np.asarray(image.get_array())


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
