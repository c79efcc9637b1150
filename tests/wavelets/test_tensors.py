"""The transforms of tensors: those of arrays, and differentiable."""

from typing import Any

import numpy as np
import pytest

from tests.helpers import MODES, normal
from wavedistill.wavelets import Decomposition, WaveletTransform

torch = pytest.importorskip("torch")

from wavedistill.wavelets import tensors  # noqa: E402

RANKS: dict[int, tuple[Any, tuple[int, ...]]] = {
    1: (-1, (19,)),
    2: ((-2, -1), (9, 12)),
    3: ((-3, -2, -1), (5, 6, 7)),
}


def any_filter(taps, seed=1):
    """Numbers that are no wavelet: the transforms need none."""
    return normal(taps, seed=seed) / np.sqrt(taps)


def as_array(bands, transform, lengths):
    """The sub-bands side by side, as `WaveletTransform` has them."""
    shapes = transform.layout(lengths).shapes
    found = [tuple(band.shape[-len(lengths) :]) for band in bands]
    assert found == list(shapes)
    return torch.cat([band.flatten(-len(lengths)) for band in bands], dim=-1).numpy()


def check(x, filters, transform, lengths):
    signals, lowpass = torch.tensor(x), torch.tensor(filters)
    decomposition = transform.decomposition
    bands = tensors.analysis(signals, lowpass, decomposition)
    adjoint = tensors.adjoint(signals, lowpass, decomposition)
    restored = tensors.synthesis(bands, lowpass, decomposition, lengths)
    coefficients = transform.analysis(x)
    for found, expected in [
        (as_array(bands, transform, lengths), coefficients),
        (as_array(adjoint, transform, lengths), transform.adjoint(x)),
        (restored.numpy(), transform.synthesis(coefficients, lengths)),
    ]:
        scale = np.abs(expected).max()
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-12 * scale)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("length", [1, 2, 5, 33, 64])
@pytest.mark.parametrize("taps", [2, 6, 10])
def test_transforms_of_signals_are_those_of_arrays(mode, length, taps):
    filters = any_filter(taps)
    check(normal(3, 2, length), filters, WaveletTransform(filters, 3, mode), (length,))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("rank", [2, 3])
@pytest.mark.parametrize("taps", [2, 4])
def test_transforms_of_images_and_volumes_are_those_of_arrays(mode, rank, taps):
    axes, lengths = RANKS[rank]
    filters = any_filter(taps)
    check(normal(2, *lengths), filters, WaveletTransform(filters, 2, mode, axes), lengths)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_each_level_may_have_filters_of_its_own(mode, rank):
    axes, lengths = RANKS[rank]
    filters = np.stack([any_filter(4, seed) for seed in range(3)])
    transform = WaveletTransform([list(row) for row in filters], 3, mode, axes)
    check(normal(2, *lengths), filters, transform, lengths)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("per_level", [False, True])
@pytest.mark.parametrize(("rank", "shape", "axes"), [(1, (2, 9, 3), 1), (2, (1, 5, 6), (1, 2))])
def test_transforms_can_be_differentiated(mode, per_level, rank, shape, axes):
    decomposition = Decomposition(2, mode, axes)
    x = torch.tensor(normal(*shape), requires_grad=True)
    filters = np.stack([any_filter(4, 1), any_filter(4, 2)]) if per_level else any_filter(4)
    h = torch.tensor(filters, requires_grad=True)
    lengths = decomposition.lengths(shape)

    def transforms(signals, lowpass):
        bands = tensors.analysis(signals, lowpass, decomposition)
        adjoint = tensors.adjoint(signals, lowpass, decomposition)
        return tensors.synthesis(bands, lowpass, decomposition, lengths), *bands, *adjoint

    assert transforms(x, h)[0].shape == x.shape
    assert torch.autograd.gradcheck(transforms, (x, h), fast_mode=True)


@pytest.mark.parametrize("taps", [2, 10])
def test_the_quadrature_mirror_is_that_of_arrays(taps):
    from wavedistill.wavelets.lattice import quadrature_mirror

    rows = normal(3, taps)
    found = tensors.quadrature_mirror(torch.tensor(rows))
    np.testing.assert_array_equal(found, np.stack([quadrature_mirror(row) for row in rows]))


@pytest.mark.parametrize("function", [tensors.analysis, tensors.adjoint])
@pytest.mark.parametrize("shape", [(5,), (0,), (), (3, 4), (2, 5), (2, 2, 4)])
def test_filters_that_do_not_fit_are_refused(function, shape):
    with pytest.raises(ValueError, match="vector of even length, or one such row for each of the"):
        function(torch.zeros(2, 9), torch.zeros(shape), Decomposition(2))


def test_other_arguments_that_do_not_fit_are_refused():
    x, h, once = torch.zeros(2, 9), torch.zeros(4), Decomposition(1)
    with pytest.raises(ValueError, match=r"axes=\(2,\) is out of range: the tensor has 2 axes"):
        tensors.analysis(x, h, Decomposition(1, axes=2))
    with pytest.raises(ValueError, match=r"\(\(6,\), \(6,\)\), and .* \(20,\).*\(\(11,\), \(11,\)"):
        tensors.synthesis(tensors.analysis(x, h, once), h, once, (20,))
