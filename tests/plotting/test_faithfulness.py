"""Deletion and insertion curves: every line is the mean of its examples, in its own style."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib")

import wavedistill as wd
from tests.helpers import assert_legible, normal
from wavedistill.plotting import plot_faithfulness

X, WEIGHTS = normal(12, 16), normal(16, seed=1)


def found(*bases):
    scores = {name: normal(12, 16, seed=2) for name in bases}
    return wd.measure_faithfulness(
        lambda x: x @ WEIGHTS, X, scores, list(bases), steps=4, random_orders=1, levels=2
    )


def test_one_basis_is_drawn_in_its_three_orders():
    result = found("samples")
    figure: Any = plot_faithfulness(result)
    deletion, insertion = figure.axes
    for axes, curve in ((deletion, "deletion"), (insertion, "insertion")):
        lines = {line.get_label(): line for line in axes.lines}
        assert list(lines) == ["attribution", "|coefficient|", "random"]
        for order, line in lines.items():
            values = getattr(result.row(order=order), curve)
            np.testing.assert_allclose(line.get_ydata(), values.mean(axis=0))
            np.testing.assert_allclose(line.get_xdata(), [0, 0.25, 0.5, 0.75, 1])
        assert curve in axes.get_title("left")
        assert len(axes.collections) == 3
    assert deletion.get_xlabel() == "share of units removed"
    assert insertion.get_xlabel() == "share of units restored"
    assert "12 examples" in deletion.get_ylabel()
    assert_legible(figure)


def test_several_bases_are_drawn_by_attribution_and_told_apart():
    result = found("samples", "Fourier", "haar")
    figure: Any = plot_faithfulness(result, along="energy")
    axes = figure.axes[0]
    names = [line.get_label() for line in axes.lines]
    assert names == ["samples", "Fourier", "haar", "random, samples"]
    styles = {(line.get_color(), line.get_linestyle()) for line in axes.lines}
    assert len(styles) == 4
    row = result.row("Fourier")
    read = [np.interp(0.5, x, y) for x, y in zip(row.removed, row.deletion, strict=True)]
    line = axes.lines[1]
    half = np.flatnonzero(line.get_xdata() == 0.5)
    np.testing.assert_allclose(line.get_ydata()[half], np.mean(read))
    assert axes.get_xlabel() == "share of energy removed"
    assert_legible(figure)
    some: Any = plot_faithfulness(result, bases=["haar"])
    assert len(some.axes[0].lines) == 3


def test_what_cannot_be_drawn_is_refused():
    result = found("samples")
    with pytest.raises(ValueError, match="along='time' must be"):
        plot_faithfulness(result, along="time")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="bases is empty"):
        plot_faithfulness(result, bases=[])
    with pytest.raises(KeyError, match="no order 'attribution' in basis 'db9'"):
        plot_faithfulness(result, bases=["db9"])
