"""Students: readable features of a wavelet, what a prediction is made of, how sparse they are."""

from wavedistill.students.explain import Contributions, contributions
from wavedistill.students.features import TopCoefficients, WaveletCoefficients
from wavedistill.students.metrics import compression_factor

__all__ = [
    "Contributions",
    "TopCoefficients",
    "WaveletCoefficients",
    "compression_factor",
    "contributions",
]
