"""What every step that turns signals into wavelet features has in common."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from wavedistill.signals import read_signals
from wavedistill.wavelets import WaveletLike, WaveletTransform, as_transform

__all__ = ["TransformedSignals"]


class TransformedSignals(TransformerMixin, BaseEstimator, ABC):  # type: ignore[misc]
    """A step of a pipeline that reads a wavelet transform of each channel.

    A subclass has `transform`, and `_names` of the features of one channel.
    """

    def __init__(
        self,
        wavelet: WaveletTransform | WaveletLike = "db5",
        levels: int | None = None,
        mode: str | None = None,
        axes: int | Sequence[int] | None = None,
    ) -> None:
        self.wavelet = wavelet
        self.levels = levels
        self.mode = mode
        self.axes = axes

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Check the parameters and note the shape of the signals; nothing is learned."""
        transform = as_transform(self.wavelet, self.levels, self.mode, self.axes)
        signals, _ = read_signals(self, X, transform.axes, reset=True)
        transform.decomposition.check_depth(transform.decomposition.lengths(signals.shape))
        self.transform_ = transform
        return self

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Names of the features; those of several channels begin with the channel's number."""
        check_is_fitted(self)
        names = self._names()
        if len(self.signal_shape_) > len(self._lengths()):
            numbers = range(self._channels())
            names = [f"channel {channel}: {name}" for channel in numbers for name in names]
        return np.array(names, dtype=object)

    def _lengths(self) -> tuple[int, ...]:
        """Sizes of the transformed axes."""
        return self.transform_.decomposition.lengths((1, *self.signal_shape_))

    def _channels(self) -> int:
        return math.prod(self.signal_shape_) // math.prod(self._lengths())

    @abstractmethod
    def _names(self) -> list[str]:
        """Names of the features of one channel."""
