"""Activation maps: what is left of signals when only what mattered most is kept (Appendix D.2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from wavedistill.attribution import Attributions
from wavedistill.checks import Floats, float_array, integer
from wavedistill.wavelets import WaveletLike, WaveletTransform, as_transform

__all__ = ["activation_map"]


def activation_map(
    x: ArrayLike,
    transform: WaveletTransform | WaveletLike | None,
    attributions: Attributions,
    *,
    levels: int | None = None,
    mode: str | None = None,
    axes: int | Sequence[int] | None = None,
    keep: int = 600,
) -> Floats:
    """Keep of each example the coefficients that matter most to the teacher, and transform back.

    They are those of largest absolute attribution (TRIM); all others are set to zero (Fig D2 of
    the paper, with integrated gradients).

    Parameters
    ----------
    x : array_like, shape (n, ...)
        Signals or maps, the first axis over examples.
    transform : WaveletTransform, Wavelet, str, array_like or None
        A transform; or a wavelet, its name or its lowpass filter, with `levels`, `mode` and `axes`.
        None does the same without a transform: the samples or pixels of largest absolute
        attribution stay as they are.
    attributions : Attributions
        Of the teacher's output for these examples.
    levels, mode, axes : optional
        As for `WaveletTransform`; axes that are not named, except the first, are channels.
    keep : int
        How many to keep of an example, those of its channels together; of equals the first. The
        paper keeps 600 of the 73,839 coefficients of a map of 256 x 256 pixels.

    Returns
    -------
    ndarray
        Like `x`, in its units; with all coefficients kept it is `x`.

    Raises
    ------
    TypeError, ValueError
        If `attributions` are not those of examples of this shape, if an example has fewer than
        `keep` coefficients, for an axis that is none of `x`, and where
        `Attributions.coefficients` refuses the wavelet.

    Examples
    --------
    >>> import numpy as np
    >>> from wavedistill.attribution import Attributions
    >>> from wavedistill.students import activation_map
    >>> x = np.array([[4.0, 4.0, 1.0, -1.0]])
    >>> saliency = Attributions([[1.0, 1.0, 0.0, 0.5]])
    >>> activation_map(x, "haar", saliency, levels=1, keep=1).round(12).tolist()
    [[4.0, 4.0, 0.0, 0.0]]
    >>> activation_map(x, None, saliency, keep=1).tolist()
    [[4.0, 0.0, 0.0, 0.0]]
    """
    signals = float_array(x, "x", min_ndim=2)
    if not isinstance(attributions, Attributions):
        raise TypeError(
            f"attributions must be Attributions, not {type(attributions).__name__}; an array of "
            "gradients becomes them by Attributions(gradients)."
        )
    explained = attributions.multipliers.shape[attributions.baseline_axis :]
    if signals.shape != explained:
        raise ValueError(
            f"x has shape {signals.shape} and attributions are of examples of shape {explained}; "
            "give the attributions of these examples, to one target."
        )
    number = integer(keep, "keep", minimum=1)
    if transform is None:
        return _kept(signals, _of_samples(attributions), number, "samples")
    bank = as_transform(transform, levels, mode, axes)
    sizes = bank.decomposition.lengths(signals.shape, "x")
    scores = attributions.coefficients(bank)
    return bank.synthesis(_kept(bank.analysis(signals), scores, number, "coefficients"), sizes)


def _of_samples(attributions: Attributions) -> Floats:
    """Attributions of the samples themselves, products averaged over the baselines."""
    multipliers, inputs = attributions.multipliers, attributions.inputs
    if inputs is None:
        return multipliers
    if attributions.baseline_axis:
        return np.asarray(np.einsum("k...,k...->...", inputs, multipliers) / len(inputs))
    return np.asarray(inputs * multipliers)


def _kept(values: Floats, attributions: Floats, keep: int, what: str) -> Floats:
    """The values of each row with the largest attributions, and zeros."""
    rows = values.reshape(len(values), -1)
    total = rows.shape[1]
    if keep > total:
        raise ValueError(
            f"keep={keep} is more than the {total} {what} of an example, and a map of all of them "
            f"is the example; keep a few, such as keep={max(1, total // 100)}."
        )
    size = np.abs(attributions).reshape(rows.shape)
    # Stable, so that ties fall alike everywhere.
    places = np.argsort(-size, axis=1, kind="stable")[:, :keep]
    result = np.zeros_like(rows)
    np.put_along_axis(result, places, np.take_along_axis(rows, places, axis=1), axis=1)
    return result.reshape(values.shape)
