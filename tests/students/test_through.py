"""The wavelet is learned through the student: exact gradients, and a search that finds it."""

import numpy as np
import pytest

from tests.helpers import normal
from wavedistill.students.readings import READINGS, ReadSignals, as_reading
from wavedistill.students.through import StudentObjective, learn_filters, refine_filters, starts
from wavedistill.wavelets import Lattice, Wavelet

SIGNALS = normal(60, 2, 48)
TARGETS = normal(60, 2, seed=1)
FOLDS = np.arange(60) % 4


def objective(reading="energy", columns=None):
    reader = ReadSignals(SIGNALS, READINGS[reading], 2, "symmetric")
    return StudentObjective(reader, TARGETS, FOLDS, columns)


@pytest.mark.parametrize("per_level", [False, True])
@pytest.mark.parametrize("reading", list(READINGS))
def test_the_gradient_by_the_angles_agrees_with_finite_differences(reading, per_level):
    shape = (2, 3) if per_level else (3,)
    free, direction = normal(*shape, seed=2), normal(*shape, seed=3)
    for columns in (None, np.array([0, 2, 5])):
        error = objective(reading, columns)
        value, gradient = error.at_angles(free)
        lattice = Lattice(8)
        rows = np.broadcast_to(free, (2, 3))
        assert value == error.error(np.stack([lattice.forward(row) for row in rows])).value
        ends = [error.at_angles(free + s * direction)[0] for s in (1e-6, -1e-6)]
        slope = (ends[0] - ends[1]) / 2e-6
        # Between the ends the penalty may move by a step of its grid, at next to no cost.
        assert np.sum(gradient * direction) == pytest.approx(slope, rel=1e-3, abs=1e-6)


def test_features_of_channels_stand_side_by_side():
    low = np.tile(Wavelet.from_name("db2").lowpass, (2, 1))
    both = ReadSignals(SIGNALS, READINGS["events"], 2, "zero").features(low)
    alone = [
        ReadSignals(SIGNALS[:, [c]], READINGS["events"], 2, "zero").features(low) for c in (0, 1)
    ]
    np.testing.assert_allclose(both, np.hstack(alone))


def task(count=300):
    """Targets that the energies of a hidden filter's sub-bands make."""
    lattice = Lattice(6)
    hidden = lattice.forward(np.array([1.9, -0.7]))
    signals = normal(count, 1, 64).cumsum(axis=-1)
    signals -= signals.mean(axis=-1, keepdims=True)
    signals /= signals.std()
    reader = ReadSignals(signals, READINGS["energy"], 3, "zero")
    features = reader.features(np.tile(hidden, (3, 1)))
    targets = features @ normal(4, 1, seed=4) + 0.05 * normal(count, 1, seed=5)
    return StudentObjective(reader, targets, np.arange(count) % 5), np.tile(hidden, (3, 1))


@pytest.mark.slow
def test_the_search_finds_a_filter_as_good_as_the_hidden_one():
    error, hidden = task()
    found = learn_filters(error, 6, random=np.random.default_rng(0))
    best = found[0]
    assert best.error <= 1.02 * error.error(hidden).value
    assert best.error < 0.5 * error.error(np.tile(Wavelet.from_name("db3").lowpass, (3, 1))).value
    assert best.error == pytest.approx(error.error(best.lowpass).value)
    assert [each.error for each in found] == sorted(each.error for each in found)
    again = learn_filters(error, 6, random=np.random.default_rng(0))
    np.testing.assert_array_equal(again[0].lowpass, best.lowpass)
    own = learn_filters(error, 4, per_level=True, random=np.random.default_rng(0))
    shared = learn_filters(error, 4, random=np.random.default_rng(0))
    assert own[0].error <= shared[0].error
    assert (own[0].lowpass != own[0].lowpass[0]).any()
    refined = refine_filters(error, shared[0])
    assert refined.error <= shared[0].error + 1e-12


def test_starts_are_all_known_wavelets_that_fit_and_the_given_ones():
    given = Wavelet(Lattice(4).forward([0.4]), name="mine")
    found = starts(8, [given, Wavelet.from_name("db9")], np.random.default_rng(0))
    names = [start.name for start in found]
    assert names[0] == "mine"
    assert {"haar", "db4", "sym4", "coif1"} <= set(names)
    assert not {"db5", "db9"} & set(names)
    assert all(start.free.shape == (3,) for start in found)
    # A filter of two taps has no angle to turn.
    assert [start.name for start in starts(2, [], np.random.default_rng(0))] == ["haar"]


def test_names_of_features_tell_frequencies_where_a_rate_is_given():
    assert as_reading("energy").feature_names(2)[:2] == (
        "log-energy of approximation 2",
        "log-energy of detail 2",
    )
    named = as_reading("energy").feature_names(2, sampling_rate=1000)
    assert named[1] == "log-energy of detail 2, 125-250 Hz"
    assert named[0] == "log-energy of approximation 2, 0-125 Hz"
    assert as_reading("packets").feature_names(2, 1, 1000)[3] == (
        "log-energy of packet 3, 375-500 Hz"
    )
    assert as_reading("events").feature_names(1, 2)[8] == "channel 1: maximum of approximation 1"
    with pytest.raises(ValueError, match="reading='sums' must be one of 'energy', 'packets'"):
        as_reading("sums")
