"""Pictures of attributions over time and scale, and over the sub-bands of images."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import NDArray

from wavedistill.attribution import Attributions
from wavedistill.checks import Floats
from wavedistill.plotting.axis import SAMPLES, Axis
from wavedistill.plotting.onto import onto
from wavedistill.plotting.student_panels import short_name
from wavedistill.plotting.style import LEARNED, START, finish
from wavedistill.plotting.wavelets import attribution_per_band
from wavedistill.students.band_names import band_names
from wavedistill.wavelets import WaveletTransform

__all__ = ["plot_attributions", "plot_scales"]

Array = NDArray[np.float64]
_COLOURS = "viridis"


def plot_attributions(
    attributions: Attributions,
    transform: WaveletTransform,
    *,
    example: int | None = None,
    axis: Axis = SAMPLES,
    ax: Axes | None = None,
) -> list[Artist]:
    """Draw where and at which scale the network looks: magnitudes of its wavelet attributions.

    For signals, time runs to the right and scale upwards, the finest band on top, as in a
    scalogram. For images, the sub-bands lie as a mosaic, the approximation at the top left.

    Parameters
    ----------
    attributions : Attributions
    transform : WaveletTransform
        Of signals or images.
    example : int, optional
        One example; the mean over all if not given. Channels are averaged.
    axis : Axis
        What samples are.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    list of matplotlib.artist.Artist
        The map.

    Raises
    ------
    IndexError
        If there is no such example.
    ValueError
        If the transform is one of volumes.
    """
    if len(transform.axes) > 2:
        raise ValueError(
            f"the transform has axes={transform.axes}; the picture is one of signals or images."
        )
    chosen = attributions if example is None else attributions[[range(len(attributions))[example]]]
    lengths = transform.decomposition.lengths(attributions.shape)
    values = np.abs(np.asarray(chosen.coefficients(transform), dtype=np.float64))
    layout = transform.layout(lengths)
    means = values.reshape(-1, layout.total).mean(axis=0)
    bands = layout.bands(means, axis=0)
    axes = onto(ax, 6.4, 3.4)
    if len(lengths) == 1:
        return _draw_scalogram(axes, bands, lengths[0], axis)
    return _draw_mosaic(axes, bands, transform.levels)


def _draw_scalogram(axes: Axes, bands: list[Floats], length: int, axis: Axis) -> list[Artist]:
    columns = np.arange(length)
    # Each sample has the coefficient of its band that lies there.
    rows = [band[np.minimum(columns * len(band) // length, len(band) - 1)] for band in bands]
    end = axis.values(length + 1)[-1]
    drawn = axes.imshow(
        np.array(rows),
        aspect="auto",
        origin="lower",
        cmap=_COLOURS,
        extent=(0, end, -0.5, len(rows) - 0.5),
        interpolation="nearest",
    )
    axes.set_yticks(range(len(rows)), _short_names(len(rows) - 1))
    finish(axes, "", axis.label, zero=False)
    axes.figure.colorbar(drawn, ax=axes, label="mean |attribution|", shrink=0.9)
    return [drawn]


def _draw_mosaic(axes: Axes, bands: list[Floats], levels: int) -> list[Artist]:
    """Sub-bands as in a pyramid; each divided by the greatest of its own."""
    mosaic: Floats = _scaled(bands[0])
    for level in range(levels):
        # Horizontal details have their edges along rows; they stand at the lower left.
        horizontal, vertical, diagonal = (_scaled(b) for b in bands[1 + 3 * level : 4 + 3 * level])
        size = horizontal.shape
        corner = _fitted(mosaic, size)
        top, bottom = np.hstack([corner, vertical]), np.hstack([horizontal, diagonal])
        mosaic = np.vstack([top, bottom])
    drawn = axes.imshow(mosaic, cmap=_COLOURS, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.figure.colorbar(drawn, ax=axes, label="|attribution|, each band's greatest 1", shrink=0.9)
    return [drawn]


def _short_names(levels: int, rank: int = 1) -> list[str]:
    return [short_name(name) for name in band_names("dwt", levels, rank)]


def _scaled(band: Floats) -> Floats:
    scaled: Floats = band / (band.max() or 1.0)
    return scaled


def _fitted(mosaic: Floats, size: tuple[int, ...]) -> Floats:
    """Cut or filled up with zeros: borders make bands a little longer than half."""
    cut = mosaic[: size[0], : size[1]]
    return np.pad(cut, [(0, size[0] - cut.shape[0]), (0, size[1] - cut.shape[1])])


def plot_scales(
    attributions: Attributions,
    transforms: Mapping[str, WaveletTransform],
    *,
    ax: Axes | None = None,
) -> list[Artist]:
    """Draw which share of the attributions' l1 norm lies in each sub-band, for several wavelets.

    Parameters
    ----------
    attributions : Attributions
    transforms : mapping of str to WaveletTransform
        By name, the student's last: such as that of the nearest known wavelet before it. They have
        the same levels and axes.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    list of matplotlib.artist.Artist
        The bars.
    """
    axes = onto(ax)
    width, last = 0.8 / len(transforms), len(transforms) - 1
    drawn: list[Artist] = []
    labels: list[str] = []
    for place, (name, transform) in enumerate(transforms.items()):
        layout = transform.layout(transform.decomposition.lengths(attributions.shape))
        coefficients = np.asarray(attributions.coefficients(transform))
        sums = attribution_per_band(coefficients.reshape(-1, layout.total), layout)
        labels = _short_names(transform.levels, len(transform.axes))
        at = np.arange(len(sums)) + (place - last / 2) * width
        colour, alpha = (LEARNED, 1.0) if place == last else (START, 1 - 0.55 * place / last)
        heights = sums / (sums.sum() or 1.0)
        drawn += axes.bar(at, heights, width, color=colour, alpha=alpha, label=name)
    axes.set_xticks(range(len(labels)), labels)
    axes.legend(frameon=False, fontsize=8)
    axes.set_ylabel("share of the attributions")
    finish(axes, "", "sub-band, coarse to fine", zero=False)
    return drawn
