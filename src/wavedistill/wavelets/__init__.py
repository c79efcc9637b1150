"""Orthogonal wavelets: filters, the orthonormal lattice, and the transforms they make."""

from wavedistill.wavelets.transform import (
    CoefficientLayout,
    Mode,
    adjoint_synthesis,
    analysis,
    check_mode,
    synthesis,
)
from wavedistill.wavelets.wavelet import (
    Wavelet,
    WaveletFunctions,
    as_wavelet,
    orthogonal_names,
)

__all__ = [
    "CoefficientLayout",
    "Mode",
    "Wavelet",
    "WaveletFunctions",
    "adjoint_synthesis",
    "analysis",
    "as_wavelet",
    "check_mode",
    "orthogonal_names",
    "synthesis",
]
