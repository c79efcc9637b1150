"""The terms of an objective, made of the arrays that a fit is given."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from wavedistill.attribution import Attributions
from wavedistill.attribution.checking import flat_share
from wavedistill.checks import Floats, float_array
from wavedistill.distillation.objective import Term
from wavedistill.wavelets import Decomposition

__all__ = ["as_attributions", "make_terms"]


def as_attributions(value: Attributions | ArrayLike | None) -> Attributions | None:
    """Keep attributions as they are, and make them of an array of multipliers.

    An array has one row for each example: several targets come as `Attributions` only.
    """
    if value is None or isinstance(value, Attributions):
        return value
    return Attributions(float_array(value, "attributions"), None, "multipliers")


def make_terms(
    signals: Floats,
    attributions: Attributions | None,
    sparsity: float,
    interpretation: float,
    decomposition: Decomposition,
    *,
    scales: Mapping[str, float] | None = None,
) -> tuple[Term, ...]:
    """Make the terms of the objective, after a check of their arrays against one another.

    Parameters
    ----------
    signals : ndarray, shape (n, ...)
    attributions : Attributions or None
    sparsity, interpretation : float
        Weights; a term of weight 0 is left out.
    decomposition : Decomposition
    scales : mapping of str to float, or None
        What to divide the coefficients of each term by; None for the mean magnitude of its array.

    Raises
    ------
    ValueError
        For attributions of other examples, for arrays that are zero everywhere, and if no term is
        left.
    """
    terms = []
    if sparsity > 0:
        if not signals.any():
            raise ValueError("X is zero everywhere; there is nothing to learn from it.")
        terms.append(Term("sparsity", sparsity, 1.0, signals))
    if attributions is not None:
        _check_multipliers(attributions, signals, decomposition)
        if interpretation > 0:
            terms.append(_interpretation(attributions, interpretation))
    if not terms:
        raise ValueError(
            "sparsity=0 and attributions=None leave nothing to minimise; pass attributions, or set "
            "sparsity to 1."
        )
    return tuple(
        replace(term, scale=_mean_magnitude(term) if scales is None else scales[term.name])
        for term in terms
    )


def _interpretation(attributions: Attributions, weight: float) -> Term:
    return Term(
        "interpretation",
        weight,
        1.0,
        attributions.multipliers,
        adjoint=attributions.inputs is None,
        inputs=attributions.inputs,
        baseline_axis=attributions.baseline_axis,
    )


def _check_multipliers(
    attributions: Attributions, signals: Floats, decomposition: Decomposition
) -> None:
    attributions.require_examples(signals)
    multipliers = attributions.multipliers
    if not multipliers.any():
        raise ValueError(
            f"the multipliers are zero everywhere ({multipliers.size} values): the teacher's "
            "output does not depend on these signals. Check the target and the teacher, or pass "
            "attributions=None."
        )
    axes = decomposition.along(signals.shape)
    rows = np.moveaxis(multipliers, int(attributions.baseline_axis), 0)
    if flat_share(rows, [axis + attributions.baseline_axis for axis in axes]) == 1:
        warnings.warn(
            "the multipliers are constant along the signals: the teacher seems to see nothing but "
            "their mean, which says little about a wavelet.",
            stacklevel=4,
        )


def _mean_magnitude(term: Term) -> float:
    """Mean absolute value, of the signals or of their products with the inputs."""
    values = term.signals if term.inputs is None else term.signals * term.inputs
    if term.baseline_axis:
        values = values.mean(axis=0)
    scale = float(np.abs(values).mean(dtype=np.float64))
    if scale == 0:
        raise ValueError(
            "the attributions (inputs x multipliers) are zero everywhere; check the baseline."
        )
    return scale
