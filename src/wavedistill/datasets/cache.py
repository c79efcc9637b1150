"""Download public data files once, check their SHA-256 sums, and keep them in one folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from wavedistill.extras import load
from wavedistill.files import writable_target

__all__ = ["Registry", "RemoteFile", "data_folder"]

_TIMEOUT = 30.0
_RETRIES = 1


@dataclass(frozen=True)
class RemoteFile:
    """Where a public file is, and its checksum.

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
    """The public files of a data set, named as in the data folder.

    Parameters
    ----------
    files : mapping of str to RemoteFile
        The names are relative to `data_folder`, with ``/`` between folders.
    remedy : str
        What to do without the files; it ends the message that a user without a network sees.
    """

    files: Mapping[str, RemoteFile]
    remedy: str = ""

    def fetch(self, name: str) -> Path:
        """Return the path of a file, and download the file first if the folder lacks it.

        A file in the folder is checked and used without a network and without writing, so the
        folder may be read-only. A download is moved to its place only when it is complete: an
        interrupted run loses one file at most, and the next run continues from there.

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
            If the folder lacks the file and it cannot be downloaded.
        PermissionError
            If the folder lacks the file and cannot be written to.
        ImportError
            If pooch or requests is needed and not installed.
        """
        if name not in self.files:
            raise KeyError(f"{name!r} is not one of the files {', '.join(self.files)}.")
        file = self.files[name]
        path = data_folder() / name
        if not path.exists():
            self._download(name, file, writable_target(path))
        elif (found := _sha256(path)) != file.sha256:
            raise ValueError(
                f"{path} is not the file of {file.url}: its SHA-256 sum is {found} and should be "
                f"{file.sha256}. Move it away, and it is downloaded again; or set "
                "WAVEDISTILL_DATA to another folder."
            )
        return path

    def _download(self, name: str, file: RemoteFile, path: Path) -> None:
        pooch = _needed("pooch")
        requests = _needed("requests")
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
                f"{file.url} could not be downloaded ({error}). Download it by hand to {path}, "
                "or run this again when there is a network; files already downloaded are kept. "
                f"{self.remedy}".rstrip()
            ) from error
        except ValueError as error:
            raise ValueError(
                f"The download from {file.url} is not the expected file and was deleted. {error} "
                f"{self.remedy}".rstrip()
            ) from error


def data_folder() -> Path:
    """Return the data folder: ``WAVEDISTILL_DATA`` if it is set, otherwise the user's cache.

    Raises
    ------
    ImportError
        If the variable is not set and pooch, which finds the user's cache, is not installed.
    """
    given = os.environ.get("WAVEDISTILL_DATA")
    if given:
        return Path(given).expanduser()
    return Path(_needed("pooch").os_cache("wavedistill"))


def _needed(module: str) -> ModuleType:
    return load(module, "Downloading public data", "data")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
