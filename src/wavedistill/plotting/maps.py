"""Figures of convergence maps, and of what is active in them (Appendix D.2)."""

from __future__ import annotations

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
from wavedistill.plotting.style import require

__all__ = ["COLOURS", "CONVERGENCE", "convergence_scale", "draw_map", "plot_activation_maps"]

COLOURS = "RdBu_r"
CONVERGENCE = r"convergence $\kappa$"
#: Share of the pixels whose |κ| is within the ends of the colour scale.
_WITHIN = 0.99
_LENGTHS = (1, 2, 5, 10, 20, 30, 60, 120, 300)  # arcmin


def convergence_scale(maps: ArrayLike) -> Normalize:
    """Colours of convergence: white at 0, voids blue, peaks red; the highest peaks share one."""
    reach = float(np.quantile(np.abs(maps), _WITHIN))
    return CenteredNorm(0, reach or 1.0)


def draw_map(
    axes: Axes, convergence: Floats, scale: Normalize, pixel_arcmin: float | None = None
) -> AxesImage:
    """A map, its first row at the top, with the bar of a round angle if its pixels have a size."""
    image = axes.imshow(convergence, cmap=COLOURS, norm=scale, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    if pixel_arcmin is not None:
        _draw_angle(axes, convergence.shape, pixel_arcmin)
    return image


def plot_activation_maps(
    kappa: ArrayLike,
    activation_maps: Mapping[str, ArrayLike],
    *,
    pixel_arcmin: float,
    titles: Sequence[str] | None = None,
) -> Figure:
    """Draw maps beside what is left of them when only what matters most is kept (Fig D2).

    Parameters
    ----------
    kappa : array_like, shape ([n,] height, width)
        One map, or several, one a row.
    activation_maps : mapping of str to array_like, each shaped like `kappa`
        What `wavedistill.students.activation_map` makes of them with a wavelet, with another, or
        with pixels.
    pixel_arcmin : float
        Side of a pixel.
    titles : sequence of str, optional
        One a map.

    Returns
    -------
    matplotlib.figure.Figure
        Its axes are, row by row, the map and its activation maps; the last is the colour bar.

    Raises
    ------
    ValueError
        If there is no activation map, if shapes disagree, or if there are not as many titles.
    """
    require(activation_maps, "activation_maps")
    maps = _stack(kappa, "kappa")
    columns = {label: _stack(each, label) for label, each in activation_maps.items()}
    for label, each in columns.items():
        same_shape(each, maps, f"activation_maps[{label!r}]", "kappa")
    if titles is not None and len(titles) != len(maps):
        raise ValueError(f"{len(maps)} maps have {len(titles)} titles; give one each.")
    scale = convergence_scale(maps)
    count = 1 + len(columns)
    figure = Figure(figsize=(3.3 * count + 1.1, 3.3 * len(maps) + 0.4), layout="constrained")
    panels = figure.subplots(len(maps), count, squeeze=False)
    for row, axes in enumerate(panels):
        image = draw_map(axes[0], maps[row], scale, pixel_arcmin)
        for panel, each in zip(axes[1:], columns.values(), strict=True):
            draw_map(panel, each[row], scale)
        axes[0].set_ylabel(titles[row] if titles else "", fontsize=11)
    for axes, label in zip(panels[0], ["convergence map", *columns], strict=True):
        axes.set_title(label, loc="left", fontsize=11)
    figure.colorbar(image, ax=panels, label=CONVERGENCE, extend="both", aspect=18 * len(maps))
    return figure


def _draw_angle(axes: Axes, shape: tuple[int, ...], pixel_arcmin: float) -> None:
    """A bar in the lower left corner, at most a third of the map wide, and its length."""
    height, width = shape
    fitting = [each for each in _LENGTHS if each <= 0.3 * width * pixel_arcmin]
    arcmin = max(fitting, default=_LENGTHS[0])
    left, bottom = 0.04 * width, 0.95 * height
    axes.autoscale(enable=False)
    ends = left, left + arcmin / pixel_arcmin
    thick: dict[str, Any] = {"linewidth": 2.5, "solid_capstyle": "butt", "color": "black"}
    outline = [withStroke(linewidth=5, foreground="white")]
    axes.plot(ends, (bottom, bottom), path_effects=outline, **thick)
    place = left, bottom - 0.025 * height
    axes.text(*place, f"{arcmin} arcmin", va="bottom", fontsize=10, path_effects=outline)


def _stack(maps: ArrayLike, name: str) -> Floats:
    array = float_array(maps, name, min_ndim=2)
    if array.ndim > 3:
        raise ValueError(f"{name} has shape {array.shape}; give ([n,] height, width).")
    return array[None] if array.ndim == 2 else array
