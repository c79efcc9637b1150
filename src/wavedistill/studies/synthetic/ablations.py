"""What the simulation of Sec 4.1 owes to each of its parts: one is taken away or changed at a time.

The last rows are sanity checks (Adebayo et al., NeurIPS 2018): what is distilled from teachers that
know nothing of the true wavelet must be far from it.
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
from wavedistill.studies.synthetic.recovery import Recovery, Taught, random_angles, teach

__all__ = ["Ablation", "Plan", "ablations"]


@dataclass(frozen=True)
class Plan:
    """How much an ablation study does."""

    #: Name of the wavelet that makes the response.
    truth: str = "db5"
    #: Of the teachers, unless they are what is varied.
    n_train: int = 50_000
    epochs: int = 20
    #: Random starts of local fits.
    local_fits: int = 20
    #: Of the teachers' hidden layers.
    widths: tuple[int, ...] = (8, 16, 32, 64)
    #: Of training sets, at most `n_train`. All have as many steps, so that nothing else changes.
    sizes: tuple[int, ...] = (1_000, 5_000, 20_000, 50_000)
    #: Teachers with random weights, and teachers of a permuted response.
    randomised: int = 3
    #: K of the expected gradients.
    draws: int = 5

    @classmethod
    def quick(cls) -> Plan:
        """A few minutes' work."""
        return cls(
            n_train=5_000, local_fits=5, widths=(8, 32), sizes=(1_000, 5_000), randomised=1, draws=2
        )


@dataclass(frozen=True)
class Ablation:
    """One setting, and what came of it: a summary if there are several fits."""

    #: What is varied, and its value.
    group: str
    setting: str
    #: R2 of the teacher on the test signals; the mean.
    teacher_r2: float
    #: To the true wavelet; the median.
    distance: float
    #: Share of the fits that come within `RECOVERED` of the truth.
    recovered: float
    #: The lowest objective; comparable between settings of one teacher, attributions and weights.
    loss: float
    #: Wall time of a distillation; the mean.
    seconds: float
    fits: int = 1


def ablations(
    plan: Plan, *, seed: int = 0, notify: Notify = lambda message: None
) -> Iterator[Ablation]:
    """Take the simulation apart: weights, starts, attributions, teachers, training sets.

    The seed is that of the data, the teachers, the starts and the searches.
    """
    notify("training the teacher")
    task = make_synthetic(plan.n_train, wavelet=plan.truth, random_state=seed)
    taught = teach(task, epochs=plan.epochs, seed=seed)
    for sparsity, interpretation in ((1.0, 1.0), (0.01, 1.0), (0.0, 1.0), (1.0, 0.0)):
        setting = f"sparsity {sparsity:g}, interpretation {interpretation:g}"
        notify(setting)
        found = taught.recover(sparsity=sparsity, interpretation=interpretation)
        yield _row("weights", setting, [taught], [found])
    notify("local fits")
    random = np.random.default_rng(seed)
    yield _row("start", "the truth itself", [taught], [taught.recover(task.wavelet)])
    starts = [random_angles(len(task.wavelet.lowpass), random) for _ in range(plan.local_fits)]
    fits = [taught.recover(start) for start in starts]
    yield _row("start", "random angles, local fit", [taught], fits)
    best = min(fits, key=lambda fit: fit.loss)
    yield _row("start", f"random angles, best loss of {len(fits)}", [taught], [best])
    expected = {"baselines": task.X_test, "n_samples": plan.draws, "random_state": seed}
    for method in ("saliency", "input_x_gradient", "integrated_gradients", "expected_gradients"):
        notify(f"attributing by {method}")
        own: dict[str, Any] = expected if method == "expected_gradients" else {}
        attributions = attribute(taught.teacher, task.X_train, method, batch_size=8192, **own)
        found = taught.recover(attributions=attributions)
        yield _row("attribution", method, [taught], [found])
    yield from _teachers(taught, plan, notify)


def _teachers(taught: Taught, plan: Plan, notify: Notify) -> Iterator[Ablation]:
    """Other widths and training sets, then teachers that know nothing of the response."""
    task, seed, epochs = taught.task, taught.seed, plan.epochs
    for width in plan.widths:
        notify(f"a teacher of width {width}")
        teachers = [teach(task, width=width, epochs=epochs, seed=seed)]
        yield _row("teacher width", str(width), teachers)
    for size in plan.sizes:
        notify(f"{size:,} training signals")
        part = replace(task, X_train=task.X_train[:size], y_train=task.y_train[:size])
        own = round(epochs * len(task.X_train) / len(part.X_train))
        teachers = [teach(part, epochs=own, seed=seed)]
        yield _row("training signals", f"{len(part.X_train):,}", teachers)
    seeds = range(seed, seed + plan.randomised)
    notify("teachers with random weights")
    teachers = [teach(task, epochs=0, seed=each) for each in seeds]
    yield _row("sanity check", "random weights", teachers)
    notify("teachers of a permuted response")
    permuted = replace(task, y_train=np.random.default_rng(seed).permutation(task.y_train))
    teachers = [teach(permuted, epochs=epochs, seed=each) for each in seeds]
    yield _row("sanity check", "permuted response", teachers)


def _row(
    group: str, setting: str, teachers: Sequence[Taught], fits: Sequence[Recovery] = ()
) -> Ablation:
    """The row of some fits, which are global searches unless they are given."""
    fits = fits or [taught.recover() for taught in teachers]
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
