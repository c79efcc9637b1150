"""A figure of the filters that a wavelet makes for images and maps (Fig 2C of the paper)."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import CenteredNorm
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from wavedistill.checks import Floats, float_array
from wavedistill.plotting.axis import PIXELS, Axis
from wavedistill.plotting.style import DIVERGING, HIGH, INK, LOW, finish, minus
from wavedistill.plotting.wavelets import draw_filters
from wavedistill.students import WaveletCut, filter_symmetry, wavelet_cuts
from wavedistill.wavelets import Wavelet

__all__ = ["draw_weights", "plot_map_filters"]

_LEVEL = 8
_CUT = 3


def draw_weights(axes: Axes, weights: Floats, largest: float) -> AxesImage:
    """Draw the weights of a filter as an image, white at 0, its first row at the top."""
    scale = CenteredNorm(0, largest)
    image = axes.imshow(weights, cmap=DIVERGING, norm=scale, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    return image


def plot_map_filters(
    wavelet: Wavelet,
    *,
    matched: ArrayLike | None = None,
    matched_label: str = "matched filter",
    pixel: Axis = PIXELS,
) -> Figure:
    """Draw the filters LL, LH, HL and HH of a wavelet, and the 3 x 3 pieces that measure peaks.

    Parameters
    ----------
    wavelet : Wavelet
        Of at least 4 taps.
    matched : array_like, shape (n, n), optional
        A profile to compare the filters with, in pixels of the map, its peak in the middle; n is
        odd. It is drawn with energy 1, which the filters have too.
    matched_label : str
        What the profile is called.
    pixel : Axis
        What the pixels of the maps are.

    Returns
    -------
    matplotlib.figure.Figure
        Its axes are the filters of one dimension; phi and psi; the whole filters; their 3 x 3
        pieces; and the colour bar. Below each piece stand its `filter_symmetry` and, with a matched
        filter, the correlation of its nine weights with the nine in the middle of the profile.

    Raises
    ------
    ValueError
        If the wavelet is too short, or the matched filter is not such a square.
    """
    cuts = wavelet_cuts(wavelet)
    profile = None if matched is None else _profile(matched)
    centre = None if profile is None else _centre(profile)
    columns = len(cuts) + (profile is not None)
    wholes = [cut.full for cut in cuts.values()]
    largest = max(np.abs(each).max() for each in [*wholes, *([] if profile is None else [profile])])
    figure = Figure(figsize=(4.2 + 1.95 * columns, 4.5), layout="constrained")
    halves = figure.add_gridspec(1, 2, width_ratios=(3.1, 1.95 * columns), wspace=0.03)
    _draw_one_dimension(halves[0], wavelet, cuts["LH"], pixel)
    whole, pieces = halves[1].subgridspec(2, columns).subplots(squeeze=False)
    for name, above, below in zip(cuts, whole, pieces, strict=False):
        cut = cuts[name]
        image = draw_weights(above, cut.full, largest)
        _mark(above, cut.row, cut.column)
        above.set_title(name, loc="left", fontsize=11)
        _draw_piece(below, cut.filter, largest, centre)
    if profile is not None and centre is not None:
        draw_weights(whole[-1], profile, largest)
        start = (len(profile) - _CUT) // 2
        _mark(whole[-1], start, start)
        whole[-1].set_title(matched_label, loc="left", fontsize=11)
        _draw_piece(pieces[-1], centre, largest, None)
    size = len(wavelet.lowpass)
    times = "\N{MULTIPLICATION SIGN}"
    whole[0].set_ylabel(f"{size} {times} {size} taps", fontsize=11)
    pieces[0].set_ylabel(f"3 {times} 3, at a peak", fontsize=11)
    figure.colorbar(image, ax=[*whole, *pieces], label="weight", aspect=30)
    return figure


def _draw_one_dimension(place: SubplotSpec, wavelet: Wavelet, cut: WaveletCut, pixel: Axis) -> None:
    """The two filters, with the taps that the pieces are of, and the functions they make."""
    above, below = place.subgridspec(2, 1).subplots(squeeze=False)[:, 0]
    # LH has the lowpass filter along the row and the highpass filter along the column.
    for start, colour in ((cut.column, LOW), (cut.row, HIGH)):
        above.axvspan(start - 0.5, start + _CUT - 0.5, color=colour, alpha=0.12, linewidth=0)
    draw_filters(above, wavelet)
    above.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    finish(above, "filters", "tap", legend=True)
    phi, psi, x = wavelet.functions(_LEVEL)
    below.plot(pixel.step * x, phi, color=LOW, label=r"$\varphi$")
    below.plot(pixel.step * x, psi, color=HIGH, label=r"$\psi$")
    finish(below, "scaling function and wavelet", pixel.finest_scale, legend=True)


def _draw_piece(axes: Axes, weights: Floats, largest: float, centre: Floats | None) -> None:
    """Nine weights as colours and numbers, with their symmetry and likeness to a profile."""
    draw_weights(axes, weights, largest)
    for (row, column), weight in np.ndenumerate(weights):
        colour = "white" if abs(weight) > 0.6 * largest else INK
        text = minus(f"{weight:.2f}")
        axes.text(column, row, text, ha="center", va="center", fontsize=9.5, color=colour)
    notes = [f"symmetry {filter_symmetry(weights):.3f}"]
    if centre is not None:
        notes.append(f"correlation {np.corrcoef(weights.ravel(), centre.ravel())[0, 1]:.3f}")
    axes.set_xlabel(minus("\n".join(notes)), fontsize=10)


def _mark(axes: Axes, row: int, column: int) -> None:
    """Frame the piece."""
    frame = Rectangle((column - 0.5, row - 0.5), _CUT, _CUT, fill=False, color=INK, linewidth=1.5)
    axes.add_patch(frame)


def _profile(matched: ArrayLike) -> Floats:
    profile = float_array(matched, "matched", min_ndim=2)
    shape = profile.shape
    if len(shape) != 2 or shape[0] != shape[1] or shape[0] % 2 == 0 or shape[0] < _CUT:
        raise ValueError(
            f"matched has shape {shape}, and it must be a square with a pixel in its middle: "
            "(n, n) with n odd and at least 3."
        )
    energy = float(np.sqrt(np.sum(profile**2)))
    if not energy:
        raise ValueError("matched is 0 everywhere; give a profile with a peak in its middle.")
    return profile / energy


def _centre(profile: Floats) -> Floats:
    start = (len(profile) - _CUT) // 2
    return profile[start : start + _CUT, start : start + _CUT]
