"""The simulation of Sec 4.1 with other truths, lengths and scales, and why some are not recovered.

Three things can stand between a truth and what is learned: the objective, which need not be lowest
at the truth even for an exact teacher; the teacher, whose gradients are only close to the exact
ones; and the search. Each is measured for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np

from wavedistill.attribution import Attributions, attribute
from wavedistill.datasets import SyntheticTask, make_synthetic
from wavedistill.studies.output import Notify
from wavedistill.studies.synthetic.identifiability import (
    Identifiability,
    exact_attributions,
    identifiability,
)
from wavedistill.studies.synthetic.recovery import recover, train_teacher

__all__ = [
    "CASES",
    "RECOVERED",
    "Case",
    "CaseResult",
    "run_cases",
]


#: A wavelet this close to the truth counts as recovered.
RECOVERED = 0.03
#: Noise on exact gradients, as a share of their norm. Without any, the objective has a kink at the
#: truth, where a descent by gradients stays even if there is a way down.
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
        Distance to the truth of the local fit from the truth itself, to exact gradients (with
        independent noise of a thousandth of their norm): what the objective allows.
    floor : float
        The same, to the teacher's gradients: what the teacher allows.
    distance : float
        That of the global search, to the teacher's gradients.
    floor_loss, loss : float
        Objectives of the last two fits. Where the search found less than the floor's, the truth's
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
        ``"teacher"`` if they do not, and the teacher's do; ``"basin"`` if neither do, and the
        search found a lower minimum elsewhere; ``"search"`` if it missed the lower one.
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
    interpretation: float = 1.0,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> list[CaseResult]:
    """For each case, train a teacher, distil it by the global search, and measure the limits.

    The support is that of the truth.

    Parameters
    ----------
    cases : sequence of Case
    n_train, epochs : int
        Of the teachers.
    sparsity, interpretation : float
        Weights of the objective, the same for all cases.
    seed : int
        Of the data, the teachers and the searches.
    notify : callable
        Told in a few words what begins.
    """
    results = []
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
        teacher, r2 = train_teacher(task, epochs=epochs, seed=seed)
        attributions = attribute(teacher, task.X_train, batch_size=8192)
        notify(f"{case}: distilling")
        results.append(_result(case, task, attributions, r2, (sparsity, interpretation), seed=seed))
    return results


def _result(
    case: Case,
    task: SyntheticTask,
    attributions: Attributions,
    r2: float,
    weights: tuple[float, float],
    *,
    seed: int,
) -> CaseResult:
    sparsity, interpretation = weights
    fit = partial(
        recover,
        support=len(task.wavelet.lowpass),
        sparsity=sparsity,
        interpretation=interpretation,
        seed=seed,
    )
    exact = exact_attributions(task)
    error = attributions.multipliers - exact.multipliers
    floor = fit(task, attributions, task.wavelet)
    found = fit(task, attributions, "auto")
    return CaseResult(
        case=case,
        teacher_r2=r2,
        gradient_error=float(np.linalg.norm(error) / np.linalg.norm(exact.multipliers)),
        identifiability=identifiability(task, sparsity=sparsity, interpretation=interpretation),
        exact=fit(task, _rounded(exact, seed), task.wavelet).after,
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
