"""`WaveletDistiller`: learn the wavelet in which data and attributions are sparsest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from wavedistill.attribution import Attributions
from wavedistill.checks import Floats, float_array
from wavedistill.distillation.constraints import constraint_of
from wavedistill.distillation.fits import origin_of, sign
from wavedistill.distillation.inspection import warn_of_invalid_wavelet, warn_of_padding
from wavedistill.distillation.penalized.settings import PenalizedSettings
from wavedistill.distillation.starts import start_wavelet
from wavedistill.distillation.terms import as_attributions, make_terms
from wavedistill.distillation.validation import (
    check_depth,
    check_parameters,
    check_target,
    warn_of_forgotten_axis,
)
from wavedistill.signals import read_signals
from wavedistill.wavelets import Wavelet, WaveletTransform

__all__ = ["WaveletDistiller"]


class WaveletDistiller(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Adaptive wavelet distillation (Eq. 8 of the paper).

    Among all orthonormal filters of a given length, find the one that minimises

        sparsity * mean_i ||A_h x_i||_1  +  interpretation * mean_i ||S_h^T m_i||_1,

    with A_h the DWT of the signals and S_h^T m the attributions of their wavelet coefficients
    (TRIM, Eq. 7). The other terms of Eq. 8, reconstruction and validity, are zero for such filters.
    The paper's own formulation, with penalties on N free filter numbers, is
    ``constraint="penalized"``.

    With scikit-learn's metadata routing, `attributions` go with X through `cross_validate`,
    `GridSearchCV` and pipelines, to fits and scores alike.

    Parameters
    ----------
    levels : int
        Depth J of the transform.
    support : int
        Length N of the filters, even.
    sparsity, interpretation : float
        Weights (lambda and gamma of Eq. 8). Either may be 0, not both.
    mode : str
        PyWavelets' signal extension mode.
    axes : int or pair of int
        The axis of time: -1 for (n, L) and (n, C, L), 1 for (n, L, C). Or the two axes of images,
        (-2, -1) for (n, H, W) and (n, C, H, W); the same filters run along both. All other axes
        except the first are channels, which share the wavelet. The default warns of an X that looks
        like images: (n, a, b) with a and b at least 16 and neither more than twice the other. For
        channels of that number pass (-1,).
    constraint : str
        ``"orthonormal"``, or ``"penalized"``: all terms of Eq. 8 with the penalties of weight 1,
        minimised from a single start by minibatch Adam in PyTorch. The filter is then orthonormal
        only as far as the penalties outweigh the other terms, which takes weights far below 1
        (the paper's begin at 1e-5). Attributions that are products need ``"orthonormal"``.
    init : str, Wavelet or array_like
        ``"auto"``: a global search, from every orthogonal wavelet of PyWavelets that fits, at every
        offset and reversed, and from random angles. ``"random"``: a local fit from random angles.
        Otherwise a local fit from a wavelet, its name or its lowpass filter, which is centred in
        the support if it is shorter. With ``constraint="penalized"`` every fit is local,
        ``"auto"`` is the Daubechies wavelet of that length (db38 if that is shorter), and a given
        filter need not be orthonormal.
    max_iter : int
        L-BFGS iterations of the last descent, at most; for the orthonormal constraint only.
    tol : float
        Stop when an iteration lowers the loss by less than this share of it; for the orthonormal
        constraint only.
    normalize : bool
        Divide X and the multipliers by their mean absolute value (for products, by the mean
        absolute product), so that weights of 1 and 1 are comparable on any data.
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None
        For the subsamples and random starts of a search, or for the minibatches.
    penalized : PenalizedSettings or None
        Epochs, batches, scaling and device of ``constraint="penalized"``; None for the paper's.

    Attributes
    ----------
    wavelet_ : Wavelet
        The learned wavelet. Its `origin` says how it was learned, and is saved with it: levels,
        mode, axes, support, weights, constraint, loss, start, method of the attributions, and the
        version of this package. Features of this wavelet take levels, mode and axes from there.
    transform_ : WaveletTransform
        The transform with the learned wavelet: what `transform` applies.
    candidates_ : list of Candidate
        The distinct basins found, lowest loss first; `wavelet_` is that of the first. A local fit
        has one.
    loss_ : float
        The objective at `wavelet_`.
    loss_terms_ : dict of str to float
        Its terms by name, weights included: two, or all eight of Eq. 8 if it is penalized.
    history_ : list of float
        The objective at the start and after each iteration of the last descent. If it is penalized:
        at the start, and then for each epoch its mean over the minibatches as they were met
        (without the interpretation term in a warm-up).
    n_iter_ : int
        Iterations of the last descent, at least 1, or epochs.
    scales_ : dict of str to float
        What each term was divided by.
    layout_ : CoefficientLayout
        Where each sub-band lies in the result of `transform`.
    n_features_in_ : int
        Size of the second axis of X.

    Examples
    --------
    >>> import numpy as np
    >>> import wavedistill as wd
    >>> X = np.random.default_rng(0).standard_normal((200, 32)).cumsum(axis=1)
    >>> distiller = wd.WaveletDistiller(levels=2, support=4).fit(X)
    >>> Z = distiller.transform(X)
    >>> Z.shape
    (200, 37)
    >>> bool(np.allclose(distiller.inverse_transform(Z), X))
    True
    """

    #: Metadata routing asks for attributions unless told otherwise.
    __metadata_request__fit: ClassVar[dict[str, bool]] = {"attributions": True}
    __metadata_request__score: ClassVar[dict[str, bool]] = {"attributions": True}

    def __init__(
        self,
        levels: int = 4,
        support: int = 10,
        sparsity: float = 1.0,
        interpretation: float = 1.0,
        mode: str = "zero",
        axes: int | Sequence[int] = -1,
        constraint: str = "orthonormal",
        init: str | Wavelet | ArrayLike = "auto",
        max_iter: int = 200,
        tol: float = 1e-9,
        normalize: bool = True,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        penalized: PenalizedSettings | None = None,
    ) -> None:
        self.levels = levels
        self.support = support
        self.sparsity = sparsity
        self.interpretation = interpretation
        self.mode = mode
        self.axes = axes
        self.constraint = constraint
        self.init = init
        self.max_iter = max_iter
        self.tol = tol
        self.normalize = normalize
        self.random_state = random_state
        self.penalized = penalized

    def fit(
        self,
        X: ArrayLike,
        y: object = None,
        attributions: Attributions | ArrayLike | None = None,
    ) -> Self:
        """Learn the wavelet.

        Parameters
        ----------
        X : array_like, shape (n, ...)
            Signals along `axes`, float32 or float64.
        y : ignored
        attributions : Attributions, array_like of multipliers, or None
            From `attribute`, of one or several targets; or an array shaped like X, the gradient of
            the teacher's output by its input. ``None`` learns from the data alone.

        Raises
        ------
        TypeError, ValueError
            Before any work is done, for parameters and data that cannot be used; each message says
            why, and what to do.
        ImportError
            If ``constraint="penalized"`` and PyTorch is not installed.

        Warns
        -----
        BorderWarning
            If there are more levels than PyWavelets advises (`pywt.dwt_max_level`).
        InvalidWaveletWarning
            If the learned filter is no wavelet, or nearly none.
        PaddedWaveletWarning
            If the learned filter is a shorter wavelet padded with zeros.
        UserWarning
            If X looks like images and `axes` is the default, if the multipliers are constant along
            the signals, or if y looks like attributions and none are given.
        """
        taps, decomposition = check_parameters(self)
        start = start_wavelet(self.init, taps, self.constraint, self._random())
        check_target(X, y, attributions)
        signals, axes = read_signals(self, X, self.axes, reset=True)
        warn_of_forgotten_axis(signals.shape, self.axes)
        taught = as_attributions(attributions)
        constraint = constraint_of(self)
        constraint.check(taught)
        scales = None if self.normalize else {"sparsity": 1.0, "interpretation": 1.0}
        terms = make_terms(
            signals, taught, self.sparsity, self.interpretation, decomposition, scales=scales
        )
        sizes = tuple(signals.shape[axis] for axis in axes)
        check_depth(decomposition, sizes, taps)
        fit = constraint.fit(signals, terms, decomposition, taps, start, self._random())
        self.scales_ = {term.name: term.scale for term in terms}

        method = taught.method if taught is not None and "interpretation" in self.scales_ else None
        self.candidates_ = sign(fit.candidates, origin_of(self, decomposition, method))
        self.loss_terms_, self.history_ = fit.terms, fit.history
        self.wavelet_, self.loss_, _ = self.candidates_[0]
        self.transform_ = WaveletTransform(self.wavelet_, self.levels, self.mode, self.axes)
        self.layout_ = self.transform_.layout(sizes)
        self.n_iter_ = max(1, len(self.history_) - 1)
        warn_of_invalid_wavelet(self.wavelet_)
        warn_of_padding(self.transform_, sizes)
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Wavelet coefficients of signals: `layout_.total` of them in place of the axis of time.

        Those of images replace the first of their two axes, and the second is dropped;
        ``layout_.bands`` gives each sub-band its two axes back.
        """
        check_is_fitted(self)
        signals, _ = read_signals(self, X, self.axes, reset=False)
        return self.transform_.analysis(signals)

    def inverse_transform(self, Z: ArrayLike) -> Floats:
        """The signals that have these coefficients, at their original length."""
        check_is_fitted(self)
        coefficients = float_array(Z, "Z", min_ndim=2)
        return self.transform_.synthesis(coefficients, self.layout_.lengths)

    def score(
        self,
        X: ArrayLike,
        y: object = None,
        attributions: Attributions | ArrayLike | None = None,
    ) -> float:
        """Minus the objective on other data, with the scales of the fit.

        Raises
        ------
        TypeError, ValueError
            For data that cannot be used, or if the fit used attributions and none are given.
        """
        check_is_fitted(self)
        check_target(X, y, attributions)
        signals, _ = read_signals(self, X, self.axes, reset=False)
        taught = "interpretation" in self.scales_
        if taught and attributions is None:
            raise ValueError(
                "the fit used attributions, and score was given none; pass "
                "attributions=... of these signals."
            )
        given, constraint = as_attributions(attributions), constraint_of(self)
        constraint.check(given)
        interpretation = self.interpretation if taught else 0.0
        decomposition = self.transform_.decomposition
        terms = make_terms(
            signals, given, self.sparsity, interpretation, decomposition, scales=self.scales_
        )
        objective = constraint.objective(signals, terms, decomposition)
        return -sum(objective.evaluate(self.wavelet_.lowpass).values())

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Names of the coefficients of a single channel, such as cA4[0], or cD1[35,35] of images.

        Raises
        ------
        ValueError
            If there are several channels.
        """
        check_is_fitted(self)
        if len(self.signal_shape_) != len(self.layout_.lengths):
            raise ValueError(
                f"signals of shape {self.signal_shape_} have coefficients in more than one axis, "
                "which have no flat list of names; see layout_."
            )
        return np.array(self.layout_.labels, dtype=object)

    def _random(self) -> np.random.Generator:
        state = self.random_state
        if isinstance(state, np.random.RandomState):
            return np.random.default_rng(state.randint(2**31 - 1))
        return np.random.default_rng(state)
