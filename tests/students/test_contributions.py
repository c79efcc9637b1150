"""A prediction taken apart sums to the prediction, and a signal's curves sum to the signal."""

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.linear_model import LassoCV, LinearRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.helpers import normal
from wavedistill.students import TopCoefficients, WaveletCoefficients, contributions

X = normal(80, 40)
Y = X[:, 5] + np.abs(X).max(axis=1) + 0.1 * normal(80, seed=1)
LINEAR = [
    [LinearRegression()],
    [StandardScaler(), Ridge()],
    [StandardScaler(), SelectKBest(f_regression, k=5), LassoCV()],
]
FEATURES = [
    WaveletCoefficients("db2", levels=3),
    TopCoefficients("db3", levels=3, k=4, sign="both", locations=True),
    TopCoefficients("sym4", levels=2, k=3, sign="abs"),
]


@pytest.mark.parametrize("features", FEATURES, ids=repr)
@pytest.mark.parametrize("steps", LINEAR, ids=lambda steps: type(steps[-1]).__name__)
def test_contributions_sum_to_the_prediction(features, steps):
    model = make_pipeline(features, *steps).fit(X, Y)
    found = contributions(model, X[:7])
    np.testing.assert_allclose(found.predictions, model.predict(X[:7]), rtol=1e-12)
    assert found.values.shape == found.positions.shape == (7, len(found.names))
    np.testing.assert_allclose(found.features, model[0].transform(X[:7]))
    most = found.largest(2, 3)
    assert np.abs(found.values[2, most]).min() >= np.sort(np.abs(found.values[2]))[-3]


def test_the_curves_of_all_coefficients_sum_to_the_signal():
    model = make_pipeline(WaveletCoefficients("db4", levels=3), Ridge()).fit(X, Y)
    found = contributions(model, X[:2])
    curves = [found.curve(1, feature) for feature in range(len(found.names))]
    np.testing.assert_allclose(sum(curves), X[1], atol=1e-12)


def test_images_are_taken_apart_alike():
    images = X.reshape(80, 5, 8)
    features = WaveletCoefficients("haar", levels=1, axes=(-2, -1))
    found = contributions(make_pipeline(features, Ridge()).fit(images, Y), images[:2])
    curves = [found.curve(1, feature) for feature in range(len(found.names))]
    np.testing.assert_allclose(sum(curves), images[1], atol=1e-12)
    with pytest.raises(ValueError, match="locations=True needs signals"):
        TopCoefficients("haar", levels=1, axes=(-2, -1), locations=True).fit(images)


def test_curves_of_magnitudes_keep_their_signs():
    model = make_pipeline(TopCoefficients("haar", levels=1, k=1, sign="abs"), Ridge()).fit(X, Y)
    found = contributions(model, -100 * np.eye(40)[None, 4])
    assert found.features[0, 0] > 0
    np.testing.assert_allclose(found.curve(0, 0)[[4, 5]], [-50, -50])


def test_channels_are_told_apart():
    both = np.stack([X, X[::-1]], axis=1)
    model = make_pipeline(TopCoefficients("db2", levels=2, k=2), Ridge()).fit(both, Y)
    found = contributions(model, both[:3])
    np.testing.assert_allclose(found.predictions, model.predict(both[:3]), rtol=1e-12)
    np.testing.assert_allclose(found.coefficients, found.features)


def test_what_is_not_linear_is_refused():
    model = make_pipeline(TopCoefficients("haar", levels=2), GradientBoostingRegressor()).fit(X, Y)
    with pytest.raises(ValueError, match="are not linear: for example"):
        contributions(model, X)
    with pytest.raises(TypeError, match="must be a scikit-learn Pipeline"):
        contributions(Ridge().fit(X, Y), X)
    many = make_pipeline(TopCoefficients("haar", levels=2), Ridge()).fit(X, np.stack([Y, Y], 1))
    with pytest.raises(ValueError, match="fit a model for each"):
        contributions(many, X)
    located = make_pipeline(TopCoefficients("haar", levels=2, locations=True), Ridge()).fit(X, Y)
    with pytest.raises(ValueError, match="'location of cD1 largest' is not a wavelet coefficient"):
        contributions(located, X).curve(0, len(located[0].get_feature_names_out()) - 1)
