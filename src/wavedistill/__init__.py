"""Distil a trained model into a wavelet: adaptive wavelet distillation, real and fast.

The public names load when they are first used, so that importing the package stays quick. The only
list of them is the stub beside this file, `__init__.pyi`, which type checkers read too.
"""

import ast
import importlib
from pathlib import Path


def _public_names() -> dict[str, str]:
    """The module that each public name comes from."""
    stub = ast.parse(Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in imports for alias in node.names}


_HOMES = _public_names()

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
