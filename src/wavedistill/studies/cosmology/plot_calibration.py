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

from wavedistill.checks import Floats
from wavedistill.datasets.lensing import CalibrationRow
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
    write_columns,
)

__all__ = ["plot_calibration"]


#: What the real map is from.
_REAL = "N-body"
#: How the names of statistics begin, and the heading over those that do.
_HEADINGS = {
    "pixels ": r"share of pixels with $\kappa$",
    "peaks per deg2 ": r"peaks per deg$^2$ with $\kappa$",
    "power at ell ": r"$\ell(\ell+1)\,C_\ell\,/\,2\pi$ at $\ell$",
}


def plot_calibration(
    table: Sequence[CalibrationRow], simulated: Floats, real: Floats, *, pixel: Axis
) -> Figure:
    """Draw a simulated map beside one of an N-body simulation, which lies among the simulated.

    The maps are drawn in the same colours. Each statistic of the table is scaled so that the band
    of the simulated maps ends at 0 and 1.
    """
    rows = [*_with_headings(table)]
    height = max(7.5, 0.235 * len(rows) + 1.3)
    figure = Figure(figsize=(13.33, height), layout="constrained")
    halves = figure.add_gridspec(1, 2, width_ratios=(0.48 * height, 8.6))
    panels = halves[0].subgridspec(2, 1).subplots(squeeze=False)[:, 0]
    scale = signed_scale(np.concatenate([simulated.ravel(), real.ravel()]))
    for axes, label, image in zip(panels, ("simulated", _REAL), (simulated, real), strict=True):
        drawn = draw_map(axes, image, scale, pixel)
        axes.set_title(f"{label} map", loc="left", fontsize=11)
    columns = halves[1].subgridspec(1, 2, width_ratios=(1.35, 1))
    bands, numbers = columns.subplots(sharey=True, squeeze=False)[0]
    strays = _draw_bands(bands, rows)
    real_values, ranges = zip(*(row.numbers() for row in rows), strict=True)
    write_columns(numbers, {0.3: (_REAL, real_values), 1.0: ("simulated, 5–95 %", ranges)})
    bar: dict[str, Any] = {"location": "bottom", "aspect": 30, "shrink": 0.85, "extend": "both"}
    figure.colorbar(drawn, ax=panels, label=r"convergence $\kappa$", **bar)
    _draw_key(figure, outside=strays)
    return figure


def _draw_bands(axes: Axes, rows: Sequence[_Row]) -> bool:
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
    title = f"{_REAL} map: {outside.count(False)} of {len(outside)} within the bands"
    finish(axes, title, "share of simulated maps below, at the ends of the band", zero=False)
    return any(outside)


def _draw_key(figure: Figure, *, outside: bool) -> None:
    mark: dict[str, Any] = {"linestyle": "none", "markersize": 6}
    key: list[Any] = [Patch(facecolor=START, alpha=0.45, label="simulated maps, 5–95 %")]
    key.append(Line2D([], [], marker="|", color=INK, label="their median", **mark))
    key.append(Line2D([], [], marker="o", color=LEARNED, label=f"{_REAL} map", **mark))
    if outside:
        key.append(Line2D([], [], marker="o", color=TRUE, label="outside", **mark))
    style: dict[str, Any] = {"frameon": False, "fontsize": 10, "ncols": len(key)}
    figure.legend(handles=key, loc="outside lower right", **style)


class _Row(NamedTuple):
    """A statistic or, without one, the heading over some."""

    label: str
    statistic: CalibrationRow | None = None
    #: Of the power of ten in the heading, which the numbers are in units of.
    exponent: int = 0

    def numbers(self) -> tuple[str, str]:
        """The real value, and the band of the simulated ones."""
        if self.statistic is None:
            return "", ""
        real, low, _, high = (_digits(x / 10.0**self.exponent) for x in self.statistic[1:5])
        return real, f"{low} to {high}"


def _with_headings(statistics: Iterable[CalibrationRow]) -> Iterable[_Row]:
    for prefix, group in groupby(statistics, lambda statistic: _prefix(statistic.statistic)):
        members, exponent = [*group], 0
        if prefix:
            largest = max(abs(member.high) for member in members)
            exponent = int(np.floor(np.log10(largest))) if 0 < largest < 1e-3 else 0
            unit = f" ($10^{{{exponent}}}$)" if exponent else ""
            yield _Row(_HEADINGS[prefix] + unit)
        yield from (_Row(each.statistic.removeprefix(prefix), each, exponent) for each in members)


def _prefix(name: str) -> str:
    return next((prefix for prefix in _HEADINGS if name.startswith(prefix)), "")


def _in_band(statistic: CalibrationRow, value: float) -> float:
    """A value of the statistic where its band ends at 0 and 1."""
    width = statistic.high - statistic.low
    if width:
        return (value - statistic.low) / width
    # A band without width: 0 is on it, and whatever else is off.
    return 2 * float(np.sign(value - statistic.low))


def _digits(value: float) -> str:
    """Three significant digits, without a power of ten."""
    if not np.isfinite(value):
        return "none"
    return np.format_float_positional(value, 3, fractional=False, trim="-")
