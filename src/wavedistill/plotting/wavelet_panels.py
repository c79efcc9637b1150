"""Pictures of a student's wavelet: what its bands see, and its functions beside others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from wavedistill.checks import Floats
from wavedistill.frequencies import Sampling, SamplingRate
from wavedistill.plotting.axis import SAMPLES, Axis
from wavedistill.plotting.onto import onto
from wavedistill.plotting.student_panels import short_name
from wavedistill.plotting.students import band_responses
from wavedistill.plotting.style import CATEGORIES, LEARNED, finish
from wavedistill.plotting.wavelets import draw_filters
from wavedistill.students.band_names import band_names
from wavedistill.wavelets import Wavelet, WaveletTransform, align

__all__ = ["plot_bands", "plot_function"]

_FREQUENCIES, _LEVEL = 400, 8
_STYLES = ("--", ":", "-.")


def plot_bands(
    transform: WaveletTransform,
    *,
    beside: WaveletTransform | None = None,
    sampling_rate: SamplingRate = None,
    ax: Axes | None = None,
) -> list[Artist]:
    """Draw how strongly each sub-band answers to each frequency, along one axis.

    Parameters
    ----------
    transform : WaveletTransform
    beside : WaveletTransform, optional
        Another one to draw with dashes, such as that of the nearest known wavelet.
    sampling_rate : float or (float, str), optional
        In hertz, or pixels per unit length of images; or with the unit of frequencies, such as
        ``(24, "cycles per day")`` for a sample an hour.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    list of matplotlib.artist.Artist
        A curve for each band, the approximation first.
    """
    frequencies = np.linspace(0, 0.5, _FREQUENCIES)
    rate, unit, *_ = Sampling.of(sampling_rate, len(transform.axes))
    axes, colours = onto(ax), (LEARNED, *CATEGORIES)
    lines: list[Artist] = []
    for which, filters in enumerate(t for t in (transform, beside) if t is not None):
        shares = _shares(filters, frequencies)
        for band, share in enumerate(shares):
            colour = colours[band % len(colours)]
            style, width = ("--", 0.9) if which else ("-", 1.4)
            drawn = axes.plot(frequencies * rate, share, style, color=colour, linewidth=width)
            if not which:
                axes.fill_between(frequencies * rate, share, color=colour, alpha=0.15, linewidth=0)
                lines += drawn
    names = [short_name(name) for name in band_names("dwt", transform.levels)]
    place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": 4}
    axes.legend(lines, names, frameon=False, fontsize=8, columnspacing=1, **place)
    axes.set_ylabel("share of the greatest response")
    finish(axes, "", f"frequency ({unit})")
    return lines


def _shares(transform: WaveletTransform, frequencies: Floats) -> Floats:
    """The squared response of each band, divided by its greatest."""
    responses = band_responses(transform, frequencies)
    shares: Floats = responses / responses.max(axis=1, keepdims=True)
    return shares


def plot_function(
    wavelet: Wavelet,
    which: str = "psi",
    *,
    beside: Mapping[str, Wavelet] | None = None,
    name: str = "learned",
    axis: Axis = SAMPLES,
    ax: Axes | None = None,
) -> list[Artist]:
    """Draw a wavelet, its scaling function, or its filters, with others moved onto it.

    Parameters
    ----------
    wavelet : Wavelet
    which : str
        ``"psi"``, the wavelet; ``"phi"``, its scaling function; or ``"taps"``, both filters.
    beside : mapping of str to Wavelet, optional
        Others, by what they are: what the search began from, the nearest known wavelet.
    name : str
        What the wavelet itself is.
    axis : Axis
        What samples are.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    list of matplotlib.artist.Artist
        A curve for each wavelet, or the stems of the filters.

    Raises
    ------
    ValueError
        For another `which`.
    """
    if which not in ("psi", "phi", "taps"):
        raise ValueError(f"which={which!r} must be 'psi', 'phi' or 'taps'.")
    axes = onto(ax, 4.6, 3.2)
    if which == "taps":
        draw_filters(axes, wavelet)
        finish(axes, "", "tap", legend=True)
        return list(axes.lines)
    own = getattr(wavelet.functions(_LEVEL), which)
    lines: list[Artist] = []
    for place, (label, other) in enumerate((beside or {}).items()):
        moved, _ = align(getattr(other.functions(_LEVEL), which), own)
        style, colour = _STYLES[place % len(_STYLES)], CATEGORIES[place % len(CATEGORIES)]
        lines += axes.plot(
            _grid(len(moved), axis), moved, style, color=colour, linewidth=1.3, label=label
        )
    lines += axes.plot(_grid(len(own), axis), own, color=LEARNED, linewidth=1.8, label=name)
    axes.legend(frameon=False, fontsize=8)
    finish(axes, "", axis.finest_scale)
    return lines


def _grid(count: int, axis: Axis) -> Floats:
    places: Floats = axis.step * np.arange(count) / 2**_LEVEL
    return places
