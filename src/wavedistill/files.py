"""Files that are written whole or not at all, and JSON files that name their format."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

__all__ = [
    "JSON_VERSION",
    "check_json",
    "fingerprint",
    "read_json",
    "replacing",
    "writable_target",
    "write_json",
]

#: The version of every JSON format of this package.
JSON_VERSION = 1


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path that replaces `path` when the block ends without an error.

    A file at `path` stays until the new one is whole, and stays for good if the block raises. The
    folder is made if it is not there. A link is followed: the file it points to is replaced.
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
    """Check that a file can be written at `path`, and return it as a `Path`.

    Raises
    ------
    IsADirectoryError
        If `path` is a folder.
    NotADirectoryError
        If one of its parents is a file.
    OSError
        If there is a device or a pipe.
    PermissionError
        If its folder may not be written.
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
    """Write a JSON file that names its format, whole or not at all."""
    text = json.dumps({"format": format, "version": JSON_VERSION, **content}, indent=1)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def read_json(
    path: str | os.PathLike[str], format: str, writer: str, keys: Sequence[str] = ()
) -> dict[str, Any]:
    """Read a JSON file that `write_json` wrote.

    Parameters
    ----------
    path : path
    format : str
        The format that the file must have.
    writer : str
        What writes such files, for messages.
    keys : sequence of str
        What the content must have.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not JSON, has another format or version, or lacks one of the keys.
    """
    try:
        content: Any = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(
            f"{path} is not JSON ({error}); give a file that {writer} wrote."
        ) from error
    return check_json(content, path, format, writer, keys)


def check_json(
    content: Any,
    path: str | os.PathLike[str],
    format: str,
    writer: str,
    keys: Sequence[str] = (),
) -> dict[str, Any]:
    """Refuse the content of a file of another format or version; `read_json` has the arguments.

    Raises
    ------
    ValueError
    """
    remedy = f"give a file that {writer} wrote."
    found = content.get("format") if isinstance(content, dict) else None
    if found != format:
        raise ValueError(f"{path} is JSON of format {found!r}, and {format!r} is needed; {remedy}")
    if content.get("version") != JSON_VERSION:
        raise ValueError(
            f"{path} has version {content.get('version')!r} of its format, and this release reads "
            f"version {JSON_VERSION}; {remedy}"
        )
    if missing := [key for key in keys if key not in content]:
        raise ValueError(f"{path} lacks {' and '.join(missing)}; {remedy}")
    return dict(content)


def fingerprint(*parts: object) -> str:
    """A digest of arrays and settings, to tell whether a file was made of the same ones.

    An array is told from others by its shape, dtype and values, any other part by its `repr`.

    Raises
    ------
    TypeError
        For an array of objects.
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"\0")
        if isinstance(part, np.ndarray):
            if part.dtype.hasobject:
                raise TypeError(f"an array of objects ({part.dtype}) has no fingerprint.")
            digest.update(f"{part.shape}{part.dtype}".encode())
            digest.update(np.ascontiguousarray(part).data)
        else:
            digest.update(repr(part).encode())
    return digest.hexdigest()


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
