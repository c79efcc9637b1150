"""The gradient methods: from an output of a PyTorch teacher to multipliers, batch by batch."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, cast

import numpy as np
import torch
from captum.attr import IntegratedGradients

from wavedistill.attribution.deeplift import completeness_gap, rescale_multipliers
from wavedistill.attribution.outputs import Output, to_array
from wavedistill.attribution.sampling import RandomState, batches, example_streams, generator
from wavedistill.checks import Floats

__all__ = [
    "ExpectedGradients",
    "Gradient",
    "GradientMethod",
    "PathIntegral",
    "Rescale",
    "SmoothGradient",
]


class GradientMethod(Protocol):
    """A method at work on fixed signals."""

    @property
    def inputs(self) -> Floats | None:
        """X - baseline for products, shaped like X or (K, n, ...); None for gradients alone."""

    def multipliers(self, output: Output) -> Floats:
        """Multipliers of the examples of ``output.part``, shaped like their inputs."""


@dataclass
class Gradient:
    """The gradient at each example; as a product, with the example itself."""

    data: Floats
    product: bool

    @property
    def inputs(self) -> Floats | None:
        """X for a product."""
        return self.data.copy() if self.product else None

    def multipliers(self, output: Output) -> Floats:
        """The gradient."""
        (found,) = output.gradients(self.data[None, output.part])
        return cast(Floats, found)


@dataclass
class PathIntegral:
    """Integrated gradients: the mean gradient on the straight line from the baseline."""

    data: Floats
    origin: Floats
    steps: int

    @property
    def inputs(self) -> Floats:
        """X - baseline."""
        return self.data - self.origin

    def multipliers(self, output: Output) -> Floats:
        """By the Gauss-Legendre rule."""
        place = output.placement
        found = IntegratedGradients(output.total, multiply_by_inputs=False).attribute(
            place.tensor(self.data[output.part]),
            place.tensor(self.origin[output.part]),
            n_steps=self.steps,
            internal_batch_size=place.rows,
        )
        return to_array(found)


class ExpectedGradients:
    """Gradients at random points on the lines from K random baselines to each example."""

    def __init__(
        self, data: Floats, background: Floats, draws: int, random_state: RandomState
    ) -> None:
        random = generator(random_state)
        self.data, self.background = data, background
        # Independent pairs, so that their spread tells the error of their mean.
        self.drawn = random.integers(len(background), size=(draws, len(data)))
        shape = (draws, len(data), *[1] * (data.ndim - 1))
        self.fractions = random.random(shape).astype(data.dtype)

    @property
    def inputs(self) -> Floats:
        """X - baseline, with shape (K, n, ...)."""
        return self.data - self.background[self.drawn]

    def multipliers(self, output: Output) -> Floats:
        """The gradient of each pair, with shape (K, n, ...)."""
        part = output.part
        origins = self.background[self.drawn[:, part]]
        points = origins + self.fractions[:, part] * (self.data[part] - origins)
        return output.gradients(points)


@dataclass
class Rescale:
    """DeepLIFT, and a watch on whether its contributions add up."""

    data: Floats
    origin: Floats
    gaps: list[float] = field(default_factory=list)

    @property
    def inputs(self) -> Floats:
        """X - baseline."""
        return self.data - self.origin

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
        """Say so if contributions do not add up to the change of the output."""
        if self.gaps:
            warnings.warn(
                f"DeepLIFT's contributions miss the change of the output by up to "
                f"{max(self.gaps):.1%}, for {len(self.gaps)} outputs: the model computes "
                "something that Captum's rescale rule does not reach, such as functional, gated "
                "or recurrent activations, products, or modules with backward hooks. There, "
                "gradients took its place; 'integrated_gradients' suits any model.",
                stacklevel=4,
            )


@dataclass
class SmoothGradient:
    """The mean gradient in a Gaussian neighbourhood of each example."""

    data: Floats
    scale: float
    samples: int
    random_state: RandomState
    stream: Callable[[int], np.random.Generator] = field(init=False)

    def __post_init__(self) -> None:
        self.stream = example_streams(self.random_state)

    @property
    def inputs(self) -> None:
        """None: the multipliers are the attribution."""
        return

    def multipliers(self, output: Output) -> Floats:
        """The mean over the samples, the noise of an example depending on the seed alone."""
        part, place = output.part, output.placement
        centre = self.data[part]
        streams = [self.stream(example) for example in range(part.start, part.stop)]
        total = np.zeros(centre.shape)
        for some in batches(self.samples, max(1, place.rows // len(centre))):
            shape = (some.stop - some.start, *centre.shape[1:])
            noise = np.stack([stream.standard_normal(shape) for stream in streams], axis=1)
            total += output.gradients(centre + self.scale * noise).sum(axis=0)
        return total / self.samples
