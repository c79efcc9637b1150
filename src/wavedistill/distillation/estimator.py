"""`WaveletDistiller`: learn the wavelet in which data and attributions are sparsest."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
import pywt
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from wavedistill.attribution import Attributions
from wavedistill.checks import Floats, Mode, check_mode, float_array, integer, signal_axes
from wavedistill.distillation.objective import Examples, Objective
from wavedistill.distillation.search import Basin, descend, global_search
from wavedistill.distillation.terms import as_attributions, make_examples
from wavedistill.wavelets import (
    CoefficientLayout,
    Wavelet,
    analysis,
    as_wavelet,
    synthesis,
)
from wavedistill.wavelets.lattice import angles_from_filter

__all__ = ["Candidate", "WaveletDistiller"]

#: A smallest response on [-pi/2, pi/2] below this earns a warning, and below the next is avoided.
_SMALL_RESPONSE, _LEAST_RESPONSE = 0.1, 1e-3
#: Samples (of X, and of the multipliers) to screen starts on, and to descend on.
_SCREENING_SAMPLES, _DESCENDING_SAMPLES = 2**13, 2**17


class Candidate(NamedTuple):
    """A basin that a search found: its wavelet, the objective there, and what it began from."""

    wavelet: Wavelet
    loss: float
    start: str


class WaveletDistiller(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Adaptive wavelet distillation (Eq. 8 of the paper) with an orthonormal filter.

    Among all orthonormal filters of a given length, find the one that minimises

        sparsity * mean_i ||A_h x_i||_1  +  interpretation * mean_i ||S_h^T m_i||_1,

    with A_h the DWT of the signals and S_h^T m the attributions of their wavelet coefficients
    (TRIM, Eq. 7). The other terms of Eq. 8, reconstruction and validity, are zero throughout.

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
    axes : int
        The axis of time: -1 for (n, L) and (n, C, L), 1 for (n, L, C). Other axes but the first are
        channels, which share the wavelet.
    constraint : str
        ``"orthonormal"``.
    init : str, Wavelet or array_like
        ``"auto"``: a global search, from every orthogonal wavelet of PyWavelets that fits, at every
        offset and reversed, and from random angles. ``"random"``: a local fit from random angles.
        Otherwise a local fit from a wavelet, its name or its lowpass filter, which is centred in
        the support if it is shorter.
    max_iter : int
        L-BFGS iterations of the last descent, at most.
    tol : float
        Stop when an iteration lowers the loss by less than this share of it.
    normalize : bool
        Divide X and the multipliers by their mean absolute value (for products, by the mean
        absolute product), so that weights of 1 and 1 are of comparable size on any data.
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None
        For the subsamples and random starts of the search.

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
        Its terms by name, weights included.
    history_ : list of float
        The objective at the start and after each iteration of the last descent.
    n_iter_ : int
        Iterations of the last descent, at least 1.
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
    (200, 36)
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
            From `attribute`, or an array shaped like X: the gradient of the teacher's output by its
            input. ``None`` learns from the data alone.

        Raises
        ------
        TypeError, ValueError
            Before any work is done, for parameters and data that cannot be used; each message says
            why, and what to do.
        """
        support = self._checked_parameters()
        start = self._start(support)
        signals = self._signals(X, reset=True)
        axis = signal_axes(signals.shape, self.axes)[0]
        mode = check_mode(self.mode)
        examples = make_examples(
            signals,
            as_attributions(attributions),
            self.sparsity,
            self.interpretation,
            axis,
            scales=None if self.normalize else {"sparsity": 1.0, "interpretation": 1.0},
        )
        self._check_depth(signals.shape[axis], support)
        basins = self._search(examples, start, support, mode, axis)
        self.scales_ = {term.name: term.scale for term in examples}

        self.layout_ = CoefficientLayout(signals.shape[axis], support, self.levels, mode)
        self.signal_shape_ = signals.shape[1:]
        self.candidates_ = [
            Candidate(Wavelet(basin.lowpass), basin.loss, basin.start) for basin in basins
        ]
        self.wavelet_, self.loss_, _ = self.candidates_[0]
        self.history_ = list(basins[0].history)
        self.n_iter_ = max(1, len(self.history_) - 1)
        _warn_of_small_response(self.wavelet_)
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Wavelet coefficients of signals, `layout_.total` of them in place of the axis of time."""
        check_is_fitted(self)
        signals = self._signals(X, reset=False)
        axis = signal_axes(signals.shape, self.axes)[0]
        return analysis(signals, self.wavelet_, self.levels, self.mode, axis)

    def inverse_transform(self, Z: ArrayLike) -> Floats:
        """The signals that have these coefficients, at their original length."""
        check_is_fitted(self)
        coefficients = float_array(Z, "Z", min_ndim=2)
        axis = signal_axes(coefficients.shape, self.axes, "Z")[0]
        length = self.layout_.length
        return synthesis(coefficients, self.wavelet_, self.levels, length, self.mode, axis)

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
        signals = self._signals(X, reset=False)
        axis = signal_axes(signals.shape, self.axes)[0]
        if "interpretation" in self.scales_ and attributions is None:
            raise ValueError(
                "the fit used attributions, and score was given none; pass "
                "attributions=... of these signals."
            )
        interpretation = self.interpretation if "interpretation" in self.scales_ else 0.0
        examples = make_examples(
            signals,
            as_attributions(attributions),
            self.sparsity,
            interpretation,
            axis,
            scales=self.scales_,
        )
        objective = Objective(examples, self.levels, check_mode(self.mode), (axis,))
        return -sum(objective.terms(self.wavelet_.lowpass).values())

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Names of the coefficients of single-channel signals: cA4[0], ..., cD1[35]."""
        check_is_fitted(self)
        if len(self.signal_shape_) != 1:
            raise ValueError(
                f"signals of shape {self.signal_shape_} have coefficients in more than one axis, "
                "which have no flat list of names; see layout_."
            )
        layout = self.layout_
        return np.array(
            [
                f"{name}[{i}]"
                for name, size in zip(layout.names, layout.sizes, strict=True)
                for i in range(size)
            ],
            dtype=object,
        )

    def _checked_parameters(self) -> int:
        """Refuse parameters that make no sense, and return the support as an int."""
        integer(self.levels, "levels", minimum=1)
        integer(self.max_iter, "max_iter", minimum=1)
        check_mode(self.mode)
        support = integer(self.support, "support", minimum=2)
        if support % 2:
            raise ValueError(
                f"support={support} must be even and at least 2; the next even support is "
                f"{support + 1}."
            )
        if self.constraint != "orthonormal":
            raise ValueError(f"constraint={self.constraint!r} must be 'orthonormal'.")
        for name in ("sparsity", "interpretation", "tol"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
                raise TypeError(f"{name}={value!r} must be a number of at least 0.")
            if not 0 <= value < np.inf:
                raise ValueError(f"{name}={value} must be finite and at least 0.")
        if self.sparsity == 0 and self.interpretation == 0:
            raise ValueError(
                "sparsity=0 and interpretation=0 leave nothing to minimise; set one of them, "
                "such as 1."
            )
        return support

    def _start(self, support: int) -> Basin | None:
        """Where a local fit starts; None for the global search."""
        if isinstance(self.init, str) and self.init == "auto":
            return None
        if isinstance(self.init, str) and self.init == "random":
            free = self._random().uniform(-np.pi, np.pi, support // 2 - 1)
            return Basin(free, "random angles")
        wavelet = as_wavelet(self.init)
        taps = len(wavelet.lowpass)
        if taps > support:
            raise ValueError(
                f"init has {taps} taps and support={support} has room for fewer; set "
                f"support={taps} or more."
            )
        wavelet.require_orthonormal("fits with constraint='orthonormal'")
        before = (support - taps) // 2
        centred = np.pad(wavelet.lowpass, (before, support - taps - before))
        return Basin(angles_from_filter(centred)[:-1], wavelet.name or "given filter")

    def _signals(self, X: ArrayLike, *, reset: bool) -> Floats:
        array = validate_data(
            self,
            X,
            reset=reset,
            dtype=[np.float64, np.float32],
            allow_nd=True,
            ensure_all_finite=False,
        )
        signals = float_array(array, "X", min_ndim=2)
        if not reset and signals.shape[1:] != self.signal_shape_:
            raise ValueError(
                f"X has examples of shape {signals.shape[1:]}, and the fit had "
                f"{self.signal_shape_}; give signals of that shape."
            )
        axes = signal_axes(signals.shape, self.axes)
        if len(axes) != 1:
            raise ValueError(
                f"axes={self.axes} names {len(axes)} axes, and this version transforms one; name "
                "one axis."
            )
        return signals

    def _check_depth(self, length: int, support: int) -> None:
        if 2 ** (self.levels - 1) >= length:
            deepest = max(1, int(np.ceil(np.log2(length))))
            raise ValueError(
                f"levels={self.levels} is too deep for signals of length {length} "
                f"(n_features={length}): 2^(levels-1) = {2 ** (self.levels - 1)} must be less than "
                f"the length; levels={deepest} is the most"
                + ("." if length > 1 else ", and a single sample has none.")
            )
        usual = pywt.dwt_max_level(length, support)
        if self.levels > usual:
            warnings.warn(
                f"levels={self.levels} is deeper than {usual}, PyWavelets' dwt_max_level for "
                f"length {length} and {support} taps: every coefficient of the coarsest levels "
                "feels the border.",
                stacklevel=3,
            )

    def _search(
        self,
        examples: tuple[Examples, ...],
        start: Basin | None,
        support: int,
        mode: Mode,
        axis: int,
    ) -> list[Basin]:
        random = self._random()
        count = max(len(term) for term in examples)
        per_example = max(term.signals.size // len(term) for term in examples)

        def objective_on(size: int) -> Objective:
            subset = tuple(term.subset(size, random) for term in examples)
            return Objective(subset, self.levels, mode, (axis,))

        settings: dict[str, Any] = {
            "max_iter": self.max_iter,
            "tol": self.tol,
            "least_response": _LEAST_RESPONSE,
        }
        # The linear algebra of L-BFGS is tiny, and threads would only get into one another's way.
        with threadpool_limits(limits=1, user_api="blas"):
            if start is not None:
                everything = objective_on(count)
                basins = [descend(everything, start, **settings)]
            else:
                sizes = (
                    min(count, max(16, _SCREENING_SAMPLES // per_example)),
                    min(count, max(64, _DESCENDING_SAMPLES // per_example)),
                    count,
                )
                everything, basins = global_search(
                    objective_on, sizes, support, random=random, **settings
                )
        self.loss_terms_ = everything.terms(basins[0].lowpass)
        return basins

    def _random(self) -> np.random.Generator:
        state = self.random_state
        if isinstance(state, np.random.RandomState):
            return np.random.default_rng(state.randint(2**31 - 1))
        return np.random.default_rng(state)


def _warn_of_small_response(wavelet: Wavelet) -> None:
    response = wavelet.residuals()["min_response"]
    if response < _SMALL_RESPONSE:
        warnings.warn(
            f"the learned filter's smallest response on [-pi/2, pi/2] is {response:.3g}: at 0 it "
            "would not generate an orthogonal wavelet basis (third condition of Theorem 1). Try "
            "another support, or another balance of sparsity and interpretation.",
            stacklevel=3,
        )
