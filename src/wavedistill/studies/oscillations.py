"""A network that tells simulated oscillations apart, and its readable student."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from wavedistill.datasets import OscillationTask
from wavedistill.students import Distillation, distill
from wavedistill.studies.output import Notify

__all__ = ["distil_network", "train_network"]


def train_network(
    task: OscillationTask,
    *,
    epochs: int = 12,
    batch_size: int = 64,
    learning_rate: float = 5e-3,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> torch.nn.Module:
    """Train a network of two convolutions. The global random state stays as it is."""
    # One thread: the network is small, and more of them would wait for one another.
    with torch.random.fork_rng(devices=[]), threadpool_limits(limits=1):
        torch.manual_seed(seed)
        network = torch.nn.Sequential(
            torch.nn.Unflatten(1, (1, -1)),
            torch.nn.Conv1d(1, 16, 31, padding=15),
            torch.nn.ReLU(),
            torch.nn.AvgPool1d(8),
            torch.nn.BatchNorm1d(16),
            torch.nn.Conv1d(16, 32, 5),
            torch.nn.ReLU(),
            torch.nn.AdaptiveAvgPool1d(1),
            torch.nn.Flatten(),
            torch.nn.BatchNorm1d(32),
            torch.nn.Linear(32, 32),
            torch.nn.ReLU(),
            torch.nn.Linear(32, 1),
        )
        signals = torch.from_numpy(task.X_train)
        classes = torch.from_numpy(task.y_train.astype(np.float32))
        optimiser = torch.optim.Adam(network.parameters(), lr=learning_rate)
        steps = epochs * -(-len(signals) // batch_size)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
        for epoch in range(epochs):
            notify(f"training a network on oscillations, epoch {epoch + 1} of {epochs}")
            for rows in torch.randperm(len(signals)).split(batch_size):
                optimiser.zero_grad()
                output = network(signals[rows])[:, 0]
                loss = torch.nn.functional.binary_cross_entropy_with_logits(output, classes[rows])
                loss.backward()
                optimiser.step()
                schedule.step()
    return network.eval()


def distil_network(
    network: torch.nn.Module,
    task: OscillationTask,
    examples: int,
    *,
    folds: int = 3,
    refits: int = 3,
    notify: Notify,
    seed: int = 0,
) -> Distillation:
    """Distil the network to 20 numbers, and compare with simpler models."""
    settings: dict[str, Any] = {"reading": "events", "levels": 3, "support": 8, "max_numbers": 20}
    return distill(
        network,
        task.X_train[:examples],
        task.y_train[:examples],
        X_test=task.X_test,
        y_test=task.y_test,
        task="classification",
        # Without attributions: the search for their sparsest wavelets would take most of the time.
        method=None,
        compare_cv=folds,
        refits=refits,
        random_state=seed,
        sampling_rate=task.sampling_rate,
        verbose=notify,
        **settings,
    )
