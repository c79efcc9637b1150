"""Features that do not depend on where the grid of the transform begins."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from wavedistill.checks import Floats
from wavedistill.signals import read_signals
from wavedistill.students.transformed import TransformedSignals
from wavedistill.wavelets import WaveletLike, WaveletTransform

__all__ = ["UndecimatedSummary"]


class UndecimatedSummary(TransformedSignals):
    """Extremes and sums of each sub-band of the undecimated wavelet transform.

    For each sub-band of each channel: the largest and the smallest coefficient, where they lie, and
    the sums of the positive and of the negative coefficients. A shift of the signal changes only
    where the extremes lie.

    Parameters
    ----------
    wavelet : WaveletTransform, Wavelet, str or array_like
        A transform; or a wavelet, its name or its lowpass filter, with the arguments below. A
        learned wavelet knows its levels, mode and axes.
    levels : int, optional
        Depth J; 4 for a wavelet that was not learned.
    mode : str, optional
        PyWavelets' signal extension mode. With ``"zero"``, the default for a wavelet that was not
        learned, coefficients beside the signal count too where the filters reach into it.
    axes : int or sequence of int, optional
        The axis of time, the two axes of images or the three of volumes; the last one for a wavelet
        that was not learned. Other axes, except the first, are channels.
    locations : bool
        Whether to add where the extremes lie, in samples from the first; of images and volumes
        along each axis.

    Attributes
    ----------
    transform_ : WaveletTransform
        What the parameters say.
    n_features_in_ : int
        Size of the second axis of X.

    Examples
    --------
    >>> import numpy as np
    >>> from wavedistill.students import UndecimatedSummary
    >>> X = np.random.default_rng(0).standard_normal((5, 40))
    >>> summary = UndecimatedSummary("db2", levels=2).fit(X)
    >>> summary.transform(X).shape
    (5, 18)
    >>> summary.get_feature_names_out()[:3].tolist()
    ['cA2 largest', 'cA2 smallest', 'cA2 largest at']
    """

    def __init__(
        self,
        wavelet: WaveletTransform | WaveletLike = "db5",
        levels: int | None = None,
        mode: str | None = None,
        axes: int | Sequence[int] | None = None,
        locations: bool = True,
    ) -> None:
        super().__init__(wavelet, levels, mode, axes)
        self.locations = locations

    def transform(self, X: ArrayLike) -> Floats:
        """The features, shape (n, channels x sub-bands x numbers of a sub-band)."""
        check_is_fitted(self)
        signals, axes = read_signals(self, X, self.transform_.axes, reset=False)
        beside = self._beside()
        around = [(beside, beside) if axis in axes else (0, 0) for axis in range(signals.ndim)]
        bands = self.transform_.undecimated(np.pad(signals, around))
        bands = np.moveaxis(bands, [axis + 1 for axis in axes], range(-len(axes), 0))
        sizes = bands.shape[-len(axes) :]
        # Shape (examples, channels, bands, positions).
        flat = bands.reshape(len(bands), len(signals), -1, math.prod(sizes)).transpose(1, 2, 0, 3)
        numbers = [flat.max(axis=-1), flat.min(axis=-1)]
        if self.locations:
            for places in (flat.argmax(axis=-1), flat.argmin(axis=-1)):
                numbers += [index - beside for index in np.unravel_index(places, sizes)]
        numbers += [np.maximum(flat, 0).sum(axis=-1), np.minimum(flat, 0).sum(axis=-1)]
        return np.stack(numbers, axis=-1).astype(signals.dtype).reshape(len(signals), -1)

    def _names(self) -> list[str]:
        rank = len(self.transform_.axes)
        axes = [""] if rank == 1 else [f" (axis {axis})" for axis in range(rank)]
        kinds = ["largest", "smallest"]
        if self.locations:
            kinds += [f"{kind} at{axis}" for kind in kinds for axis in axes]
        kinds += ["sum of positive", "sum of negative"]
        # The names of the sub-bands do not depend on the lengths.
        bands = self.transform_.layout((1,) * rank).names
        return [f"{band} {kind}" for band in bands for kind in kinds]

    def _beside(self) -> int:
        """Samples beside the signal that the filters reach from there."""
        if self.transform_.mode != "zero":
            return 0
        wavelets = enumerate(self.transform_.wavelets)
        return sum(2**level * len(wavelet.lowpass) // 2 for level, wavelet in wavelets)
