"""Files of wavelets and transforms: JSON, or safetensors where the name ends so."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from wavedistill.extras import load
from wavedistill.files import JSON_VERSION, check_json, read_json, replacing, write_json

__all__ = ["read_record", "write_record"]

_SUFFIX = ".safetensors"
#: The key of the filter in the record of a wavelet.
_FILTER = "lowpass"


def write_record(path: str | os.PathLike[str], format: str, record: Mapping[str, Any]) -> None:
    """Write a record, whole or not at all.

    In a safetensors file the filters are tensors of float64, named by their place in the record,
    such as ``wavelets.0.lowpass``. The rest is JSON, in the metadata under ``record``.

    Parameters
    ----------
    path : path
        JSON is written, or safetensors if its suffix is ``.safetensors``.
    format : str
    record : mapping of str to JSON values

    Raises
    ------
    ImportError
        If the package safetensors is needed and not installed.
    """
    if Path(path).suffix != _SUFFIX:
        write_json(path, format, record)
        return
    numpy_files = load("safetensors.numpy", f"writing {_SUFFIX} files", "safetensors")
    wavelets = _wavelets(record)
    filters = {
        name: np.asarray(each.pop(_FILTER), dtype=np.float64) for name, each in wavelets.items()
    }
    content = {"format": format, "version": JSON_VERSION, **_with_wavelets(record, wavelets)}
    text = json.dumps(content)
    # Written as bytes: the package itself makes files that only their owner may read.
    written = numpy_files.save(filters, metadata={"record": text})
    with replacing(path) as temporary:
        temporary.write_bytes(written)


def read_record(
    path: str | os.PathLike[str], format: str, writer: str, keys: Sequence[str] = ()
) -> dict[str, Any]:
    """Read a record that `write_record` wrote; `read_json` has the arguments.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ImportError
        If the package safetensors is needed and not installed.
    ValueError
        If the file holds something else.
    """
    if Path(path).suffix != _SUFFIX:
        return read_json(path, format, writer, keys)
    package = load("safetensors", f"reading {_SUFFIX} files", "safetensors")
    # The package says less of a file that is not there.
    Path(path).stat()
    try:
        with package.safe_open(os.fspath(path), framework="numpy") as file:
            record = json.loads((file.metadata() or {})["record"])
            wavelets = {
                name: {**each, _FILTER: file.get_tensor(name)}
                for name, each in _wavelets(record).items()
            }
            content = _with_wavelets(record, wavelets)
    except (package.SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path} holds no record in safetensors ({type(error).__name__}: {error}); give a "
            f"file that {writer} wrote."
        ) from error
    return check_json(content, path, format, writer, keys)


def _wavelets(record: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The records of wavelets in a record, by the names of their filters."""
    if "wavelets" not in record:
        return {_FILTER: dict(record)}
    return {f"wavelets.{i}.{_FILTER}": dict(each) for i, each in enumerate(record["wavelets"])}


def _with_wavelets(
    record: Mapping[str, Any], wavelets: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """The record with these records of wavelets in place of its own."""
    several = list(wavelets.values())
    return {**record, "wavelets": several} if "wavelets" in record else dict(several[0])
