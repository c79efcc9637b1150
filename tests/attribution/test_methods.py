"""Expected gradients, DeepLIFT and SmoothGrad: the facts that define each of them."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("captum")

from captum.attr import GradientShap  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from wavedistill.attribution import TrimModel, attribute  # noqa: E402
from wavedistill.wavelets import WaveletTransform  # noqa: E402

LENGTH = 16


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def mlp(activation=nn.Tanh, outputs=1):
    return nn.Sequential(nn.Linear(LENGTH, 9), activation(), nn.Linear(9, outputs)).double()


def outputs_of(teacher, x):
    with torch.no_grad():
        return teacher(torch.tensor(x)).squeeze(1).numpy()


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def expected(teacher, x, background, draws, seed=0, **options):
    return attribute(
        teacher,
        x,
        "expected_gradients",
        baselines=background,
        n_samples=draws,
        random_state=seed,
        **options,
    )


def test_expected_gradients_are_gradients_on_the_lines_from_background_examples():
    x, background = normal(5, LENGTH), normal(3, LENGTH, seed=1)
    found = expected(Function(lambda x: (x**2).sum(1) / 2), x, background, 40)
    assert found.multipliers.shape == found.inputs.shape == (40, 5, LENGTH)
    assert found.baseline_axis
    assert len(found) == 5
    starts = x - found.inputs
    which = abs(starts[:, :, None] - background).max(-1).argmin(-1)
    np.testing.assert_allclose(starts, background[which], atol=1e-15)
    assert set(which.ravel()) == {0, 1, 2}
    # The gradient of half a squared length is the point itself.
    fractions = (found.multipliers - starts) / found.inputs
    np.testing.assert_allclose(fractions, fractions[..., :1].repeat(LENGTH, -1), atol=1e-9)
    assert 0 < fractions.min() < 0.05
    assert 0.95 < fractions.max() < 1
    assert len(np.unique(fractions[..., 0].round(9))) == 200, "a draw for each pair"


def test_expected_gradients_add_up_to_the_change_from_the_mean_output():
    teacher, x, background = mlp(), normal(4, LENGTH), normal(6, LENGTH, seed=1)
    change = outputs_of(teacher, x) - outputs_of(teacher, background).mean()
    found = expected(teacher, x, background, 8000)
    sums = (found.inputs * found.multipliers).sum(-1)
    error = sums.std(axis=0) / np.sqrt(8000)
    assert (error < 0.05 * abs(change).max()).all()
    assert (abs(sums.mean(axis=0) - change) < 4 * error).all()


@pytest.mark.slow
def test_expected_gradients_of_coefficients_are_those_of_captum_in_expectation():
    teacher, x, background = mlp(), normal(3, LENGTH), normal(4, LENGTH, seed=1)
    draws, transform = 4000, WaveletTransform("db2", 2, "symmetric")
    found = expected(teacher, x, background, draws)
    pairs = np.stack(
        [
            transform.analysis(inputs) * transform.adjoint(multipliers)
            for inputs, multipliers in zip(found.inputs, found.multipliers, strict=True)
        ]
    )
    total = transform.layout(LENGTH).total
    matrix = torch.tensor(transform.synthesis(np.eye(total), LENGTH))
    trim = TrimModel(teacher, lambda w: w @ matrix)
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    try:
        # With noise of scale 0, GradientSHAP has the randomness of expected gradients.
        reference = GradientShap(trim).attribute(
            torch.tensor(transform.analysis(x)),
            torch.tensor(transform.analysis(background)),
            n_samples=draws,
            stdevs=0.0,
        )
    finally:
        np.random.set_state(before)  # noqa: NPY002
    coefficients = found.coefficients(transform)
    np.testing.assert_allclose(coefficients, pairs.mean(axis=0), atol=1e-14)
    error = pairs.std(axis=0) * np.sqrt(2 / draws)
    assert error.max() < 0.1 * abs(coefficients).max()
    z = (coefficients - reference.detach().numpy()) / error
    assert abs(z).max() < 4.5
    assert 0.6 < (z**2).mean() < 1.6


@pytest.mark.parametrize("method", ["expected_gradients", "smoothgrad"])
def test_draws_follow_the_random_state_and_leave_the_global_ones_alone(method):
    teacher, x = mlp(), normal(4, LENGTH)
    background = {"baselines": normal(5, LENGTH)} if method == "expected_gradients" else {}

    def found(state):
        return attribute(teacher, x, method, random_state=state, **background).multipliers

    before = np.random.get_state()[1].copy(), torch.get_rng_state()  # noqa: NPY002
    np.testing.assert_array_equal(found(3), found(3))
    np.testing.assert_array_equal(found(3), found(np.random.default_rng(3)))
    assert not np.array_equal(found(3), found(4))
    assert not np.array_equal(found(None), found(None))
    np.testing.assert_array_equal(np.random.get_state()[1], before[0])  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), before[1])
    with pytest.raises(TypeError, match="random_state='a' must be a non-negative whole number"):
        found("a")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"baselines": None}, "needs baselines: background examples .* such as the tr"),
        ({"baselines": np.zeros(LENGTH)}, r"baselines have shape \(16,\); give background"),
        ({"baselines": np.zeros((2, 3))}, r"baselines have shape \(2, 3\)"),
        ({"baselines": np.full((1, LENGTH), np.nan)}, "baselines contains NaN"),
        ({"n_samples": 0}, "n_samples=0 must be at least 1"),
    ],
)
def test_expected_gradients_without_a_background_are_refused(change, message):
    arguments = {"baselines": normal(2, LENGTH), **change}
    with pytest.raises(ValueError, match=message):
        attribute(mlp(), normal(3, LENGTH), "expected_gradients", **arguments)


@pytest.mark.parametrize("start", ["zero", "example", "examples"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_deeplift_of_a_relu_network_is_the_rescale_rule(start, dtype):
    teacher, x = mlp(nn.ReLU).to(dtype), normal(7, LENGTH)
    shape = {"zero": (), "example": (LENGTH,), "examples": (7, LENGTH)}[start]
    given = normal(*shape, seed=3) if shape else 0.0
    origin = np.broadcast_to(given, x.shape)
    found = attribute(teacher, x, "deeplift", baselines=given, batch_size=4)
    first, last = (teacher[i].weight.detach().double().numpy() for i in (0, 2))
    bias = teacher[0].bias.detach().double().numpy()
    here, there = x @ first.T + bias, origin @ first.T + bias
    slopes = (here.clip(0) - there.clip(0)) / (here - there)
    assert ((slopes > 0) & (slopes < 1)).any(), "some activations change sides"
    tolerance = 1e-12 if dtype == torch.float64 else 1e-4
    np.testing.assert_allclose(found.multipliers, slopes * last @ first, atol=tolerance)
    np.testing.assert_array_equal(found.inputs, x - origin)


@pytest.mark.slow
@pytest.mark.parametrize("pool", [nn.MaxPool1d(2), nn.AvgPool1d(2), nn.Identity()])
@pytest.mark.parametrize(
    "activation", [nn.ReLU, nn.Tanh, nn.Sigmoid, nn.Softplus, nn.ELU, nn.LeakyReLU]
)
def test_deeplift_adds_up_to_the_change_of_the_output(activation, pool):
    teacher = nn.Sequential(
        nn.Unflatten(1, (1, -1)),
        nn.Conv1d(1, 4, 5, padding=2),
        activation(),
        pool,
        nn.Conv1d(4, 3, 3),
        activation(),
        nn.Flatten(),
        nn.LazyLinear(2),
    ).double()
    x, start = normal(5, LENGTH), normal(LENGTH, seed=3)
    for number in range(2):
        change = outputs_of(lambda v, n=number: teacher(v)[:, n : n + 1], x) - outputs_of(
            lambda v, n=number: teacher(v)[:, n : n + 1], start[None]
        )
        found = attribute(teacher, x, "deeplift", target=number, baselines=start, batch_size=4)
        np.testing.assert_allclose((found.inputs * found.multipliers).sum(1), change, atol=1e-12)
        coefficients = found.coefficients("db2", 2, "periodization")
        np.testing.assert_allclose(coefficients.sum(1), change, atol=1e-12)


class Twice(nn.Module):
    def __init__(self, again):
        super().__init__()
        self.first, self.last = nn.Linear(LENGTH, 4).double(), nn.Linear(4, 1).double()
        self.act = nn.ReLU()
        self.again = again

    def forward(self, x):
        hidden = self.act(self.first(x))
        return self.last(self.again(self, hidden - 0.1))


TWICE = {
    "module": lambda self, hidden: self.act(hidden),
    "softmax": lambda self, hidden: self.soft(hidden),
    "function": lambda self, hidden: functional.relu(hidden),
    "failure": lambda self, hidden: hidden.undefined,
}


@pytest.mark.parametrize("kind", TWICE)
def test_deeplift_refuses_or_warns_and_leaves_nothing_on_the_modules(kind):
    teacher = Twice(TWICE[kind])
    teacher.soft = nn.Softmax(1)
    teacher.act.output = "the user's own"  # type: ignore[assignment]
    before = [dict(vars(m)) for m in teacher.modules()]
    x = normal(3, LENGTH)
    if kind == "function":
        with pytest.warns(UserWarning, match=r"miss the change of the output by up to \d+\.\d%"):
            attribute(teacher, x, "deeplift")
    else:
        error, message = {
            "module": (ValueError, "'act', a ReLU, is called again; give each call"),
            "softmax": (ValueError, "does not suit the Softmax 'soft'; give a model that ends"),
            "failure": (ValueError, "fails on X.* with AttributeError: .*undefined"),
        }[kind]
        with pytest.raises(error, match=message):
            attribute(teacher, x, "deeplift")
    assert [dict(vars(m)) for m in teacher.modules()] == before


def test_deeplift_leaves_no_hooks_when_the_model_fails_within():
    teacher, calls = Twice(lambda self, hidden: hidden), []

    def fail(module, inputs, output):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the teacher fails")

    handle = teacher.last.register_forward_hook(fail)
    with pytest.raises(RuntimeError, match="the teacher fails"):
        attribute(teacher, normal(3, LENGTH), "deeplift")
    handle.remove()
    hooks = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks")
    assert not any(getattr(m, kind) for m in teacher.modules() for kind in hooks)
    assert not {"input", "output"} & set(vars(teacher.act))


def test_smoothgrad_is_the_gradient_of_the_average_over_noise():
    weights = torch.linspace(1, 4, LENGTH, dtype=torch.float64)
    teacher, x, samples = Function(lambda x: torch.sin(weights * x).sum(1)), normal(4, LENGTH), 4000
    sharp = weights.numpy() * np.cos(weights.numpy() * x)
    for noise in (0.1, 0.3):
        found = attribute(
            teacher, x, "smoothgrad", n_samples=samples, noise=noise, random_state=0
        ).multipliers
        damped = sharp * np.exp(-((weights.numpy() * noise * x.std()) ** 2) / 2)
        error = weights.numpy() / np.sqrt(2 * samples)
        assert (abs(found - damped) / error).max() < 4.5
        assert (abs(found - sharp) / error).max() > (4.5 if noise == 0.1 else 30)


def test_noise_is_drawn_for_each_value_of_each_example():
    x = normal(4, LENGTH)
    found = attribute(Function(lambda x: (x**2).sum(1) / 2), x, "smoothgrad", n_samples=5)
    noise = (found.multipliers - x).ravel()
    assert len(np.unique(noise.round(12))) == x.size
    assert noise.std() == pytest.approx(0.1 * x.std() / np.sqrt(5), rel=0.5)


def test_smoothgrad_of_a_linear_model_is_its_gradient():
    teacher = nn.Linear(LENGTH, 1).double()
    found = attribute(teacher, normal(4, LENGTH), "smoothgrad", n_samples=3)
    assert found.inputs is None
    np.testing.assert_allclose(found.multipliers, teacher.weight.detach().expand(4, -1), atol=1e-15)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": np.ones((3, LENGTH))}, "X is constant, and the noise"),
        ({"noise": 0.0}, "noise=0.0 must be a positive number"),
        ({"noise": np.inf}, "noise=inf must be a positive"),
        ({"noise": "a"}, "noise='a' must be a positive"),
        ({"n_samples": 0}, "n_samples=0 must be at least 1"),
    ],
)
def test_noise_that_does_not_suit_is_refused(change, message):
    arguments = {"X": normal(3, LENGTH), **change}
    with pytest.raises(ValueError, match=message):
        attribute(mlp(), method="smoothgrad", **arguments)
