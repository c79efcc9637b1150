import numpy as np
import pytest

from wavedistill.datasets import archive_sets, load_archive_set

X = np.array([[1.0, 2.5, -3.0], [4.0, 5.0, 6.0]])
HEADER = "# A comment.\n@problemName Two\n@timeStamps false\n@univariate false\n"
HEADER += "@classLabel true a b\n@data\n"


def write(folder, name, train, test, suffix=".tsv"):
    place = folder / name
    place.mkdir(exist_ok=True)
    (place / f"{name}_TRAIN{suffix}").write_text(train, encoding="utf-8")
    (place / f"{name}_TEST{suffix}").write_text(test, encoding="utf-8")
    return place


@pytest.mark.parametrize(
    ("suffix", "gap", "labels"),
    [(".tsv", "\t", "-1 1"), (".txt", "  ", "-1.0000e+00 1.0000e+00"), (".txt", ",", "-1 1")],
)
def test_a_row_is_a_class_and_a_signal(tmp_path, suffix, gap, labels):
    first, second = labels.split()
    rows = [gap.join([second, "1", "2.5", "-3"]), gap.join([first, "4", "5", "6"])]
    found = load_archive_set(write(tmp_path, "Two", "\n".join(rows), rows[1] + "\n", suffix))
    assert found.name == "Two"
    assert found.classes == ("-1", "1")
    np.testing.assert_array_equal(found.X_train, X[:, None])
    np.testing.assert_array_equal(found.X_test, X[1:, None])
    assert found.y_train.tolist() == [1, 0]
    assert found.y_test.tolist() == [0]


def test_a_ts_file_has_channels_between_colons(tmp_path):
    body = "1,2.5,-3:4,5,6:b\n4,5,6:1,2.5,-3:a\n"
    found = load_archive_set(write(tmp_path, "Two", HEADER + body, HEADER + body, ".ts"))
    np.testing.assert_array_equal(found.X_train, np.stack([X, X[::-1]]))
    assert found.classes == ("a", "b")
    assert found.y_test.tolist() == [1, 0]


def test_sets_are_found_by_their_files(tmp_path):
    place = write(tmp_path, "Two", "1\t1\t2", "1\t1\t2")
    (place / "Two_eq_TRAIN.ts").touch()
    (place / "Two_eq_TEST.ts").touch()
    (place / "Half_TRAIN.tsv").touch()
    (place / "Other_TRAIN.csv").touch()
    assert archive_sets(tmp_path) == {"Two": place, "Two_eq": place}
    with pytest.raises(NotADirectoryError, match="is no folder; give one"):
        archive_sets(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"lacks Two_TRAIN .* with one of the endings"):
        load_archive_set(tmp_path, "Two")


def test_signals_of_unequal_length_are_refused(tmp_path):
    with pytest.raises(ValueError, match="signals of 2 to 3 samples; signals of one length"):
        load_archive_set(write(tmp_path, "Two", "1\t1\t2\n2\t1\t2\t3", "1\t1\t2"))
    with pytest.raises(ValueError, match=r"\(1, 2\) and Two_TEST.tsv of \(1, 3\)"):
        load_archive_set(write(tmp_path, "Two", "1\t1\t2", "1\t1\t2\t3"))


def test_missing_values_are_refused_but_at_the_end_if_asked(tmp_path):
    inside = write(tmp_path, "Inside", "1\t1\tNaN\t3\n2\t1\t2\t3", "1\t1\t2\t3")
    for padded in (False, True):
        with pytest.raises(ValueError, match="lacks values in 1 of 2 signals"):
            load_archive_set(inside, padded=padded)
    ends = write(tmp_path, "Ends", "1\t1\tNaN\tNaN\n2\t1\t2\t3", "1\t4\t5\tNaN")
    with pytest.raises(ValueError, match="pads short ones"):
        load_archive_set(ends)
    found = load_archive_set(ends, padded=True)
    assert found.X_train.tolist() == [[[1, 1, 1]], [[1, 2, 3]]]
    assert found.X_test.tolist() == [[[4, 5, 5]]]
    assert found.filled == 2
    body = HEADER + "1,?,3:1,2,3:a\n"
    with pytest.raises(ValueError, match="lacks values in 1 of 1"):
        load_archive_set(write(tmp_path, "Asked", body, body, ".ts"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("@classLabel true a b", "@targetLabel true", "responses that are no classes"),
        ("@timeStamps false", "@timeStamps true", "time stamps, which are not read"),
        ("@data\n", "@data\nx,2:1,2:a\n", "cannot be read: .*'x'"),
    ],
)
def test_ts_files_of_another_kind_are_refused(tmp_path, old, new, told):
    body = (HEADER + "1,2:3,4:a\n").replace(old, new)
    with pytest.raises(ValueError, match=told):
        load_archive_set(write(tmp_path, "Two", body, body, ".ts"))
