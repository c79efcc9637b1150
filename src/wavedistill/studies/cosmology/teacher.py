"""How the ResNet of the cosmology study is trained, and goes on after it was stopped."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, StackDataset

from wavedistill import extras
from wavedistill.datasets.lensing import LensingMaps
from wavedistill.files import fingerprint, replacing, writable_target
from wavedistill.studies.cosmology.network import Architecture, MapNetwork
from wavedistill.studies.output import Notify

__all__ = ["Training", "require_training", "train_teacher"]

Float32 = NDArray[np.float32]
Batch: TypeAlias = tuple[torch.Tensor, torch.Tensor]
Batches: TypeAlias = "DataLoader[tuple[Float32, Float32]]"

_FORMAT = "wavedistill.training"
#: Maps from which the scale of the input is taken.
_SCALED_BY = 1000


@dataclass(frozen=True)
class Training:
    """How a teacher is trained: by AdamW, the step rising over the first epochs and then falling.

    Parameters
    ----------
    epochs, batch_size : int
    learning_rate, weight_decay : float
        The largest step.
    workers : int
        Processes that read maps.
    """

    epochs: int
    batch_size: int = 64
    learning_rate: float = 5e-3
    weight_decay: float = 1e-2
    workers: int = 0


def require_training(device: str) -> None:
    """Refuse a device, or an installation, with which no network can be trained.

    Raises
    ------
    ImportError
        If MONAI is not installed.
    ValueError
        If PyTorch does not know the device, or finds none.
    """
    extras.load("monai", "The ResNet", "studies")
    try:
        torch.empty(1, device=device)
    except (AssertionError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"device={device!r} cannot be used ({reason}); try 'cpu'.") from error


def train_teacher(
    train: LensingMaps,
    validation: LensingMaps,
    architecture: Architecture,
    training: Training,
    *,
    device: str = "cpu",
    file: Path | None = None,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> MapNetwork:
    """Train a ResNet on standardised parameters; each map is turned and mirrored at random.

    Parameters
    ----------
    train, validation : LensingMaps
        To learn from, and to tell which epoch's weights are best.
    architecture : Architecture
    training : Training
    device : str
        Of PyTorch, such as ``"cuda"``.
    file : Path, optional
        Written after every epoch. A training that was stopped goes on from there as if it had not
        been stopped (on a CPU to the last bit), and one that is finished is read.
    seed : int
    notify : callable
        Told the losses after every epoch.

    Returns
    -------
    MapNetwork
        In evaluation mode, on the device, with the weights of the best epoch.

    Raises
    ------
    ImportError, ValueError
        As `require_training` does; and if the file holds something else, or the training of other
        maps or settings.
    """
    require_training(device)
    settings = {
        "architecture": asdict(architecture),
        "training": {k: v for k, v in asdict(training).items() if k != "workers"},
        "seed": seed,
        "maps": fingerprint(*_some_of(train), *_some_of(validation)),
    }
    held = None if file is None else _read(file, settings)
    with torch.random.fork_rng(devices=[]):
        # Of the CPU alone: torch.manual_seed would reseed GPUs, which are not forked.
        torch.default_generator.manual_seed(seed)
        run = _Run(train, architecture, training, device)
        if held is not None:
            run.load_state_dict(held)
        batches = run.batches(train, learn=True), run.batches(validation, learn=False)
        for epoch in range(run.epochs + 1, training.epochs + 1):
            began = time.perf_counter()
            losses = run.epoch(*batches)
            if file is not None:
                with replacing(file) as temporary:
                    torch.save({"settings": settings, **run.state_dict()}, temporary)
            left = (time.perf_counter() - began) * (training.epochs - epoch) / 60
            notify(
                f"epoch {epoch} of {training.epochs}, mean squared error {losses[0]:.3f} in "
                f"training and {losses[1]:.3f} in validation, {left:.1f} minutes left"
            )
    run.network.load_state_dict(run.best)
    return run.network.eval()


class _Run:
    """A training under way: network, optimiser, schedule, and the best weights so far."""

    def __init__(
        self, train: LensingMaps, architecture: Architecture, training: Training, device: str
    ) -> None:
        self.training, self.device = training, device
        centre, spread = train.params.mean(axis=0), train.params.std(axis=0)
        self._centre, self._spread = centre, np.where(spread > 0, spread, 1)
        self.network = MapNetwork(
            architecture,
            float(_spaced(train, _SCALED_BY).std()),
            self._centre.tolist(),
            self._spread.tolist(),
        ).to(device)
        self._optimizer = torch.optim.AdamW(
            self.network.parameters(), training.learning_rate, weight_decay=training.weight_decay
        )
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimizer,
            training.learning_rate,
            total_steps=training.epochs * -(-len(train) // training.batch_size),
            pct_start=0.15,
        )
        self.epochs, self.best_loss, self.best = 0, float("inf"), self.network.state_dict()

    def batches(self, maps: LensingMaps, *, learn: bool) -> Batches:
        """Maps with standardised parameters; in random order and turned if they are learned."""
        targets = ((maps.params - self._centre) / self._spread).astype(np.float32)
        return DataLoader(
            StackDataset(maps.maps, targets),  # type: ignore[arg-type]
            self.training.batch_size,
            shuffle=learn,
            collate_fn=_turned if learn else _batch,
            num_workers=self.training.workers if learn else 0,
        )

    def epoch(self, train: Batches, validation: Batches) -> tuple[float, float]:
        """Learn from every map once; the mean losses in training and in validation."""
        losses = self._pass(train, learn=True), self._pass(validation, learn=False)
        self.epochs += 1
        if losses[1] < self.best_loss:
            self.best_loss, self.best = losses[1], copy.deepcopy(self.network.state_dict())
        return losses

    def _pass(self, batches: Batches, *, learn: bool) -> float:
        self.network.train(learn)
        losses, sizes = [], []
        with torch.set_grad_enabled(learn):
            for images, targets in batches:
                outputs = self.network(images.to(self.device))
                loss = torch.nn.functional.mse_loss(outputs, targets.to(self.device))
                if learn:
                    self._optimizer.zero_grad()
                    loss.backward()
                    self._optimizer.step()
                    self._schedule.step()
                losses.append(loss.item())
                sizes.append(len(images))
        return float(np.average(losses, weights=sizes))

    def state_dict(self) -> dict[str, Any]:
        """Everything that a training needs to go on, random state included."""
        return {
            "format": _FORMAT,
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "epochs": self.epochs,
            "best_loss": self.best_loss,
            "best": self.best,
            "random_state": torch.get_rng_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        self.epochs, self.best_loss = state["epochs"], state["best_loss"]
        self.best = state["best"]
        torch.set_rng_state(state["random_state"])


def _read(path: Path, settings: dict[str, Any]) -> dict[str, Any] | None:
    """The state of a training that was stopped, on the CPU, or None if there is no file."""
    if not writable_target(path).exists():
        return None
    try:
        content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        if content["format"] != _FORMAT:
            raise ValueError(f"it is of format {content['format']}")
    except Exception as error:  # torch.load raises whatever the file makes it stumble over
        raise ValueError(
            f"{path} holds no training ({type(error).__name__}); remove it, or name another folder."
        ) from error
    held = content["settings"]
    if other := [name for name in sorted(settings) if settings[name] != held.get(name)]:
        raise ValueError(
            f"{path} holds a training with another {', '.join(other)}; name another folder, or "
            "remove the file to train anew."
        )
    return content


def _batch(examples: Sequence[tuple[Float32, Float32]]) -> Batch:
    """Maps and targets as two tensors; copied, for the maps may be on a read-only disk."""
    maps, targets = zip(*examples, strict=True)
    return torch.from_numpy(np.stack(maps)), torch.from_numpy(np.stack(targets))


def _turned(examples: Sequence[tuple[Float32, Float32]]) -> Batch:
    """A batch in which each map shows one of its eight turned and mirrored faces."""
    faces = torch.randint(8, (len(examples),)).tolist()
    return _batch(
        [
            (np.rot90(image.T if face >= 4 else image, face % 4), target)
            for (image, target), face in zip(examples, faces, strict=True)
        ]
    )


def _spaced(maps: LensingMaps, count: int) -> Float32:
    """So many maps, evenly spaced, or all there are."""
    rows = np.linspace(0, len(maps) - 1, min(len(maps), count)).astype(int)
    return np.asarray(maps.maps[rows])


def _some_of(maps: LensingMaps) -> tuple[object, ...]:
    """Tells apart sets of maps by their sizes, their parameters and some of their pixels."""
    return maps.maps.shape, maps.params, _spaced(maps, 10)
