"""Learned wavelets carry how they were learned, into files, features and transforms."""

import json
from typing import Any

import numpy as np
import pytest

import wavedistill as wd
from tests.helpers import normal

pytestmark = pytest.mark.filterwarnings("ignore::wavedistill.WaveletWarning")

X = normal(60, 32).cumsum(axis=1)


@pytest.fixture(scope="module")
def fit():
    attributions = wd.Attributions(np.gradient(X, axis=1), method="saliency")
    settings: dict[str, Any] = {"levels": np.int64(2), "sparsity": np.float64(0.5)}
    distiller = wd.WaveletDistiller(**settings, support=6, mode="symmetric", axes=1)
    return distiller.fit(X, attributions=attributions)


def test_every_candidate_says_what_made_it(fit):
    assert len(fit.candidates_) > 1
    for wavelet, loss, start in fit.candidates_:
        assert wavelet.origin == {
            "levels": 2,
            "mode": "symmetric",
            "axes": [1],
            "support": 6,
            "sparsity": 0.5,
            "interpretation": 1.0,
            "normalize": True,
            "constraint": "orthonormal",
            "loss": loss,
            "start": start,
            "method": "saliency",
            "version": wd.__version__,
        }


def test_a_file_gives_the_origin_back(fit, tmp_path):
    fit.wavelet_.save(tmp_path / "w.json")
    assert json.loads((tmp_path / "w.json").read_text())["origin"]["mode"] == "symmetric"
    again = wd.Wavelet.load(tmp_path / "w.json")
    assert again == fit.wavelet_
    assert again.origin == fit.wavelet_.origin
    assert wd.WaveletTransform(again) == fit.transform_


def test_the_fit_has_its_transform(fit):
    assert fit.transform_ == wd.WaveletTransform(fit.wavelet_, 2, "symmetric", 1)
    np.testing.assert_array_equal(fit.transform(X), fit.transform_.analysis(X))
    assert fit.layout_ == fit.transform_.layout(32)


def test_features_use_the_learned_mode_and_levels(fit):
    top = wd.TopCoefficients(fit.wavelet_, k=3).fit(X)
    meant = wd.TopCoefficients(wd.WaveletTransform(fit.wavelet_, 2, "symmetric"), k=3).fit(X)
    np.testing.assert_array_equal(top.transform(X), meant.transform(X))


@pytest.mark.parametrize("setting", [{"mode": "zero"}, {"levels": 3}])
def test_features_with_another_mode_are_refused_unless_meant(fit, setting):
    ((name, value),) = setting.items()
    message = rf"learned with {name}=.*Leave {name} out, or give WaveletTransform\(wavelet, {name}="
    with pytest.raises(ValueError, match=message):
        wd.TopCoefficients(fit.wavelet_, **setting).fit(X)
    settings = {"levels": 2, "mode": "symmetric", **setting}
    meant = wd.WaveletTransform(fit.wavelet_, **settings)
    assert getattr(wd.TopCoefficients(meant).fit(X), "transform_", meant) == meant
    assert getattr(meant, name) == value


@pytest.mark.parametrize(
    ("attributions", "weight", "method"),
    [(None, 1.0, None), (X, 1.0, "multipliers"), (X, 0.0, None)],
)
def test_the_method_is_that_of_attributions_that_count(attributions, weight, method):
    distiller = wd.WaveletDistiller(2, 4, interpretation=weight, init="db2", normalize=False)
    origin = distiller.fit(X, attributions=attributions).wavelet_.origin
    assert origin["method"] == method
    assert origin["start"] == "db2"
    assert origin["normalize"] is False


def test_penalized_fits_say_so():
    pytest.importorskip("torch")
    settings = wd.PenalizedSettings(epochs=1)
    distiller = wd.WaveletDistiller(
        2, 4, sparsity=1e-4, constraint="penalized", penalized=settings
    ).fit(X)
    assert distiller.wavelet_.origin["constraint"] == "penalized"
    assert distiller.wavelet_.origin["loss"] == distiller.loss_


def test_a_learned_wavelet_may_start_another_fit(fit):
    again = wd.WaveletDistiller(3, 6, mode="zero", init=fit.wavelet_).fit(X)
    assert again.wavelet_.origin["start"] == "given filter"
    assert again.wavelet_.origin["levels"] == 3
