"""Students: readable features of a wavelet, and how sparse they are."""

from wavedistill.students.features import TopCoefficients, WaveletCoefficients
from wavedistill.students.metrics import compression_factor

__all__ = ["TopCoefficients", "WaveletCoefficients", "compression_factor"]
