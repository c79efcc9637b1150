"""`DistilledRegressor`: a readable model of a network's outputs."""

from __future__ import annotations

from typing import Any, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score

from wavedistill.attribution import Attributions
from wavedistill.distillation.validation import warn_of_forgotten_axis
from wavedistill.students.arguments import as_columns, check_target, fold_numbers
from wavedistill.students.distilled import DistilledStudent
from wavedistill.students.sample_weight import Weighing
from wavedistill.students.weights import cross_r2, ridge

__all__ = ["DistilledRegressor"]

Array = NDArray[np.float64]


class DistilledRegressor(RegressorMixin, DistilledStudent):  # type: ignore[misc]
    """A linear model of a few wavelet features that is taught by a network.

    The wavelet is learned through this model: it minimises the error in cross-validation of ridge
    regression from the features to the network's outputs. A known wavelet takes its place where
    the learned one gains nothing. The search is on 20,000 examples at most; errors and weights are
    those of all.

    Parameters
    ----------
    reading : str, or list of str
        What is read of each sub-band: ``"energy"`` (log of the mean square), ``"packets"`` (the
        same of wavelet packets), ``"events"`` (maximum, minimum, sums of the positive and of the
        negative parts, of the undecimated transform), ``"largest"`` (the six largest) or
        ``"means"`` (the mean of each of eight parts: what happens when, in aligned signals; of each
        of 3 x 3 parts of images).
        ``"scattering"`` adds a second layer: log-energies of the coarser details of each |detail|;
        ``"scattering-own"`` learns other filters for it than for the first layer. Images have
        neither. A list, such as ``["events", "means"]``, reads all of its readings with the same
        wavelet. ``"auto"`` tries all but ``"scattering-own"``, which takes longest: the fewest
        features within one standard error of the least error.
    levels : int or "auto"
        Depth J. ``"auto"``: the least depth within one standard error of the best.
    support : int or "auto"
        Length N of the filters, even. ``"auto"``: the shortest of several within one standard error
        of the best.
    per_level : bool or "auto"
        Learn a filter for each level. ``"auto"``: where that gains more than a standard error.
    target : str
        What the weights are fitted to at the end: the ``"teacher"``, the ``"response"`` y, or
        ``"auto"``, whichever predicts y better in cross-validation.
    max_numbers : int or None
        The most numbers of the student: taps, weights and intercepts. The wavelet is learned for
        the best features that this leaves, chosen one by one. None keeps all features.
    cv : int, splitter or iterable
        Folds, as in scikit-learn; they must hold out each example once. With `groups` and an int,
        groups stay together.
    mode : str
        PyWavelets' signal extension mode.
    axes : int or pair of int
        The axis of time, or the two axes of images, such as (-2, -1) for (n, height, width) and
        (n, channels, height, width). Other axes, except the first, are channels.
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None
    parts : int or None
        Read each of so many equal parts of a sub-band by itself, such as 2 or 4: features then tell
        roughly when something happens; of images, so many along each axis. ``"means"`` with as many
        parts as a sub-band has coefficients reads each coefficient; set `max_numbers` then. None
        leaves it to the reading.
    wavelet : "learned", "known", Wavelet, str or WaveletTransform
        ``"known"`` chooses among PyWavelets' wavelets and learns none. A wavelet, its name or a
        transform is used as it is; a transform also sets the levels.
    verbose : bool or callable
        True writes what begins, how much is done and about how long the rest will take to stderr; a
        function gets each such line.

    Attributes
    ----------
    transform_ : WaveletTransform
        The wavelet, or one for each level, with levels, mode and axes.
    second_transform_ : WaveletTransform or None
        The wavelets of a second layer with its own filters. They transform the absolute values of
        detail 1, and those of detail 2 from their second level on, and so forth.
    candidates_ : list of Candidate
        Filters that were compared, best first: ``wavelets``, ``error`` in cross-validation as a
        share of the targets' variation, ``start``.
    readings_ : tuple of TriedReading
        The readings that were tried, with their errors; not kept by `save`.
    coef_ : ndarray, shape (features,) or (outputs, features)
    intercept_ : float or ndarray, shape (outputs,)
    columns_ : ndarray of int
        Which features of the reading the student has.
    scale_ : float
        Root mean square of X; signals are divided by it.
    comparison_ : dict of str to float
        Errors in cross-validation of the student, and of the same with the best known wavelet or
        the one that was given.
    verdict_ : str
        Whether the learned wavelet matters here.
    target_ : str
        ``"teacher"`` or ``"response"``.
    n_numbers_ : int
        Numbers that one has to know to use the student.
    n_features_in_ : int
        Size of the second axis of X.

    Examples
    --------
    >>> import numpy as np
    >>> import wavedistill as wd
    >>> random = np.random.default_rng(0)
    >>> X = random.standard_normal((300, 128)) * random.uniform(0.5, 2, (300, 1))
    >>> outputs = np.log(np.mean(X**2, axis=1))  # those of a network
    >>> student = wd.DistilledRegressor("energy", levels=3, support=4)
    >>> student = student.fit(X, teacher=outputs)
    >>> round(student.fidelity(X, outputs), 2)
    1.0
    """

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike | None = None,
        teacher: ArrayLike | None = None,
        attributions: Attributions | ArrayLike | None = None,
        groups: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn the wavelet and the weights.

        Parameters
        ----------
        X : array_like, shape (n, ...)
            Signals or images along `axes`.
        y : array_like, shape (n,) or (n, outputs), optional
            The response.
        teacher : array_like, shape (n,) or (n, outputs), optional
            The network's outputs for X. Without them the wavelet is learned from y.
        attributions : Attributions or array_like, optional
            Of the network; wavelets in which they are sparse are starts of the search.
        groups : array_like, shape (n,), optional
            Examples of a group are never on both sides of a split.
        sample_weight : array_like, shape (n,), optional
            How often each example counts, 0 or more, in the features' and targets' moments, in
            errors and in the weights. An example of weight 0 is left out; a weight of 2 is the same
            as two rows on the same side of every split, only that it does not make examples more
            where they are few: the learned wavelet then has to gain on unseen folds.

        Raises
        ------
        TypeError, ValueError
            For data and parameters that cannot be used, before any work is done.

        Warns
        -----
        UserWarning
            If X looks like images and `axes` is the default.
        """
        check_target(self.target, y, teacher, classes=False)
        signals, axes = self._signals(X, reset=True)
        warn_of_forgotten_axis(signals.shape, self.axes)
        count = len(signals)
        response = None if y is None else as_columns(y, count, "y")
        outputs = None if teacher is None else as_columns(teacher, count, "teacher")
        weighing = Weighing.of(sample_weight, count)
        signals = weighing.counted(signals, "X")
        response = weighing.counted(response, "y")
        outputs = weighing.counted(outputs, "teacher")
        groups = weighing.counted(groups, "groups")
        learned_from = cast(Array, response if outputs is None else outputs)
        cv = weighing.folds(self.cv)
        folds = fold_numbers(cv, signals, learned_from[:, 0], groups, False, self.random_state)
        attributions = weighing.counted(attributions, "attributions")
        weight = weighing.sample_weight
        found = self._search(signals, axes, learned_from, folds, attributions, weight)
        features = self._read(found.reader)
        penalty = found.error.penalty
        fitted = {"teacher": outputs, "response": response}
        goals = {name: goal for name, goal in fitted.items() if goal is not None}
        self.target_ = next(iter(goals)) if self.target == "auto" else self.target
        if self.target == "auto" and response is not None and outputs is not None:
            self.target_ = max(
                goals,
                key=lambda name: cross_r2(features, goals[name], response, folds, penalty, weight),
            )
        fit = ridge(features, goals[self.target_], penalty, weight)
        given = y if self.target_ == "response" else teacher
        self._one_output = np.asarray(given).ndim == 1
        self.coef_ = fit.weights[:, 0] if self._one_output else fit.weights.T
        self.intercept_ = float(fit.intercept[0]) if self._one_output else fit.intercept
        return self

    def predict(self, X: ArrayLike) -> Array:
        """The predicted outputs, shape (n,) or (n, outputs)."""
        return self._linear(X)

    def fidelity(self, X: ArrayLike, outputs: ArrayLike) -> float:
        """R2 of the predictions against the network's outputs."""
        return float(r2_score(outputs, self.predict(X)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        # Readings do not tell where in the signal something is, as scikit-learn's test data ask.
        tags.regressor_tags.poor_score = True
        return tags
