"""Distillation: the objective, the search over orthonormal filters, and the estimator.

The paper's own formulation, Eq. 8 with free filters, is in `wavedistill.distillation.penalized`.
"""

from wavedistill.distillation.estimator import Candidate, WaveletDistiller
from wavedistill.distillation.path import DistillationPath, PathPoint, Progress, distill_path
from wavedistill.distillation.penalized.settings import PenalizedSettings

__all__ = [
    "Candidate",
    "DistillationPath",
    "PathPoint",
    "PenalizedSettings",
    "Progress",
    "WaveletDistiller",
    "distill_path",
]
