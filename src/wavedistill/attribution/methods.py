"""The attribution methods, one entry each: its name, its parameters and what it computes.

To add a method, write its entry here and name it in `METHODS`. An entry is a frozen dataclass; its
fields are the parameters that `attribute` takes for it, and its docstring becomes a part of that
of `attribute`. Nothing here needs PyTorch before a method is at work.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import ArrayLike

from wavedistill.attribution.arrays import as_array
from wavedistill.attribution.blackbox import FunctionOutputs, default_samples, smoothed_gradient
from wavedistill.attribution.entry import FunctionMethod, GradientMethod, Method, Prepared
from wavedistill.attribution.sampling import (
    RandomState,
    batches,
    check_noise,
    example_streams,
    generator,
    noise_scale,
)
from wavedistill.checks import Floats, float_array, integer
from wavedistill.extras import load

if TYPE_CHECKING:
    from wavedistill.attribution.outputs import Output

__all__ = [
    "METHODS",
    "BlackBox",
    "DeepLift",
    "ExpectedGradients",
    "InputXGradient",
    "IntegratedGradients",
    "Saliency",
    "SmoothGrad",
]


@dataclass(frozen=True, eq=False)
class Saliency(GradientMethod):
    """The signed gradient (K. Simonyan et al. 2014, Deep inside convolutional networks)."""

    name = "saliency"

    def prepare(self, data: Floats) -> Prepared:
        """See `GradientMethod.prepare`."""
        return Prepared(lambda output: _gradient(data, output))


@dataclass(frozen=True, eq=False)
class InputXGradient(GradientMethod):
    """The product of the input with the gradient."""

    name = "input_x_gradient"

    def prepare(self, data: Floats) -> Prepared:
        """See `GradientMethod.prepare`."""
        return Prepared(
            lambda output: _gradient(data, output), data.copy(), np.zeros((), data.dtype)
        )


@dataclass(frozen=True, eq=False)
class IntegratedGradients(GradientMethod):
    """The mean gradient on the straight line from a baseline to the input, times their difference.

    M. Sundararajan et al. (2017), Axiomatic attribution for deep networks.

    Parameters
    ----------
    baselines : float or array_like
        Where the line starts: one number, one example of shape (...), or an example for each of X,
        shape (n, ...).
    steps : int
        Points of the Gauss-Legendre rule on the line.
    """

    name = "integrated_gradients"
    baselines: ArrayLike = 0.0
    steps: int = 50

    def __post_init__(self) -> None:
        integer(self.steps, "steps", minimum=1)

    def prepare(self, data: Floats) -> Prepared:
        """See `GradientMethod.prepare`."""
        origin, shared = _origin(self.baselines, data)
        return Prepared(
            lambda output: output.path_gradients(
                data[output.part], origin[output.part], self.steps
            ),
            data - origin,
            shared,
        )


@dataclass(frozen=True, eq=False)
class ExpectedGradients(GradientMethod):
    """The gradient at random points on lines from random baselines, times input minus baseline.

    Also known as GradientSHAP. Each example has K draws of a baseline and of a point on the line
    from it; the result keeps them all, so that it has K times the size of X. G. Erion et al.
    (2021), Improving performance of deep learning models with axiomatic attribution priors and
    expected gradients.

    Parameters
    ----------
    baselines : array_like, shape (m, ...)
        Background examples to draw from, such as the training signals.
    n_samples : int
        K.
    random_state : int, numpy.random.Generator or None
        What the draws follow from. No global generator is used.
    """

    name = "expected_gradients"
    baselines: ArrayLike = field(
        metadata={"needed": "background examples to draw from, such as the training signals"}
    )
    n_samples: int = 25
    random_state: RandomState = None

    def __post_init__(self) -> None:
        integer(self.n_samples, "n_samples", minimum=1)

    def prepare(self, data: Floats) -> Prepared:
        """See `GradientMethod.prepare`."""
        background = float_array(as_array(self.baselines), "baselines").astype(data.dtype)
        if background.shape[1:] != data.shape[1:]:
            raise ValueError(
                f"baselines have shape {background.shape}; give background examples to draw from, "
                f"shape (m, ...) with examples of {data.shape[1:]}."
            )
        random = generator(self.random_state)
        # Independent pairs, so that their spread tells the error of their mean.
        drawn = random.integers(len(background), size=(self.n_samples, len(data)))
        shape = (self.n_samples, len(data), *[1] * (data.ndim - 1))
        fractions = random.random(shape).astype(data.dtype)

        def multipliers(output: Output) -> Floats:
            part = output.part
            origins = background[drawn[:, part]]
            return output.gradients(origins + fractions[:, part] * (data[part] - origins))

        return Prepared(multipliers, data - background[drawn], baseline_axis=True)


@dataclass(frozen=True, eq=False)
class DeepLift(GradientMethod):
    """The rescale rule of DeepLIFT, for models of activation modules that are called once each.

    Where the rule does not reach, gradients pass through, with a warning if the contributions then
    do not add up to the change of the output. The model gets two rows for each example.
    A. Shrikumar et al. (2017), Learning important features through propagating activation
    differences.

    Parameters
    ----------
    baselines : float or array_like
        What the input is compared with: one number, one example of shape (...), or an example for
        each of X, shape (n, ...).
    """

    name = "deeplift"
    baselines: ArrayLike = 0.0

    def prepare(self, data: Floats) -> Prepared:
        """See `GradientMethod.prepare`."""
        origin, shared = _origin(self.baselines, data)
        deeplift = load("wavedistill.attribution.deeplift", "method='deeplift'", "torch")
        rescale = deeplift.Rescale(data, origin)
        return Prepared(rescale.multipliers, data - origin, shared, finish=rescale.warn)


@dataclass(frozen=True, eq=False)
class SmoothGrad(GradientMethod):
    """The mean gradient at noisy copies of the example.

    D. Smilkov et al. (2017), SmoothGrad: removing noise by adding noise.

    Parameters
    ----------
    n_samples : int
        Noisy copies of each example.
    noise : float or array_like, shape (...)
        Standard deviation of the noise: a share of that of all values of X; or an array with one
        for each value of an example, in units of X.
    random_state : int, numpy.random.Generator or None
        What the draws follow from. No global generator is used.
    """

    name = "smoothgrad"
    n_samples: int = 50
    noise: ArrayLike = 0.1
    random_state: RandomState = None

    def __post_init__(self) -> None:
        integer(self.n_samples, "n_samples", minimum=1)
        check_noise(as_array(self.noise))

    def prepare(self, data: Floats) -> Prepared:
        """See `GradientMethod.prepare`."""
        scale = noise_scale(as_array(self.noise), data, per_position=False)
        stream = example_streams(self.random_state)

        def multipliers(output: Output) -> Floats:
            part = output.part
            centre = data[part]
            # The noise of an example depends on the seed alone, not on its batch.
            streams = [stream(example) for example in range(part.start, part.stop)]
            total = np.zeros(centre.shape)
            for some in batches(self.n_samples, max(1, output.placement.rows // len(centre))):
                shape = (some.stop - some.start, *centre.shape[1:])
                noise = np.stack([each.standard_normal(shape) for each in streams], axis=1)
                total += output.gradients(centre + scale * noise).sum(axis=0)
            return total / self.n_samples

        return Prepared(multipliers)


@dataclass(frozen=True, eq=False)
class BlackBox(FunctionMethod):
    """The gradient of a function's average over Gaussian noise, estimated from its values.

    It takes any function of arrays, such as the predict method of a scikit-learn model, and
    compares its values on opposite sides of each example. Y. Nesterov and V. Spokoiny (2017),
    Random gradient-free minimization of convex functions.

    Parameters
    ----------
    n_samples : int, optional
        Pairs of values for each example. By default twice the d values of an example, and at most
        4096. From 2d pairs on, the directions form random orthonormal bases, and the gradient of a
        linear function is exact. With fewer pairs they are single random directions, and the
        relative error is about the root of d / n_samples.
    noise : float or array_like, shape (...)
        Standard deviation of the noise: a share of the standard deviation of X over examples at
        each position; or an array with one for each value of an example, in units of X. The least
        standard deviation counted is a tenth of the median along the last axis, so that positions
        that hardly vary move too. With fewer than 8 examples, a number is a share of the standard
        deviation of all values. Little noise comes closer to the gradient of a smooth function;
        more noise sees further across the steps of a tree or of a rounded output.
    random_state : int, numpy.random.Generator or None
        What the draws follow from. No global generator is used.
    """

    name = "blackbox"
    n_samples: int | None = None
    noise: ArrayLike = 0.1
    random_state: RandomState = None

    def __post_init__(self) -> None:
        if self.n_samples is not None:
            integer(self.n_samples, "n_samples", minimum=2)
        check_noise(as_array(self.noise))

    def estimate(self, outputs: FunctionOutputs) -> tuple[Floats, Floats]:
        """See `FunctionMethod.estimate`."""
        samples = self.n_samples or default_samples(outputs.data[0].size)
        scale = noise_scale(as_array(self.noise), outputs.data, per_position=True)
        return smoothed_gradient(outputs, samples, scale, generator(self.random_state))


#: Every method by its name.
METHODS: dict[str, type[Method]] = {
    entry.name: entry
    for entry in (
        Saliency,
        InputXGradient,
        IntegratedGradients,
        ExpectedGradients,
        DeepLift,
        SmoothGrad,
        BlackBox,
    )
}


def _gradient(data: Floats, output: Output) -> Floats:
    """The gradient at each example of ``output.part``."""
    (found,) = output.gradients(data[None, output.part])
    return cast(Floats, found)


def _origin(baselines: ArrayLike, data: Floats) -> tuple[Floats, Floats | None]:
    """The baseline of each example, a view shaped like `data`, and the one that all share if any.

    Raises
    ------
    ValueError
        For another shape than that of a number, of an example or of the data.
    """
    given = np.asarray(as_array(baselines))
    values = float_array(np.atleast_1d(given), "baselines").astype(data.dtype).reshape(given.shape)
    if values.shape not in ((), (1,), data.shape[1:], data.shape):
        raise ValueError(
            f"baselines have shape {values.shape}; give one number, one example of shape "
            f"{data.shape[1:]}, or one for each example of X, shape {data.shape}."
        )
    if values.size == 1:
        values = values.reshape(())
    shared = None if values.shape == data.shape else values
    return np.broadcast_to(values, data.shape), shared
