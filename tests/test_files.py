"""Files are written whole or not at all, and JSON files say what they are."""

import json
import os

import numpy as np
import pytest

from wavedistill.files import fingerprint, read_json, replacing, writable_target, write_json


@pytest.fixture
def target(tmp_path):
    path = tmp_path / "out.json"
    path.write_text("old")
    return path


def test_the_new_file_takes_the_place_of_the_old_one_at_the_end(tmp_path, target):
    with replacing(target) as temporary:
        assert temporary.parent == target.parent
        assert temporary.suffix == ".json"
        temporary.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_block_that_raises_leaves_the_old_file_and_nothing_else(tmp_path, target, error):
    def fail():
        with replacing(target) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_block_that_raises_leaves_no_new_file(tmp_path):
    def fail():
        with replacing(tmp_path / "new.json"):
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 — it has no message
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_block_that_removes_its_file_raises_and_leaves_the_old_one(tmp_path, target):
    def remove():
        with replacing(target) as temporary:
            temporary.unlink()

    with pytest.raises(FileNotFoundError):
        remove()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_the_permissions_of_the_old_file_are_kept(target, mode):
    target.chmod(mode)
    with replacing(target) as temporary:
        temporary.write_text("new")
    assert target.stat().st_mode & 0o777 == mode


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path):
    (tmp_path / "plain").touch()
    with replacing(tmp_path / "new") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_asking_for_the_umask_leaves_it(tmp_path):
    before = os.umask(0o027)
    try:
        with replacing(tmp_path / "new"):
            pass
        assert os.umask(0o027) == 0o027
        assert (tmp_path / "new").stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)


def test_folders_are_made(tmp_path):
    with replacing(str(tmp_path / "a" / "b" / "out")) as temporary:
        temporary.write_text("new")
    assert (tmp_path / "a" / "b" / "out").read_text() == "new"


def test_a_relative_path_is_beside_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with replacing("out") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "out").read_text() == "new"


@pytest.mark.parametrize("use", [writable_target, lambda path: replacing(path).__enter__()])
def test_what_cannot_be_written_is_refused_beforehand(tmp_path, target, use, monkeypatch):
    with pytest.raises(IsADirectoryError, match=r"is a folder; name a file in it, such as .*/out"):
        use(tmp_path)
    for path in (target / "out", target / "a" / "out"):
        with pytest.raises(NotADirectoryError, match=r"out\.json is a file, not a folder"):
            use(path)
    # Asked of the system by name: a superuser may write anywhere.
    monkeypatch.setattr("os.access", lambda path, _: path != tmp_path)
    for path in (target, tmp_path / "a" / "out"):
        with pytest.raises(PermissionError, match="cannot be written: no permission in"):
            use(path)
    assert list(tmp_path.iterdir()) == [target]


def test_a_good_target_comes_back_as_a_path_and_nothing_is_made(tmp_path):
    path = tmp_path / "a" / "out"
    assert writable_target(str(path)) == path
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_followed(tmp_path):
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("old")
    link.symlink_to(target)
    with replacing(link) as temporary:
        temporary.write_text("new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_pipe_is_refused_and_kept(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="is a device or a pipe"):
        writable_target(pipe)
    assert pipe.is_fifo()


# ------------------------------------------------------------------ JSON


def test_json_comes_back_with_its_format(tmp_path):
    path = tmp_path / "new" / "it.json"
    write_json(path, "wavedistill.thing", {"a": [0.1 + 0.2, None], "name": "ψ"})
    content = read_json(path, "wavedistill.thing", "Thing.save", ["a", "name"])
    assert content.pop("format") == "wavedistill.thing"
    assert content.pop("version") == 1
    assert content == {"a": [0.1 + 0.2, None], "name": "ψ"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"is not JSON .*give a file that Thing\.save wrote"),
        ("[]", "is JSON of format None, and 'thing' is needed"),
        ('{"format": "other", "version": 1}', "is JSON of format 'other'"),
        ('{"format": "thing"}', "has version None .* reads version 1"),
        ('{"format": "thing", "version": 1, "b": 0}', "lacks a and c; give a file"),
    ],
)
def test_json_of_something_else_is_refused(text, message, tmp_path):
    path = tmp_path / "it.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_json(path, "thing", "Thing.save", ["a", "b", "c"])


def test_content_that_json_cannot_hold_costs_no_existing_file(target):
    with pytest.raises(TypeError):
        write_json(target, "thing", {"a": object()})
    assert target.read_text() == "old"


# ------------------------------------------------------------------ fingerprints


def test_fingerprints_tell_arrays_and_settings_apart():
    array = np.arange(6.0)
    parts = [
        (array,),
        (array.reshape(2, 3),),
        (array.astype(np.float32),),
        (array + 1e-15,),
        (array, 1),
        (array, "1"),
        (1, array),
        (1, 23),
        (12, 3),
        (),
    ]
    found = [fingerprint(*each) for each in parts]
    assert len(set(found)) == len(parts)
    assert found == [fingerprint(*each) for each in parts]


def test_the_order_in_memory_leaves_no_print():
    array = np.arange(6.0).reshape(2, 3)
    assert fingerprint(array) == fingerprint(np.asfortranarray(array))


def test_arrays_of_objects_have_no_fingerprint():
    with pytest.raises(TypeError, match="objects"):
        fingerprint(np.array([{}]))


def test_the_text_is_indented_and_ends_in_a_line(tmp_path):
    write_json(tmp_path / "it.json", "thing", {"a": 1})
    text = (tmp_path / "it.json").read_text()
    assert text.endswith("}\n")
    assert json.loads(text)["a"] == 1
