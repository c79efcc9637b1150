"""Faithfulness: does the output change where attributions say so? In any basis, for any model."""

from wavedistill.faithfulness.bases import Basis, Fourier, Samples, Segments, WaveletBasis
from wavedistill.faithfulness.evaluation import measure_faithfulness
from wavedistill.faithfulness.measures import MEASURES, Measure, complexity, rank_correlation
from wavedistill.faithfulness.randomisation import ParameterRandomisation, randomise_parameters
from wavedistill.faithfulness.result import Difference, Faithfulness, FaithfulnessRow

__all__ = [
    "MEASURES",
    "Basis",
    "Difference",
    "Faithfulness",
    "FaithfulnessRow",
    "Fourier",
    "Measure",
    "ParameterRandomisation",
    "Samples",
    "Segments",
    "WaveletBasis",
    "complexity",
    "measure_faithfulness",
    "randomise_parameters",
    "rank_correlation",
]
