"""Attributions of any function of arrays: its smoothed gradient, estimated from predictions."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from wavedistill.attribution.attributions import Attributions
from wavedistill.attribution.checking import LARGEST_ERROR, relative_errors
from wavedistill.attribution.sampling import batches
from wavedistill.attribution.targets import (
    Choice,
    Target,
    as_target,
    choices,
    pick,
    refuse_not_finite,
)
from wavedistill.checks import Floats, dense_float_array

if TYPE_CHECKING:
    from wavedistill.attribution.entry import FunctionMethod

__all__ = ["FunctionOutputs", "attribute_function", "default_samples", "smoothed_gradient"]

Predict = Callable[[Floats], Any]

#: Signals longer than this have no orthonormal bases drawn: such a matrix outgrows the data.
_LARGEST_BASIS = 2048


def attribute_function(
    predict: Predict, data: Floats, method: FunctionMethod, *, target: Target, batch_size: int
) -> Attributions:
    """Attribute a function's output by one of the methods for functions; see `attribute`."""
    outputs = FunctionOutputs(predict, data, batch_size, target)
    mean, error = method.estimate(outputs)
    _warn_of_large_errors(mean, error)
    multipliers, errors = (
        array.reshape(-1, *data.shape[1:]).astype(data.dtype) for array in (mean, error)
    )
    return Attributions(
        multipliers,
        None,
        method.name,
        standard_error=errors,
        targets=len(outputs.targets),
    )


def default_samples(dimension: int) -> int:
    """How many pairs of predictions an example of so many values gets."""
    return 2 * min(dimension, _LARGEST_BASIS)


def smoothed_gradient(
    outputs: FunctionOutputs, samples: int, scale: Floats, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """The gradient of the function's average over Gaussian noise, and its standard error.

    Parameters
    ----------
    outputs : FunctionOutputs
    samples : int
        Pairs of predictions for each example, at least 2.
    scale : ndarray, shape () or (...)
        Standard deviation of the noise, at each position of an example.
    random : numpy.random.Generator

    Returns
    -------
    mean, error : ndarray, shape (targets, n, ...)

    Notes
    -----
    With x = s z, position by position, a direction q that is uniform on the sphere contributes
    d (f(x + s r q) - f(x - s r q)) / (2 r) q to the gradient by z, and the gradient by x is that
    by z over s. If r is chi-distributed with d + 2 degrees of freedom, the mean is the gradient of
    f smoothed by Gaussian noise of scale s: that of (f(x + s u) - f(x - s u)) / (2 s) u with a
    Gaussian u, whose squared length is taken into the law of r. Hence d orthonormal directions,
    each with an r of its own, give the gradient of a linear f exactly.
    """
    data = outputs.data
    found = _BlockMean((len(outputs.targets), *data.shape))
    for steps in _rounds(random, samples, len(data), data[0].size, outputs.batch_size):
        for part in batches(len(data), max(1, outputs.batch_size // (2 * steps.count))):
            found.add(part, _estimates(outputs, part, steps, scale))
    return found.result()


def _warn_of_large_errors(mean: Floats, error: Floats) -> None:
    """Warn if the standard error is large for a target; arrays of shape (targets, n, ...)."""
    sizes, errors = relative_errors(mean, error)
    vague = errors > LARGEST_ERROR * sizes
    if vague.any():
        worst = int((errors - LARGEST_ERROR * sizes).argmax())
        number = f" of target {worst}" if len(sizes) > 1 else ""
        warnings.warn(
            f"the standard error of the estimated gradient{number} is {errors[worst]:.3g}, and the "
            f"gradient is {sizes[worst]:.3g} (root mean squares); below a third of it, the "
            "gradient can be told from chance. Give more n_samples (4 times as many halve the "
            "error) or more noise.",
            stacklevel=4,  # of whoever called `attribute`
        )


class FunctionOutputs:
    """The chosen outputs of a function of arrays.

    Attributes
    ----------
    data : ndarray, shape (n, ...)
    batch_size : int
        The largest number of rows that the function gets at once.
    targets : list
        What is attributed, one entry per target.
    """

    def __init__(self, predict: Predict, data: Floats, batch_size: int, target: Target) -> None:
        self.data, self.batch_size = data, batch_size
        self._predict = predict
        self._raw = callable(target)
        wanted = as_target(target, len(data))
        first = data[:batch_size]
        output = None if self._raw else self._output(first)
        self.targets: list[Choice] = [
            _numeric(choice) if callable(choice) else choice
            for choice in choices(wanted, output, len(first), len(data), np.ndarray)
        ]

    def scores(self, points: Floats, part: slice) -> Floats:
        """Of points of shape (repeats, examples, ...): shape (targets, repeats, examples)."""
        repeats, examples = points.shape[:2]
        found = np.empty((len(self.targets), repeats, examples))
        for some in batches(repeats, max(1, self.batch_size // examples)):
            rows = points[some].reshape(-1, *points.shape[2:])
            output = self._output(rows)
            for scores, choice in zip(found[:, some], self.targets, strict=True):
                picked = pick(output, choice, part, len(rows), np.ndarray)
                scores[:] = picked.reshape(-1, examples)
        bad = ~np.isfinite(np.moveaxis(found, -1, 0))
        refuse_not_finite(bad, part, "at points near X, the model returns")
        return found

    def _output(self, rows: Floats) -> Any:
        output = self._predict(rows.astype(self.data.dtype))
        return output if self._raw else dense_float_array(output, "what the model returns")


def _numeric(choice: Callable[[Any], Any]) -> Callable[[Any], Floats]:
    return lambda output: dense_float_array(choice(output), "what target returns")


@dataclass(frozen=True)
class _Directions:
    """Blocks of directions for every example, each block an estimate of its own.

    `units` has shape (blocks, directions, n, d), where n may be 1 and `signs` of shape (n, d) then
    tell the examples apart; `radii` has shape (blocks, directions, n).
    """

    units: Floats
    radii: Floats
    signs: Floats | None = None

    @property
    def count(self) -> int:
        """Directions per example."""
        blocks, directions = self.units.shape[:2]
        return int(blocks * directions)

    def of(self, part: slice) -> tuple[Floats, Floats]:
        """Unit vectors (blocks, directions, examples, d), and radii without the last axis."""
        if self.signs is None:
            return self.units[:, :, part], self.radii[:, :, part]
        return self.units * self.signs[part], self.radii[:, :, part]


def _rounds(
    random: np.random.Generator, samples: int, examples: int, dimension: int, batch_size: int
) -> Iterator[_Directions]:
    """Random orthonormal bases if there are samples for two of them, else single directions."""
    freedom = dimension + 2
    if samples >= 2 * dimension and dimension <= _LARGEST_BASIS:
        for _ in range(samples // dimension):
            basis = _orthonormal_basis(random, dimension)
            # A basis for each example, the same but for signs, which keep it as random.
            signs = random.choice([-1.0, 1.0], size=(examples, dimension))
            radii = np.sqrt(random.chisquare(freedom, size=(1, dimension, examples)))
            yield _Directions(basis[None, :, None], radii, signs)
    else:
        for some in batches(samples, max(1, batch_size // (2 * examples))):
            # In this order, the draws do not depend on how many are made at once.
            normal = random.standard_normal((some.stop - some.start, 1, examples, freedom))
            units = normal[..., :dimension]
            units = units / np.linalg.norm(units, axis=-1, keepdims=True)
            yield _Directions(units, np.linalg.norm(normal, axis=-1))


def _orthonormal_basis(random: np.random.Generator, dimension: int) -> Floats:
    """Uniformly distributed over all orthonormal bases."""
    basis, triangle = np.linalg.qr(random.standard_normal((dimension, dimension)))
    return cast(Floats, basis * np.sign(np.diag(triangle)))


def _estimates(
    outputs: FunctionOutputs, part: slice, directions: _Directions, scale: Floats
) -> Floats:
    """The gradient by each block of directions, with shape (targets, blocks, examples, ...)."""
    units, radii = directions.of(part)
    centre = outputs.data[part].astype(np.float64)
    steps = scale * (radii[..., None] * units).reshape(-1, *centre.shape)
    up, down = np.split(
        outputs.scores(np.concatenate([centre + steps, centre - steps]), part), 2, 1
    )
    slopes = ((up - down).reshape(-1, *radii.shape)) / (2 * radii)
    share = units.shape[-1] / units.shape[1]
    found = share * np.einsum("tcbg,cbgd->tcgd", slopes, units)
    return cast(Floats, found.reshape(*found.shape[:2], *centre.shape) / scale)


class _BlockMean:
    """The mean of independent estimates and its standard error, with nothing else kept."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._start, self._sum, self._squares = np.zeros((3, *shape))
        self._blocks = np.zeros(shape[1])

    def add(self, part: slice, estimates: Floats) -> None:
        """Estimates of the examples of `part`, with shape (targets, blocks, examples, ...)."""
        if not self._blocks[part].any():
            # Squares of deviations from about the mean do not cancel.
            self._start[:, part] = estimates.mean(axis=1)
        deviations = estimates - self._start[:, None, part]
        self._sum[:, part] += deviations.sum(axis=1)
        self._squares[:, part] += (deviations**2).sum(axis=1)
        self._blocks[part] += estimates.shape[1]

    def result(self) -> tuple[Floats, Floats]:
        """Mean and standard error."""
        blocks = self._blocks[0]
        shift = self._sum / blocks
        variance = (self._squares / blocks - shift**2) / (blocks - 1)
        return self._start + shift, np.sqrt(variance.clip(min=0))
