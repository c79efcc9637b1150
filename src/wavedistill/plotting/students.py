"""A figure of a distilled student: its bands, its weights, and its agreement with the network."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import Floats, float_array
from wavedistill.plotting.style import INK, NEGATIVE, POSITIVE, START, finish, label_rows
from wavedistill.wavelets import WaveletTransform

__all__ = ["band_responses", "plot_student"]

_FREQUENCIES = 400


def plot_student(
    student: Any,
    outputs: ArrayLike,
    predicted: ArrayLike,
    *,
    sampling_rate: float = 1.0,
    unit: str = "cycles per sample",
    what: str = "log-odds",
) -> Figure:
    """Draw the bands that a student of one channel and one output reads, and what it makes of them.

    Parameters
    ----------
    student : DistilledClassifier or DistilledRegressor
        Fitted, with ``reading="energy"`` and one output.
    outputs, predicted : array_like, shape (n,)
        What the network and the student return for the same examples.
    sampling_rate : float
        Samples for each unit of time.
    unit : str
        The unit of the frequencies, such as ``"Hz"`` for a rate in hertz.
    what : str
        What the outputs are.

    Returns
    -------
    matplotlib.figure.Figure
        Its axes are the responses of the bands, the weights, and student against network.

    Raises
    ------
    ValueError
        If the student reads anything but whole sub-bands of one channel, or has several outputs, or
        if `outputs` and `predicted` differ in shape.
    """
    names, weights = _names_and_weights(student, sampling_rate, unit)
    theirs, ours = float_array(outputs, "outputs").ravel(), float_array(predicted, "predicted")
    if theirs.shape != ours.shape:
        raise ValueError(
            f"outputs have shape {theirs.shape} and predicted {ours.shape}; give those of the same "
            "examples."
        )
    figure = Figure(figsize=(13, 3.9), layout="constrained")
    bands, bars, agreement = figure.subplots(1, 3, width_ratios=[1.25, 1, 0.9])
    colours = [POSITIVE if weight > 0 else NEGATIVE for weight in weights]
    _draw_bands(bands, student, colours, weights, sampling_rate)
    finish(bands, "A   what each band of the learned wavelet sees", f"frequency [{unit}]")
    bars.barh(range(len(names)), weights, 0.6, color=colours)
    bars.axvline(0, color="black", linewidth=0.8)
    label_rows(bars, names)
    finish(bars, "B   the student: a weight for each log-energy", "weight", zero=False)
    agreement.plot(theirs, ours, ".", color=INK, markersize=3, alpha=0.4)
    agreement.axline((0, 0), slope=1, color=START, linewidth=1)
    agreement.set_ylabel(f"{what} of the student")
    finish(agreement, "C   test signals", f"{what} of the network")
    return figure


def band_responses(transform: WaveletTransform, frequencies: NDArray[Any]) -> Floats:
    """How strongly each sub-band answers to a frequency: squared, relative to an ideal filter.

    Parameters
    ----------
    transform : WaveletTransform
        Of signals.
    frequencies : ndarray, shape (m,)
        In cycles per sample.

    Returns
    -------
    ndarray, shape (1 + levels, m)
        In the order of `CoefficientLayout`. Those of all bands, each divided by its level's power
        of 2, sum to 1 for orthonormal filters.
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


def _names_and_weights(
    student: Any, sampling_rate: float, unit: str
) -> tuple[list[str], NDArray[np.float64]]:
    reading, weights = student.reading_, np.atleast_2d(student.coef_)
    beyond = student.columns_.max() >= reading.count(student.transform_.levels)
    if reading.name != "energy" or reading.parts > 1 or len(weights) > 1 or beyond:
        raise ValueError(
            "the figure is one of a student with reading='energy' of whole signals of one channel, "
            f"with one output; this one has reading={reading.name!r}, parts={reading.parts} and "
            f"{len(weights)} outputs."
        )
    names = student.feature_names(sampling_rate)
    short = [name.rpartition(", ")[2].removesuffix(" Hz") + f" {unit}" for name in names]
    return short, weights[0]


def _draw_bands(
    axes: Axes, student: Any, colours: list[str], weights: NDArray[Any], sampling_rate: float
) -> None:
    frequencies = np.linspace(0, 0.5, _FREQUENCIES)
    responses = band_responses(student.transform_, frequencies)
    for column, colour, weight in zip(student.columns_, colours, weights, strict=True):
        share = abs(weight) / np.abs(weights).max()
        values = responses[int(column)]
        axes.plot(frequencies * sampling_rate, values, color=colour, linewidth=1.2)
        axes.fill_between(
            frequencies * sampling_rate, values, color=colour, alpha=0.45 * share, linewidth=0
        )
    axes.set_ylabel("squared response")
