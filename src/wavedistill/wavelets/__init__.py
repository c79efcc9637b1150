"""Orthogonal wavelets: filters, the orthonormal lattice, and the transforms they make."""

from wavedistill.wavelets.layout import CoefficientLayout
from wavedistill.wavelets.transform import adjoint_synthesis, analysis, synthesis
from wavedistill.wavelets.wavelet import (
    Wavelet,
    WaveletFunctions,
    align,
    as_wavelet,
    orthogonal_names,
)

__all__ = [
    "CoefficientLayout",
    "Wavelet",
    "WaveletFunctions",
    "adjoint_synthesis",
    "align",
    "analysis",
    "as_wavelet",
    "orthogonal_names",
    "synthesis",
]
