"""Public data files: fetched once, checked by their SHA-256 sums, and kept in one folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wavedistill.files import writable_target

__all__ = ["Registry", "RemoteFile", "data_folder"]

_TIMEOUT = 30.0
_RETRIES = 1


@dataclass(frozen=True)
class RemoteFile:
    """Where a file is public, and what it must be.

    Parameters
    ----------
    url : str
    sha256 : str
        Its SHA-256 sum, 64 hexadecimal digits.
    """

    url: str
    sha256: str


@dataclass(frozen=True)
class Registry:
    """The public files of a data set, by their names in the data folder.

    Parameters
    ----------
    files : mapping of str to RemoteFile
        The names are relative to `data_folder`, with ``/`` between folders.
    remedy : str
        A sentence that a user without network reads last: what to do without the files.
    """

    files: Mapping[str, RemoteFile]
    remedy: str = ""

    def fetch(self, name: str) -> Path:
        """The path of a file that is whole; it is downloaded where it is not there yet.

        A file that is there is checked and used, without a network and without writing, so the
        folder may be read-only. A download takes its place only when it is whole: a run that is
        cut off loses one file at most, and the next goes on from there.

        Parameters
        ----------
        name : str
            One of `files`.

        Raises
        ------
        KeyError
            If the name is not in the registry.
        ValueError
            If the file in the folder, or at the URL, has another checksum. The file in the folder
            is left as it is.
        ConnectionError
            If the file is not there and cannot be downloaded.
        PermissionError
            If the file is not there and the folder cannot be written.
        ImportError
            If pooch is needed and not installed.
        """
        if name not in self.files:
            raise KeyError(f"{name!r} is not one of the files {', '.join(self.files)}.")
        file = self.files[name]
        path = data_folder() / name
        if not path.exists():
            self._download(name, file, writable_target(path))
        elif (found := _sha256(path)) != file.sha256:
            raise ValueError(
                f"{path} is not the file that {file.url} had: its SHA-256 sum is {found} and "
                f"should be {file.sha256}. Move it away to have it fetched again, or set "
                "WAVEDISTILL_DATA to another folder."
            )
        return path

    def _download(self, name: str, file: RemoteFile, path: Path) -> None:
        pooch = _pooch()
        import requests

        store = pooch.create(
            data_folder(),
            base_url="",
            registry={name: f"sha256:{file.sha256}"},
            urls={name: file.url},
            retry_if_failed=_RETRIES,
            allow_updates=False,
        )
        try:
            store.fetch(name, downloader=pooch.HTTPDownloader(timeout=_TIMEOUT))
        except requests.RequestException as error:
            raise ConnectionError(
                f"{file.url} could not be downloaded ({error}). Fetch it by hand and put it at "
                f"{path}, or run this again once there is a network: the files that are there "
                f"already stay. {self.remedy}".rstrip()
            ) from error
        except ValueError as error:
            raise ValueError(
                f"What came from {file.url} is not the file that was asked for, and was not kept. "
                f"{error} {self.remedy}".rstrip()
            ) from error


def data_folder() -> Path:
    """The folder of the data: ``WAVEDISTILL_DATA`` if it is set, or else in the user's cache.

    Raises
    ------
    ImportError
        If the variable is not set and pooch, which knows the place of the cache, is not installed.
    """
    given = os.environ.get("WAVEDISTILL_DATA")
    return Path(given).expanduser() if given else Path(_pooch().os_cache("wavedistill"))


def _pooch() -> Any:
    try:
        import pooch
    except ModuleNotFoundError as error:
        raise ImportError(
            "Fetching data needs pooch, and it is not installed: pip install 'wavedistill[data]'"
        ) from error
    return pooch


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
