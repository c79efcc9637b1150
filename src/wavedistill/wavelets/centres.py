"""Where wavelet coefficients look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wavedistill.wavelets.layout import CoefficientLayout
from wavedistill.wavelets.wavelet import Wavelet

__all__ = ["centres"]


def centres(wavelets: Sequence[Wavelet], layout: CoefficientLayout) -> NDArray[np.float64]:
    """See `WaveletTransform.centres`; one wavelet for each level, the finest level first."""
    periodic = layout.mode == "periodization"
    starts, offset = [], 0.0
    for level, wavelet in enumerate(wavelets):
        # PyWavelets: cA[k] = sum_n rec_lo[N - 1 - n] x[2k + shift - n].
        taps = len(wavelet.lowpass)
        shift = taps // 2 if periodic else 1
        energies = np.square(wavelet.lowpass), np.square(wavelet.highpass)
        low, high = (shift - np.arange(taps)[::-1] @ e / e.sum() for e in energies)
        starts.append(offset + 2**level * high)
        offset += 2**level * low
    bands = zip([offset, *reversed(starts)], layout.band_levels, layout.sizes, strict=True)
    found = np.concatenate([start + 2**level * np.arange(size) for start, level, size in bands])
    (length,) = layout.lengths
    return found % length if periodic else np.clip(found, 0, length - 1)
