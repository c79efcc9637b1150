"""Bands are told by what they let through, and those that are not what their names say."""

from wavedistill.reporting.bands import seen_bands
from wavedistill.wavelets import Wavelet, WaveletTransform


def test_long_known_filters_see_their_octaves():
    bands = seen_bands(WaveletTransform("db20", levels=2), sampling_rate=100.0)
    assert [band.band for band in bands] == ["approximation 2", "detail 2", "detail 1"]
    assert [band.octave for band in bands] == [
        "0\N{EN DASH}12.5 Hz",
        "12.5\N{EN DASH}25 Hz",
        "25\N{EN DASH}50 Hz",
    ]
    low, high = bands[2].sees.removesuffix(" Hz").split("\N{EN DASH}")
    assert abs(float(low) - 25) < 1
    assert float(high) == 50
    assert not any(band.odd for band in bands)


def test_a_filter_with_zeros_between_its_taps_is_called_odd():
    """It has two passbands for each that Haar's filters have."""
    bands = seen_bands(WaveletTransform(Wavelet([0.5**0.5, 0, 0, 0.5**0.5]), levels=1), None)
    assert bands[1].octave == "0.25\N{EN DASH}0.5 cycles per sample"
    assert bands[1].odd
    assert " and " in bands[1].sees
    images = seen_bands(WaveletTransform("haar", levels=1, axes=(-2, -1)), 1.0)
    assert images[0].octave.endswith("cycles per unit length")
    assert not images[1].odd
