"""Attributions of PyTorch models, by way of Captum.

The teacher is left exactly as it was found. No second derivative is ever taken, so recurrent and
attention models are as welcome as any other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from wavedistill.attribution.attributions import Attributions
from wavedistill.attribution.entry import GradientMethod, Prepared
from wavedistill.attribution.outputs import Output, Placement
from wavedistill.attribution.sampling import batches
from wavedistill.attribution.targets import (
    Choice,
    Target,
    as_target,
    choices,
    pick,
    refuse_not_finite,
)
from wavedistill.attribution.teacher import placement, undisturbed
from wavedistill.checks import Floats

__all__ = ["attribute_module", "first_output"]

_CONVOLUTIONS: dict[type[nn.Module], int] = {nn.Conv1d: 1, nn.Conv2d: 2, nn.Conv3d: 3}


def attribute_module(
    model: nn.Module,
    data: Floats,
    method: GradientMethod,
    *,
    target: Target,
    batch_size: int,
    device: str | torch.device | None,
) -> Attributions:
    """Attribute a module's output by one of the gradient methods; see `attribute`."""
    wanted = as_target(target, len(data))
    work = method.prepare(data)
    place = Placement(*placement(model, device, data.dtype), batch_size)
    parts = list(batches(len(data), batch_size))
    with undisturbed(model, place.device):
        targets = _targets(model, wanted, place.tensor(data[parts[0]]), len(data))
        found = [
            _multipliers(
                work, [Output(model, choice, part, place) for part in parts], method.name, data
            )
            for choice in targets
        ]
    work.finish()
    inputs = work.inputs
    return Attributions(
        _joined(found, data),
        None if inputs is None else _joined([inputs] * len(targets), data),
        method.name,
        baseline_axis=work.baseline_axis,
        targets=len(targets),
        baseline=work.baseline,
    )


def _targets(model: nn.Module, wanted: Any, batch: Tensor, examples: int) -> list[Choice]:
    """What to attribute, one entry per target, checked on the outputs for a first batch."""
    output = first_output(model, batch.requires_grad_())
    found = choices(wanted, output, len(batch), examples, Tensor)
    score = pick(output, found[0], slice(0, len(batch)), len(batch), Tensor).sum()
    # The model may hold other tensors that require gradients, so that the second look is needed.
    if not score.requires_grad or torch.autograd.grad(score, batch, allow_unused=True)[0] is None:
        raise ValueError(
            "the output does not depend on the input by way of differentiable operations, so it "
            "has no gradient; look for detach(), no_grad(), argmax() or a conversion to NumPy. "
            "A function of arrays is attributed by method='blackbox'."
        )
    return found


def first_output(model: nn.Module, batch: Tensor) -> Any:
    """What a model returns for a batch.

    Raises
    ------
    ValueError
        If it fails, with what may be wrong about the shape of X.
    """
    try:
        return model(batch.clone())
    except torch.OutOfMemoryError:
        raise
    except Exception as error:
        kind = type(error).__name__
        raise ValueError(
            f"the model fails on X, given in batches of shape {tuple(batch.shape)}, with {kind}: "
            f"{error}. {_remedy(model, tuple(batch.shape))}"
        ) from error


def _remedy(model: nn.Module, shape: tuple[int, ...]) -> str:
    """What to do about a model that fails on batches of this shape."""
    leaves = (module for module in model.modules() if not any(module.children()))
    first = next(leaves, model)
    dimensions = _CONVOLUTIONS.get(type(first))
    if dimensions is None:
        return "X must have the shape that the model was trained on, apart from its first axis."
    channels: int = first.in_channels  # type: ignore[assignment]
    rule = (
        f"The model's first layer, a {type(first).__name__}, needs the {channels} channel"
        f"{'s' * (channels > 1)} on the axis after that of examples"
    )
    if len(shape) == dimensions + 1 and channels == 1:
        return f"{rule}, and there is no such axis: give X[:, None]."
    if len(shape) == dimensions + 2 and shape[-1] == channels:
        return f"{rule}: give np.moveaxis(X, -1, 1)."
    sizes = ", ".join(["n", str(channels), *["..."] * dimensions])
    return f"{rule}: give X with shape ({sizes})."


def _multipliers(work: Prepared, outputs: list[Output], method: str, data: Floats) -> Floats:
    """The multipliers of all examples, in the dtype of the data, for one target."""
    parts = []
    for output in outputs:
        with np.errstate(over="ignore"):
            found = work.multipliers(output).astype(data.dtype)
        by_example = np.moveaxis(found, -data.ndim, 0)
        refuse_not_finite(~np.isfinite(by_example), output.part, f"the {method} multipliers hold")
        parts.append(found)
    return _joined(parts, data)


def _joined(arrays: list[Floats], data: Floats) -> Floats:
    """Arrays side by side along the axis of examples; one of K baselines may come before it."""
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays, axis=-data.ndim)
