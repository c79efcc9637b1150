"""Orthogonal wavelets: filters, the orthonormal lattice, and the transforms they make.

`WaveletLayer` and `OrthonormalFilter` need PyTorch, which loads when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wavedistill.extras import load
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

if TYPE_CHECKING:
    from wavedistill.wavelets.module import OrthonormalFilter, WaveletLayer

__all__ = [
    "CoefficientLayout",
    "Decomposition",
    "Lattice",
    "OrthonormalFilter",
    "Wavelet",
    "WaveletFunctions",
    "WaveletLayer",
    "WaveletLike",
    "WaveletTransform",
    "align",
    "as_transform",
    "as_wavelet",
    "known_wavelets",
    "orthogonal_names",
]


def __getattr__(name: str) -> Any:
    if name not in ("OrthonormalFilter", "WaveletLayer"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(load("wavedistill.wavelets.module", name, "torch"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
