"""Figures of maps and images with positive and negative values, and of what is active in them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import CenteredNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike

from wavedistill.checks import Floats, float_array, same_shape
from wavedistill.plotting.axis import PIXELS, Axis
from wavedistill.plotting.style import DIVERGING, require

__all__ = ["draw_map", "plot_activation_maps", "signed_scale"]

#: Share of the pixels whose magnitudes are within the ends of the colour scale.
_WITHIN = 0.99


def signed_scale(maps: ArrayLike) -> Normalize:
    """A colour scale for signed values: white at 0, and 99 % of the pixels within its ends."""
    reach = float(np.quantile(np.abs(maps), _WITHIN))
    return CenteredNorm(0, reach or 1.0)


def draw_map(axes: Axes, values: Floats, scale: Normalize, pixel: Axis = PIXELS) -> AxesImage:
    """Draw a map, its first row at the top, with a scale bar if its pixels have a unit.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    values : ndarray, shape (height, width)
    scale : matplotlib.colors.Normalize
        As `signed_scale` makes it.
    pixel : Axis
        The unit of length, and the side of a pixel in it.
    """
    image = axes.imshow(values, cmap=DIVERGING, norm=scale, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    if pixel.unit:
        _draw_bar(axes, values.shape, pixel)
    return image


def plot_activation_maps(
    maps: ArrayLike,
    activation_maps: Mapping[str, ArrayLike],
    *,
    pixel: Axis = PIXELS,
    value: str = "value",
    name: str = "map",
    titles: Sequence[str] | None = None,
) -> Figure:
    """Draw maps beside what is left of them when only what matters most is kept (Fig D2).

    Parameters
    ----------
    maps : array_like, shape ([n,] height, width)
        One map, or several, one a row.
    activation_maps : mapping of str to array_like, each shaped like `maps`
        What `wavedistill.students.activation_map` makes of them, under the name of each wavelet.
    pixel : Axis
        The unit of length, and the side of a pixel in it. Without a unit there is no scale bar.
    value : str
        What the maps show, with its unit.
    name : str
        What the maps are called.
    titles : sequence of str, optional
        One a map.

    Returns
    -------
    matplotlib.figure.Figure
        Its axes are, row by row, the map and its activation maps; the last is the colour bar.

    Raises
    ------
    ValueError
        If there is no activation map, if a map has channels, if shapes disagree, or if there are
        not as many titles as maps.
    """
    require(activation_maps, "activation_maps")
    originals = _stack(maps, "maps")
    columns = {label: _stack(each, label) for label, each in activation_maps.items()}
    for label, each in columns.items():
        same_shape(each, originals, f"activation_maps[{label!r}]", "maps")
    if titles is not None and len(titles) != len(originals):
        raise ValueError(f"{len(originals)} maps have {len(titles)} titles; give one each.")
    scale = signed_scale(originals)
    count = 1 + len(columns)
    figure = Figure(figsize=(3.3 * count + 1.1, 3.3 * len(originals) + 0.4), layout="constrained")
    panels = figure.subplots(len(originals), count, squeeze=False)
    for row, axes in enumerate(panels):
        image = draw_map(axes[0], originals[row], scale, pixel)
        for panel, each in zip(axes[1:], columns.values(), strict=True):
            draw_map(panel, each[row], scale)
        axes[0].set_ylabel(titles[row] if titles else "", fontsize=11)
    for axes, label in zip(panels[0], [name, *columns], strict=True):
        axes.set_title(label, loc="left", fontsize=11)
    figure.colorbar(image, ax=panels, label=value, extend="both", aspect=18 * len(originals))
    return figure


def _draw_bar(axes: Axes, shape: tuple[int, ...], pixel: Axis) -> None:
    """A bar in the lower left corner, at most 0.3 of the map wide, and its length."""
    height, width = shape
    length = _round_below(0.3 * width * pixel.step)
    left, bottom = 0.04 * width, 0.95 * height
    axes.autoscale(enable=False)
    ends = left, left + length / pixel.step
    thick: dict[str, Any] = {"linewidth": 2.5, "solid_capstyle": "butt", "color": "black"}
    outline = [withStroke(linewidth=5, foreground="white")]
    axes.plot(ends, (bottom, bottom), path_effects=outline, **thick)
    place = left, bottom - 0.025 * height
    text = f"{length:g} {pixel.unit}"
    axes.text(*place, text, va="bottom", fontsize=10, path_effects=outline)


def _round_below(length: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is not longer."""
    power = 10.0 ** math.floor(math.log10(length))
    return max(first * power for first in (1, 2, 5) if first * power <= length * (1 + 1e-9))


def _stack(maps: ArrayLike, name: str) -> Floats:
    array = float_array(maps, name, min_ndim=2)
    if array.ndim > 3:
        raise ValueError(
            f"{name} has shape {array.shape}, and a map has one channel; give one channel, of "
            "shape ([n,] height, width)."
        )
    return array[None] if array.ndim == 2 else array
