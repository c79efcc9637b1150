"""`attribute`: the way in to every method, which loads what its method needs and nothing else."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from numpy.typing import ArrayLike

from wavedistill.attribution.arrays import as_array, loaded_torch
from wavedistill.attribution.attributions import Attributions
from wavedistill.attribution.blackbox import attribute_function
from wavedistill.attribution.entry import FunctionMethod, GradientMethod, Method
from wavedistill.attribution.registry import as_method, described_methods, names_of
from wavedistill.attribution.targets import Target
from wavedistill.checks import float_array, integer
from wavedistill.extras import load

if TYPE_CHECKING:
    import torch

__all__ = ["attribute"]


def attribute(
    model: torch.nn.Module | Callable[..., Any],
    X: ArrayLike,
    method: str | Method = "saliency",
    *,
    target: Target = None,
    batch_size: int = 256,
    device: str | torch.device | None = None,
    **parameters: Any,
) -> Attributions:
    """Attribute a model's output to the samples of its input signals.

    What comes back is all that a distillation needs from the teacher: in the wavelet domain the
    attributions of any filter follow from it (`Attributions.coefficients`; TRIM, Eq. 7 of W. Ha et
    al. 2021, Adaptive wavelet distillation from neural networks through interpretations).

    Parameters
    ----------
    model : torch.nn.Module or callable
        The teacher. A module is run in evaluation mode, and its parameters, gradients, modes,
        buffers and hooks, and the random state, are left as they were found, also after an error.
        With ``method="blackbox"``, any function that takes an array of shape (batch, ...) and
        returns numbers of shape (batch,) or (batch, outputs), such as the `predict` of a
        scikit-learn model or a JAX function. The output of an example may depend on no other
        example of its batch.
    X : array_like or torch.Tensor, shape (n, ...)
        Signals, the first axis over examples. They reach a module in the dtype of its first
        floating-point parameter, a function as float32 or float64, and are never modified.
    method : str or Method
        The name of a method (the list is at the end), or a method with its parameters, such as
        ``wavedistill.attribution.methods.IntegratedGradients(steps=100)``.
    target : int, array_like of int, callable, "all" or None
        Which output to attribute: the one of this number; for each example the one of its label,
        shape (n,); a function of what the model returns on a batch that returns one number per
        example, shape (batch,); or each output in turn, stacked as examples (all examples for
        output 0, then for output 1, ...). None is for models with one output.
    batch_size : int
        The largest number of rows that the model gets at once.
    device : str or torch.device
        Where to put the batches for a module; by default where its first parameter is. The model
        is not moved.
    **parameters
        Those of the method, if it is given by name; the list at the end has them.

    Returns
    -------
    Attributions
        Arrays in the dtype of X, with shape (n, ...), or (n * outputs, ...) for ``target="all"``.
        Methods whose attribution is a product (x - baseline) * m have the inputs x - baseline; the
        others have the multipliers m alone. The black box has a `standard_error`.

    Raises
    ------
    TypeError
        If the model does not suit the method, or an argument is of the wrong kind.
    ValueError
        If X is empty or not finite, if an argument does not suit the method or X, if the model
        fails on X, if the output does not depend on the input, or if it or the attribution is not
        finite.
    ImportError
        If a module is given and captum is not installed.

    Warns
    -----
    UserWarning
        If the contributions of DeepLIFT do not add up to the change of the output, or if the
        standard error of the black box exceeds a third of its gradient.

    Examples
    --------
    >>> import numpy as np
    >>> from wavedistill.attribution import attribute
    >>> X = np.random.default_rng(0).normal(size=(3, 8))
    >>> found = attribute(lambda x: x @ np.arange(8.0), X, method="blackbox", random_state=0)
    >>> found.multipliers[0].round(6)
    array([0., 1., 2., 3., 4., 5., 6., 7.])
    >>> found.coefficients("haar", levels=1).shape
    (3, 8)
    """
    entry = as_method(method, parameters)
    _check_model(model, entry)
    if device is not None and isinstance(entry, FunctionMethod):
        raise ValueError(
            f"device={device!r} is given, and method={entry.name!r} has none: the function decides "
            "where it runs; leave it out."
        )
    data = float_array(as_array(X), "X", min_ndim=2)
    size = integer(batch_size, "batch_size", minimum=1)
    wanted = cast(Target, target if callable(target) else as_array(target))
    if isinstance(entry, FunctionMethod):
        return attribute_function(model, data, entry, target=wanted, batch_size=size)
    pytorch = load("wavedistill.attribution.pytorch", "attribute with a PyTorch model", "torch")
    found: Attributions = pytorch.attribute_module(
        model, data, entry, target=wanted, batch_size=size, device=device
    )
    return found


def _check_model(model: object, entry: Method) -> None:
    torch = loaded_torch()
    is_module = torch is not None and isinstance(model, torch.nn.Module)
    kind, method = type(model).__name__, entry.name
    if isinstance(entry, FunctionMethod):
        if is_module:
            raise TypeError(
                f"method={method!r} with a model of type {kind}, a torch.nn.Module: it has "
                f"gradients; choose one of {names_of(GradientMethod)}, or give a function of "
                "arrays that calls it."
            )
        if not callable(model):
            raise TypeError(
                f"method={method!r} with a model of type {kind}, which cannot be called; give a "
                "function of arrays, such as its predict method."
            )
    elif not is_module:
        raise TypeError(
            f"method={method!r} with a model of type {kind}: it takes the gradients of a "
            "torch.nn.Module; give one, or for any function of arrays choose method='blackbox'."
        )


# So that help() tells what each method takes, from the one place where it is written.
if attribute.__doc__:  # None under python -OO
    attribute.__doc__ = f"{inspect.cleandoc(attribute.__doc__)}\n\n{described_methods()}"
