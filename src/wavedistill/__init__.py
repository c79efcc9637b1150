"""Distil a trained model into a wavelet: adaptive wavelet distillation, real and fast.

The names below load when they are first used, so that importing the package stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from wavedistill._version import __version__

if TYPE_CHECKING:
    from wavedistill.attribution import Attributions, TrimModel, attribute
    from wavedistill.distillation import PenalizedSettings, WaveletDistiller, distill_path
    from wavedistill.students import (
        PeakCounts,
        TopCoefficients,
        WaveletCoefficients,
        activation_map,
        compression_factor,
        contributions,
    )
    from wavedistill.wavelets import Wavelet, WaveletTransform

_HOMES = {
    "Attributions": "wavedistill.attribution",
    "PeakCounts": "wavedistill.students",
    "PenalizedSettings": "wavedistill.distillation",
    "TopCoefficients": "wavedistill.students",
    "TrimModel": "wavedistill.attribution",
    "Wavelet": "wavedistill.wavelets",
    "WaveletCoefficients": "wavedistill.students",
    "WaveletDistiller": "wavedistill.distillation",
    "WaveletTransform": "wavedistill.wavelets",
    "activation_map": "wavedistill.students",
    "attribute": "wavedistill.attribution",
    "compression_factor": "wavedistill.students",
    "contributions": "wavedistill.students",
    "distill_path": "wavedistill.distillation",
}

__all__ = [
    "Attributions",
    "PeakCounts",
    "PenalizedSettings",
    "TopCoefficients",
    "TrimModel",
    "Wavelet",
    "WaveletCoefficients",
    "WaveletDistiller",
    "WaveletTransform",
    "__version__",
    "activation_map",
    "attribute",
    "compression_factor",
    "contributions",
    "distill_path",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
