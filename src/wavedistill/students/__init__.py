"""Students: readable features of a wavelet, what a prediction is made of, and counts of peaks."""

from wavedistill.students.activation import activation_map
from wavedistill.students.classifier import DistilledClassifier
from wavedistill.students.compare import compare
from wavedistill.students.comparison import Comparison, ComparisonRow
from wavedistill.students.contributions import Contributions, contributions
from wavedistill.students.distillation import Distillation
from wavedistill.students.features import TopCoefficients, WaveletCoefficients
from wavedistill.students.in_one_call import distill
from wavedistill.students.likelihood import LikelihoodRegressor
from wavedistill.students.loading import load_student
from wavedistill.students.map_statistics import moments, power_spectrum, skewness_spectrum
from wavedistill.students.metrics import best_threshold, compression_factor, standard_error
from wavedistill.students.nearest import MahalanobisRegressor
from wavedistill.students.peak_filters import (
    WaveletCut,
    filter_symmetry,
    wavelet_cuts,
    wavelet_filters,
)
from wavedistill.students.peaks import PeakCounts, local_maxima, peak_values
from wavedistill.students.posterior import PosteriorMeanRegressor
from wavedistill.students.regressor import DistilledRegressor
from wavedistill.students.run import Run
from wavedistill.students.selection import Selection, select
from wavedistill.students.stability import Refit, Stability, stability
from wavedistill.students.student_contributions import StudentContributions
from wavedistill.students.undecimated import UndecimatedSummary

__all__ = [
    "Comparison",
    "ComparisonRow",
    "Contributions",
    "Distillation",
    "DistilledClassifier",
    "DistilledRegressor",
    "LikelihoodRegressor",
    "MahalanobisRegressor",
    "PeakCounts",
    "PosteriorMeanRegressor",
    "Refit",
    "Run",
    "Selection",
    "Stability",
    "StudentContributions",
    "TopCoefficients",
    "UndecimatedSummary",
    "WaveletCoefficients",
    "WaveletCut",
    "activation_map",
    "best_threshold",
    "compare",
    "compression_factor",
    "contributions",
    "distill",
    "filter_symmetry",
    "load_student",
    "local_maxima",
    "moments",
    "peak_values",
    "power_spectrum",
    "select",
    "skewness_spectrum",
    "stability",
    "standard_error",
    "wavelet_cuts",
    "wavelet_filters",
]
