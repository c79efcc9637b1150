"""PyTorch tensors as arrays, without importing PyTorch."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["as_array", "loaded_torch"]


def loaded_torch() -> Any:
    """PyTorch if it is loaded, and None if not: then nothing can be a tensor or a module."""
    return sys.modules.get("torch")


def as_array(value: Any) -> Any:
    """A tensor as a NumPy array; anything else as it is."""
    torch = loaded_torch()
    if torch is None or not isinstance(value, torch.Tensor):
        return value
    # NumPy has no bfloat16.
    readable = value.float() if value.dtype == torch.bfloat16 else value
    return readable.numpy(force=True)
