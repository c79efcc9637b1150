"""
Heartbeats (ECG5000): five classes, two of them rare
====================================================

ECG5000 has single heartbeats of one patient, 140 samples each, in five classes: normal, three kinds
of ectopic beats, and unknown. The data are not part of any package: this example runs where the
environment variable ``WAVEDISTILL_DATA`` names a folder with ``ucr/ECG5000.npz``, and stops quietly
elsewhere.
"""

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch

import wavedistill as wd

file = Path(os.environ.get("WAVEDISTILL_DATA", "")) / "ucr" / "ECG5000.npz"

# %%
# A small network on 500 heartbeats
# ---------------------------------


def train_network(X, y):
    torch.manual_seed(0)
    torch.set_num_threads(1)  # the network is small, and more threads would wait for one another
    network = torch.nn.Sequential(
        torch.nn.Unflatten(1, (1, -1)),
        torch.nn.Conv1d(1, 16, 9, padding=4),
        torch.nn.ReLU(),
        torch.nn.MaxPool1d(2),
        torch.nn.Conv1d(16, 32, 5, padding=2),
        torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool1d(7),
        torch.nn.Flatten(),
        torch.nn.Linear(224, 5),
    )
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3, weight_decay=1e-3)
    signals, classes = torch.tensor(X), torch.tensor(y)
    for _ in range(30):
        for rows in torch.randperm(len(X)).split(32):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(network(signals[rows]), classes[rows]).backward()
            optimizer.step()
    return network.eval()


# %%
# A student of its decisions
# --------------------------
#
# ``"events"`` reads the largest and the smallest coefficient of each band and its sums;
# ``target="decisions"`` fits the network's probabilities. Each feature costs five weights here, one
# for each class, so 80 numbers are few.

if file.is_file():
    data = np.load(file)
    X, X_test = (data[f"X_{part}"].astype(np.float32) for part in ("train", "test"))
    y, y_test = (data[f"y_{part}"].astype(np.int64) for part in ("train", "test"))
    y, y_test = y - y.min(), y_test - y_test.min()
    network = train_network(X, y)
    result = wd.distill(
        network,
        X,
        y,
        X_test=X_test,
        y_test=y_test,
        reading="events",
        parts=2,
        levels=3,
        support=8,
        max_numbers=80,
        target="decisions",
        method=None,
        compare_cv=None,
        refits=None,
        cv=3,
    )
    print(result)

# %%
# What speaks for a premature beat of the ventricle (class 1, counted from 0), and what of one
# example did:

if file.is_file():
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
    result.plot("weights", output=1, count=8, ax=left)
    result.plot("component", example=int(np.flatnonzero(y == 1)[0]), ax=right)
    plt.show()
