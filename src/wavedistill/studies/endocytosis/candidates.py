"""The distilled wavelets among which the study chooses."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.attribution import Attributions
from wavedistill.checks import WaveletWarning
from wavedistill.distillation import PenalizedSettings, WaveletDistiller, distill_path
from wavedistill.distillation.path import DistillationPath
from wavedistill.studies.candidates import Candidate
from wavedistill.wavelets import Wavelet

__all__ = [
    "NAMED_POINT",
    "PenalizedGrid",
    "distilled",
    "paper_point",
    "penalized_path",
    "resampled",
]

LEVELS = 4
#: Sparsity and interpretation of the wavelet that the paper shows (Fig 2), published scaling.
NAMED_POINT = (0.005, 0.043)


class PenalizedGrid(NamedTuple):
    """Weights and epochs of the paper's own formulation; by default all of the paper's."""

    sparsity: tuple[float, ...] = tuple(np.geomspace(1e-4, 5e-3, 5).tolist())
    interpretation: tuple[float, ...] = (0.0, *np.geomspace(1e-4, 10, 20).tolist())
    epochs: int = 100

    @property
    def points(self) -> int:
        """How many."""
        return len(self.sparsity) * len(self.interpretation)

    @classmethod
    def sample(cls, epochs: int = 100) -> PenalizedGrid:
        """Three by five of them, the paper's point among them."""
        whole = cls()
        gammas = tuple(whole.interpretation[i] for i in (0, 4, 8, 11, 14))
        return cls(whole.sparsity[::2], gammas, epochs)


def distilled(
    X: NDArray[np.float32],
    attributions: Attributions | None,
    *,
    supports: Sequence[int] = (4, 6, 8, 10),
    balances: Sequence[float] = (0.1, 1.0, 10.0),
    seed: int = 0,
) -> Iterator[Candidate]:
    """Wavelets distilled on the orthonormal constraint: from DB5, and from the global search.

    Parameters
    ----------
    X : ndarray, shape (n, frames)
    attributions : Attributions or None
        None distils from the traces alone.
    supports : sequence of int
        Filter lengths of the global search.
    balances : sequence of float
        gamma/lambda, with data and attributions scaled to a mean magnitude of 1.
    seed : int
    """
    weights = [0.0] if attributions is None else list(balances)
    for support in (None, *supports):
        for balance in weights:
            distiller = WaveletDistiller(
                levels=LEVELS,
                support=support or 10,
                init="auto" if support else "db5",
                interpretation=balance,
                random_state=seed,
            )
            _fit(distiller, X, attributions)
            where = f"support {support}" if support else "from DB5"
            for found in distiller.candidates_:
                yield Candidate(f"{where}, gamma/lambda {balance:g}", found.wavelet, balance)


def penalized_path(
    X: NDArray[np.float32],
    attributions: Attributions,
    grid: PenalizedGrid,
    *,
    start: str = "db5",
    file: Path | None = None,
    seed: int = 0,
) -> DistillationPath:
    """The paper's own formulation over a grid, each point from its neighbour (Appendix C)."""
    distiller = WaveletDistiller(
        levels=LEVELS,
        constraint="penalized",
        init=start,
        support=10,
        normalize=False,
        penalized=PenalizedSettings(epochs=grid.epochs, scaling="published"),
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WaveletWarning)
        return distill_path(
            X,
            attributions,
            sparsity=grid.sparsity,
            interpretation=grid.interpretation,
            distiller=distiller,
            file=file,
        )


def paper_point(path: DistillationPath) -> int:
    """Which point of a path the paper shows (`NAMED_POINT`), or its nearest there."""
    weights = np.array([(p.sparsity, max(p.interpretation, 1e-12)) for p in path.points])
    return int(np.argmin(np.abs(np.log(weights / NAMED_POINT)).sum(axis=1)))


def resampled(
    X: NDArray[np.float32],
    attributions: Attributions,
    chosen: Candidate,
    *,
    count: int = 100,
    seed: int = 0,
) -> list[Wavelet]:
    """Refit a distilled wavelet on bootstrap resamples of the traces, each time from itself.

    How far the wavelet of this basin would move with other traces of the same cells; whether
    another basin would win is another question.
    """
    random = np.random.default_rng(seed)
    distiller = WaveletDistiller(
        levels=LEVELS,
        support=len(chosen.wavelet.lowpass),
        interpretation=chosen.balance,
        init=chosen.wavelet,
    )
    wavelets = []
    for _ in range(count):
        rows = random.integers(len(X), size=len(X))
        part = Attributions(attributions.multipliers[rows], None, attributions.method)
        _fit(distiller, X[rows], part)
        wavelets.append(distiller.wavelet_)
    return wavelets


def _fit(
    distiller: WaveletDistiller, X: NDArray[np.float32], attributions: Attributions | None
) -> None:
    with warnings.catch_warnings():
        # The paper's own depth is past dwt_max_level at this length; a bad candidate loses.
        warnings.simplefilter("ignore", WaveletWarning)
        distiller.fit(X, attributions=attributions)
