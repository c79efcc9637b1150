"""A training that a stopped run goes on with: everything it needs, in one file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from skorch import NeuralNet
from skorch.callbacks import Callback
from skorch.history import History

from wavedistill.files import replacing, writable_target

__all__ = ["Checkpoint", "read_checkpoint"]

_FORMAT = "wavedistill.training"


class Checkpoint(Callback):  # type: ignore[misc]
    """Keep a training in a file after every epoch, and the best weights it has come by.

    Weights, optimiser, learning rate, history and random state are written together, and the file
    is replaced only by a whole one, so that a training that was killed goes on as if it had not
    been (on a CPU to the last bit). To be listed after the learning-rate scheduler.

    Parameters
    ----------
    path : Path or None
        None keeps the best weights in memory only.
    settings : dict
        What decides the training; a file of other settings is refused.
    schedule : str
        Name of the callback that sets the learning rate.
    """

    def __init__(self, path: Path | None, settings: dict[str, Any], schedule: str) -> None:
        self.path = path
        self.settings = settings
        self.schedule = schedule

    def on_train_begin(self, net: NeuralNet, **_: Any) -> None:
        """Take up the training in the file, if there is one."""
        self.best_loss_ = float("inf")
        content = None if self.path is None else read_checkpoint(self.path, self.settings)
        if content is None:
            return
        net.module_.load_state_dict(content["weights"])
        net.optimizer_.load_state_dict(content["optimizer"])
        self._scheduler(net).load_state_dict(content["schedule"])
        net.history_ = History(content["history"])
        self.best_loss_, self.best_ = content["best_loss"], content["best"]
        torch.set_rng_state(content["random_state"])

    def on_epoch_end(self, net: NeuralNet, **_: Any) -> None:
        """Write the file."""
        loss = float(net.history[-1, "valid_loss"])
        if loss < self.best_loss_:
            self.best_loss_, self.best_ = loss, _copy(net.module_.state_dict())
        if self.path is None:
            return
        content = {
            "format": _FORMAT,
            "settings": self.settings,
            "weights": net.module_.state_dict(),
            "optimizer": net.optimizer_.state_dict(),
            "schedule": self._scheduler(net).state_dict(),
            "history": [_numbers(row) for row in net.history],
            "best_loss": self.best_loss_,
            "best": self.best_,
            "random_state": torch.get_rng_state(),
        }
        with replacing(self.path) as temporary:
            torch.save(content, temporary)

    def on_train_end(self, net: NeuralNet, **_: Any) -> None:
        """Put the best weights in place."""
        net.module_.load_state_dict(self.best_)

    def _scheduler(self, net: NeuralNet) -> Any:
        return dict(net.callbacks_)[self.schedule].lr_scheduler_


def read_checkpoint(
    path: str | os.PathLike[str], settings: dict[str, Any]
) -> dict[str, Any] | None:
    """What `Checkpoint` wrote, on the CPU, or None if there is no file; nothing is unpickled.

    Raises
    ------
    ValueError
        If the file is something else, or a training of other settings.
    """
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
    if held != settings:
        other = ", ".join(sorted(k for k in settings if settings[k] != held.get(k)))
        raise ValueError(
            f"{path} holds a training with another {other}; name another folder, or remove the "
            "file to train anew."
        )
    return content


def _copy(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().clone() for name, tensor in state.items()}


def _numbers(row: dict[str, Any]) -> dict[str, Any]:
    """The numbers of an epoch, without those of its batches."""
    return {
        name: float(value) if isinstance(value, float) else value
        for name, value in row.items()
        if isinstance(value, bool | int | float)
    }
