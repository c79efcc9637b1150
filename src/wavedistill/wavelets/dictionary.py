"""The known wavelets that a learned one is compared with."""

from __future__ import annotations

import numpy as np

from wavedistill.wavelets.wavelet import Wavelet, orthogonal_names

__all__ = ["known_wavelets"]


def known_wavelets(longest: int = 20, shortest: int = 2) -> list[Wavelet]:
    """PyWavelets' orthogonal wavelets with filters of these lengths, each once.

    Some filters have two names, such as haar and db1, or db2 and sym2. The first name counts.

    Parameters
    ----------
    longest, shortest : int
        Taps at most and at least.
    """
    found: dict[bytes, Wavelet] = {}
    for wavelet in map(Wavelet.from_name, orthogonal_names()):
        if shortest <= len(wavelet.lowpass) <= longest:
            found.setdefault(np.round(wavelet.lowpass, 8).tobytes(), wavelet)
    return list(found.values())
