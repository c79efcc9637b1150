"""The orthonormal lattice: all orthonormal filters, only those, and exact derivatives."""

import numpy as np
import pytest
import pywt
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.helpers import NAMES, central_differences, padded
from wavedistill.wavelets.lattice import (
    angles_from_filter,
    complete_angles,
    filter_from_angles,
    filter_jacobian,
    quadrature_mirror,
    quadrature_mirror_adjoint,
)

free_angles = arrays(np.float64, st.integers(0, 19), elements=st.floats(-7, 7))


def named(name):
    return np.array(pywt.Wavelet(name).rec_lo)


def double_shifts(taps):
    """Sum over n of h[n] h[n - 2k], for k = 0, 1, ..."""
    return np.array([taps[s:] @ taps[: len(taps) - s] for s in range(0, len(taps), 2)])


def test_pywavelets_has_75_of_them():
    assert len(NAMES) == len(set(NAMES)) == 75


@pytest.mark.parametrize("name", NAMES)
def test_every_filter_becomes_angles_and_comes_back(name):
    taps = named(name)
    angles = angles_from_filter(taps)
    assert angles.shape == (len(taps) // 2,)
    assert angles.sum() == pytest.approx(np.pi / 4, abs=1e-12)
    assert np.all(np.abs(angles[:-1]) <= np.pi)
    np.testing.assert_allclose(filter_from_angles(angles), taps, atol=1e-10, rtol=0)


def check_padded_and_reversed(name):
    taps = named(name)
    for extra in (2, 8):
        for forward in padded(taps, len(taps) + extra):
            for candidate in (forward, forward[::-1]):
                again = filter_from_angles(angles_from_filter(candidate))
                np.testing.assert_allclose(again, candidate, atol=1e-10, rtol=0)


@pytest.mark.parametrize("name", [name for name in NAMES if len(named(name)) <= 24])
def test_zero_padded_and_reversed_filters_become_angles_and_come_back(name):
    check_padded_and_reversed(name)


@pytest.mark.parametrize("name", ["db13", "db20", "db24", "db38", "sym19", "coif12"])
def test_long_filters_come_back_from_zero_padding_too(name):
    check_padded_and_reversed(name)


@given(free_angles)
def test_any_angles_give_an_orthonormal_filter_with_the_sum_of_a_lowpass_filter(free):
    angles = complete_angles(free)
    np.testing.assert_array_equal(angles[:-1], free)
    taps = filter_from_angles(angles)
    assert taps.shape == (2 * len(free) + 2,)
    np.testing.assert_allclose(double_shifts(taps), np.eye(len(angles))[0], atol=1e-13, rtol=0)
    assert taps.sum() == pytest.approx(np.sqrt(2), abs=1e-13)


@given(arrays(np.float64, st.integers(1, 20), elements=st.floats(-7, 7)))
def test_the_sum_of_the_taps_follows_from_the_sum_of_the_angles(angles):
    taps = filter_from_angles(angles)
    total = angles.sum()
    assert taps[::2].sum() == pytest.approx(np.cos(total), abs=1e-13)
    assert taps[1::2].sum() == pytest.approx(np.sin(total), abs=1e-13)


@given(arrays(np.float64, st.integers(0, 9), elements=st.floats(-1.2, 1.2)))
def test_a_filter_of_the_lattice_comes_back(free):
    taps = filter_from_angles(complete_angles(free))
    again = filter_from_angles(angles_from_filter(taps))
    np.testing.assert_allclose(again, taps, atol=1e-10, rtol=0)


@given(free_angles)
def test_a_derivative_by_an_angle_is_the_filter_with_that_angle_a_quarter_turn_on(free):
    # The filter is linear in cos and sin of each angle, hence exactly so.
    angles = complete_angles(free)
    turned = [filter_from_angles(angles + quarter) for quarter in np.pi / 2 * np.eye(len(angles))]
    taps, jacobian = filter_jacobian(angles)
    np.testing.assert_array_equal(taps, filter_from_angles(angles))
    expected = np.array(turned[:-1]).reshape(-1, len(taps)) - turned[-1]
    np.testing.assert_allclose(jacobian, expected, atol=1e-14 * (1 + len(taps)), rtol=0)


@pytest.mark.parametrize("count", [0, 1, 4, 19])
def test_the_jacobian_agrees_with_finite_differences(count):
    free = np.random.default_rng(count).uniform(-np.pi, np.pi, count)
    expected = central_differences(lambda a: filter_from_angles(complete_angles(a)), free, 1e-5)
    _, jacobian = filter_jacobian(complete_angles(free))
    assert jacobian.shape == (count, 2 * count + 2)
    np.testing.assert_allclose(jacobian, expected.reshape(jacobian.shape), atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_the_quadrature_mirror_is_the_highpass_filter_of_pywavelets(name):
    np.testing.assert_array_equal(
        quadrature_mirror(named(name)), np.array(pywt.Wavelet(name).rec_hi)
    )


@pytest.mark.parametrize("size", [2, 4, 10])
def test_the_adjoint_of_the_quadrature_mirror_is_its_adjoint(size):
    h, g = np.random.default_rng(size).normal(size=(2, size))
    assert quadrature_mirror(h) @ g == pytest.approx(h @ quadrature_mirror_adjoint(g), abs=1e-14)
