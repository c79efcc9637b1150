"""Warnings about the wavelet that a fit has found."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import InvalidWaveletWarning, PaddedWaveletWarning
from wavedistill.distillation.descent import SAME_BASIN
from wavedistill.wavelets import Wavelet, WaveletTransform, known_wavelets

__all__ = ["Core", "find_core", "warn_of_invalid_wavelet", "warn_of_padding"]

#: Warn of a smallest response on [-pi/2, pi/2] below the first, or a residual above the second.
_SMALL_RESPONSE, _LARGE_RESIDUAL = 0.1, 0.1
#: Taps around a core are so many times smaller than those at its ends. The taps of PyWavelets' own
#: wavelets fall off at their ends too, by a factor of up to 55 from one tap to the next (coif17).
_DROP = 100


class Core(NamedTuple):
    """The taps of a padded filter that are not nearly zero."""

    start: int
    lowpass: NDArray[np.float64]


def find_core(lowpass: NDArray[np.float64]) -> Core | None:
    """The shorter filter that a filter is, with zeros or nearly zeros around it.

    Returns
    -------
    Core or None
        None if the filter is not padded. The length of a core is even, as that of any filter.
    """
    sizes = np.abs(lowpass)
    for taps in range(2, len(sizes), 2):
        for start in range(len(sizes) - taps + 1):
            stop = start + taps
            outside = max(sizes[:start].max(initial=0), sizes[stop:].max(initial=0))
            first = np.inf if start == 0 else sizes[start]
            last = np.inf if stop == len(sizes) else sizes[stop - 1]
            if min(first, last) > _DROP * outside:
                return Core(start, lowpass[start:stop])
    return None


def warn_of_padding(transform: WaveletTransform, lengths: Sequence[int]) -> None:
    """Warn of a learned filter that is a shorter wavelet padded with zeros.

    Parameters
    ----------
    transform : WaveletTransform
        With the learned wavelet at all levels.
    lengths : sequence of int
        Samples along each transformed axis.
    """
    core = find_core(transform.wavelet.lowpass)
    if core is None:
        return
    taps = len(core.lowpass)
    decomposition = transform.decomposition
    short, long = (
        decomposition.layout(lengths, count).total
        for count in (taps, len(transform.wavelet.lowpass))
    )
    count = "1 tap" if core.start == 1 else f"{core.start} taps"
    shifted = f"shifted by {count} and " if core.start else ""
    warnings.warn(
        f"the learned filter is {_called(core.lowpass)}, {shifted}padded with zeros: "
        f"support={taps} describes it with {short} coefficients in place of {long}.",
        PaddedWaveletWarning,
        stacklevel=3,
    )


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


def _called(lowpass: NDArray[np.float64]) -> str:
    """The name of a known filter in either direction of time, or its length."""
    taps = len(lowpass)
    for wavelet in known_wavelets(taps, taps):
        for known, ending in ((wavelet.lowpass, ""), (wavelet.lowpass[::-1], " reversed")):
            if np.linalg.norm(known - lowpass) < SAME_BASIN:
                return f"{wavelet.name}{ending}"
    return f"a wavelet of {taps} taps"
