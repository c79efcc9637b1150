"""The paper's simulation (Sec 4.1): train a teacher, and recover the wavelet of the response."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from wavedistill.attribution import Attributions, attribute
from wavedistill.checks import BorderWarning, PaddedWaveletWarning
from wavedistill.datasets import SyntheticTask
from wavedistill.distillation import WaveletDistiller
from wavedistill.studies.output import Notify
from wavedistill.wavelets import Lattice, Wavelet, WaveletLike, as_wavelet

__all__ = ["Recovery", "Taught", "noisy", "random_angles", "recoveries", "starts", "teach"]


@dataclass(frozen=True)
class Recovery:
    """One fit: the wavelet that it found, and how close it is to the truth."""

    #: What the fit began from.
    start: str
    #: Distance to the true wavelet (level 5, over shifts, reversal and sign) of the start, NaN for
    #: the global search that begins from many, and of the learned wavelet.
    before: float
    after: float
    wavelet: Wavelet
    #: Objective at the learned wavelet.
    loss: float
    #: Wall time of the fit.
    seconds: float


@dataclass(frozen=True)
class Taught:
    """A task, a teacher trained on it, and its attributions."""

    task: SyntheticTask
    teacher: torch.nn.Module
    #: R2 of the teacher on the test signals.
    r2: float
    #: Saliency of the training signals.
    attributions: Attributions
    #: Of the teacher and of the fits.
    seed: int

    def recover(
        self,
        init: WaveletLike | None = None,
        *,
        label: str = "auto",
        support: int | None = None,
        sparsity: float = 1.0,
        interpretation: float = 1.0,
        attributions: Attributions | None = None,
    ) -> Recovery:
        """Distil from one start or, without one, by the global search.

        The support is that of the true wavelet or of the start, whichever is longer, unless it is
        given. `attributions` take the place of the teacher's.
        """
        initial = None if init is None else as_wavelet(init)
        true, taps = self.task.wavelet, support or len(self.task.wavelet.lowpass)
        distiller = WaveletDistiller(
            levels=self.task.transform.levels,
            support=taps if initial is None else max(taps, len(initial.lowpass)),
            sparsity=sparsity,
            interpretation=interpretation,
            mode=self.task.transform.mode,
            init="auto" if initial is None else initial,
            random_state=self.seed,
        )
        taught = self.attributions if attributions is None else attributions
        began = time.perf_counter()
        with warnings.catch_warnings():
            # The paper's own depth is past dwt_max_level at this length; supports may be too long.
            warnings.simplefilter("ignore", BorderWarning)
            warnings.simplefilter("ignore", PaddedWaveletWarning)
            distiller.fit(self.task.X_train, attributions=taught)
        seconds = time.perf_counter() - began
        found = distiller.wavelet_
        before = np.nan if initial is None else initial.distance(true)
        return Recovery(label, before, found.distance(true), found, distiller.loss_, seconds)


def teach(
    task: SyntheticTask,
    *,
    width: int = 32,
    epochs: int = 20,
    batch_size: int = 100,
    learning_rate: float = 0.01,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> Taught:
    """Train the paper's network, three fully connected layers with ReLU, and attribute it.

    The learning rate of Adam falls to zero along a cosine, which takes the noise of the last steps
    out of the gradients. The global random state stays as it is.
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
    r2 = float(1 - np.mean(residual**2) / task.y_test.var())
    return Taught(task, teacher, r2, attribute(teacher, task.X_train, batch_size=8192), seed)


def starts(seed: int = 0) -> dict[str, Wavelet]:
    """The paper's three starts, and random angles."""
    random = np.random.default_rng(seed)
    return {
        "DB5 + noise (0.3)": noisy("db5", 0.3, random),
        "Sym5": Wavelet.from_name("sym5"),
        "Coif2": Wavelet.from_name("coif2"),
        "random angles": random_angles(10, random),
    }


def recoveries(taught: Taught, notify: Notify = lambda message: None) -> Iterator[Recovery]:
    """Distil from the truth itself, from all `starts`, and last by the global search."""
    inits = {"DB5 itself (floor)": "db5", **starts(taught.seed), "auto": None}
    for label, init in inits.items():
        notify(f"distilling from {label}")
        yield taught.recover(init, label=label)


def noisy(name: str, spread: float, random: np.random.Generator) -> Wavelet:
    """A known wavelet with Gaussian noise of this standard deviation, in radians, on its angles."""
    free = Wavelet.from_name(name).angles[:-1]
    return Wavelet(Lattice.of(free).forward(free + spread * random.standard_normal(len(free))))


def random_angles(taps: int, random: np.random.Generator) -> Wavelet:
    """Any orthonormal filter of this length."""
    lattice = Lattice(taps)
    return Wavelet(lattice.forward(lattice.sample(random)))
