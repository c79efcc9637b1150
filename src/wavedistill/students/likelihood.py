"""Which parameters made these counts: those of the nearest simulations, or some in between."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import eigh
from scipy.special import softmax
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.covariance import ledoit_wolf, oas
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

from wavedistill.checks import integer

__all__ = ["LikelihoodRegressor", "MahalanobisRegressor"]

Array = NDArray[np.float64]

_COVARIANCES = ("empirical", "ledoit-wolf", "oas")
#: Values in a block of distances to the grid (64 MiB).
_BLOCK = 2**23
#: Points of the grid, over all parameters, where none are asked for.
_GRID = 4096


class MahalanobisRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """The simulated parameters whose counts are nearest (Appendix D.1), or their mean.

    Rows of X with equal y form a group, a cosmology. The prediction for counts h is the y of the
    group with the least d2 = (h - mean)^T C^-1 (h - mean), mean and covariance C being those of the
    group's rows in training. Where groups are alike, the nearest is often the wrong one, and the
    mean over groups errs less.

    Parameters
    ----------
    covariance : str
        ``"empirical"``: the sample covariance, its pseudo-inverse for C^-1, as in the paper's
        published code. ``"ledoit-wolf"``, ``"oas"``: shrunk towards a multiple of the identity
        (`sklearn.covariance`), which is never singular.
    pooled : bool
        Use one covariance for all groups, of the deviations from the groups' means. A group may
        then have a single row.
    estimate : str
        ``"nearest"``: the y of the nearest group, as in the paper. ``"mean"``: the mean of all
        groups' y with weights exp(-d2 / 2), which is the posterior mean of Gaussian counts for
        groups that are equally probable beforehand, and has the least expected squared error; it
        needs `pooled`.

    Attributes
    ----------
    parameters_ : ndarray, shape (groups, parameters)
        The distinct rows of y, in lexical order.
    means_ : ndarray, shape (groups, features)
        Mean counts.
    precisions_ : ndarray, shape (groups or 1, features, features)
        The inverse or pseudo-inverse covariances.
    ranks_ : ndarray of int, shape (groups or 1,)
        Their ranks.
    n_features_in_ : int
        Features of X.

    Notes
    -----
    The pseudo-inverse leaves out what did not vary in a group: a bin that was always empty there
    says nothing against the group, whatever a map has in it, so that a group whose counts vary in
    fewer directions has an advantage. Choose bins that hold peaks, or shrink. Where a group has
    fewer rows than features, more than such bins is left out, and `fit` warns.

    There is no factor for the bias of an inverse covariance of few maps: it is the same for groups
    of one size. Nor is there ln det C, which the paper leaves out too:
    `sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis` has it.

    Examples
    --------
    >>> import numpy as np
    >>> from wavedistill.students import MahalanobisRegressor
    >>> random = np.random.default_rng(0)
    >>> y = np.repeat([0.2, 0.3], 100)
    >>> X = random.poisson(100 * y[:, None] * [1, 2, 3])
    >>> float(np.mean(MahalanobisRegressor().fit(X, y).predict(X) == y)) > 0.95
    True
    """

    def __init__(
        self, covariance: str = "empirical", pooled: bool = False, estimate: str = "nearest"
    ) -> None:
        self.covariance = covariance
        self.pooled = pooled
        self.estimate = estimate

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Take mean and covariance of each group.

        Parameters
        ----------
        X : array_like, shape (n, features)
        y : array_like, shape (n,) or (n, parameters)

        Raises
        ------
        ValueError
            For a group of a single row or of equal rows only, unless `pooled`; and for
            ``estimate="mean"`` without it.

        Warns
        -----
        UserWarning
            Where an empirical covariance is of no more rows than features.
        """
        _check_covariance(self.covariance)
        if self.estimate not in ("nearest", "mean"):
            raise ValueError(f"estimate={self.estimate!r} must be 'nearest' or 'mean'.")
        if self.estimate == "mean" and not self.pooled:
            raise ValueError(
                "estimate='mean' weighs groups by one Gaussian density, and they have a covariance "
                "each; set pooled=True."
            )
        counts, targets = _read(self, X, y)
        self.parameters_, group = np.unique(targets, axis=0, return_inverse=True)
        group = group.ravel()
        sizes = np.bincount(group)
        sums = np.zeros((len(sizes), counts.shape[1]))
        np.add.at(sums, group, counts)
        self.means_ = sums / sizes[:, None]
        residuals = counts - self.means_[group]
        if self.pooled:
            samples = [(residuals, len(counts) - len(sizes), "in all")]
        else:
            samples = [
                (residuals[group == number], int(sizes[number]) - 1, f"with y={row.tolist()}")
                for number, row in enumerate(self.parameters_)
            ]
        _warn_of_few(samples, self.covariance)
        parts = [_precision(*sample, self.covariance) for sample in samples]
        self.precisions_ = np.stack([precision for precision, _ in parts])
        self.ranks_ = np.array([rank for _, rank in parts])
        return self

    def distances(self, X: ArrayLike) -> Array:
        """The squared Mahalanobis distances to each group, shape (n, groups)."""
        check_is_fitted(self)
        counts = validate_data(self, X, reset=False, dtype=np.float64)
        precisions = np.broadcast_to(
            self.precisions_, (len(self.means_), *self.precisions_.shape[1:])
        )
        columns = []
        for mean, precision in zip(self.means_, precisions, strict=True):
            difference = counts - mean
            columns.append(np.einsum("ij,ij->i", difference @ precision, difference))
        return np.stack(columns, axis=1)

    def predict(self, X: ArrayLike) -> Array:
        """The parameters of the nearest group or the mean, shape (n,) or (n, parameters)."""
        distances = self.distances(X)
        if self.estimate == "nearest":
            return _like_y(self, self.parameters_[distances.argmin(axis=1)])
        return _like_y(self, softmax(-distances / 2, axis=1) @ self.parameters_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


class LikelihoodRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """The likeliest parameters, also between the simulated ones.

    The counts are taken for Gaussian: their mean is a polynomial of the parameters, fitted by
    least squares, and their covariance is one for all, that of the deviations from it. Predictions
    are sought on a grid within the range of each parameter in training, where all values are
    equally probable beforehand. Between few simulations in several dimensions, the corners of that
    box are extrapolated to.

    Parameters
    ----------
    degree : int
        Of the polynomial, all products of parameters included.
    estimate : str
        ``"mean"``: the posterior mean, which has the least expected squared error. ``"mode"``: the
        point of the grid of largest likelihood.
    grid_points : int or None
        Points along each parameter; None: as many as make about 4096 in all. With a ``"mode"``, or
        a posterior narrower than their distance, no answer is finer.
    covariance : str
        As for `MahalanobisRegressor`. With ``"empirical"`` the pseudo-inverse is scaled by
        (dof - p - 1) / dof for its bias, p its rank, dof = n - terms (Hartlap et al. 2007).

    Attributes
    ----------
    grid_ : ndarray, shape (points, parameters)
        Where the likelihood is evaluated.
    means_ : ndarray, shape (points, features)
        Mean counts there.
    precision_ : ndarray, shape (features, features)
        The inverse or pseudo-inverse covariance.
    rank_ : int
        Its rank.
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
        self,
        degree: int = 2,
        estimate: str = "mean",
        grid_points: int | None = None,
        covariance: str = "empirical",
    ) -> None:
        self.degree = degree
        self.estimate = estimate
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
        _check_covariance(self.covariance)
        degree = integer(self.degree, "degree", minimum=1)
        if self.estimate not in ("mean", "mode"):
            raise ValueError(f"estimate={self.estimate!r} must be 'mean' or 'mode'.")
        counts, targets = _read(self, X, y)
        parameters = targets.shape[1]
        if self.grid_points is None:
            points = max(2, round(_GRID ** (1 / parameters)))
        else:
            points = integer(self.grid_points, "grid_points", minimum=2)
        scaler = StandardScaler().fit(targets)
        terms = PolynomialFeatures(degree).fit(targets)
        design = terms.transform(scaler.transform(targets))
        if np.linalg.matrix_rank(design) < design.shape[1]:
            distinct = len(np.unique(targets, axis=0))
            raise ValueError(
                f"degree={degree} makes a polynomial of {design.shape[1]} terms, and the "
                f"{distinct} distinct rows of y (n_samples={len(counts)}) do not determine them; "
                "lower the degree, or leave out parameters that the others determine."
            )
        weights = np.linalg.lstsq(design, counts)[0]
        residuals = counts - design @ weights
        dof = len(counts) - design.shape[1]
        sample = (residuals, dof, "in all")
        _warn_of_few([sample], self.covariance)
        self.precision_, self.rank_ = _precision(*sample, self.covariance)
        if self.covariance == "empirical":
            self.precision_ = self.precision_ * (max(dof - self.rank_ - 1, 1) / dof)
        axes = [
            np.linspace(*ends, points) for ends in zip(targets.min(0), targets.max(0), strict=True)
        ]
        self.grid_ = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, parameters)
        self.means_ = terms.transform(scaler.transform(self.grid_)) @ weights
        return self

    def predict(self, X: ArrayLike) -> Array:
        """The estimated parameters, shape (n,) or (n, parameters), as y had."""
        check_is_fitted(self)
        counts = validate_data(self, X, reset=False, dtype=np.float64)
        # Means close to the counts keep the differences of the distances exact.
        centre = self.means_.mean(axis=0)
        means = self.means_ - centre
        weighted = means @ self.precision_
        constant = np.einsum("ij,ij->i", weighted, means) / 2
        predictions = np.empty((len(counts), self.grid_.shape[1]))
        rows = max(1, _BLOCK // len(means))
        for start in range(0, len(counts), rows):
            block = slice(start, start + rows)
            logarithm = (counts[block] - centre) @ weighted.T - constant
            if self.estimate == "mode":
                predictions[block] = self.grid_[logarithm.argmax(axis=1)]
                continue
            predictions[block] = softmax(logarithm, axis=1) @ self.grid_
        return _like_y(self, predictions)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _check_covariance(covariance: str) -> None:
    if covariance not in _COVARIANCES:
        raise ValueError(
            f"covariance={covariance!r} must be one of {', '.join(map(repr, _COVARIANCES))}."
        )


def _read(estimator: BaseEstimator, X: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """Counts (n, features) and parameters (n, parameters), checked."""
    counts, targets = validate_data(
        estimator, X, y, dtype=np.float64, multi_output=True, y_numeric=True
    )
    estimator._one_parameter = targets.ndim == 1
    return counts, np.asarray(targets, dtype=np.float64).reshape(len(counts), -1)


def _like_y(estimator: Any, parameters: Array) -> Array:
    return parameters[:, 0] if estimator._one_parameter else parameters


#: Deviations from the mean, their degrees of freedom, and whose they are.
Sample = tuple[Array, int, str]


def _warn_of_few(samples: list[Sample], covariance: str) -> None:
    """Warn of a covariance that must be singular, naming the sample with the fewest rows."""
    residuals, dof, whose = min(samples, key=lambda sample: sample[1])
    if covariance == "empirical" and dof < residuals.shape[1]:
        warnings.warn(
            f"there are {len(residuals)} rows {whose}, and X has {residuals.shape[1]} features: "
            "the covariance is singular, and its pseudo-inverse sees only part of them. Give more "
            "rows, take fewer bins, or shrink with covariance='ledoit-wolf'.",
            stacklevel=3,
        )


def _precision(residuals: Array, dof: int, whose: str, covariance: str) -> tuple[Array, int]:
    """The (pseudo-)inverse covariance of deviations from the mean, and its rank."""
    rows, features = residuals.shape
    if dof < 1:
        raise ValueError(
            f"the rows {whose} are too few for a covariance (n_samples={rows}); give at least two "
            "with the same y, or pool the covariances of several y."
        )
    if (residuals == residuals[0]).all():
        raise ValueError(
            f"the rows of X {whose} are all equal, which leaves no covariance; choose bins that "
            "hold peaks, or give more maps."
        )
    if covariance == "empirical":
        matrix = residuals.T @ residuals / dof
    else:
        shrink = ledoit_wolf if covariance == "ledoit-wolf" else oas
        matrix = shrink(residuals, assume_centered=True)[0] * (rows / dof)
    values, vectors = eigh(matrix)
    kept = values > features * np.finfo(np.float64).eps * values[-1]
    scaled = vectors[:, kept] / np.sqrt(values[kept])
    return scaled @ scaled.T, int(kept.sum())
