"""Orthogonal wavelets: filters, the orthonormal lattice, and the transforms they make."""

from wavedistill.wavelets.alignment import align
from wavedistill.wavelets.arguments import as_transform
from wavedistill.wavelets.bank import WaveletTransform
from wavedistill.wavelets.decomposition import Decomposition
from wavedistill.wavelets.dictionary import known_wavelets
from wavedistill.wavelets.lattice import Lattice
from wavedistill.wavelets.layout import CoefficientLayout
from wavedistill.wavelets.wavelet import (
    Wavelet,
    WaveletFunctions,
    WaveletLike,
    as_wavelet,
    orthogonal_names,
)

__all__ = [
    "CoefficientLayout",
    "Decomposition",
    "Lattice",
    "Wavelet",
    "WaveletFunctions",
    "WaveletLike",
    "WaveletTransform",
    "align",
    "as_transform",
    "as_wavelet",
    "known_wavelets",
    "orthogonal_names",
]
