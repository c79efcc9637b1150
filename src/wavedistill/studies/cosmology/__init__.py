"""The cosmology study: tell Ω_m from lensing maps by counting peaks with a wavelet (Sec 4.3)."""

from wavedistill.studies.cosmology.network import Architecture
from wavedistill.studies.cosmology.study import Amount, Study, run
from wavedistill.studies.cosmology.teacher import Training

__all__ = ["Amount", "Architecture", "Study", "Training", "run"]
