"""One function drawn over another, aligned to it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike
from scipy.signal import correlate, correlation_lags

from wavedistill.plotting.style import LEARNED, TRUE
from wavedistill.wavelets import align

__all__ = ["draw_over_truth", "shift_onto"]


def draw_over_truth(
    axes: Axes,
    own: ArrayLike,
    truth: ArrayLike,
    step: float,
    *,
    true_label: str = "true",
    own_label: str = "learned",
    widths: tuple[float, float] = (5, 1.5),
) -> None:
    """Draw a function as a line over the true one, a broad pale band, to which it is aligned.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    own, truth : array_like, shapes (m,) and (n,)
        Samples of both on grids of the same step.
    step : float
        From one point of the grid to the next.
    true_label, own_label : str
    widths : (float, float)
        Of the band and of the line, in points.
    """
    moved, fixed = align(own, truth)
    x = step * np.arange(len(fixed))
    axes.plot(x, fixed, color=TRUE, linewidth=widths[0], alpha=0.45, label=true_label)
    axes.plot(x, moved, color=LEARNED, linewidth=widths[1], label=own_label)


def shift_onto(moving: ArrayLike, fixed: ArrayLike, *, sign: bool = True) -> tuple[int, float]:
    """The shift and the sign that bring one function closest to another on the line.

    Unlike `align` it neither reverses time nor wraps around what leaves the grid. So a slow rise
    with a sharp drop does not match its mirror image.

    Parameters
    ----------
    moving, fixed : array_like, shapes (m,) and (n,)
        Samples on grids of the same step, of functions that are zero outside.
    sign : bool
        Whether the sign may change.

    Returns
    -------
    shift : int
        In samples, to the right.
    sign : float
        1 or -1.
    """
    own, reference = np.asarray(moving, dtype=np.float64), np.asarray(fixed, dtype=np.float64)
    correlation = correlate(reference, own, method="fft")
    best = int(np.argmax(np.abs(correlation) if sign else correlation))
    shift = int(correlation_lags(len(reference), len(own))[best])
    return shift, float(np.sign(correlation[best])) if sign else 1.0
