"""Tracks of clathrin-coated pits, and the auxilin that comes if they succeed (Sec 4.2)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["EndocytosisTable", "load_endocytosis_table"]

Float32 = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class EndocytosisTable:
    """Clathrin tracks of several cells, each with the auxilin signal to predict.

    Parameters
    ----------
    X : ndarray, shape (n, 40)
        Clathrin amplitude, one frame a second, z-scored per cell.
    y : ndarray, shape (n,)
        Mean auxilin amplitude over the frames where it is significant, z-scored per cell.
    cell : ndarray, shape (n,)
        Number of the cell.
    is_test : ndarray of bool, shape (n,)
        Marks the held-out cells.
    """

    X: Float32
    y: Float32
    cell: NDArray[np.int8]
    is_test: NDArray[np.bool_]


def load_endocytosis_table(path: str | os.PathLike[str]) -> EndocytosisTable:
    """Read a prepared table (.npz) with the arrays of `EndocytosisTable`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it holds other arrays.
    """
    names = ("X", "y", "cell", "is_test")
    with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as content:
        missing = [name for name in names if name not in content]
        if missing:
            raise ValueError(f"{path} has no array {', '.join(missing)}; it needs {names}.")
        return EndocytosisTable(*(content[name] for name in names))
