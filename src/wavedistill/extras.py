"""Optional dependencies: imported when first needed, with one message where they are missing."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Literal

__all__ = ["Extra", "load"]

Extra = Literal[
    "torch",
    "plot",
    "data",
    "studies",
    "cli",
    "report",
    "xarray",
    "safetensors",
    "zarr",
    "parquet",
]


def load(module: str, purpose: str, extra: Extra) -> ModuleType:
    """Import a module, of this package or another, that needs an optional dependency.

    Parameters
    ----------
    module : str
        Its full name, such as ``"h5py"`` or ``"wavedistill.attribution.pytorch"``.
    purpose : str
        What needs it: the beginning of the message, such as ``"reading tracks"``.
    extra : str
        The extra of this package that installs the dependency.

    Raises
    ------
    ImportError
        If a dependency is not installed; it names the package and the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in ("", "wavedistill"):
            raise
        raise ImportError(
            f"{purpose} needs {missing}, and it is not installed: "
            f"pip install 'wavedistill[{extra}]'"
        ) from error
