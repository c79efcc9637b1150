"""A diagram of the method: how a model is distilled."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import float_array
from wavedistill.plotting.canvas import (
    Box,
    Canvas,
    draw_network,
    draw_signal,
    draw_stems,
    draw_terms,
)
from wavedistill.plotting.style import (
    ATTRIBUTION,
    INK,
    LEARNED,
    START,
    stems,
)
from wavedistill.wavelets import Wavelet, WaveletTransform

__all__ = ["plot_method"]

Array = NDArray[Any]

_LEVEL = 6
_LENGTH, _LEVELS = 64, 4
#: Lower edges of the three rows of `plot_method`, from the top, and the height of a box.
_ROWS, _HEIGHT = (4.5, 2.5, 0.5), 1.6


def plot_method(
    signal: ArrayLike | None = None,
    multipliers: ArrayLike | None = None,
    wavelet: Wavelet | None = None,
) -> Figure:
    """Draw the method as boxes and arrows (Fig 1 of the paper, in the terms of this package).

    Every curve is computed; the terms of the small model are the three largest products of the
    signal's coefficients and their attributions.

    Parameters
    ----------
    signal, multipliers : array_like, shape (length,), optional
        One signal and the teacher's gradient at it; by default an example made with db5.
    wavelet : Wavelet, optional
        The learned one; by default db5.

    Raises
    ------
    ValueError
        If only one of signal and multipliers is given, or if they disagree in shape.
    """
    learned = wavelet or Wavelet.from_name("db5")
    x, m = _signal_and_multipliers(signal, multipliers)
    transform = WaveletTransform(learned, _LEVELS, "zero", -1)
    w, s = transform.analysis(x), transform.adjoint(m)
    canvas = Canvas(13.33, 7.0)
    data, once = _draw_attribution(canvas, x, m)
    ahead, adjoint, objective = _draw_distillation(canvas, w, s, learned)
    result = _draw_prediction(canvas, w, s, learned)
    canvas.arrow(data.at(1, 0.5), ahead.at(0, 0.5))
    canvas.arrow(once.at(1, 0.5), adjoint.at(0, 0.5))
    canvas.arrow((objective.at(1, 0)[0], result.at(0, 0.5)[1]), result.at(0, 0.5), "minimum")
    return canvas.figure


def _column(x: float) -> tuple[Box, Box, Box]:
    top, middle, bottom = (Box(x, y, 2.6, _HEIGHT) for y in _ROWS)
    return top, middle, bottom


def _draw_attribution(canvas: Canvas, x: Array, m: Array) -> tuple[Box, Box]:
    canvas.band(Box(0.2, 0.25, 3.1, 6.5), "1  Attribute, once")
    data, teacher, once = _column(0.45)
    draw_signal(canvas.picture(data, "data $X$"), x, INK)
    draw_network(canvas.picture(teacher, "teacher $f$", "any trained model"))
    draw_signal(canvas.picture(once, "multipliers $M$", r"$M = \nabla f(X)$"), m, ATTRIBUTION)
    canvas.arrow(data.at(0.5, 0), teacher.at(0.5, 1))
    canvas.arrow(teacher.at(0.5, 0), once.at(0.5, 1))
    return data, once


def _draw_distillation(
    canvas: Canvas, w: Array, s: Array, wavelet: Wavelet
) -> tuple[Box, Box, Box]:
    canvas.band(Box(3.75, 0.25, 5.85, 6.5), "2  Distil")
    ahead, lattice, adjoint = _column(4.0)
    objective = Box(7.25, _ROWS[2], 2.1, _ROWS[0] + _HEIGHT - _ROWS[2])
    draw_stems(canvas.picture(ahead, "coefficients $A_h X$"), w, INK)
    draw_stems(canvas.picture(adjoint, r"attributions $S_h^{\top} M$"), s, ATTRIBUTION)
    axes = canvas.picture(lattice, r"angles $\theta \to$ filter $h$", "always orthonormal")
    draw_stems(axes, wavelet.lowpass, LEARNED, size=4)
    _write_objective(canvas, objective)
    canvas.arrow(lattice.at(0.5, 1), ahead.at(0.5, 0), "$h$")
    canvas.arrow(lattice.at(0.5, 0), adjoint.at(0.5, 1), "$h$")
    for box in (ahead, adjoint):
        canvas.arrow(box.at(1, 0.5), (objective.x, box.at(1, 0.5)[1]))
    canvas.arrow(objective.at(0, 0.5), lattice.at(1, 0.5), r"$\partial/\partial\theta$")
    return ahead, adjoint, objective


def _write_objective(canvas: Canvas, box: Box) -> None:
    canvas.picture(box, "objective")
    for up, text in (
        (0.88, "sparsity"),
        (0.82, r"$\lambda\;\mathrm{mean}_i\,\Vert A_h x_i\Vert_1$"),
        (0.5, "minimise the sum\nover the angles,\nby exact gradients"),
        (0.18, "interpretation"),
        (0.12, r"$\gamma\;\mathrm{mean}_i\,\Vert S_h^{\top} m_i\Vert_1$"),
    ):
        place = box.at(0.5, up)
        canvas.axes.text(*place, text, ha="center", va="center", fontsize=12.5, linespacing=1.4)


def _draw_prediction(canvas: Canvas, w: Array, s: Array, wavelet: Wavelet) -> Box:
    canvas.band(Box(10.05, 0.25, 3.1, 6.5), "3  Predict, and read")
    learned, top, model = _column(10.3)
    psi = wavelet.functions(_LEVEL).psi
    draw_signal(canvas.picture(learned, r"learned wavelet $\psi$"), psi, LEARNED)
    largest = np.sort(np.argsort(np.abs(w * s))[-3:])
    axes = canvas.picture(top, "top coefficients $z$")
    draw_stems(axes, w, START)
    stems(axes, largest, w[largest], LEARNED)
    axes = canvas.picture(model, "small model", r"$\hat y = b_1 z_1 + b_2 z_2 + b_3 z_3$")
    draw_terms(axes, (w * s)[largest])
    canvas.arrow(learned.at(0.5, 0), top.at(0.5, 1))
    canvas.arrow(top.at(0.5, 0), model.at(0.5, 1))
    return learned


def _signal_and_multipliers(
    signal: ArrayLike | None, multipliers: ArrayLike | None
) -> tuple[Array, Array]:
    if signal is None and multipliers is None:
        # A teacher that reads three neighbouring coefficients, and an event that has them.
        transform = WaveletTransform("db5", _LEVELS)
        layout = transform.layout(_LENGTH)
        beta = np.zeros(layout.total)
        middle = layout.slices[2].start + 7
        beta[middle : middle + 3] = 2, 1.4, 0.8
        gradient = transform.synthesis(beta, _LENGTH)
        noise = 0.25 * np.random.default_rng(0).standard_normal(_LENGTH)
        return gradient + noise, gradient
    if signal is None or multipliers is None:
        raise ValueError("signal and multipliers belong together; give both or neither.")
    x, m = float_array(signal, "signal"), float_array(multipliers, "multipliers")
    if x.ndim != 1 or x.shape != m.shape:
        raise ValueError(
            f"signal has shape {x.shape} and multipliers {m.shape}; give two vectors of one length."
        )
    return x, m
