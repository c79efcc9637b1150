"""Data to try the methods on."""

from wavedistill.datasets.cache import Registry, RemoteFile, data_folder
from wavedistill.datasets.endocytosis import fetch_endocytosis, prepare_tracks
from wavedistill.datasets.endocytosis_simulator import (
    CoatModel,
    TrackModel,
    make_endocytosis,
    simulate_tracks,
)
from wavedistill.datasets.endocytosis_table import (
    EndocytosisTable,
    UnlabelledTraces,
    endocytosis_table_from_arrays,
    load_endocytosis_table,
)
from wavedistill.datasets.synthetic import SyntheticTask, make_synthetic
from wavedistill.datasets.tracks import CellTracks, read_cell_tracks

__all__ = [
    "CellTracks",
    "CoatModel",
    "EndocytosisTable",
    "Registry",
    "RemoteFile",
    "SyntheticTask",
    "TrackModel",
    "UnlabelledTraces",
    "data_folder",
    "endocytosis_table_from_arrays",
    "fetch_endocytosis",
    "load_endocytosis_table",
    "make_endocytosis",
    "make_synthetic",
    "prepare_tracks",
    "read_cell_tracks",
    "simulate_tracks",
]
