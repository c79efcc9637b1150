"""Reports: a distillation as one page of HTML that needs no other file and no network."""

from wavedistill.reporting.page import report

__all__ = ["report"]
