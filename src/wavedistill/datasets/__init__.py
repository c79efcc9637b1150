"""Data to try the methods on: recordings, maps, and simulators of both."""

from wavedistill.datasets.archive import ArchiveSet, archive_sets, load_archive_set
from wavedistill.datasets.cache import Registry, RemoteFile, data_folder
from wavedistill.datasets.endocytosis import (
    CellTracks,
    CoatModel,
    EndocytosisTable,
    TrackModel,
    UnlabelledTraces,
    endocytosis_table_from_arrays,
    fetch_endocytosis,
    load_endocytosis_table,
    make_endocytosis,
    prepare_tracks,
    read_cell_tracks,
    simulate_tracks,
)
from wavedistill.datasets.lensing import LensingMaps, load_lensing, simulate_lensing
from wavedistill.datasets.oscillations import OscillationTask, simulate_oscillations
from wavedistill.datasets.synthetic import SyntheticTask, make_synthetic

__all__ = [
    "ArchiveSet",
    "CellTracks",
    "CoatModel",
    "EndocytosisTable",
    "LensingMaps",
    "OscillationTask",
    "Registry",
    "RemoteFile",
    "SyntheticTask",
    "TrackModel",
    "UnlabelledTraces",
    "archive_sets",
    "data_folder",
    "endocytosis_table_from_arrays",
    "fetch_endocytosis",
    "load_archive_set",
    "load_endocytosis_table",
    "load_lensing",
    "make_endocytosis",
    "make_synthetic",
    "prepare_tracks",
    "read_cell_tracks",
    "simulate_lensing",
    "simulate_oscillations",
    "simulate_tracks",
]
