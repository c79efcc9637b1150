"""`attribute` of PyTorch models: its numbers, what it refuses, the teacher left as found."""

from contextlib import nullcontext
from typing import get_args

import numpy as np
import pytest
import pywt

torch = pytest.importorskip("torch")
pytest.importorskip("captum")

from captum.attr import IntegratedGradients  # noqa: E402
from torch import nn  # noqa: E402

from wavedistill.attribution import Attributions, attribute  # noqa: E402
from wavedistill.checks import Mode  # noqa: E402
from wavedistill.wavelets import CoefficientLayout, Wavelet, analysis  # noqa: E402

LENGTH = 24

BACKGROUND = np.random.default_rng(5).normal(size=(4, LENGTH))

#: Every gradient method, with what it needs.
ARGUMENTS = {
    "saliency": {},
    "input_x_gradient": {},
    "integrated_gradients": {"steps": 4},
    "expected_gradients": {"baselines": BACKGROUND, "n_samples": 3, "random_state": 0},
    "deeplift": {},
    "smoothgrad": {"n_samples": 4, "random_state": 0},
}
METHODS = tuple(ARGUMENTS)
AT_THE_EXAMPLES = ("saliency", "input_x_gradient", "integrated_gradients")


@pytest.fixture(autouse=True)
def _seeded():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def signals(n=5, *shape, dtype=np.float64):
    rng = np.random.default_rng(1)
    return rng.normal(size=(n, *(shape or (LENGTH,)))).astype(dtype)


def mlp(length=LENGTH, outputs=1):
    return nn.Sequential(nn.Linear(length, 7), nn.Tanh(), nn.Linear(7, outputs), nn.Tanh()).double()


def torch_synthesis(wavelet, levels, length, mode):
    """PyWavelets' synthesis as a matrix that autograd can go through: signal = w @ matrix."""
    layout = CoefficientLayout(length, len(wavelet.lowpass), levels, mode)
    bands = layout.split(np.eye(layout.total))
    matrix = pywt.waverec(bands, wavelet.to_pywt(), mode=mode)[:, :length]
    return torch.from_numpy(matrix.copy())


@pytest.mark.parametrize("length", [24, 29])
@pytest.mark.parametrize("mode", get_args(Mode))
@pytest.mark.parametrize("orthonormal", [True, False])
def test_saliency_of_coefficients_is_the_gradient_through_the_synthesis(mode, length, orthonormal):
    teacher, x = mlp(length), signals(4, length)
    h = Wavelet.from_name("db3").lowpass
    wavelet = Wavelet(h if orthonormal else h + 0.1 * np.random.default_rng(2).normal(size=6))
    synthesis = torch_synthesis(wavelet, 2, length, mode)
    w = torch.from_numpy(analysis(x, wavelet, 2, mode)).requires_grad_()
    residual = (torch.from_numpy(x) - w @ synthesis).detach()
    (expected,) = torch.autograd.grad(teacher(w @ synthesis + residual).sum(), w)
    found = attribute(teacher, x).coefficients(wavelet, 2, mode)
    np.testing.assert_allclose(found, expected.numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("length", [24, 29])
@pytest.mark.parametrize("mode", get_args(Mode))
def test_integrated_gradients_of_coefficients_are_those_of_the_reparametrised_model(mode, length):
    teacher, x, start = mlp(length), signals(3, length), signals(4, length)[3]
    wavelet = Wavelet.from_name("db3")
    synthesis = torch_synthesis(wavelet, 2, length, mode)
    expected = IntegratedGradients(lambda w: teacher(w @ synthesis)).attribute(
        torch.from_numpy(analysis(x, wavelet, 2, mode)),
        torch.from_numpy(analysis(np.tile(start, (3, 1)), wavelet, 2, mode)),
        n_steps=8,
    )
    found = attribute(teacher, x, "integrated_gradients", baselines=start, steps=8)
    np.testing.assert_allclose(
        found.coefficients(wavelet, 2, mode), expected.detach().numpy(), rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("baseline", ["none", "number", "example", "examples"])
@pytest.mark.parametrize("batch_size", [1, 2, 256])
def test_integrated_gradients_add_up_to_the_change_of_the_output(baseline, batch_size):
    teacher, x = mlp(), signals()
    given = {"none": None, "number": 0.5, "example": signals(6)[5], "examples": signals(10)[5:]}
    baselines = given[baseline]
    start = np.broadcast_to(0.0 if baselines is None else baselines, x.shape)
    with torch.no_grad():
        change = (teacher(torch.tensor(x)) - teacher(torch.tensor(start)))[:, 0].numpy()
    found = attribute(
        teacher, x, "integrated_gradients", baselines=baselines, steps=60, batch_size=batch_size
    )
    np.testing.assert_array_equal(found.inputs, x - start)
    # Captum rounds its quadrature weights to single precision.
    np.testing.assert_allclose((found.inputs * found.multipliers).sum(1), change, atol=2e-7)
    for mode in ("zero", "symmetric", "periodization"):
        np.testing.assert_allclose(
            found.coefficients("db4", 2, mode).sum(1), change, atol=2e-7, err_msg=mode
        )


def test_gradients_keep_their_signs_and_products_have_the_input():
    teacher = nn.Linear(LENGTH, 1).double()
    weight = teacher.weight.detach().numpy()
    assert (weight < 0).any()
    x = signals()
    saliency = attribute(teacher, x)
    assert saliency.inputs is None
    product = attribute(teacher, x, "input_x_gradient")
    for found in (saliency, product):
        np.testing.assert_allclose(found.multipliers, np.tile(weight, (5, 1)), atol=1e-15)
    np.testing.assert_array_equal(product.inputs, x)
    assert not np.shares_memory(product.inputs, x)
    assert (saliency.method, product.method) == ("saliency", "input_x_gradient")


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.cells = kind(1, 6, num_layers=2, batch_first=True, bidirectional=True, dropout=0.3)
        self.head = nn.Linear(12, 1)

    def forward(self, x):
        return self.head(self.cells(x[..., None])[0][:, -1])


class Attention(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.embed = nn.Linear(4, 8)
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.2, batch_first=True)
        self.mix = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.pool = nn.MultiheadAttention(8, 2, batch_first=True, dropout=0.2)
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        tokens = self.mix(self.embed(x.unflatten(1, (-1, 4))))
        return self.head(self.pool(tokens, tokens, tokens)[0].mean(1))


class Convolutions(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(1, 4, 5), nn.BatchNorm1d(4), nn.GELU(), nn.Dropout(0.5), nn.Conv1d(4, 1, 3)
        )

    def forward(self, x):
        return self.body(x[:, None]).mean((1, 2))


TEACHERS = {
    "LSTM": lambda: Recurrent(nn.LSTM),
    "GRU": lambda: Recurrent(nn.GRU),
    "attention": lambda: Attention(2),
    "convolutions": Convolutions,
}


@pytest.mark.parametrize("name", TEACHERS)
@pytest.mark.parametrize("training", [True, False])
def test_gradients_agree_with_finite_differences(name, training):
    teacher = TEACHERS[name]().double().train(training)
    x, direction, step = signals(), signals(10)[5:], 1e-5
    found = attribute(teacher, x, batch_size=2).multipliers
    teacher.eval()
    with torch.no_grad():
        up, down = (teacher(torch.tensor(x + s * direction)) for s in (step, -step))
    slopes = ((up - down) / (2 * step)).numpy().ravel()
    assert abs(slopes).max() > 1e-3
    np.testing.assert_allclose((found * direction).sum(1), slopes, rtol=1e-5, atol=1e-9)


def test_cudnn_is_off_for_recurrent_layers_and_only_then():
    seen = []
    for teacher in (Recurrent(nn.LSTM), mlp()):
        teacher.register_forward_hook(lambda *_: seen.append(torch.backends.cudnn.enabled))
        attribute(teacher, signals(1), batch_size=1)
        assert torch.backends.cudnn.enabled
    assert seen == [False, False, True, True]


@pytest.mark.parametrize("method", METHODS)
def test_the_kinds_of_target_agree(method):
    teacher, x, options = mlp(outputs=3), signals(), ARGUMENTS[method]
    every = attribute(teacher, x, method, target="all", batch_size=2, **options)
    assert len(every) == 15
    leading = every.multipliers.shape[:-2]
    blocks = every.multipliers.reshape(*leading, 3, 5, LENGTH)
    blocks = np.moveaxis(blocks, -3, 0)
    assert abs(blocks[0] - blocks[1]).max() > 1e-3
    for number in range(3):
        by_number = attribute(teacher, x, method, target=number, **options)
        by_function = attribute(
            teacher, x, method, target=lambda out, t=number: out[:, t], **options
        )
        for found in (by_number, by_function):
            np.testing.assert_allclose(found.multipliers, blocks[number], atol=1e-14)
    labels = np.array([2, 0, 1, 1, 0])
    for given in (labels, labels.astype(np.uint8), labels.tolist(), torch.tensor(labels)):
        for size in (2, 256):
            found = attribute(teacher, x, method, target=given, batch_size=size, **options)
            for example, label in enumerate(labels):
                np.testing.assert_allclose(
                    found.multipliers[..., example, :],
                    blocks[label][..., example, :],
                    atol=1e-14,
                    err_msg=str(given),
                )
    if method in ("saliency", "smoothgrad"):
        assert every.inputs is None
    elif method == "expected_gradients":
        np.testing.assert_array_equal(every.inputs, np.tile(found.inputs, (1, 3, 1)))
    else:
        np.testing.assert_array_equal(every.inputs, np.tile(x, (3, 1)))


class Reshaped(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.body, self.shape = mlp(), shape

    def forward(self, x):
        out = self.body(x)
        return {"column": out, "flat": out[:, 0], "squeezed": out.squeeze()}[self.shape]


@pytest.mark.parametrize("shape", ["column", "flat", "squeezed"])
def test_one_output_needs_no_target(shape):
    # Batches of 2 leave a last one of a single example, whose squeezed output has no axis.
    teacher, x = Reshaped(shape), signals()
    expected = attribute(teacher.body, x, target=0).multipliers
    for target in (None, 0, np.int64(0), "all", np.zeros(5, int)):
        found = attribute(teacher, x, target=target, batch_size=2).multipliers
        np.testing.assert_allclose(found, expected, atol=1e-14)


class Mapping(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = mlp(outputs=2)

    def forward(self, x):
        return {"logits": self.body(x), "label": "a"}


def test_a_callable_target_takes_whatever_the_model_returns():
    teacher, x = Mapping(), signals()
    found = attribute(teacher, x, target=lambda out: out["logits"][:, 1:])
    expected = attribute(teacher.body, x, target=1)
    np.testing.assert_allclose(found.multipliers, expected.multipliers, atol=1e-14)


@pytest.mark.parametrize("method", METHODS)
def test_batches_do_not_change_the_result(method):
    teacher, x, options = mlp(), signals(7), ARGUMENTS[method]
    whole = attribute(teacher, x, method, **options)
    for size in (1, 3, 7):
        found = attribute(teacher, x, method, batch_size=size, **options)
        np.testing.assert_allclose(found.multipliers, whole.multipliers, atol=1e-14)


@pytest.mark.parametrize("method", METHODS)
def test_the_model_never_gets_more_rows_than_the_batch_size(method):
    teacher, rows = mlp(), []
    teacher.register_forward_pre_hook(lambda _, args: rows.append(len(args[0])))
    attribute(teacher, signals(7), method, batch_size=3, **ARGUMENTS[method])
    assert max(rows) == 3
    rows.clear()
    attribute(teacher, signals(7), method, batch_size=8, **ARGUMENTS[method])
    assert max(rows) >= 7


@pytest.mark.parametrize("shape", [(3, 8), (8, 3), (1, 4, 6)])
def test_channels_and_images_keep_their_shape(shape):
    teacher = nn.Sequential(nn.Flatten(), mlp())
    x = signals(5, *shape)
    found = attribute(teacher, x, "integrated_gradients", baselines=x[0], batch_size=2)
    assert found.multipliers.shape == found.inputs.shape == x.shape
    flat = attribute(teacher[1], x.reshape(5, -1), "integrated_gradients", baselines=x[0].ravel())
    np.testing.assert_allclose(found.multipliers.reshape(5, -1), flat.multipliers, atol=1e-14)


@pytest.mark.parametrize("data", [np.float32, np.float64])
@pytest.mark.parametrize("model", [torch.float32, torch.float64, torch.bfloat16])
def test_the_model_runs_in_its_dtype_and_results_come_in_that_of_the_data(data, model):
    teacher, x, seen = mlp().to(model), signals(dtype=data), []
    teacher.register_forward_pre_hook(lambda _, args: seen.append(args[0].dtype))
    found = attribute(teacher, x, "integrated_gradients", steps=3)
    assert set(seen) == {model}
    assert found.multipliers.dtype == found.inputs.dtype == data


def test_tensors_are_taken_like_arrays():
    teacher, x = mlp(), signals()
    expected = attribute(teacher, x).multipliers
    for tensor in (torch.tensor(x), torch.tensor(x, requires_grad=True)):
        np.testing.assert_array_equal(attribute(teacher, tensor).multipliers, expected)
    rough = attribute(teacher, torch.tensor(x).bfloat16())
    assert rough.multipliers.dtype == np.float32


def incomplete(method):
    """DeepLIFT's rule does not reach what the module computes by itself."""
    return pytest.warns(UserWarning, match="miss") if method == "deeplift" else nullcontext()


class InPlace(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = mlp()

    def forward(self, x):
        return self.body(x.mul_(2).clamp_(-1, 1))


@pytest.mark.parametrize("method", METHODS)
def test_a_model_that_changes_its_input_in_place_leaves_the_data_alone(method):
    teacher, x, options = InPlace(), signals(), ARGUMENTS[method]
    before = x.copy()
    tensor = torch.tensor(x)
    with incomplete(method):
        found = attribute(teacher, x, method, **options).multipliers
    with incomplete(method):
        attribute(teacher, tensor, method, **options)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(tensor.numpy(), before)
    assert (found == 0).any() == (method != "integrated_gradients")


@pytest.mark.parametrize("change", ["read-only", "reversed", "strided"])
def test_any_layout_of_memory_will_do(change):
    x = signals()
    if change == "read-only":
        x.flags.writeable = False
    elif change == "reversed":
        x = x[::-1, ::-1]
    else:
        x = np.repeat(x, 2, axis=1)[:, ::2]
    teacher = mlp()
    expected = attribute(teacher, x.copy()).multipliers
    np.testing.assert_array_equal(attribute(teacher, x).multipliers, expected)


@pytest.mark.parametrize("guard", [torch.no_grad, torch.inference_mode, torch.enable_grad])
@pytest.mark.parametrize("method", METHODS)
def test_the_grad_mode_of_the_caller_neither_matters_nor_changes(guard, method):
    teacher, x, options = mlp(), signals(), ARGUMENTS[method]
    expected = attribute(teacher, x, method, **options).multipliers
    with guard():
        before = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
        tensor = torch.tensor(x)
        found = attribute(teacher, tensor, method, target="all", **options).multipliers
        with pytest.raises(ValueError, match="target=4"):
            attribute(teacher, tensor, method, target=4, **options)
        assert (torch.is_grad_enabled(), torch.is_inference_mode_enabled()) == before
    np.testing.assert_array_equal(found, expected)


class Restless(nn.Module):
    """Draws random numbers, counts its calls in two buffers, and can fail at one of them."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(LENGTH)
        self.frozen = nn.Sequential(nn.Linear(LENGTH, LENGTH), nn.BatchNorm1d(LENGTH))
        self.dropout = nn.Dropout(0.5)
        self.cells = nn.LSTM(1, 3, batch_first=True)
        self.head = nn.Linear(3, 1)
        self.register_buffer("calls", torch.zeros(()))
        self.register_buffer("replaced", torch.zeros(()))
        self.fails_at = None
        self.seen = []

    def train(self, mode=True):
        super().train(mode)
        self.frozen.eval()
        return self

    def forward(self, x):
        self.calls += 1
        self.replaced = self.replaced + 1
        self.seen.append([m.training for m in self.modules()])
        self.seen.append([p.requires_grad for p in self.parameters()])
        if self.calls == self.fails_at:
            raise RuntimeError("the teacher fails")
        x = self.dropout(self.frozen(self.norm(x))) * (1 + 0 * torch.rand(()))
        return self.head(self.cells(x[..., None])[0][:, -1])


def restless(fails_at):
    teacher = Restless().double().train()
    teacher.dropout.eval()
    teacher(torch.randn(4, LENGTH, dtype=torch.float64)).sum().backward()
    teacher.calls.zero_()
    teacher.fails_at = fails_at
    teacher.head.weight.requires_grad_(False)
    teacher.head.weight.grad = None
    teacher.register_forward_hook(lambda *_: None)
    teacher.head.register_forward_pre_hook(lambda *_: None)
    teacher.head.register_full_backward_hook(lambda *_: None)
    return teacher


def hooks(teacher):
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return [
        (name, kind, list(getattr(m, kind).items()))
        for name, m in teacher.named_modules()
        for kind in kinds
    ]


def state(teacher):
    """Everything about a teacher that an attribution must not touch, by identity and by value."""
    tensors = {**dict(teacher.named_parameters()), **dict(teacher.named_buffers())}
    return {
        "identities": {name: id(t) for name, t in tensors.items()},
        "values": {name: t.detach().clone() for name, t in tensors.items()},
        "gradient identities": {n: id(p.grad) for n, p in teacher.named_parameters()},
        "gradients": {
            n: p.grad.clone() for n, p in teacher.named_parameters() if p.grad is not None
        },
        "flags": {name: t.requires_grad for name, t in tensors.items()},
        "modes": {name: m.training for name, m in teacher.named_modules()},
        "hooks": hooks(teacher),
        "random": torch.get_rng_state(),
        "grad mode": (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
        "cudnn": torch.backends.cudnn.enabled,
    }


@pytest.mark.parametrize("guard", [torch.enable_grad, torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fails_at", [None, 1, 3])
def test_the_teacher_is_left_exactly_as_found(method, fails_at, guard):
    teacher, x = restless(fails_at), signals(6)
    with guard():
        before = state(teacher)
        teacher.seen.clear()
        assert len(before["gradients"]) == len(list(teacher.parameters())) - 1
        if fails_at:
            with pytest.raises(RuntimeError, match="the teacher fails"):
                attribute(teacher, x, method, batch_size=3, **ARGUMENTS[method])
        else:
            with incomplete(method):
                attribute(teacher, x, method, batch_size=3, **ARGUMENTS[method])
        after = state(teacher)
    assert len(teacher.seen) >= 2 * (fails_at or 3)
    assert not any(map(any, teacher.seen)), "in evaluation mode, with nothing else to differentiate"
    for key, value in before.items():
        if (
            isinstance(value, dict)
            and value
            and isinstance(next(iter(value.values())), torch.Tensor)
        ):
            assert value.keys() == after[key].keys()
            for name, tensor in value.items():
                assert torch.equal(tensor, after[key][name]), (key, name)
        elif isinstance(value, torch.Tensor):
            assert torch.equal(value, after[key]), key
        else:
            assert value == after[key], key


def test_a_graph_of_the_callers_stays_valid():
    teacher, x = nn.Sequential(nn.BatchNorm1d(LENGTH), mlp()).double().eval(), signals()
    loss = teacher(torch.tensor(x)).sum()
    attribute(teacher, x)
    loss.backward()
    assert all(p.grad is not None for p in teacher.parameters())


def test_attributions_of_a_saved_teacher_survive_a_round_trip(tmp_path):
    found = attribute(mlp(), signals(), "integrated_gradients")
    found.save(tmp_path / "a.npz")
    loaded = Attributions.load(tmp_path / "a.npz")
    np.testing.assert_array_equal(loaded.multipliers, found.multipliers)
    np.testing.assert_array_equal(loaded.inputs, found.inputs)


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def with_gap(x, value=np.nan):
    x = x.copy()
    x[3, 2] = value
    return x


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"model": len}, TypeError, "builtin_function_or_method.*torch.nn.Module"),
        ({"model": nn.Linear}, TypeError, "type type.*torch.nn.Module"),
        ({"model": np.sum, "method": "deeplift"}, TypeError, "'deeplift'.*method='blackbox'"),
        ({"method": "blackbox"}, TypeError, "'blackbox'.*one of 'saliency'"),
        ({"method": "lime"}, ValueError, "'lime' is not known.*'saliency', 'input_x_gradient', 'i"),
        ({"X": with_gap(signals())}, ValueError, r"X contains NaN.*\(3, 2\)"),
        ({"X": with_gap(signals(), np.inf)}, ValueError, r"X contains NaN or infinity: 1 of"),
        ({"X": np.empty((0, LENGTH))}, ValueError, "X is empty"),
        ({"X": np.ones(LENGTH)}, ValueError, "X has 1 axis"),
        ({"X": np.array([["a"]])}, TypeError, "X has dtype <U1"),
        ({"batch_size": 0}, ValueError, "batch_size=0 must be at least 1"),
        ({"batch_size": 2.5}, TypeError, "batch_size=2.5 must be a whole number"),
        ({"steps": 0}, ValueError, "steps=0 must be at least 1"),
        ({"target": None}, ValueError, "target=None, and the model has 3 outputs"),
        ({"target": 3}, ValueError, "target=3 is out of range.*numbered from 0 to 2"),
        ({"target": -1}, ValueError, "target=-1 must be at least 0"),
        ({"target": True}, TypeError, "target has dtype bool"),
        ({"target": 1.0}, TypeError, "target has dtype float64"),
        ({"target": "each"}, ValueError, "target='each' must be a number"),
        ({"target": np.zeros(4, int)}, ValueError, r"target has shape \(4,\), and X has 5"),
        ({"target": np.zeros((5, 1), int)}, ValueError, r"target has shape \(5, 1\)"),
        ({"target": np.zeros(5)}, TypeError, "target has dtype float64"),
        ({"target": np.array([0, 1, 2, 3, 7])}, ValueError, "holds 3 at index 3.*2 of 5 labels"),
        ({"target": [0, 1, -1, 0, 0]}, ValueError, "target holds -1 at index 2"),
        ({"target": lambda out: out}, ValueError, r"target returns a tensor of shape \(2, 3\) for"),
        ({"target": lambda out: 1.0}, ValueError, "target returns a value of type float for 2"),
        ({"target": lambda out: out.sum()}, ValueError, r"target returns a tensor of shape \(\)"),
        ({"target": lambda out: out[:, 0].detach()}, ValueError, "does not depend on the input"),
        ({"baselines": 0.0}, ValueError, "method='saliency' has none"),
        ({"baselines": 0.0, "method": "input_x_gradient"}, ValueError, "gradient' has none"),
        ({"noise": 0.1}, ValueError, "noise is given, and method='saliency' has none"),
        ({"n_samples": 5, "method": "deeplift"}, ValueError, "n_samples is given.*'smoothgrad'"),
        ({"device": "meta"}, ValueError, r"device='meta', and the model is on 'cpu'"),
    ],
)
def test_wrong_arguments_are_refused_before_the_second_batch(change, error, message):
    teacher, calls = mlp(outputs=3), []
    teacher.register_forward_hook(lambda *_: calls.append(1))
    arguments = {"model": teacher, "X": signals(), "target": 0, "batch_size": 2, **change}
    with pytest.raises(error, match=message):
        attribute(**arguments)
    assert len(calls) <= 1, "at most the first batch, which tells the number of outputs"


@pytest.mark.parametrize(
    ("baselines", "message"),
    [
        (np.nan, "baselines contains NaN"),
        (np.zeros(3), r"baselines have shape \(3,\).*\(24,\).*\(5, 24\)"),
        (np.zeros((1, LENGTH)), r"baselines have shape \(1, 24\)"),
        (with_gap(signals()), "baselines contains NaN"),
    ],
)
def test_baselines_that_do_not_suit_are_refused(baselines, message):
    for method in ("integrated_gradients", "deeplift"):
        with pytest.raises(ValueError, match=message):
            attribute(mlp(), signals(), method, baselines=baselines)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: (x, x), "the model returns a value of type tuple for 2 examples.*callable"),
        (lambda x: x.sum(), r"a tensor of shape \(\) for 2"),
        (lambda x: x.reshape(-1, 3), r"a tensor of shape \(16, 3\) for 2 examples"),
        (lambda x: x[:, None], r"a tensor of shape \(2, 1, 24\)"),
        (lambda x: x[:, :0], r"a tensor of shape \(2, 0\)"),
        (lambda x: x.argmax(1), "does not depend on the input.*argmax"),
        (lambda x: x[:, 0].detach(), "does not depend on the input"),
        (lambda x: torch.ones(len(x)), "does not depend on the input"),
    ],
)
def test_models_without_one_differentiable_number_per_example_are_refused(function, message):
    with pytest.raises(ValueError, match=message):
        attribute(Function(function), signals(), target=0, batch_size=2)


@pytest.mark.parametrize("method", AT_THE_EXAMPLES)
@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: x.mean(1) / (x[:, 0] != 7), "the model returns NaN or infinity"),
        (lambda x: (x[:, 0] - 7).abs().sqrt(), "multipliers hold NaN or infinity"),
    ],
)
@pytest.mark.parametrize(
    ("batch_size", "where"), [(4, "2 of the first 8"), (256, "3 of the first 9")]
)
def test_outputs_and_gradients_that_are_not_finite_are_refused(
    method, function, message, batch_size, where
):
    x = signals(9)
    x[[4, 5, 8], 0] = 7.0
    start = x if method == "integrated_gradients" else None
    with pytest.raises(ValueError, match=f"{message} for {where} examples, the first at index 4;"):
        attribute(Function(function), x, method, batch_size=batch_size, baselines=start, steps=5)


def test_gradients_too_large_for_the_data_are_refused():
    teacher = Function(lambda x: x.mean(1))
    teacher.scale = nn.Parameter(torch.tensor(1e50, dtype=torch.float64))
    teacher.function = lambda x: x.mean(1) * teacher.scale
    with pytest.raises(ValueError, match="saliency multipliers hold NaN or infinity for 5 of"):
        attribute(teacher, signals(dtype=np.float32))


def test_a_gradient_that_reaches_only_other_tensors_is_refused():
    other = torch.ones((), requires_grad=True)
    with pytest.raises(ValueError, match="does not depend on the input"):
        attribute(Function(lambda x: x[:, 0].detach() * other), signals())
    assert other.grad is None


def test_parameters_made_in_inference_mode_keep_their_flags():
    with torch.inference_mode():
        teacher = mlp()
    with pytest.raises(RuntimeError, match="Inference tensors"):
        attribute(teacher, signals())
    assert all(p.requires_grad for p in teacher.parameters())


def test_all_zero_multipliers_are_for_others_to_judge():
    found = attribute(Function(lambda x: 0 * x.sum(1)), signals())
    assert not found.multipliers.any()
