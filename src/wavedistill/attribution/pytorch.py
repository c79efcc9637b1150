"""Attributions of PyTorch models, by way of Captum.

The teacher is left exactly as it was found. No second derivative is ever taken, so recurrent and
attention models are as welcome as any other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from wavedistill.attribution.attributions import Attributions
from wavedistill.attribution.gradients import (
    ExpectedGradients,
    Gradient,
    GradientMethod,
    PathIntegral,
    Rescale,
    SmoothGradient,
)
from wavedistill.attribution.outputs import Output, Placement
from wavedistill.attribution.sampling import RandomState, batches, noise_scale
from wavedistill.attribution.targets import (
    Choice,
    Target,
    as_target,
    choices,
    pick,
    refuse_not_finite,
)
from wavedistill.attribution.teacher import placement, undisturbed
from wavedistill.checks import Floats, float_array, integer

__all__ = ["attribute_module"]


def attribute_module(
    model: nn.Module,
    data: Floats,
    method: str,
    *,
    target: Target,
    batch_size: int,
    baselines: ArrayLike | None,
    steps: int,
    n_samples: int | None,
    noise: float | None,
    random_state: RandomState,
    device: str | torch.device | None,
) -> Attributions:
    """Attribute a module's output by one of the gradient methods; see `attribute`."""
    wanted = as_target(target, len(data))
    work = _method(method, data, baselines, steps, n_samples, noise, random_state)
    place = Placement(*placement(model, device, data.dtype), batch_size)
    parts = list(batches(len(data), batch_size))
    with undisturbed(model, place.device):
        targets = _targets(model, wanted, place.tensor(data[parts[0]]), len(data))
        found = [
            _multipliers(work, [Output(model, choice, part, place) for part in parts], method, data)
            for choice in targets
        ]
    if isinstance(work, Rescale):
        work.warn()
    inputs = work.inputs
    return Attributions(
        _joined(found, data),
        None if inputs is None else _joined([inputs] * len(targets), data),
        method,
        baseline_axis=isinstance(work, ExpectedGradients),
    )


def _method(
    method: str,
    data: Floats,
    baselines: ArrayLike | None,
    steps: int,
    n_samples: int | None,
    noise: float | None,
    random_state: RandomState,
) -> GradientMethod:
    match method:
        case "integrated_gradients":
            return PathIntegral(data, _origin(baselines, data), steps)
        case "expected_gradients":
            draws = integer(25 if n_samples is None else n_samples, "n_samples", minimum=1)
            return ExpectedGradients(data, _background(baselines, data), draws, random_state)
        case "deeplift":
            return Rescale(data, _origin(baselines, data))
        case "smoothgrad":
            samples = integer(50 if n_samples is None else n_samples, "n_samples", minimum=1)
            scale = noise_scale(0.1 if noise is None else noise, data)
            return SmoothGradient(data, scale, samples, random_state)
        case _:
            return Gradient(data, product=method == "input_x_gradient")


def _origin(baselines: ArrayLike | None, data: Floats) -> Floats:
    """The baseline of each example: a view with the shape of `data`."""
    given = np.atleast_1d(np.asarray(0.0 if baselines is None else baselines))
    values = float_array(given, "baselines").astype(data.dtype)
    if values.shape not in ((1,), data.shape[1:], data.shape):
        raise ValueError(
            f"baselines have shape {values.shape}; give one number, one example of shape "
            f"{data.shape[1:]}, or one for each example of X, shape {data.shape}."
        )
    return np.broadcast_to(values, data.shape)


def _background(baselines: ArrayLike | None, data: Floats) -> Floats:
    """The examples to draw baselines from, in the dtype of `data`."""
    rule = f"background examples to draw from, shape (m, ...) with examples of {data.shape[1:]}"
    if baselines is None:
        raise ValueError(
            f"method='expected_gradients' needs baselines: {rule}, such as the training signals."
        )
    values = float_array(baselines, "baselines").astype(data.dtype)
    if values.shape[1:] != data.shape[1:]:
        raise ValueError(f"baselines have shape {values.shape}; give {rule}.")
    return values


def _targets(model: nn.Module, wanted: Any, batch: Tensor, examples: int) -> list[Choice]:
    """What to attribute, one entry per target, checked on the outputs for a first batch."""
    output = model(batch.requires_grad_().clone())
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


def _multipliers(work: GradientMethod, outputs: list[Output], method: str, data: Floats) -> Floats:
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
