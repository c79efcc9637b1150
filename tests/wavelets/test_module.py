"""`WaveletLayer`: the transform in a network, orthonormal whatever its angles become."""

import copy
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import wavedistill as wd
from tests.helpers import MODES, normal
from wavedistill.wavelets import Lattice

torch = pytest.importorskip("torch")

from torch.nn.utils import parametrize  # noqa: E402

DIFFERENT = ["db3", "haar", "sym4"]


def layer_of(*arguments, **settings):
    return wd.WaveletLayer(*arguments, dtype=torch.float64, **settings)


def trained(layer, x, steps=5):
    """The layer after a few steps that make coefficients sparse."""
    # By hand, since the import of torch.optim takes seconds.
    free = [parameter for parameter in layer.parameters() if parameter.requires_grad]
    for _ in range(steps):
        slopes = torch.autograd.grad(layer(x).abs().mean(), free)
        with torch.no_grad():
            for parameter, slope in zip(free, slopes, strict=True):
                parameter -= 0.05 * slope
    return layer


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("wavelet", ["db4", DIFFERENT])
@pytest.mark.parametrize(
    ("shape", "axes"),
    [((3, 2, 33), -1), ((3, 33, 2), 1), ((2, 9, 12), (-2, -1)), ((2, 9, 3, 12), (1, 3))],
)
def test_coefficients_and_signals_are_those_of_the_transform(mode, wavelet, shape, axes):
    transform = wd.WaveletTransform(wavelet, 3, mode, axes)
    layer, x = layer_of(transform), normal(*shape)
    lengths = transform.decomposition.lengths(shape)
    expected = transform.analysis(x)
    found = layer(torch.tensor(x))
    assert found.shape == expected.shape
    # PyWavelets' filters are orthonormal to 1e-12 or so, those of the lattice to rounding.
    rounding = 1e-11 * np.abs(expected).max()
    np.testing.assert_allclose(found.detach(), expected, rtol=0, atol=rounding)
    np.testing.assert_allclose(layer.inverse(found, lengths).detach(), x, rtol=0, atol=rounding)
    assert layer.layout(lengths) == transform.layout(lengths)


def test_filters_stay_orthonormal_while_they_are_trained():
    x = torch.tensor(normal(8, 64).cumsum(axis=1))
    layer = layer_of("db4", levels=3, trainable=True, per_level=True)
    before = layer(x).abs().mean().item()
    trained(layer, x)
    assert layer(x).abs().mean().item() < before
    learned = layer.transform()
    assert len(set(learned.wavelets)) == 3
    for wavelet in learned.wavelets:
        wavelet.require_orthonormal()
        assert wavelet.origin == {"levels": 3, "mode": "zero", "axes": [-1], "start": "db4"}
    np.testing.assert_allclose(layer.inverse(layer(x), 64).detach(), x, atol=1e-10)
    np.testing.assert_allclose(layer(x).detach(), learned.analysis(x.numpy()), atol=1e-10)


def test_a_layer_goes_into_a_network_and_learns_there():
    x = torch.tensor(normal(40, 32), dtype=torch.float32)
    layer = wd.WaveletLayer("sym4", levels=2, trainable=True)
    network = torch.nn.Sequential(layer, torch.nn.Linear(layer.layout(32).total, 1))
    assert len(list(network.parameters())) == 3
    network(x).square().mean().backward()
    (angles,) = layer.parameters()
    assert angles.shape == (3,)
    assert angles.dtype == torch.float32
    assert angles.grad.abs().max() > 0
    expected = wd.WaveletTransform("sym4", 2).analysis(x.numpy())
    np.testing.assert_allclose(layer(x).detach(), expected, atol=1e-5)


def test_a_frozen_layer_has_nothing_to_learn_until_it_is_told_to():
    layer = wd.WaveletLayer("db2")
    assert not any(parameter.requires_grad for parameter in layer.parameters())
    assert layer.transform() == wd.WaveletTransform("db2")
    assert layer.transform().wavelet.name == "db2"
    assert layer.double().transform().wavelet.name == "db2"
    assert layer_of("db2").float().transform().wavelet.name == "db2"
    layer.requires_grad_(True)
    trained(layer, torch.tensor(normal(4, 32)))
    assert layer.transform().wavelet.name == ""


@pytest.mark.parametrize("per_level", [False, True])
def test_a_state_dict_brings_the_filters_back(per_level, tmp_path):
    x = torch.tensor(normal(4, 32))
    layer = trained(layer_of("db3", levels=2, trainable=True, per_level=per_level), x)
    torch.save(layer.state_dict(), tmp_path / "layer.pt")
    other = layer_of("sym3", levels=2, per_level=per_level)
    other.load_state_dict(torch.load(tmp_path / "layer.pt", weights_only=True))
    assert other.transform() == layer.transform()
    np.testing.assert_array_equal(other(x).detach(), layer(x).detach())
    np.testing.assert_array_equal(copy.deepcopy(layer)(x).detach(), layer(x).detach())


@pytest.mark.parametrize("mode", ["zero", "periodization", "smooth"])
@pytest.mark.parametrize(("shape", "axes"), [((2, 9), -1), ((5, 4), (-2, -1))])
def test_first_and_second_derivatives_are_right(mode, shape, axes):
    layer = layer_of(["db2", "db3"], mode=mode, axes=axes, trainable=True)
    names = [name for name, _ in layer.named_parameters()]
    angles = [parameter.detach().requires_grad_() for parameter in layer.parameters()]
    x = torch.tensor(normal(*shape), requires_grad=True)
    lengths = shape if len(shape) == 2 and axes != -1 else shape[-1]

    def there_and_back(signals, *free):
        state: dict[str, Any] = dict(zip(names, free, strict=True))
        found = torch.func.functional_call(layer, state, (signals,))
        with torch.no_grad():
            size = layer.layout(lengths).total
        assert found.shape[axes if axes == -1 else 0] == size
        return found

    assert torch.autograd.gradcheck(there_and_back, (x, *angles), fast_mode=True)
    assert torch.autograd.gradgradcheck(there_and_back, (x, *angles), fast_mode=True)


@pytest.mark.parametrize("mode", ["zero", "periodization"])
def test_derivatives_of_the_inverse_are_right(mode):
    z_size = wd.WaveletTransform("db2", 2, mode).layout(7).total
    angle = torch.tensor([0.4], dtype=torch.float64, requires_grad=True)
    z = torch.tensor(normal(2, z_size), requires_grad=True)
    layer = layer_of("db2", levels=2, mode=mode, trainable=True)
    (parameter,) = layer.parameters()

    layer.forward = lambda coefficients: layer.inverse(coefficients, 7)
    name = "filters.0.parametrizations.lowpass.original"
    assert dict(layer.named_parameters())[name] is parameter

    def inverse(coefficients, free):
        return torch.func.functional_call(layer, {name: free}, (coefficients,))

    assert torch.autograd.gradcheck(inverse, (z, angle))
    assert torch.autograd.gradgradcheck(inverse, (z, angle), fast_mode=True)


@pytest.mark.parametrize("taps", [2, 4, 10, 24])
def test_the_parametrization_is_the_lattice(taps):
    free = normal(taps // 2 - 1)
    orthonormal = wd.wavelets.OrthonormalFilter()
    found = orthonormal(torch.tensor(free))
    np.testing.assert_allclose(found, Lattice(taps).forward(free), atol=1e-14)
    back = orthonormal.right_inverse(found)
    np.testing.assert_allclose(orthonormal(back), found, atol=1e-12)


def test_a_filter_can_be_assigned_and_must_be_a_wavelet():
    layer = layer_of("db2")
    sym2 = wd.Wavelet.from_name("sym2").lowpass[::-1].copy()
    layer.filters[0].lowpass = torch.tensor(sym2)
    np.testing.assert_allclose(layer.transform().wavelet.lowpass, sym2, atol=1e-12)
    with pytest.raises(ValueError, match="angles need an orthonormal filter"):
        layer.filters[0].lowpass = torch.ones(4, dtype=torch.float64)
    own = torch.nn.Module()
    own.lowpass = torch.nn.Parameter(torch.tensor(sym2, dtype=torch.float32))
    parametrize.register_parametrization(own, "lowpass", wd.wavelets.OrthonormalFilter())
    np.testing.assert_allclose(own.lowpass.detach(), sym2, atol=1e-6)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"trainable=True with 2 taps: .* such as 'db2'"):
        wd.WaveletLayer("haar", trainable=True)
    with pytest.raises(ValueError, match="a WaveletLayer's angles need an orthonormal filter"):
        wd.WaveletLayer([0.5, 0.5, 0.5, 0.5])
    with pytest.raises(ValueError, match="the 3 levels have wavelets of their own"):
        wd.WaveletLayer(DIFFERENT, per_level=False)
    layer = wd.WaveletLayer("db2", levels=2)
    with pytest.raises(TypeError, match=r"x is torch.float64 and the layer torch.float32; .*x.to"):
        layer(torch.zeros(2, 16, dtype=torch.float64))
    with pytest.raises(ValueError, match=r"z has 5 coefficients along axis 1, .*\(16,\) have 21"):
        layer.inverse(torch.zeros(2, 5), 16)
    with pytest.raises(ValueError, match=r"lengths=\(4, 4\) gives 2 sizes, .* 1 axes"):
        layer.inverse(torch.zeros(2, 5), (4, 4))


def test_printing_tells_what_the_layer_does():
    assert "4 taps, levels=2, mode='reflect', axes=(-1,)" in str(
        wd.WaveletLayer("db2", levels=2, mode="reflect")
    )


def test_the_room_of_wavelets_needs_no_pytorch():
    code = (
        "import sys, wavedistill.wavelets as w\n"
        "assert 'torch' not in sys.modules\n"
        "sys.modules['torch'] = None\n"
        "try: w.WaveletLayer\n"
        "except ImportError as error: assert 'wavedistill[torch]' in str(error), error\n"
        "else: raise SystemExit(1)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
