"""What studies choose among: wavelets, each with a word on where it comes from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from wavedistill.wavelets import Wavelet, orthogonal_names

__all__ = ["Candidate", "known"]


class Candidate(NamedTuple):
    """A wavelet, where it comes from, and the balance gamma/lambda if it was distilled with one."""

    label: str
    wavelet: Wavelet
    balance: float = np.nan


def known(longest: int = 20, shortest: int = 2) -> list[Candidate]:
    """The orthogonal wavelets of PyWavelets with filters of these lengths, each once.

    Some have two names, such as haar and db1, or db2 and sym2; the first counts.
    """
    found: dict[bytes, Candidate] = {}
    for name in orthogonal_names():
        wavelet = Wavelet.from_name(name)
        if shortest <= len(wavelet.lowpass) <= longest:
            found.setdefault(np.round(wavelet.lowpass, 8).tobytes(), Candidate(name, wavelet))
    return list(found.values())
