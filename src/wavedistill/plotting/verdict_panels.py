"""Pictures that a verdict rests on: the comparison, the search, and refits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from wavedistill.frequencies import Sampling, SamplingRate
from wavedistill.plotting.onto import onto
from wavedistill.plotting.student_panels import short_names
from wavedistill.plotting.students import band_responses
from wavedistill.plotting.style import INK, LEARNED, PALE, START, finish, label_rows
from wavedistill.students import Comparison, Stability
from wavedistill.students.candidate import Candidate
from wavedistill.wavelets import WaveletTransform

__all__ = ["plot_comparison", "plot_kept", "plot_search", "plot_stability"]

_FREQUENCIES = 300


def plot_comparison(comparison: Comparison, *, ax: Axes | None = None) -> list[Artist]:
    """Draw by how much the distilled student is better than each other model.

    Parameters
    ----------
    comparison : Comparison
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    list of matplotlib.artist.Artist
        The gains with their 95 % intervals, one for each model but the first.
    """
    rows = comparison.rows[1:]
    axes = onto(ax, 6.4, 0.42 * len(rows) + 1.2)
    drawn: list[Artist] = []
    for place, row in enumerate(rows):
        score = row.scores[comparison.measure]
        gain, low, high = (100 * v for v in (score.gain, score.low, score.high))
        colour = LEARNED if low > 0 else INK
        axes.plot([low, high], [place, place], color=colour, linewidth=2, solid_capstyle="butt")
        drawn += axes.plot(gain, place, "o", color=colour, markersize=6)
    axes.axvline(0, color=INK, linewidth=0.8)
    label_rows(axes, [f"{row.model} ({row.scores[comparison.measure].mean:.3f})" for row in rows])
    finish(axes, "", f"gain in points of {comparison.measure}", zero=False)
    return drawn


def plot_search(candidates: list[Candidate], *, ax: Axes | None = None) -> list[Artist]:
    """Draw the errors on the way of the search, and where each descent ended.

    Parameters
    ----------
    candidates : list of Candidate
        ``student.candidates_``: best first; known wavelets have no path.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    list of matplotlib.artist.Artist
        A curve for each descent, or a dashed line for a known wavelet.
    """
    axes = onto(ax)
    drawn: list[Artist] = []
    for place, each in enumerate(candidates):
        if not each.path:
            line = axes.axhline(each.error, color=START, linestyle="--", linewidth=1.2)
            line.set_label(f"{each.start}: {each.error:.4f}")
            drawn.append(line)
            continue
        colour, width = (LEARNED, 1.8) if place == 0 else (INK, 0.9)
        drawn += axes.plot(each.path, color=colour, linewidth=width, alpha=1 if not place else 0.5)
        drawn[-1].set_label(f"from {each.start}: {each.error:.4f}")
    axes.legend(frameon=False, fontsize=8)
    axes.set_ylabel("error in cross-validation")
    finish(axes, "", "step of the descents", zero=False)
    return drawn


def plot_stability(
    stability: Stability,
    transform: WaveletTransform,
    *,
    sampling_rate: SamplingRate = None,
    ax: Axes | None = None,
) -> list[Artist]:
    """Draw what the lowpass filter of each refit lets through, over that of the student.

    Parameters
    ----------
    stability : Stability
    transform : WaveletTransform
        That of the student.
    sampling_rate : float or (float, str), optional
        In hertz, or pixels per unit length of images; or with the unit of frequencies, such as
        ``(24, "cycles per day")`` for a sample an hour.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    list of matplotlib.artist.Artist
        A curve for each refit, and the student's last.
    """
    frequencies = np.linspace(0, 0.5, _FREQUENCIES)
    rate, unit, *_ = Sampling.of(sampling_rate, len(transform.axes))
    x = frequencies * rate
    axes = onto(ax)
    drawn: list[Artist] = []
    names = {"seed": "other seeds", "bootstrap": "resampled examples"}
    for kind, style in (("seed", ":"), ("bootstrap", "-")):
        for place, refit in enumerate(stability.of(kind)):
            gain = band_responses(refit.transform, frequencies)[-1]
            label = "" if place else names[kind]
            drawn += axes.plot(x, gain, style, color=INK, alpha=0.55, linewidth=1.1, label=label)
    own = band_responses(transform, frequencies)[-1]
    drawn += axes.plot(x, own, color=LEARNED, linewidth=2, label="this student")
    axes.legend(frameon=False, fontsize=8)
    axes.set_ylabel("response of the finest detail")
    finish(axes, "", f"frequency ({unit})")
    return drawn


def plot_kept(
    stability: Stability,
    *,
    names: Sequence[str] | None = None,
    count: int = 12,
    ax: Axes | None = None,
) -> list[Artist]:
    """Draw in which share of the refits each feature of the student is a feature again.

    Parameters
    ----------
    stability : Stability
    names : sequence of str, optional
        Of the features, such as those with frequencies.
    count : int
        Features that are drawn, at most.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    list of matplotlib.artist.Artist
        A bar for each feature.
    """
    shares = stability.kept[:count]
    axes = onto(ax, 6.4, 0.3 * len(shares) + 1.1)
    axes.barh(range(len(shares)), np.ones(len(shares)), 0.62, color=PALE)
    bars = axes.barh(range(len(shares)), shares, 0.62, color=LEARNED)
    label_rows(axes, short_names((names or stability.names)[:count]))
    finish(axes, "", f"share of {len(stability.refits)} refits", zero=False)
    return list(bars)
