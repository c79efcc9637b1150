"""`attribute(..., method="blackbox")`: smoothed gradients of functions, and how sure they are."""

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingRegressor

from wavedistill.attribution import Attributions, attribute

LENGTH = 6
SLOPES = np.linspace(-1, 2, LENGTH)


#: For tests that take few samples and do not mind.
VAGUE = pytest.mark.filterwarnings("ignore:the standard error of the estimated gradient")


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def blackbox(predict, x, seed=0, **options):
    return attribute(predict, x, "blackbox", random_state=seed, **options)


def linear(x):
    return x.reshape(len(x), -1) @ np.resize(SLOPES, x[0].size)


def wave(x):
    return np.sin(x @ SLOPES)


def cubic(x):
    return (x @ SLOPES) ** 3


def smoothed(function, x, scale):
    """The gradient of a function of x @ SLOPES, averaged over noise of these scales."""
    at, spread = x @ SLOPES, ((scale * SLOPES) ** 2).sum()
    slopes = {wave: np.cos(at) * np.exp(-spread / 2), cubic: 3 * (at**2 + spread)}
    return slopes[function][:, None] * SLOPES


@pytest.mark.parametrize("n_samples", [2 * LENGTH, 5 * LENGTH + 1])
@pytest.mark.parametrize("noise", [0.1, 3.0])
def test_the_gradient_of_a_linear_function_is_exact(noise, n_samples):
    found = blackbox(linear, normal(5, LENGTH), noise=noise, n_samples=n_samples)
    np.testing.assert_allclose(found.multipliers, np.tile(SLOPES, (5, 1)), atol=1e-11)
    assert found.standard_error.max() < 1e-11
    assert (found.method, found.inputs) == ("blackbox", None)


@pytest.mark.parametrize("function", [wave, cubic])
@pytest.mark.parametrize("way", ["bases", "directions"])
def test_estimates_are_of_the_smoothed_gradient_and_as_sure_as_they_say(function, way, monkeypatch):
    if way == "directions":
        monkeypatch.setattr("wavedistill.attribution.blackbox._LARGEST_BASIS", LENGTH - 1)
    x, noise, blocks = normal(60, LENGTH), 0.5, 100
    samples = blocks * (LENGTH if way == "bases" else 1)
    found = blackbox(function, x, noise=noise, n_samples=samples, batch_size=5000)
    errors = found.multipliers - smoothed(function, x, noise * x.std(axis=0))
    z = errors / found.standard_error
    # With few blocks and skewed estimates the quotient is not quite normal.
    assert 0.8 < (z**2).mean() < 1.3
    # A bias shared by examples, such as from a wrong law of lengths, would show here.
    along = errors @ SLOPES / np.sqrt(found.standard_error**2 @ SLOPES**2)
    assert abs(along.mean()) < 0.5


@VAGUE
@pytest.mark.parametrize("way", ["bases", "directions"])
def test_the_error_shrinks_as_the_root_of_the_samples(way, monkeypatch):
    if way == "directions":
        monkeypatch.setattr("wavedistill.attribution.blackbox._LARGEST_BASIS", LENGTH - 1)
    x = normal(40, LENGTH)
    target = smoothed(wave, x, 0.5 * x.std(axis=0))
    errors = [
        np.sqrt(np.mean((blackbox(wave, x, noise=0.5, n_samples=n).multipliers - target) ** 2))
        for n in (8 * LENGTH, 16 * 8 * LENGTH)
    ]
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.25)


def test_estimates_approach_the_gradient_of_a_smooth_model():
    torch = pytest.importorskip("torch")
    pytest.importorskip("captum")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        teacher = torch.nn.Sequential(
            torch.nn.Linear(32, 16), torch.nn.Tanh(), torch.nn.Linear(16, 2)
        ).double()
    x = normal(20, 32)
    exact = attribute(teacher, x, target=1).multipliers
    function = lambda rows: teacher(torch.tensor(rows)).detach().numpy()  # noqa: E731
    errors = [
        np.linalg.norm(blackbox(function, x, target=1, noise=s).multipliers - exact)
        / np.linalg.norm(exact)
        for s in (0.3, 0.03, 0.003)
    ]
    assert errors[2] < 1e-4
    assert errors[0] > 5 * errors[1] > 25 * errors[2]


@VAGUE
@pytest.mark.parametrize("samples", [2 * LENGTH, 2 * LENGTH - 1])
def test_examples_have_directions_of_their_own(samples):
    rows, x = [], np.tile(normal(LENGTH), (30, 1))
    scale = np.full(LENGTH, 0.1)  # by itself, equal at all positions
    blackbox(lambda x: rows.append(x) or wave(x), x, n_samples=samples, noise=scale)
    steps = np.concatenate(rows[1:]) - x[1]
    directions = np.unique((steps / np.linalg.norm(steps, axis=1, keepdims=True)).round(5), axis=0)
    assert len(steps) == 30 * 2 * samples
    # Few signs are there for bases of so few dimensions, so that some meet again.
    assert len(directions) > len(steps) / 2


@VAGUE
@pytest.mark.parametrize("samples", [2 * LENGTH, 5, 30])
def test_batches_bound_the_rows_and_do_not_change_the_result(samples):
    rows = []

    def counted(x):
        rows.append(len(x))
        return wave(x)

    x = normal(7, LENGTH)
    whole = blackbox(wave, x, n_samples=samples, batch_size=10_000)
    for size in (1, 2, 5, 16, 100):
        rows.clear()
        found = blackbox(counted, x, n_samples=samples, batch_size=size)
        assert max(rows) <= size
        assert len(rows) < 8 * (2 * 7 * samples) / size + 8, "batches are put to use"
        np.testing.assert_allclose(found.multipliers, whole.multipliers, atol=1e-12)
        np.testing.assert_allclose(found.standard_error, whole.standard_error, atol=1e-12)


def test_draws_follow_the_random_state_and_leave_the_global_one_alone():
    x, before = normal(3, LENGTH), np.random.get_state()[1].copy()  # noqa: NPY002
    found = blackbox(wave, x, 3).multipliers
    np.testing.assert_array_equal(found, blackbox(wave, x, np.random.default_rng(3)).multipliers)
    assert not np.array_equal(found, blackbox(wave, x, 4).multipliers)
    assert not np.array_equal(*(blackbox(wave, x, None).multipliers for _ in range(2)))
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def several(x):
    return np.stack([wave(x), linear(x), wave(2 * x)], axis=1)


def test_the_kinds_of_target_agree():
    x = normal(5, LENGTH)
    every = blackbox(several, x, target="all", batch_size=20)
    assert every.multipliers.shape == every.standard_error.shape == (15, LENGTH)
    blocks, errors = (a.reshape(3, 5, LENGTH) for a in (every.multipliers, every.standard_error))
    np.testing.assert_allclose(blocks[1], np.tile(SLOPES, (5, 1)), atol=1e-11)
    for number in range(3):
        for target in (number, lambda out, t=number: out[:, t]):
            found = blackbox(several, x, target=target)
            np.testing.assert_allclose(found.multipliers, blocks[number], atol=1e-12)
            np.testing.assert_allclose(found.standard_error, errors[number], atol=1e-12)
    labels = np.array([2, 0, 1, 1, 0])
    for size in (3, 20, 256):
        found = blackbox(several, x, target=labels, batch_size=size)
        np.testing.assert_allclose(found.multipliers, blocks[labels, np.arange(5)], atol=1e-12)


def test_a_callable_target_takes_whatever_the_function_returns():
    found = blackbox(lambda x: {"a": linear(x)}, normal(3, LENGTH), target=lambda out: out["a"])
    np.testing.assert_allclose(found.multipliers, np.tile(SLOPES, (3, 1)), atol=1e-11)


@pytest.mark.parametrize("shape", [(LENGTH,), (2, 3), (1, 3, 5), (1,)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_and_dtype_are_kept_and_the_data_is_not_touched(shape, dtype):
    x, seen = normal(4, *shape).astype(dtype), []
    before = x.copy()

    def careless(rows):
        seen.append((rows.shape[1:], rows.dtype))
        out = linear(rows)
        rows[:] = 0
        return out

    found = blackbox(careless, x)
    np.testing.assert_array_equal(x, before)
    assert set(seen) == {(shape, np.dtype(dtype))}
    assert found.multipliers.shape == found.standard_error.shape == x.shape
    assert found.multipliers.dtype == found.standard_error.dtype == dtype
    expected = np.resize(SLOPES, x[0].size).reshape(shape)
    np.testing.assert_allclose(found.multipliers[0], expected, atol=2e-5)


def test_long_signals_are_attributed_by_single_directions(monkeypatch):
    monkeypatch.setattr("wavedistill.attribution.blackbox._LARGEST_BASIS", 4)
    evaluated = []
    with pytest.warns(UserWarning, match="standard error of the estimated gradient"):
        found = blackbox(lambda x: evaluated.append(len(x)) or linear(x), normal(3, LENGTH))
    assert sum(evaluated) == 3 + 3 * 2 * (2 * 4)
    assert (found.standard_error > 0.1).all(), "not exact, and it says so"


def test_results_survive_a_round_trip(tmp_path):
    found = blackbox(wave, normal(3, LENGTH))
    found.save(tmp_path / "a.npz")
    loaded = Attributions.load(tmp_path / "a.npz")
    np.testing.assert_array_equal(loaded.multipliers, found.multipliers)
    np.testing.assert_array_equal(loaded.standard_error, found.standard_error)


def with_gap(x):
    return np.where(x[:, 0] > 50, np.nan, 0.0)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"predict": 3}, TypeError, "type int, which cannot be called"),
        ({"n_samples": 1}, ValueError, "n_samples=1 must be at least 2"),
        ({"noise": -1}, ValueError, "noise=-1 must be a positive number"),
        ({"x": np.ones((3, LENGTH))}, ValueError, "X is constant"),
        ({"x": np.full((3, LENGTH), np.nan)}, ValueError, "X contains NaN"),
        ({"baselines": 0.0}, ValueError, r"baselines=0.0 is given, and method='blackbox' takes n_"),
        ({"device": "cpu"}, ValueError, "device='cpu' is given, and method='blackbox' has none"),
        ({"target": 3, "predict": several}, ValueError, "target=3 is out of range.*0 to 2"),
        ({"predict": several}, ValueError, "target=None, and the model has 3 outputs"),
        ({"predict": np.sum}, ValueError, r"an array of shape \(\) for 4 examples, and an array"),
        ({"predict": lambda x: ["a"] * len(x)}, TypeError, "what the model returns has dtype <U1"),
        ({"predict": lambda x: {"a": 1}}, TypeError, "what the model returns .* real numbers"),
        ({"target": lambda out: out[0]}, ValueError, r"target returns an array of shape \(\)"),
        ({"predict": with_gap}, ValueError, "the model returns NaN .* for 2 of .*t index 2;"),
    ],
)
def test_what_does_not_suit_is_refused(change, error, message):
    x = normal(4, LENGTH)
    x[2:, 0] = 100
    arguments = {"predict": wave, "x": x, "noise": 0.01, **change}
    with pytest.raises(error, match=message):
        blackbox(**arguments)


def test_a_module_is_sent_to_its_gradients():
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match=r"Linear, a torch\.nn\.Module.*one of 'saliency'"):
        blackbox(torch.nn.Linear(LENGTH, 1), normal(3, LENGTH))


def test_gradient_boosting_is_attributed_where_its_information_is():
    x = normal(400, 12)
    y = 2 * x[:, 3] - 3 * x[:, 4]
    model = GradientBoostingRegressor(n_estimators=60, random_state=0).fit(x, y)
    found = blackbox(model.predict, x[:30], noise=0.5, n_samples=60)
    assert np.isfinite(found.standard_error).all()
    means = found.multipliers.mean(axis=0)
    assert means[3] > 1
    assert means[4] < -1.5
    assert abs(np.delete(means, [3, 4])).max() < 0.2
    coefficients = found.coefficients("haar", 1)
    assert abs(coefficients).mean(axis=0).argmax() in (1, 2, 6 + 1, 6 + 2)


@pytest.mark.slow
def test_jax_functions_are_attributed():
    jax = pytest.importorskip("jax")
    function = jax.jit(lambda x: jax.numpy.sin(x @ SLOPES))
    x = normal(5, LENGTH).astype(np.float32)
    expected = jax.vmap(jax.grad(lambda row: jax.numpy.sin(row @ SLOPES)))(x)
    found = blackbox(function, x, noise=0.01)
    np.testing.assert_allclose(found.multipliers, expected, atol=5e-3)
