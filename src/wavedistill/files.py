"""Files: written so that a failed run never costs an existing one, and JSON that tells its kind."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["fingerprint", "read_json", "replacing", "writable_target", "write_json"]

#: Of every JSON file of this package.
_VERSION = 1


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place once the block ends without an error.

    A link is followed: what it points to is replaced.

    The folder is made if it is not there. Whatever stood at `path` stays until the new file is
    whole, and stays for good if the block raises.
    """
    target = writable_target(path).resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.stem}-", suffix=target.suffix
    )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        temporary.chmod(mode)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def writable_target(path: str | os.PathLike[str]) -> Path:
    """`path`, if a file can be put there.

    Raises
    ------
    IsADirectoryError
        If it is a folder.
    NotADirectoryError
        If something on the way to it is a file.
    OSError
        If it is no ordinary file.
    PermissionError
        If its folder does not let itself be written.
    """
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder; name a file in it, such as {target}/out.")
    if target.exists() and not target.is_file():
        raise OSError(f"{target} is a device or a pipe; name an ordinary file.")
    parent = target.parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir():
        raise NotADirectoryError(f"{target} cannot be written: {parent} is a file, not a folder.")
    if not os.access(parent, os.W_OK):
        raise PermissionError(f"{target} cannot be written: no permission in {parent}.")
    return target


def write_json(path: str | os.PathLike[str], format: str, content: Mapping[str, Any]) -> None:
    """Write a JSON file that tells its format; an existing file is replaced only by a whole one."""
    text = json.dumps({"format": format, "version": _VERSION, **content}, indent=1)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def read_json(path: str | os.PathLike[str], format: str, writer: str) -> dict[str, Any]:
    """Read a JSON file of a format that `write_json` wrote.

    Parameters
    ----------
    path : path
    format : str
    writer : str
        What writes such files, in a message.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not JSON, or of another format or version.
    """
    remedy = f"give a file that {writer} wrote."
    try:
        content: Any = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON ({error}); {remedy}") from error
    found = content.get("format") if isinstance(content, dict) else None
    if found != format:
        raise ValueError(f"{path} is JSON of format {found!r}, and {format!r} is needed; {remedy}")
    if content.get("version") != _VERSION:
        raise ValueError(
            f"{path} has version {content.get('version')!r} of its format, and this release reads "
            f"version {_VERSION}; {remedy}"
        )
    return dict(content)


def fingerprint(*parts: object) -> str:
    """A digest of arrays and settings: the same for the same values, whatever holds them.

    Arrays count by shape, dtype and values; other things by their `repr`.
    """
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.shape}{part.dtype}".encode())
            digest.update(np.ascontiguousarray(part).data)
        else:
            digest.update(repr(part).encode())
    return digest.hexdigest()


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
