"""The PyTorch teacher: where it takes its batches, and leaving it exactly as it was found."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

__all__ = ["placement", "undisturbed"]


def placement(
    model: nn.Module, device: str | torch.device | None, fallback: np.dtype[Any]
) -> tuple[torch.device, torch.dtype]:
    """Where the model takes its batches, and in which dtype."""
    tensors = [t for t in (*model.parameters(), *model.buffers()) if t.is_floating_point()]
    if not tensors:
        return torch.device(device or "cpu"), getattr(torch, fallback.name)
    place = tensors[0].device if device is None else torch.device(device)
    if not any(place in (t.device, torch.device(t.device.type)) for t in tensors):
        raise ValueError(
            f"device={str(place)!r}, and the model is on {str(tensors[0].device)!r}; move it with "
            f"model.to({str(place)!r}), or leave device out."
        )
    return place, tensors[0].dtype


@contextlib.contextmanager
def undisturbed(model: nn.Module, place: torch.device) -> Iterator[None]:
    """Evaluate and differentiate within; afterwards, everything is as it was found."""
    devices = {place, *(t.device for t in (*model.parameters(), *model.buffers()))}
    cuda = [device for device in devices if device.type == "cuda"]
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.random.fork_rng(cuda, device_type="cuda"),
        _cudnn_without_recurrence(model),
        _evaluating(model),
    ):
        yield


@contextlib.contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Evaluation mode, with parameters that gather no gradients and buffers that come back."""
    modes = [(module, module.training) for module in model.modules()]
    # PyTorch would not let the flag of a tensor made in inference mode be set again.
    flags = [(p, p.requires_grad) for p in model.parameters() if not p.is_inference()]
    buffers = [
        (module, name, buffer, buffer.detach().clone())
        for module, _ in modes
        for name, buffer in module.named_buffers(recurse=False)
    ]
    try:
        # Not by eval() and train(): models override them, and they switch a whole subtree.
        for module, _ in modes:
            module.training = False
        for parameter, _ in flags:
            parameter.requires_grad_(False)
        yield
    finally:
        for module, mode in modes:
            module.training = mode
        for parameter, flag in flags:
            parameter.requires_grad_(flag)
        for module, name, buffer, value in buffers:
            if getattr(module, name) is not buffer:
                setattr(module, name, buffer)
            # Not if they are equal: a graph of the user's that needs the buffer stays valid.
            if not torch.equal(buffer, value):
                buffer.detach().copy_(value)


@contextlib.contextmanager
def _cudnn_without_recurrence(model: nn.Module) -> Iterator[None]:
    """CuDNN switched off if the model has recurrent layers, which it cannot differentiate here.

    Their backward pass is only there in training mode. The flag is set by itself, since
    `torch.backends.cudnn.flags` fails where precisions were chosen per operation.
    """
    before = torch.backends.cudnn.enabled
    recurrent = any(isinstance(module, nn.RNNBase) for module in model.modules())
    try:
        torch.backends.cudnn.enabled = before and not recurrent
        yield
    finally:
        torch.backends.cudnn.enabled = before
