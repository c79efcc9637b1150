"""How the ResNet of the cosmology study is trained, and goes on when it was stopped."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from skorch import NeuralNet, NeuralNetRegressor
from skorch.callbacks import Callback, LRScheduler
from skorch.dataset import Dataset
from skorch.helper import predefined_split

from wavedistill.datasets.lensing import LensingMaps
from wavedistill.studies.cosmology.checkpoints import Checkpoint, read_checkpoint
from wavedistill.studies.cosmology.network import Architecture, MapNetwork
from wavedistill.studies.output import Notify

__all__ = ["Training", "require_training", "train_teacher"]

Float32 = NDArray[np.float32]

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
    if find_spec("monai") is None:
        raise ImportError(
            "The ResNet needs monai, and it is not installed: pip install 'wavedistill[studies]'"
        )
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
        Written after every epoch; a training that was stopped goes on from there, and one that is
        finished is read.
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
    centre, spread = train.params.mean(axis=0), train.params.std(axis=0)
    spread = np.where(spread > 0, spread, 1)
    settings = {
        "architecture": asdict(architecture),
        "training": {k: v for k, v in asdict(training).items() if k != "workers"},
        "seed": seed,
        "maps": _fingerprint(train, validation),
    }
    held = None if file is None else read_checkpoint(file, settings)
    done = 0 if held is None else len(held["history"])

    def dataset(maps: LensingMaps) -> Dataset:
        return Dataset(maps.maps, ((maps.params - centre) / spread).astype(np.float32))

    steps = training.epochs * -(-len(train) // training.batch_size)
    with torch.random.fork_rng(devices=[]):
        # Of the CPU alone: torch.manual_seed would reseed GPUs, which are not forked.
        torch.default_generator.manual_seed(seed)
        net = NeuralNetRegressor(
            MapNetwork,
            module__architecture=architecture,
            module__scale=float(_spaced(train, _SCALED_BY).std()),
            module__centre=centre.tolist(),
            module__spread=spread.tolist(),
            optimizer=torch.optim.AdamW,
            optimizer__weight_decay=training.weight_decay,
            lr=training.learning_rate,
            batch_size=training.batch_size,
            max_epochs=training.epochs - done,
            iterator_train__shuffle=True,
            iterator_train__collate_fn=_turned,
            iterator_valid__collate_fn=_batch,
            iterator_train__num_workers=training.workers,
            train_split=predefined_split(dataset(validation)),
            callbacks=[
                (
                    "schedule",
                    LRScheduler(
                        torch.optim.lr_scheduler.OneCycleLR,
                        step_every="batch",
                        event_name=None,
                        max_lr=training.learning_rate,
                        total_steps=steps,
                        pct_start=0.15,
                    ),
                ),
                ("checkpoint", Checkpoint(file, settings, "schedule")),
                ("report", _Report(training.epochs, notify)),
            ],
            device=device,
            verbose=0,
        )
        net.fit(dataset(train), None)
    teacher: MapNetwork = net.module_.eval()
    return teacher


class _Report(Callback):  # type: ignore[misc]
    def __init__(self, epochs: int, notify: Notify) -> None:
        self.epochs = epochs
        self.notify = notify

    def on_epoch_end(self, net: NeuralNet, **_: Any) -> None:
        row, done = net.history[-1], len(net.history)
        left = row["dur"] * (self.epochs - done) / 60
        self.notify(
            f"epoch {done} of {self.epochs}, mean squared error {row['train_loss']:.3f} in "
            f"training and {row['valid_loss']:.3f} in validation, {left:.1f} minutes left"
        )


def _batch(examples: Sequence[tuple[Float32, Float32]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Maps and targets as two tensors; copied, for the maps may be on a read-only disk."""
    maps, targets = zip(*examples, strict=True)
    return torch.from_numpy(np.stack(maps)), torch.from_numpy(np.stack(targets))


def _turned(examples: Sequence[tuple[Float32, Float32]]) -> tuple[torch.Tensor, torch.Tensor]:
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


def _fingerprint(*parts: LensingMaps) -> str:
    """Tells apart sets of maps by their sizes, their parameters and some of their pixels."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{part.maps.shape}".encode())
        digest.update(part.params.tobytes())
        digest.update(_spaced(part, 10).tobytes())
    return digest.hexdigest()
