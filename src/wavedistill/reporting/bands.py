"""Which frequencies the bands of a wavelet let through, beside those that their names give."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from wavedistill.frequencies import Sampling, SamplingRate
from wavedistill.plotting.students import band_responses
from wavedistill.students.band_names import band_names
from wavedistill.wavelets import WaveletTransform

__all__ = ["SeenBand", "seen_bands"]

_FREQUENCIES = 2048


@dataclass(frozen=True)
class SeenBand:
    """A band, the octave of its name, and where it answers with more than half of its greatest.

    `odd` if more than half of its response lies outside the octave.
    """

    band: str
    octave: str
    sees: str
    odd: bool


def seen_bands(transform: WaveletTransform, sampling_rate: SamplingRate) -> list[SeenBand]:
    """The bands along one axis, the approximation first.

    Parameters
    ----------
    transform : WaveletTransform
    sampling_rate : float or (float, str), optional
    """
    levels = transform.levels
    rate, unit, *_ = Sampling.of(sampling_rate, len(transform.axes))
    frequencies = np.linspace(0, 0.5, _FREQUENCIES + 1)
    edges = [0.0, *(2.0 ** -(j + 1) for j in range(levels, -1, -1))]
    names = band_names("dwt", levels)
    found = []
    responses = band_responses(transform, frequencies)
    for name, (low, high), response in zip(names, pairwise(edges), responses, strict=True):
        within = response[(frequencies >= low) & (frequencies <= high)].sum()
        spans = _spans(frequencies, response > response.max() / 2)
        sees = " and ".join(_span(a * rate, b * rate) for a, b in spans)
        octave = f"{_span(low * rate, high * rate)} {unit}"
        found.append(SeenBand(name, octave, f"{sees} {unit}", bool(within < response.sum() / 2)))
    return found


def _spans(frequencies: NDArray[np.float64], above: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """The stretches of frequencies where a condition holds."""
    turns = np.flatnonzero(np.diff(np.r_[0, above.astype(int), 0]))
    return [
        (float(frequencies[start]), float(frequencies[stop - 1]))
        for start, stop in turns.reshape(-1, 2)
    ]


def _span(low: float, high: float) -> str:
    return f"{low:.3g}\N{EN DASH}{high:.3g}"
