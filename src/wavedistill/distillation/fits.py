"""Fits on either constraint: what they find, and how the orthonormal one is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from wavedistill._version import __version__
from wavedistill.distillation.descent import Basin, descend
from wavedistill.distillation.objective import Objective, Term
from wavedistill.distillation.search import global_search
from wavedistill.wavelets import Decomposition, Lattice, Wavelet

__all__ = ["Candidate", "Fit", "fit_orthonormal", "origin_of", "sign"]

#: Filters with a smallest response on [-pi/2, pi/2] below this are avoided.
_LEAST_RESPONSE = 1e-3
#: Samples (of X, and of the multipliers) to screen starts on, and to descend on.
_SCREENING_SAMPLES, _DESCENDING_SAMPLES = 2**13, 2**17


class Candidate(NamedTuple):
    """A basin that a search found: its wavelet, the objective there, and what it began from."""

    wavelet: Wavelet
    loss: float
    start: str


class Fit(NamedTuple):
    """What a fit found, best first; the terms and the history are those of the best."""

    candidates: list[Candidate]
    terms: dict[str, float]
    history: list[float]


def fit_orthonormal(
    terms: tuple[Term, ...],
    decomposition: Decomposition,
    taps: int,
    start: Wavelet | None,
    *,
    max_iter: int,
    tol: float,
    random: np.random.Generator,
) -> Fit:
    """Minimise the objective over the orthonormal filters of one length.

    Parameters
    ----------
    terms : tuple of Term
    decomposition : Decomposition
    taps : int
        Length N of the filters.
    start : Wavelet or None
        Where a local fit begins; None searches everywhere.
    max_iter, tol
        Of the last descent; see `descend`.
    random : numpy.random.Generator
        For subsamples and random starts.
    """
    count = max(len(term) for term in terms)
    per_example = max(term.signals.size // len(term) for term in terms)

    def objective_on(size: int) -> Objective:
        return Objective(tuple(term.subset(size, random) for term in terms), decomposition)

    # The linear algebra of L-BFGS is tiny: threads would only wait for one another.
    with threadpool_limits(limits=1, user_api="blas"):
        if start is not None:
            everything = objective_on(count)
            basin = Basin(Lattice(taps).right_inverse(start.lowpass), start.name)
            basins = [
                descend(
                    everything, basin, max_iter=max_iter, tol=tol, least_response=_LEAST_RESPONSE
                )
            ]
        else:
            sizes = (
                min(count, max(16, _SCREENING_SAMPLES // per_example)),
                min(count, max(64, _DESCENDING_SAMPLES // per_example)),
                count,
            )
            everything, basins = global_search(
                objective_on,
                sizes,
                taps,
                max_iter=max_iter,
                tol=tol,
                random=random,
                least_response=_LEAST_RESPONSE,
            )
    candidates = [Candidate(Wavelet(basin.lowpass), basin.loss, basin.start) for basin in basins]
    return Fit(candidates, everything.evaluate(basins[0].lowpass), list(basins[0].history))


def origin_of(estimator: Any, decomposition: Decomposition, method: str | None) -> dict[str, Any]:
    """How the wavelets of a fit are learned: the shared part of `Wavelet.origin`.

    Parameters
    ----------
    estimator : WaveletDistiller
    decomposition : Decomposition
    method : str or None
        Of the attributions, if they count.
    """
    return {
        "levels": decomposition.levels,
        "mode": decomposition.mode,
        "axes": list(decomposition.axes),
        "sparsity": float(estimator.sparsity),
        "interpretation": float(estimator.interpretation),
        "normalize": bool(estimator.normalize),
        "constraint": estimator.constraint,
        "method": method,
        "version": __version__,
    }


def sign(candidates: Sequence[Candidate], origin: Mapping[str, Any]) -> list[Candidate]:
    """Write into the wavelets how they were learned.

    Parameters
    ----------
    candidates : sequence of Candidate
    origin : mapping
        What they share (`origin_of`); the support, the loss and the start are added.
    """
    signed = []
    for wavelet, loss, start in candidates:
        own = {"support": len(wavelet.lowpass), "loss": float(loss), "start": start}
        signed.append(Candidate(replace(wavelet, origin={**origin, **own}), loss, start))
    return signed
