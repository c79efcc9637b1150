"""Attributions go with X through scikit-learn's cross-validation."""

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, KFold, cross_validate
from sklearn.pipeline import make_pipeline

import wavedistill as wd
from tests.helpers import normal

pytestmark = pytest.mark.filterwarnings("ignore::wavedistill.WaveletWarning")

X = normal(30, 20).cumsum(axis=1)
M = np.gradient(X, axis=1)
CASES = {
    "array": M,
    "saliency": wd.Attributions(M),
    "two targets": wd.Attributions(np.concatenate([M, normal(30, 20, seed=1)]), targets=2),
    "products": wd.Attributions(M, X, "input_x_gradient"),
    "baselines": wd.Attributions(
        np.stack([M, 2 * M]), np.stack([X, X - 1]), "expected_gradients", baseline_axis=True
    ),
}


@pytest.fixture(autouse=True)
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def distiller(**parameters):
    return wd.WaveletDistiller(**{"levels": 2, "support": 4, "init": "db2", **parameters})


def rows(attributions, chosen):
    return attributions[chosen]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("asked", [False, True])
def test_cross_validation_fits_and_scores_with_the_rows_of_each_fold(case, asked):
    A, folds = CASES[case], KFold(3)
    estimator = distiller()
    if asked:
        estimator.set_fit_request(attributions=True).set_score_request(attributions=True)
    found = cross_validate(estimator, X, params={"attributions": A}, cv=folds)
    expected = [
        distiller().fit(X[a], attributions=A[a]).score(X[b], attributions=A[b])
        for a, b in folds.split(X)
    ]
    np.testing.assert_allclose(found["test_score"], expected)


@pytest.mark.parametrize("case", CASES)
def test_a_grid_search_takes_them_along(case):
    A = CASES[case]
    search = GridSearchCV(distiller(), {"init": ["haar", "db2"]}, cv=3)
    search.fit(X, attributions=A)
    best = distiller(**search.best_params_).fit(X, attributions=A)
    assert search.best_estimator_.wavelet_ == best.wavelet_
    assert "interpretation" in search.best_estimator_.loss_terms_
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_a_pipeline_hands_them_on():
    pipeline = make_pipeline(distiller(), Ridge())
    pipeline.fit(X, X[:, 3], attributions=M)
    expected = distiller().fit(X, attributions=M)
    assert pipeline[0].wavelet_ == expected.wavelet_
    pipeline.fit(X, X[:, 3])
    assert "interpretation" not in pipeline[0].loss_terms_


def test_they_may_be_refused():
    estimator = distiller().set_fit_request(attributions=False)
    fit = cross_validate(
        estimator.set_score_request(attributions=False), X, cv=3, return_estimator=True
    )
    assert all("interpretation" not in each.loss_terms_ for each in fit["estimator"])
    assert clone(estimator).get_metadata_routing().fit.requests == {"attributions": False}
