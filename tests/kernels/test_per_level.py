"""A filter for each level: PyWavelets' coefficients, level by level, and exact gradients."""

import numpy as np
import pytest

from tests.helpers import MODES, close, normal
from wavedistill.kernels import coefficient_l1, product_l1
from wavedistill.wavelets import Lattice, Wavelet, WaveletTransform
from wavedistill.wavelets.lattice import quadrature_mirror

LEVELS, TAPS = 3, 6


def filters(seed=0):
    lattice, random = Lattice(TAPS), np.random.default_rng(seed)
    low = np.stack([lattice.forward(lattice.sample(random)) for _ in range(LEVELS)])
    return low, np.stack([quadrature_mirror(each) for each in low])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("shape", "axes"), [((5, 37), -1), ((3, 9, 20), (1, 2))])
def test_values_are_those_of_transforms_with_a_wavelet_per_level(shape, axes, mode):
    data, factors = normal(2, *shape)
    low, high = filters()
    transform = WaveletTransform([Wavelet(each) for each in low], mode=mode, axes=axes)
    w, s = transform.analysis(data), transform.adjoint(factors)
    found = coefficient_l1(data, low, high, LEVELS, mode, axes=axes)
    assert found.value == pytest.approx(np.abs(w).sum())
    turned = coefficient_l1(factors, low, high, LEVELS, mode, axes=axes, adjoint=True)
    assert turned.value == pytest.approx(np.abs(s).sum())
    product = product_l1(data, factors, low, high, LEVELS, mode, axes=axes)
    assert product.value == pytest.approx(np.abs(w * s).sum())
    for result in (found, turned, product):
        assert result.grad_lowpass.shape == result.grad_highpass.shape == (LEVELS, TAPS)


@pytest.mark.parametrize(("shape", "axes"), [((5, 37), -1), ((3, 9, 20), (1, 2))])
def test_gradients_agree_with_finite_differences(shape, axes):
    data, factors = normal(2, *shape, seed=1)
    low, high = filters(1)

    def both(low, high):
        one = coefficient_l1(data, low, high, LEVELS, "symmetric", axes=axes)
        two = product_l1(data, factors, low, high, LEVELS, "symmetric", axes=axes)
        return one, two

    for result, number in zip(both(low, high), (0, 1), strict=True):
        for side, gradient in enumerate(result[1:]):
            step = 1e-6 * normal(LEVELS, TAPS, seed=side)
            ends = [
                both(low + s * (side == 0) * step, high + s * (side == 1) * step)[number].value
                for s in (1, -1)
            ]
            assert np.sum(gradient * step) == pytest.approx((ends[0] - ends[1]) / 2, rel=1e-4)


def test_equal_rows_are_one_filter_for_all_levels():
    data = normal(20, 50)
    low, high = (each[0] for each in filters())
    shared = coefficient_l1(data, low, high, LEVELS)
    rows = coefficient_l1(data, np.tile(low, (LEVELS, 1)), np.tile(high, (LEVELS, 1)), LEVELS)
    assert shared.value == rows.value
    summed = [gradient.sum(axis=0) for gradient in rows[1:]]
    close(shared[1:], summed, 1e-13)


def test_as_many_rows_as_levels_are_needed():
    low, high = filters()
    with pytest.raises(ValueError, match="lowpass has 3 rows and levels=2; give one row for each"):
        coefficient_l1(normal(2, 8), low, high, 2)
