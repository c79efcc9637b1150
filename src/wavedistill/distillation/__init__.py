"""Distillation: the objective, the search over orthonormal filters, and the estimator.

The terms of Eq. 8 one by one, for PyTorch tensors, are in `wavedistill.distillation.penalties`.
"""

from wavedistill.distillation.estimator import Candidate, WaveletDistiller
from wavedistill.distillation.path import DistillationPath, PathPoint, Progress, distill_path
from wavedistill.distillation.settings import PenalizedSettings

__all__ = [
    "Candidate",
    "DistillationPath",
    "PathPoint",
    "PenalizedSettings",
    "Progress",
    "WaveletDistiller",
    "distill_path",
]
