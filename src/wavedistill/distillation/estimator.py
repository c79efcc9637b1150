"""`WaveletDistiller`: learn the wavelet in which data and attributions are sparsest."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from wavedistill.attribution import Attributions
from wavedistill.checks import Floats, float_array
from wavedistill.distillation.objective import Examples, Objective
from wavedistill.distillation.penalized.settings import PenalizedSettings
from wavedistill.distillation.search import Basin, descend, global_search
from wavedistill.distillation.terms import as_attributions, make_examples
from wavedistill.distillation.validation import (
    check_depth,
    check_parameters,
    refuse_products,
    start_wavelet,
    warn_of_invalid_wavelet,
)
from wavedistill.signals import read_signals
from wavedistill.wavelets import Decomposition, Lattice, Wavelet, WaveletTransform

if TYPE_CHECKING:
    from wavedistill.distillation.penalized.objective import PenalizedObjective

__all__ = ["Candidate", "WaveletDistiller"]

#: A smallest response on [-pi/2, pi/2] below this is avoided.
_LEAST_RESPONSE = 1e-3
#: Samples (of X, and of the multipliers) to screen starts on, and to descend on.
_SCREENING_SAMPLES, _DESCENDING_SAMPLES = 2**13, 2**17


class Candidate(NamedTuple):
    """A basin that a search found: its wavelet, the objective there, and what it began from."""

    wavelet: Wavelet
    loss: float
    start: str


class _Found(NamedTuple):
    """What a fit found, best first; the terms and the history are those of the best."""

    candidates: list[Candidate]
    terms: dict[str, float]
    history: list[float]


class WaveletDistiller(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Adaptive wavelet distillation (Eq. 8 of the paper).

    Among all orthonormal filters of a given length, find the one that minimises

        sparsity * mean_i ||A_h x_i||_1  +  interpretation * mean_i ||S_h^T m_i||_1,

    with A_h the DWT of the signals and S_h^T m the attributions of their wavelet coefficients
    (TRIM, Eq. 7). The other terms of Eq. 8, reconstruction and validity, are zero throughout. The
    paper's own formulation, in which they are penalties on N free filter numbers, is
    ``constraint="penalized"``.

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
        which are filtered alike: (-2, -1) for (n, H, W) and (n, C, H, W). Other axes but the first
        are channels, which share the wavelet.
    constraint : str
        ``"orthonormal"``, or ``"penalized"``: all terms of Eq. 8 with the penalties of weight 1,
        minimised from a single start by minibatch Adam in PyTorch. The filter is then orthonormal
        only as far as the penalties outweigh the other terms, which takes weights far below 1:
        the paper's ranges begin at 1e-5. `wavelet_.residuals()` tells, as does a warning.
        Attributions that are products need ``"orthonormal"``.
    init : str, Wavelet or array_like
        ``"auto"``: a global search, from every orthogonal wavelet of PyWavelets that fits, at every
        offset and reversed, and from random angles. ``"random"``: a local fit from random angles.
        Otherwise a local fit from a wavelet, its name or its lowpass filter, which is centred in
        the support if it is shorter. With ``constraint="penalized"`` every fit is local,
        ``"auto"`` is the Daubechies wavelet of that length (db38 if that is shorter), and a given
        filter need not be orthonormal.
    max_iter : int
        L-BFGS iterations of the last descent, at most; for the orthonormal constraint.
    tol : float
        Stop when an iteration lowers the loss by less than this share of it; likewise.
    normalize : bool
        Divide X and the multipliers by their mean absolute value (for products, by the mean
        absolute product), so that weights of 1 and 1 are of comparable size on any data.
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None
        For the subsamples and random starts of the search, or for the minibatches.
    penalized : PenalizedSettings or None
        Epochs, batches, scaling and device of ``constraint="penalized"``; None for the paper's.

    Attributes
    ----------
    wavelet_ : Wavelet
        The learned wavelet.
    candidates_ : list of Candidate
        The distinct basins found, lowest loss first; `wavelet_` is that of the first. A local fit
        has one.
    loss_ : float
        The objective at `wavelet_`.
    loss_terms_ : dict of str to float
        Its terms by name, weights included: two, or all eight of Eq. 8 if they are penalized.
    history_ : list of float
        The objective at the start and after each iteration of the last descent; if penalized, at
        the start and, averaged over minibatches as they were met, in each epoch (without the
        interpretation term in those of a warm-up).
    n_iter_ : int
        Iterations of the last descent, at least 1, or epochs.
    scales_ : dict of str to float
        What each term was divided by.
    layout_ : CoefficientLayout
        Where each sub-band lies in what `transform` returns.
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
            From `attribute` (those of several targets hold every example once per target), or an
            array shaped like X: the gradient of the teacher's output by its input. ``None`` learns
            from the data alone.

        Raises
        ------
        TypeError, ValueError
            Before any work is done, for parameters and data that cannot be used; each message says
            why, and what to do.
        ImportError
            If ``constraint="penalized"`` and PyTorch is not installed.
        """
        support = check_parameters(self)
        start = start_wavelet(self.init, support, self.constraint, self._random())
        shape = getattr(y, "shape", ())
        like_x = len(shape) > 1 and shape == getattr(X, "shape", ())
        if isinstance(y, Attributions) or like_x:
            raise TypeError("attributions were given in the place of y; pass attributions=... .")
        decomposition = Decomposition(self.levels, self.mode, self.axes)
        signals, axes = read_signals(self, X, self.axes, reset=True)
        examples = make_examples(
            signals,
            self._attributions(attributions),
            self.sparsity,
            self.interpretation,
            decomposition,
            scales=None if self.normalize else {"sparsity": 1.0, "interpretation": 1.0},
        )
        sizes = tuple(signals.shape[axis] for axis in axes)
        check_depth(decomposition, sizes, support)
        if start is None or self.constraint == "orthonormal":
            found = self._search(examples, start, support, decomposition)
        else:
            found = self._minimize_penalized(signals, examples, start, decomposition)
        self.scales_ = {term.name: term.scale for term in examples}

        self.candidates_, self.loss_terms_, self.history_ = found
        self.wavelet_, self.loss_, _ = self.candidates_[0]
        self.transform_ = WaveletTransform(self.wavelet_, self.levels, self.mode, self.axes)
        self.layout_ = self.transform_.layout(sizes)
        self.n_iter_ = max(1, len(self.history_) - 1)
        warn_of_invalid_wavelet(self.wavelet_)
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Wavelet coefficients of signals, `layout_.total` of them in place of the axis of time.

        Those of images lie in place of the first of their two axes, and the other is gone;
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
        ValueError
            If the fit used attributions and none are given.
        """
        check_is_fitted(self)
        signals, _ = read_signals(self, X, self.axes, reset=False)
        if "interpretation" in self.scales_ and attributions is None:
            raise ValueError(
                "the fit used attributions, and score was given none; pass "
                "attributions=... of these signals."
            )
        interpretation = self.interpretation if "interpretation" in self.scales_ else 0.0
        decomposition = self.transform_.decomposition
        examples = make_examples(
            signals,
            self._attributions(attributions),
            self.sparsity,
            interpretation,
            decomposition,
            scales=self.scales_,
        )
        lowpass = self.wavelet_.lowpass
        if self.constraint == "orthonormal":
            terms = Objective(examples, decomposition).terms(lowpass)
        else:
            terms = self._penalized_objective(signals, examples, decomposition).evaluate(lowpass)
        return -sum(terms.values())

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Names of the coefficients of one channel: cA4[0], ..., cD1[35], or cD1[35,35] of images.

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

    def _search(
        self,
        examples: tuple[Examples, ...],
        start: Wavelet | None,
        support: int,
        decomposition: Decomposition,
    ) -> _Found:
        random = self._random()
        count = max(len(term) for term in examples)
        per_example = max(term.signals.size // len(term) for term in examples)

        def objective_on(size: int) -> Objective:
            subset = tuple(term.subset(size, random) for term in examples)
            return Objective(subset, decomposition)

        settings: dict[str, Any] = {
            "max_iter": self.max_iter,
            "tol": self.tol,
            "least_response": _LEAST_RESPONSE,
        }
        # The linear algebra of L-BFGS is tiny, and threads would only get into one another's way.
        with threadpool_limits(limits=1, user_api="blas"):
            if start is not None:
                everything = objective_on(count)
                basin = Basin(Lattice(support).right_inverse(start.lowpass), start.name)
                basins = [descend(everything, basin, **settings)]
            else:
                sizes = (
                    min(count, max(16, _SCREENING_SAMPLES // per_example)),
                    min(count, max(64, _DESCENDING_SAMPLES // per_example)),
                    count,
                )
                everything, basins = global_search(
                    objective_on, sizes, support, random=random, **settings
                )
        candidates = [
            Candidate(Wavelet(basin.lowpass), basin.loss, basin.start) for basin in basins
        ]
        terms = everything.terms(basins[0].lowpass)
        return _Found(candidates, terms, list(basins[0].history))

    def _minimize_penalized(
        self,
        signals: Floats,
        examples: tuple[Examples, ...],
        start: Wavelet,
        decomposition: Decomposition,
    ) -> _Found:
        objective = self._penalized_objective(signals, examples, decomposition)
        settings = self.penalized or PenalizedSettings()
        fit = _import_penalized().minimize_penalized(
            objective, start.lowpass, settings, self._random()
        )
        candidate = Candidate(Wavelet(fit.lowpass), sum(fit.terms.values()), start.name)
        return _Found([candidate], fit.terms, fit.history)

    def _penalized_objective(
        self, signals: Floats, examples: tuple[Examples, ...], decomposition: Decomposition
    ) -> PenalizedObjective:
        settings = self.penalized or PenalizedSettings()
        objective: PenalizedObjective = _import_penalized().PenalizedObjective(
            signals,
            examples,
            decomposition,
            scaling=settings.scaling,
            device=settings.device,
        )
        return objective

    def _attributions(self, value: Attributions | ArrayLike | None) -> Attributions | None:
        attributions = as_attributions(value)
        if self.constraint == "penalized":
            refuse_products(attributions)
        return attributions

    def _random(self) -> np.random.Generator:
        state = self.random_state
        if isinstance(state, np.random.RandomState):
            return np.random.default_rng(state.randint(2**31 - 1))
        return np.random.default_rng(state)


def _import_penalized() -> ModuleType:
    try:
        from wavedistill.distillation.penalized import objective
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "torch":
            raise
        raise ImportError(
            "constraint='penalized' needs torch, and it is not installed: "
            "pip install 'wavedistill[torch]'"
        ) from error
    return objective
