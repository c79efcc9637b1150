"""Images: the separable transform from the kernel to the students, against `pywt.wavedec2`."""

import warnings

import numba
import numpy as np
import pytest
import pywt
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

import wavedistill as wd
from tests.helpers import MODES, bank, central_differences, close, filter_pair, normal
from wavedistill.kernels import coefficient_l1, prepare, product_l1
from wavedistill.wavelets import (
    CoefficientLayout,
    adjoint_synthesis,
    analysis,
    synthesis,
)

IMAGE = (-2, -1)
SHAPES = ((1, 1), (1, 6), (7, 2), (8, 8), (9, 16), (33, 20))

pytestmark = [
    pytest.mark.filterwarnings("ignore::wavedistill.WaveletWarning"),
    pytest.mark.filterwarnings("ignore:Level value of:UserWarning"),
]


def wavedec2(data, wavelet, levels, mode):
    """`pywt.wavedec2` as flat sub-bands; a side of one sample is not reflected but repeated."""
    approximation, details = data, []
    for _ in range(levels):
        modes = [
            "constant" if size == 1 and mode in ("reflect", "antireflect") else mode
            for size in approximation.shape[-2:]
        ]
        approximation, level = pywt.dwt2(approximation, wavelet, tuple(modes))
        details = [*level, *details]
    return [band.reshape(*data.shape[:-2], -1) for band in (approximation, *details)]


def synthesis2_matrix(wavelet, shape, levels, mode):
    """`pywt.waverec2`, cropped to the images, as a matrix: image = coefficients @ matrix."""
    layout = CoefficientLayout(shape, wavelet.rec_len, levels, mode)
    bands = layout.bands(np.eye(layout.total))
    details = [tuple(bands[i : i + 3]) for i in range(1, len(bands), 3)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Level value of .* is too high")
        images = pywt.waverec2([bands[0], *details], wavelet, mode)
    return images[:, : shape[0], : shape[1]].reshape(layout.total, -1)


def coefficients(data, low, high, levels, mode, adjoint=False):
    """A_h or S_h^T of every image, by PyWavelets, as flat sub-bands."""
    if not adjoint:
        return wavedec2(data, bank(low, high), levels, mode)
    shape = data.shape[-2:]
    matrix = synthesis2_matrix(bank(low, high), shape, levels, mode)
    layout = CoefficientLayout(shape, len(low), levels, mode)
    return layout.split(data.reshape(*data.shape[:-2], -1) @ matrix.T)


def total(bands):
    return sum(np.abs(band).sum() for band in bands)


def check_degrees(result, bands, low, high, factors=1):
    """Euler's identity for each filter: the degree of every sub-band in h and in g."""
    levels = (len(bands) - 1) // 3
    by_low, by_high = [2 * levels], [0]
    for level in range(levels, 0, -1):
        by_low += [2 * level - 1, 2 * level - 1, 2 * level - 2]
        by_high += [1, 1, 2]
    sums = np.array([np.abs(band).sum() for band in bands])
    tolerance = 1e-11 * factors * (2 * levels + 1) * sums.sum()
    expected = factors * (by_low @ sums), factors * (by_high @ sums)
    assert low @ result.grad_lowpass == pytest.approx(expected[0], abs=tolerance)
    assert high @ result.grad_highpass == pytest.approx(expected[1], abs=tolerance)


# ------------------------------------------------------------------ the kernel


@pytest.mark.parametrize("adjoint", [False, True], ids=["analysis", "adjoint"])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("which", ["haar", "db3", 12])
def test_value_is_the_sum_of_the_coefficients_of_pywavelets(which, mode, adjoint):
    low, high = filter_pair(which)
    for i, shape in enumerate(SHAPES):
        for levels in (0, 1, 3):
            data = normal((1, 3, 5, 17)[(i + levels) % 4], *shape)
            bands = coefficients(data, low, high, levels, mode, adjoint)
            result = coefficient_l1(data, low, high, levels, mode, axes=IMAGE, adjoint=adjoint)
            assert result.value == pytest.approx(total(bands), rel=1e-12)
            assert type(result.value) is float
            check_degrees(result, bands, low, high)


@pytest.mark.parametrize("mode", MODES)
def test_product_is_the_mean_over_baselines_of_the_products_of_coefficients(mode):
    low, high = filter_pair(6)
    for i, shape in enumerate(SHAPES):
        for baselines in (1, 3):
            inputs, multipliers = normal(2, baselines, (1, 3, 5, 17)[i % 4], *shape)
            pairs = zip(
                coefficients(inputs, low, high, 2, mode),
                coefficients(multipliers, low, high, 2, mode, adjoint=True),
                strict=True,
            )
            bands = [(a * s).mean(axis=0) for a, s in pairs]
            result = product_l1(
                inputs, multipliers, low, high, 2, mode, axes=IMAGE, baseline_axis=True
            )
            assert result.value == pytest.approx(total(bands), rel=1e-12)
            check_degrees(result, bands, low, high, factors=2)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("taps", "shape"), [(2, (9, 4)), (6, (1, 7)), (10, (12, 17))])
def test_gradients_are_those_of_finite_differences(mode, taps, shape):
    low, high = filter_pair(taps)
    data, multipliers = normal(2, 3, *shape)
    setting = {"levels": 2, "mode": mode, "axes": IMAGE}
    kernels = [
        lambda h, g: coefficient_l1(data, h, g, **setting),
        lambda h, g: coefficient_l1(data, h, g, adjoint=True, **setting),
        lambda h, g: product_l1(data, multipliers, h, g, **setting),
    ]
    for kernel in kernels:
        result = kernel(low, high)
        numeric = (
            central_differences(lambda h, kernel=kernel: kernel(h, high).value, low),
            central_differences(lambda g, kernel=kernel: kernel(low, g).value, high),
        )
        close((result.grad_lowpass, result.grad_highpass), numeric, 1e-6)


@pytest.mark.parametrize("shape", [(20, 4, 4), (3, 11, 260), (2, 4, 1100), (40, 33, 33)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_of_any_width_and_rows_of_any_length_give_the_same(shape, dtype):
    data, (low, high) = normal(*shape).astype(dtype), filter_pair("db5")
    whole = coefficient_l1(data, low, high, 2, axes=IMAGE)
    wide = data.astype(np.float64)
    alone = [coefficient_l1(image[None], low, high, 2, axes=IMAGE) for image in wide]
    expected = [sum(terms) for terms in zip(*alone, strict=True)]
    close(whole, expected, 1e-5 if dtype == np.float32 else 1e-12)
    bands = wavedec2(wide, pywt.Wavelet("db5"), 2, "zero")
    assert whole.value == pytest.approx(total(bands), rel=1e-5 if dtype == np.float32 else 1e-12)


@pytest.mark.parametrize("mode", ["reflect", "periodization"])
def test_channels_are_images_of_their_own_wherever_their_axis_is(mode):
    data, multipliers = normal(2, 5, 3, 9, 12)  # (n, C, H, W)
    low, high = filter_pair("db3")
    apart = [coefficient_l1(data[:, c], low, high, 2, mode, axes=IMAGE) for c in range(3)]
    expected = [sum(terms) for terms in zip(*apart, strict=True)]
    product = product_l1(data, multipliers, low, high, 2, mode, axes=IMAGE)
    for place, axes in ((1, (3, 2)), (2, (1, -1)), (-1, (1, 2))):
        moved, moved_multipliers = (np.moveaxis(array, 1, place) for array in (data, multipliers))
        close(coefficient_l1(moved, low, high, 2, mode, axes=axes), expected, 1e-13)
        found = product_l1(moved, moved_multipliers, low, high, 2, mode, axes=axes)
        close(found, product, 1e-13)


def test_what_is_packed_is_packed_once():
    data, filters = normal(5, 9, 12), filter_pair("db3")
    packed = prepare(data, axes=IMAGE)
    assert (packed.axes, packed.sizes, packed.shape) == ((1, 2), (9, 12), (5, 9, 12))
    found = coefficient_l1(packed, *filters, 2)
    assert found.value == coefficient_l1(data, *filters, 2, axes=IMAGE).value


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_any_number_of_threads_gives_the_same_bits(dtype):
    data, multipliers = normal(2, 230, 31, 33).astype(dtype)  # more than 200,000 values
    filters = filter_pair("db3")

    def bits(threads):
        before = numba.get_num_threads()
        numba.set_num_threads(threads)
        try:
            results = (
                *coefficient_l1(data, *filters, 2, axes=IMAGE),
                *coefficient_l1(data, *filters, 2, axes=IMAGE, adjoint=True),
                *product_l1(data, multipliers, *filters, 2, axes=IMAGE),
            )
        finally:
            numba.set_num_threads(before)
        return [np.asarray(result).tobytes() for result in results]

    allowed = min(3, numba.config.NUMBA_NUM_THREADS)
    first, *others = (bits(threads) for threads in range(1, allowed + 1))
    assert all(other == first for other in others)


# ------------------------------------------------------------------ the transforms


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["haar", "db2", "sym7"])
def test_analysis_is_wavedec2_in_one_axis_and_comes_back(name, mode):
    for shape in SHAPES:
        for levels in (0, 1, 3):
            data = normal(3, *shape)
            expected = wavedec2(data, pywt.Wavelet(name), levels, mode)
            found = analysis(data, name, levels, mode, IMAGE)
            np.testing.assert_array_equal(found, np.concatenate(expected, axis=-1))
            layout = CoefficientLayout(shape, pywt.Wavelet(name).rec_len, levels, mode)
            assert layout.sizes == tuple(band.shape[-1] for band in expected)
            for band, oracle in zip(layout.split(found), expected, strict=True):
                np.testing.assert_array_equal(band, oracle)
            again = synthesis(found, name, levels, shape, mode, IMAGE)
            np.testing.assert_allclose(again, data, atol=1e-10)


def test_sub_bands_have_the_names_and_shapes_of_wavedec2():
    data = normal(2, 21, 34)
    layout = CoefficientLayout((21, 34), 6, 2, "symmetric")
    assert layout.names == ("cA2", "cH2", "cV2", "cD2", "cH1", "cV1", "cD1")
    cA2, (cH2, cV2, cD2), finest = pywt.wavedec2(data, "db3", "symmetric", 2)
    found = layout.bands(analysis(data, "db3", 2, "symmetric", IMAGE))
    for band, shape, oracle in zip(
        found, layout.shapes, (cA2, cH2, cV2, cD2, *finest), strict=True
    ):
        assert band.shape[1:] == shape
        np.testing.assert_array_equal(band, oracle)
    labels = layout.labels
    assert labels[0] == "cA2[0,0]"
    assert labels[layout.slices[1].start + layout.shapes[1][1] + 2] == "cH2[1,2]"
    assert len(labels) == layout.total


def test_an_image_of_the_paper_has_73839_coefficients():
    assert CoefficientLayout((256, 256), 10, 4, "zero").total == 73_839
    assert analysis(np.zeros((1, 256, 256)), "db5", 4, "zero", IMAGE).shape == (1, 73_839)


def test_coefficients_lie_where_the_first_of_the_two_axes_was():
    data = normal(2, 9, 3, 12)
    layout = CoefficientLayout((9, 12), 4, 2)
    expected = analysis(np.moveaxis(data, 2, 1), "db2", 2, "zero", IMAGE)  # (2, 3, total)
    for array, axes, place in (
        (data, (1, 3), 1),
        (data, (-1, 1), 1),
        (np.moveaxis(data, 2, 0), (2, 3), 2),
        (np.moveaxis(data, 2, 3), (1, 2), 1),
        (np.moveaxis(data, 0, 3), (0, 2), 0),
    ):
        found = analysis(array, "db2", 2, "zero", axes)
        assert found.shape[place] == layout.total
        assert np.sort(found.ravel()) == pytest.approx(np.sort(expected.ravel()))
        again = synthesis(found, "db2", 2, (9, 12), "zero", axes)
        np.testing.assert_allclose(again, array, atol=1e-12)
        bands = layout.bands(found, place)
        assert bands[0].shape[place : place + 2] == layout.shapes[0]


@given(
    height=st.integers(1, 20),
    width=st.integers(1, 20),
    levels=st.integers(0, 4),
    mode=st.sampled_from(MODES),
    name=st.sampled_from(["haar", "db2", "sym7"]),
)
@settings(max_examples=80)
def test_synthesis_and_its_adjoint_have_the_same_inner_products(height, width, levels, mode, name):
    shape = (height, width)
    layout = CoefficientLayout(shape, pywt.Wavelet(name).rec_len, levels, mode)
    w, u = normal(layout.total), normal(*shape, seed=1)
    left = (synthesis(w, name, levels, shape, mode, IMAGE) * u).sum()
    right = w @ adjoint_synthesis(u, name, levels, mode, IMAGE)
    assert left == pytest.approx(right, abs=1e-11)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_of_the_data_is_kept(dtype):
    data = normal(2, 9, 12).astype(dtype)
    found = analysis(data, "db2", 2, "periodization", IMAGE)
    assert found.dtype == adjoint_synthesis(data, "db2", 2, "zero", IMAGE).dtype == dtype
    assert synthesis(found, "db2", 2, (9, 12), "periodization", IMAGE).dtype == dtype


def test_sizes_and_axes_that_disagree_are_refused():
    flat = analysis(normal(3, 9, 12), "db2", 1, "zero", IMAGE)
    with pytest.raises(ValueError, match=r"length=9 gives 1 sizes and axis=\(1, 2\) names 2 axes"):
        synthesis(flat[..., None], "db2", 1, 9, axis=(1, 2))
    with pytest.raises(ValueError, match=r"\(9, 12\) gives 2 sizes and axis=-1 names 1 axes"):
        synthesis(flat, "db2", 1, (9, 12))
    with pytest.raises(ValueError, match=r"entries along axis 1, and images of 9 x 13 with 4 taps"):
        synthesis(flat, "db2", 1, (9, 13), axis=IMAGE)
    with pytest.raises(ValueError, match=r"names 3 axes, and one or two"):
        analysis(normal(2, 3, 4, 5), "db2", 1, axis=(1, 2, 3))
    with pytest.raises(ValueError, match="has 3 sizes; give one, or two for images"):
        CoefficientLayout((4, 4, 4), 4, 1)


# ------------------------------------------------------------------ attributions


@pytest.mark.parametrize("mode", ["zero", "periodization", "symmetric"])
def test_attributions_are_carried_over_to_coefficients_of_images(mode):
    m, d = normal(2, 4, 3, 2, 9, 12)  # (baselines, n, C, H, W)
    setting = ("db2", 2, mode, IMAGE)
    saliency = wd.Attributions(m[0]).coefficients(*setting)
    np.testing.assert_array_equal(saliency, adjoint_synthesis(m[0], *setting))
    layout = CoefficientLayout((9, 12), 4, 2, mode)
    assert saliency.shape == (3, 2, layout.total)
    # f(x) = <m, x> is unchanged: <m, S_h w> = <S_h^T m, w> with w = A_h x.
    product = wd.Attributions(m[0], d[0], "input_x_gradient").coefficients(*setting)
    np.testing.assert_allclose(product.sum(axis=-1), (m[0] * d[0]).sum(axis=(-2, -1)), atol=1e-10)
    pairs = wd.Attributions(m, d, "expected_gradients", baseline_axis=True)
    mean = np.mean(
        [wd.Attributions(*pair, "").coefficients(*setting) for pair in zip(m, d, strict=True)],
        axis=0,
    )
    np.testing.assert_allclose(pairs.coefficients(*setting), mean, atol=1e-12)


@pytest.mark.parametrize("mode", ["zero", "periodization", "reflect"])
@pytest.mark.parametrize("method", ["saliency", "ig"])
def test_trim_through_an_inverse_of_images_agrees_with_coefficients(mode, method):
    torch = pytest.importorskip("torch")
    captum = pytest.importorskip("captum.attr")
    torch.manual_seed(0)
    teacher = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(63, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)
    )
    teacher = teacher.double().eval()
    x = normal(4, 7, 9)
    wavelet = pywt.Wavelet("db2")
    matrix = torch.tensor(synthesis2_matrix(wavelet, (7, 9), 2, mode))
    trim = wd.TrimModel(teacher, lambda w: (w @ matrix).unflatten(-1, (7, 9)))
    w, held = trim.split(torch.tensor(analysis(x, "db2", 2, mode, IMAGE)), torch.tensor(x))
    if method == "saliency":
        tool = captum.Saliency(trim)
        expected = tool.attribute(w.requires_grad_(), abs=False, additional_forward_args=held)
        taught = wd.attribute(teacher, x, "saliency")
    else:
        tool = captum.IntegratedGradients(trim)
        expected = tool.attribute(w, additional_forward_args=held, n_steps=50)
        taught = wd.attribute(teacher, x, "integrated_gradients", steps=50)
    found = taught.coefficients("db2", 2, mode, IMAGE)
    np.testing.assert_allclose(found, expected.detach(), atol=1e-10)


# ------------------------------------------------------------------ distillation


def image_task(count=150, side=32, levels=2, seed=0):
    """White noise, and the gradient of a response that a few cH2 coefficients in DB3 make."""
    layout = CoefficientLayout((side, side), 6, levels)
    beta = np.zeros(layout.total)
    band = layout.bands(beta)[1]
    band[4, 4:7], band[5, 5] = 2, -1
    gradient = synthesis(beta, "db3", levels, (side, side), axis=IMAGE)
    X = normal(count, side, side, seed=seed).astype(np.float32)
    return X, np.tile(gradient, (count, 1, 1)).astype(np.float32)


def distiller(**parameters):
    return wd.WaveletDistiller(**{"levels": 2, "support": 6, "axes": IMAGE, **parameters})


@pytest.mark.parametrize("start", ["from scratch", "nearby"])
def test_the_wavelet_behind_a_teacher_of_images_is_found(start):
    X, M = image_task()
    nearby = wd.Wavelet.from_angles(wd.Wavelet.from_name("db3").angles + np.array([0.1, -0.1, 0]))
    assert nearby.distance("db3") > 0.5
    init = "auto" if start == "from scratch" else nearby
    fit = distiller(init=init).fit(X, attributions=M)
    assert fit.wavelet_.distance("db3") < 0.01
    assert fit.layout_.names[:4] == ("cA2", "cH2", "cV2", "cD2")


def objective(X, M, wavelet, mode="zero"):
    terms = []
    for array, transform in ((X, analysis), (M, adjoint_synthesis)):
        sums = np.abs(transform(np.float64(array), wavelet, 2, mode, IMAGE)).sum()
        terms.append(sums / len(array) / np.abs(array).mean(dtype=np.float64))
    return terms


@pytest.mark.parametrize("mode", ["zero", "periodization"])
def test_the_loss_is_the_objective_and_images_come_back(mode):
    X, M = normal(2, 12, 3, 17, 24)
    fit = distiller(init="random", mode=mode, random_state=3).fit(X, attributions=M)
    assert list(fit.loss_terms_.values()) == pytest.approx(objective(X, M, fit.wavelet_, mode))
    assert fit.score(X, attributions=M) == pytest.approx(-fit.loss_)
    Z = fit.transform(X)
    assert Z.shape == (12, 3, fit.layout_.total)
    np.testing.assert_allclose(fit.inverse_transform(Z), X, atol=1e-11)
    last = distiller(init="random", mode=mode, random_state=3, axes=(1, 2))
    moved, moved_M = np.moveaxis(X, 1, -1), np.moveaxis(M, 1, -1)
    last.fit(moved, attributions=moved_M)
    assert last.loss_ == pytest.approx(fit.loss_)
    np.testing.assert_allclose(last.inverse_transform(last.transform(moved)), moved, atol=1e-11)


def test_products_of_images_are_distilled_as_products():
    X, M = normal(2, 20, 16, 16)
    product = wd.Attributions(M, X - 1, "input_x_gradient")
    fit = distiller(init="db3", sparsity=0).fit(X, attributions=product)
    scale = np.abs((X - 1) * M).mean()
    expected = np.abs(product.coefficients(fit.wavelet_, 2, axis=IMAGE)).sum() / len(X) / scale
    assert fit.loss_ == pytest.approx(expected)


def test_names_of_coefficients_depths_and_flat_multipliers():
    X = normal(6, 8, 20)
    fit = distiller(init="haar", support=2).fit(X)
    names = fit.get_feature_names_out()
    assert (names[0], names[-1], len(names)) == ("cA2[0,0]", "cD1[3,9]", fit.layout_.total)
    message = r"levels=4 is too deep for images of 8 x 20: 2\^\(levels-1\) = 8 .* shorter side"
    with pytest.raises(ValueError, match=message):
        distiller(levels=4).fit(X)
    with pytest.warns(UserWarning, match="constant along the signals"):
        distiller(init="haar", support=2).fit(X, attributions=np.ones_like(X))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rows = np.broadcast_to(normal(8, 1), X.shape)
        distiller(init="haar", support=2, levels=1).fit(X, attributions=rows)


def test_a_path_of_images_is_followed():
    X, M = image_task(count=60)
    path = wd.distill_path(
        X, M, sparsity=[0.1], interpretation=[0.0, 1.0], distiller=distiller(init="db3")
    )
    assert path.points[-1].wavelet.distance("db3") < 0.01


# ------------------------------------------------------------------ free filters


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", [(1, 6), (9, 16), (20, 7)])
def test_convolutions_of_images_are_those_of_pywavelets_for_any_filter(mode, shape):
    torch = pytest.importorskip("torch")
    from wavedistill.wavelets import tensors

    x, h = normal(3, 2, *shape), normal(6, seed=1) / np.sqrt(6)
    images, lowpass = torch.tensor(x), torch.tensor(h)
    bands = tensors.analysis(images, lowpass, 2, mode, IMAGE)
    adjoint = tensors.adjoint_synthesis(images, lowpass, 2, mode, IMAGE)
    layout = CoefficientLayout(shape, 6, 2, mode)
    expected = analysis(x, h, 2, mode, IMAGE)
    close(bands, layout.bands(expected), 1e-11)
    close(adjoint, layout.bands(adjoint_synthesis(x, h, 2, mode, IMAGE)), 1e-11)
    restored = tensors.synthesis(bands, lowpass, shape, mode, IMAGE)
    close([restored], [synthesis(expected, h, 2, shape, mode, IMAGE)], 1e-11)
    with pytest.raises(ValueError, match=r"sub-bands have .* those of signals of length"):
        tensors.synthesis(bands, lowpass, (40, 40), mode, IMAGE)


def test_free_filters_are_fitted_to_images():
    pytest.importorskip("torch")
    X, M = (array.astype(np.float64) for array in image_task(count=80))
    clean = wd.Wavelet.from_name("db3").lowpass
    noisy = clean + 0.1 * normal(6) / np.sqrt(6)
    epochs = wd.PenalizedSettings(epochs=30, batch_size=20, learning_rate=3e-3)
    fit = distiller(
        constraint="penalized", init=noisy, sparsity=1e-4, interpretation=1e-2, penalized=epochs
    ).fit(X, attributions=M)
    for name, value in zip(
        ("sparsity", "interpretation"), objective(X, M, fit.wavelet_), strict=True
    ):
        weight = getattr(fit, name)
        assert fit.loss_terms_[name] == pytest.approx(weight * value)
    restored = fit.inverse_transform(fit.transform(X))
    expected = np.square(X - restored).sum() / len(X)
    assert fit.loss_terms_["reconstruction"] == pytest.approx(expected)
    assert wd.Wavelet(noisy).distance("db3") > 0.5
    assert fit.wavelet_.distance("db3") < 0.02
    assert fit.score(X, attributions=M) == pytest.approx(-fit.loss_)


# ------------------------------------------------------------------ students


@pytest.mark.parametrize("sign", ["pos", "neg", "abs"])
def test_top_coefficients_are_taken_from_each_sub_band(sign):
    data = normal(5, 2, 12, 19)
    features = wd.TopCoefficients("db2", levels=2, k=3, sign=sign, axes=IMAGE)
    bands = wavedec2(data, pywt.Wavelet("db2"), 2, "zero")
    key = {"pos": lambda c: -c, "neg": lambda c: c, "abs": lambda c: -abs(c)}[sign]
    expected = [
        [
            c if sign != "abs" else abs(c)
            for channel in range(2)
            for band in bands
            for c in sorted(band[i, channel], key=key)[:3]
        ]
        for i in range(5)
    ]
    np.testing.assert_allclose(features.fit_transform(data), expected)
    names = features.get_feature_names_out()
    word = {"pos": "largest", "neg": "smallest", "abs": "largest magnitude"}[sign]
    assert names[3] == f"channel 0: cH2 {word} 1"
    assert len(names) == 2 * 7 * 3


def test_a_student_of_images_reads_the_coefficient_that_matters():
    data = normal(150, 8, 8)
    target = pywt.dwt2(data, "haar")[1][1][:, 2, 3]  # cV
    student = make_pipeline(
        wd.WaveletCoefficients("haar", levels=1, axes=IMAGE), LinearRegression()
    )
    fitted = clone(student).fit(data, target)
    assert fitted.score(data, target) == pytest.approx(1)
    names = fitted[:-1].get_feature_names_out()
    assert names[np.abs(fitted[-1].coef_).argmax()] == "cV1[2,3]"


def test_the_compression_factor_takes_coefficients_of_images():
    X, M = normal(2, 6, 16, 16)
    coefficients = analysis(X, "db2", 2, "zero", IMAGE)
    scores = wd.Attributions(M).coefficients("db2", 2, axis=IMAGE)
    expected = np.mean((np.abs(coefficients) > 0.5) & (np.abs(scores) > 0.5))
    assert wd.compression_factor(coefficients, scores, 0.5) == expected
