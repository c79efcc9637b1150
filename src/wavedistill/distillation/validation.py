"""Checks of what a `WaveletDistiller` is given, before any work is done."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pywt

from wavedistill.attribution import Attributions
from wavedistill.checks import BorderWarning, integer
from wavedistill.distillation.penalized.settings import PenalizedSettings
from wavedistill.wavelets import Decomposition

__all__ = [
    "check_depth",
    "check_parameters",
    "check_target",
    "warn_of_forgotten_axis",
]

_CONSTRAINTS = ("orthonormal", "penalized")
#: Two axes of at least so many samples each, neither more than so many times as long as the other,
#: look like an image.
_IMAGE_SIDE, _IMAGE_RATIO = 16, 2


def check_parameters(estimator: Any) -> tuple[int, Decomposition]:
    """Refuse parameters of a `WaveletDistiller` that make no sense; read support and transform."""
    integer(estimator.max_iter, "max_iter", minimum=1)
    decomposition = Decomposition(estimator.levels, estimator.mode, estimator.axes)
    if len(decomposition.axes) > 2:
        raise ValueError(
            f"axes={estimator.axes} names {len(decomposition.axes)} axes, and a distillation takes "
            "one or two: -1 for signals, (-2, -1) for images. Distil a volume from its slices, as "
            "images; `WaveletTransform` then takes the wavelet along three axes."
        )
    support = integer(estimator.support, "support", minimum=2)
    if support % 2:
        raise ValueError(
            f"support={support} must be even and at least 2; the next even support is "
            f"{support + 1}."
        )
    if estimator.constraint not in _CONSTRAINTS:
        raise ValueError(
            f"constraint={estimator.constraint!r} must be 'orthonormal' or 'penalized'."
        )
    if not isinstance(estimator.penalized, PenalizedSettings | None):
        raise TypeError(
            f"penalized={estimator.penalized!r} must be a PenalizedSettings, or None for the "
            "paper's."
        )
    for name in ("sparsity", "interpretation", "tol"):
        value = getattr(estimator, name)
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
            raise TypeError(f"{name}={value!r} must be a number of at least 0.")
        if not 0 <= value < np.inf:
            raise ValueError(f"{name}={value} must be finite and at least 0.")
    if estimator.sparsity == 0 and estimator.interpretation == 0:
        raise ValueError(
            "sparsity=0 and interpretation=0 leave nothing to minimise; set one of them, such as 1."
        )
    return support, decomposition


def check_target(X: object, y: object, attributions: object) -> None:
    """Refuse attributions in the place of y, and warn of a y that looks like some.

    Parameters
    ----------
    X, y, attributions
        As `WaveletDistiller.fit` is given them.

    Raises
    ------
    TypeError
        If y is an `Attributions`.
    """
    if isinstance(y, Attributions):
        raise TypeError("attributions were given in the place of y; pass attributions=... .")
    shape = getattr(y, "shape", ())
    if attributions is None and len(shape) > 1 and shape == getattr(X, "shape", ()):
        warnings.warn(
            f"y has the shape of X, {tuple(shape)}, and is ignored: the wavelet is learned from X "
            "alone. If y holds attributions, pass attributions=y.",
            stacklevel=3,
        )


def warn_of_forgotten_axis(shape: Sequence[int], axes: int | Sequence[int]) -> None:
    """Warn of images (n, H, W) that the default axes=-1 would treat as H channels of signals.

    A three-axis array looks like images if its last two axes have at least 16 samples each and
    neither is more than twice as long as the other. A list of axes, such as (-1,), is meant.
    """
    if np.ndim(axes) or axes != -1 or len(shape) != 3:
        return
    short, long = sorted(shape[1:])
    if short >= _IMAGE_SIDE and long <= _IMAGE_RATIO * short:
        warnings.warn(
            f"X has shape {tuple(shape)}, and axes=-1 transforms its last axis alone, with "
            f"{shape[1]} channels. For images pass axes=(-2, -1); if these are channels, pass "
            "axes=(-1,).",
            stacklevel=3,
        )


def check_depth(decomposition: Decomposition, lengths: Sequence[int], support: int) -> None:
    """Refuse more levels than signals can have, and warn of more than PyWavelets advises."""
    decomposition.check_depth(lengths)
    levels, length = decomposition.levels, min(lengths)
    usual = pywt.dwt_max_level(length, support)
    if levels > usual:
        warnings.warn(
            f"levels={levels} is deeper than {usual}, PyWavelets' dwt_max_level for "
            f"length {length} and {support} taps: every coefficient of the coarsest levels "
            "feels the border. Where that matters, take fewer levels or a shorter support.",
            BorderWarning,
            stacklevel=3,
        )
