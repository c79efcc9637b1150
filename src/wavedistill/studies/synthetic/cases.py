"""The simulation with other truths, lengths and scales, and why some are not recovered.

Three things can stand between a truth and what is learned: the objective, which need not be lowest
at the truth even with exact gradients; the teacher, whose gradients are only close to the exact
ones; and the search. Each is measured separately.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from wavedistill.attribution import Attributions
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
    """A task like that of Sec 4.1.

    Parameters
    ----------
    truth : str
        Name of the wavelet that makes the response.
    length : int
        Samples in a signal.
    scale : int
        Detail scale of the three coefficients of the response; 1 is the finest.
    levels : int
        Depth J, of the task and of the distillation.
    mode : str
        Signal extension mode, of both.
    """

    truth: str
    length: int = 64
    scale: int = 3
    levels: int = 4
    mode: str = "zero"

    def __str__(self) -> str:
        return f"{self.truth}, length {self.length}, scale {self.scale}, mode {self.mode!r}"


#: Five truths other than DB5, at two lengths, on each detail scale.
CASES: tuple[Case, ...] = tuple(
    Case(*choice)
    for choice in product(("sym4", "sym6", "coif2", "db3", "db7"), (64, 128), (1, 2, 3, 4))
)


@dataclass(frozen=True)
class CaseResult:
    """How closely a truth was recovered, and what limited it.

    Parameters
    ----------
    case : Case
    teacher_r2 : float
        R2 of the teacher on the test signals.
    gradient_error : float
        Root mean square error of the teacher's gradients, as a share of the exact gradient's norm.
    identifiability : Identifiability
    exact : float
        Distance to the truth of a local fit that starts at the truth and has exact gradients (with
        independent noise of a thousandth of their norm): what the objective allows.
    floor : float
        The same with the teacher's gradients: what the teacher allows.
    distance : float
        Distance of the global search, with the teacher's gradients.
    floor_loss, loss : float
        Objectives of the last two fits. If the search's is lower than the floor's, the truth's
        basin is not the lowest.
    seconds : float
        Wall time of the global search.
    """

    case: Case
    teacher_r2: float
    gradient_error: float
    identifiability: Identifiability
    exact: float
    floor: float
    distance: float
    floor_loss: float
    loss: float
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
    """For each case, train a teacher, distil it by the global search, and measure the limits.

    Parameters
    ----------
    cases : sequence of Case
    n_train, epochs : int
        Of the teachers.
    sparsity : float
        Weight of the sparsity term, beside an interpretation of 1.
    seed : int
        Of the data, the teachers and the searches.
    notify : callable
        Told in a few words what begins.
    """
    for case in cases:
        notify(f"{case}: training the teacher")
        task = make_synthetic(
            n_train,
            length=case.length,
            wavelet=case.truth,
            levels=case.levels,
            scale=case.scale,
            mode=case.mode,
            random_state=seed,
        )
        taught = teach(task, epochs=epochs, seed=seed)
        notify(f"{case}: distilling")
        yield _result(case, taught, sparsity)


def _result(case: Case, taught: Taught, sparsity: float) -> CaseResult:
    task = taught.task
    exact = exact_attributions(task)
    error = taught.attributions.multipliers - exact.multipliers
    rounded = _rounded(exact, taught.seed)
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


def _rounded(exact: Attributions, seed: int) -> Attributions:
    multipliers = exact.multipliers
    spread = _ROUNDING * np.sqrt(np.mean(multipliers**2))
    noise = np.random.default_rng(seed).standard_normal(multipliers.shape)
    return Attributions((multipliers + spread * noise).astype(multipliers.dtype))
