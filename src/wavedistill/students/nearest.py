"""The simulated parameters whose counts are nearest (Appendix D.1)."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.covariance import EmpiricalCovariance

from wavedistill.students.parameters import ParameterRegressor

__all__ = ["MahalanobisRegressor", "Sample", "precisions"]

Array = NDArray[np.float64]
#: Deviations from a mean, their degrees of freedom, and which rows they are of.
Sample = tuple[Array, int, str]


class MahalanobisRegressor(ParameterRegressor):
    """The simulated parameters whose counts are nearest (Appendix D.1).

    Rows of X with equal y form a group, a cosmology. The prediction for counts h is the y of the
    group with the least (h - mean)^T C^-1 (h - mean), where mean and covariance C are those of the
    group's rows in training. Where groups are alike, the nearest is often the wrong one:
    `PosteriorMeanRegressor` errs less.

    Parameters
    ----------
    covariance : covariance estimator, optional
        One of `sklearn.covariance`. By default `EmpiricalCovariance`, the sample covariance, whose
        pseudo-inverse stands for C^-1, as in the paper's published code. `LedoitWolf` and `OAS`
        shrink towards a multiple of the identity, so that C is never singular.
    pooled : bool
        Use one covariance for all groups, of the deviations from the groups' means. A group may
        then have a single row.

    Attributes
    ----------
    parameters_ : ndarray, shape (groups, parameters)
        The distinct rows of y, in lexical order.
    means_ : ndarray, shape (groups, features)
        Mean counts.
    precisions_ : ndarray, shape (groups or 1, features, features)
        The inverse or pseudo-inverse covariances.
    n_features_in_ : int
        Features of X.

    Notes
    -----
    The pseudo-inverse leaves out what did not vary in a group. A bin that was always empty there
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

    def __init__(self, covariance: Any = None, pooled: bool = False) -> None:
        self.covariance = covariance
        self.pooled = pooled

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Take mean and covariance of each group.

        Parameters
        ----------
        X : array_like, shape (n, features)
        y : array_like, shape (n,) or (n, parameters)

        Raises
        ------
        ValueError
            For a group of a single row or of equal rows only, unless `pooled`.

        Warns
        -----
        UserWarning
            Where an empirical covariance is of no more rows than features.
        """
        counts, targets = self._read(X, y)
        self.parameters_, group = np.unique(targets, axis=0, return_inverse=True)
        members = [counts[group.ravel() == number] for number in range(len(self.parameters_))]
        self.means_ = np.stack([rows.mean(axis=0) for rows in members])
        samples = [
            (rows - mean, len(rows) - 1, f"with y={parameters.tolist()}")
            for rows, mean, parameters in zip(members, self.means_, self.parameters_, strict=True)
        ]
        if self.pooled:
            residuals = np.concatenate([sample[0] for sample in samples])
            samples = [(residuals, len(counts) - len(members), "in all")]
        self.precisions_ = precisions(samples, self.covariance)
        return self

    def distances(self, X: ArrayLike) -> Array:
        """The squared Mahalanobis distances to each group, shape (n, groups)."""
        counts = self._read_more(X)
        columns = []
        for number, mean in enumerate(self.means_):
            difference = counts - mean
            precision = self.precisions_[0 if self.pooled else number]
            columns.append(np.einsum("ij,ij->i", difference @ precision, difference))
        return np.stack(columns, axis=1)

    def predict(self, X: ArrayLike) -> Array:
        """The parameters of the nearest group, shape (n,) or (n, parameters), as y had."""
        nearest = self.distances(X).argmin(axis=1)
        return self._like_y(self.parameters_[nearest])


def precisions(samples: list[Sample], covariance: Any) -> Array:
    """The (pseudo-)inverse covariances of deviations from means, shape (samples, p, p)."""
    residuals, dof, which = min(samples, key=lambda sample: sample[1])
    if dof < 1:
        raise ValueError(
            f"the rows {which} are too few for a covariance (n_samples={len(residuals)}); give at "
            "least two with the same y, or pool the covariances of several y."
        )
    if covariance is None and dof < residuals.shape[1]:
        warnings.warn(
            f"there are {len(residuals)} rows {which}, and X has {residuals.shape[1]} features: "
            "the covariance is singular, and its pseudo-inverse sees only part of them. Give more "
            "rows, take fewer bins, or shrink with covariance=LedoitWolf().",
            stacklevel=3,
        )
    found = []
    for residuals, dof, which in samples:
        if (residuals == residuals[0]).all():
            raise ValueError(
                f"the rows of X {which} are all equal, which leaves no covariance; choose bins "
                "that hold peaks, or give more maps."
            )
        estimator = EmpiricalCovariance() if covariance is None else clone(covariance)
        estimator.set_params(assume_centered=True).fit(residuals)
        found.append(estimator.precision_ * (dof / len(residuals)))
    return np.stack(found)
