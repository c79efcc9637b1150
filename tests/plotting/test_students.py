"""The figure of a student has its bands, its weights and both outputs."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from tests.helpers import assert_legible, normal
from wavedistill.plotting import plot_student
from wavedistill.plotting.students import band_responses
from wavedistill.students import DistilledClassifier, DistilledRegressor
from wavedistill.wavelets import Wavelet, WaveletTransform

X = normal(80, 64).cumsum(axis=1)
LOGITS = np.log(np.mean(X**2, axis=1)) - 3
KNOWN: dict[str, Any] = {"levels": 3, "wavelet": "known", "cv": 3}


def test_responses_are_those_of_the_transform():
    transform = WaveletTransform(["db2", "haar", "sym4"], mode="periodization")
    frequencies = np.arange(1, 32) / 64
    responses = band_responses(transform, frequencies)
    powers = 2.0 ** -np.array([3, 3, 2, 1])
    np.testing.assert_allclose(responses.sum(axis=0), 1)
    waves = np.exp(2j * np.pi * np.outer(frequencies, np.arange(64)))
    # The undecimated transform of a wave is the wave times the response of the filters.
    for part in (waves.real, waves.imag):
        bands = transform.undecimated(part)
        energies = (bands**2).mean(axis=2) / (part**2).mean(axis=1)
        np.testing.assert_allclose(energies * powers[:, None], responses, atol=1e-10)


def test_the_figure_has_bands_weights_and_outputs():
    student = DistilledClassifier("energy", **KNOWN).fit(X, teacher=LOGITS)
    decided = student.decision_function(X)
    figure: Any = plot_student(student, LOGITS, decided, sampling_rate=100.0)
    bands, bars, agreement = figure.axes
    assert len(bands.lines) == 4 + 1
    np.testing.assert_allclose([bar.get_width() for bar in bars.patches], student.coef_[0])
    names = [label.get_text() for label in bars.get_yticklabels()]
    octaves = ["0-6.25 Hz", "6.25-12.5 Hz", "12.5-25 Hz", "25-50 Hz"]
    assert names == [f"log-energy, {octave}" for octave in octaves]
    np.testing.assert_array_equal(agreement.lines[0].get_xdata(), LOGITS)
    np.testing.assert_array_equal(agreement.lines[0].get_ydata(), decided)
    assert_legible(figure)


def test_several_numbers_of_a_band_share_its_colour():
    student = DistilledRegressor("events", **KNOWN).fit(X, teacher=LOGITS)
    bars: Any = plot_student(student, LOGITS, student.predict(X)).axes[1]
    names = [label.get_text() for label in bars.get_yticklabels()]
    assert names[2] == "sum of positive parts, 0-0.0625 cycles per sample"
    colours = [bar.get_facecolor() for bar in bars.patches]
    assert len(set(colours)) == 4
    assert colours[:4] == 4 * [colours[0]]


@pytest.mark.parametrize(
    ("reading", "teacher"),
    [("packets", LOGITS), ("energy", np.column_stack([LOGITS, -LOGITS]))],
)
def test_other_students_are_refused(reading, teacher):
    student = DistilledRegressor(reading, **KNOWN).fit(X, teacher=teacher)
    with pytest.raises(ValueError, match="reads whole sub-bands of one channel; this one has"):
        plot_student(student, LOGITS, LOGITS)
    fits = DistilledRegressor("energy", **{**KNOWN, "wavelet": Wavelet.from_name("haar")})
    with pytest.raises(ValueError, match=r"outputs have shape \(9,\) and predicted \(80,\)"):
        plot_student(fits.fit(X, teacher=LOGITS), LOGITS[:9], LOGITS)
