"""Activation maps keep what matters most to a teacher, and only that."""

import numpy as np
import pytest

from tests.helpers import normal
from wavedistill.attribution import Attributions
from wavedistill.students import activation_map
from wavedistill.wavelets import WaveletTransform

SHAPES = [((3, 37), -1), ((2, 37, 2), 1), ((2, 23, 18), (-2, -1)), ((2, 2, 9, 16), (3, 2))]


@pytest.mark.parametrize(("shape", "axes"), SHAPES)
@pytest.mark.parametrize("mode", ["zero", "symmetric", "periodization"])
def test_all_coefficients_together_are_the_signal(shape, axes, mode):
    x, m = normal(2, *shape)
    transform = WaveletTransform("db3", 2, mode, axes)
    total = transform.analysis(x)[0].size
    for attributions in (Attributions(m), Attributions(m, x)):
        kept = activation_map(x, transform, attributions, keep=total)
        np.testing.assert_allclose(kept, x, atol=1e-12)
    pixels = activation_map(x, None, Attributions(m), axes=axes, keep=x[0].size)
    np.testing.assert_array_equal(pixels, x)


@pytest.mark.parametrize(("shape", "axes"), [((64,), (-1,)), ((32, 16), (-2, -1))])
def test_a_signal_of_a_few_atoms_comes_back_from_as_many_coefficients(shape, axes):
    transform = WaveletTransform("sym4", 3, "periodization", axes)
    few = np.zeros((2, transform.layout(shape).total))
    few[0, [2, 9, 30, 63]] = few[1, [0, 5, 17, 40]] = 3, -2, 5, 1
    others = np.where(few, 0, 9 * normal(*few.shape))
    # The teacher looks at these few alone.
    atoms, rest, gradient = (
        transform.synthesis(each, shape)
        for each in (few, others, -np.sign(few) / (1 + np.abs(few)))
    )
    for inputs in (None, atoms + rest):
        attributions = Attributions(gradient, inputs)
        found = activation_map(atoms + rest, transform, attributions, keep=4)
        np.testing.assert_allclose(found, atoms, atol=1e-10)
        # Of the four, the gradient is least where the coefficient is 5, the product where it is 1.
        least = 5 if inputs is None else 1
        found = activation_map(atoms + rest, transform, attributions, keep=3)
        kept = transform.analysis(found)
        np.testing.assert_allclose(kept, np.where(few == least, 0, few), atol=1e-10)


def test_products_choose_by_what_was_there_and_not_by_the_gradient_alone():
    x = np.array([[1.0, 10.0, -3.0, 0.0]])
    m = np.array([[2.0, 0.1, -1.0, 9.0]])
    keep = [
        activation_map(x, None, Attributions(m, inputs), keep=2).tolist() for inputs in (None, x)
    ]
    assert keep == [[[1, 0, 0, 0]], [[1, 0, -3, 0]]]


def test_pixels_are_chosen_by_the_mean_over_baselines():
    x = normal(4, 6, 7)
    inputs, m = normal(2, 3, 4, 6, 7, seed=1)
    attributions = Attributions(m, inputs, baseline_axis=True)
    found = activation_map(x, None, attributions, axes=(1, 2), keep=5)
    importance = np.abs(np.mean(inputs * m, axis=0))
    for own, drawn, image in zip(importance, found, x, strict=True):
        limit = np.sort(own, axis=None)[-5]
        np.testing.assert_array_equal(drawn, np.where(own >= limit, image, 0))


def test_single_precision_stays():
    x = normal(2, 16, 16).astype(np.float32)
    attributions = Attributions(normal(2, 16, 16, seed=1))
    for wavelet in ("db2", None):
        found = activation_map(x, wavelet, attributions, levels=2, axes=(1, 2), keep=9)
        assert found.dtype == np.float32


def test_what_makes_no_activation_map_is_refused():
    x, m = normal(2, 3, 32)
    saliency = Attributions(m)
    with pytest.raises(TypeError, match=r"not ndarray; .* Attributions\(gradients\)"):
        activation_map(x, "db2", m)
    with pytest.raises(ValueError, match=r"x has shape \(2, 32\) .* of shape \(3, 32\)"):
        activation_map(x[:2], "db2", saliency, keep=3)
    with pytest.raises(ValueError, match="keep=600 is more than the 32 samples"):
        activation_map(x, None, saliency)
    with pytest.raises(ValueError, match=r"keep=600 is more than the 37 coefficients.* keep=1\."):
        activation_map(x, "db2", saliency, levels=2)
    with pytest.raises(ValueError, match="keep=0 must be at least 1"):
        activation_map(x, "db2", saliency, keep=0)
    with pytest.raises(ValueError, match="first axis"):
        activation_map(x, "db2", saliency, axes=0, keep=3)
    with pytest.raises(ValueError, match="orthonormal"):
        activation_map(x, [1.0, 2.0], Attributions(m, x), keep=3)
