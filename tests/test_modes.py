"""Padding modes: borders, sizes and adjoints, against PyWavelets' own."""

from typing import Any

import numpy as np
import pytest
import pywt

from tests.helpers import MODES as ORACLES
from tests.helpers import normal
from wavedistill.modes import (
    MODES,
    adjoint_extension,
    border,
    check_mode,
    coefficient_count,
    mode_for,
)


def extended(data, taps, mode, append_zero=False):
    """The data with the samples that `border` adds."""
    edge = border(len(data), taps, mode, append_zero)
    inner = data[edge.inner]
    return np.concatenate([inner @ edge.before, data, inner @ edge.after])


def test_modes_are_those_of_pywavelets():
    assert set(MODES) == set(ORACLES) == set(pywt.Modes.modes)
    assert [check_mode(mode) for mode in MODES] == list(MODES)
    wrong: list[Any] = ["per", "Zero", "", None, 3]
    for mode in wrong:
        with pytest.raises(ValueError, match=f"mode={mode!r} must be one of zero, .*antireflect"):
            check_mode(mode)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("taps", [2, 4, 10, 20])
def test_borders_are_those_of_pad(mode, taps):
    for length in (1, 2, 3, 5, 8, 13, 64, 65):
        data = normal(length, seed=length)
        found = extended(data, taps, mode)
        left = taps // 2 - 1 if mode == "periodization" else taps - 2
        right = len(found) - length - left
        odd = mode == "periodization" and length % 2
        # `pywt.pad` appends the repeated last sample itself, before it extends.
        widths = (left, right - odd)
        if min(widths) > 0 or mode not in ("smooth", "antisymmetric"):
            expected = pywt.pad(data, [widths], mode_for(length, mode))
            np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("taps", [2, 6, 12])
def test_a_level_is_a_correlation_with_the_extended_signal(mode, taps):
    for length in (1, 2, 7, 8, 40, 41):
        data, low = normal(length), normal(taps, seed=1)
        found = np.correlate(extended(data, taps, mode), low, "valid")[::2]
        bank = pywt.Wavelet("custom", filter_bank=(low[::-1], low, low, low))
        expected = pywt.dwt(data, bank, mode_for(length, mode))[0]
        assert len(found) == coefficient_count(length, taps, mode) == len(expected)
        assert border(length, taps, mode).outputs == len(found)
        np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_single_sample_is_repeated():
    for mode in MODES:
        found = extended(np.array([3.0]), 6, mode)
        expected = {"zero": [0] * 4 + [3] + [0] * 5, "antisymmetric": [3, -3] * 5}
        if mode != "periodization":
            np.testing.assert_allclose(found, expected.get(mode, [3] * 10))


def test_an_appended_zero_stands_before_the_extension():
    np.testing.assert_array_equal(
        extended(np.array([1.0, 2, 3]), 4, "periodization", append_zero=True), [0, 1, 2, 3, 0, 1]
    )
    np.testing.assert_array_equal(
        extended(np.array([1.0, 2, 3]), 4, "periodization"), [3, 1, 2, 3, 3, 1]
    )


@pytest.mark.parametrize("mode", MODES)
def test_adjoints_are_zero_padded_or_periodic(mode):
    periodic = mode == "periodization"
    assert adjoint_extension(mode) == (("periodization", True) if periodic else ("zero", False))


def test_a_border_is_made_once_and_cannot_be_changed():
    edge = border(30, 8, "smooth")
    assert border(30, 8, "smooth") is edge
    for array in (edge.inner, edge.before, edge.after):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_a_long_signal_has_a_small_border():
    edge = border(100_001, 10, "symmetric")
    assert len(edge.inner) <= 20
    assert edge.inner.max() == 100_000
