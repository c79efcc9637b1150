"""`TrimModel`: attributions to the coefficients of any transform, by any method."""

import warnings

import numpy as np
import pytest
from sklearn.decomposition import NMF, PCA

torch = pytest.importorskip("torch")
pytest.importorskip("captum")

from captum.attr import (  # noqa: E402
    DeepLift,
    FeatureAblation,
    IntegratedGradients,
    KernelShap,
    Lime,
    NoiseTunnel,
    Saliency,
)
from torch import nn  # noqa: E402

from wavedistill.attribution import TrimModel, attribute  # noqa: E402
from wavedistill.wavelets import Wavelet, WaveletTransform  # noqa: E402

LENGTH = 16
DB3 = WaveletTransform("db3", 2, "symmetric")


def signals(n=5):
    return np.random.default_rng(0).normal(size=(n, LENGTH)) + 1


def teacher(outputs=1):
    return nn.Sequential(nn.Linear(LENGTH, 6), nn.Tanh(), nn.Linear(6, outputs)).double().eval()


def linear(weights=None):
    model = nn.Linear(LENGTH, 1).double()
    if weights is not None:
        model.weight.data[:] = torch.as_tensor(weights)
    return model


def dwt(x):
    w = DB3.analysis(x)
    matrix = torch.tensor(DB3.synthesis(np.eye(w.shape[1]), LENGTH))
    return torch.tensor(w), lambda w: w @ matrix


def fft(x):
    w = torch.view_as_real(torch.fft.rfft(torch.tensor(x)))
    return w, lambda w: torch.fft.irfft(torch.view_as_complex(w), n=LENGTH)


def pca(x):
    fitted = PCA(3).fit(np.random.default_rng(1).normal(size=(50, LENGTH)))
    basis, mean = (torch.tensor(a) for a in (fitted.components_, fitted.mean_))
    return torch.tensor(fitted.transform(x)), lambda w: w @ basis + mean


def nmf(x):
    fitted = NMF(4, init="random", random_state=0, max_iter=2000, tol=1e-3)
    w = fitted.fit_transform(abs(x))
    basis = torch.tensor(fitted.components_)
    return torch.tensor(w), lambda w: w @ basis


TRANSFORMS = {"dwt": dwt, "fft": fft, "pca": pca, "nmf": nmf}
LOSSY = ("pca", "nmf")


def jacobian_transposed(inverse, w, gradients):
    """Of each example, by one perturbation of each coefficient: exact, the inverses are affine."""
    units = torch.eye(w[0].numel(), dtype=w.dtype).reshape(-1, *w.shape[1:])
    changes = inverse(units) - inverse(torch.zeros_like(units))
    return (gradients @ changes.T).reshape(w.shape)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_the_model_is_evaluated_at_the_signals_and_gradients_go_through_the_inverse(name):
    x, model = signals(), teacher()
    w, inverse = TRANSFORMS[name](x)
    trim = TrimModel(model, inverse)
    attributed, held = trim.split(w, torch.tensor(x))
    assert (float(abs(held[0]).max()) > 0.1) == (name in LOSSY)
    torch.testing.assert_close(trim(attributed, *held), model(torch.tensor(x)))
    found = Saliency(trim).attribute(
        attributed.requires_grad_(), abs=False, additional_forward_args=held
    )
    gradients = torch.tensor(attribute(model, x).multipliers)
    torch.testing.assert_close(found, jacobian_transposed(inverse, w, gradients))


@pytest.mark.parametrize("orthonormal", [True, False])
@pytest.mark.parametrize("mode", ["zero", "symmetric", "periodization"])
def test_saliency_through_a_wavelet_is_that_of_attributions(mode, orthonormal):
    h = Wavelet.from_name("db3").lowpass
    wavelet = Wavelet(h if orthonormal else h + 0.1 * np.linspace(-1, 1, 6))
    x, model = signals(), teacher()
    transform = WaveletTransform(wavelet, 2, mode)
    w = transform.analysis(x)
    matrix = torch.tensor(transform.synthesis(np.eye(w.shape[1]), LENGTH))
    trim = TrimModel(model, lambda w: w @ matrix)
    attributed, held = trim.split(torch.tensor(w), torch.tensor(x))
    found = Saliency(trim).attribute(
        attributed.requires_grad_(), abs=False, additional_forward_args=held
    )
    expected = attribute(model, x).coefficients(transform)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-13)


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("method", ["integrated gradients", "deeplift"])
def test_path_methods_add_up_with_the_residual_held(name, method):
    x, model = signals(), teacher()
    w, inverse = TRANSFORMS[name](x)
    trim = TrimModel(model, inverse)
    attributed, held = trim.split(w, torch.tensor(x))
    start = attributed.roll(1, 0)
    change = (trim(attributed, *held) - trim(start, *held))[:, 0]
    if method == "deeplift":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = DeepLift(trim).attribute(attributed, start, additional_forward_args=held)
    else:
        # In pieces, so that rows and what travels with them are repeated and cut alike.
        found = IntegratedGradients(trim).attribute(
            attributed, start, additional_forward_args=held, n_steps=60, internal_batch_size=7
        )
    torch.testing.assert_close(found.flatten(1).sum(1), change, atol=1e-6, rtol=0)
    assert (abs(change) > 1e-3).all()


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("per_eval", [1, 4])
def test_feature_ablation_measures_the_change_without_a_coefficient(name, per_eval):
    x, model = signals(), teacher()
    w, inverse = TRANSFORMS[name](x)
    trim = TrimModel(model, inverse)
    attributed, held = trim.split(w, torch.tensor(x))
    found = FeatureAblation(trim).attribute(
        attributed, additional_forward_args=held, target=0, perturbations_per_eval=per_eval
    )
    for index in np.ndindex(*w.shape[1:]):
        without = w.clone()
        without[(slice(None), *index)] = 0
        there = torch.tensor(x) + inverse(without) - inverse(w)
        change = (model(torch.tensor(x)) - model(there))[:, 0]
        torch.testing.assert_close(found[(slice(None), *index)], change.detach(), atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("method", [Lime, KernelShap])
def test_surrogates_find_the_effects_of_a_linear_model(name, method):
    x = signals(3)
    w, inverse = TRANSFORMS[name](x)
    w, x = w[:, :3], torch.tensor(x)  # few enough to be told apart by few samples
    keep = slice(3)
    full, inverse = TRANSFORMS[name](x.numpy())
    model = linear(np.linspace(-1, 1, LENGTH))
    trim = TrimModel(model, inverse, where=keep)
    attributed, held = trim.split(full, x)
    effects = (
        attributed
        * jacobian_transposed(inverse, full, model.weight.detach().expand(3, -1))[:, keep]
    )
    options = {}
    if method is Lime:
        from captum._utils.models.linear_model import SkLearnLinearRegression

        options["interpretable_model"] = SkLearnLinearRegression()
    surrogate = method(trim, **options)
    for row in range(3):
        found = surrogate.attribute(
            attributed[row : row + 1],
            additional_forward_args=tuple(h[row : row + 1] for h in held),
            n_samples=300,
            perturbations_per_eval=50,
        )
        torch.testing.assert_close(
            found.to(effects),
            effects[row : row + 1],
            atol=2e-3 * float(effects.abs().max()),
            rtol=0,
        )


def test_several_examples_at_once_take_their_own_residuals_in_surrogates_and_noise():
    x, model = signals(3), teacher()
    w, inverse = pca(x)
    trim = TrimModel(model, inverse)
    attributed, held = trim.split(w, torch.tensor(x))
    with pytest.warns(UserWarning, match="multiple inputs for Lime / Kernel SHAP"):
        found = KernelShap(trim).attribute(attributed, additional_forward_args=held, n_samples=200)
    change = trim(attributed, *held) - trim(torch.zeros_like(attributed), *held)
    torch.testing.assert_close(found.sum(1, keepdim=True).double(), change, atol=1e-3, rtol=0)
    smooth = NoiseTunnel(Saliency(trim)).attribute(
        attributed, nt_samples=3, stdevs=1e-9, additional_forward_args=held, abs=False
    )
    gradients = torch.tensor(attribute(model, x).multipliers)
    torch.testing.assert_close(
        smooth, jacobian_transposed(inverse, w, gradients), atol=1e-6, rtol=0
    )


BANDS = DB3.layout(LENGTH).slices
WHERES = {
    "integer": 2,
    "slice": BANDS[1],
    "integers": [0, 3, 5],
    "mask": torch.arange(BANDS[-1].stop) % 3 == 0,
    "array mask": np.arange(BANDS[-1].stop) % 3 == 0,
}


@pytest.mark.parametrize("kind", WHERES)
def test_a_subset_is_attributed_with_the_others_held(kind):
    where, x, model = WHERES[kind], signals(), teacher()
    w, inverse = dwt(x)
    trim, whole = TrimModel(model, inverse, where=where), TrimModel(model, inverse)
    attributed, held = trim.split(w, torch.tensor(x))
    torch.testing.assert_close(attributed, w[:, where])
    torch.testing.assert_close(trim(attributed, *held), model(torch.tensor(x)))
    of_all = Saliency(whole).attribute(
        w.clone().requires_grad_(), abs=False, additional_forward_args=held[:1]
    )
    found = Saliency(trim).attribute(
        attributed.requires_grad_(), abs=False, additional_forward_args=held
    )
    torch.testing.assert_close(found, of_all[:, where])
    # A path from zero of these alone, with all the others where they were.
    path = IntegratedGradients(trim).attribute(
        attributed, additional_forward_args=held, n_steps=60, internal_batch_size=7
    )
    without = w.clone()
    without[:, where] = 0
    change = (model(torch.tensor(x)) - model(inverse(without) + held[0]))[:, 0]
    torch.testing.assert_close(path.reshape(len(x), -1).sum(1), change, atol=1e-6, rtol=0)


def test_several_axes_are_indexed_by_a_tuple():
    x, model = signals(), teacher()
    w, inverse = fft(x)
    attributed, held = TrimModel(model, inverse, where=(slice(1, 4), 0)).split(w, torch.tensor(x))
    torch.testing.assert_close(attributed, w[:, 1:4, 0])
    assert held[1].shape == w.shape


def test_nothing_that_was_given_changes_and_no_graph_is_kept():
    x, model = torch.tensor(signals()), teacher().train()
    w, inverse = dwt(x.numpy())
    w.requires_grad_()
    before = w.detach().clone(), x.clone()
    for where in (None, slice(4)):
        trim = TrimModel(model, inverse, where=where)
        attributed, held = trim.split(w, x)
        assert not any(t.requires_grad for t in (attributed, *held))
        (2 * attributed).mul_(3)
        attributed.mul_(2)
        kept = [h.clone() for h in held]
        trim(attributed.requires_grad_(), *held).sum().backward()
        assert all(torch.equal(h, k) for h, k in zip(held, kept, strict=True))
        assert w.grad is None
        assert torch.equal(w, before[0])
        assert torch.equal(x, before[1])
    assert model.training, "wrapping is not switching"


def test_an_inverse_with_parameters_is_part_of_the_module():
    trim = TrimModel(linear(), nn.Linear(3, LENGTH).double())
    assert {name.split(".")[0] for name, _ in trim.named_parameters()} == {"model", "inverse"}


def test_without_signals_there_is_no_residual():
    model = teacher()
    w, inverse = pca(signals())
    trim = TrimModel(model, inverse)
    attributed, held = trim.split(w)
    assert not held[0].any()
    torch.testing.assert_close(trim(attributed, *held), model(inverse(w)))
    torch.testing.assert_close(trim(w), model(inverse(w)))


@pytest.mark.parametrize(
    ("model", "inverse", "message"),
    [
        (lambda x: x, lambda w: w, "model is of type function; give a torch.nn.Module"),
        (nn.Identity(), torch.ones(3), "inverse is of type Tensor; give a function"),
    ],
)
def test_what_is_no_model_or_no_inverse_is_refused(model, inverse, message):
    with pytest.raises(TypeError, match=message):
        TrimModel(model, inverse)


def test_shapes_that_disagree_are_refused():
    w, inverse = dwt(signals())
    x = torch.tensor(signals())
    with pytest.raises(ValueError, match=r"\(5, 15\) for coefficients .*\(5, 16\).*crop or resha"):
        TrimModel(teacher(), lambda w: inverse(w)[:, 1:]).split(w, x)
    with pytest.raises(ValueError, match=r"shape \(5, 16\).*x has shape \(4, 16\)"):
        TrimModel(teacher(), inverse).split(w, x[:4])
    trim = TrimModel(teacher(), inverse, where=slice(3))
    attributed, held = trim.split(w, x)
    with pytest.raises(ValueError, match=r"where=slice.*pass on the tuple that split returned"):
        trim(attributed)
    with pytest.raises(ValueError, match=r"residual has shape \(1, 16\).*what split returned"):
        trim(attributed, held[0][:1], held[1])
    with pytest.raises(TypeError, match="inverse returns a value of type ndarray"):
        TrimModel(teacher(), lambda w: inverse(w).numpy()).split(w, x)
    with pytest.raises(IndexError, match="out of bounds"):
        TrimModel(teacher(), inverse, where=99).split(w, x)


def test_without_the_residual_the_model_sees_what_the_transform_restores():
    torch.manual_seed(0)
    basis, model = torch.randn(3, 8), torch.nn.Linear(8, 1)
    x = torch.randn(5, 8)
    w = x @ torch.linalg.pinv(basis)
    outputs = {}
    for residual in (True, False):
        trim = TrimModel(model, lambda w: w @ basis, residual=residual)
        attributed, held = trim.split(w, x)
        outputs[residual] = trim(attributed, *held)
    torch.testing.assert_close(outputs[True], model(x))
    torch.testing.assert_close(outputs[False], model(w @ basis))
    assert not torch.allclose(outputs[True], outputs[False])
