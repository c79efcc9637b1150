"""Attributions of a teacher's predictions, taken once and carried to any wavelet.

The optional dependencies torch and captum load when they are first needed: for `TrimModel`, and
by `attribute` for PyTorch models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wavedistill.attribution.attribute import attribute
from wavedistill.attribution.attributions import Attributions
from wavedistill.attribution.findings import AttributionCheck, Finding
from wavedistill.extras import load

if TYPE_CHECKING:
    from wavedistill.attribution.trim import TrimModel

__all__ = ["AttributionCheck", "Attributions", "Finding", "TrimModel", "attribute"]


def __getattr__(name: str) -> Any:
    if name != "TrimModel":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = load("wavedistill.attribution.trim", "TrimModel", "torch").TrimModel
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
