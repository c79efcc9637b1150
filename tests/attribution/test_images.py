"""Attributions of images are carried over to wavelet coefficients, by way of TRIM too."""

import numpy as np
import pytest
import pywt

import wavedistill as wd
from tests.helpers import normal, synthesis2_matrix

IMAGE = (-2, -1)


@pytest.mark.parametrize("mode", ["zero", "periodization", "symmetric"])
def test_attributions_are_carried_over_to_coefficients_of_images(mode):
    m, d = normal(2, 4, 3, 2, 9, 12)  # (baselines, n, C, H, W)
    transform = wd.WaveletTransform("db2", 2, mode, IMAGE)
    saliency = wd.Attributions(m[0]).coefficients(transform)
    np.testing.assert_array_equal(saliency, transform.adjoint(m[0]))
    assert saliency.shape == (3, 2, transform.layout((9, 12)).total)
    # f(x) = <m, x> is unchanged: <m, S_h w> = <S_h^T m, w> with w = A_h x.
    product = wd.Attributions(m[0], d[0], "input_x_gradient").coefficients(transform)
    np.testing.assert_allclose(product.sum(axis=-1), (m[0] * d[0]).sum(axis=(-2, -1)), atol=1e-10)
    pairs = wd.Attributions(m, d, "expected_gradients", baseline_axis=True)
    mean = np.mean(
        [wd.Attributions(*pair, "").coefficients(transform) for pair in zip(m, d, strict=True)],
        axis=0,
    )
    np.testing.assert_allclose(pairs.coefficients(transform), mean, atol=1e-12)


@pytest.mark.parametrize("mode", ["zero", "periodization", "reflect"])
@pytest.mark.parametrize("method", ["saliency", "ig"])
def test_trim_through_an_inverse_of_images_agrees_with_coefficients(mode, method):
    torch = pytest.importorskip("torch")
    captum = pytest.importorskip("captum.attr")
    torch.manual_seed(0)
    teacher = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(63, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)
    )
    teacher = teacher.double().eval()
    x = normal(4, 7, 9)
    transform = wd.WaveletTransform("db2", 2, mode, IMAGE)
    matrix = torch.tensor(synthesis2_matrix(pywt.Wavelet("db2"), (7, 9), 2, mode))
    trim = wd.TrimModel(teacher, lambda w: (w @ matrix).unflatten(-1, (7, 9)))
    w, held = trim.split(torch.tensor(transform.analysis(x)), torch.tensor(x))
    if method == "saliency":
        tool = captum.Saliency(trim)
        expected = tool.attribute(w.requires_grad_(), abs=False, additional_forward_args=held)
        taught = wd.attribute(teacher, x, "saliency")
    else:
        tool = captum.IntegratedGradients(trim)
        expected = tool.attribute(w, additional_forward_args=held, n_steps=50)
        taught = wd.attribute(teacher, x, "integrated_gradients", steps=50)
    found = taught.coefficients(transform)
    np.testing.assert_allclose(found, expected.detach(), atol=1e-10)
