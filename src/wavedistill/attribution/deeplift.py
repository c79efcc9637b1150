"""DeepLIFT's rescale rule by way of Captum, with its limits turned into messages."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from captum.attr import DeepLift
from torch import Tensor, nn

from wavedistill.attribution.outputs import Output, to_array
from wavedistill.attribution.sampling import batches
from wavedistill.checks import Floats

__all__ = ["Rescale", "completeness_gap", "rescale_multipliers"]

#: The modules that Captum gives multipliers of their own; anything else passes on gradients.
_RESCALED = (
    nn.ReLU,
    nn.ELU,
    nn.LeakyReLU,
    nn.Sigmoid,
    nn.Tanh,
    nn.Softplus,
    nn.MaxPool1d,
    nn.MaxPool2d,
    nn.MaxPool3d,
    nn.Softmax,
)

#: What Captum keeps on a module between its forward and its backward pass.
_NOTES = ("input", "output")


@dataclass
class Rescale:
    """DeepLIFT on fixed signals, with a record of contributions that do not add up.

    Parameters
    ----------
    data, origin : ndarray, shape (n, ...)
        The examples and their baselines.
    """

    data: Floats
    origin: Floats
    gaps: list[float] = field(default_factory=list)

    def multipliers(self, output: Output) -> Floats:
        """By the rescale rule; the model gets each example with its baseline."""
        place, part = output.placement, output.part
        found = np.empty((part.stop - part.start, *self.data.shape[1:]))
        for some in batches(len(found), max(1, place.rows // 2)):
            here = slice(part.start + some.start, part.start + some.stop)
            rows, references = place.tensor(self.data[here]), place.tensor(self.origin[here])
            own = Output(output.model, output.choice, here, place)
            multipliers, changes = rescale_multipliers(own, rows, references)
            gap = completeness_gap((rows - references).detach() * multipliers, changes)
            self.gaps.extend(gap[gap > max(1e-3, 100 * torch.finfo(place.dtype).eps)].tolist())
            found[some] = to_array(multipliers)
        return found

    def warn(self) -> None:
        """Warn if contributions do not add up to the change of the output."""
        if self.gaps:
            warnings.warn(
                f"DeepLIFT's contributions miss the change of the output by up to "
                f"{max(self.gaps):.1%}, for {len(self.gaps)} outputs: the model computes "
                "something that Captum's rescale rule does not reach, such as functional, gated "
                "or recurrent activations, products, or modules with backward hooks. There, "
                "gradients took its place; 'integrated_gradients' suits any model.",
                stacklevel=4,  # of whoever called `attribute`
            )


def rescale_multipliers(output: Output, rows: Tensor, references: Tensor) -> tuple[Tensor, Tensor]:
    """Multipliers of the rows, and by how much the output of each changes from its reference.

    Raises
    ------
    ValueError
        If an activation module is called more than once, or is a softmax.
    """
    pairs = _Pairs(output)
    # Changes of an input below this are rounding, and the quotient of two such is noise.
    eps = 1e-10 if rows.dtype == torch.float64 else 1e-6
    with _rescalable(output.model), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Setting forward, backward hooks")
        method = DeepLift(pairs, multiply_by_inputs=False, eps=eps)
        multipliers = method.attribute(rows.requires_grad_(), references)
    return multipliers.detach(), pairs.changes


def completeness_gap(contributions: Tensor, changes: Tensor) -> Tensor:
    """How far contributions are from adding up to the changes, as a share of their magnitude."""
    parts = contributions.flatten(1)
    scale = torch.maximum(parts.abs().sum(1), changes.abs())
    return (parts.sum(1) - changes).abs() / scale.clamp(min=torch.finfo(parts.dtype).tiny)


class _Pairs(nn.Module):
    """The output for rows and their references, stacked as Captum stacks them."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self.model = output.model  # so that Captum finds the activations
        self.output = output
        self.changes = torch.empty(0)

    def forward(self, stacked: Tensor) -> Tensor:
        scores = self.output.scores(stacked)
        both = scores.reshape(2, -1)
        self.changes = (both[0] - both[1]).detach()
        return both.sum(1)


@contextlib.contextmanager
def _rescalable(model: nn.Module) -> Iterator[None]:
    """Refuse what Captum would get wrong, and leave nothing of it on the modules.

    Captum keeps one input and one output for each module, so that of a module called twice only
    the last call would be known; and its rule for softmax mixes the examples of a batch.
    """
    modules = [(name, m) for name, m in model.named_modules() if type(m) in _RESCALED]
    before = [(m, {note: vars(m)[note] for note in _NOTES if note in vars(m)}) for _, m in modules]
    names = {module: name or type(module).__name__ for name, module in modules}
    called: set[nn.Module] = set()

    def watch(module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        if isinstance(module, nn.Softmax):
            raise ValueError(
                f"DeepLIFT does not suit the Softmax {names[module]!r}; give a model that ends "
                "before it, or choose 'integrated_gradients'."
            )
        if module in called:
            raise ValueError(
                f"DeepLIFT needs each activation module to be called once, and "
                f"{names[module]!r}, a {type(module).__name__}, is called again; give each call a "
                "module of its own, or choose 'integrated_gradients'."
            )
        called.add(module)
        # Where one activation feeds another, such as a pooling, Captum hooks a single tensor for
        # both, and the first would take the gradient as it was before the second's rule.
        return tuple(i.clone() if isinstance(i, Tensor) else i for i in inputs)

    handles = [module.register_forward_pre_hook(watch) for _, module in modules]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
        for module, notes in before:
            for note in _NOTES:
                vars(module).pop(note, None)
            vars(module).update(notes)
