"""A figure of how simulated convergence maps compare with one of an N-body simulation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import ArrayLike

from wavedistill.checks import Floats, float_array
from wavedistill.plotting.axis import Axis
from wavedistill.plotting.maps import draw_map, signed_scale
from wavedistill.plotting.style import (
    INK,
    LEARNED,
    START,
    TRUE,
    finish,
    label_rows,
    minus,
    require,
    write_columns,
)

__all__ = ["plot_calibration"]


class _Statistic(NamedTuple):
    """A row of `wavedistill.datasets.lensing.calibration_table`."""

    name: str
    reference: float
    low: float
    median: float
    high: float
    rank: float


#: How the names of statistics begin, and the heading over those that do.
_HEADINGS = {
    "pixels ": r"share of pixels with $\kappa$",
    "peaks per deg2 ": r"peaks per deg$^2$ with $\kappa$",
    "power at ell ": r"$\ell(\ell+1)\,C_\ell\,/\,2\pi$ at $\ell$",
}


def plot_calibration(
    table: Sequence[tuple[str, float, float, float, float, float]],
    simulated_map: ArrayLike,
    real_map: ArrayLike | None = None,
    *,
    pixel_arcmin: float,
    reference: str = "N-body",
) -> Figure:
    """Draw a simulated map beside a real one, and where the real one lies among the simulated.

    Parameters
    ----------
    table : sequence of CalibrationRow, or of tuples like it
        As `wavedistill.datasets.lensing.calibration_table` makes it: for each statistic its name,
        its value in the real map, the 5 %, 50 % and 95 % quantiles of the simulated maps, and the
        share of them below the real one.
    simulated_map, real_map : array_like, shape (height, width)
        Drawn in the same colours.
    pixel_arcmin : float
        Side of a pixel, of both maps.
    reference : str
        What the real map is from.

    Returns
    -------
    matplotlib.figure.Figure
        Its axes are the maps, the bands, the numbers beside them, and the colour bar. Each
        statistic is scaled so that its band ends at 0 and 1.

    Raises
    ------
    ValueError
        If the table is empty, or what should be a map is not.
    """
    require(table, "table")
    maps = {"simulated": _one_map(simulated_map, "simulated_map")}
    if real_map is not None:
        maps[reference] = _one_map(real_map, "real_map")
    rows = [*_with_headings(_Statistic(*row) for row in table)]
    height = max(3.3 * len(maps) + 0.9, 0.235 * len(rows) + 1.3)
    figure = Figure(figsize=(13.33, height), layout="constrained")
    halves = figure.add_gridspec(1, 2, width_ratios=(0.48 * height, 8.6))
    panels = halves[0].subgridspec(len(maps), 1).subplots(squeeze=False)[:, 0]
    scale = signed_scale(np.concatenate([each.ravel() for each in maps.values()]))
    for axes, (label, convergence) in zip(panels, maps.items(), strict=True):
        image = draw_map(axes, convergence, scale, Axis("angle", "arcmin", pixel_arcmin))
        axes.set_title(f"{label} map", loc="left", fontsize=11)
    columns = halves[1].subgridspec(1, 2, width_ratios=(1.35, 1))
    bands, numbers = columns.subplots(sharey=True, squeeze=False)[0]
    strays = _draw_bands(bands, rows, reference)
    _write_numbers(numbers, rows, reference)
    bar: dict[str, Any] = {"location": "bottom", "aspect": 30, "shrink": 0.85, "extend": "both"}
    figure.colorbar(image, ax=panels, label=r"convergence $\kappa$", **bar)
    _draw_key(figure, reference, outside=strays)
    return figure


def _draw_bands(axes: Axes, rows: Sequence[_Row], reference: str) -> bool:
    """The band of each statistic and the real value in it; returns whether one lies outside."""
    outside = []
    for place, (_, statistic, _) in enumerate(rows):
        # A statistic of peaks may have none to be of.
        if statistic is None or not np.isfinite(statistic[1:5]).all():
            continue
        value, median = (_in_band(statistic, x) for x in (statistic.reference, statistic.median))
        outside.append(not 0 <= value <= 1)
        axes.barh(place, 1, 0.62, color=START, alpha=0.45, linewidth=0)
        axes.plot(median, place, "|", color=INK, markersize=9, markeredgewidth=1)
        axes.plot(value, place, "o", color=TRUE if outside[-1] else LEARNED, markersize=6)
    label_rows(axes, [minus(row.label) for row in rows])
    axes.grid(visible=False)
    for text, row in zip(axes.get_yticklabels(), rows, strict=True):
        text.set(fontsize=10, color=INK, fontweight="normal" if row.statistic else "bold")
    axes.set_xticks([0, 1], ["5 %", "95 %"])
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, -0.15), max(high, 1.15))
    title = f"{reference} map: {outside.count(False)} of {len(outside)} within the bands"
    finish(axes, title, "share of simulated maps below, at the ends of the band", zero=False)
    return any(outside)


def _draw_key(figure: Figure, reference: str, *, outside: bool) -> None:
    mark: dict[str, Any] = {"linestyle": "none", "markersize": 6}
    key: list[Any] = [Patch(facecolor=START, alpha=0.45, label="simulated maps, 5–95 %")]
    key.append(Line2D([], [], marker="|", color=INK, label="their median", **mark))
    key.append(Line2D([], [], marker="o", color=LEARNED, label=f"{reference} map", **mark))
    if outside:
        key.append(Line2D([], [], marker="o", color=TRUE, label="outside", **mark))
    style: dict[str, Any] = {"frameon": False, "fontsize": 10, "ncols": len(key)}
    figure.legend(handles=key, loc="outside lower right", **style)


class _Row(NamedTuple):
    """A statistic or, without one, the heading over some."""

    label: str
    statistic: _Statistic | None = None
    exponent: int = 0


def _with_headings(statistics: Iterable[_Statistic]) -> Iterable[_Row]:
    for prefix, group in groupby(statistics, lambda statistic: _prefix(statistic.name)):
        members = [*group]
        if not prefix:
            yield from (_Row(member.name, member) for member in members)
            continue
        largest = max(abs(member.high) for member in members)
        exponent = int(np.floor(np.log10(largest))) if 0 < largest < 1e-3 else 0
        unit = f" ($10^{{{exponent}}}$)" if exponent else ""
        yield _Row(_HEADINGS[prefix] + unit)
        yield from (_Row(each.name.removeprefix(prefix), each, exponent) for each in members)


def _prefix(name: str) -> str:
    return next((prefix for prefix in _HEADINGS if name.startswith(prefix)), "")


def _in_band(statistic: _Statistic, value: float) -> float:
    """A value of the statistic where its band ends at 0 and 1."""
    width = statistic.high - statistic.low
    if width:
        return (value - statistic.low) / width
    # A band without width: 0 is on it, and whatever else is off.
    return 2 * float(np.sign(value - statistic.low))


def _write_numbers(axes: Axes, rows: Sequence[_Row], reference: str) -> None:
    real, simulated = [], []
    for _, statistic, exponent in rows:
        if statistic is None:
            real.append("")
            simulated.append("")
            continue
        unit = 10.0**exponent
        value, low, high = (
            _digits(x / unit) for x in (statistic.reference, statistic.low, statistic.high)
        )
        real.append(value)
        simulated.append(f"{low} to {high}")
    write_columns(axes, {0.3: (reference, real), 1.0: ("simulated, 5–95 %", simulated)})


def _digits(value: float) -> str:
    """Three significant digits, without a power of ten."""
    if not np.isfinite(value):
        return "none"
    return np.format_float_positional(value, 3, fractional=False, trim="-")


def _one_map(convergence: ArrayLike, name: str) -> Floats:
    array = float_array(convergence, name, min_ndim=2)
    if array.ndim != 2:
        raise ValueError(f"{name} has shape {array.shape}; give one map, (height, width).")
    return array
