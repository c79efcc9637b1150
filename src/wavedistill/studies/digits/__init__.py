"""Handwritten digits: a network of images, its students, raw pixels and a scattering transform."""

from wavedistill.studies.digits.study import Amount, Row, Study, run

__all__ = ["Amount", "Row", "Study", "run"]
