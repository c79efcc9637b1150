"""The noise of `attribute`: how large it is at each position, and what the result says of it."""

import numpy as np
import pytest

from wavedistill.attribution import attribute
from wavedistill.attribution.sampling import noise_scale

LENGTH = 6
SLOPES = np.linspace(-1, 2, LENGTH)

#: Spectra: a mean and a spread that fall by decades.
FALL = 10.0 ** -np.arange(LENGTH)
SPECTRA = 100 * FALL + FALL * np.random.default_rng(0).normal(size=(40, LENGTH))


def per_position(noise, data):
    return noise_scale(noise, np.asarray(data), per_position=True)


def steps_seen(x, **options):
    """The standard deviation of the noise at each position, from where a function is called.

    The squared length of a direction is taken into that of a step, which makes d + 2 of d.
    """
    seen = []

    def linear(rows):
        seen.append(rows)
        return rows.reshape(len(rows), -1).sum(axis=1)

    attribute(linear, x, "blackbox", random_state=0, batch_size=10**6, **options)
    (rows,) = [each for each in seen[1:] if len(each) > len(x)][:1]
    return (rows.reshape(-1, *x.shape) - x).std(axis=(0, 1)) / np.sqrt(1 + 2 / x[0].size)


def test_the_black_box_moves_each_position_by_a_share_of_its_own_spread():
    x = np.random.default_rng(1).normal(size=(200, LENGTH)) * np.linspace(1, 3, LENGTH) + 50
    np.testing.assert_allclose(steps_seen(x), 0.1 * x.std(axis=0), rtol=0.1)
    np.testing.assert_allclose(steps_seen(x, noise=0.4), 0.4 * x.std(axis=0), rtol=0.1)
    given = np.linspace(0.5, 2, LENGTH)
    np.testing.assert_allclose(steps_seen(x, noise=given), given, rtol=0.1)


def test_noise_does_not_swamp_the_quiet_end_of_a_spectrum():
    scale = per_position(0.1, SPECTRA)
    spread = SPECTRA.std(axis=0)
    np.testing.assert_allclose(scale[:4], 0.1 * spread[:4])
    assert (scale[:5] < spread[:5]).all()
    assert (0.1 * SPECTRA.std() > spread).all(), "a share of the global one swamps them"
    # A model that bends within the spread of a quiet position.
    quiet, width = SPECTRA[:, 3].mean(), spread[3]

    def teacher(x):
        return np.tanh((x[:, 3] - quiet) / width)

    def found(**options):
        return attribute(teacher, SPECTRA, "blackbox", random_state=0, **options).multipliers[:, 3]

    exact = (1 - np.tanh((SPECTRA[:, 3] - quiet) / width) ** 2) / width
    np.testing.assert_allclose(found(), exact, atol=0.1 / width)
    with pytest.warns(UserWarning, match="standard error"):
        swamped = found(noise=np.full(LENGTH, 0.1 * SPECTRA.std()))
    assert np.linalg.norm(swamped - exact) > 0.9 * np.linalg.norm(exact)


@pytest.mark.parametrize("noise", [0.1, 2.0, 10 * FALL])
@pytest.mark.parametrize("n_samples", [2 * LENGTH, 5 * LENGTH + 1])
def test_linear_functions_are_exact_at_any_scales(noise, n_samples):
    x = SPECTRA.copy()
    x[:, 2] = 7.0  # constant
    weights = SLOPES / FALL
    found = attribute(
        lambda x: x @ weights, x, "blackbox", noise=noise, n_samples=n_samples, random_state=0
    )
    np.testing.assert_allclose(found.multipliers / weights, 1, atol=1e-6)


def test_positions_that_hardly_vary_have_a_floor_in_terms_of_their_neighbours():
    x = np.random.default_rng(0).normal(size=(100, 5)) * [1, 1, 1, 1e-9, 0]
    spread = x.std(axis=0)
    typical = np.median(spread[:4])
    np.testing.assert_allclose(per_position(1.0, x), [*spread[:3], *[0.1 * typical] * 2])


def test_channels_have_floors_of_their_own():
    loud, quiet = np.random.default_rng(0).normal(size=(2, 100, 8))
    x = np.stack([1e6 * loud, quiet, 0 * quiet], axis=1)
    scale = per_position(1.0, x)
    np.testing.assert_allclose(scale[:2], x.std(axis=0)[:2])
    spread = x.std(axis=0)[:2]
    np.testing.assert_allclose(scale[2], 0.1 * np.median(spread))


@pytest.mark.parametrize("x", [SPECTRA[:7], SPECTRA[:1], np.tile(SPECTRA[0], (20, 1))])
def test_few_or_equal_examples_have_one_scale(x):
    scale = per_position(0.2, x)
    assert scale.shape == ()
    assert scale == pytest.approx(0.2 * x.std())


def test_constant_data_needs_a_scale_of_its_own():
    x = np.ones((10, LENGTH))
    with pytest.raises(ValueError, match=r"X is constant.* as an array of shape \(6,\)"):
        attribute(lambda x: x @ SLOPES, x, "blackbox")
    found = attribute(lambda x: x @ SLOPES, x, "blackbox", noise=np.ones(LENGTH))
    np.testing.assert_allclose(found.multipliers, np.tile(SLOPES, (10, 1)), atol=1e-12)


@pytest.mark.parametrize(
    ("noise", "message"),
    [
        (np.ones(3), r"noise has shape \(3,\); give one number, or .* shape \(6,\)"),
        ([1, 1, 1, 1, 1, -2], r"noise holds -2\.0, and every value must be positive"),
        ([np.nan] * 6, "noise contains NaN"),
        (None, "noise=None is given; leave it out for noise=0.1"),
        ("a", "noise='a' must be a positive number"),
    ],
)
@pytest.mark.parametrize("method", ["blackbox", "smoothgrad"])
def test_noise_that_does_not_suit_is_refused(method, noise, message):
    model = lambda x: x @ SLOPES  # noqa: E731
    if method == "smoothgrad":
        torch = pytest.importorskip("torch")
        pytest.importorskip("captum")
        model = torch.nn.Linear(LENGTH, 1)
    with pytest.raises(ValueError, match=message):
        attribute(model, SPECTRA, method, noise=noise)


def test_smoothgrad_takes_one_scale_or_one_for_each_position():
    torch = pytest.importorskip("torch")
    pytest.importorskip("captum")

    class Squares(torch.nn.Module):  # type: ignore[name-defined]
        def forward(self, x):
            return (x**2).sum(1) / 2  # whose gradient is the noisy copy itself

    def noise(given):
        found = attribute(Squares(), SPECTRA, "smoothgrad", n_samples=1, noise=given)
        return (found.multipliers - SPECTRA).std(axis=0)

    np.testing.assert_allclose(noise(0.1), 0.1 * SPECTRA.std(), rtol=0.6)
    np.testing.assert_allclose(noise(FALL), FALL, rtol=0.6)


def rough(x):
    """A slope in one direction, and steps that hide it."""
    return x @ SLOPES + 20 * np.sign(np.sin(40 * x.sum(axis=1)))


def test_a_gradient_within_its_error_is_warned_of_and_the_remedies_help():
    x = np.random.default_rng(0).normal(size=(30, LENGTH))
    with pytest.warns(UserWarning, match=r"standard error of the .*n_samples.*more noise"):
        found = attribute(rough, x, "blackbox", random_state=0)
    error, size = (np.sqrt((a**2).mean()) for a in (found.standard_error, found.multipliers))
    assert error > size / 3
    # Warnings are errors in these tests, so that this is the absence of one.
    attribute(rough, x, "blackbox", random_state=0, noise=3.0, n_samples=4000)


def test_the_warning_points_at_the_caller_and_names_the_target():
    x = np.random.default_rng(0).normal(size=(30, LENGTH))
    both = lambda x: np.stack([x @ SLOPES, rough(x)], axis=1)  # noqa: E731
    with pytest.warns(UserWarning, match="gradient of target 1 is") as caught:
        attribute(both, x, "blackbox", target="all", random_state=0)
    assert [each.filename for each in caught] == [__file__]
    attribute(both, x, "blackbox", target=0, random_state=0)
