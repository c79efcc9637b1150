"""What a PyTorch teacher returns for all examples, and a copy of it that has learned nothing."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import Tensor, nn

from wavedistill.attribution.outputs import Placement, to_array
from wavedistill.attribution.pytorch import first_output
from wavedistill.attribution.sampling import batches
from wavedistill.attribution.teacher import placement, undisturbed
from wavedistill.checks import Floats

__all__ = ["module_outputs", "with_random_weights"]


def module_outputs(
    model: nn.Module, data: Floats, batch_size: int, device: str | torch.device | None = None
) -> Floats:
    """The outputs of a module in evaluation mode, shape (n,) or (n, outputs).

    The module is left as it was found.

    Parameters
    ----------
    model : torch.nn.Module
    data : ndarray, shape (n, ...)
    batch_size : int
        Rows that the model gets at once, at most.
    device : str or torch.device, optional
        By default where the model's first parameter is.

    Raises
    ------
    ValueError
        If the model fails on X, or returns something else than a tensor of this shape.
    """
    place = Placement(*placement(model, device, data.dtype), batch_size)
    found = []
    with undisturbed(model, place.device), torch.no_grad():
        for part in batches(len(data), batch_size):
            rows = place.tensor(data[part])
            output = first_output(model, rows)
            shape = tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__
            if not isinstance(output, Tensor) or output.ndim > 2 or output.numel() % len(rows):
                raise ValueError(
                    f"the model returns {shape} for {len(rows)} examples, and a tensor of shape "
                    f"({len(rows)},) or ({len(rows)}, outputs) is needed; give a function of "
                    "arrays that calls the model and returns that."
                )
            found.append(to_array(output).reshape(len(rows), -1))
    joined = np.concatenate(found)
    return joined[:, 0] if joined.shape[1] == 1 else joined


def with_random_weights(model: nn.Module, seed: int) -> nn.Module:
    """A copy of a module whose weights are drawn anew.

    Layers that know how to draw theirs (`reset_parameters`) do so. Any other parameter gets normal
    numbers of its own mean and standard deviation.

    Raises
    ------
    Exception
        Whatever copying the module raises.
    """
    place, _ = placement(model, None, np.dtype(np.float32))
    with undisturbed(model, place), torch.no_grad():
        blank = copy.deepcopy(model)
        torch.manual_seed(seed)
        drawn: set[int] = set()
        for module in blank.modules():
            reset = getattr(module, "reset_parameters", None)
            if callable(reset):
                reset()
                drawn |= {id(parameter) for parameter in module.parameters(recurse=False)}
        for parameter in blank.parameters():
            if id(parameter) not in drawn and parameter.is_floating_point():
                spread = parameter.std() if parameter.numel() > 1 else parameter.abs().mean()
                parameter.copy_(parameter.mean() + spread * torch.randn_like(parameter))
    return blank
