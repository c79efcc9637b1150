"""The paper's simulation (Sec 4.1): recover the wavelet that made the response."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike

from wavedistill.attribution import Attributions, attribute
from wavedistill.datasets import SyntheticTask, make_synthetic
from wavedistill.distillation import WaveletDistiller
from wavedistill.studies.output import Notify
from wavedistill.wavelets import Wavelet, as_wavelet

__all__ = ["Recovery", "Study", "noisy", "recover", "recoveries", "run", "train_teacher"]


@dataclass(frozen=True)
class Recovery:
    """What one fit made of its start.

    Parameters
    ----------
    start : str
        What the fit began from.
    before, after : float
        Distance to the true wavelet (level 5, over shifts, reversal and sign). `before` is NaN
        for the global search, which begins from many.
    wavelet : Wavelet
        The learned one.
    initial : Wavelet or None
        The one that the fit began from; None for the global search.
    loss : float
        Objective at the learned wavelet.
    seconds : float
        Wall time of the fit.
    """

    start: str
    before: float
    after: float
    wavelet: Wavelet
    initial: Wavelet | None
    loss: float
    seconds: float


@dataclass(frozen=True)
class Study:
    """The simulation from end to end.

    Parameters
    ----------
    task : SyntheticTask
    teacher_r2 : float
        R2 of the teacher on the test signals.
    attributions : Attributions
        Of the training signals.
    recoveries : tuple of Recovery
        One per start; that of the global search is the last.
    """

    task: SyntheticTask
    teacher_r2: float
    attributions: Attributions
    recoveries: tuple[Recovery, ...]

    @property
    def best(self) -> Recovery:
        """The global search's."""
        return self.recoveries[-1]


def run(
    *,
    seed: int = 0,
    n_train: int = 50_000,
    epochs: int = 20,
    notify: Notify = lambda message: None,
) -> Study:
    """Make the task, train a teacher, attribute it, and distil it from each start.

    Parameters
    ----------
    seed : int
        Of the data, the teacher, the noise on DB5 and the search.
    n_train, epochs : int
        Of the teacher.
    notify : callable
        Told in a few words what begins.
    """
    notify("making the signals")
    task = make_synthetic(n_train=n_train, random_state=seed)
    teacher, r2 = train_teacher(task, epochs=epochs, seed=seed, notify=notify)
    notify("attributing the teacher")
    attributions = attribute(teacher, task.X_train, batch_size=8192)
    found = tuple(recoveries(task, attributions, seed=seed, notify=notify))
    return Study(task, r2, attributions, found)


def train_teacher(
    task: SyntheticTask,
    *,
    width: int = 32,
    epochs: int = 20,
    batch_size: int = 100,
    learning_rate: float = 0.01,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> tuple[torch.nn.Module, float]:
    """Train the paper's network: three fully connected layers with ReLU, by Adam.

    The learning rate falls to zero along a cosine, which takes the noise of the last steps out of
    the gradients.

    Returns
    -------
    teacher : torch.nn.Module
    r2 : float
        On the test signals.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        teacher = torch.nn.Sequential(
            torch.nn.Linear(task.X_train.shape[1], width),
            torch.nn.ReLU(),
            torch.nn.Linear(width, width),
            torch.nn.ReLU(),
            torch.nn.Linear(width, 1),
            torch.nn.Flatten(0),
        )
        signals, response = torch.from_numpy(task.X_train), torch.from_numpy(task.y_train)
        optimiser = torch.optim.Adam(teacher.parameters(), lr=learning_rate, fused=True)
        batches = -(-len(signals) // batch_size)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs * batches)
        for epoch in range(epochs):
            notify(f"training the teacher, epoch {epoch + 1} of {epochs}")
            for rows in torch.randperm(len(signals)).split(batch_size):
                optimiser.zero_grad()
                loss = torch.nn.functional.mse_loss(teacher(signals[rows]), response[rows])
                loss.backward()
                optimiser.step()
                schedule.step()
        with torch.no_grad():
            residual = teacher(torch.from_numpy(task.X_test)).numpy() - task.y_test
    return teacher, float(1 - np.mean(residual**2) / task.y_test.var())


def recoveries(
    task: SyntheticTask,
    attributions: Attributions,
    *,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> Iterator[Recovery]:
    """Distil from the paper's starts, from the truth itself, from random angles, and globally."""
    random = np.random.default_rng(seed)
    starts: list[tuple[str, str | Wavelet]] = [
        ("DB5 itself (floor)", "db5"),
        ("DB5 + noise (0.3)", noisy("db5", 0.3, random)),
        ("Sym5", "sym5"),
        ("Coif2", "coif2"),
        ("random angles", noisy("db5", np.inf, random)),
        ("auto", "auto"),
    ]
    for label, init in starts:
        notify(f"distilling from {label}")
        yield recover(task, attributions, init, label=label, seed=seed)


def recover(
    task: SyntheticTask,
    attributions: Attributions,
    init: str | Wavelet | ArrayLike,
    *,
    label: str = "",
    support: int = 10,
    sparsity: float = 1.0,
    interpretation: float = 1.0,
    seed: int = 0,
) -> Recovery:
    """Distil from one start; its support is that of the start, if that is longer."""
    initial = None
    if not (isinstance(init, str) and init == "auto"):
        initial = as_wavelet(init)
        support = max(support, len(initial.lowpass))
    distiller = WaveletDistiller(
        levels=task.transform.levels,
        support=support,
        sparsity=sparsity,
        interpretation=interpretation,
        mode=task.transform.mode,
        init=init if initial is None else initial,
        random_state=seed,
    )
    began = time.perf_counter()
    with warnings.catch_warnings():
        # The paper's own depth is past dwt_max_level at this length.
        warnings.filterwarnings("ignore", message="levels=")
        distiller.fit(task.X_train, attributions=attributions)
    seconds = time.perf_counter() - began
    return Recovery(
        label or str(init),
        np.nan if initial is None else initial.distance(task.wavelet),
        distiller.wavelet_.distance(task.wavelet),
        distiller.wavelet_,
        initial,
        distiller.loss_,
        seconds,
    )


def noisy(wavelet: str | Wavelet, spread: float, random: np.random.Generator) -> Wavelet:
    """A wavelet with Gaussian noise on its free angles, in radians; infinite noise: any angles."""
    free = as_wavelet(wavelet).angles[:-1]
    if np.isinf(spread):
        free = random.uniform(-np.pi, np.pi, len(free))
    else:
        free = free + spread * random.standard_normal(len(free))
    return Wavelet.from_angles(np.append(free, np.pi / 4 - free.sum()))
