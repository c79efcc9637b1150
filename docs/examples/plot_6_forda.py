"""
Engine noise (FordA): a learned wavelet that matters
====================================================

FordA holds recordings of engines, 500 samples each, of two classes. The data are not part of any
package: this example runs where the environment variable ``WAVEDISTILL_DATA`` names a folder with
``ucr/FordA.npz``, and stops quietly elsewhere.
"""

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.signal import welch
from sklearn.linear_model import LogisticRegressionCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import wavedistill as wd
from wavedistill.plotting import plot_bands

file = Path(os.environ.get("WAVEDISTILL_DATA", "")) / "ucr" / "FordA.npz"

# %%
# A small network on 1,800 signals
# --------------------------------


def train_network(X, y):
    torch.manual_seed(0)
    torch.set_num_threads(1)  # the network is small, and more threads would wait for one another
    network = torch.nn.Sequential(
        torch.nn.Unflatten(1, (1, -1)),
        torch.nn.Conv1d(1, 16, 32, stride=2),
        torch.nn.ReLU(),
        torch.nn.BatchNorm1d(16),
        torch.nn.Conv1d(16, 16, 16, stride=2),
        torch.nn.ReLU(),
        torch.nn.BatchNorm1d(16),
        torch.nn.AdaptiveAvgPool1d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(16, 1),
    )
    optimizer = torch.optim.Adam(network.parameters(), lr=5e-3)
    signals, classes = torch.tensor(X), torch.tensor(y, dtype=torch.float32)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 15)
    for _ in range(15):
        for rows in torch.randperm(len(X)).split(64):
            optimizer.zero_grad()
            output = network(signals[rows])[:, 0]
            loss = torch.nn.functional.binary_cross_entropy_with_logits(output, classes[rows])
            loss.backward()
            optimizer.step()
        schedule.step()
    return network.eval()


def logits(network, X):
    with torch.no_grad():
        return network(torch.tensor(X))[:, 0].numpy().astype(float)


def spectra(X):
    return np.log(welch(X, nperseg=32)[1] + 1e-4)


def run():
    data = np.load(file)
    rows = np.random.default_rng(0).permutation(len(data["X_train"]))[:1801]
    X, y = data["X_train"][rows].astype(np.float32), (data["y_train"][rows] > 0).astype(int)
    X_test, y_test = data["X_test"].astype(np.float32), (data["y_test"] > 0).astype(int)
    network = train_network(X, y)
    outputs, outputs_test = logits(network, X), logits(network, X_test)

    students = {
        name: wd.DistilledClassifier("energy", levels=5, support=24, wavelet=name, cv=3)
        for name in ("learned", "known")
    }
    table = {"network": [np.mean((outputs_test > 0) == y_test), 1.0, 0]}
    table["network"][2] = sum(p.numel() for p in network.parameters())
    for name, student in students.items():
        student.fit(X, teacher=outputs)
        scores = student.score(X_test, y_test), student.fidelity(X_test, outputs_test)
        table[f"student, {name} wavelet"] = [*scores, student.n_numbers_]
    spectrum = make_pipeline(StandardScaler(), LogisticRegressionCV(scoring="accuracy"))
    spectrum.fit(spectra(X), y)
    agreement = np.mean(spectrum.predict(spectra(X_test)) == (outputs_test > 0))
    table["spectrum, with labels"] = [spectrum.score(spectra(X_test), y_test), agreement, 18]
    print(students["learned"].verdict_)
    print(f"{'model':28} accuracy  fidelity  numbers")
    for name, (accuracy, fidelity, numbers) in table.items():
        print(f"{name:28} {accuracy:8.3f} {fidelity:9.3f} {numbers:8,}")
    return students


# %%
# What lost
# ---------
#
# The students see the network's outputs and no labels. The spectrum sees the labels, and is better
# than all of them, the network included.

students = run() if file.exists() else None

# %%
# The bands of the learned wavelet
# --------------------------------
#
# How much each sub-band answers to a frequency, beside those of the best known wavelet. The learned
# filter is no cleaner lowpass: each of its sub-bands hears several places of the spectrum, which is
# how it gains. So do not quote the octave in a feature's name here; look at the curve.

if students:
    figure, axes = plt.subplots(1, 2, figsize=(11, 3.4), layout="constrained", sharey=True)
    for ax, name in zip(axes, students, strict=True):
        plot_bands(students[name].transform_, ax=ax)
        ax.set_title(f"{name} wavelet")
    plt.show()
