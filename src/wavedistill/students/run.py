"""What was asked of `distill`, and what came up on the way."""

from __future__ import annotations

import contextlib
import importlib.metadata
import platform
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wavedistill._version import __version__
from wavedistill.attribution import Attributions

__all__ = ["BY_OUTPUTS", "Run", "RunLog"]

#: What a model is called of which only the outputs are known.
BY_OUTPUTS = "given by its outputs"

#: Packages that results depend on.
_PACKAGES = ("numpy", "scipy", "numba", "PyWavelets", "scikit-learn", "torch")


@dataclass(frozen=True)
class Run:
    """What was asked of `distill`, and what came up on the way.

    Parameters
    ----------
    model, task, method : str
        What the model is, ``"classification"`` or ``"regression"``, and how it was attributed;
        empty if it was not.
    shape : tuple of int
        Of X.
    settings : dict of str to object
        The parameters of the student that were given, the seed among them.
    arguments : dict of str to object
        Other arguments of `distill` that differ from their defaults.
    arrays : tuple of str
        The arguments that were arrays.
    seconds : dict of str to float
        How long each step took.
    versions : dict of str to str
        Of Python, of this package, and of what it computes with.
    warnings : tuple of str
        Those that were shown, each once.
    """

    model: str = ""
    task: str = ""
    method: str = ""
    shape: tuple[int, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)
    arrays: tuple[str, ...] = ()

    @property
    def call(self) -> str:
        """The call in Python, with names in the place of arrays."""
        given = ["model", "X", *("y" for name in self.arrays if name == "y")]
        given += [f"{name}={name}" for name in self.arrays if name != "y"]
        named = {**self.settings, **self.arguments}
        return f"wd.distill({', '.join([*given, *(f'{k}={v!r}' for k, v in named.items())])})"

    def record(self) -> dict[str, Any]:
        """What was asked and noted, as JSON values."""
        return {
            "call": self.call,
            "model": self.model,
            "task": self.task,
            "method": self.method,
            "shape": list(self.shape),
            "seconds": dict(self.seconds),
            "versions": dict(self.versions),
            "warnings": list(self.warnings),
        }


class RunLog:
    """Keeps the times of the steps, and the warnings."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.warnings: list[str] = []

    @contextlib.contextmanager
    def timing(self, step: str) -> Iterator[None]:
        """Note how long a step takes."""
        began = time.perf_counter()
        yield
        self.seconds[step] = time.perf_counter() - began

    @contextlib.contextmanager
    def noting_warnings(self) -> Iterator[None]:
        """Note the warnings that are shown, and show them as before."""
        with warnings.catch_warnings():
            show = warnings.showwarning

            def noted(message: Any, category: type[Warning], *others: Any, **more: Any) -> None:
                # What is to change in a library is nothing that a reader of the page could mend.
                if not issubclass(category, DeprecationWarning | FutureWarning):
                    self.warnings.append(str(message))
                show(message, category, *others, **more)

            warnings.showwarning = noted
            yield

    def run(
        self,
        model: Any,
        classify: bool,
        attributions: Attributions | None,
        shape: tuple[int, ...],
        settings: Mapping[str, Any],
        arguments: Mapping[str, Any],
        arrays: tuple[str, ...],
    ) -> Run:
        """What was noted, with what was asked."""
        return Run(
            _described(model),
            "classification" if classify else "regression",
            "" if attributions is None else attributions.method,
            shape,
            dict(settings),
            dict(self.seconds),
            _versions(),
            tuple(dict.fromkeys(self.warnings)),
            dict(arguments),
            arrays,
        )


def _described(model: Any) -> str:
    """The model in a few words: its kind, and how many parameters it has."""
    if isinstance(model, np.ndarray | list | tuple):
        return BY_OUTPUTS
    name = getattr(model, "__qualname__", type(model).__qualname__)
    if "GraphModule" in name or "ScriptModule" in name:
        name = "exported module"
    if not hasattr(model, "parameters"):
        return f"function {name}"
    count = sum(int(each.numel()) for each in model.parameters())
    return f"{name} of {count:,} numbers"


def _versions() -> dict[str, str]:
    found = {"wavedistill": __version__, "Python": platform.python_version()}
    for package in _PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[package] = importlib.metadata.version(package)
    return found
