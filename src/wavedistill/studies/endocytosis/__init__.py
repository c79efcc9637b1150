"""The endocytosis study: predict auxilin from clathrin with a wavelet one can read (Sec 4.2)."""

from wavedistill.studies.endocytosis.amount import Amount
from wavedistill.studies.endocytosis.study import Study, run
from wavedistill.studies.endocytosis.teacher import load_teacher

__all__ = ["Amount", "Study", "load_teacher", "run"]
