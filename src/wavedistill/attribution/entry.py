"""What an attribution method is: an entry of `methods` derives from one of these classes."""

from __future__ import annotations

import abc
from collections.abc import Callable
from dataclasses import Field, dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

from wavedistill.checks import Floats

if TYPE_CHECKING:
    from wavedistill.attribution.blackbox import FunctionOutputs
    from wavedistill.attribution.outputs import Output

__all__ = ["FunctionMethod", "GradientMethod", "Method", "Prepared"]


@dataclass(frozen=True, eq=False)
class Method(abc.ABC):
    """A method with its parameters, which are the fields of the entry.

    A field without a default is needed; its metadata tell under ``"needed"`` what it is.
    """

    name: ClassVar[str]

    @classmethod
    def parameters(cls) -> dict[str, Field[Any]]:
        """The fields by their names."""
        return {each.name: each for each in fields(cls)}


@dataclass(frozen=True, eq=False)
class Prepared:
    """A gradient method at work on fixed signals X, shape (n, ...).

    Parameters
    ----------
    multipliers : callable
        Takes the `Output` for some examples, and returns their multipliers, shaped like the
        inputs of these examples.
    inputs : ndarray, shape (n, ...) or (K, n, ...), or None
        X - baseline for methods whose attribution is a product; None for the others.
    baseline : ndarray, shape () or (...), or None
        The baseline, if all examples have the same one.
    baseline_axis : bool
        Whether inputs and multipliers have a leading axis of K baselines.
    finish : callable
        Called once after all multipliers, for warnings.
    """

    multipliers: Callable[[Output], Floats]
    inputs: Floats | None = None
    baseline: Floats | None = None
    baseline_axis: bool = False
    finish: Callable[[], None] = lambda: None


class GradientMethod(Method):
    """A method for a `torch.nn.Module`, by its gradients."""

    @abc.abstractmethod
    def prepare(self, data: Floats) -> Prepared:
        """Do all that needs no model: check the parameters against the signals, and draw."""


class FunctionMethod(Method):
    """A method for any function of arrays, by its values."""

    @abc.abstractmethod
    def estimate(self, outputs: FunctionOutputs) -> tuple[Floats, Floats]:
        """Multipliers and their standard errors, each with shape (targets, n, ...)."""
