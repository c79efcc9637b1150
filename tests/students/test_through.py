"""The wavelet is learned through the student: exact gradients, and a search that finds it."""

import numpy as np
import pytest

from tests.helpers import normal
from wavedistill.datasets import make_synthetic
from wavedistill.students import DistilledRegressor
from wavedistill.students.progress import Progress
from wavedistill.students.readings import READINGS, ReadSignals, as_reading
from wavedistill.students.ridge import ridge_error
from wavedistill.students.search import learn_filters
from wavedistill.students.starts import starts
from wavedistill.students.through import StudentObjective
from wavedistill.wavelets import Lattice, Wavelet

SIGNALS = normal(60, 2, 48)
TARGETS = normal(60, 2, seed=1)
FOLDS = np.arange(60) % 4


def objective(reading="energy", max_numbers=None):
    reader = ReadSignals(SIGNALS, READINGS[reading], 2, "symmetric")
    return StudentObjective(reader, TARGETS, FOLDS, max_numbers)


@pytest.mark.parametrize("shares", ["one filter", "one for each layer", "one for each level"])
@pytest.mark.parametrize("reading", list(READINGS))
def test_the_gradient_by_the_angles_agrees_with_finite_differences(reading, shares):
    layers = objective(reading).reader.layers
    count = {"one filter": 1, "one for each layer": len(layers)}.get(shares, sum(layers))
    shape = (3,) if shares == "one filter" else (count, 3)
    free, direction = normal(*shape, seed=2), normal(*shape, seed=3)
    taps = 8 * count
    for max_numbers in (None, taps + 2 + 3 * 2):
        error = objective(reading, max_numbers)
        value, gradient = error.at_angles(free)
        assert value == error.error(error.filters(free)).value
        assert len(np.unique(error.filters(free), axis=0)) == count
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


def test_a_student_of_few_numbers_has_the_features_that_explain_most():
    few = objective("packets", 8 + 2 + 3 * 2)
    filters = np.tile(Wavelet.from_name("db4").lowpass, (2, 1))
    columns = few.columns(filters)
    assert len(columns) == 3
    features = few.reader.features(filters)

    def unexplained(chosen):
        design = np.column_stack([np.ones(60), features[:, chosen]])
        return np.linalg.lstsq(design, TARGETS, rcond=None)[1].sum()

    # One by one, each the best beside those before.
    chosen = []
    for _ in range(3):
        left = [column for column in range(8) if column not in chosen]
        chosen.append(min(left, key=lambda column: unexplained([*chosen, column])))
    assert columns.tolist() == sorted(chosen)
    whole = objective("packets")
    kept = np.array([0, *(1 + columns), 9, 10])
    expected = ridge_error(whole.grams(filters)[:, kept][:, :, kept], 2)
    assert few.error(filters).value == pytest.approx(expected.value)
    # Filters of each level leave room for one feature less, and then for none.
    apart = np.stack([filters[0], filters[0][::-1]])
    assert len(objective("packets", 20).columns(apart)) == 1
    assert len(objective("packets", 19).columns(apart)) == 0
    assert objective("packets", 19).error(apart).value == pytest.approx(1, abs=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_the_wavelet_that_made_a_response_is_learned_through_its_student(seed):
    # No wavelet of PyWavelets, and so no start of the search, is the truth.
    lattice = Lattice(10)
    truth = Wavelet(lattice.forward(lattice.sample(np.random.default_rng(seed), 1)[0]))
    task = make_synthetic(5000, 1000, wavelet=truth, random_state=seed)
    student = DistilledRegressor("means", levels=4, support=10, parts=36, max_numbers=14)
    student.fit(task.X_train, teacher=task.y_train)
    assert student.wavelets_[0].distance(truth, level=5) < 0.03
    assert student.n_numbers_ == 14
    np.testing.assert_allclose(np.abs(student.coef_), 2, rtol=0.02)
    assert student.score(task.X_test, task.y_test) > 0.999


@pytest.mark.slow
def test_descents_of_many_examples_are_on_some_and_errors_on_all(monkeypatch):
    error, _ = task(900)
    whole = learn_filters(error, 6, per_level=True, random=np.random.default_rng(0))
    monkeypatch.setattr("wavedistill.students.search.DESCENDED_ON", 600)
    notes = []
    found = learn_filters(
        error,
        6,
        per_level=True,
        random=np.random.default_rng(0),
        progress=Progress.of(notes.append),
    )
    assert any("3 descents on 600 of 900 examples" in line for line in notes)
    for each in found:
        assert each.error == pytest.approx(error.error(each.lowpass).value)
    assert [each.error for each in found] == sorted(each.error for each in found)
    assert (
        whole[0].error
        < found[0].error
        < whole[0].error + error.error(whole[0].lowpass).standard_error
    )


def test_folds_of_which_no_example_is_left_are_none():
    error, hidden = task(40)
    part = error.subset(np.flatnonzero(error.folds != 2))
    assert np.unique(part.folds).tolist() == [0, 1, 2, 3]
    assert np.isfinite(part.error(hidden).fold_values).all()


@pytest.mark.slow
def test_filters_of_the_second_layer_begin_from_those_of_the_first():
    signals = normal(120, 1, 64).cumsum(axis=-1)
    reader = ReadSignals(signals / signals.std(), READINGS["scattering-own"], 3, "zero")
    low = np.stack([Lattice(4).forward([angle]) for angle in (0.3, 0.3, 0.3, 1.4, 1.4)])
    targets = reader.features(low)[:, 4:] @ normal(3, 1, seed=4)
    error = StudentObjective(reader, targets, np.arange(120) % 4)
    found = learn_filters(error, 4, per_level=True, random=np.random.default_rng(0))
    by_count = {each.distinct: each for each in found[::-1]}
    assert sorted(by_count) == [1, 2, 5]
    assert by_count[2].taps == 8
    assert by_count[2].start.startswith(by_count[1].start)
    assert by_count[2].error < 1e-4 < by_count[1].error
    assert by_count[5].error < 1e-4
    for each in by_count.values():
        assert each.error == pytest.approx(error.error(each.lowpass).value)


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
    with pytest.raises(ValueError, match="reading='sums' must be one of 'auto', 'energy'"):
        as_reading("sums")
