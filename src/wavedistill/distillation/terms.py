"""From the arrays that a fit is given to the terms of its objective."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from wavedistill.attribution import Attributions
from wavedistill.checks import Floats, float_array
from wavedistill.distillation.objective import Examples
from wavedistill.wavelets import Decomposition

__all__ = ["as_attributions", "make_examples"]


def as_attributions(value: Attributions | ArrayLike | None) -> Attributions | None:
    """Attributions as they are, or made of an array of multipliers."""
    if value is None or isinstance(value, Attributions):
        return value
    return Attributions(float_array(value, "attributions"), None, "multipliers")


def make_examples(
    signals: Floats,
    attributions: Attributions | None,
    sparsity: float,
    interpretation: float,
    decomposition: Decomposition,
    *,
    scales: Mapping[str, float] | None = None,
) -> tuple[Examples, ...]:
    """The terms of the objective that count, their arrays checked against one another.

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
        For shapes that disagree, arrays that are zero everywhere, and where no term is left.
    """
    terms = []
    if sparsity > 0:
        if not signals.any():
            raise ValueError("X is zero everywhere; there is nothing to learn from it.")
        terms.append(Examples("sparsity", sparsity, 1.0, signals))
    if attributions is not None:
        _check_multipliers(attributions, signals, decomposition)
        if interpretation > 0:
            inputs = attributions.inputs
            terms.append(
                Examples(
                    "interpretation",
                    interpretation,
                    1.0,
                    attributions.multipliers,
                    adjoint=inputs is None,
                    inputs=inputs,
                    baseline_axis=attributions.baseline_axis,
                )
            )
    if not terms:
        raise ValueError(
            "sparsity=0 and attributions=None leave nothing to minimise; pass attributions, or set "
            "sparsity to 1."
        )
    return tuple(
        replace(term, scale=_mean_magnitude(term) if scales is None else scales[term.name])
        for term in terms
    )


def _check_multipliers(
    attributions: Attributions, signals: Floats, decomposition: Decomposition
) -> None:
    multipliers = attributions.multipliers
    shape = multipliers.shape[attributions.baseline_axis :]
    # Attributions of several targets hold every example once for each of them.
    if shape[1:] != signals.shape[1:] or shape[0] % len(signals):
        raise ValueError(
            f"attributions have shape {shape} and X has shape {signals.shape}; they "
            "must be the same, one multiplier for each value of X."
        )
    if not multipliers.any():
        raise ValueError(
            f"the multipliers are zero everywhere ({multipliers.size} values): the teacher's "
            "output does not depend on these signals. Check the target and the teacher, or pass "
            "attributions=None."
        )
    along = tuple(axis + attributions.baseline_axis for axis in decomposition.along(shape))
    if max(multipliers.shape[a] for a in along) > 1 and not np.ptp(multipliers, axis=along).any():
        warnings.warn(
            "the multipliers are constant along the signals: the teacher seems to see their mean "
            "alone, which says little about a wavelet.",
            stacklevel=5,
        )


def _mean_magnitude(term: Examples) -> float:
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
