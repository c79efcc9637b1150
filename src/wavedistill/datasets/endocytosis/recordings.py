"""Clathrin traces and the auxilin that comes where a pit succeeds: recordings of eight cells.

The recordings (Sec 4.2 and Appendix C of the paper, and He et al., Journal of Cell Biology 219,
2020) are of SUM159 cells under TIRF microscopy, a frame a second for 300 seconds, with clathrin
light chain A in one channel and auxilin in the other. Which of the lab's recordings the paper used
is not public in full: these eight cells are a sister of its data set, and a score on them is not
to be set beside the paper's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import integer
from wavedistill.datasets.cache import Registry, RemoteFile
from wavedistill.datasets.endocytosis.table import EndocytosisTable, UnlabelledTraces
from wavedistill.datasets.endocytosis.tracks import (
    CellTracks,
    equal_length_traces,
    is_hotspot,
    mean_auxilin,
    read_cell_tracks,
)

__all__ = ["ENDOCYTOSIS_FILES", "fetch_endocytosis", "labelled_tracks", "prepare_tracks"]

_SOURCE = (
    "https://raw.githubusercontent.com/kazukageorge/CPP-Classifier-Tensorflow/"
    "abc6c7f157de2dbaaab6bfecc6a1d9083b27b8b1/python/InputData/"
    "Cell{}_1s/TagRFP/Analysis/lifetimeData.mat"
)
_SUMS = (
    "0cd45d668da8011a36de1c03c63da4b6c7b5f6f557cd938d597aaa490297223f",
    "751a0b9ec6e3c1b644de95cf57b9ae6852b96c3f1267b82f9a94846883c5f220",
    "4567c5e2a1d84a01d7ec1e8e347f11e6f4afed0ffcf32be7138f24ffce9625fe",
    "398c5365b0496fce1bf293374978f21b0e6d098fe9379c4bae72484b47be2ff3",
    "217edb5b2023d5ca206f73a41d12702126e52c34f564780c03050ecd98302525",
    "6b677e315d455f0be516d8d9a845421727c1b406727ec3b42c2cec87e7c0f98a",
    "4f37f8dee2f2bb7e5bd88b7a780f2dbe49b4e96abe3ffc0a9ef89a9de1311ed1",
    "e04556bb40ed27e49d2b9d72d0a2f8d0be4d071c7ee61ae8ddd7266be5f7103b",
)

ENDOCYTOSIS_FILES = Registry(
    {
        f"endocytosis/lifetimeData_Cell{cell}.mat": RemoteFile(_SOURCE.format(cell), total)
        for cell, total in enumerate(_SUMS, start=1)
    },
    remedy="wavedistill.datasets.make_endocytosis() simulates such tracks without any file.",
)


def fetch_endocytosis(
    *,
    min_lifetime: float = 15,
    p_value: float = 0.05,
    length: int = 40,
    test_cells: Sequence[int] = (7, 8),
) -> EndocytosisTable:
    """The recordings as a table; they are downloaded (13 MB) where they are not there yet.

    The files are public on GitHub without a licence: they are fetched to the user's own cache (or
    to ``WAVEDISTILL_DATA``), and not to be passed on.

    Parameters
    ----------
    min_lifetime, p_value, length, test_cells
        As in `prepare_tracks`. The defaults give 1,420 rows, 344 of them in the held-out cells.

    Raises
    ------
    ConnectionError, PermissionError, ValueError, ImportError
        As `Registry.fetch`, `read_cell_tracks` and `prepare_tracks` do.
    """
    _check_settings(min_lifetime, length)
    paths = [ENDOCYTOSIS_FILES.fetch(name) for name in ENDOCYTOSIS_FILES.files]
    return prepare_tracks(
        [read_cell_tracks(path, cell) for cell, path in enumerate(paths, start=1)],
        min_lifetime=min_lifetime,
        p_value=p_value,
        length=length,
        test_cells=test_cells,
    )


def prepare_tracks(
    tracks_per_cell: Sequence[CellTracks],
    *,
    min_lifetime: float = 15,
    p_value: float = 0.05,
    length: int = 40,
    test_cells: Sequence[int] = (7, 8),
) -> EndocytosisTable:
    """Tracks as a table of equal-length clathrin traces and their auxilin response.

    Kept are the tracks that live longer than `min_lifetime` and in which auxilin came in at most
    one burst (`is_hotspot`); the others stay in the table as unlabelled traces. The traces, zeros
    after a short track included, are centred and scaled by the mean and the standard deviation
    (ddof 0) of all samples of the kept tracks of their cell, and so is the response.

    Parameters
    ----------
    tracks_per_cell : sequence of CellTracks
    min_lifetime : float
        Seconds. 15 keeps what may be a pit that lives as long as a productive one; 5 keeps three
        times as many tracks, most of them abortive.
    p_value : float
        Of the significance of a frame of auxilin, see `significant_frames`.
    length : int
        Samples in a trace.
    test_cells : sequence of int
        The held-out cells; may be empty.

    Raises
    ------
    ValueError
        If there are no cells, a number stands for two of them, a test cell is not among them, or a
        cell keeps no two tracks with different responses, so that it has no scale.
    """
    _check_settings(min_lifetime, length)
    cells = [tracks.cell for tracks in tracks_per_cell]
    if not cells or len(set(cells)) != len(cells):
        raise ValueError(f"The cells are {cells}; give at least one, and each its own number.")
    if unknown := sorted(set(test_cells) - set(cells)):
        raise ValueError(f"test_cells={tuple(test_cells)}: cells {unknown} are not among {cells}.")
    columns = [
        (
            np.full(len(tracks), tracks.cell, dtype=np.int64),
            tracks.lifetime,
            equal_length_traces(tracks.clathrin, tracks.lifetime, length),
            mean_auxilin(tracks.auxilin, tracks.significant(p_value)),
            labelled_tracks(tracks, min_lifetime, p_value),
        )
        for tracks in tracks_per_cell
    ]
    cell, lifetime, traces, response, kept = map(np.concatenate, zip(*columns, strict=True))
    X = _scored(traces, cell, kept, "clathrin samples")
    y = _scored(response, cell, kept, "auxilin responses")
    is_test = np.isin(cell, list(test_cells))
    return EndocytosisTable(
        X[kept],
        y[kept],
        cell[kept],
        is_test[kept],
        X_raw=traces[kept].astype(np.float32),
        y_raw=response[kept].astype(np.float32),
        lifetime=lifetime[kept],
        unlabelled=UnlabelledTraces(X[~kept], cell[~kept], is_test[~kept], lifetime[~kept]),
    )


def labelled_tracks(
    tracks: CellTracks, min_lifetime: float = 15, p_value: float = 0.05
) -> NDArray[np.bool_]:
    """The rows of a table: they outlive `min_lifetime`, and auxilin came in at most one burst."""
    return (tracks.lifetime > min_lifetime) & ~is_hotspot(tracks.significant(p_value))


def _scored(
    values: NDArray[np.float64], cell: NDArray[np.int64], kept: NDArray[np.bool_], name: str
) -> NDArray[np.float32]:
    scored = np.empty(values.shape, dtype=np.float32)
    for number in np.unique(cell):
        rows = cell == number
        reference = values[rows & kept]
        if reference.size == 0 or np.ptp(reference) == 0:
            raise ValueError(
                f"Cell {number} has no scale: {len(reference)} of its {rows.sum()} tracks live "
                f"long enough and have one burst of auxilin at most, and their {name} do not "
                "differ. Leave the cell out, or lower min_lifetime."
            )
        scored[rows] = (values[rows] - reference.mean()) / reference.std()
    return scored


def _check_settings(min_lifetime: float, length: int) -> None:
    if not 0 <= min_lifetime < np.inf:
        raise ValueError(f"min_lifetime={min_lifetime} must be at least 0 seconds; 15 is usual.")
    integer(length, "length", minimum=2)
