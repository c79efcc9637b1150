"""What the simulation of Sec 4.1 owes to each of its parts: one is taken away or changed at a time.

The last rows are sanity checks of Adebayo et al. (2018): a teacher with random weights, and one
trained on a permuted response, know nothing of the true wavelet, and what is distilled from them
must be far from it.

References
----------
J. Adebayo et al. (2018), Sanity checks for saliency maps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from wavedistill.attribution import attribute
from wavedistill.datasets import make_synthetic
from wavedistill.studies.output import Notify
from wavedistill.studies.synthetic.cases import RECOVERED
from wavedistill.studies.synthetic.recovery import Recovery, Taught, noisy, teach

__all__ = ["Ablation", "Plan", "ablations"]


@dataclass(frozen=True)
class Plan:
    """How much an ablation study does.

    Parameters
    ----------
    truth : str
        Name of the wavelet that makes the response.
    n_train, epochs : int
        Of the teachers, unless they are what is varied.
    local_fits : int
        Random starts of local fits.
    widths : tuple of int
        Of the teachers' hidden layers.
    sizes : tuple of int
        Of training sets, at most `n_train`. The number of steps stays the same, so that nothing
        but the number of signals changes.
    randomised : int
        Teachers with random weights, and teachers of a permuted response.
    draws : int
        K of the expected gradients.
    """

    truth: str = "db5"
    n_train: int = 50_000
    epochs: int = 20
    local_fits: int = 20
    widths: tuple[int, ...] = (8, 16, 32, 64)
    sizes: tuple[int, ...] = (1_000, 5_000, 20_000, 50_000)
    randomised: int = 3
    draws: int = 5

    @classmethod
    def quick(cls) -> Plan:
        """A few minutes' work."""
        return cls(
            n_train=5_000, local_fits=5, widths=(8, 32), sizes=(1_000, 5_000), randomised=1, draws=2
        )


@dataclass(frozen=True)
class Ablation:
    """One setting, and what came of it.

    Parameters
    ----------
    group : str
        What is varied.
    setting : str
        Its value.
    teacher_r2 : float
        R2 of the teacher on the test signals; the mean if there are several.
    distance : float
        To the true wavelet; the median if there are several fits.
    recovered : float
        Share of the fits that come within `RECOVERED` of it.
    loss : float
        The objective; the lowest if there are several fits. Comparable among settings that share
        teacher, attributions and weights.
    seconds : float
        Wall time of the distillation; the mean if there are several fits.
    fits : int
    """

    group: str
    setting: str
    teacher_r2: float
    distance: float
    recovered: float
    loss: float
    seconds: float
    fits: int = 1


def ablations(
    plan: Plan, *, seed: int = 0, notify: Notify = lambda message: None
) -> Iterator[Ablation]:
    """Take the simulation apart: weights, starts, attributions, teachers, training sets.

    Parameters
    ----------
    plan : Plan
    seed : int
        Of the data, the teachers, the starts and the searches.
    notify : callable
        Told in a few words what begins.

    Yields
    ------
    Ablation
        Each row as soon as it is measured.
    """
    notify("training the teacher")
    task = make_synthetic(plan.n_train, wavelet=plan.truth, random_state=seed)
    taught = teach(task, epochs=plan.epochs, seed=seed)
    yield from _weights(taught, notify)
    yield from _starts(taught, plan, notify)
    yield from _attributions(taught, plan, notify)
    yield from _teachers(taught, plan, notify)


def _weights(taught: Taught, notify: Notify) -> Iterator[Ablation]:
    for sparsity, interpretation in ((1.0, 1.0), (0.01, 1.0), (0.0, 1.0), (1.0, 0.0)):
        setting = f"sparsity {sparsity:g}, interpretation {interpretation:g}"
        notify(setting)
        found = taught.recover(sparsity=sparsity, interpretation=interpretation)
        yield _row("weights", setting, [taught], [found])


def _starts(taught: Taught, plan: Plan, notify: Notify) -> Iterator[Ablation]:
    notify("local fits")
    true, random = taught.task.wavelet, np.random.default_rng(taught.seed)
    yield _row("start", "the truth itself", [taught], [taught.recover(true)])
    starts = [noisy(true, np.inf, random) for _ in range(plan.local_fits)]
    fits = [taught.recover(start) for start in starts]
    yield _row("start", "random angles, local fit", [taught], fits)
    best = min(fits, key=lambda fit: fit.loss)
    yield _row("start", f"random angles, best loss of {len(fits)}", [taught], [best])


def _attributions(taught: Taught, plan: Plan, notify: Notify) -> Iterator[Ablation]:
    task = taught.task
    baselines: dict[str, Any] = {"baselines": task.X_test, "n_samples": plan.draws}
    baselines["random_state"] = taught.seed
    for method in ("saliency", "input_x_gradient", "integrated_gradients", "expected_gradients"):
        notify(f"attributing by {method}")
        arguments = baselines if method == "expected_gradients" else {}
        found = attribute(taught.teacher, task.X_train, method, batch_size=8192, **arguments)
        yield _row("attribution", method, [taught], [taught.recover(attributions=found)])


def _teachers(taught: Taught, plan: Plan, notify: Notify) -> Iterator[Ablation]:
    """Other widths and training sets, then teachers that know nothing of the response."""
    task, seed, epochs = taught.task, taught.seed, plan.epochs
    for width in plan.widths:
        notify(f"a teacher of width {width}")
        teachers = [teach(task, width=width, epochs=epochs, seed=seed)]
        yield _searched("teacher width", str(width), teachers)
    for size in plan.sizes:
        notify(f"{size:,} training signals")
        part = replace(task, X_train=task.X_train[:size], y_train=task.y_train[:size])
        own = round(epochs * len(task.X_train) / len(part.X_train))
        teachers = [teach(part, epochs=own, seed=seed)]
        yield _searched("training signals", f"{len(part.X_train):,}", teachers)
    seeds = range(seed, seed + plan.randomised)
    notify("teachers with random weights")
    teachers = [teach(task, epochs=0, seed=each) for each in seeds]
    yield _searched("sanity check", "random weights", teachers)
    notify("teachers of a permuted response")
    permuted = replace(task, y_train=np.random.default_rng(seed).permutation(task.y_train))
    teachers = [teach(permuted, epochs=epochs, seed=each) for each in seeds]
    yield _searched("sanity check", "permuted response", teachers)


def _searched(group: str, setting: str, teachers: Sequence[Taught]) -> Ablation:
    return _row(group, setting, teachers, [taught.recover() for taught in teachers])


def _row(
    group: str, setting: str, teachers: Sequence[Taught], fits: Sequence[Recovery]
) -> Ablation:
    distances = np.array([fit.after for fit in fits])
    return Ablation(
        group,
        setting,
        float(np.mean([taught.r2 for taught in teachers])),
        float(np.median(distances)),
        float(np.mean(distances <= RECOVERED)),
        min(fit.loss for fit in fits),
        float(np.mean([fit.seconds for fit in fits])),
        len(fits),
    )
