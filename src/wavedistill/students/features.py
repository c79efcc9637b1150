"""Wavelet coefficients as features for a model small enough to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from wavedistill.checks import Floats, integer
from wavedistill.signals import read_signals
from wavedistill.students.transformed import TransformedSignals
from wavedistill.wavelets import WaveletLike, WaveletTransform

__all__ = ["Sign", "TopCoefficients", "WaveletCoefficients"]

Sign = Literal["pos", "neg", "abs", "both"]


class WaveletCoefficients(TransformedSignals):
    """All wavelet coefficients of a signal or an image, side by side.

    Parameters
    ----------
    wavelet : WaveletTransform, Wavelet, str or array_like
        A transform; or a wavelet, its name or its lowpass filter, with the arguments below. A
        learned wavelet knows its levels, mode and axes.
    levels : int, optional
        Depth J; 4 for a wavelet that was not learned.
    mode : str, optional
        PyWavelets' signal extension mode; zeros for a wavelet that was not learned.
    axes : int or sequence of int, optional
        The axis of time, the two axes of images or the three of volumes. Other axes, except the
        first, are channels. The last one for a wavelet that was not learned.

    Attributes
    ----------
    transform_ : WaveletTransform
        What the parameters say.
    layout_ : CoefficientLayout
        Where each sub-band of a channel lies.
    n_features_in_ : int
        Size of the second axis of X.

    Examples
    --------
    >>> import numpy as np
    >>> from wavedistill.students import WaveletCoefficients
    >>> features = WaveletCoefficients("haar", levels=2).fit(np.zeros((5, 8)))
    >>> features.transform(np.ones((5, 8))).shape
    (5, 8)
    >>> features.get_feature_names_out()[:3].tolist()
    ['cA2[0]', 'cA2[1]', 'cD2[0]']
    """

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Check the parameters and note the shape of the signals; nothing is learned."""
        super().fit(X)
        self.layout_ = self.transform_.layout(self._lengths())
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """The features, shape (n, channels x features of a channel)."""
        features = self._reduce(self._coefficients(X))
        return features.reshape(len(features), -1)

    def positions(self, X: ArrayLike) -> NDArray[np.intp]:
        """Which coefficient each feature is, by its place along `layout_`.

        Returns
        -------
        ndarray of int, shape (n, channels x features of a channel)
            The order is that of `transform`; -1 for a feature that is no coefficient.
        """
        positions = self._positions(self._coefficients(X))
        return positions.reshape(len(positions), -1)

    def coefficients_at(self, X: ArrayLike, positions: NDArray[np.intp]) -> NDArray[np.float64]:
        """The wavelet coefficients, with their signs, at what `positions` returned; 0 for -1."""
        coefficients = self._coefficients(X)
        shape = (*coefficients.shape[:-1], -1)
        places = positions.reshape(shape)
        values = np.take_along_axis(coefficients, np.maximum(places, 0), axis=-1)
        return np.where(places < 0, 0.0, values).reshape(positions.shape)

    def _coefficients(self, X: ArrayLike) -> Floats:
        """All coefficients, along the last axis."""
        check_is_fitted(self)
        signals, axes = read_signals(self, X, self.transform_.axes, reset=False)
        return np.moveaxis(self.transform_.analysis(signals), axes[0], -1)

    def _reduce(self, coefficients: Floats) -> Floats:
        """Features along the last axis from coefficients along the last axis."""
        return coefficients

    def _positions(self, coefficients: Floats) -> NDArray[np.intp]:
        """Places of the features' coefficients, shaped like what `_reduce` returns."""
        return np.broadcast_to(np.arange(coefficients.shape[-1]), coefficients.shape)

    def _names(self) -> list[str]:
        return list(self.layout_.labels)


class TopCoefficients(WaveletCoefficients):
    """The largest wavelet coefficients of each scale, wherever in the signal they lie (Sec 4.2).

    In images every sub-band has its own: three details at each scale.

    Parameters
    ----------
    wavelet, levels, mode, axes
        As in `WaveletCoefficients`.
    k : int
        Coefficients per sub-band, in order of size. One that has fewer gives them all.
    sign : str
        ``"pos"``: the k largest; ``"neg"``: the k smallest; ``"abs"``: the k largest magnitudes;
        ``"both"``: the k largest, and the k smallest of the others.
    locations : bool
        For signals: whether to add where the first of them lies, in samples: for each scale the
        centre of its basis vector's energy (for ``"both"``, of the largest and of the smallest).

    Examples
    --------
    >>> import numpy as np
    >>> from wavedistill.students import TopCoefficients
    >>> X = np.random.default_rng(0).standard_normal((5, 40))
    >>> top = TopCoefficients("db5", levels=4, k=6).fit(X)
    >>> top.transform(X).shape
    (5, 30)
    >>> top.get_feature_names_out()[:2].tolist()
    ['cA4 largest 1', 'cA4 largest 2']
    """

    def __init__(
        self,
        wavelet: WaveletTransform | WaveletLike = "db5",
        levels: int | None = None,
        k: int = 6,
        sign: str = "pos",
        mode: str | None = None,
        axes: int | Sequence[int] | None = None,
        locations: bool = False,
    ) -> None:
        super().__init__(wavelet, levels, mode, axes)
        self.k = k
        self.sign = sign
        self.locations = locations

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Check the parameters and note the shape of the signals; nothing is learned."""
        integer(self.k, "k", minimum=1)
        if self.sign not in get_args(Sign):
            raise ValueError(f"sign={self.sign!r} must be 'pos', 'neg', 'abs' or 'both'.")
        super().fit(X)
        if self.locations and len(self.layout_.lengths) > 1:
            raise ValueError(
                f"locations=True needs signals, and axes={self.transform_.axes} names several; "
                "leave it out for images and volumes."
            )
        return self

    def _reduce(self, coefficients: Floats) -> Floats:
        chosen = self._chosen(coefficients)
        values = np.take_along_axis(coefficients, chosen, axis=-1)
        values = np.abs(values) if self.sign == "abs" else values
        if not self.locations:
            return values
        centres = self.transform_.centres(*self.layout_.lengths).astype(values.dtype)
        firsts = [i for i, (_, rank) in enumerate(self._ranks()) if rank == 0]
        return np.concatenate([values, centres[chosen[..., firsts]]], axis=-1)

    def _positions(self, coefficients: Floats) -> NDArray[np.intp]:
        chosen = self._chosen(coefficients)
        if not self.locations:
            return chosen
        firsts = sum(rank == 0 for _, rank in self._ranks())
        nowhere = np.full((*chosen.shape[:-1], firsts), -1, dtype=np.intp)
        return np.concatenate([chosen, nowhere], axis=-1)

    def _chosen(self, coefficients: Floats) -> NDArray[np.intp]:
        """Places of the chosen coefficients along the last axis."""
        parts: list[NDArray[np.intp]] = []
        ranked = np.abs(coefficients) if self.sign == "abs" else coefficients
        for where, band in zip(self.layout_.slices, self.layout_.split(ranked), strict=True):
            order = where.start + np.argsort(band, axis=-1, kind="stable")
            largest, smallest = self._counts(band.shape[-1])
            parts += [order[..., ::-1][..., :largest], order[..., :smallest]]
        return np.concatenate(parts, axis=-1)

    def _counts(self, size: int) -> tuple[int, int]:
        """How many of the largest and of the smallest to take, none of them twice."""
        largest = 0 if self.sign == "neg" else min(self.k, size)
        smallest = min(self.k, size - largest) if self.sign in ("neg", "both") else 0
        return largest, smallest

    def _ranks(self) -> list[tuple[str, int]]:
        """For each chosen coefficient its sub-band and kind, and its rank among them."""
        layout = self.layout_
        kinds = "largest magnitude" if self.sign == "abs" else "largest", "smallest"
        return [
            (f"{name} {kind}", rank)
            for name, size in zip(layout.names, layout.sizes, strict=True)
            for kind, count in zip(kinds, self._counts(size), strict=True)
            for rank in range(count)
        ]

    def _names(self) -> list[str]:
        ranks = self._ranks()
        names = [f"{kind} {rank + 1}" for kind, rank in ranks]
        if self.locations:
            names += [f"location of {kind}" for kind, rank in ranks if rank == 0]
        return names
