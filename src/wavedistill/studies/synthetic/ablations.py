"""What the simulation of Sec 4.1 owes to each of its parts, one taken away or changed at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch

from wavedistill.attribution import Attributions, attribute
from wavedistill.datasets import SyntheticTask, make_synthetic
from wavedistill.studies.output import Notify
from wavedistill.studies.synthetic.recovery import Recovery, noisy, recover, train_teacher
from wavedistill.studies.synthetic.variants import RECOVERED

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


#: A few minutes' work.
QUICK = Plan(
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
    seed: int = 0,
    quick: bool = False,
    *,
    plan: Plan | None = None,
    notify: Notify = lambda message: None,
) -> list[Ablation]:
    """Take the simulation apart: weights, starts, attributions, teachers, training sets.

    The last rows are sanity checks of Adebayo et al. (2018): a teacher with random weights, and
    one trained on a permuted response, know nothing of the true wavelet, and what is distilled
    from them must be far from it.

    Parameters
    ----------
    seed : int
        Of the data, the teachers, the starts and the searches.
    quick : bool
        Less of everything.
    plan : Plan or None
        How much to do, instead of what `quick` says.
    notify : callable
        Told in a few words what begins.

    References
    ----------
    .. [1] J. Adebayo et al. (2018), Sanity checks for saliency maps.
    """
    return list(_rows(plan or (QUICK if quick else Plan()), seed, notify))


def _rows(plan: Plan, seed: int, notify: Notify) -> Iterator[Ablation]:
    """The rows of `ablations`, each as soon as it is measured."""
    task = make_synthetic(plan.n_train, wavelet=plan.truth, random_state=seed)
    notify("training the teacher")
    teacher, r2 = train_teacher(task, epochs=plan.epochs, seed=seed)
    saliency = attribute(teacher, task.X_train, batch_size=8192)
    yield from _weights(task, saliency, r2, seed, notify)
    yield from _starts(task, saliency, r2, plan, seed, notify)
    yield from _attributions(task, teacher, r2, plan, seed, notify)
    yield from _teachers(task, plan, seed, notify)
    yield from _sizes(task, plan, seed, notify)
    yield from _randomised(task, plan, seed, notify)


def _weights(
    task: SyntheticTask, attributions: Attributions, r2: float, seed: int, notify: Notify
) -> Iterator[Ablation]:
    for sparsity, interpretation in ((1.0, 1.0), (0.01, 1.0), (0.0, 1.0), (1.0, 0.0)):
        setting = f"sparsity {sparsity:g}, interpretation {interpretation:g}"
        notify(setting)
        found = _search(task, attributions, seed, (sparsity, interpretation))
        yield _row("weights", setting, [r2], [found])


def _starts(
    task: SyntheticTask,
    attributions: Attributions,
    r2: float,
    plan: Plan,
    seed: int,
    notify: Notify,
) -> Iterator[Ablation]:
    notify("local fits")
    support, random = len(task.wavelet.lowpass), np.random.default_rng(seed)
    itself = recover(task, attributions, task.wavelet, support=support, seed=seed)
    yield _row("start", "the truth itself", [r2], [itself])
    starts = [noisy(task.wavelet, np.inf, random) for _ in range(plan.local_fits)]
    fits = [recover(task, attributions, start, support=support, seed=seed) for start in starts]
    yield _row("start", "random angles, local fit", [r2], fits)
    best = min(fits, key=lambda fit: fit.loss)
    yield _row("start", f"random angles, best loss of {len(fits)}", [r2], [best])


def _attributions(
    task: SyntheticTask,
    teacher: torch.nn.Module,
    r2: float,
    plan: Plan,
    seed: int,
    notify: Notify,
) -> Iterator[Ablation]:
    expected = {"baselines": task.X_test, "n_samples": plan.draws, "random_state": seed}
    methods: tuple[tuple[Any, dict[str, Any]], ...] = (
        ("saliency", {}),
        ("input_x_gradient", {}),
        ("integrated_gradients", {}),
        ("expected_gradients", expected),
    )
    for method, arguments in methods:
        notify(f"attributing by {method}")
        found = attribute(teacher, task.X_train, method, batch_size=8192, **arguments)
        yield _row("attribution", method, [r2], [_search(task, found, seed)])


def _teachers(task: SyntheticTask, plan: Plan, seed: int, notify: Notify) -> Iterator[Ablation]:
    for width in plan.widths:
        notify(f"a teacher of width {width}")
        r2, found = _taught(task, seed, epochs=plan.epochs, width=width)
        yield _row("teacher width", str(width), [r2], [found])


def _sizes(task: SyntheticTask, plan: Plan, seed: int, notify: Notify) -> Iterator[Ablation]:
    for size in plan.sizes:
        notify(f"{size:,} training signals")
        part = replace(task, X_train=task.X_train[:size], y_train=task.y_train[:size])
        epochs = round(plan.epochs * len(task.X_train) / len(part.X_train))
        r2, found = _taught(part, seed, epochs=epochs)
        yield _row("training signals", f"{len(part.X_train):,}", [r2], [found])


def _randomised(task: SyntheticTask, plan: Plan, seed: int, notify: Notify) -> Iterator[Ablation]:
    seeds = range(seed, seed + plan.randomised)
    notify("teachers with random weights")
    yield _summary("random weights", (_taught(task, each, epochs=0) for each in seeds))
    notify("teachers of a permuted response")
    random = np.random.default_rng(seed)
    permuted = replace(task, y_train=random.permutation(task.y_train))
    pairs = (_taught(permuted, each, epochs=plan.epochs) for each in seeds)
    yield _summary("permuted response", pairs)


def _taught(
    task: SyntheticTask, seed: int, *, epochs: int, width: int = 32
) -> tuple[float, Recovery]:
    teacher, r2 = train_teacher(task, width=width, epochs=epochs, seed=seed)
    return r2, _search(task, attribute(teacher, task.X_train, batch_size=8192), seed)


def _search(
    task: SyntheticTask,
    attributions: Attributions,
    seed: int,
    weights: tuple[float, float] = (1.0, 1.0),
) -> Recovery:
    support, (sparsity, gamma) = len(task.wavelet.lowpass), weights
    search = partial(recover, task, attributions, "auto", support=support, seed=seed)
    return search(sparsity=sparsity, interpretation=gamma)


def _summary(setting: str, pairs: Iterable[tuple[float, Recovery]]) -> Ablation:
    scores, fits = zip(*pairs, strict=True)
    return _row("sanity check", setting, scores, fits)


def _row(group: str, setting: str, scores: Iterable[float], fits: Iterable[Recovery]) -> Ablation:
    found = list(fits)
    distances = np.array([fit.after for fit in found])
    return Ablation(
        group,
        setting,
        float(np.mean(list(scores))),
        float(np.median(distances)),
        float(np.mean(distances <= RECOVERED)),
        min(fit.loss for fit in found),
        float(np.mean([fit.seconds for fit in found])),
        len(found),
    )
