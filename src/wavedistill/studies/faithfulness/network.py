"""The small convolutional networks that are explained."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from wavedistill.attribution.predictions import module_outputs
from wavedistill.studies.faithfulness.cases import Case

__all__ = ["outputs_of", "quality", "train_network"]

Array = NDArray[np.float64]

_BATCH, _STEP = 64, 5e-3
#: Images on a side from which the first convolution skips every second pixel.
_LARGE = 32


def train_network(case: Case, epochs: int, seed: int) -> nn.Module:
    """Two convolutions, averages of parts, and a linear layer."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        network = _network(case)
        signals = torch.from_numpy(case.X_train).float()
        goal = torch.from_numpy(case.y_train)
        goal = goal.long() if case.classes else goal.float()[:, None]
        loss = nn.functional.cross_entropy if case.classes else nn.functional.mse_loss
        optimizer = torch.optim.Adam(network.parameters(), lr=_STEP)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
        for _ in range(epochs):
            for rows in torch.randperm(len(signals)).split(_BATCH):
                if len(rows) > 1:  # of one example, no normalisation over a batch can be learned
                    optimizer.zero_grad()
                    loss(network(signals[rows]), goal[rows]).backward()
                    optimizer.step()
            schedule.step()
    return network.eval()


def _network(case: Case) -> nn.Module:
    outputs, (_, *shape) = case.classes or 1, case.X_train.shape
    if len(shape) == 1:
        width = min(32, shape[0] // 4)
        return nn.Sequential(
            nn.Unflatten(1, (1, -1)),
            nn.Conv1d(1, 16, width, stride=2),
            nn.ReLU(),
            nn.BatchNorm1d(16),
            nn.Conv1d(16, 16, width // 2, stride=2),
            nn.ReLU(),
            nn.BatchNorm1d(16),
            nn.AdaptiveAvgPool1d(4),
            nn.Flatten(),
            nn.Linear(64, outputs),
        )
    stride, width = (2, 5) if min(shape) >= _LARGE else (1, 3)
    return nn.Sequential(
        nn.Unflatten(1, (1, shape[0])),
        nn.Conv2d(1, 8, width, stride=stride, padding=width // 2),
        nn.ReLU(),
        nn.BatchNorm2d(8),
        nn.Conv2d(8, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.BatchNorm2d(16),
        nn.AdaptiveAvgPool2d(2 if stride == 2 else 4),
        nn.Flatten(),
        nn.Linear(64 if stride == 2 else 256, outputs),
    )


def outputs_of(network: nn.Module, X: Array) -> Array:
    """Logits, shape (n, classes), or numbers, shape (n,)."""
    return np.asarray(module_outputs(network, X, 256), dtype=np.float64)


def quality(case: Case, network: nn.Module) -> float:
    """Accuracy or R2 on the test examples."""
    found = outputs_of(network, case.X_test)
    if case.classes:
        return float(np.mean(found.argmax(axis=1) == case.y_test))
    return float(1 - np.mean((case.y_test - found) ** 2) / np.var(case.y_test))
