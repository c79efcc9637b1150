"""`attribute` of PyTorch models: its numbers, in any batches, shapes and dtypes."""

import numpy as np
import pytest
import pywt

torch = pytest.importorskip("torch")
pytest.importorskip("captum")

from captum.attr import IntegratedGradients  # noqa: E402
from torch import nn  # noqa: E402

from tests.attribution.teachers import ARGUMENTS, LENGTH, METHODS, Recurrent, mlp, signals  # noqa: E402
from wavedistill.attribution import Attributions, attribute  # noqa: E402
from wavedistill.modes import MODES  # noqa: E402
from wavedistill.wavelets import Wavelet, WaveletTransform  # noqa: E402


def torch_synthesis(wavelet, levels, length, mode):
    """PyWavelets' synthesis as a matrix that autograd can go through: signal = w @ matrix."""
    layout = WaveletTransform(wavelet, levels, mode).layout(length)
    bands = layout.split(np.eye(layout.total))
    matrix = pywt.waverec(bands, wavelet.to_pywt(), mode=mode)[:, :length]
    return torch.from_numpy(matrix.copy())


@pytest.mark.parametrize("length", [24, 29])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("orthonormal", [True, False])
def test_saliency_of_coefficients_is_the_gradient_through_the_synthesis(mode, length, orthonormal):
    teacher, x = mlp(length), signals(4, length)
    h = Wavelet.from_name("db3").lowpass
    wavelet = Wavelet(h if orthonormal else h + 0.1 * np.random.default_rng(2).normal(size=6))
    synthesis = torch_synthesis(wavelet, 2, length, mode)
    w = torch.from_numpy(WaveletTransform(wavelet, 2, mode).analysis(x)).requires_grad_()
    residual = (torch.from_numpy(x) - w @ synthesis).detach()
    (expected,) = torch.autograd.grad(teacher(w @ synthesis + residual).sum(), w)
    found = attribute(teacher, x).coefficients(wavelet, 2, mode)
    np.testing.assert_allclose(found, expected.numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("length", [24, 29])
@pytest.mark.parametrize("mode", MODES)
def test_integrated_gradients_of_coefficients_are_those_of_the_reparametrised_model(mode, length):
    teacher, x, start = mlp(length), signals(3, length), signals(4, length)[3]
    wavelet = Wavelet.from_name("db3")
    synthesis = torch_synthesis(wavelet, 2, length, mode)
    expected = IntegratedGradients(lambda w: teacher(w @ synthesis)).attribute(
        torch.from_numpy(WaveletTransform(wavelet, 2, mode).analysis(x)),
        torch.from_numpy(WaveletTransform(wavelet, 2, mode).analysis(np.tile(start, (3, 1)))),
        n_steps=8,
    )
    found = attribute(teacher, x, "integrated_gradients", baselines=start, steps=8)
    np.testing.assert_allclose(
        found.coefficients(wavelet, 2, mode), expected.detach().numpy(), rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("baseline", ["default", "number", "example", "examples"])
@pytest.mark.parametrize("batch_size", [1, 2, 256])
def test_integrated_gradients_add_up_to_the_change_of_the_output(baseline, batch_size):
    teacher, x = mlp(), signals()
    given = {"number": 0.5, "example": signals(6)[5], "examples": signals(10)[5:]}
    options = {} if baseline == "default" else {"baselines": given[baseline]}
    start = np.broadcast_to(options.get("baselines", 0.0), x.shape)
    with torch.no_grad():
        change = (teacher(torch.tensor(x)) - teacher(torch.tensor(start)))[:, 0].numpy()
    found = attribute(
        teacher, x, "integrated_gradients", steps=60, batch_size=batch_size, **options
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


def test_attributions_of_a_saved_teacher_survive_a_round_trip(tmp_path):
    found = attribute(mlp(), signals(), "integrated_gradients")
    found.save(tmp_path / "a.npz")
    loaded = Attributions.load(tmp_path / "a.npz")
    np.testing.assert_array_equal(loaded.multipliers, found.multipliers)
    np.testing.assert_array_equal(loaded.inputs, found.inputs)
