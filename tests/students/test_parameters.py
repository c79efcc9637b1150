"""The parameters that made these counts: the nearest, their mean, and some in between."""

import numpy as np
import pytest
from scipy.spatial.distance import mahalanobis
from scipy.stats import multivariate_normal
from sklearn.covariance import OAS, LedoitWolf
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator

from tests.helpers import normal
from wavedistill.students import (
    LikelihoodRegressor,
    MahalanobisRegressor,
    PosteriorMeanRegressor,
)


def poisson_task(parameters, each, seed=0):
    """Counts in eight bins whose expectations bend with the parameters; y (n, p)."""
    y = np.repeat(np.atleast_2d(parameters), each, axis=0)
    slope = np.linspace(-1, 2, 8)[:, None] * np.arange(1, y.shape[1] + 1)
    rate = 60 * np.exp(y @ slope.T + 0.3 * np.sum(y, axis=1, keepdims=True) ** 2)
    return np.random.default_rng(seed).poisson(rate), y


@pytest.mark.parametrize("columns", [1, 2])
def test_predictions_are_of_the_least_mahalanobis_distance(columns):
    grid = normal(5, columns, seed=3) / 4
    X, y = poisson_task(grid, 60)
    X[:, 2] = 7  # no variance: the pseudo-inverse leaves it out
    target = y[:, 0] if columns == 1 else y
    order = np.random.default_rng(1).permutation(len(X))
    model = MahalanobisRegressor().fit(X[order], target[order])
    new, _ = poisson_task(grid, 6, seed=1)
    distances = np.empty((len(new), 5))
    for k, row in enumerate(model.parameters_):
        own = X[(y == row).all(axis=1)]
        precision = np.linalg.pinv(np.cov(own.T), rcond=1e-12, hermitian=True)
        distances[:, k] = [mahalanobis(h, own.mean(axis=0), precision) ** 2 for h in new]
    np.testing.assert_allclose(model.distances(new), distances, rtol=1e-8)
    expected = model.parameters_[distances.argmin(axis=1)]
    np.testing.assert_array_equal(model.predict(new), expected[:, 0] if columns == 1 else expected)
    ranks = np.linalg.matrix_rank(model.precisions_, hermitian=True)
    assert ranks.tolist() == [7] * 5


def test_a_covariance_may_be_pooled_or_shrunk():
    X, y = poisson_task([[0.0], [0.4]], 40)
    own = X[:40] - X[:40].mean(axis=0), X[40:] - X[40:].mean(axis=0)
    pooled = MahalanobisRegressor(pooled=True).fit(X, y)
    scatter = sum(part.T @ part for part in own) / 78
    np.testing.assert_allclose(pooled.precisions_[0], np.linalg.inv(scatter), rtol=1e-6)
    shrunk = MahalanobisRegressor(LedoitWolf()).fit(X, y)
    expected = LedoitWolf().fit(X[:40]).covariance_ * 40 / 39
    np.testing.assert_allclose(shrunk.precisions_[0], np.linalg.inv(expected), rtol=1e-6)
    for model in (pooled, shrunk, MahalanobisRegressor(OAS()).fit(X, y)):
        assert model.score(*poisson_task([[0.0], [0.4]], 50, seed=1)) == 1


def test_few_maps_earn_a_warning_and_equal_ones_an_error():
    X, y = poisson_task([[0.0], [0.4]], 6)
    with pytest.warns(UserWarning, match=r"6 rows with y=\[0\.0\], and X has 8 features"):
        MahalanobisRegressor().fit(X, y)
    MahalanobisRegressor(OAS()).fit(X, y)
    MahalanobisRegressor(pooled=True).fit(X, y)
    with pytest.raises(ValueError, match=r"with y=\[0\.0\] are too few"):
        MahalanobisRegressor(OAS()).fit(X[5:], y[5:])
    X[y[:, 0] == 0] = X[0]
    with pytest.raises(ValueError, match=r"X with y=\[0\.0\] are all equal"):
        MahalanobisRegressor(OAS()).fit(X, y)


# ------------------------------------------------------------------ the mean over groups


def posterior_mean(X, y, new):
    """By SciPy: Gaussian groups of equal prior probability with one covariance."""
    values, group = np.unique(y, axis=0, return_inverse=True)
    means = np.stack([X[group.ravel() == k].mean(axis=0) for k in range(len(values))])
    covariance = np.cov((X - means[group.ravel()]).T, bias=True)
    density = np.stack([multivariate_normal(m, covariance).pdf(new) for m in means], axis=1)
    return density @ values / density.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("columns", [1, 2])
def test_the_mean_over_groups_is_that_of_the_posterior_and_errs_less(columns):
    grid = 0.2 + normal(4, columns, seed=5) / 100
    X, y = poisson_task(grid, 80)
    target = y[:, 0] if columns == 1 else y
    new, truth = poisson_task(grid, 200, seed=2)
    predicted = PosteriorMeanRegressor().fit(X, target).predict(new)
    assert predicted.shape == (len(new), *target.shape[1:])
    found = predicted.reshape(truth.shape)
    np.testing.assert_allclose(found, posterior_mean(X, y, new), rtol=1e-6)
    nearest = MahalanobisRegressor(pooled=True).fit(X, target).predict(new).reshape(truth.shape)
    assert np.sum((found - truth) ** 2) < 0.9 * np.sum((nearest - truth) ** 2)


def test_groups_of_different_sizes_are_equally_probable_beforehand():
    X, y = poisson_task([[0.2], [0.22]], 100)
    rows = np.r_[:100, 100:130]
    model = PosteriorMeanRegressor().fit(X[rows], y[rows])
    own = [X[rows][y[rows, 0] == value].mean(axis=0) for value in (0.2, 0.22)]
    middle = np.mean(own, axis=0, keepdims=True)
    assert model.predict(middle)[0, 0] == pytest.approx(0.21)


def test_a_classifier_of_one_s_own_gives_the_weights():
    X, y = poisson_task([[0.2, 0.1], [0.24, 0.1], [0.2, 0.2]], 12)
    classifier = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.3)
    model = PosteriorMeanRegressor(classifier).fit(X, y)
    assert not hasattr(classifier, "classes_")
    weights = classifier.fit(X, np.unique(y, axis=0, return_inverse=True)[1].ravel())
    np.testing.assert_allclose(model.predict(X), weights.predict_proba(X) @ model.parameters_)
    assert not np.allclose(model.predict(X), PosteriorMeanRegressor().fit(X, y).predict(X))
    with pytest.raises(ValueError, match=r"one distinct row \(n_samples=12\)"):
        PosteriorMeanRegressor().fit(X[:12], y[:12])


# ------------------------------------------------------------------ between the parameters


def test_the_likelihood_finds_parameters_between_those_simulated():
    train = poisson_task(np.linspace(0, 0.6, 7)[:, None], 100)
    X, y = poisson_task(np.linspace(0.05, 0.55, 6)[:, None], 200, seed=1)  # halfway between
    model = make_pipeline(FunctionTransformer(np.sqrt), LikelihoodRegressor())
    model.fit(train[0], train[1].ravel())
    between = model.predict(X) - y.ravel()
    nearest = MahalanobisRegressor().fit(train[0], train[1].ravel()).predict(X) - y.ravel()
    assert np.sqrt(np.mean(between**2)) < 0.7 * np.sqrt(np.mean(nearest**2))
    bias = between.reshape(6, 200).mean(axis=1)
    assert np.abs(bias).max() < 0.015


def test_the_likelihood_finds_two_parameters_at_once():
    grid = np.array([(a, b) for a in (0, 0.2, 0.4) for b in (0, 0.2, 0.4)])
    model = LikelihoodRegressor(grid_points=41).fit(*poisson_task(grid, 100))
    X, y = poisson_task([[0.1, 0.3], [0.3, 0.1]], 300, seed=1)
    # What the counts tell apart is the sum weighted by the slopes.
    np.testing.assert_allclose((model.predict(X) @ [1, 2]), y @ [1, 2], atol=0.12)
    assert model.grid_.shape == (41**2, 2)
    assert LikelihoodRegressor().fit(*poisson_task(grid, 9)).grid_.shape == (64**2, 2)


def test_the_posterior_is_the_gaussian_one():
    X, y = poisson_task([[0.0], [0.3], [0.6]], 50)
    model = LikelihoodRegressor(degree=1, grid_points=9).fit(X, y)
    design = np.hstack([np.ones_like(y), y])
    weights = np.linalg.lstsq(design, X)[0]
    covariance = (X - design @ weights).T @ (X - design @ weights) / 148
    precision = np.linalg.inv(covariance) * (148 - 8 - 1) / 148
    grid = np.linspace(0, 0.6, 9)
    h = X[60]
    away = [h - weights[0] - t * weights[1] for t in grid]
    posterior = np.exp([-0.5 * d @ precision @ d for d in away])
    expected = grid @ posterior / posterior.sum()
    assert model.predict(h[None])[0, 0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"degree": 3}, ValueError, "4 terms, and the 3 distinct rows of y .* lower the degree"),
        ({"degree": 0}, ValueError, "degree=0 must be at least 1"),
        ({"grid_points": 1}, ValueError, "grid_points=1 must be at least 2"),
    ],
)
def test_bad_parameters_of_the_likelihood_are_refused(changes, error, message):
    with pytest.raises(error, match=message):
        LikelihoodRegressor(**changes).fit(*poisson_task([[0.0], [0.3], [0.6]], 20))


def test_the_checks_of_scikit_learn_pass():
    # The other regressors refuse what these checks give: y that are all different.
    results = check_estimator(LikelihoodRegressor(degree=1, covariance=OAS()), on_skip=None)
    assert len([result for result in results if result["status"] == "passed"]) > 40


@pytest.mark.parametrize("regressor", [MahalanobisRegressor, PosteriorMeanRegressor])
def test_a_regressor_of_groups_says_that_it_is_not_fitted(regressor):
    X, y = poisson_task([[0.0], [0.4]], 40)
    with pytest.raises(NotFittedError):
        regressor().predict(X)
    with pytest.raises(ValueError, match="7 features, but"):
        regressor().fit(X, y).predict(X[:, :7])
