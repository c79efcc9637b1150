"""Data to try the methods on."""

from wavedistill.datasets.synthetic import SyntheticTask, make_synthetic

__all__ = ["SyntheticTask", "make_synthetic"]
