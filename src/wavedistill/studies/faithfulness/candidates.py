"""The bases that are compared; whatever is chosen is chosen on the training examples."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wavedistill.attribution import Attributions
from wavedistill.checks import Floats, WaveletWarning
from wavedistill.distillation import WaveletDistiller
from wavedistill.faithfulness import Basis, Fourier, Samples, WaveletBasis
from wavedistill.students import DistilledClassifier, DistilledRegressor
from wavedistill.studies.faithfulness.cases import Case
from wavedistill.wavelets import WaveletTransform, known_wavelets

__all__ = ["LEARNED", "NAMED", "STUDENT", "as_bases", "sparsity", "told", "wavelets"]

Array = NDArray[np.float64]

#: The wavelet in which signals and attributions are sparsest; the known one of which that is true;
#: and the one that a student of log-energies learned.
LEARNED, NAMED, STUDENT = "learned", "named, same objective", "learned by student"
_FIXED = ("haar", "db5", "sym6")
#: As many coefficients as samples, so that bases have equally many.
_MODE = "periodization"


def wavelets(
    case: Case, attributions: Attributions, teacher: Array, *, student: bool, seed: int
) -> dict[str, WaveletTransform]:
    """Transforms by their names, the learned one first.

    Parameters
    ----------
    case : Case
    attributions : Attributions
        Of the training examples.
    teacher : ndarray, shape (n,) or (n, classes)
        What the network returns for them.
    student : bool
        Whether to distil a student as well.
    seed : int
    """
    transform = partial(WaveletTransform, levels=case.levels, mode=_MODE, axes=case.axes)
    settings: dict[str, Any] = {"mode": _MODE, "axes": case.axes, "random_state": seed}
    distiller = WaveletDistiller(case.levels, case.support, **settings)
    with warnings.catch_warnings():
        # Of borders, which periodic signals do not have, and of short wavelets in long filters.
        warnings.simplefilter("ignore", WaveletWarning)
        distiller.fit(case.X_train, attributions=attributions)
        chosen = {LEARNED: distiller.transform_}
        if student:
            kind = DistilledClassifier if case.classes else DistilledRegressor
            fitted = kind("energy", levels=case.levels, support=case.support, **settings)
            fitted.fit(case.X_train, teacher=teacher)
            chosen[STUDENT] = fitted.transform_
    known = known_wavelets(case.support)
    losses = [sparsity(transform(each), case.X_train, attributions.multipliers) for each in known]
    chosen[NAMED] = transform(known[int(np.argmin(losses))])
    chosen |= {name: transform(name) for name in _FIXED}
    return chosen


def as_bases(case: Case, chosen: Mapping[str, WaveletTransform]) -> dict[str, Basis]:
    """Those wavelets, the samples, and Fourier."""
    found: dict[str, Basis] = {name: WaveletBasis(each, name) for name, each in chosen.items()}
    return {**found, "samples": Samples(), "Fourier": Fourier(case.axes)}


def sparsity(transform: WaveletTransform, X: Floats, multipliers: Floats) -> float:
    """The objective of `WaveletDistiller` with weights of 1, per value of X."""
    return float(
        np.abs(transform.analysis(X)).sum() / np.abs(X).sum()
        + np.abs(transform.adjoint(multipliers)).sum() / np.abs(multipliers).sum()
    )


def told(transform: WaveletTransform) -> str:
    """A wavelet in a word: its name, or the known one that is nearest."""
    wavelet = transform.wavelet
    if wavelet.name:
        return wavelet.name
    nearest = min(known_wavelets(len(wavelet.lowpass)), key=wavelet.distance)
    distance = wavelet.distance(nearest)
    return f"{len(wavelet.lowpass)} taps, {distance:.2f} from {nearest.name}"
