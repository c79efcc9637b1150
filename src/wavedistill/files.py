"""Writing files so that a failed run never costs an existing one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["replacing", "writable_target"]


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


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
