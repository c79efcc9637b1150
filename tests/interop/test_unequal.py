"""`stack_signals`: one array of signals of unequal length, and where each row comes from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wavedistill as wd
from tests.helpers import normal

SIGNALS = [normal(7), normal(4, seed=1), normal(10, seed=2)]


def test_padding_keeps_every_sample_and_appends_zeros():
    found = wd.stack_signals(SIGNALS, "pad")
    assert found.signals.shape == (3, 10)
    for row, signal in zip(found.signals, SIGNALS, strict=True):
        np.testing.assert_array_equal(row[: len(signal)], signal)
        assert not row[len(signal) :].any()
    assert found.sources.tolist() == [0, 1, 2]
    assert wd.stack_signals(SIGNALS, "pad", length=16).signals.shape == (3, 16)


def test_cropping_keeps_the_first_samples():
    found = wd.stack_signals(SIGNALS, "crop")
    np.testing.assert_array_equal(found.signals, [signal[:4] for signal in SIGNALS])
    assert wd.stack_signals(SIGNALS, "crop", length=2).signals.shape == (3, 2)


@given(st.lists(st.integers(4, 30), min_size=1, max_size=5), st.integers(1, 4), st.integers(1, 9))
def test_windows_begin_every_step_and_are_whole(sizes, length, step):
    signals = [np.arange(size) + 100 * i for i, size in enumerate(sizes)]
    found = wd.stack_signals(signals, "windows", length=length, step=step)
    expected = [
        (i, list(signal[start : start + length]))
        for i, signal in enumerate(signals)
        for start in range(0, len(signal), step)
        if start + length <= len(signal)
    ]
    assert found.sources.tolist() == [i for i, _ in expected]
    assert found.signals.tolist() == [row for _, row in expected]


def test_windows_do_not_overlap_unless_told_to():
    found = wd.stack_signals(SIGNALS, "windows", length=4)
    assert found.sources.tolist() == [0, 1, 2, 2]
    np.testing.assert_array_equal(found.signals[3], SIGNALS[2][4:8])


def test_channels_stay_and_so_does_float32():
    signals = [normal(2, size).astype(np.float32) for size in (5, 9)]
    for how in ("pad", "crop"):
        assert wd.stack_signals(signals, how).signals.dtype == np.float32
    windows = wd.stack_signals(signals, "windows", length=4)
    assert windows.signals.shape == (3, 2, 4)
    np.testing.assert_array_equal(windows.signals[2], signals[1][:, 4:8])
    mixed = [signals[0], signals[1].astype(np.float64)]
    assert wd.stack_signals(mixed, "pad").signals.dtype == np.float64


def test_windows_of_one_signal_stay_on_one_side_of_a_split():
    from sklearn.model_selection import GroupKFold

    X, sources = wd.stack_signals([normal(40, seed=i) for i in range(6)], "windows", length=8)
    for train, test in GroupKFold(3).split(X, groups=sources):
        assert not set(sources[train]) & set(sources[test])


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        ((SIGNALS, "cut"), {}, "how='cut' must be one of 'pad', 'crop', 'windows'"),
        (([], "pad"), {}, "signals is empty; give at least one"),
        ((SIGNALS, "windows"), {}, "how='windows' needs length"),
        ((SIGNALS, "pad"), {"step": 2}, "step=2 belongs to how='windows', not to 'pad'"),
        ((SIGNALS, "pad"), {"length": 9}, r"length=9 is less than the 10 samples of signals\[2\]"),
        ((SIGNALS, "crop"), {"length": 5}, r"more than the 4 samples of signals\[1\]"),
        ((SIGNALS, "windows"), {"length": 5}, r"more than the 4 samples of signals\[1\]"),
        ((SIGNALS, "windows"), {"length": 0}, "length=0 must be at least 1"),
        ((SIGNALS, "windows"), {"length": 2, "step": 0}, "step=0 must be at least 1"),
        (([[1.0], [np.nan]], "pad"), {}, r"signals\[1\] contains NaN"),
        (([[1.0], []], "pad"), {}, r"signals\[1\] is empty"),
        (([np.ones((2, 3)), np.ones((4, 3))], "pad"), {}, r"shape \(4, 3\) and signals\[0\] has"),
        (([np.ones((2, 3, 4))], "pad"), {}, r"signals\[0\] has shape \(2, 3, 4\); a signal is"),
    ],
)
def test_what_cannot_be_stacked_is_refused(arguments, settings, message):
    with pytest.raises(ValueError, match=message):
        wd.stack_signals(*arguments, **settings)
