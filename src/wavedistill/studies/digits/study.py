"""How well students of a network of images do, beside raw pixels and a scattering transform."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from wavedistill.students import DistilledClassifier
from wavedistill.students.baselines import linear_model
from wavedistill.students.held_out import hits, paired_score
from wavedistill.studies.digits.scattering import scattering
from wavedistill.studies.digits.task import Digits, load, outputs, train_network
from wavedistill.studies.output import Notify

__all__ = ["Amount", "Row", "Study", "run"]

Array = NDArray[np.float64]

AXES = (-2, -1)
#: Pixels beyond the image are those of its other side; zeros would make an edge of each border.
MODE = "periodization"
#: Parts along each axis that a reading is cut in.
_PARTS = {"events": 2, "energy": 4, "means": 4}
_KNOWN, _LEARNED = "known", "learned"


@dataclass(frozen=True)
class Amount:
    """How much of the study to do."""

    data: str = "mnist"
    examples: int | None = None
    epochs: int = 12
    levels: int = 2
    support: int = 6
    #: Numbers for each class that a student may have; the readings are compared at the last.
    budgets: tuple[int, ...] = (20, 100, 50)
    readings: tuple[str, ...] = ("events", "energy", "means")

    @classmethod
    def quick(cls) -> Amount:
        """Fewer of scikit-learn's small images, in seconds."""
        return cls(
            data="digits", examples=400, epochs=10, levels=1, support=4,
            budgets=(50,), readings=("events",),
        )  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What one model scores on the test images."""

    model: str
    wavelet: str
    numbers: int
    accuracy: float
    accuracy_se: float
    #: Share of test images that get the network's class.
    fidelity: float
    #: Of a learned wavelet over the best known one in the same student: difference of the
    #: accuracies, with a 95 % bootstrap interval; NaN for other models.
    gain: float
    low: float
    high: float
    seconds: float


@dataclass(frozen=True)
class Study:
    """What the study found; the network's outputs are for the test images."""

    task: Digits
    rows: tuple[Row, ...]
    student: DistilledClassifier
    outputs: Array


class _Entry(NamedTuple):
    model: str
    wavelet: str
    numbers: int
    predicted: NDArray[np.intp]
    seconds: float
    fitted: Any = None


def run(amount: Amount, *, seed: int = 0, notify: Notify = lambda message: None) -> Study:
    """Do the study; each student with a learned wavelet is followed by that with a known one."""
    task = load(amount.data, amount.examples, seed)
    began = time.perf_counter()
    network = train_network(task, epochs=amount.epochs, seed=seed, notify=notify)
    trained = time.perf_counter() - began
    taught, theirs = outputs(network, task.X), outputs(network, task.X_test)
    entries = list(_students(task, taught, amount, seed, notify))
    notify("pixels and scattering")
    entries += _references(task, amount, seed)
    size = sum(parameter.numel() for parameter in network.parameters())
    entries.append(_Entry("network", "", size, theirs.argmax(axis=1), trained))
    follow = [*entries[1:], None]
    rows = tuple(_row(*pair, task, theirs, seed) for pair in zip(entries, follow, strict=True))
    return Study(task, rows, entries[0].fitted, theirs)


def _students(
    task: Digits, taught: Array, amount: Amount, seed: int, notify: Notify
) -> Iterator[_Entry]:
    """The first reading at the last budget, with what it is compared with; then other ones."""
    first, *others = amount.readings
    *budgets, budget = amount.budgets
    lessons = [(first, budget, _LEARNED), (first, budget, _KNOWN)]
    lessons += [(first, each, wavelet) for each in budgets for wavelet in (_LEARNED, _KNOWN)]
    lessons += [(reading, budget, wavelet) for reading in others for wavelet in (_LEARNED, _KNOWN)]
    for reading, numbers, wavelet in lessons:
        notify(f"student: {reading}, {numbers} numbers per class, {wavelet} wavelet")
        student = DistilledClassifier(
            reading,
            parts=_PARTS[reading],
            levels=amount.levels,
            support=amount.support,
            max_numbers=10 * numbers,
            target="decisions",
            cv=3,
            mode=MODE,
            axes=AXES,
            random_state=seed,
            wavelet=wavelet,
        )
        began = time.perf_counter()
        student.fit(task.X, teacher=taught)
        seconds = time.perf_counter() - began
        name = f"{reading}, {numbers} per class, {wavelet}"
        own = student.wavelets_[0]
        label = own.name or f"{len(own.lowpass)} taps"
        predicted = student.predict(task.X_test)
        yield _Entry(name, label, student.n_numbers_, predicted, seconds, student)


def _references(task: Digits, amount: Amount, seed: int) -> Iterator[_Entry]:
    """Linear models of pixels and of scattering coefficients, fitted to the labels."""
    parts = min(4, task.X.shape[1] // 2)

    def scattered(images: NDArray[np.float32]) -> Array:
        return scattering(images, "db2", max(amount.levels, 2), parts, MODE)

    def pixels(images: NDArray[np.float32]) -> Array:
        return images.reshape(len(images), -1).astype(np.float64)

    readers: dict[str, tuple[str, Callable[[NDArray[np.float32]], Array]]]
    readers = {"raw pixels": ("", pixels), "scattering": ("db2", scattered)}
    folds = StratifiedKFold(3, shuffle=True, random_state=seed).split(task.X, task.y)
    splits = list(folds)
    for model, (wavelet, read) in readers.items():
        began = time.perf_counter()
        with threadpool_limits(limits=1, user_api="blas"):
            fit = linear_model(read(task.X), task.y, splits, classify=True)
        seconds = time.perf_counter() - began
        predicted = fit.model.predict(read(task.X_test))
        yield _Entry(model, wavelet, fit.numbers, predicted, seconds)


def _row(entry: _Entry, next_one: _Entry | None, task: Digits, theirs: Array, seed: int) -> Row:
    own = hits(entry.predicted, task.y_test)
    score = paired_score(own, own, None, seed)
    gain = low = high = np.nan
    if next_one is not None and entry.model.endswith(_LEARNED):
        found = paired_score(hits(next_one.predicted, task.y_test), own, None, seed)
        gain, low, high = found.gain, found.low, found.high
    return Row(
        entry.model,
        entry.wavelet,
        entry.numbers,
        score.mean,
        score.standard_error,
        float(hits(entry.predicted, theirs.argmax(axis=1)).mean()),
        gain,
        low,
        high,
        entry.seconds,
    )
