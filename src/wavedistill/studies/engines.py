"""Engine noise (FordA of the UCR archive): how few numbers match a network, over several draws."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from wavedistill.datasets import data_folder, load_archive_set
from wavedistill.students import DistilledClassifier
from wavedistill.students.baselines import linear_model, log_spectrum
from wavedistill.studies.output import Notify, save_table

__all__ = ["Amount", "Engines", "Row", "load", "reproduce"]

Array = NDArray[np.float64]

_LEVELS, _TAPS = 5, 24
#: Students of six log-energies that see no labels, by what a table calls them.
STUDENTS: dict[str, dict[str, Any]] = {
    "learned, 24 taps": {"support": _TAPS},
    "learned, 24 taps, at most 28 numbers": {"support": _TAPS, "max_numbers": 28},
    "learned, 12 taps for each level": {"support": 12, "per_level": True},
    "best known wavelet": {"support": _TAPS, "wavelet": "known"},
}


@dataclass(frozen=True)
class Amount:
    """How much of the study to do."""

    #: Draws of the training signals, half for the network, half for the students.
    draws: int = 5
    students: tuple[str, ...] = tuple(STUDENTS)
    epochs: int = 15

    @classmethod
    def quick(cls) -> Amount:
        """One draw, and the two students without a budget."""
        return cls(draws=1, students=("learned, 24 taps", "best known wavelet"), epochs=6)


class Engines(NamedTuple):
    """Recordings of engines, shape (n, length), and which of them are faulty."""

    X: NDArray[np.float32]
    y: NDArray[np.intp]
    X_test: NDArray[np.float32]
    y_test: NDArray[np.intp]


@dataclass(frozen=True)
class Row:
    """What one model scores on the test signals: means over the draws, with standard errors.

    The standard errors are NaN for one draw.
    """

    model: str
    wavelet: str
    numbers: int
    accuracy: float
    accuracy_se: float
    #: Share of test signals that get the network's class.
    fidelity: float
    fidelity_se: float
    seconds: float


class _Score(NamedTuple):
    wavelet: str
    numbers: int
    accuracy: float
    fidelity: float
    seconds: float


def load(file: Path | None = None) -> Engines:
    """Read FordA.

    Parameters
    ----------
    file : path, optional
        A folder of the archive with FordA's two files, or an .npz with X_train, y_train, X_test and
        y_test; by default ``ucr/FordA.npz`` in the data folder.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    """
    path = data_folder() / "ucr" / "FordA.npz" if file is None else file
    if path.is_dir():
        found = load_archive_set(path)
        return Engines(
            found.X_train[:, 0].astype(np.float32),
            found.y_train,
            found.X_test[:, 0].astype(np.float32),
            found.y_test,
        )
    if not path.is_file():
        raise FileNotFoundError(
            f"{path}: there is no such file. FordA is no part of this package; get it from the UCR "
            "archive, and give its folder as --data."
        )
    with np.load(path, allow_pickle=False) as held:
        signals = [held[f"X_{part}"].astype(np.float32) for part in ("train", "test")]
        classes = [(held[f"y_{part}"] > 0).astype(np.intp) for part in ("train", "test")]
    return Engines(signals[0], classes[0], signals[1], classes[1])


def reproduce(
    folder: Path,
    amount: Amount,
    *,
    data: Path | None = None,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> tuple[tuple[Row, ...], tuple[Path, ...]]:
    """Run the study, and write its table to the folder.

    The network learns from half of the training signals, drawn at random, and the students from its
    outputs for the other half: there it errs as on any new signal.
    """
    engines = load(data)
    found: dict[str, list[_Score]] = {}
    for draw in range(amount.draws):
        for name, score in _draw(engines, amount, seed + draw, notify):
            found.setdefault(name, []).append(score)
    rows = tuple(_row(name, scores) for name, scores in found.items())
    return rows, (save_table(rows, folder / "models.csv"),)


def _draw(
    engines: Engines, amount: Amount, seed: int, notify: Notify
) -> Iterator[tuple[str, _Score]]:
    order = np.random.default_rng(seed).permutation(len(engines.X))
    own, taught = np.array_split(order, 2)
    notify(f"draw {seed}: training the network")
    began = time.perf_counter()
    network = train_network(engines.X[own], engines.y[own], amount.epochs, seed)
    seconds = time.perf_counter() - began
    X, outputs = engines.X[taught], _logits(network, engines.X[taught])
    theirs = _logits(network, engines.X_test) > 0
    for name in amount.students:
        notify(f"draw {seed}: student, {name}")
        student = DistilledClassifier(
            "energy", levels=_LEVELS, random_state=seed, target="teacher", **STUDENTS[name]
        )
        began = time.perf_counter()
        student.fit(X, teacher=outputs)
        took = time.perf_counter() - began
        wavelet = student.wavelets_[0]
        label = wavelet.name or f"{len(wavelet.lowpass)} taps"
        said = student.predict(engines.X_test) > 0
        yield name, _scored(label, student.n_numbers_, said, theirs, engines, took)
    notify(f"draw {seed}: spectrum")
    began = time.perf_counter()
    fit = _spectrum(X, engines.y[taught], seed)
    took = time.perf_counter() - began
    said = fit.model.predict(log_spectrum(engines.X_test[:, None])[0]) > 0
    yield "spectrum, with labels", _scored("", fit.numbers, said, theirs, engines, took)
    size = sum(parameter.numel() for parameter in network.parameters())
    yield "network", _scored("", size, theirs, theirs, engines, seconds)


def train_network(
    X: NDArray[np.float32], y: NDArray[np.intp], epochs: int, seed: int
) -> torch.nn.Module:
    """Train a network of two convolutions. The global random state stays as it is."""
    # One thread: the network is small, and more of them would wait for one another.
    with torch.random.fork_rng(devices=[]), threadpool_limits(limits=1):
        torch.manual_seed(seed)
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
        optimiser = torch.optim.Adam(network.parameters(), lr=5e-3)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
        signals, classes = torch.from_numpy(X), torch.from_numpy(y.astype(np.float32))
        for _ in range(epochs):
            for rows in torch.randperm(len(signals)).split(64):
                optimiser.zero_grad()
                output = network(signals[rows])[:, 0]
                loss = torch.nn.functional.binary_cross_entropy_with_logits(output, classes[rows])
                loss.backward()
                optimiser.step()
            schedule.step()
    return network.eval()


def _logits(network: torch.nn.Module, X: NDArray[np.float32]) -> Array:
    with torch.no_grad():
        found: Array = network(torch.from_numpy(X))[:, 0].double().numpy()
    return found


def _spectrum(X: NDArray[np.float32], y: NDArray[np.intp], seed: int) -> Any:
    features = log_spectrum(X[:, None])[0]
    splits = list(StratifiedKFold(5, shuffle=True, random_state=seed).split(features, y))
    return linear_model(features, y, splits, classify=True)


def _scored(
    wavelet: str,
    numbers: int,
    said: NDArray[np.bool_],
    theirs: NDArray[np.bool_],
    engines: Engines,
    seconds: float,
) -> _Score:
    accuracy = float((said == (engines.y_test > 0)).mean())
    return _Score(wavelet, numbers, accuracy, float((said == theirs).mean()), seconds)


def _row(name: str, scores: Sequence[_Score]) -> Row:
    accuracies, fidelities = ([getattr(s, f) for s in scores] for f in ("accuracy", "fidelity"))
    return Row(
        name,
        " ".join(dict.fromkeys(score.wavelet for score in scores)),
        int(np.median([score.numbers for score in scores])),
        *_mean(accuracies),
        *_mean(fidelities),
        float(np.mean([score.seconds for score in scores])),
    )


def _mean(values: Sequence[float]) -> tuple[float, float]:
    """The mean and its standard error."""
    error = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return float(np.mean(values)), float(error)
