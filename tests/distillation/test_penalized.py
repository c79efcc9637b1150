"""Eq. 8 with free filters: its terms, what they agree with, and fits by minibatch Adam."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

import wavedistill as wd
from tests.helpers import MODES, central_differences, normal
from wavedistill.distillation import PenalizedSettings
from wavedistill.distillation.objective import Term
from wavedistill.wavelets import Decomposition, WaveletTransform, as_wavelet

torch = pytest.importorskip("torch")

from wavedistill.distillation.penalized import penalties  # noqa: E402
from wavedistill.distillation.penalized.objective import PenalizedObjective  # noqa: E402
from wavedistill.wavelets import tensors  # noqa: E402

LEVELS = 3
FILTER_TERMS = tuple(penalties.FILTER_PENALTIES)
TERMS = {"reconstruction", "sparsity", "interpretation", *FILTER_TERMS}

# The warning has a test of its own elsewhere; oracles warn in their own words.
pytestmark = [
    pytest.mark.filterwarnings("ignore::wavedistill.WaveletWarning"),
    pytest.mark.filterwarnings("ignore:Level value of:UserWarning"),
]


def noisy(taps=10, seed=0, noise=0.1):
    """Daubechies' filter of this length with noise, which makes it no wavelet."""
    clean = wd.Wavelet.from_name(f"db{taps // 2}").lowpass
    return clean + noise * normal(taps, seed=seed) / np.sqrt(taps)


def task(count=600, length=64, seed=0):
    """White noise, and the gradient of a response that three coefficients in DB5 make."""
    transform = WaveletTransform("db5", LEVELS)
    layout = transform.layout(length)
    beta, band = np.zeros(layout.total), layout.slices[2]
    beta[(band.start + band.stop) // 2 + np.arange(-1, 2)] = 2
    gradient = transform.synthesis(beta, length)
    X = normal(count, length, seed=seed).astype(np.float32)
    return X, np.tile(gradient, (count, 1)).astype(np.float32)


def distiller(penalized=None, **parameters):
    settings = PenalizedSettings(**{"epochs": 2, **(penalized or {})})
    defaults = {"levels": LEVELS, "sparsity": 1e-3, "interpretation": 1e-3, "init": noisy()}
    return wd.WaveletDistiller(
        constraint="penalized", penalized=settings, **{**defaults, **parameters}
    )


# The terms


def power(h, frequency):
    return abs(sum(tap * np.exp(-1j * frequency * n) for n, tap in enumerate(h))) ** 2


def overlap(h, shift):
    return sum(h[n] * h[n - shift] for n in range(len(h)) if 0 <= n - shift < len(h))


def filter_formulas(h):
    """The penalties as the paper prints them."""
    taps = len(h)
    g = [(-1) ** n * h[taps - 1 - n] for n in range(taps)]
    frequencies = [2 * np.pi * k / taps for k in range(1, taps + 1)]
    return {
        "lowpass_sum": (sum(h) - np.sqrt(2)) ** 2,
        "highpass_sum": sum(g) ** 2,
        "unit_norm": (sum(tap**2 for tap in h) - 1) ** 2,
        "power_complementarity": sum(
            (power(h, w) + power(h, w + np.pi) - 2) ** 2 for w in frequencies
        ),
        "double_shift": sum(
            (overlap(h, 2 * k) - (k == 0)) ** 2 for k in range(-taps // 2, taps // 2 + 1)
        ),
    }


@pytest.mark.parametrize("taps", [2, 4, 10])
def test_filter_penalties_are_their_formulas(taps):
    h = normal(taps)
    for name, expected in filter_formulas(h).items():
        assert float(getattr(penalties, name)(torch.tensor(h))) == pytest.approx(expected, 1e-12)


@pytest.mark.parametrize("name", ["haar", "db5", "sym8", "coif2"])
def test_orthonormal_wavelets_are_not_penalised(name):
    h = torch.tensor(wd.Wavelet.from_name(name).lowpass)
    assert max(float(penalty(h)) for penalty in penalties.FILTER_PENALTIES.values()) < 1e-19
    assert (
        float(penalties.reconstruction(torch.tensor(normal(4, 33)), h, Decomposition(LEVELS)))
        < 1e-19
    )


@pytest.mark.parametrize("mode", ["zero", "periodization", "symmetric"])
@pytest.mark.parametrize(("shape", "axis"), [((5, 33), -1), ((5, 2, 20), -1), ((5, 20, 2), 1)])
def test_data_terms_are_their_formulas(mode, shape, axis):
    x, h = normal(*shape), noisy(6)
    transform = WaveletTransform(h, LEVELS, mode, axis)
    arguments = torch.tensor(x), torch.tensor(h), transform.decomposition
    coefficients = transform.analysis(x)
    restored = transform.synthesis(coefficients, shape[axis])
    attributions = transform.adjoint(x)
    for name, total in [
        ("reconstruction", np.square(x - restored).sum()),
        ("sparsity", np.abs(coefficients).sum()),
        ("interpretation", np.abs(attributions).sum()),
    ]:
        assert float(getattr(penalties, name)(*arguments)) == pytest.approx(total / 5, 1e-12)


def test_the_published_scaling_differs_by_known_factors():
    paper, published = (penalties.scaling_factors(s, 4) for s in ("paper", "published"))
    assert paper == dict.fromkeys(TERMS, 1.0)
    assert published == {
        **dict.fromkeys(FILTER_TERMS, 1 / 2),
        "power_complementarity": 1 / 4,
        "reconstruction": 1.0,
        "sparsity": 1 / 5,
        "interpretation": 1 / 5,
    }
    with pytest.raises(ValueError, match="scaling='mine' must be 'paper' or 'published'"):
        penalties.scaling_factors("mine", 4)


# The authors' released package as an oracle


def teacher(length, dtype):
    """A smooth model with two outputs, which takes (batch, channels, length)."""
    weights = [torch.tensor(w, dtype=dtype) for w in (normal(length, 12), normal(12, 2, seed=1))]

    class Smooth(torch.nn.Module):  # type: ignore[name-defined]
        def forward(self, x):
            return torch.tanh(x.flatten(1) @ weights[0] / length**0.5) @ weights[1]

    return Smooth()


def input_gradient(model, x, target):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(model(x)[:, target].sum(), x)[0]


def fft_of_old(pairs, signal_ndim):
    """`torch.fft` as PyTorch before 1.8 had it: complex numbers as pairs, one axis."""
    assert signal_ndim == 1
    return torch.view_as_real(torch.fft.fft(torch.view_as_complex(pairs)))


@pytest.fixture
def awave(monkeypatch):
    """The package of release 0.1, with the function of PyTorch that it was written against."""
    package = pytest.importorskip("awave", reason="the authors' package is not installed")
    from awave import losses, trim
    from awave.utils import wave_attributions

    old = SimpleNamespace(**{name: getattr(torch, name) for name in ("stack", "zeros_like", "sum")})
    old.fft = fft_of_old
    return SimpleNamespace(
        DWT1d=package.DWT1d,
        TrimModel=trim.TrimModel,
        Attributer=wave_attributions.Attributer,
        losses=losses,
        call_with_old_fft=lambda f, *a: _with_attribute(monkeypatch, losses, "torch", old, f, *a),
    )


def _with_attribute(monkeypatch, owner, name, value, function, *arguments):
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, value)
        return function(*arguments)


def published_terms(awave, transform, x, model):
    """The terms as the released package computes them, the weights left out."""
    losses = awave.losses
    bands = transform(x)
    trimmed = awave.TrimModel(model, transform.inverse, use_residuals=True)
    attributer = awave.Attributer(trimmed, "Saliency", device="cpu")
    attributions = attributer(bands, target=1, additional_forward_args=x.clone())
    terms = {
        "reconstruction": losses._reconstruction_loss(x, transform.inverse(bands)),
        "sparsity": losses._L1_wave_loss(bands),
        "lowpass_sum": losses._lsum_loss(transform),
        "highpass_sum": losses._hsum_loss(transform),
        "unit_norm": losses._L2norm_loss(transform),
        "power_complementarity": awave.call_with_old_fft(losses._CMF_loss, transform),
        "double_shift": losses._conv_loss(transform),
        "interpretation": losses._L1_attribution_loss(attributions),
    }
    return {name: float(value.detach()) for name, value in terms.items()}


@pytest.mark.parametrize("mode", ["zero", "periodization"])
@pytest.mark.parametrize("shape", [(7, 1, 64), (5, 2, 32)])
@pytest.mark.parametrize(("name", "levels"), [("db5", 2), ("db3", 3), ("coif2", 2)])
def test_every_term_agrees_with_the_published_code(awave, mode, shape, name, levels):
    # Its periodization is another where a level is shorter than the filter, as none is here.
    transform = awave.DWT1d(wave=name, J=levels, mode=mode)
    taps = transform.h0.shape[-1]
    h = (normal(taps, seed=3) / np.sqrt(taps)).astype(np.float32)
    transform.h0.data = torch.tensor(h)[None, None]
    x, model = normal(*shape).astype(np.float32), teacher(shape[1] * shape[2], torch.float32)
    expected = published_terms(awave, transform, torch.tensor(x), model)

    terms = (
        Term("sparsity", 1.0, 1.0, x),
        Term("interpretation", 1.0, 1.0, input_gradient(model, torch.tensor(x), 1).numpy()),
    )
    arguments = x, terms, Decomposition(levels, mode, 2)
    for scaling in ("paper", "published"):
        found = PenalizedObjective(*arguments, scaling=scaling).evaluate(h)
        factors = penalties.scaling_factors(scaling, levels)
        published = penalties.scaling_factors("published", levels)
        assert found.keys() == expected.keys() == TERMS
        for name, value in expected.items():
            own = found[name] * published[name] / factors[name]
            assert own == pytest.approx(value, rel=1e-5), name


def test_with_a_later_pytorch_the_published_code_penalises_something_else(awave):
    # There `torch.fft.fft(pairs, 1)` is the transform of one sample of a real signal.
    transform = awave.DWT1d(wave="db5", J=2)
    then, now = (
        awave.call_with_old_fft(awave.losses._CMF_loss, transform),
        awave.losses._CMF_loss(transform),
    )
    assert float(then.detach()) < 1e-10
    assert abs(complex(now.detach())) > 8


# The gradient of the interpretation term


def trim_saliency(model, x, lowpass, levels, *, create_graph=False):
    """Gradients of f(S_h w + r) by the coefficients w, with r detached (Eq. 7)."""
    length = x.shape[-1]
    decomposition = Decomposition(levels)
    bands = tensors.analysis(x, lowpass, decomposition)
    if not create_graph:
        bands = tuple(band.detach().requires_grad_() for band in bands)
    signals = tensors.synthesis(bands, lowpass, decomposition, (length,))
    residual = x - signals.detach()
    output = model(signals + residual)[:, 0].sum()
    return torch.autograd.grad(output, bands, create_graph=create_graph)


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_the_interpretation_gradient_is_exact_and_double_backpropagation_is_not(noise):
    levels, x, h = 4, torch.tensor(normal(50, 64)), noisy(noise=noise)
    model = teacher(64, torch.float64)
    multipliers = input_gradient(model, x, 0)

    def value(taps):
        attributions = trim_saliency(model, x, torch.tensor(taps), levels)
        return float(penalties.mean_l1_norm(attributions))

    lowpass = torch.tensor(h, requires_grad=True)
    loss = penalties.interpretation(multipliers, lowpass, Decomposition(levels))
    assert float(loss.detach()) == pytest.approx(value(h), rel=1e-12)

    numeric = central_differences(value, h, step=1e-7)
    (exact,) = torch.autograd.grad(loss, lowpass)
    assert relative_distance(exact, numeric) < 1e-6

    # As published: the same value, and its derivative through the model with r held fixed. That
    # moves the argument of f away from x as h moves, though it stays x.
    published = penalties.mean_l1_norm(trim_saliency(model, x, lowpass, levels, create_graph=True))
    assert float(published.detach()) == pytest.approx(value(h), rel=1e-12)
    (doubled,) = torch.autograd.grad(published, lowpass)
    assert relative_distance(doubled, numeric) > 0.2


def relative_distance(found, expected):
    return np.linalg.norm(np.asarray(found) - expected) / np.linalg.norm(expected)


# Fits


def test_all_terms_are_reported_and_add_up():
    X, M = task(50)
    fit = distiller(normalize=False, sparsity=0.02, interpretation=0.03).fit(X, attributions=M)
    h, terms = fit.wavelet_.lowpass, fit.loss_terms_
    assert terms.keys() == TERMS
    assert fit.loss_ == sum(terms.values()) == fit.candidates_[0].loss
    transform = WaveletTransform(h, LEVELS)
    coefficients, attributions = transform.analysis(X), transform.adjoint(M)
    restored = transform.synthesis(coefficients, 64)
    expected = {
        "reconstruction": np.square(X - restored).sum() / 50,
        "sparsity": 0.02 * np.abs(coefficients).sum() / 50,
        "interpretation": 0.03 * np.abs(attributions).sum() / 50,
        **filter_formulas(h),
    }
    assert terms == pytest.approx(expected, rel=1e-4, abs=1e-9)
    assert fit.score(X, attributions=M) == pytest.approx(-fit.loss_)
    assert len(fit.history_) == 1 + fit.n_iter_ == 3
    assert len(fit.candidates_) == 1


def test_without_attributions_and_with_scales():
    X, M = task(50)
    alone = distiller().fit(X)
    assert alone.loss_terms_["interpretation"] == 0
    assert alone.score(X) == pytest.approx(-alone.loss_)
    raw = distiller(normalize=False, sparsity=0.01 / np.abs(X).mean(dtype=np.float64))
    scaled = distiller(sparsity=0.01)
    np.testing.assert_allclose(
        raw.fit(X).wavelet_.lowpass, scaled.fit(X).wavelet_.lowpass, atol=1e-6
    )
    only = distiller(sparsity=0).fit(X, attributions=M)
    assert only.loss_terms_["sparsity"] == 0 < only.loss_terms_["interpretation"]


@pytest.mark.slow
@pytest.mark.parametrize("scaling", ["paper", "published"])
def test_a_fit_from_noise_finds_the_wavelet_of_a_linear_teacher(scaling):
    X, M = task(2000)
    start = wd.Wavelet(noisy(noise=0.15))
    weights = {"sparsity": 1e-4, "interpretation": 0.1, "normalize": False}
    settings = {"epochs": 30, "batch_size": 40, "scaling": scaling}
    fit = distiller(settings, init=start, **weights).fit(X, attributions=M)
    assert fit.loss_ < 0.5 * fit.history_[0]
    assert fit.history_[-1] < fit.history_[1]
    residuals = fit.wavelet_.residuals()
    assert residuals.pop("min_response") > 0.9
    assert max(map(abs, residuals.values())) < 0.01
    assert fit.wavelet_.distance("db5") < 0.05 < 0.5 < start.distance("db5")


def test_history_has_the_start_and_the_mean_of_each_epoch():
    X, M = task(50)
    fit = distiller({"epochs": 1, "batch_size": 30, "learning_rate": 1e-12}).fit(X, attributions=M)
    assert fit.history_ == pytest.approx([fit.loss_] * 2, rel=1e-5)


def test_a_warm_up_leaves_the_teacher_out():
    X, M = task(100)
    settings = {"warm_up": 2, "epochs": 1, "learning_rate": 1e-5}
    warmed = distiller(settings, interpretation=10.0).fit(X, attributions=M)
    start, *epochs = warmed.history_
    assert warmed.n_iter_ == 3
    assert max(epochs[:2]) < 0.1 * start < 0.5 * epochs[2]
    data_alone = distiller({"epochs": 2}, sparsity=0.1).fit(X)
    taught = distiller({"epochs": 1, "warm_up": 1}, sparsity=0.1).fit(X, attributions=M)
    assert data_alone.history_[1] == pytest.approx(taught.history_[1], rel=1e-6)


def test_starts():
    X, _ = task(20)
    still = {"epochs": 1, "learning_rate": 1e-12}
    for init, support, expected in [
        ("auto", 10, "db5"),
        ("auto", 2, "haar"),
        ("db2", 6, np.pad(wd.Wavelet.from_name("db2").lowpass, 1)),
        (noisy(), 10, noisy()),
    ]:
        fit = distiller(still, init=init, support=support).fit(X)
        wanted = as_wavelet(expected).lowpass
        np.testing.assert_allclose(fit.wavelet_.lowpass, wanted, atol=1e-6)
    long = distiller(still, init="auto", support=80, levels=1).fit(X)
    assert long.candidates_[0].start == "db38"
    random = distiller(still, init="random", random_state=3).fit(X)
    assert random.wavelet_.residuals()["unit_norm"] == pytest.approx(0, abs=1e-6)


def test_the_same_seed_gives_the_same_wavelet_and_no_global_generator_is_touched():
    X, M = task(100)
    states = np.random.get_state()[1].copy(), torch.random.get_rng_state()  # noqa: NPY002
    first, same, other = (
        distiller({"batch_size": 10}, random_state=seed).fit(X, attributions=M).wavelet_
        for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first.lowpass, same.lowpass)
    assert not np.array_equal(first.lowpass, other.lowpass)
    np.testing.assert_array_equal(states[0], np.random.get_state()[1])  # noqa: NPY002
    assert torch.equal(states[1], torch.random.get_rng_state())


def test_channels_odd_lengths_modes_and_targets():
    X, M = normal(2, 30, 17, 3)
    last = distiller(axes=1, mode="periodization").fit(X, attributions=M)
    turned = X.transpose(0, 2, 1), M.transpose(0, 2, 1)
    first = distiller(mode="periodization").fit(turned[0], attributions=turned[1])
    np.testing.assert_allclose(last.wavelet_.lowpass, first.wavelet_.lowpass, atol=1e-12)
    assert last.transform(X).shape == (30, last.layout_.total, 3)

    both = wd.Attributions(np.concatenate([M, 2 * M]), targets=2)
    targets = distiller({"batch_size": 7}, axes=1).fit(X, attributions=both)
    one = distiller({"batch_size": 7}, axes=1, normalize=True).fit(X, attributions=M)
    np.testing.assert_allclose(targets.wavelet_.lowpass, one.wavelet_.lowpass, atol=1e-12)


@pytest.mark.slow
def test_scikit_learn_conventions():
    estimator = distiller({"epochs": 1}, levels=1, support=4, init="auto")
    results = check_estimator(estimator, on_skip=None, on_fail=None)
    failed = [result for result in results if result["status"] == "failed"]
    assert not failed, [(r["check_name"], r["exception"]) for r in failed]
    assert sum(result["status"] == "passed" for result in results) > 40


def test_data_is_evaluated_in_parts_alike(monkeypatch):
    X, M = task(50)
    fit = distiller().fit(X, attributions=M)
    monkeypatch.setattr("wavedistill.distillation.penalized.objective._CHUNK_SAMPLES", 64 * 7)
    assert fit.score(X, attributions=M) == pytest.approx(-fit.loss_, rel=1e-6)


@pytest.mark.parametrize("length", [64, 33])
@pytest.mark.parametrize("mode", MODES)
def test_matrices_of_short_signals_and_cascades_agree(mode, length, monkeypatch):
    X, M = normal(2, 80, length)
    terms = [Term("interpretation", 1.0, 1.0, M, True), Term("sparsity", 1.0, 1.0, X)]
    objective = PenalizedObjective(X, terms, Decomposition(LEVELS, mode))
    found = []
    for longest in (64, 32):
        monkeypatch.setattr("wavedistill.distillation.penalized.objective._MATRIX_LENGTH", longest)
        lowpass = torch.tensor(noisy(), requires_grad=True)
        values = objective.data_terms(lowpass, torch.arange(80))
        gradients = [torch.autograd.grad(v, lowpass, retain_graph=True)[0] for v in values.values()]
        found.append(torch.stack([*values.values(), *torch.cat(gradients)]).detach().numpy())
    np.testing.assert_allclose(found[0], found[1], rtol=1e-10)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_a_device_gives_the_same_wavelet():
    X, M = task(200)
    here, there = (distiller({"device": d}).fit(X, attributions=M) for d in (None, "cuda"))
    np.testing.assert_allclose(here.wavelet_.lowpass, there.wavelet_.lowpass, atol=1e-4)


def test_weights_that_outweigh_the_penalties_earn_a_warning():
    X, _ = task(50)
    with pytest.warns(UserWarning, match="no orthonormal wavelet: it is off by .*lower both"):
        distiller({"learning_rate": 0.05, "batch_size": 5}, sparsity=1.0).fit(X)


def test_products_are_refused():
    X, M = task(20)
    products = wd.Attributions(M, X, "input_x_gradient")
    with pytest.raises(ValueError, match=r"'input_x_gradient' are products.*method='saliency'"):
        distiller().fit(X, attributions=products)


def test_a_fit_that_diverges_says_so():
    X, _ = task(50)
    with pytest.raises(ValueError, match=r"diverged with learning_rate=1e\+30.*Lower"):
        distiller({"learning_rate": 1e30, "batch_size": 5}).fit(X)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs=0 must be at least 1"),
        ({"batch_size": 2.5}, TypeError, "batch_size=2.5 must be a whole number"),
        ({"warm_up": -1}, ValueError, "warm_up=-1 must be at least 0"),
        ({"learning_rate": 0}, ValueError, "learning_rate=0 must be finite and above 0"),
        ({"learning_rate": "1"}, TypeError, "learning_rate='1' must be a number"),
        ({"scaling": "mine"}, ValueError, "scaling='mine' must be 'paper' or 'published'"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, error, message):
    with pytest.raises(error, match=message):
        PenalizedSettings(**settings)


def test_settings_of_another_kind_are_refused():
    wrong = wd.WaveletDistiller(constraint="penalized", penalized={"epochs": 2})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="must be a PenalizedSettings"):
        wrong.fit(normal(5, 20))


def test_without_pytorch_the_message_names_the_extra(monkeypatch):
    monkeypatch.delattr("wavedistill.distillation.penalized.objective")
    for module in ("minimize", "penalties"):
        monkeypatch.delitem(sys.modules, f"wavedistill.distillation.penalized.{module}")
    for module in ("distillation.penalized.objective", "wavelets.tensors"):
        monkeypatch.delitem(sys.modules, f"wavedistill.{module}")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match=r"pip install 'wavedistill\[torch\]'"):
        distiller().fit(normal(5, 20))
