"""The simulation with other truths, lengths and scales, and why some are not recovered.

Measured apart are the objective, which need not be lowest at the truth even with exact gradients,
the teacher, whose gradients are only close to the exact ones, and the search.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from wavedistill.datasets import make_synthetic
from wavedistill.studies.output import Notify
from wavedistill.studies.synthetic.identifiability import (
    Identifiability,
    exact_attributions,
    identifiability,
)
from wavedistill.studies.synthetic.recovery import Taught, teach

__all__ = ["CASES", "RECOVERED", "Case", "CaseResult", "run_cases"]

#: A wavelet this close to the truth counts as recovered.
RECOVERED = 0.03
#: Noise on exact gradients, as a share of their norm. Without any, the objective has a kink at the
#: truth, and a descent by gradients stays there even if there is a way down.
_ROUNDING = 0.001


@dataclass(frozen=True)
class Case:
    """A task like that of Sec 4.1, by the parameters of `make_synthetic`."""

    #: Name of the wavelet that makes the response.
    wavelet: str
    #: Samples in a signal.
    length: int = 64
    #: Detail scale of the three coefficients of the response; 1 is the finest.
    scale: int = 3
    #: Depth J and extension mode, of the task and of the distillation.
    levels: int = 4
    mode: str = "zero"

    def __str__(self) -> str:
        return f"{self.wavelet}, length {self.length}, scale {self.scale}, mode {self.mode!r}"


#: Five truths other than DB5, at two lengths, on each detail scale.
CASES: tuple[Case, ...] = tuple(
    Case(*choice)
    for choice in product(("sym4", "sym6", "coif2", "db3", "db7"), (64, 128), (1, 2, 3, 4))
)


@dataclass(frozen=True)
class CaseResult:
    """How closely a truth was recovered, and what limited it."""

    case: Case
    #: R2 of the teacher on the test signals.
    teacher_r2: float
    #: Root mean square error of the teacher's gradients, as a share of the exact gradient's norm.
    gradient_error: float
    identifiability: Identifiability
    #: Distance to the truth of a local fit that starts at the truth and has exact gradients (with
    #: independent noise of a thousandth of their norm): what the objective allows.
    exact: float
    #: The same with the teacher's gradients: what the teacher allows.
    floor: float
    #: Distance of the global search, with the teacher's gradients.
    distance: float
    #: Objectives of the last two fits. If the search's is lower than the floor's, the truth's basin
    #: is not the lowest.
    floor_loss: float
    loss: float
    #: Wall time of the global search.
    seconds: float

    @property
    def recovered(self) -> bool:
        """Whether the distance is at most `RECOVERED`."""
        return self.distance <= RECOVERED

    @property
    def limit(self) -> str:
        """What kept the truth from being recovered.

        ``""`` if nothing did; ``"objective"`` if even exact gradients lead away from the truth;
        ``"teacher"`` if only the teacher's gradients do; ``"basin"`` if neither do, and the search
        found a lower minimum elsewhere; ``"search"`` if it missed the lower one.
        """
        if self.recovered:
            return ""
        if self.exact > RECOVERED:
            return "objective"
        if self.floor > RECOVERED:
            return "teacher"
        return "basin" if self.loss < self.floor_loss else "search"


def run_cases(
    cases: Sequence[Case] = CASES,
    *,
    n_train: int = 50_000,
    epochs: int = 20,
    sparsity: float = 1.0,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> Iterator[CaseResult]:
    """For each case, train a teacher, distil it by the global search, and measure the limits."""
    for case in cases:
        notify(f"{case}: training the teacher")
        task = make_synthetic(n_train, **vars(case), random_state=seed)
        taught = teach(task, epochs=epochs, seed=seed)
        notify(f"{case}: distilling")
        yield _result(case, taught, sparsity)


def _result(case: Case, taught: Taught, sparsity: float) -> CaseResult:
    task = taught.task
    exact = exact_attributions(task)
    error = taught.attributions.multipliers - exact.multipliers
    rounded = exact_attributions(task, _ROUNDING, taught.seed)
    floor = taught.recover(task.wavelet, sparsity=sparsity)
    found = taught.recover(sparsity=sparsity)
    return CaseResult(
        case=case,
        teacher_r2=taught.r2,
        gradient_error=float(np.linalg.norm(error) / np.linalg.norm(exact.multipliers)),
        identifiability=identifiability(task, sparsity=sparsity),
        exact=taught.recover(task.wavelet, sparsity=sparsity, attributions=rounded).after,
        floor=floor.after,
        distance=found.after,
        floor_loss=floor.loss,
        loss=found.loss,
        seconds=found.seconds,
    )
