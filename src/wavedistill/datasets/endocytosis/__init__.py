"""Clathrin tracks and the auxilin that comes where a pit succeeds: recorded and simulated."""

from wavedistill.datasets.endocytosis.recordings import fetch_endocytosis, prepare_tracks
from wavedistill.datasets.endocytosis.simulator import (
    CoatModel,
    TrackModel,
    make_endocytosis,
    simulate_tracks,
)
from wavedistill.datasets.endocytosis.table import (
    EndocytosisTable,
    UnlabelledTraces,
    endocytosis_table_from_arrays,
    load_endocytosis_table,
)
from wavedistill.datasets.endocytosis.tracks import CellTracks, read_cell_tracks

__all__ = [
    "CellTracks",
    "CoatModel",
    "EndocytosisTable",
    "TrackModel",
    "UnlabelledTraces",
    "endocytosis_table_from_arrays",
    "fetch_endocytosis",
    "load_endocytosis_table",
    "make_endocytosis",
    "prepare_tracks",
    "read_cell_tracks",
    "simulate_tracks",
]
