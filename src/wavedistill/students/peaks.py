"""Peak counts: histograms of what the local maxima of an image look like (Appendix D.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from wavedistill.checks import Floats, dense_float_array, float_array, integer
from wavedistill.kernels.peaks import (
    PatchStatistics,
    PeakBins,
    count_peaks,
    mark_peaks,
    statistics_at_peaks,
)
from wavedistill.students.peak_filters import named_statistics

__all__ = ["PeakCounts", "local_maxima", "peak_values"]

Array = NDArray[np.float64]

#: Maps from which ranges and bins are learned; more would hardly move a quantile.
_LEARNED_FROM = {"peaks": 1000, "pixels": 100}
_CALLED = {"peaks": "local maxima", "pixels": "pixels with eight neighbours"}
#: Quantiles that range="auto" spans.
_TAILS = (0.001, 0.999)


def local_maxima(maps: ArrayLike) -> NDArray[np.bool_]:
    """Which pixels of maps exceed all of their eight neighbours.

    The comparison is strict, so a plateau has no peak, and pixels on the border are none: their
    neighbours are not all known.

    Parameters
    ----------
    maps : array_like, shape (n, H, W)

    Returns
    -------
    ndarray of bool, shape (n, H, W)

    Raises
    ------
    TypeError, ValueError
        For what is no array of finite real numbers of that many axes, at least 3 x 3 pixels a map.
    """
    return mark_peaks(_check_maps(maps))


def peak_values(maps: ArrayLike, filters: object = "laplace") -> dict[str, Array]:
    """What filters measure at each local maximum of maps, the maps one after another (Fig D1).

    Parameters
    ----------
    maps : array_like, shape (n, H, W)
    filters : object
        As for `PeakCounts`.

    Returns
    -------
    dict of ndarray
        By the name of the filter, each of shape (peaks,), in reading order of the maps.

    Raises
    ------
    TypeError, ValueError
        For maps that `local_maxima` refuses, and for what is no filter.
    """
    names, statistics = named_statistics(filters)
    return dict(zip(names, statistics_at_peaks(_check_maps(maps), statistics), strict=True))


class PeakCounts(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Histograms of what filters measure at the local maxima of each map (Appendix D.1).

    A peak is a pixel that exceeds its eight neighbours, wherever the filter; the filter only says
    what is measured there, from the 3 x 3 pixels p around the peak, as they stand (no map is
    flipped or smoothed).

    - ``"raw"``: the height, the pixel itself.
    - ``"laplace"``: the steepness 10/3 (p22 - 0.2 (p12 + p21 + p23 + p32) - 0.05 (p11 + p13 + p31 +
      p33)), with the paper's filter.
    - ``"roberts"``: the steepness G1 + G2 + G3 + G4 over the four 2 x 2 blocks [[a, b], [c, d]]
      that hold the peak, with G = sqrt((b - c)^2 + (a - d)^2).
    - a (3, 3) array: the sum of its products with the pixels.
    - a `Wavelet`: the 3 x 3 pieces of its filters LL, LH, HL and HH that `wavelet_cuts` takes.

    Parameters
    ----------
    filters : str, array_like, Wavelet, or a sequence or mapping of them
        The histograms of several stand side by side. A mapping gives them names.
    bins : int or sequence of int
        Bins of each histogram; one number serves all.
    range : (float, float), "auto", or a sequence of them
        Lower and upper end of each histogram; one serves all. The paper has 22 bins from 0 to 0.22
        for Laplace and Roberts. ``"auto"``, learned by `fit`: from the 0.001 to the 0.999 quantile
        of the values at the peaks of X (of a thousand maps evenly spaced in X, if it has more; of
        a hundred where all pixels are measured).
    spacing : str
        ``"uniform"``: bins of equal width. ``"quantile"``: bins that hold equally many of the
        values in the range at the peaks of the maps that ``range="auto"`` also looks at.
    outside : str
        Values outside the range are left out (``"drop"``, the rule of `numpy.histogram` and of the
        paper's published code), or count in the first or last bin (``"clip"``), where the few
        highest peaks, which say much, are not lost.
    at : str
        The filters measure at the ``"peaks"``, as in the paper, or at all ``"pixels"`` that have
        eight neighbours, of which most are no peaks: in simulated lensing maps these tell more.

    Attributes
    ----------
    edges_ : dict of ndarray
        By the name of the filter, the edges of its bins; the last bin includes its upper edge.
    map_shape_ : tuple of int
        Height and width of the maps.
    n_features_in_ : int
        The height of the maps.

    Notes
    -----
    The number of bins and the range are chosen on held-out maps, as in the paper, by
    `sklearn.model_selection.GridSearchCV`. Maps are counted on Numba's threads, a few at a time;
    X may be a memory map.

    Examples
    --------
    >>> import numpy as np
    >>> import wavedistill as wd
    >>> maps = np.random.default_rng(0).standard_normal((5, 64, 64))
    >>> peaks = wd.PeakCounts(wd.Wavelet.from_name("db5"), bins=22).fit(maps)
    >>> peaks.transform(maps).shape
    (5, 88)
    >>> peaks.get_feature_names_out()[[0, 22]].tolist()
    ['LL[0]', 'LH[0]']
    """

    def __init__(
        self,
        filters: object = "laplace",
        bins: int | Sequence[int] = 22,
        range: str | Sequence[Any] = "auto",
        spacing: str = "uniform",
        outside: str = "drop",
        at: str = "peaks",
    ) -> None:
        self.filters = filters
        self.bins = bins
        self.range = range
        self.spacing = spacing
        self.outside = outside
        self.at = at

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Check the parameters and lay out the bins, from X where they are to be learned.

        Parameters
        ----------
        X : array_like, shape (n, H, W)
        y : object
            Ignored.

        Raises
        ------
        TypeError, ValueError
            For a parameter that does not suit, for maps that `local_maxima` refuses, and where bins
            are to be learned and the maps have no two different peaks (within the range).
        """
        if self.at not in _LEARNED_FROM:
            raise ValueError(f"at={self.at!r} must be 'peaks' or 'pixels'.")
        names, statistics = self._statistics()
        bins = _per_filter(self.bins, len(names), "bins", np.ndim(self.bins) == 0)
        counts = [integer(each, "bins", minimum=1) for each in bins]
        ranges = _per_filter(self.range, len(names), "range", _is_range(self.range))
        ends = [_check_range(each) for each in ranges]
        if self.spacing not in ("uniform", "quantile"):
            raise ValueError(f"spacing={self.spacing!r} must be 'uniform' or 'quantile'.")
        if self.outside not in ("drop", "clip"):
            raise ValueError(f"outside={self.outside!r} must be 'drop' or 'clip'.")
        maps = self._read(X, reset=True)
        values: Sequence[Array | None] = [None] * len(names)
        if self.spacing == "quantile" or None in ends:
            count = min(len(maps), _LEARNED_FROM[self.at])
            chosen = np.linspace(0, len(maps) - 1, count).astype(int)
            values = list(statistics_at_peaks(maps[chosen], statistics))
        self.edges_ = {
            name: _edges(name, count, pair, learned, self.spacing, _CALLED[self.at])
            for name, count, pair, learned in zip(names, counts, ends, values, strict=True)
        }
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.int64]:
        """The counts, shape (n, sum of bins), the histograms of the filters side by side."""
        check_is_fitted(self)
        maps = self._read(X, reset=False)
        _, statistics = self._statistics()
        edges = list(self.edges_.values())
        starts = np.cumsum([0, *map(len, edges)])
        return count_peaks(
            maps, statistics, PeakBins(np.concatenate(edges), starts, self.outside == "clip")
        )

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """The name of the filter with the number of the bin; `edges_` tells where it lies."""
        check_is_fitted(self)
        names = [
            f"{name}[{number}]"
            for name, edges in self.edges_.items()
            for number in range(len(edges) - 1)
        ]
        return np.array(names, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        return tags

    def _statistics(self) -> tuple[list[str], PatchStatistics]:
        return named_statistics(self.filters, everywhere=self.at == "pixels")

    def _read(self, X: ArrayLike, *, reset: bool) -> Floats:
        maps = _check_maps(X)
        validate_data(
            self,
            maps,
            reset=reset,
            dtype=[np.float64, np.float32],
            allow_nd=True,
            ensure_all_finite=False,
        )
        if reset:
            self.map_shape_ = maps.shape[1:]
        elif maps.shape[1:] != self.map_shape_:
            raise ValueError(
                f"X has maps of shape {maps.shape[1:]}, and the fit had {self.map_shape_}; counts "
                "grow with the area, so give maps of that shape."
            )
        return maps


def _check_maps(maps: ArrayLike) -> Floats:
    array = dense_float_array(maps, "maps")
    if array.ndim != 3:
        remedy = {2: " One map is maps[None].", 4: " One channel is maps[:, 0]."}
        raise ValueError(
            f"maps has {array.ndim} axes (shape {array.shape}), and it must have 3: examples, "
            f"height and width.{remedy.get(array.ndim, '')}"
        )
    if min(array.shape[1:]) < 3:
        raise ValueError(
            f"maps has shape {array.shape}, and a map needs at least 3 x 3 pixels: a peak has "
            "eight neighbours."
        )
    return float_array(array, "maps")


def _is_range(value: Any) -> bool:
    """Whether this is one range, rather than one for each filter."""
    several = isinstance(value, Sequence | np.ndarray) and not isinstance(value, str)
    return not (several and len(value) and (isinstance(value[0], str) or np.ndim(value[0])))


def _per_filter(value: Any, filters: int, name: str, serves_all: bool) -> list[Any]:
    if serves_all:
        return [value] * filters
    if len(value) != filters:
        raise ValueError(
            f"{name} has {len(value)} entries for {filters} filters; give one for each, or one "
            "that serves all."
        )
    return list(value)


def _check_range(value: Any) -> tuple[float, float] | None:
    """The ends of a range, or None if it is to be learned."""
    if isinstance(value, str) and value == "auto":
        return None
    try:
        low, high = (float(end) for end in value)
    except (TypeError, ValueError):
        low = high = np.nan
    if not (np.isfinite([low, high]).all() and low < high):
        raise ValueError(
            f"range={value!r} must be 'auto' or two finite numbers, the lower one first."
        )
    return low, high


def _edges(
    name: str,
    bins: int,
    ends: tuple[float, float] | None,
    values: Array | None,
    spacing: str,
    places: str,
) -> Array:
    """The edges of a histogram; `values` are at hand where something is to be learned."""
    if ends is None:
        learned = cast(Array, values)
        if not len(learned) or learned.min() == learned.max():
            raise ValueError(
                f"range='auto' cannot be learned for {name!r}: the maps have {len(learned)} "
                f"{places}, and there must be two that differ; give a range, such as (0, 0.22)."
            )
        low, high = np.quantile(learned, _TAILS)
        # Most peaks may be alike, and the quantiles equal.
        ends = (low, high) if low < high else (learned.min(), learned.max())
    if spacing == "uniform":
        return np.linspace(*ends, bins + 1)
    learned = cast(Array, values)
    inside = learned[(learned >= ends[0]) & (learned <= ends[1])]
    if not len(inside):
        raise ValueError(
            f"spacing='quantile' finds no {places} with {name!r} in range={ends}; widen the "
            "range, or space the bins uniformly."
        )
    edges = np.quantile(inside, np.linspace(0, 1, bins + 1))
    edges[[0, -1]] = ends
    return edges
