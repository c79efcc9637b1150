"""Sampling rates and units, and where they are read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import wavedistill as wd
from tests.helpers import normal
from wavedistill.frequencies import Sampling
from wavedistill.students.band_names import band_names


def test_a_number_is_in_hertz_and_none_counts_samples():
    assert Sampling.of(200)[:2] == (200.0, "Hz")
    assert Sampling.of(4, 2).unit == "cycles per unit length"
    assert Sampling.of(None)[:2] == (1.0, "cycles per sample")
    assert Sampling.of(None, 2).unit == "cycles per pixel"


@pytest.mark.parametrize(
    ("rate", "step", "text"),
    [
        (200, "s", "200 Hz"),
        ((24, "cycles per day"), "day", "24 per day"),
        ((2, "kHz"), "", "2"),
    ],
)
def test_the_unit_tells_that_of_time(rate, step, text):
    found = Sampling.of(rate)
    assert (found.step, str(found)) == (step, text)


@pytest.mark.parametrize("rate", [0, -1.0, np.inf, np.nan, (24, ""), (24, "a\nb")])
def test_rates_that_are_none_are_refused(rate):
    with pytest.raises(ValueError, match="sampling_rate"):
        Sampling.of(rate)


@pytest.mark.parametrize("rate", ["24", True, (24, "a", "b")])
def test_other_types_are_refused(rate):
    with pytest.raises(TypeError, match="must be a number"):
        Sampling.of(rate)


def test_names_of_bands_have_the_unit():
    assert band_names("dwt", 1, 1, (24, "cycles per day"))[1] == "detail 1, 6-12 cycles per day"
    name = band_names("dwt", 1, 2, (10, "cycles per mm"))[1]
    assert name == "horizontal detail 1, 2.5-5 down, 0-2.5 across (cycles per mm)"


@pytest.fixture(scope="module")
def daily() -> Any:
    signals = normal(60, 48).cumsum(axis=1)
    return wd.distill(
        signals[:, 0], signals, reading="energy", levels=2, wavelet="haar", compare_cv=None,
        refits=None, sampling_rate=(24, "cycles per day"),
    )  # fmt: skip


def test_the_unit_reaches_names_pictures_and_the_page(daily, tmp_path):
    assert "detail 1, 6-12 cycles per day" in daily.contributions.names[-1]
    assert daily.plot("bands")[0].axes.get_xlabel() == "frequency (cycles per day)"
    assert daily.plot("wavelet")[0].axes.get_xlabel().startswith("time (day)")
    page = daily.report(tmp_path / "page.html").read_text(encoding="utf-8")
    assert "24 per day" in page
    assert "2 day" in page
    assert "Hz" not in page


def test_a_rate_is_refused_before_work():
    def never(batch: Any) -> Any:
        raise AssertionError

    with pytest.raises(ValueError, match="must be above 0"):
        wd.distill(never, normal(10, 16), sampling_rate=0)
