"""Distillation: the objective, the search over orthonormal filters, and the estimator."""

from wavedistill.distillation.estimator import Candidate, WaveletDistiller

__all__ = ["Candidate", "WaveletDistiller"]
