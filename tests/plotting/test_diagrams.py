"""The diagram of the method is computed from what it is given."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from tests.helpers import assert_no_text_leaves_the_page
from tests.plotting.shared import DB3
from wavedistill.plotting import plot_method
from wavedistill.wavelets import WaveletTransform


def test_the_diagram_of_the_method_is_computed_from_what_it_is_given():
    random = np.random.default_rng(0)
    x, m = random.standard_normal((2, 64))
    figure: Any = plot_method(x, m, DB3)
    drawn = {axes.get_label(): axes for axes in figure.axes}
    transform = WaveletTransform(DB3, 4, "zero")
    w, s = transform.analysis(x), transform.adjoint(m)
    for label, values in (
        ("data $X$", x),
        ("multipliers $M$", m),
        ("coefficients $A_h X$", w),
        (r"attributions $S_h^{\top} M$", s),
        (r"learned wavelet $\psi$", DB3.functions(6).psi),
    ):
        np.testing.assert_array_equal(drawn[label].lines[-1].get_ydata(), values)
    widths = [bar.get_width() for bar in drawn["small model"].patches]
    np.testing.assert_allclose(np.sort(np.abs(widths)), np.sort(np.abs(w * s))[-3:])
    assert_no_text_leaves_the_page(figure)
    assert_no_text_leaves_the_page(plot_method())


def test_a_signal_needs_its_multipliers():
    with pytest.raises(ValueError, match="give both or neither"):
        plot_method(np.ones(64))
    with pytest.raises(ValueError, match=r"\(64,\) and multipliers \(32,\)"):
        plot_method(np.ones(64), np.ones(32))
