"""Public files: a file in the folder needs no network; a wrong one is neither used nor lost."""

import hashlib
import sys
from pathlib import Path

import pytest

from wavedistill.datasets import Registry, RemoteFile, data_folder

pooch = pytest.importorskip("pooch")
requests = pytest.importorskip("requests")

GOOD = b"four numbers"
SUM = hashlib.sha256(GOOD).hexdigest()
NAMES = [f"tracks/cell{number}.dat" for number in (1, 2, 3)]
FILES = Registry(
    {name: RemoteFile(f"https://example.org/{name}", SUM) for name in NAMES},
    remedy="Simulate them instead.",
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("WAVEDISTILL_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def server(monkeypatch):
    """A server of three files; a test may set the answer for a URL to bytes or an error."""
    answers: dict[str, bytes | BaseException] = {file.url: GOOD for file in FILES.files.values()}
    asked = []

    class Downloader:
        def __init__(self, **_):
            pass

        def __call__(self, url, output, _):
            asked.append(url)
            Path(output).write_bytes(b"half")
            answer = answers[url]
            if isinstance(answer, BaseException):
                raise answer
            Path(output).write_bytes(answer)

    monkeypatch.setattr(pooch, "HTTPDownloader", Downloader)
    monkeypatch.setattr("time.sleep", lambda _: None)
    return answers, asked


def test_a_file_is_fetched_once_and_then_used_without_network(folder, server):
    answers, asked = server
    path = FILES.fetch(NAMES[0])
    assert path == folder / NAMES[0]
    assert path.read_bytes() == GOOD
    answers.clear()
    assert FILES.fetch(NAMES[0]) == path
    assert len(asked) == 1


def test_a_file_that_is_there_is_used_without_writing(folder, server, monkeypatch):
    (folder / "tracks").mkdir()
    (folder / NAMES[0]).write_bytes(GOOD)
    monkeypatch.setattr("os.access", lambda *_: False)
    monkeypatch.setattr("os.makedirs", lambda *_, **__: pytest.fail("a folder was made"))
    assert FILES.fetch(NAMES[0]).read_bytes() == GOOD
    assert server[1] == []


def test_another_file_of_that_name_is_refused_and_kept(folder, server):
    (folder / "tracks").mkdir()
    (folder / NAMES[0]).write_bytes(b"my own")
    with pytest.raises(ValueError, match="Move it away") as caught:
        FILES.fetch(NAMES[0])
    for part in (str(folder / NAMES[0]), SUM, hashlib.sha256(b"my own").hexdigest()):
        assert part in str(caught.value)
    assert (folder / NAMES[0]).read_bytes() == b"my own"
    assert server[1] == []


def test_offline_the_message_says_what_to_do(folder, server):
    answers, _ = server
    answers[f"https://example.org/{NAMES[1]}"] = requests.ConnectionError("no route")
    with pytest.raises(ConnectionError, match="no route") as caught:
        FILES.fetch(NAMES[1])
    for part in (f"https://example.org/{NAMES[1]}", str(folder / NAMES[1]), "Simulate them"):
        assert part in str(caught.value)


def test_a_download_that_breaks_off_resumes_at_the_missing_file(folder, server):
    answers, asked = server
    second = f"https://example.org/{NAMES[1]}"
    answers[second] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        [FILES.fetch(name) for name in NAMES]
    assert [path.name for path in (folder / "tracks").iterdir()] == ["cell1.dat"]
    asked.clear()
    answers[second] = GOOD
    assert [FILES.fetch(name).read_bytes() for name in NAMES] == [GOOD] * 3
    assert asked == [second, f"https://example.org/{NAMES[2]}"]


def test_a_download_with_another_checksum_is_not_kept(folder, server):
    answers, _ = server
    answers[f"https://example.org/{NAMES[0]}"] = b"changed upstream"
    with pytest.raises(ValueError, match="not the expected file") as caught:
        FILES.fetch(NAMES[0])
    assert f"https://example.org/{NAMES[0]}" in str(caught.value)
    assert hashlib.sha256(b"changed upstream").hexdigest() in str(caught.value)
    assert list((folder / "tracks").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_before_downloading(folder, server, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(PermissionError, match="no permission in"):
        FILES.fetch(NAMES[0])
    assert server[1] == []


def test_an_unknown_name_is_refused(folder):
    with pytest.raises(KeyError, match=r"tracks/cell1\.dat"):
        FILES.fetch("tracks/cell9.dat")


def test_without_the_variable_the_folder_is_the_users_cache(monkeypatch):
    monkeypatch.delenv("WAVEDISTILL_DATA", raising=False)
    assert data_folder() == Path(pooch.os_cache("wavedistill"))
    monkeypatch.setenv("WAVEDISTILL_DATA", "~/data")
    assert data_folder() == Path.home() / "data"


@pytest.mark.parametrize("module", ["pooch", "requests"])
def test_pooch_and_requests_are_needed_for_downloads_alone(module, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    message = rf"needs {module}, and it is not installed: pip install 'wavedistill\[data\]'"
    with pytest.raises(ImportError, match=message):
        FILES.fetch(NAMES[0])
    (folder / "tracks").mkdir()
    (folder / NAMES[0]).write_bytes(GOOD)
    assert FILES.fetch(NAMES[0]) == folder / NAMES[0]
