"""Distil a trained model into a wavelet: adaptive wavelet distillation, real and fast.

The names below load when they are first used, so that importing the package stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wavedistill.wavelets import Wavelet

__version__ = "0.1.0"

_HOMES = {
    "Wavelet": "wavedistill.wavelets",
}

__all__ = ["Wavelet", "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
