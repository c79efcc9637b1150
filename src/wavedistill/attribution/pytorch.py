"""Attributions of PyTorch models, by way of Captum.

The teacher is visited once per example and left exactly as it was found. No second derivative is
ever taken, so recurrent and attention models are as welcome as any other.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal, cast

import numpy as np
import torch
from captum.attr import IntegratedGradients, Saliency
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from wavedistill.attribution.arrays import Attributions
from wavedistill.checks import Floats, float_array, integer

__all__ = ["METHODS", "Method", "Target", "attribute"]

Method = Literal["saliency", "input_x_gradient", "integrated_gradients"]

METHODS = ("saliency", "input_x_gradient", "integrated_gradients")

Score = Callable[[Any], Tensor]

Target = int | Sequence[int] | NDArray[np.integer[Any]] | Tensor | Score | Literal["all"] | None

#: What is attributed: of each example the output of this number, or a function of the outputs.
_Choice = NDArray[np.int64] | Score


def attribute(
    model: nn.Module,
    X: ArrayLike | Tensor,
    method: Method = "saliency",
    *,
    target: Target = None,
    batch_size: int = 256,
    baselines: ArrayLike | Tensor | None = None,
    steps: int = 50,
    device: str | torch.device | None = None,
) -> Attributions:
    """Attribute a model's output to the samples of its input signals.

    What comes back is all that a distillation needs from the teacher: in the wavelet domain the
    attributions of any filter follow from it (`Attributions.coefficients`).

    Parameters
    ----------
    model : torch.nn.Module
        The teacher. It is run in evaluation mode, and its parameters, gradients, modes, buffers
        and hooks, and the random state, are left as they were found, also after an error. The
        output of an example may depend on no other example of its batch.
    X : array_like or torch.Tensor, shape (n, ...)
        Signals, the first axis over examples. They reach the model in the dtype of its first
        floating-point parameter, and are never modified.
    method : {"saliency", "input_x_gradient", "integrated_gradients"}
        The signed gradient [2]_; its product with the input; or integrated gradients [3]_.
    target : int, array_like of int, callable, "all" or None
        Which output to attribute: the one of this number; for each example the one of its label,
        shape (n,); a function of what the model returns on a batch that returns one number per
        example, a tensor of shape (batch,); or each output in turn, stacked as examples (all
        examples for output 0, then for output 1, ...). None is for models with one output.
    batch_size : int
        The largest number of rows that the model gets at once.
    baselines : float or array_like, shape (...) or (n, ...)
        Where integrated gradients start: one number, one example or an example for each; 0 if not
        given.
    steps : int
        Points of the Gauss-Legendre rule of integrated gradients.
    device : str or torch.device
        Where to put the batches; by default where the model's first parameter is. The model is not
        moved.

    Returns
    -------
    Attributions
        Arrays in the dtype of X, with shape (n, ...), or (n * outputs, ...) for ``target="all"``.
        The multipliers m are gradients, or for integrated gradients the m for which
        (x - baseline) * m is the attribution; products also have the inputs x - baseline.

    Raises
    ------
    TypeError
        If the model is not a `torch.nn.Module`, or an argument is of the wrong kind.
    ValueError
        If X is empty or not finite, if method, target or baselines do not suit, if the output does
        not depend on the input, or if it or the attribution is not finite.

    References
    ----------
    .. [1] C. Singh et al. (2020), Transformation importance with applications to cosmology: TRIM;
       Eq. 7 of W. Ha et al. (2021), Adaptive wavelet distillation from neural networks through
       interpretations.
    .. [2] K. Simonyan et al. (2014), Deep inside convolutional networks.
    .. [3] M. Sundararajan et al. (2017), Axiomatic attribution for deep networks.

    Examples
    --------
    >>> import torch
    >>> from wavedistill.attribution import attribute
    >>> teacher = torch.nn.Linear(8, 1)
    >>> attribute(teacher, torch.ones(3, 8)).coefficients("haar", levels=1).shape
    (3, 8)
    """
    _check_model_and_method(model, method)
    data = float_array(_numpy(X), "X", min_ndim=2)
    size = integer(batch_size, "batch_size", minimum=1)
    points = integer(steps, "steps", minimum=1)
    origin = _baselines(baselines, data, method)
    wanted = _wanted(target, len(data))
    place, dtype = _placement(model, device, data.dtype)
    parts = [slice(at, min(at + size, len(data))) for at in range(0, len(data), size)]
    with _undisturbed(model, place):
        to_tensor = partial(_tensor, place=place, dtype=dtype)
        choices = _choices(wanted, model, to_tensor(data[parts[0]]), len(data))
        multipliers = np.empty((len(choices), *data.shape), data.dtype)
        for choice, rows in zip(choices, multipliers, strict=True):
            for part in parts:
                score = partial(_score, model, choice, part)
                batch = to_tensor(data[part])
                if method == "integrated_gradients":
                    found = IntegratedGradients(score, multiply_by_inputs=False).attribute(
                        batch, to_tensor(origin[part]), n_steps=points, internal_batch_size=size
                    )
                else:
                    found = Saliency(score).attribute(batch.requires_grad_(), abs=False)
                with np.errstate(over="ignore"):
                    rows[part] = found.detach().cpu().double().numpy()
                _refuse(~np.isfinite(rows[part]), part, f"the {method} multipliers hold")
    inputs = None if method == "saliency" else np.concatenate([data - origin] * len(choices))
    return Attributions(multipliers.reshape(-1, *data.shape[1:]), inputs, method)


def _check_model_and_method(model: object, method: object) -> None:
    known = ", ".join(map(repr, METHODS))
    if not isinstance(model, nn.Module) or method == "blackbox":
        raise TypeError(
            f"method={method!r} with a model of type {type(model).__name__}: attributions are "
            f"gradients of a torch.nn.Module; give one, and one of {known}."
        )
    if method not in METHODS:
        raise ValueError(f"method={method!r} is not known; choose one of {known}.")


def _numpy(value: ArrayLike | Tensor) -> ArrayLike:
    if not isinstance(value, Tensor):
        return value
    # NumPy has no bfloat16.
    readable = value.float() if value.dtype == torch.bfloat16 else value
    return cast(ArrayLike, readable.numpy(force=True))


def _tensor(array: Floats, *, place: torch.device, dtype: torch.dtype) -> Tensor:
    return torch.from_numpy(np.array(array)).to(dtype).to(place)


def _baselines(baselines: ArrayLike | Tensor | None, data: Floats, method: str) -> Floats:
    """The baseline of each example: a view with the shape of `data`."""
    if baselines is not None and method != "integrated_gradients":
        raise ValueError(
            f"baselines are given, and method={method!r} has none; leave them out, or choose "
            "'integrated_gradients'."
        )
    given = _numpy(0.0 if baselines is None else baselines)
    values = float_array(np.atleast_1d(given), "baselines").astype(data.dtype)
    if values.shape not in ((1,), data.shape[1:], data.shape):
        raise ValueError(
            f"baselines have shape {values.shape}; give one number, one example of shape "
            f"{data.shape[1:]}, or one for each example of X, shape {data.shape}."
        )
    return np.broadcast_to(values, data.shape)


def _wanted(target: Target, examples: int) -> _Choice | int | str | None:
    """`target`, as far as it can be checked before the model has run."""
    if target is None or callable(target):
        return target
    if isinstance(target, str):
        if target != "all":
            raise ValueError(
                f"target={target!r} must be a number, an array of labels, a callable or 'all'."
            )
        return target
    labels = np.asarray(_numpy(target))
    if labels.dtype.kind not in "iu":
        raise TypeError(f"target has dtype {labels.dtype}; outputs are named by whole numbers.")
    if labels.ndim == 0:
        return integer(int(labels), "target", minimum=0)
    if labels.shape != (examples,):
        raise ValueError(
            f"target has shape {labels.shape}, and X has {examples} examples; give one label for "
            "each."
        )
    return labels.astype(np.int64)


def _placement(
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


def _choices(
    wanted: _Choice | int | str | None, model: nn.Module, batch: Tensor, examples: int
) -> list[_Choice]:
    """What to attribute, one entry per target, checked on the outputs for a first batch."""
    output = model(batch.requires_grad_().clone())
    choices: list[_Choice]
    if callable(wanted):
        choices = [wanted]
    else:
        outputs = _table(output, len(batch)).shape[1]
        choices = [*_labels(wanted, outputs, examples)]
    score = _pick(output, choices[0], slice(0, len(batch)), len(batch)).sum()
    # The model may hold other tensors that require gradients, so that the second look is needed.
    if not score.requires_grad or torch.autograd.grad(score, batch, allow_unused=True)[0] is None:
        raise ValueError(
            "the output does not depend on the input by way of differentiable operations, so it "
            "has no gradient; look for detach(), no_grad(), argmax() or a conversion to NumPy."
        )
    return choices


def _labels(
    wanted: NDArray[np.int64] | int | str | None, outputs: int, examples: int
) -> list[NDArray[np.int64]]:
    rule = f"the model has {outputs} outputs per example, numbered from 0 to {outputs - 1}"
    if isinstance(wanted, np.ndarray):
        outside = (wanted < 0) | (wanted >= outputs)
        if outside.any():
            first = int(outside.argmax())
            raise ValueError(
                f"target holds {wanted[first]} at index {first}, and {rule}; "
                f"{int(outside.sum())} of {examples} labels are out of range."
            )
        return [wanted]
    if wanted is None and outputs > 1:
        raise ValueError(
            f"target=None, and {rule}; give one of these numbers, an array of labels, a callable "
            "or 'all'."
        )
    if isinstance(wanted, int) and wanted >= outputs:
        raise ValueError(f"target={wanted} is out of range: {rule}.")
    numbers = range(outputs) if wanted == "all" else [int(wanted or 0)]
    return [np.broadcast_to(np.int64(number), examples) for number in numbers]


def _score(model: nn.Module, choice: _Choice, part: slice, rows: Tensor) -> Tensor:
    """The sum over the rows, which are the examples of `part` in order, once or repeatedly."""
    # A copy, since the model may change its input in place.
    scores = _pick(model(rows.clone()), choice, part, len(rows))
    bad = ~torch.isfinite(scores.detach()).view(-1, part.stop - part.start)
    _refuse(bad.T.cpu().numpy(), part, "the model returns")
    # Since rows do not mix, the gradient of the sum holds that of each, in one backward pass:
    # given a number per row, Captum hands autograd each of them as an output of its own.
    return scores.sum().reshape(1)


def _pick(output: Any, choice: _Choice, part: slice, rows: int) -> Tensor:
    if callable(choice):
        scores = choice(output)
        if not isinstance(scores, Tensor) or scores.shape not in ((rows,), (rows, 1)):
            raise ValueError(
                f"target returns {_described(scores)} for {rows} examples; it must return one "
                f"number for each, a tensor of shape ({rows},)."
            )
        scores = scores.reshape(rows)
    else:
        labels = torch.from_numpy(np.resize(choice[part], rows)).to(output.device)
        scores = _table(output, rows).gather(1, labels[:, None]).squeeze(1)
    return scores


def _table(output: Any, rows: int) -> Tensor:
    """The model's output with shape (rows, outputs)."""
    shape = tuple(output.shape) if isinstance(output, Tensor) else None
    if shape == () and rows == 1:  # what squeeze() makes of a batch of one
        shape = (1,)
    if shape is None or len(shape) not in (1, 2) or shape[0] != rows or not output.numel():
        raise ValueError(
            f"the model returns {_described(output)} for {rows} examples, and a tensor of shape "
            f"({rows},) or ({rows}, outputs) is needed; give as target a callable that takes what "
            "the model returns and returns one number per example."
        )
    return cast(Tensor, output.reshape(rows, -1))


def _described(value: object) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    return f"a value of type {type(value).__name__}"


def _refuse(bad: NDArray[np.bool_], part: slice, what: str) -> None:
    """Raise if any value of an example, along the first axis, is bad."""
    examples = bad.reshape(len(bad), -1).any(axis=1)
    if examples.any():
        raise ValueError(
            f"{what} NaN or infinity for {int(examples.sum())} of the first {part.stop} examples, "
            f"the first at index {part.start + int(examples.argmax())}; leave such examples out, "
            "or mend the model there."
        )


@contextlib.contextmanager
def _undisturbed(model: nn.Module, place: torch.device) -> Iterator[None]:
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
