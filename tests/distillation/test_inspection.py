"""What is said of the wavelet of a fit: padded with zeros, or no wavelet."""

import re
import warnings

import numpy as np
import pytest

import wavedistill as wd
from tests.helpers import NAMES, normal, padded
from wavedistill.distillation.inspection import find_core, warn_of_padding
from wavedistill.wavelets import Lattice


@pytest.mark.parametrize("name", NAMES)
def test_no_known_wavelet_is_a_shorter_one(name):
    assert find_core(wd.Wavelet.from_name(name).lowpass) is None


@pytest.mark.parametrize("name", ["haar", "db2", "db3", "sym4", "coif1"])
@pytest.mark.parametrize("noise", [0.0, 1e-5])
def test_a_padded_wavelet_has_its_core_at_every_offset(name, noise):
    lowpass = wd.Wavelet.from_name(name).lowpass
    for place, candidate in enumerate(padded(lowpass, len(lowpass) + 5)):
        if len(candidate) % 2:
            candidate = np.append(candidate, 0)
        core = find_core(candidate + noise * normal(len(candidate)))
        assert core is not None
        assert core.start == place
        np.testing.assert_allclose(core.lowpass, lowpass, atol=10 * noise)
    assert find_core(lowpass) is None


def test_taps_that_are_small_but_count_are_no_padding():
    for size, padded_ in ((0.008, False), (0.004, True)):
        lowpass = np.array([size, 0, 0.7, 0.7, 0, size])
        assert (find_core(lowpass) is not None) is padded_


def shorter(X, **parameters):
    settings = {"levels": 2, "support": 10, **parameters}
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        fit = wd.WaveletDistiller(**settings).fit(X)
    messages = [str(w.message) for w in found if w.category is wd.PaddedWaveletWarning]
    return fit, messages


def steps(count=300):
    """Signals that jump every four samples: sparsest in the Haar wavelet."""
    return np.repeat(normal(count, 16), 4, axis=1) + 0.01 * normal(count, 64, seed=1)


def test_a_fit_says_that_its_wavelet_is_a_shorter_one():
    fit, (message,) = shorter(steps(), levels=4)
    found = re.fullmatch(
        r"the learned filter is haar, (?:shifted by (\d) taps? and )?padded with zeros: support=2 "
        r"describes it with (\d+) coefficients in place of (\d+)\.",
        message,
    )
    assert int(found[1] or 0) == find_core(fit.wavelet_.lowpass).start
    few = wd.WaveletTransform("haar", 4).layout(64).total
    assert (int(found[2]), int(found[3])) == (few, fit.layout_.total) == (64, 97)
    assert shorter(steps(), support=2)[1] == []


@pytest.mark.parametrize(
    ("lowpass", "name"),
    [
        (wd.Wavelet.from_name("db3").lowpass, "db3"),
        (wd.Wavelet.from_name("db3").lowpass[::-1], "db3 reversed"),
        (Lattice(6).forward([1.0, 2.0]), "a wavelet of 6 taps"),
    ],
)
def test_shorter_wavelets_are_named_in_either_direction_or_by_their_length(lowpass, name):
    transform = wd.WaveletTransform(np.pad(lowpass, (1, 3)), 2)
    message = f"the learned filter is {name}, shifted by 1 tap and padded with zeros: support=6"
    with pytest.warns(wd.PaddedWaveletWarning, match=message):
        warn_of_padding(transform, (64,))


def test_images_count_their_own_coefficients():
    X = np.kron(normal(20, 8, 8), np.ones((2, 2)))
    fit, (message,) = shorter(X, support=4, levels=1, axes=(-2, -1))
    assert (
        f"support=2 describes it with 256 coefficients in place of {fit.layout_.total}" in message
    )


def test_a_wavelet_that_needs_its_taps_is_not_warned_of():
    _, messages = shorter(normal(50, 64).cumsum(axis=1), support=4, init="db2")
    assert messages == []


def test_each_warning_has_its_class():
    X = np.zeros((1, 64))
    X[0, [20, 23]] = 1
    bad = wd.Wavelet([2**-0.5, 0, 0, 2**-0.5])
    with pytest.warns(wd.InvalidWaveletWarning, match="smallest response"):
        wd.WaveletDistiller(levels=1, support=4, init=bad).fit(X)
    with pytest.warns(wd.BorderWarning, match="dwt_max_level"):
        wd.WaveletDistiller(levels=5, support=2).fit(normal(5, 20))
