"""`attribute`: the way in to every method, which loads what its method needs and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from numpy.typing import ArrayLike

from wavedistill.attribution.attributions import Attributions
from wavedistill.attribution.blackbox import attribute_function
from wavedistill.attribution.sampling import RandomState
from wavedistill.attribution.targets import Target
from wavedistill.checks import float_array, integer

if TYPE_CHECKING:
    import torch

__all__ = ["METHODS", "Method", "attribute"]

Method = Literal[
    "saliency",
    "input_x_gradient",
    "integrated_gradients",
    "expected_gradients",
    "deeplift",
    "smoothgrad",
    "blackbox",
]

METHODS: tuple[str, ...] = get_args(Method)

#: The methods that take each of the optional arguments.
_TAKEN_BY = {
    "baselines": ("integrated_gradients", "expected_gradients", "deeplift"),
    "n_samples": ("expected_gradients", "smoothgrad", "blackbox"),
    "noise": ("smoothgrad", "blackbox"),
    "device": METHODS[:-1],
}


def attribute(
    model: torch.nn.Module | Callable[..., Any],
    X: ArrayLike,
    method: Method = "saliency",
    *,
    target: Target = None,
    batch_size: int = 256,
    baselines: ArrayLike | None = None,
    steps: int = 50,
    n_samples: int | None = None,
    noise: float | None = None,
    random_state: RandomState = None,
    device: str | torch.device | None = None,
) -> Attributions:
    """Attribute a model's output to the samples of its input signals.

    What comes back is all that a distillation needs from the teacher: in the wavelet domain the
    attributions of any filter follow from it (`Attributions.coefficients`).

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
    method : str
        Which multipliers, gradients for a `torch.nn.Module` but for the last:

        - ``"saliency"``: the signed gradient [2]_;
        - ``"input_x_gradient"``: its product with the input;
        - ``"integrated_gradients"``: the mean gradient on the line from a baseline [3]_;
        - ``"expected_gradients"``, or GradientSHAP: the gradient at a random point on the line
          from a random baseline, for each example and each of K draws of both [4]_;
        - ``"deeplift"``: the rescale rule [5]_, for models of activation modules that are each
          called once; what the rule does not reach passes on gradients, with a warning if the
          contributions then do not add up;
        - ``"smoothgrad"``: the mean gradient at noisy copies of the example [6]_;
        - ``"blackbox"``: for any function, the gradient of its average over Gaussian noise,
          estimated from pairs of predictions on opposite sides of the example [7]_.
    target : int, array_like of int, callable, "all" or None
        Which output to attribute: the one of this number; for each example the one of its label,
        shape (n,); a function of what the model returns on a batch that returns one number per
        example, shape (batch,); or each output in turn, stacked as examples (all examples for
        output 0, then for output 1, ...). None is for models with one output.
    batch_size : int
        The largest number of rows that the model gets at once (DeepLIFT needs two).
    baselines : float or array_like
        Where integrated gradients and DeepLIFT start: one number, one example of shape (...), or
        an example for each, shape (n, ...); 0 if not given. For expected gradients, background
        examples to draw from, shape (m, ...), such as training signals.
    steps : int
        Points of the Gauss-Legendre rule of integrated gradients.
    n_samples : int
        K, the draws of expected gradients (25 if not given); noisy copies of SmoothGrad (50); or
        pairs of predictions of the black box (twice the d values of an example, but 4096 at most).
    noise : float
        Standard deviation of the noise of SmoothGrad and of the black box, as a share of that of
        X (0.1 if not given).
    random_state : int, numpy.random.Generator or None
        For the methods that draw. No global generator is used.
    device : str or torch.device
        Where to put the batches; by default where the model's first parameter is. The model is not
        moved.

    Returns
    -------
    Attributions
        Arrays in the dtype of X, with shape (n, ...), or (n * outputs, ...) for ``target="all"``;
        those of expected gradients have a leading axis of K, and so K times the size of X. Methods
        whose attribution is (x - baseline) * m have the inputs x - baseline; saliency, SmoothGrad
        and the black box have the multipliers m alone. The black box has a `standard_error`.

    Raises
    ------
    TypeError
        If the model does not suit the method, or an argument is of the wrong kind.
    ValueError
        If X is empty or not finite, if an argument does not suit the method or X, if the output
        does not depend on the input, or if it or the attribution is not finite.
    ImportError
        If a module is given and captum is not installed.

    Warns
    -----
    UserWarning
        If the contributions of DeepLIFT do not add up to the change of the output.

    Notes
    -----
    From 2d pairs on, the black box takes whole orthonormal bases of d random directions for each
    example, which makes a linear function's gradient exact; with fewer, single directions, whose
    relative error is about the root of d over their number. The standard error is from the
    spread of independent bases (so from two of them, it is itself rough) or directions. It says
    nothing of the smoothing: less `noise` is closer to the gradient of a smooth function, and more
    sees further across the steps of a tree or a rounded output.

    References
    ----------
    .. [1] C. Singh et al. (2020), Transformation importance with applications to cosmology: TRIM;
       Eq. 7 of W. Ha et al. (2021), Adaptive wavelet distillation from neural networks through
       interpretations.
    .. [2] K. Simonyan et al. (2014), Deep inside convolutional networks.
    .. [3] M. Sundararajan et al. (2017), Axiomatic attribution for deep networks.
    .. [4] G. Erion et al. (2021), Improving performance of deep learning models with axiomatic
       attribution priors and expected gradients.
    .. [5] A. Shrikumar et al. (2017), Learning important features through propagating activation
       differences.
    .. [6] D. Smilkov et al. (2017), SmoothGrad: removing noise by adding noise.
    .. [7] Y. Nesterov and V. Spokoiny (2017), Random gradient-free minimization of convex
       functions.

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
    _check_model_and_method(model, method)
    given = {"baselines": baselines, "n_samples": n_samples, "noise": noise, "device": device}
    _check_arguments(method, [name for name, value in given.items() if value is not None])
    data = float_array(_array(X), "X", min_ndim=2)
    size = integer(batch_size, "batch_size", minimum=1)
    points = integer(steps, "steps", minimum=1)
    wanted = cast(Target, target if callable(target) else _array(target))
    if method == "blackbox":
        return attribute_function(
            model,
            data,
            target=wanted,
            batch_size=size,
            n_samples=n_samples,
            noise=noise,
            random_state=random_state,
        )
    try:
        from wavedistill.attribution.pytorch import attribute_module
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "captum":
            raise
        raise ImportError(
            "attribute needs captum for the gradients of PyTorch models, and it is not installed: "
            "pip install 'wavedistill[torch]'"
        ) from error
    return attribute_module(
        cast("torch.nn.Module", model),
        data,
        method,
        target=wanted,
        batch_size=size,
        baselines=_array(baselines),
        steps=points,
        n_samples=n_samples,
        noise=noise,
        random_state=random_state,
        device=device,
    )


def _check_model_and_method(model: object, method: object) -> None:
    if method not in METHODS:
        known = ", ".join(map(repr, METHODS))
        raise ValueError(f"method={method!r} is not known; choose one of {known}.")
    torch = _torch()
    is_module = torch is not None and isinstance(model, torch.nn.Module)
    kind = type(model).__name__
    if method == "blackbox" and is_module:
        known = ", ".join(map(repr, METHODS[:-1]))
        raise TypeError(
            f"method='blackbox' with a model of type {kind}, a torch.nn.Module: it has gradients; "
            f"choose one of {known}, or give a function of arrays that calls it."
        )
    if method == "blackbox" and not callable(model):
        raise TypeError(
            f"method='blackbox' with a model of type {kind}, which cannot be called; give a "
            "function of arrays, such as its predict method."
        )
    if method != "blackbox" and not is_module:
        raise TypeError(
            f"method={method!r} with a model of type {kind}: it takes the gradients of a "
            "torch.nn.Module; give one, or for any function of arrays choose method='blackbox'."
        )


def _check_arguments(method: str, names: list[str]) -> None:
    for name in names:
        if method not in _TAKEN_BY[name]:
            known = " or ".join(map(repr, _TAKEN_BY[name]))
            raise ValueError(
                f"{name} is given, and method={method!r} has none; leave it out, or choose {known}."
            )


def _torch() -> Any:
    """PyTorch if it is loaded, as it is wherever there is a tensor or a module of its."""
    return sys.modules.get("torch")


def _array(value: Any) -> Any:
    """A tensor as an array; anything else as it is."""
    torch = _torch()
    if torch is None or not isinstance(value, torch.Tensor):
        return value
    # NumPy has no bfloat16.
    readable = value.float() if value.dtype == torch.bfloat16 else value
    return readable.numpy(force=True)
