"""Data to try the methods on."""

from wavedistill.datasets.endocytosis import EndocytosisTable, load_endocytosis_table
from wavedistill.datasets.synthetic import SyntheticTask, make_synthetic

__all__ = ["EndocytosisTable", "SyntheticTask", "load_endocytosis_table", "make_synthetic"]
