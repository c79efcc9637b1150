"""A figure of a distilled student: its bands, its weights, and its agreement with the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import Floats, float_array
from wavedistill.frequencies import Sampling, SamplingRate
from wavedistill.plotting.style import CATEGORIES, INK, LEARNED, START, finish, label_rows
from wavedistill.wavelets import WaveletTransform

__all__ = ["band_responses", "plot_student"]

_FREQUENCIES = 400
_COLOURS = (LEARNED, *CATEGORIES)


def plot_student(
    student: Any,
    outputs: ArrayLike,
    predicted: ArrayLike,
    *,
    sampling_rate: SamplingRate = None,
    what: str = "log-odds",
) -> Figure:
    """Draw the bands that a student of one channel and one output reads, and what it makes of them.

    Parameters
    ----------
    student : DistilledClassifier or DistilledRegressor
        Fitted, with one output; it reads whole sub-bands of the wavelet transform, not packets.
    outputs, predicted : array_like, shape (n,)
        What the network and the student return for the same examples.
    sampling_rate : float or (float, str), optional
        In hertz, or pixels per unit length of images; or with the unit of frequencies, such as
        ``(24, "cycles per day")`` for a sample an hour.
    what : str
        What the outputs are.

    Returns
    -------
    matplotlib.figure.Figure
        Its axes are the responses of the bands, the weights, and student against network.

    Raises
    ------
    ValueError
        If the student reads packets, parts, a second layer or several channels, or has several
        outputs, and if `outputs` and `predicted` differ in shape.
    """
    weights = _checked_weights(student)
    theirs, ours = float_array(outputs, "outputs").ravel(), float_array(predicted, "predicted")
    if theirs.shape != ours.shape:
        raise ValueError(
            f"outputs have shape {theirs.shape} and predicted {ours.shape}; give those of the same "
            "examples."
        )
    numbers = [
        student.reading_.feature(student.transform_.levels, c).band for c in student.columns_
    ]
    colours = {band: _COLOURS[i % len(_COLOURS)] for i, band in enumerate(dict.fromkeys(numbers))}
    rate, unit, *_ = Sampling.of(sampling_rate, len(student.transform_.axes))
    names = [_short(name) for name in student.feature_names((rate, unit))]
    height = max(3.9, 0.26 * len(names) + 1.2)
    figure = Figure(figsize=(13, height), layout="constrained")
    bands, bars, agreement = figure.subplots(1, 3, width_ratios=[1.15, 1.1, 0.9])
    _draw_bands(bands, student.transform_, colours, rate)
    finish(bands, "A   what each band of the wavelet sees", f"frequency ({unit})")
    bars.barh(range(len(names)), weights, 0.6, color=[colours[band] for band in numbers])
    bars.axvline(0, color="black", linewidth=0.8)
    label_rows(bars, names)
    finish(bars, "B   the student: a weight for each number", "weight", zero=False)
    agreement.plot(theirs, ours, ".", color=INK, markersize=3, alpha=0.4)
    agreement.axline((0, 0), slope=1, color=START, linewidth=1)
    agreement.set_ylabel(f"{what} of the student")
    finish(agreement, "C   test signals", f"{what} of the network")
    return figure


def band_responses(transform: WaveletTransform, frequencies: NDArray[Any]) -> Floats:
    """The squared response of each sub-band to a frequency, before anything is dropped.

    Parameters
    ----------
    transform : WaveletTransform
        Of signals.
    frequencies : ndarray, shape (m,)
        In cycles per sample.

    Returns
    -------
    ndarray, shape (1 + levels, m)
        In the order of `CoefficientLayout`, that of each level divided by its power of 2. They sum
        to 1 for orthonormal filters.
    """
    through = np.ones(len(frequencies))
    details: list[Floats] = []
    for level, wavelet in enumerate(transform.wavelets):
        turns = 2 * np.pi * np.outer(frequencies * 2**level, np.arange(len(wavelet.lowpass)))
        low, high = (
            np.abs(np.exp(-1j * turns) @ taps) ** 2 / 2
            for taps in (wavelet.lowpass, wavelet.highpass)
        )
        details.insert(0, through * high)
        through = through * low
    return np.stack([through, *details])


def _checked_weights(student: Any) -> NDArray[np.float64]:
    """The weights of the one output of a student that reads whole sub-bands of one channel."""
    reading, weights = student.reading_, np.atleast_2d(student.coef_)
    rank = len(student.transform_.axes)
    beyond = rank > 1 or student.columns_.max() >= reading.count(student.transform_.levels)
    whole = all(each.bank in ("dwt", "undecimated") and each.parts == 1 for each in reading.members)
    if not whole or len(weights) > 1 or beyond:
        raise ValueError(
            "the figure is one of a student of one output that reads whole sub-bands of one "
            f"channel; this one has reading={reading.label!r} of parts "
            f"{[each.parts for each in reading.members]} and {len(weights)} outputs."
        )
    return np.asarray(weights[0], dtype=np.float64)


def _short(name: str) -> str:
    """The number and the octave of a feature, without the name of its sub-band."""
    number, _, band = name.rpartition(" of ")
    return f"{number}, {band.partition(', ')[2]}"


def _draw_bands(
    axes: Axes, transform: WaveletTransform, colours: Mapping[int, str], rate: float
) -> None:
    frequencies = np.linspace(0, 0.5, _FREQUENCIES)
    responses = band_responses(transform, frequencies)
    # A coarse band answers to a narrow octave, and strongly: each is drawn by its share.
    shares = responses / responses.max(axis=1, keepdims=True)
    for band, colour in colours.items():
        places = frequencies * rate
        axes.plot(places, shares[band], color=colour, linewidth=1.2)
        axes.fill_between(places, shares[band], color=colour, alpha=0.25, linewidth=0)
    axes.set_ylabel("squared response, greatest 1")
