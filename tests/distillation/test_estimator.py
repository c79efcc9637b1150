"""The objective, the search and the estimator."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

import wavedistill as wd
from wavedistill.distillation.descent import Basin, descend, distinct
from wavedistill.distillation.objective import Objective, Term
from wavedistill.distillation.starts import dictionary
from wavedistill.wavelets import Decomposition, Lattice, WaveletTransform

CONDITIONS = (
    "lowpass_sum",
    "highpass_sum",
    "unit_norm",
    "power_complementarity",
    "double_shift",
)
LEVELS = 3

# The warning has a test of its own.
pytestmark = pytest.mark.filterwarnings("ignore::wavedistill.WaveletWarning")


@pytest.fixture
def random():
    return np.random.default_rng(0)


def task(truth, random, count=400, length=64):
    """Signals, and the gradients of a response that three coefficients of a wavelet make."""
    transform = WaveletTransform(truth, LEVELS)
    layout = transform.layout(length)
    band = layout.slices[2]
    beta = np.zeros(layout.total)
    beta[(band.start + band.stop) // 2 + np.arange(3)] = 2
    gradient = transform.synthesis(beta, length)
    X = random.standard_normal((count, length)).astype(np.float32)
    return X, (gradient * random.uniform(0.8, 1.2, (count, 1))).astype(np.float32)


def distiller(**parameters):
    return wd.WaveletDistiller(**{"levels": LEVELS, "support": 6, **parameters})


def terms(X, M, inputs=None):
    return (
        Term("sparsity", 0.7, 2.0, X),
        Term("interpretation", 1.3, 0.5, M, adjoint=inputs is None, inputs=inputs),
    )


@pytest.mark.parametrize("mode", ["zero", "periodization", "symmetric"])
@pytest.mark.parametrize("products", [False, True])
def test_objective_is_the_weighted_mean_norm_and_its_gradient_is_exact(mode, products, random):
    X, M, D = random.standard_normal((3, 7, 2, 33))
    objective = Objective(terms(X, M, D if products else None), Decomposition(LEVELS, mode, 2))
    free = random.uniform(-1, 1, 3)
    value, gradient = objective.at_angles(free)

    wavelet = wd.Wavelet(Basin(free, "").lowpass)
    transform = WaveletTransform(wavelet, LEVELS, mode)
    coefficients = transform.adjoint(M)
    if products:
        coefficients = coefficients * transform.analysis(D)
    norms = np.abs(transform.analysis(X)), np.abs(coefficients)
    expected = 0.7 / 2 * norms[0].sum() / 7 + 1.3 / 0.5 * norms[1].sum() / 7
    assert value == pytest.approx(expected, rel=1e-12)
    assert objective.evaluate(wavelet.lowpass).keys() == {"sparsity", "interpretation"}
    numeric = approx_fprime(free, lambda x: objective.at_angles(x)[0], 1e-7)
    np.testing.assert_allclose(gradient, numeric, rtol=1e-4, atol=1e-4 * np.abs(numeric).max())


def test_dictionary_holds_each_wavelet_at_every_offset_and_reversed():
    found = np.array([basin.lowpass for basin in dictionary(8)])
    for name, taps in (("haar", 2), ("db2", 4), ("coif1", 6), ("sym4", 8)):
        for offset in range(8 - taps + 1):
            placed = np.zeros(8)
            placed[offset : offset + taps] = wd.Wavelet.from_name(name).lowpass
            for wanted in (placed, placed[::-1]):
                assert np.sum(np.abs(found - wanted).max(axis=1) < 1e-9) == 1


def test_descent_never_ends_above_its_start_and_tells_its_path(random):
    X, M = task(wd.Wavelet.from_name("db3"), random)
    objective = Objective(terms(X, M), Decomposition(LEVELS))
    start = Basin(random.uniform(-3, 3, 2), "random")
    end = descend(objective, start, max_iter=50, tol=1e-9)
    assert end.history[0] == objective.at_angles(start.free)[0]
    assert end.history[-1] == end.loss == objective.at_angles(end.free)[0]
    assert all(a >= b for a, b in zip(end.history, end.history[1:], strict=False))


def test_the_tolerance_is_a_share_at_any_size_of_the_objective(random):
    X, M = task(wd.Wavelet.from_name("db3"), random)
    start = Basin(random.uniform(-3, 3, 2), "random")
    ends = [
        descend(
            Objective(
                tuple(replace(e, weight=e.weight * size) for e in terms(X, M)),
                Decomposition(LEVELS),
            ),
            start,
            max_iter=100,
            tol=1e-9,
        )
        for size in (1.0, 2.0**-40)
    ]
    np.testing.assert_array_equal(ends[0].free, ends[1].free)
    assert len(ends[0].history) == len(ends[1].history) > 2


def test_descent_goes_back_to_a_filter_that_responds():
    # Signals of two impulses three samples apart are sparsest in [1, 0, 0, 1], no valid wavelet.
    X = np.zeros((1, 64))
    X[0, [20, 23]] = 1
    objective = Objective((Term("sparsity", 1.0, 1.0, X),), Decomposition(1))
    start = Basin(np.array([np.pi / 4 + 0.4]), "near")
    free = descend(objective, start, max_iter=100, tol=0)
    held = descend(objective, start, max_iter=100, tol=0, least_response=0.05)
    assert not free.responds(0.05)
    assert held.responds(0.05)
    assert len(held.history) < len(free.history)


def test_distinct_keeps_the_lowest_of_those_that_are_close(random):
    free = random.uniform(-1, 1, 3)
    basins = [Basin(free, "a", 2.0), Basin(free + 1e-4, "b", 1.0), Basin(free + 1, "c", 3.0)]
    assert [basin.start for basin in distinct(basins)] == ["b", "c"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("support", [6, 8])
def test_auto_finds_a_wavelet_that_is_in_no_dictionary(seed, support):
    random = np.random.default_rng(seed)
    truth = wd.Wavelet(Lattice(6).forward(Lattice(6).sample(random)))
    X, M = task(truth, random)
    fit = distiller(support=support, sparsity=0.01, random_state=seed).fit(X, attributions=M)
    placed = np.pad(truth.lowpass, (0, support - 6))
    floor = distiller(support=support, sparsity=0.01, init=placed).fit(X, attributions=M)
    assert fit.loss_ <= floor.loss_ * 1.0001
    # With more taps than the truth has, something else may be sparser still.
    assert support > 6 or fit.wavelet_.distance(truth) < 0.05


@pytest.mark.parametrize("init", ["auto", "random", "db2", wd.Wavelet.from_name("db3")])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_after_any_fit_the_filter_is_orthonormal(init, dtype, random):
    X = random.standard_normal((50, 33)).cumsum(axis=1).astype(dtype)
    fit = distiller(init=init).fit(X)
    residuals = fit.wavelet_.residuals()
    assert max(abs(residuals[name]) for name in CONDITIONS) < 1e-12
    assert residuals["min_response"] > 1e-3
    assert fit.loss_ == pytest.approx(sum(fit.loss_terms_.values()))
    assert fit.loss_ == pytest.approx(fit.history_[-1])
    assert fit.loss_ <= fit.history_[0]


def test_candidates_are_distinct_and_in_order(random):
    X, M = task(wd.Wavelet.from_name("db3"), random)
    fit = distiller(support=8).fit(X, attributions=M)
    losses = [candidate.loss for candidate in fit.candidates_]
    assert len(losses) > 1
    assert losses == sorted(losses)
    assert fit.wavelet_ == fit.candidates_[0].wavelet
    filters = [candidate.wavelet.lowpass for candidate in fit.candidates_]
    apart = [np.linalg.norm(a - b) for i, a in enumerate(filters) for b in filters[:i]]
    assert min(apart) > 0.01


@pytest.mark.parametrize("mode", ["zero", "periodization", "symmetric", "smooth"])
@pytest.mark.parametrize("shape", [(5, 33), (5, 3, 20), (1, 17)])
def test_inverse_transform_gives_the_signals_back(mode, shape, random):
    X = random.standard_normal(shape)
    fit = distiller(mode=mode, init="db2", support=4).fit(X)
    Z = fit.transform(X)
    assert Z.shape == (*shape[:-1], fit.layout_.total)
    np.testing.assert_allclose(fit.inverse_transform(Z), X, atol=1e-12)


def test_channels_may_stand_last(random):
    X = random.standard_normal((20, 33, 3))
    last, first = distiller(axes=1), distiller(axes=-1)
    last.fit(X)
    first.fit(X.transpose(0, 2, 1))
    np.testing.assert_allclose(last.wavelet_.lowpass, first.wavelet_.lowpass, atol=1e-6)
    np.testing.assert_allclose(last.inverse_transform(last.transform(X)), X, atol=1e-12)


def test_the_scale_of_the_data_changes_nothing_unless_asked(random):
    X, M = task(wd.Wavelet.from_name("db3"), random)
    fit = distiller().fit(X, attributions=M)
    scaled = distiller().fit(1000 * X, attributions=M / 1000)
    np.testing.assert_allclose(fit.wavelet_.lowpass, scaled.wavelet_.lowpass, atol=1e-3)
    raw = distiller(normalize=False, init="db3").fit(X, attributions=M)
    norm = np.abs(WaveletTransform(raw.wavelet_, LEVELS).analysis(X)).sum() / len(X)
    assert raw.loss_terms_["sparsity"] == pytest.approx(norm, rel=1e-5)


def test_score_is_minus_the_objective_on_other_data(random):
    X, M = task(wd.Wavelet.from_name("db3"), random)
    fit = distiller().fit(X, attributions=M)
    assert fit.score(X, attributions=M) == pytest.approx(-fit.loss_, rel=1e-6)
    assert fit.score(X, attributions=2 * M) < fit.score(X, attributions=M)
    with pytest.raises(ValueError, match="the fit used attributions"):
        fit.score(X)
    alone = distiller().fit(X)
    assert alone.score(X) == pytest.approx(-alone.loss_, rel=1e-6)


def test_products_are_distilled_as_products(random):
    X, M = random.standard_normal((2, 60, 32))
    D = X - X.mean(axis=0)
    product = wd.Attributions(M, D, "integrated_gradients")
    fit = distiller(init="db3").fit(X, attributions=product)
    scale = np.abs(D * M).mean()
    expected = np.abs(product.coefficients(fit.wavelet_, LEVELS)).sum() / len(X) / scale
    assert fit.loss_terms_["interpretation"] == pytest.approx(expected, rel=1e-9)


def test_expected_gradients_are_averaged_over_their_baselines(random):
    M, D = random.standard_normal((2, 4, 30, 32))
    pairs = wd.Attributions(M, D, "expected_gradients", baseline_axis=True)
    fit = distiller(init="db3").fit(D[0], attributions=pairs)
    scale = np.abs((D * M).mean(axis=0)).mean()
    expected = np.abs(pairs.coefficients(fit.wavelet_, LEVELS)).sum() / 30 / scale
    assert fit.loss_terms_["interpretation"] == pytest.approx(expected, rel=1e-9)
    assert distiller().fit(D[0], attributions=pairs).loss_ <= fit.loss_ * 1.001


def test_several_targets_are_stacked_examples(random):
    X, M = task(wd.Wavelet.from_name("db3"), random)
    twice = wd.Attributions(np.concatenate([M, M]), method="saliency", targets=2)
    one = distiller(init="db3").fit(X, attributions=M)
    both = distiller(init="db3").fit(X, attributions=twice)
    assert both.loss_ == pytest.approx(one.loss_, rel=1e-6)


def test_the_same_seed_gives_the_same_wavelet(random):
    X, M = task(wd.Wavelet.from_name("db3"), random)
    first, second = (distiller(random_state=5).fit(X, attributions=M) for _ in range(2))
    np.testing.assert_array_equal(first.wavelet_.lowpass, second.wavelet_.lowpass)
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    distiller(random_state=np.random.RandomState(3)).fit(X)
    np.testing.assert_array_equal(state, np.random.get_state()[1])  # noqa: NPY002


def test_haar_is_all_that_two_taps_allow(random):
    fit = distiller(support=2).fit(random.standard_normal((9, 20)))
    np.testing.assert_allclose(fit.wavelet_.lowpass, [2**-0.5] * 2)
    assert len(fit.candidates_) == 1


@pytest.mark.parametrize("value", [1.0, np.linspace(0, 1, 20)])
def test_ordinary_degenerate_signals_are_fine(value):
    X = np.zeros((4, 20))
    X[1:] = value
    fit = distiller().fit(X)
    assert np.isfinite(fit.loss_)


@pytest.mark.slow
def test_scikit_learn_conventions():
    estimator = wd.WaveletDistiller(levels=1, support=4, max_iter=5)
    results = check_estimator(estimator, on_skip=None, on_fail=None)
    failed = [result for result in results if result["status"] == "failed"]
    assert not failed, [(r["check_name"], r["exception"]) for r in failed]
    assert sum(result["status"] == "passed" for result in results) > 40


def test_it_works_in_a_pipeline_and_clones(random):
    X = random.standard_normal((40, 16))
    pipeline = make_pipeline(distiller(levels=2, support=4, init="haar"), LinearRegression())
    pipeline.fit(X, X[:, 3])
    assert pipeline.score(X, X[:, 3]) > 0.99
    assert clone(pipeline).get_params()["waveletdistiller__support"] == 4
    names = pipeline[0].get_feature_names_out()
    assert len(names) == pipeline[0].transform(X).shape[1]
    assert names[0] == "cA2[0]"


def test_numbers_too_small_to_count_count_for_nothing(random):
    X = random.standard_normal((40, 32)).astype(np.float32)
    X[:, 20:] = 0
    faint = X.copy()
    faint[:, 20:] = 1e-39
    plain, subnormal = (distiller(init="db3").fit(x) for x in (X, faint))
    np.testing.assert_array_equal(plain.wavelet_.lowpass, subnormal.wavelet_.lowpass)


GOOD = np.random.default_rng(1).standard_normal((6, 20))


def with_nan():
    bad = GOOD.copy()
    bad[2, 3] = np.nan
    bad[4, 1] = np.inf
    return bad


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"support": 9}, ValueError, "support=9 must be even and at least 2; .* support is 10"),
        ({"support": 0}, ValueError, "support=0 must be at least 2"),
        ({"support": 4.0}, TypeError, "support=4.0 must be a whole number"),
        ({"levels": 0}, ValueError, "levels=0 must be at least 1"),
        ({"levels": 6}, ValueError, r"levels=6 .* length 20 .* levels=5 is the most"),
        ({"mode": "mirror"}, ValueError, "mode='mirror' must be one of zero"),
        ({"sparsity": -1}, ValueError, "sparsity=-1 must be finite and at least 0"),
        ({"sparsity": "1"}, TypeError, "sparsity='1' must be a number"),
        ({"interpretation": np.nan}, ValueError, "interpretation=nan must be finite"),
        ({"sparsity": 0, "interpretation": 0}, ValueError, "leave nothing to minimise"),
        ({"sparsity": 0}, ValueError, "attributions=None leave nothing to minimise"),
        ({"axes": 0}, ValueError, "axes=0 names the first axis"),
        ({"axes": 2}, ValueError, "axes=2 is out of range"),
        ({"constraint": "none"}, ValueError, "constraint='none' must be"),
        ({"init": "dmey"}, ValueError, "'dmey' is refused.*1.4e-3.*Choose one of"),
        ({"init": "bior2.2"}, ValueError, "'bior2.2' is biorthogonal"),
        ({"init": "db9"}, ValueError, "init has 18 taps, more than support=6; set support=18"),
        (
            {"init": [0.5, 0.5]},
            ValueError,
            "need an orthonormal filter.*off by 1 in power_comp",
        ),
        ({"max_iter": 0}, ValueError, "max_iter=0 must be at least 1"),
    ],
)
def test_parameters_that_cannot_be_used_are_refused(parameters, error, message):
    with pytest.raises(error, match=message):
        distiller(**parameters).fit(GOOD)


@pytest.mark.parametrize(
    ("X", "attributions", "message"),
    [
        (with_nan(), None, r"X contains NaN or infinity: 2 of 120 .*index \(2, 3\), in 2 of 6"),
        (GOOD, with_nan(), "attributions contains NaN or infinity: 2 of 120"),
        (GOOD, GOOD[:, :9], r"attributions have shape \(6, 9\) and X has shape \(6, 20\)"),
        (GOOD, GOOD[:5], r"attributions have shape \(5, 20\)"),
        (GOOD, 0 * GOOD, "multipliers are zero everywhere"),
        (0 * GOOD, None, "X is zero everywhere"),
        (GOOD[0], None, "[Rr]eshape your data"),
        (GOOD[:0], None, "0 sample"),
        (GOOD[:, :1], None, "2.* must be less than the length"),
        (1j * GOOD, None, "[Cc]omplex"),
    ],
)
def test_data_that_cannot_be_used_is_refused(X, attributions, message):
    with pytest.raises(ValueError, match=message):
        distiller().fit(X, attributions=attributions)


def test_other_signals_than_those_of_the_fit_are_refused(random):
    fit = distiller(init="haar").fit(random.standard_normal((6, 3, 20)))
    with pytest.raises(ValueError, match=r"shape \(3, 21\), and the fit had \(3, 20\)"):
        fit.transform(random.standard_normal((6, 3, 21)))
    with pytest.raises(ValueError, match="coefficients have 5 entries"):
        fit.inverse_transform(random.standard_normal((6, 3, 5)))


def test_deep_transforms_and_flat_multipliers_earn_a_warning(random):
    X = random.standard_normal((6, 20))
    with pytest.warns(UserWarning, match="levels=4 is deeper than 2.*dwt_max_level"):
        distiller(levels=4, init="haar").fit(X)
    with pytest.warns(UserWarning, match="constant along the signals"):
        distiller(levels=2, init="haar").fit(X, attributions=np.ones((6, 20)))


def test_identical_multipliers_are_a_linear_teacher(random):
    X, M = task(wd.Wavelet.from_name("db3"), random)
    fit = distiller(sparsity=0.01).fit(X, attributions=np.tile(M[:1], (len(X), 1)))
    assert fit.wavelet_.distance("db3") < 0.05


def test_a_response_of_zero_is_warned_of_when_asked_for():
    X = np.zeros((1, 64))
    X[0, [20, 23]] = 1
    bad = wd.Wavelet([2**-0.5, 0, 0, 2**-0.5])
    with pytest.warns(UserWarning, match="smallest response .*third condition of Theorem 1"):
        fit = wd.WaveletDistiller(levels=1, support=4, init=bad).fit(X)
    assert fit.wavelet_.residuals()["min_response"] < 0.1
    found = wd.WaveletDistiller(levels=1, support=4).fit(X)
    assert found.wavelet_.residuals()["min_response"] >= 1e-3


def test_a_teacher_of_scikit_learn_is_distilled_from_arrays_alone(random):
    from sklearn.ensemble import GradientBoostingRegressor

    X = random.standard_normal((300, 16))
    haar = WaveletTransform("haar", 1).analysis(X)[:, 8 + 3]
    teacher = GradientBoostingRegressor(n_estimators=60, random_state=0).fit(X, 3 * haar)
    # Trees are flat between their splits: the noise must be wide enough to step over several.
    attributions = wd.attribute(
        teacher.predict, X[:60], method="blackbox", noise=0.5, n_samples=64, random_state=0
    )
    fit = distiller(levels=1, support=2).fit(X[:60], attributions=attributions)
    scores = np.abs(attributions.coefficients(fit.wavelet_, 1)).mean(axis=0)
    assert scores.argmax() == 8 + 3
    taught = distiller(levels=1, support=6).fit(X[:60], attributions=attributions)
    assert taught.wavelet_.distance("haar") < 0.2


def test_a_teacher_of_jax_is_distilled_from_arrays_alone(random):
    jax = pytest.importorskip("jax")
    truth = wd.Wavelet.from_name("db3")
    X, M = task(truth, random)
    slope = jax.numpy.asarray(M[0])
    gradient = jax.vmap(jax.grad(lambda x: jax.numpy.tanh(0.1 * x @ slope)))
    fit = distiller(sparsity=0.01).fit(X, attributions=np.asarray(gradient(X)))
    assert fit.wavelet_.distance(truth) < 0.05
