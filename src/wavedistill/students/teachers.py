"""The outputs of a teacher of any kind, and whether they stand for classes or numbers."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.multiclass import type_of_target

from wavedistill.attribution.arrays import as_array, loaded_torch
from wavedistill.attribution.sampling import batches
from wavedistill.checks import Floats, float_array
from wavedistill.extras import load

__all__ = [
    "as_logits",
    "attributed",
    "is_classification",
    "is_module",
    "random_outputs",
    "teacher_outputs",
]

Array = NDArray[np.float64]

#: Probabilities nearer to 0 or 1 than this are as good as there.
_SURE = 1e-6
_TASKS = ("auto", "classification", "regression")


def is_module(model: object) -> bool:
    """Whether a model is a `torch.nn.Module`."""
    torch = loaded_torch()
    return torch is not None and isinstance(model, torch.nn.Module)


def teacher_outputs(model: Any, X: Floats, *, batch_size: int, device: Any = None) -> Array:
    """What a model returns for X, shape (n,) or (n, outputs).

    Parameters
    ----------
    model : torch.nn.Module, callable or array_like
        A module or a function of arrays is run in batches; an array holds the outputs themselves.
    X : ndarray, shape (n, ...)
    batch_size : int
    device : str or torch.device, optional
        For a module.

    Raises
    ------
    TypeError, ValueError
        For a model of another kind, one that fails, and outputs of another shape or not finite.
    """
    if is_module(model):
        predictions = load("wavedistill.attribution.predictions", "a PyTorch model", "torch")
        found = predictions.module_outputs(model, X, batch_size, device)
        name = "the output of the model"
    elif callable(model):
        parts = [as_array(model(X[part])) for part in batches(len(X), batch_size)]
        found, name = np.concatenate([np.atleast_1d(part) for part in parts]), "the model's output"
    elif hasattr(model, "predict"):
        raise TypeError(
            f"model is a {type(model).__name__}, which cannot be called; give one of its methods, "
            "such as model.decision_function for classes or model.predict for numbers."
        )
    else:
        found, name = as_array(model), "model"
    outputs: Array = float_array(found, name).astype(np.float64)
    if outputs.ndim > 2 or len(outputs) != len(X):
        raise ValueError(
            f"{name} has shape {outputs.shape} and X has {len(X)} examples; shape ({len(X)},) or "
            f"({len(X)}, outputs) is needed."
        )
    return outputs[:, 0] if outputs.ndim == 2 and outputs.shape[1] == 1 else outputs


def random_outputs(
    model: Any, X: Floats, *, batch_size: int, device: Any = None, seed: int = 0
) -> Array | None:
    """The outputs of a module with random weights; None if they cannot be had or say nothing."""
    if not is_module(model):
        return None
    predictions = load("wavedistill.attribution.predictions", "a PyTorch model", "torch")
    try:
        blank = predictions.with_random_weights(model, seed)
        outputs = teacher_outputs(blank, X, batch_size=batch_size, device=device)
    except Exception:  # Not every module can be copied: there are other controls.
        return None
    return outputs if (np.ptp(outputs, axis=0) > 0).all() else None


def is_classification(task: str, y: ArrayLike | None, outputs: Array) -> bool:
    """Whether the task is one of classes.

    With ``"auto"`` it is if y holds names or two values, or as many classes as the model has
    outputs. Without y it is if the model has several outputs or two values.

    Raises
    ------
    ValueError
        For an unknown task.
    """
    if task not in _TASKS:
        raise ValueError(f"task={task!r} must be one of {', '.join(map(repr, _TASKS))}.")
    if task != "auto":
        return task == "classification"
    if outputs.ndim == 1 and _like_classes(outputs):
        warnings.warn(
            "the model's outputs are a few whole numbers, as classes are, and are taken for "
            "numbers; for classes give probabilities, such as model.predict_proba, and for numbers "
            "say task='regression'.",
            UserWarning,
            stacklevel=3,
        )
    if y is None:
        return outputs.ndim == 2 or len(np.unique(outputs)) == 2
    given = np.asarray(y)
    kind = type_of_target(given)
    if kind == "binary" or given.dtype.kind not in "biuf":
        return True
    several = 1 if outputs.ndim == 1 else outputs.shape[1]
    return kind == "multiclass" and several == len(np.unique(given))


def _like_classes(outputs: Array) -> bool:
    """Whether outputs are whole numbers, three or more of them, each for several examples."""
    values = np.unique(outputs)
    return 3 <= len(values) <= len(outputs) / 5 and bool((values == np.round(values)).all())


def as_logits(outputs: Array) -> Array:
    """Outputs of a classifier as log-odds, shape (n,), or as a score for each class.

    Probabilities become their logarithms; two columns become their difference.
    """
    single = outputs.ndim == 1
    within = bool((outputs >= 0).all() and (outputs <= 1).all())
    if within and (single or np.allclose(outputs.sum(axis=1), 1, atol=1e-3)):
        sure = np.clip(outputs, _SURE, 1 - _SURE)
        outputs = np.log(sure) - np.log1p(-sure) if single else np.log(sure)
    if not single and outputs.shape[1] == 2:
        return outputs[:, 1] - outputs[:, 0]
    return outputs


def attributed(outputs: Array, classify: bool) -> int | NDArray[np.intp] | str | Callable[..., Any]:
    """Which output of a module to attribute, given what it returned for all examples.

    Of two classes it is the difference, of several the class that the model chose, and of several
    numbers each in turn.
    """
    if outputs.ndim == 1:
        return 0
    if not classify:
        return "all"
    if outputs.shape[1] == 2:
        return _difference
    chosen: NDArray[np.intp] = outputs.argmax(axis=1)
    return chosen


def _difference(output: Any) -> Any:
    return output[:, 1] - output[:, 0]
