"""How `measure_faithfulness` reads bases, scores and baselines; each refusal comes before work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wavedistill.attribution import Attributions
from wavedistill.attribution.examples import require_shape
from wavedistill.checks import Floats, float_array
from wavedistill.faithfulness.bases import Basis, Fourier, Samples, WaveletBasis
from wavedistill.wavelets import Wavelet, WaveletTransform, as_transform

__all__ = ["BasisLike", "as_baseline", "as_bases", "as_scores", "sum_units"]

Array = NDArray[np.float64]

#: What stands for a basis.
BasisLike = Basis | WaveletTransform | Wavelet | str | ArrayLike

#: The mode of a wavelet that brings none: as many coefficients as samples.
_MODE = "periodization"
_NAMED = {"samples": Samples, "fourier": Fourier}


def as_bases(
    basis: BasisLike | Sequence[BasisLike] | Mapping[str, BasisLike],
    shape: Sequence[int],
    levels: int | None,
    mode: str | None,
    axes: int | Sequence[int] | None,
) -> dict[str, Basis]:
    """Bases by their names, checked against X of this shape.

    Raises
    ------
    TypeError, ValueError
        If something is no basis or does not suit X, or two have one name.
    """
    if isinstance(basis, Mapping):
        given = {str(name): _as_basis(each, levels, mode, axes) for name, each in basis.items()}
    else:
        parts: Any = basis if _are_several(basis) else [basis]
        read = [_as_basis(each, levels, mode, axes) for each in parts]
        given = {each.name: each for each in read}
        if len(given) < len(read):
            names = [each.name for each in read]
            raise ValueError(
                f"bases have the names {', '.join(names)}, and two are the same; give a dict of "
                "names and bases."
            )
    if not given:
        raise ValueError("basis is empty; give at least one, such as 'samples'.")
    for each in given.values():
        each.check(shape)
    return given


def as_baseline(baseline: object, X: Floats) -> Floats:
    """What stands for a removed part, shape (1, ...) or that of X.

    Raises
    ------
    TypeError, ValueError
        If it is neither a number, ``"mean"``, one example nor one for each example.
    """
    if isinstance(baseline, str):
        if baseline != "mean":
            raise ValueError(f"baseline={baseline!r} must be a number, an array or 'mean'.")
        mean: Floats = X.mean(axis=0, keepdims=True)
        return mean
    values = float_array(np.atleast_1d(np.asarray(baseline)), "baseline").astype(X.dtype)
    if np.ndim(baseline) == 0:  # type: ignore[arg-type]
        return np.full((1, *X.shape[1:]), values[0])
    if values.shape == X.shape[1:]:
        return values[None]
    if values.shape != X.shape:
        raise ValueError(
            f"baseline has shape {values.shape}; give a number, 'mean', one example of shape "
            f"{X.shape[1:]}, or one for each, shape {X.shape}."
        )
    return values


def as_scores(
    attributions: object, bases: Mapping[str, Basis], X: Floats, baseline: Floats
) -> dict[str, Array]:
    """The score of each unit of each basis, shape (n, units).

    Raises
    ------
    TypeError, ValueError
        If attributions are of other examples, or scores have another shape or are not finite.
    """
    if isinstance(attributions, Attributions):
        require_shape(attributions.shape, attributions.targets, X)
        attributions.require_examples(X)
        if attributions.targets > 1:
            raise ValueError(
                f"attributions are of {attributions.targets} targets for each example; give those "
                "of one, by attribute(..., target=...)."
            )
        found = {name: carried(attributions, basis, X - baseline) for name, basis in bases.items()}
    elif isinstance(attributions, Mapping):
        if missing := [name for name in bases if name not in attributions]:
            raise ValueError(f"attributions have no scores for basis {missing[0]!r}; add them.")
        found = {name: float_array(attributions[name], f"scores of {name}") for name in bases}
    else:
        scores: Any = attributions
        if len(bases) > 1:
            raise TypeError(
                f"attributions is a {type(attributions).__name__}, and there are {len(bases)} "
                "bases; give Attributions, which are carried to each, or a dict of names and "
                "scores."
            )
        found = {name: float_array(scores, "attributions") for name in bases}
    return {name: _per_unit(found[name], name, basis, X) for name, basis in bases.items()}


def carried(attributions: Attributions, basis: Basis, change: Floats) -> Floats:
    """Attributions of the coefficients of a basis, shape (n, p).

    Those that are products have their own inputs. The others are multipliers of the coefficients,
    and are multiplied by what a removal takes away, `change`, shape (n, ...): to first order, that
    is what the output loses.
    """
    multipliers = attributions.multipliers
    if attributions.inputs is None:
        return basis.analysis(change) * basis.adjoint(multipliers)
    if not attributions.baseline_axis:
        return basis.analysis(attributions.inputs) * basis.adjoint(multipliers)
    pairs = zip(attributions.inputs, multipliers, strict=True)
    products = [basis.analysis(inputs) * basis.adjoint(each) for inputs, each in pairs]
    mean: Floats = np.mean(products, axis=0)
    return mean


def sum_units(values: Array, basis: Basis, shape: Sequence[int]) -> Array:
    """Values of coefficients, summed over the unit that each belongs to, shape (n, units)."""
    numbers = basis.units(shape)
    if numbers is None:
        return values
    sums = np.zeros((len(values), int(numbers.max()) + 1))
    np.add.at(sums.T, numbers, values.T)
    return sums


def _per_unit(scores: Floats, name: str, basis: Basis, X: Floats) -> Array:
    coefficients = basis.analysis(X[:1]).shape[1]
    numbers = basis.units(X.shape[1:])
    units = coefficients if numbers is None else int(numbers.max()) + 1
    flat = scores.reshape(len(scores), -1) if scores.ndim > 1 else scores
    if flat.shape == (len(X), units):
        return flat.astype(np.float64)
    if numbers is not None and flat.shape == (len(X), coefficients):
        return sum_units(flat.astype(np.float64), basis, X.shape[1:])
    raise ValueError(
        f"attributions have shape {scores.shape}, and basis {name!r} has {units} units for each of "
        f"{len(X)} examples; give scores of shape ({len(X)}, {units}), or Attributions, which are "
        "carried to the basis."
    )


def _as_basis(
    value: Any, levels: int | None, mode: str | None, axes: int | Sequence[int] | None
) -> Basis:
    if isinstance(value, Basis):
        return value
    if isinstance(value, str) and value.lower() in _NAMED:
        kind = _NAMED[value.lower()]
        return Samples() if kind is Samples else Fourier(-1 if axes is None else _tuple(axes))
    if isinstance(value, WaveletTransform):
        return WaveletBasis(as_transform(value, levels, mode, axes))
    learned = value.origin.get("mode") if isinstance(value, Wavelet) else None
    return WaveletBasis(as_transform(value, levels, mode or learned or _MODE, axes))


def _tuple(axes: int | Sequence[int]) -> int | tuple[int, ...]:
    return axes if isinstance(axes, int) else tuple(axes)


def _are_several(value: object) -> bool:
    """Whether this is a list of bases, not one, such as the list of the taps of a filter."""
    if not isinstance(value, list | tuple):
        return False
    return not value or not all(isinstance(each, Real) for each in value)
