"""The teachers of the archive study: a small convolutional network, and an inception-like one."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

__all__ = ["NETWORKS", "Outputs", "Training", "outputs_of"]

Array = NDArray[np.float64]

#: Beyond their first layer, networks see signals of at most about so many samples.
_INNER, _INNER_INCEPTION = 256, 128
#: Kernels of the branches of an inception block, channels of each branch, and number of blocks.
_KERNELS, _BRANCH, _BLOCKS = (10, 20, 40), 8, 3


@dataclass(frozen=True)
class Training:
    """How a network is trained: by AdamW for so many steps, their size falling along a cosine.

    There are at least `steps`, and as many as it takes to see each example `epochs` times, but
    never more than `most`. The number is fixed beforehand, so that no example is held out.
    """

    steps: int = 500
    epochs: int = 20
    most: int = 1000
    batch_size: int = 32
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2

    def steps_for(self, count: int) -> int:
        """How many steps there are for so many examples."""
        return min(self.most, max(self.steps, self.epochs * math.ceil(count / self.batch_size)))


class Outputs(NamedTuple):
    """Logits of a trained network, and of the same one with random weights.

    Parameters
    ----------
    train, test : ndarray, shape (n, classes)
    random : ndarray, shape (n, classes)
        Of the network as it was before its training, for the training examples.
    numbers : int
        Weights of the network.
    seconds : float
        Processor time of the training.
    """

    train: Array
    test: Array
    random: Array
    numbers: int
    seconds: float


def convolutional(channels: int, length: int, classes: int) -> nn.Module:
    """Three convolutions with pooling between them, and the mean over time."""
    return nn.Sequential(
        *_stem(channels, 16, length, _INNER),
        *_convolution(16, 32, 7),
        nn.AvgPool1d(2, ceil_mode=True),
        *_convolution(32, 32, 5),
        nn.AdaptiveAvgPool1d(1),
        nn.Flatten(),
        nn.Linear(32, classes),
    )


def inception(channels: int, length: int, classes: int) -> nn.Module:
    """A convolution, three inception blocks, each added to its input, and the mean over time."""
    width = _BRANCH * (len(_KERNELS) + 1)
    return nn.Sequential(
        *_stem(channels, width, length, _INNER_INCEPTION),
        *(_Inception(width) for _ in range(_BLOCKS)),
        nn.AdaptiveAvgPool1d(1),
        nn.Flatten(),
        nn.Linear(width, classes),
    )


#: The networks by name; each is made for so many channels, samples and classes.
NETWORKS: dict[str, Callable[[int, int, int], nn.Module]] = {
    "small network": convolutional,
    "inception": inception,
}


class _Inception(nn.Module):
    """Convolutions of several lengths side by side, and the largest values of the neighbourhood."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.narrow = nn.Conv1d(width, _BRANCH, 1, bias=False)
        self.branches = nn.ModuleList(
            nn.Sequential(
                nn.ConstantPad1d(((kernel - 1) // 2, kernel // 2), 0.0),
                nn.Conv1d(_BRANCH, _BRANCH, kernel, bias=False),
            )
            for kernel in _KERNELS
        )
        self.largest = nn.Sequential(
            nn.MaxPool1d(3, stride=1, padding=1), nn.Conv1d(width, _BRANCH, 1, bias=False)
        )
        self.norm = nn.BatchNorm1d(width)

    def forward(self, x: Tensor) -> Tensor:
        narrow = self.narrow(x)
        found = [*(branch(narrow) for branch in self.branches), self.largest(x)]
        return torch.relu(self.norm(torch.cat(found, dim=1)) + x)


def _convolution(channels: int, filters: int, kernel: int) -> Sequence[nn.Module]:
    same = nn.Conv1d(channels, filters, kernel, padding="same", bias=False)
    return same, nn.BatchNorm1d(filters), nn.ReLU()


def _stem(channels: int, filters: int, length: int, inner: int) -> Sequence[nn.Module]:
    pool = math.ceil(length / inner)
    return *_convolution(channels, filters, 9), nn.AvgPool1d(pool, ceil_mode=True)


def outputs_of(
    network: str,
    X_train: Array,
    y_train: NDArray[np.intp],
    X_test: Array,
    *,
    training: Training,
    seed: int = 0,
) -> Outputs:
    """Train a network on one thread, and run it on all signals; the test signals play no part.

    The global random state stays as it is. Signals have shape (n, channels, length).
    """
    classes = int(y_train.max()) + 1
    signals = torch.from_numpy(X_train.astype(np.float32))
    labels = torch.from_numpy(y_train)
    with torch.random.fork_rng(devices=[]), threadpool_limits(limits=1):
        torch.manual_seed(seed)
        model = NETWORKS[network](X_train.shape[1], X_train.shape[2], classes)
        random = _logits(model, signals, first=True)
        began = time.process_time()
        _train(model, signals, labels, training)
        seconds = time.process_time() - began
        test = _logits(model, torch.from_numpy(X_test.astype(np.float32)))
        numbers = sum(weights.numel() for weights in model.parameters())
        return Outputs(_logits(model, signals), test, random, numbers, seconds)


def _train(model: nn.Module, signals: Tensor, labels: Tensor, training: Training) -> None:
    steps = training.steps_for(len(signals))
    optimiser = torch.optim.AdamW(
        model.parameters(), training.learning_rate, weight_decay=training.weight_decay, fused=True
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, training.learning_rate, steps, pct_start=0.1
    )
    order = torch.empty(0, dtype=torch.long)
    size = min(training.batch_size, len(signals))
    model.train()
    for _ in range(steps):
        if len(order) < size:
            order = torch.cat([order, torch.randperm(len(signals))])
        rows, order = order[:size], order[size:]
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(signals[rows]), labels[rows]).backward()
        optimiser.step()
        schedule.step()


def _logits(model: nn.Module, signals: Tensor, *, first: bool = False) -> Array:
    """Outputs for all signals; of an untrained network, normalised by the signals themselves."""
    model.train(first)
    with torch.no_grad():
        found = torch.cat([model(part) for part in signals.split(len(signals) if first else 256)])
    return found.numpy().astype(np.float64)
