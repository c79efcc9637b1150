"""The orthonormal lattice: all orthonormal filters, only those, and exact derivatives."""

import numpy as np
import pytest
import pywt
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.helpers import NAMES, central_differences, padded
from wavedistill.wavelets.lattice import Lattice, quadrature_mirror, quadrature_mirror_adjoint

free_angles = arrays(np.float64, st.integers(0, 19), elements=st.floats(-7, 7))


def named(name):
    return np.array(pywt.Wavelet(name).rec_lo)


def double_shifts(taps):
    """Sum over n of h[n] h[n - 2k], for k = 0, 1, ..."""
    return np.array([taps[s:] @ taps[: len(taps) - s] for s in range(0, len(taps), 2)])


def there_and_back(taps):
    lattice = Lattice(len(taps))
    return lattice.forward(lattice.right_inverse(taps))


def test_pywavelets_has_75_of_them():
    assert len(NAMES) == len(set(NAMES)) == 75


@pytest.mark.parametrize("name", NAMES)
def test_every_filter_becomes_angles_and_comes_back(name):
    taps = named(name)
    free = Lattice(len(taps)).right_inverse(taps)
    assert free.shape == (len(taps) // 2 - 1,)
    assert np.all(np.abs(free) <= np.pi)
    np.testing.assert_allclose(Lattice(len(taps)).forward(free), taps, atol=1e-10, rtol=0)


def check_padded_and_reversed(name):
    taps = named(name)
    for extra in (2, 8):
        for forward in padded(taps, len(taps) + extra):
            for candidate in (forward, forward[::-1]):
                np.testing.assert_allclose(there_and_back(candidate), candidate, atol=1e-10, rtol=0)


@pytest.mark.parametrize("name", [name for name in NAMES if len(named(name)) <= 24])
def test_zero_padded_and_reversed_filters_become_angles_and_come_back(name):
    check_padded_and_reversed(name)


@pytest.mark.parametrize("name", ["db13", "db20", "db24", "db38", "sym19", "coif12"])
def test_long_filters_come_back_from_zero_padding_too(name):
    check_padded_and_reversed(name)


@given(free_angles)
def test_any_angles_give_an_orthonormal_filter_with_the_sum_of_a_lowpass_filter(free):
    lattice = Lattice.of(free)
    assert lattice.dimension == len(free)
    taps = lattice.forward(free)
    assert taps.shape == (lattice.taps,) == (2 * len(free) + 2,)
    unit = np.eye(len(free) + 1)[0]
    np.testing.assert_allclose(double_shifts(taps), unit, atol=1e-13, rtol=0)
    assert taps.sum() == pytest.approx(np.sqrt(2), abs=1e-13)
    assert lattice.contains(taps, tolerance=1e-12)


@given(free_angles)
def test_the_last_angle_follows_from_the_sum(free):
    angles = Lattice.of(free).angles(free)
    np.testing.assert_array_equal(angles[:-1], free)
    assert angles.sum() == pytest.approx(np.pi / 4, abs=1e-12)


@given(arrays(np.float64, st.integers(0, 9), elements=st.floats(-1.2, 1.2)))
def test_a_filter_of_the_lattice_comes_back(free):
    taps = Lattice.of(free).forward(free)
    np.testing.assert_allclose(there_and_back(taps), taps, atol=1e-10, rtol=0)


@given(arrays(np.float64, st.integers(1, 19), elements=st.floats(-7, 7)))
def test_the_jacobian_is_exact(free):
    # Along one free angle, which the last one opposes, the filter is a trigonometric polynomial of
    # degree 2: its derivative is a sum of four of its values (the parameter-shift rule).
    lattice = Lattice.of(free)
    shifts = np.pi / 4 * np.array([1, 3, 5, 7])
    weights = np.array([1, -1, 1, -1]) / (8 * np.sin(shifts / 2) ** 2)
    taps, jacobian = lattice.jacobian(free)
    np.testing.assert_array_equal(taps, lattice.forward(free))
    expected = [
        sum(w * lattice.forward(free + s * unit) for w, s in zip(weights, shifts, strict=True))
        for unit in np.eye(len(free))
    ]
    np.testing.assert_allclose(jacobian, expected, atol=1e-12, rtol=0)


@pytest.mark.parametrize("count", [0, 1, 4, 19])
def test_the_jacobian_agrees_with_finite_differences(count):
    lattice = Lattice(2 * count + 2)
    free = lattice.sample(np.random.default_rng(count))
    expected = central_differences(lattice.forward, free, 1e-5)
    _, jacobian = lattice.jacobian(free)
    assert jacobian.shape == (count, 2 * count + 2)
    np.testing.assert_allclose(jacobian, expected.reshape(jacobian.shape), atol=1e-9)


def test_what_the_lattice_contains():
    lattice = Lattice(4)
    assert lattice.contains(named("db2"))
    assert lattice.contains(np.pad(named("haar"), 1))
    for other in (named("db3"), 1.001 * named("db2"), [0.5, 0.5, 0.5, 0.5], -named("db2")):
        assert not lattice.contains(other)
    assert lattice.contains(1.001 * named("db2"), tolerance=0.01)


def test_samples_are_angles_all_around():
    random = np.random.default_rng(0)
    one, many = Lattice(6).sample(random), Lattice(6).sample(random, 1000)
    assert one.shape == (2,)
    assert many.shape == (1000, 2)
    assert -np.pi <= many.min() < -3 < 3 < many.max() <= np.pi


@pytest.mark.parametrize(
    ("taps", "error", "message"),
    [
        (9, ValueError, "taps=9 must be even; the next even number is 10"),
        (0, ValueError, "taps=0 must be at least 2"),
        (4.0, TypeError, "taps=4.0 must be a whole number"),
    ],
)
def test_lengths_of_no_filter_are_refused(taps, error, message):
    with pytest.raises(error, match=message):
        Lattice(taps)


@pytest.mark.parametrize("method", ["angles", "forward", "jacobian"])
def test_another_number_of_angles_is_refused(method):
    with pytest.raises(ValueError, match=r"shape \(3,\), and filters of 6 taps have 2 of them"):
        getattr(Lattice(6), method)([0.1, 0.2, 0.3])


@pytest.mark.parametrize("name", NAMES)
def test_the_quadrature_mirror_is_the_highpass_filter_of_pywavelets(name):
    np.testing.assert_array_equal(
        quadrature_mirror(named(name)), np.array(pywt.Wavelet(name).rec_hi)
    )


@pytest.mark.parametrize("size", [2, 4, 10])
def test_the_adjoint_of_the_quadrature_mirror_is_its_adjoint(size):
    h, g = np.random.default_rng(size).normal(size=(2, size))
    assert quadrature_mirror(h) @ g == pytest.approx(h @ quadrature_mirror_adjoint(g), abs=1e-14)
