"""The table that the endocytosis study works on, whatever the traces come from."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import float_array, require_shape
from wavedistill.files import replacing

__all__ = [
    "EndocytosisTable",
    "UnlabelledTraces",
    "endocytosis_table_from_arrays",
    "load_endocytosis_table",
]

Float32 = NDArray[np.float32]
Integers = NDArray[np.integer]
Bools = NDArray[np.bool_]

_NEEDED = ("X", "y", "cell", "is_test")
_OPTIONAL = ("X_raw", "y_raw", "lifetime")
_PREFIX = "unlabelled_"


@dataclass(frozen=True, eq=False)
class UnlabelledTraces:
    """Clathrin traces without a response to learn from, on the scale of the labelled ones.

    A teacher's predictions may be distilled on them: tracks too short for the table, and tracks
    of several pits at one place. The latter are those that live longer than the cut.
    """

    #: Clathrin amplitude, with the mean and scale of the cell's labelled traces; (m, length).
    X: Float32
    cell: Integers
    is_test: Bools
    #: Seconds; shape (m,), as of the cells and marks.
    lifetime: Integers


@dataclass(frozen=True, eq=False)
class EndocytosisTable:
    """Clathrin traces of several cells, each with the auxilin signal to predict.

    X has the shape (n, length), with 40 samples if no other length was asked for. The other arrays
    have the shape (n,), except `X_raw`.

    Raises
    ------
    ValueError
        If the arrays do not have as many rows as X.
    """

    #: Clathrin amplitude, z-scored per cell. A track of at most 40 s has a sample a second and
    #: zeros (before z-scoring) after its end; a longer one is resampled.
    X: Float32
    #: Mean auxilin amplitude over the frames where it is significant, z-scored per cell.
    y: Float32
    #: Number of the cell. Keep the rows of a cell on one side of a split.
    cell: Integers
    #: Marks the held-out cells.
    is_test: Bools
    #: X and y before z-scoring, in camera counts, if they are known.
    X_raw: Float32 | None = None
    y_raw: Float32 | None = None
    #: Seconds, if they are known.
    lifetime: Integers | None = None
    #: The tracks that have no row here.
    unlabelled: UnlabelledTraces | None = None

    def __post_init__(self) -> None:
        for name in (*_NEEDED, *_OPTIONAL):
            array = getattr(self, name)
            expected = self.X.shape if name in ("X", "X_raw") else self.X.shape[:1]
            if array is not None:
                require_shape(name, array, expected, "X", self.X.shape)

    def __len__(self) -> int:
        return len(self.y)

    @property
    def successful(self) -> Bools:
        """Where auxilin came: it was significant in at least one frame, so that `y_raw` > 0.

        The paper calls an event successful if auxilin is recruited, and significant what has a
        p-value below 0.05 (Sec 4.2; Appendix C, footnote 7); it states no threshold on y. One frame
        is little: where a stricter mark is wanted, compare `y_raw` with an amplitude.

        Raises
        ------
        ValueError
            If the table has no `y_raw`.
        """
        if self.y_raw is None:
            raise ValueError(
                "This table does not know y_raw, the auxilin amplitude before z-scoring, so it "
                "cannot tell which events were successful; make it with fetch_endocytosis or "
                "make_endocytosis, or give y_raw."
            )
        return np.asarray(self.y_raw > 0)

    def rows(self, which: ArrayLike) -> EndocytosisTable:
        """The rows that a mask or indices pick; `unlabelled` goes with them whole."""
        index = np.asarray(which)
        return replace(self, **{name: array[index] for name, array in self._arrays().items()})

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the table to an .npz file that `load_endocytosis_table` reads."""
        arrays = self._arrays()
        if self.unlabelled is not None:
            arrays |= {_PREFIX + name: array for name, array in vars(self.unlabelled).items()}
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, **arrays)

    def _arrays(self) -> dict[str, Any]:
        """The arrays that are known, by name, but those of `unlabelled`."""
        arrays = {name: getattr(self, name) for name in (*_NEEDED, *_OPTIONAL)}
        return {name: array for name, array in arrays.items() if array is not None}


def load_endocytosis_table(path: str | os.PathLike[str]) -> EndocytosisTable:
    """Read a table (.npz): the arrays X, y, cell, is_test of `EndocytosisTable`, and what else.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If one of the four arrays is not in it, or the shapes disagree.
    """
    traces = [_PREFIX + field.name for field in fields(UnlabelledTraces)]
    with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as content:
        if missing := [name for name in _NEEDED if name not in content]:
            raise ValueError(f"{path} has no array {', '.join(missing)}; it needs {_NEEDED}.")
        known = {name: content[name] for name in (*_NEEDED, *_OPTIONAL) if name in content}
        if all(name in content for name in traces):
            known["unlabelled"] = UnlabelledTraces(*(content[name] for name in traces))
        return EndocytosisTable(**known)


def endocytosis_table_from_arrays(
    X_train: ArrayLike,
    y_train: ArrayLike,
    X_test: ArrayLike,
    y_test: ArrayLike,
    *,
    cell_train: ArrayLike | None = None,
    cell_test: ArrayLike | None = None,
) -> EndocytosisTable:
    """A table from traces that are prepared and split already, such as the paper's own.

    Who has the two data frames of the paper, ``df_py36.pkl`` (2,936 rows) and
    ``df_test_py36.pkl`` (1,005), reads them with a pandas old enough for them, writes arrays::

        train, test = (pandas.read_pickle(f) for f in ("df_py36.pkl", "df_test_py36.pkl"))
        X, y = "X_same_length_normalized", "Y_sig_mean_normalized"
        np.savez("paper.npz", X_train=np.stack(train[X]), y_train=train[y],
                 X_test=np.stack(test[X]), y_test=test[y])

    and hands over ``endocytosis_table_from_arrays(**np.load("paper.npz"))``. Nothing is unpickled
    here; open a pickle only if you trust where it comes from.

    Parameters
    ----------
    X_train, X_test : array_like, shape (n, length), or a column of n such rows
        Clathrin traces, taken as they are.
    y_train, y_test : array_like, shape (n,)
        Their responses.
    cell_train, cell_test : array_like of int, shape (n,), optional
        Number of the cell of each row. If it is not known, all training rows count as cell 1 and
        all test rows as cell 2; a cross-validation by cells then has a single group to split. Any
        numbers make folds, such as ``np.arange(n) % 6``, but traces of one cell then stand on
        both sides of a split.

    Raises
    ------
    TypeError, ValueError
        If an array holds other than finite real numbers, or shapes disagree.
    """
    parts = []
    for X, y, cell, test in ((X_train, y_train, cell_train, 0), (X_test, y_test, cell_test, 1)):
        name = "test" if test else "train"
        # A column of a data frame holds one array for each row.
        column = np.asarray(X)
        stacked = np.stack(list(column)) if column.dtype == object and column.ndim == 1 else column
        traces = float_array(stacked, f"X_{name}", min_ndim=2)
        n = traces.shape[:1]
        response = float_array(y, f"y_{name}")
        cells = np.full(n, 1 + test) if cell is None else np.asarray(cell)
        require_shape(f"y_{name}", response, n, f"X_{name}", traces.shape)
        require_shape(f"cell_{name}", cells, n, f"X_{name}", traces.shape)
        parts.append((traces, response, cells, np.full(n, bool(test))))
    length, test_length = (traces.shape[1:] for traces, *_ in parts)
    if length != test_length:
        raise ValueError(
            f"X_train has traces of shape {length} and X_test of shape {test_length}; they must be "
            "the same."
        )
    X, y, cell, is_test = (np.concatenate(column) for column in zip(*parts, strict=True))
    return EndocytosisTable(X.astype(np.float32), y.astype(np.float32), cell, is_test)
