"""The problems: heartbeats, engine noise, digits and lensing maps, to train on and to measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from wavedistill.datasets import data_folder, simulate_lensing

__all__ = ["CASES", "Case", "Size"]

Array = NDArray[np.float64]

#: Column of the lensing parameters that is Omega_m.
_OMEGA_M = 1


@dataclass(frozen=True)
class Size:
    """How many examples a case has at most, how maps are simulated, and the longest filters."""

    train: int
    test: int
    realisations: int
    map_size: int
    support: int
    seed: int


@dataclass(frozen=True)
class Case:
    """A problem; wavelets are chosen on the training part, and measured on the test part.

    Parameters
    ----------
    name : str
    X_train, X_test : ndarray, shape (n, length) or (n, height, width)
    y_train, y_test : ndarray, shape (n,)
        Classes 0, 1, ..., or standardised numbers.
    classes : int
        How many there are; 0 for numbers.
    levels, support : int
        Of the learned wavelets.
    """

    name: str
    X_train: Array
    y_train: Array
    X_test: Array
    y_test: Array
    classes: int
    levels: int
    support: int

    @property
    def axes(self) -> tuple[int, ...]:
        """Those of time or of space."""
        return tuple(range(1 - self.X_train.ndim, 0))


def _ucr(name: str, levels: int, size: Size) -> Case:
    file = data_folder() / "ucr" / f"{name}.npz"
    if not file.exists():
        raise FileNotFoundError(
            f"{name} left out: there is no ucr/{file.name} in {data_folder()}; name a folder that "
            "has it by the environment variable WAVEDISTILL_DATA."
        )
    with np.load(file) as data:
        given = {part: (data[f"X_{part}"], data[f"y_{part}"]) for part in ("train", "test")}
    classes = np.unique(given["train"][1])
    random, drawn = np.random.default_rng(size.seed), []
    for part, count in (("train", size.train), ("test", size.test)):
        X, y = given[part]
        rows = random.permutation(len(X))[:count]
        drawn.append((X[rows].astype(np.float64), np.searchsorted(classes, y[rows]).astype(float)))
    (X_train, y_train), (X_test, y_test) = drawn
    return Case(name, X_train, y_train, X_test, y_test, len(classes), levels, size.support)


def _digits(size: Size) -> Case:
    digits = load_digits()
    parts = train_test_split(
        digits.images / 16.0, digits.target, test_size=0.4, random_state=size.seed
    )
    X_train, X_test, y_train, y_test = (each.astype(np.float64) for each in parts)
    return Case(
        "digits",
        X_train[: size.train],
        y_train[: size.train],
        X_test[: size.test],
        y_test[: size.test],
        classes=10,
        levels=2,
        support=min(6, size.support),
    )


def _lensing(size: Size) -> Case:
    maps = simulate_lensing(size.realisations, size=size.map_size, random_state=size.seed)
    split = maps.split(0.1, 0.2)
    spread, omega = float(split.train.maps.std()), split.train.params[:, _OMEGA_M]
    parts = []
    for part in (split.train, split.test):
        images = np.asarray(part.maps, dtype=np.float64) / spread
        parts.append((images, (part.params[:, _OMEGA_M] - omega.mean()) / omega.std()))
    (X_train, y_train), (X_test, y_test) = parts
    rows = np.random.default_rng(size.seed).permutation(len(X_test))[: size.test]
    return Case("lensing", X_train, y_train, X_test[rows], y_test[rows], 0, 3, size.support)


#: Each makes its case, or raises a `FileNotFoundError` that says why it is left out.
CASES: dict[str, Callable[[Size], Case]] = {
    "ECG5000": lambda size: _ucr("ECG5000", 4, size),
    "FordA": lambda size: _ucr("FordA", 5, size),
    "digits": _digits,
    "lensing": _lensing,
}
