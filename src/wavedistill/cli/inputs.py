"""Arrays in files of many kinds, told by their suffix; nothing is ever unpickled.

``file::name`` names one of several arrays in a file: an array of an npz file, a data set of HDF5, a
group member of zarr, a column of a table, an extension of FITS.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wavedistill.extras import load

__all__ = [
    "KINDS",
    "existing",
    "file_of",
    "read_array",
    "read_column",
    "read_signals",
    "refuse_same_files",
]

Array = NDArray[Any]

KINDS = ".npy, .npz, .csv, .parquet, .zarr, .h5, .hdf5 or .fits; file::name for one of several"


def file_of(text: str) -> Path:
    """The file of ``file`` or ``file::name``."""
    return Path(text.partition("::")[0])


def existing(path: Path, option: str) -> Path:
    """Refuse what is no file.

    Raises
    ------
    FileNotFoundError
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "there is no such file"
        raise FileNotFoundError(f"{option} {path}: {what}.")
    return path


def refuse_same_files(
    read: Mapping[str, Path | str | None], written: Mapping[str, Path | None]
) -> None:
    """Refuse options that name the same array twice, or a file that another option writes.

    Parameters
    ----------
    read, written : mapping of str to path
        By option, the files that are read, as ``file`` or ``file::name``, and those that are
        written. None stands for options that are not given.

    Raises
    ------
    ValueError
    """
    arrays: dict[str, str] = {}
    files: dict[Path, str] = {}
    for option, text in read.items():
        if text is not None:
            _refuse_second(arrays, str(text), option)
            files[file_of(str(text)).resolve()] = option
    for option, path in written.items():
        if path is not None:
            _refuse_second(files, path.resolve(), option, path)


def _refuse_second(seen: dict[Any, str], key: object, option: str, path: object = None) -> None:
    other = seen.setdefault(key, option)
    if other != option:
        raise ValueError(
            f"{other} and {option} both name {path or key}; give each a file of its own."
        )


def read_array(text: str, option: str) -> Array:
    """The array in a file.

    Parameters
    ----------
    text : str
        ``file`` or ``file::name``.
    option : str
        The option that names it, for messages.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ImportError
        If the package that reads it is not installed.
    ValueError
        If it is of no kind that is read, or holds no array, or several and none is named.
    """
    path, name = file_of(text), text.partition("::")[2]
    read = _READERS.get(path.suffix.lower())
    if read is not _zarr or not path.exists():
        existing(path, option)
    if read is None:
        raise ValueError(f"{option} {path} is not a .npy array, and none of {KINDS}.")
    try:
        found = np.asarray(read(path, name))
    except (KeyError, OSError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(_reason(path, option, error)) from error
    # FITS and some HDF5 files have the bytes of numbers in the other order.
    return found.astype(found.dtype.newbyteorder("="), copy=False)


def read_signals(text: str, option: str, channel_axis: int | None = None) -> Array:
    """The array in a file, with an axis of length 1 where a model expects its channels.

    Raises
    ------
    ValueError
        As `read_array` does, and if there is no such axis.
    """
    found = read_array(text, option)
    if channel_axis is None:
        return found
    if not 1 <= channel_axis <= found.ndim:
        raise ValueError(
            f"--channel-axis {channel_axis} must be 1 to {found.ndim}: {option} has {found.ndim} "
            "axes, and the first runs over examples."
        )
    return np.expand_dims(found, channel_axis)


def read_column(text: str, option: str) -> Array:
    """The array in a file, without a second axis of length 1, such as that of a CSV file."""
    found = read_array(text, option)
    return found[:, 0] if found.ndim == 2 and found.shape[1] == 1 else found


def _reason(path: Path, option: str, error: Exception) -> str:
    if "allow_pickle" in str(error) or "Object arrays" in str(error):
        return (
            f"{option} {path} holds Python objects (dtype object), saved with pickle, which is "
            "never loaded; save an array of numbers: np.save('X.npy', np.stack(list))."
        )
    reason = str(error.args[0] if isinstance(error, KeyError) else error)
    if path.suffix == ".npy":
        return f"{option} {path} is not a .npy array ({reason}); write one with np.save."
    return f"{option} {path} gives no array: {reason.rstrip('.')}."


def _npy(path: Path, name: str) -> Array:
    _no_name(name)
    # np.load takes any other file for a pickle, and its message is about pickles.
    with path.open("rb") as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def _npz(path: Path, name: str) -> Array:
    if not zipfile.is_zipfile(path):
        raise ValueError("it is no archive of np.savez")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
        found: Array = content[_chosen(name, list(content), path)]
        return found


def _csv(path: Path, name: str) -> Array:
    with path.open(newline="", encoding="utf-8-sig") as file:
        first = next(csv.reader(file), [])
    if name:
        return _cells(path, 1, first.index(_chosen(name, first, path)))
    # A first line of names is no example.
    titled = not any(_is_number(cell) for cell in first)
    return _cells(path, int(titled), None)


def _cells(path: Path, skipped: int, column: int | None) -> Array:
    """Numbers if all cells are, else text, such as names of classes, from the first line on."""
    layout: dict[str, Any] = {"delimiter": ",", "quotechar": '"', "encoding": "utf-8-sig"}
    layout |= {"usecols": column, "ndmin": 2 if column is None else 1}
    try:
        return np.loadtxt(path, np.float64, skiprows=skipped, **layout)
    except ValueError:
        return np.loadtxt(path, str, skiprows=0 if column is None else 1, **layout)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _parquet(path: Path, name: str) -> Array:
    load("pyarrow", "reading .parquet files", "parquet")
    pandas = load("pandas", "reading .parquet files", "parquet")
    frame = pandas.read_parquet(path, engine="pyarrow")
    names = [str(column) for column in frame.columns]
    found: Array = (
        frame[frame.columns[names.index(_chosen(name, names, path))]] if name else frame
    ).to_numpy()
    return found


def _zarr(path: Path, name: str) -> Array:
    zarr = load("zarr", "reading .zarr files", "zarr")
    node = zarr.open(str(path), mode="r")
    if hasattr(node, "shape"):
        _no_name(name)
        return np.asarray(node[...])
    return np.asarray(node[_chosen(name, [key for key, _ in node.arrays()], path)][...])


def _hdf5(path: Path, name: str) -> Array:
    h5py = load("h5py", "reading HDF5 files", "data")
    with h5py.File(path, "r") as file:
        names: list[str] = []
        file.visititems(
            lambda key, node: names.append(key) if isinstance(node, h5py.Dataset) else None
        )
        return np.asarray(file[_chosen(name.strip("/"), names, path)][...])


def _fits(path: Path, name: str) -> Array:
    fits = load("astropy.io.fits", "reading FITS files", "data")
    with fits.open(path, memmap=False) as units:
        images = {str(i): unit for i, unit in enumerate(units) if unit.is_image and unit.size}
        named = {unit.name: number for number, unit in images.items() if unit.name}
        found: Array = images[_chosen(named.get(name.upper(), name), list(images), path)].data
        return found


def _no_name(name: str) -> None:
    if name:
        raise ValueError(f"it is one array, and ::{name} names one of several; leave that out")


def _chosen(name: str, names: Sequence[str], path: Path) -> str:
    """The name that was given, or that of the only array."""
    if name in names:
        return name
    if not name and len(names) == 1:
        return names[0]
    has = f"it has {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}" if names else ""
    if not names:
        raise ValueError("there is none in it")
    if name:
        raise ValueError(f"there is no {name!r} in it; {has}")
    raise ValueError(f"{has}; name one, such as {path}::{names[0]}")


_READERS: dict[str, Callable[[Path, str], Array]] = {
    ".npy": _npy,
    ".npz": _npz,
    ".csv": _csv,
    ".parquet": _parquet,
    ".zarr": _zarr,
    ".h5": _hdf5,
    ".hdf5": _hdf5,
    ".fits": _fits,
}
