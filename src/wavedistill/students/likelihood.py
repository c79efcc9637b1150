"""The likeliest parameters, also between the simulated ones."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from wavedistill.checks import integer
from wavedistill.students.nearest import precisions
from wavedistill.students.parameters import ParameterRegressor

__all__ = ["LikelihoodRegressor"]

Array = NDArray[np.float64]

#: Values in a block of distances to the grid (64 MiB).
_BLOCK = 2**23
#: Points of the grid, over all parameters, where none are asked for.
_GRID = 4096


class LikelihoodRegressor(ParameterRegressor):
    """The likeliest parameters, also between the simulated ones.

    The counts are taken for Gaussian. Their mean is a polynomial of the parameters, fitted by least
    squares, and their covariance is one for all, that of the deviations from it. The prediction is
    the posterior mean on a grid within the range of each parameter in training, where all values
    are equally probable beforehand; it has the least expected squared error. Between few
    simulations in several dimensions, the corners of that box are extrapolated to.

    Parameters
    ----------
    degree : int
        Of the polynomial, all products of parameters included.
    grid_points : int, optional
        Points along each parameter; by default as many as make about 4096 in all. Where the
        posterior is narrower than their distance, the prediction is the nearest point.
    covariance : covariance estimator, optional
        As for `MahalanobisRegressor`. The pseudo-inverse of the default is scaled by
        (dof - p - 1) / dof for its bias, where p is its rank and dof = n - terms (Hartlap et al.
        2007).

    Attributes
    ----------
    grid_ : ndarray, shape (points, parameters)
        Where the likelihood is evaluated.
    means_ : ndarray, shape (points, features)
        Mean counts there.
    precision_ : ndarray, shape (features, features)
        The inverse or pseudo-inverse covariance.
    n_features_in_ : int
        Features of X.

    Notes
    -----
    Counts vary as their mean does, so that their square roots are nearer to one covariance: put
    ``FunctionTransformer(np.sqrt)`` before this.

    Examples
    --------
    >>> import numpy as np
    >>> from wavedistill.students import LikelihoodRegressor
    >>> random = np.random.default_rng(0)
    >>> y = np.repeat([0.2, 0.25, 0.3, 0.35], 100)
    >>> model = LikelihoodRegressor().fit(random.poisson(1000 * y[:, None] * [1, 2, 3]), y)
    >>> between = model.predict(random.poisson(1000 * np.full((100, 1), 0.27) * [1, 2, 3]))
    >>> round(float(between.mean()), 2)
    0.27
    """

    def __init__(
        self, degree: int = 2, grid_points: int | None = None, covariance: Any = None
    ) -> None:
        self.degree = degree
        self.grid_points = grid_points
        self.covariance = covariance

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit the mean, take the covariance and lay the grid.

        Parameters
        ----------
        X : array_like, shape (n, features)
        y : array_like, shape (n,) or (n, parameters)

        Raises
        ------
        ValueError
            For more terms of the polynomial than distinct rows of y can tell apart.

        Warns
        -----
        UserWarning
            Where an empirical covariance is of no more rows than features.
        """
        degree = integer(self.degree, "degree", minimum=1)
        counts, targets = self._read(X, y)
        parameters = targets.shape[1]
        points = max(2, round(_GRID ** (1 / parameters)))
        if self.grid_points is not None:
            points = integer(self.grid_points, "grid_points", minimum=2)
        terms = make_pipeline(StandardScaler(), PolynomialFeatures(degree))
        design = terms.fit_transform(targets)
        dof = len(counts) - design.shape[1]
        if np.linalg.matrix_rank(design) < design.shape[1]:
            distinct = len(np.unique(targets, axis=0))
            raise ValueError(
                f"degree={degree} makes a polynomial of {design.shape[1]} terms, and the "
                f"{distinct} distinct rows of y (n_samples={len(counts)}) do not determine them; "
                "lower the degree, or leave out parameters that the others determine."
            )
        mean = LinearRegression(fit_intercept=False).fit(design, counts)
        residuals = counts - mean.predict(design)
        self.precision_ = precisions([(residuals, dof, "in all")], self.covariance)[0]
        if self.covariance is None:
            rank = np.linalg.matrix_rank(self.precision_, hermitian=True)
            self.precision_ *= max(dof - rank - 1, 1) / dof
        ends = zip(targets.min(axis=0), targets.max(axis=0), strict=True)
        axes = np.meshgrid(*(np.linspace(*pair, points) for pair in ends), indexing="ij")
        self.grid_ = np.stack(axes, axis=-1).reshape(-1, parameters)
        self.means_ = mean.predict(terms.transform(self.grid_))
        return self

    def predict(self, X: ArrayLike) -> Array:
        """The posterior mean, shape (n,) or (n, parameters), as y had."""
        counts = self._read_more(X)
        # Means close to the counts keep the differences of the distances exact.
        centre = self.means_.mean(axis=0)
        means = self.means_ - centre
        weighted = means @ self.precision_
        constant = np.einsum("ij,ij->i", weighted, means) / 2
        rows = max(1, _BLOCK // len(means))
        blocks = [
            softmax((counts[start : start + rows] - centre) @ weighted.T - constant, axis=1)
            @ self.grid_
            for start in range(0, len(counts), rows)
        ]
        return self._like_y(np.concatenate(blocks))
