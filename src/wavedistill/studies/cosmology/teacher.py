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
from wavedistill.studies.cosmology.network import Architecture, MapNetwork, faces
from wavedistill.studies.output import Notify

__all__ = ["Training", "require_training", "train_teacher"]

Float32 = NDArray[np.float32]
Batches: TypeAlias = "DataLoader[tuple[Float32, Float32]]"

#: What a training is resumed with: attributes that have a state, and those that are one.
_STATEFUL, _PLAIN = ("network", "optimizer", "schedule"), ("epochs", "best_loss", "best")
#: Maps from which the scale of the input is taken.
_SCALED_BY = 1000


@dataclass(frozen=True)
class Training:
    """How a teacher is trained: by AdamW, with a step that first rises and then falls."""

    epochs: int
    batch_size: int = 64
    #: The largest step.
    learning_rate: float = 5e-3
    weight_decay: float = 1e-2
    #: Processes that read maps.
    workers: int = 0


def require_training(device: str) -> None:
    """Refuse a device, or an installation, with which no network can be trained."""
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

    The validation maps tell which epoch's weights are best: those are returned, in evaluation mode.
    The file is written after every epoch: a training that was stopped goes on from there as if it
    had not been stopped (on a CPU to the last bit), and one that is finished is read. A file of
    other maps or settings is refused. `notify` is told the losses.
    """
    require_training(device)
    settings = {
        "architecture": asdict(architecture),
        "training": {k: v for k, v in asdict(training).items() if k != "workers"},
        "seed": seed,
        "maps": fingerprint(*_some_of(train), *_some_of(validation)),
    }
    with torch.random.fork_rng(devices=[]):
        # Of the CPU alone: torch.manual_seed would reseed GPUs, which are not forked.
        torch.default_generator.manual_seed(seed)
        run = _Run(train, validation, architecture, training, device)
        if file is not None and writable_target(file).exists():
            run.load_state_dict(_read(file, settings))
        for epoch in range(run.epochs + 1, training.epochs + 1):
            began = time.perf_counter()
            learned, held = run.epoch()
            if file is not None:
                with replacing(file) as temporary:
                    torch.save({"settings": settings, **run.state_dict()}, temporary)
            left = (time.perf_counter() - began) * (training.epochs - epoch) / 60
            notify(
                f"epoch {epoch} of {training.epochs}, mean squared error {learned:.3f} in "
                f"training and {held:.3f} in validation, {left:.1f} minutes left"
            )
    run.network.load_state_dict(run.best)
    return run.network.eval()


class _Run:
    """A training under way: network, optimiser, schedule, and the best weights so far."""

    def __init__(
        self,
        train: LensingMaps,
        validation: LensingMaps,
        architecture: Architecture,
        training: Training,
        device: str,
    ) -> None:
        centre, spread = train.params.mean(axis=0), train.params.std(axis=0)
        spread = np.where(spread > 0, spread, 1)
        scale = float(_spaced(train, _SCALED_BY).std())
        self.network = MapNetwork(architecture, scale, centre.tolist(), spread.tolist()).to(device)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), training.learning_rate, weight_decay=training.weight_decay
        )
        steps = training.epochs * -(-len(train) // training.batch_size)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, training.learning_rate, total_steps=steps, pct_start=0.15
        )
        self.epochs, self.best_loss, self.best = 0, float("inf"), self.network.state_dict()

        def batches(maps: LensingMaps, **options: Any) -> Batches:
            targets = ((maps.params - centre) / spread).astype(np.float32)
            pairs: Any = StackDataset(maps.maps, targets)  # type: ignore[arg-type]
            return DataLoader(pairs, training.batch_size, collate_fn=_batch, **options)

        self._train = batches(train, shuffle=True, num_workers=training.workers)
        self._validation = batches(validation)

    def epoch(self) -> tuple[float, float]:
        """Learn from every map once; the mean losses in training and in validation."""
        losses = self._pass(self._train, learn=True), self._pass(self._validation, learn=False)
        self.epochs += 1
        if losses[1] < self.best_loss:
            self.best_loss, self.best = losses[1], copy.deepcopy(self.network.state_dict())
        return losses

    def _pass(self, batches: Batches, *, learn: bool) -> float:
        self.network.train(learn)
        device = self.network.centre.device
        losses, sizes = [], []
        with torch.set_grad_enabled(learn):
            for images, targets in batches:
                shown = images.to(device)
                if learn:
                    which = torch.randint(8, (len(shown),))
                    shown = torch.stack(faces(shown))[which, torch.arange(len(shown))]
                loss = torch.nn.functional.mse_loss(self.network(shown), targets.to(device))
                if learn:
                    self.optimizer.zero_grad()
                    loss.backward()
                    self.optimizer.step()
                    self.schedule.step()
                losses.append(loss.item())
                sizes.append(len(images))
        return float(np.average(losses, weights=sizes))

    def state_dict(self) -> dict[str, Any]:
        """Everything that a training needs to go on, random state included."""
        return {
            **{name: getattr(self, name).state_dict() for name in _STATEFUL},
            **{name: getattr(self, name) for name in _PLAIN},
            "random_state": torch.get_rng_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        for name in _STATEFUL:
            getattr(self, name).load_state_dict(state[name])
        for name in _PLAIN:
            setattr(self, name, state[name])
        torch.set_rng_state(state["random_state"])


def _read(path: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """The state of a training that was stopped, on the CPU; nothing is unpickled."""
    try:
        content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        held = content["settings"]
    except Exception as error:  # torch.load raises whatever the file makes it stumble over
        raise ValueError(
            f"{path} holds no training ({type(error).__name__}); remove it, or name another folder."
        ) from error
    if other := [name for name in sorted(settings) if settings[name] != held.get(name)]:
        raise ValueError(
            f"{path} holds a training with another {', '.join(other)}; name another folder, or "
            "remove the file to train anew."
        )
    return content


def _batch(examples: Sequence[tuple[Float32, Float32]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Maps and targets as two tensors; copied, for the maps may be on a read-only disk."""
    maps, targets = zip(*examples, strict=True)
    return torch.from_numpy(np.stack(maps)), torch.from_numpy(np.stack(targets))


def _spaced(maps: LensingMaps, count: int) -> Float32:
    """So many maps, evenly spaced, or all there are."""
    rows = np.linspace(0, len(maps) - 1, min(len(maps), count)).astype(int)
    return np.asarray(maps.maps[rows])


def _some_of(maps: LensingMaps) -> tuple[object, ...]:
    """Tells apart sets of maps by their sizes, their parameters and some of their pixels."""
    return maps.maps.shape, maps.params, _spaced(maps, 10)
