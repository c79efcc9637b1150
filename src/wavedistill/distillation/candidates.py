"""Many wavelets from one data set: candidates for a student, and refits on resamples."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone

from wavedistill.attribution import Attributions
from wavedistill.checks import float_array, integer
from wavedistill.distillation.estimator import WaveletDistiller
from wavedistill.distillation.sweep import distill_path
from wavedistill.distillation.terms import as_attributions
from wavedistill.wavelets import Wavelet

__all__ = ["candidate_wavelets", "resampled_wavelets"]


def candidate_wavelets(
    X: ArrayLike,
    attributions: Attributions | ArrayLike | None = None,
    *,
    supports: Sequence[int] = (4, 6, 8, 10),
    balances: Sequence[float] = (0.1, 1.0, 10.0),
    distiller: WaveletDistiller | None = None,
    folder: str | os.PathLike[str] | None = None,
) -> Iterator[Wavelet]:
    """Distil with every support and balance, and yield every basin that is found.

    The loss does not tell which of these wavelets predicts best. Let a student choose among them by
    cross-validation, as `wavedistill.students.select` does.

    Parameters
    ----------
    X : array_like
        Signals, as `WaveletDistiller.fit` takes them.
    attributions : Attributions, array_like of multipliers, or None
        None distils from the signals alone; there is no balance then, and one fit for each support.
    supports : sequence of int
        Lengths of the filters.
    balances : sequence of float
        Weights of interpretation, beside a sparsity of 1 (gamma/lambda).
    distiller : WaveletDistiller
        All other settings; by default a `WaveletDistiller()`, which searches globally.
    folder : path, optional
        Where each fit is kept, in a file named by its support and balance; one that is there
        already is read.

    Yields
    ------
    Wavelet
        Named by support and balance, such as ``"support 4, gamma/lambda 0.1"``; lowest loss first
        among those of one fit.

    Raises
    ------
    TypeError, ValueError
        For all that `distill_path` refuses, such as a file of other data.

    Examples
    --------
    >>> import numpy as np
    >>> from wavedistill import WaveletDistiller
    >>> from wavedistill.distillation import candidate_wavelets
    >>> X = np.random.default_rng(0).standard_normal((50, 32)).cumsum(axis=1)
    >>> local = WaveletDistiller(levels=2, init="db2")
    >>> M = np.gradient(X, axis=1)
    >>> found = candidate_wavelets(X, M, supports=[4], balances=[0.1, 1.0], distiller=local)
    >>> [wavelet.name for wavelet in found]
    ['support 4, gamma/lambda 0.1', 'support 4, gamma/lambda 1']
    """
    template = WaveletDistiller() if distiller is None else distiller
    for support in supports:
        for balance in [0.0] if attributions is None else balances:
            path = distill_path(
                X,
                attributions,
                sparsity=[1.0],
                interpretation=[balance],
                distiller=clone(template).set_params(support=support),
                file=None if folder is None else Path(folder) / f"{support}_{balance:g}.json",
            )
            for found in path.points[0].candidates:
                yield replace(found.wavelet, name=f"support {support}, gamma/lambda {balance:g}")


def resampled_wavelets(
    wavelet: Wavelet,
    X: ArrayLike,
    attributions: Attributions | ArrayLike | None = None,
    *,
    count: int = 100,
    random_state: int | np.random.Generator | None = 0,
) -> list[Wavelet]:
    """Refit a distilled wavelet on bootstrap resamples of the examples, each time from itself.

    They show how far the wavelet of this basin would move with other examples of the same kind
    (`wavedistill.plotting.plot_wavelet_band`), but not whether another basin would win.

    Parameters
    ----------
    wavelet : Wavelet
        As `WaveletDistiller` learned it, on the orthonormal constraint: its `origin` has the
        settings of the refits.
    X, attributions
        What it was learned from.
    count : int
        How many resamples.
    random_state : int, numpy.random.Generator or None

    Returns
    -------
    list of Wavelet

    Raises
    ------
    ValueError
        If the wavelet was not learned on the orthonormal constraint; and for what the distiller
        refuses.

    Examples
    --------
    >>> import numpy as np
    >>> from wavedistill import WaveletDistiller
    >>> from wavedistill.distillation import resampled_wavelets
    >>> X = np.random.default_rng(0).standard_normal((50, 32)).cumsum(axis=1)
    >>> learned = WaveletDistiller(levels=2, support=4).fit(X).wavelet_
    >>> refits = resampled_wavelets(learned, X, count=10)
    >>> [len(refit.lowpass) for refit in refits[:2]]
    [4, 4]
    """
    origin = wavelet.origin
    if origin.get("constraint") != "orthonormal":
        raise ValueError(
            f"{wavelet!r} does not tell how to refit it: its constraint is "
            f"{origin.get('constraint')!r}. Give a wavelet that "
            "WaveletDistiller(constraint='orthonormal') learned."
        )
    signals, taught = float_array(X, "X"), as_attributions(attributions)
    distiller = WaveletDistiller(
        levels=origin["levels"],
        mode=origin["mode"],
        axes=tuple(origin["axes"]),
        sparsity=origin["sparsity"],
        interpretation=origin["interpretation"],
        normalize=origin["normalize"],
        support=len(wavelet.lowpass),
        init=wavelet,
    )
    size = integer(count, "count", minimum=0), len(signals)
    return [
        distiller.fit(signals[rows], attributions=None if taught is None else taught[rows]).wavelet_
        for rows in np.random.default_rng(random_state).integers(len(signals), size=size)
    ]
