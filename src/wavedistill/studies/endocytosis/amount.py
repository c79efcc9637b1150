"""How much of the endocytosis study to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

__all__ = ["SAMPLE", "WHOLE", "Amount", "PenalizedGrid"]


class PenalizedGrid(NamedTuple):
    """Weights and epochs of the paper's own formulation."""

    sparsity: tuple[float, ...] = tuple(np.geomspace(1e-4, 5e-3, 5).tolist())
    interpretation: tuple[float, ...] = (0.0, *np.geomspace(1e-4, 10, 20).tolist())
    epochs: int = 100


#: All points of the paper's grid, and three by five of them, among which is the point it shows.
WHOLE = PenalizedGrid()
SAMPLE = PenalizedGrid(
    WHOLE.sparsity[::2], tuple(WHOLE.interpretation[number] for number in (0, 4, 8, 11, 14))
)


@dataclass(frozen=True)
class Amount:
    """How much of the study to do."""

    #: Of teacher, folds, bootstrap and minibatches.
    seeds: int = 5
    #: Filter lengths of the global search, and gamma/lambda, where data and attributions are scaled
    #: to a mean magnitude of 1.
    supports: tuple[int, ...] = (4, 6, 8, 10)
    balances: tuple[float, ...] = (0.1, 1.0, 10.0)
    #: The paper's own formulation for each seed, and for the figures from DB5 and Sym5 of the first
    #: seed; None leaves them out.
    penalized: PenalizedGrid | None = SAMPLE
    grids: PenalizedGrid | None = WHOLE
    #: Distilled wavelets that compete in each recipe beyond the paper's, and wavelets of any kind
    #: that go on from its first target to the others; 0 leaves these recipes out.
    beyond: int = 8
    #: Whether to hold out each cell in turn.
    by_cell: bool = True
    #: Students that a wavelet is learned through, of those listed; 0 leaves them out.
    lessons: int = 9
    #: Teachers with random weights, and refits on bootstrap resamples.
    null: int = 20
    resamples: int = 100
    #: Epochs of a teacher, at most.
    epochs: int = 200
    #: Processes; -1 for as many as there are processors.
    jobs: int = -1

    @classmethod
    def quick(cls) -> Amount:
        """Less of everything, in about two minutes."""
        few = PenalizedGrid((5e-4, 5e-3), (0.0, WHOLE.interpretation[11], 0.5), 10)
        return cls(
            seeds=1, supports=(4, 8), balances=(1.0,), penalized=few, grids=few, beyond=3,
            by_cell=False, lessons=0, null=2, resamples=10, jobs=1,
        )  # fmt: skip
