"""Reader of the UCR and UEA archives of time series: one folder for each set, in text files."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["ArchiveSet", "archive_sets", "load_archive_set"]

#: Forms of the files, in the order in which they are looked for: UCR 2018, UEA, and UCR 2015.
_SUFFIXES = (".tsv", ".ts", ".txt")
_PARTS = ("TRAIN", "TEST")


class ArchiveSet(NamedTuple):
    """A set of the archive with its own split.

    Parameters
    ----------
    name : str
    X_train, X_test : ndarray, shape (n, channels, length)
        Signals, as the files have them.
    y_train, y_test : ndarray of int, shape (n,)
        Classes as places in `classes`.
    classes : tuple of str
        The labels of the files.
    filled : int
        How many signals had their last value repeated to the common length.
    """

    name: str
    X_train: NDArray[np.float64]
    y_train: NDArray[np.intp]
    X_test: NDArray[np.float64]
    y_test: NDArray[np.intp]
    classes: tuple[str, ...]
    filled: int = 0


def archive_sets(folder: str | os.PathLike[str]) -> dict[str, Path]:
    """The sets in a folder of the archive: the folder of each by its name, in order of names.

    A set ``Name`` lies in a folder with ``Name_TRAIN`` and ``Name_TEST``, both ``.tsv``, ``.ts`` or
    ``.txt``; one folder may hold several.

    Raises
    ------
    NotADirectoryError
        If there is no such folder.
    """
    root = Path(folder)
    if not root.is_dir():
        raise NotADirectoryError(
            f"{root} is no folder; give one that holds a folder for each set, such as "
            "GunPoint/GunPoint_TRAIN.tsv."
        )
    found = {}
    for path in root.glob("*/*_TRAIN.*"):
        name = path.name.rpartition("_TRAIN")[0]
        if path.suffix in _SUFFIXES and path.with_name(f"{name}_TEST{path.suffix}").is_file():
            found[name] = path.parent
    return dict(sorted(found.items()))


def load_archive_set(
    folder: str | os.PathLike[str], name: str | None = None, *, padded: bool = False
) -> ArchiveSet:
    """Read a set of the archive, such as that in the folder ``GunPoint``.

    Parameters
    ----------
    folder : path
        It holds ``Name_TRAIN`` and ``Name_TEST``, both ``.tsv``, ``.ts`` or ``.txt``.
    name : str, optional
        By default that of the folder.
    padded : bool
        Take signals that lack values at their end only, as the archive pads short ones, and repeat
        the last value of each.

    Raises
    ------
    FileNotFoundError
        If the files are not there.
    ValueError
        For signals that differ in length or lack values, for responses that are no classes, and for
        files that cannot be read.
    """
    place = Path(folder)
    name = place.name if name is None else name
    for suffix in _SUFFIXES:
        paths = [place / f"{name}_{part}{suffix}" for part in _PARTS]
        if all(path.is_file() for path in paths):
            break
    else:
        listed = ", ".join(_SUFFIXES)
        raise FileNotFoundError(
            f"{place} lacks {name}_TRAIN and {name}_TEST with one of the endings {listed}; give "
            "the folder of one set of the archive."
        )
    read = _read_ts if suffix == ".ts" else _read_table
    (X_train, train), (X_test, test) = (read(path) for path in paths)
    if X_train.shape[1:] != X_test.shape[1:]:
        raise ValueError(
            f"{paths[0]} has signals of shape {X_train.shape[1:]} and {paths[1].name} of "
            f"{X_test.shape[1:]}; signals of one length are needed: cut or pad them."
        )
    filled = 0
    if padded:
        lacking = [np.isnan(X[..., -1]).any(axis=1) for X in (X_train, X_test)]
        X_train, X_test = _filled(X_train), _filled(X_test)
        filled = sum(int(rows.sum()) for rows in lacking)
    for path, X in zip(paths, (X_train, X_test), strict=True):
        if not np.isfinite(X).all():
            count = int((~np.isfinite(X)).any(axis=(1, 2)).sum())
            raise ValueError(
                f"{path} lacks values in {count} of {len(X)} signals, or pads short ones; fill "
                "them in or leave the set out."
            )
    classes, numbers = np.unique([*train, *test], return_inverse=True)
    y = numbers.astype(np.intp)
    return ArchiveSet(
        name, X_train, y[: len(train)], X_test, y[len(train) :], tuple(map(str, classes)), filled
    )


def _read_table(path: Path) -> tuple[NDArray[np.float64], list[str]]:
    """A row for each signal, its class first; between them tabs, commas or spaces."""
    with path.open(encoding="utf-8") as file:
        rows = [line.replace(",", " ").split() for line in file if line.strip()]
    return _stacked(path, [[row[1:]] for row in rows]), [_plain(row[0]) for row in rows]


def _read_ts(path: Path) -> tuple[NDArray[np.float64], list[str]]:
    """A header of lines that begin with @, then signals: channels between colons, class last."""
    header: dict[str, str] = {}
    with path.open(encoding="utf-8") as file:
        for line in file:
            word, _, rest = line.strip().partition(" ")
            if word.lower() == "@data":
                break
            if word.startswith("@"):
                header[word.lower()] = rest.strip()
        if not header.get("@classlabel", "").lower().startswith("true"):
            raise ValueError(f"{path} has responses that are no classes; choose another set.")
        if header.get("@timestamps", "false").lower() == "true":
            raise ValueError(f"{path} has time stamps, which are not read; choose another set.")
        rows = [line.strip().split(":") for line in file if line.strip()]
    signals = [[channel.split(",") for channel in row[:-1]] for row in rows]
    return _stacked(path, signals), [_plain(row[-1]) for row in rows]


def _stacked(path: Path, signals: list[list[list[str]]]) -> NDArray[np.float64]:
    """Signals with shape (n, channels, length)."""
    shapes = {tuple(map(len, signal)) for signal in signals}
    lengths = {length for shape in shapes for length in shape}
    if len(lengths) != 1 or len(shapes) != 1 or 0 in lengths:
        told = f"of {min(lengths)} to {max(lengths)} samples" if lengths else "none"
        raise ValueError(
            f"{path} has signals {told}; signals of one length are needed: cut or pad them."
        )
    try:
        return np.array([[_numbers(channel) for channel in signal] for signal in signals])
    except ValueError as error:
        raise ValueError(f"{path} cannot be read: {error}; numbers are needed.") from error


def _filled(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Signals with the last value of each repeated where only NaN follows."""
    known = np.isfinite(X)
    last = X.shape[-1] - 1 - known[..., ::-1].argmax(axis=-1, keepdims=True)
    after = np.arange(X.shape[-1]) > last
    filled: NDArray[np.float64] = np.where(after, np.take_along_axis(X, last, axis=-1), X)
    return filled


def _numbers(channel: Iterable[str]) -> list[float]:
    return [math.nan if value == "?" else float(value) for value in channel]


def _plain(label: str) -> str:
    """A label as the other files of the set write it: 1 for 1.0 or 1.0000000e+00."""
    try:
        value = float(label)
    except ValueError:
        return label
    return str(int(value)) if value.is_integer() else label
