"""Wavelets are distilled from images: on the orthonormal constraint, and with free filters."""

import warnings
from typing import Any

import numpy as np
import pytest

import wavedistill as wd
from tests.helpers import normal

IMAGE = (-2, -1)
SETTING: dict[str, Any] = {"levels": 2, "support": 6, "axes": IMAGE}

pytestmark = pytest.mark.filterwarnings("ignore::wavedistill.WaveletWarning")


def image_task(count=150, side=32, levels=2, seed=0):
    """White noise, and the gradient of a response that a few cH2 coefficients in DB3 make."""
    transform = wd.WaveletTransform("db3", levels, axes=IMAGE)
    places = transform.layout((side, side))
    beta = np.zeros(places.total)
    band = places.bands(beta)[1]
    band[4, 4:7], band[5, 5] = 2, -1
    gradient = transform.synthesis(beta, (side, side))
    X = normal(count, side, side, seed=seed).astype(np.float32)
    return X, np.tile(gradient, (count, 1, 1)).astype(np.float32)


def distiller(**parameters):
    return wd.WaveletDistiller(**{**SETTING, **parameters})


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
    transform, terms = wd.WaveletTransform(wavelet, 2, mode, IMAGE), []
    for array, apply in ((X, transform.analysis), (M, transform.adjoint)):
        sums = np.abs(apply(array.astype(np.float64))).sum()
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
    product = wd.Attributions(M, X - 1, "integrated_gradients")
    fit = distiller(init="db3", sparsity=0).fit(X, attributions=product)
    scale = np.abs((X - 1) * M).mean()
    expected = np.abs(product.coefficients(fit.transform_)).sum() / len(X) / scale
    assert fit.loss_ == pytest.approx(expected)


def test_names_of_coefficients_depths_and_flat_multipliers():
    X = normal(6, 8, 20)
    fit = distiller(init="haar", support=2).fit(X)
    names = fit.get_feature_names_out()
    assert (names[0], names[-1], len(names)) == ("cA2[0,0]", "cD1[3,9]", fit.layout_.total)
    message = r"levels=4 is too deep for images of 8 x 20: 2\^\(levels-1\) = 8 .* shortest side"
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
