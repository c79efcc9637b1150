"""Attributions of a teacher's predictions, taken once and carried to any wavelet.

`attribute` needs the optional dependencies torch and captum, which load when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wavedistill.attribution.arrays import Attributions

if TYPE_CHECKING:
    from wavedistill.attribution.pytorch import attribute

__all__ = ["Attributions", "attribute"]


def __getattr__(name: str) -> Any:
    if name != "attribute":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from wavedistill.attribution.pytorch import attribute
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("torch", "captum"):
            raise
        raise ImportError(
            f"attribute needs torch and captum, and {error.name} is not installed: "
            "pip install 'wavedistill[torch]'"
        ) from error
    globals()[name] = attribute
    return attribute


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
