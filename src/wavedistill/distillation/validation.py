"""What is checked before a fit, where it starts, and what is checked of its wavelet."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pywt
from numpy.typing import ArrayLike, NDArray

from wavedistill.attribution import Attributions
from wavedistill.checks import BorderWarning, InvalidWaveletWarning, integer
from wavedistill.distillation.penalized.settings import PenalizedSettings
from wavedistill.modes import check_mode
from wavedistill.wavelets import Decomposition, Lattice, Wavelet, as_wavelet

__all__ = [
    "check_depth",
    "check_parameters",
    "refuse_products",
    "start_wavelet",
    "warn_of_invalid_wavelet",
]

_CONSTRAINTS = ("orthonormal", "penalized")
#: A smallest response on [-pi/2, pi/2] below the first, or a residual above the second, earns a
#: warning.
_SMALL_RESPONSE, _LARGE_RESIDUAL = 0.1, 0.1
#: The longest Daubechies wavelet of PyWavelets is this one.
_LAST_DAUBECHIES = 38


def check_parameters(estimator: Any) -> int:
    """Refuse parameters of a `WaveletDistiller` that make no sense; the support as an int."""
    integer(estimator.levels, "levels", minimum=1)
    integer(estimator.max_iter, "max_iter", minimum=1)
    check_mode(estimator.mode)
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
    return support


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


def refuse_products(attributions: Attributions | None) -> None:
    """Refuse inputs times multipliers where filters are free.

    Raises
    ------
    ValueError
        For such attributions: a wavelet carries them over exactly only where S_h A_h = I.
    """
    if attributions is not None and attributions.inputs is not None:
        raise ValueError(
            f"attributions of method={attributions.method!r} are products of inputs and "
            "multipliers, which hold in a wavelet only where its synthesis undoes its analysis, "
            "and the free filters of constraint='penalized' do not see to that; use "
            "method='saliency', or constraint='orthonormal'."
        )


def start_wavelet(
    init: str | Wavelet | ArrayLike, support: int, constraint: str, random: np.random.Generator
) -> Wavelet | None:
    """The wavelet, of `support` taps, that a local fit starts from; None for the global search.

    Its name says what it was made from.
    """
    if isinstance(init, str) and init == "random":
        lattice = Lattice(support)
        return Wavelet(lattice.forward(lattice.sample(random)), name="random angles")
    if isinstance(init, str) and init == "auto":
        if constraint == "orthonormal":
            return None
        init = f"db{min(support // 2, _LAST_DAUBECHIES)}"
    wavelet = as_wavelet(init)
    taps = len(wavelet.lowpass)
    if taps > support:
        raise ValueError(
            f"init has {taps} taps and support={support} has room for fewer; set "
            f"support={taps} or more."
        )
    if constraint == "orthonormal":
        wavelet.require_orthonormal("fits with constraint='orthonormal'")
    return Wavelet(_centred(wavelet.lowpass, support), name=wavelet.name or "given filter")


def warn_of_invalid_wavelet(wavelet: Wavelet) -> None:
    """Warn of a learned filter that is no wavelet, or nearly none (Theorem 1, Eq. 9-11)."""
    residuals = wavelet.residuals()
    response = residuals.pop("min_response")
    if response < _SMALL_RESPONSE:
        warnings.warn(
            f"the learned filter's smallest response on [-pi/2, pi/2] is {response:.3g}: at 0 it "
            "would not generate an orthogonal wavelet basis (third condition of Theorem 1). Try "
            "another support, or another balance of sparsity and interpretation.",
            InvalidWaveletWarning,
            stacklevel=3,
        )
    worst = max(residuals, key=lambda name: abs(residuals[name]))
    if abs(residuals[worst]) > _LARGE_RESIDUAL:
        warnings.warn(
            f"the learned filter is no orthonormal wavelet: it is off by {residuals[worst]:.2g} in "
            f"{worst} (Eq. 9-11), which `transform` and `inverse_transform` inherit. The weights "
            "of sparsity and interpretation outweigh the penalties: lower both, or use "
            "constraint='orthonormal'.",
            InvalidWaveletWarning,
            stacklevel=3,
        )


def _centred(lowpass: NDArray[np.float64], support: int) -> NDArray[np.float64]:
    before = (support - len(lowpass)) // 2
    return np.pad(lowpass, (before, support - len(lowpass) - before))
