"""Distillation: the objective, the search over orthonormal filters, and the estimator.

The paper's own formulation, Eq. 8 with free filters, is in `wavedistill.distillation.penalized`.
"""

from wavedistill.distillation.candidates import candidate_wavelets, resampled_wavelets
from wavedistill.distillation.estimator import WaveletDistiller
from wavedistill.distillation.fits import Candidate
from wavedistill.distillation.path import DistillationPath, PathPoint
from wavedistill.distillation.penalized.settings import PenalizedSettings
from wavedistill.distillation.sweep import Progress, distill_path

__all__ = [
    "Candidate",
    "DistillationPath",
    "PathPoint",
    "PenalizedSettings",
    "Progress",
    "WaveletDistiller",
    "candidate_wavelets",
    "distill_path",
    "resampled_wavelets",
]
