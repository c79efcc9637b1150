"""The cosmology study (Sec 4.3 and Appendix D): how well each model tells Ω_m, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wavedistill.attribution import Attributions, attribute
from wavedistill.datasets.lensing import LensingMaps, LensingSplit
from wavedistill.students import compression_factor
from wavedistill.studies.candidates import Candidate
from wavedistill.studies.cosmology.candidates import LEVELS, distilled, taught
from wavedistill.studies.cosmology.network import (
    OMEGA_M,
    Architecture,
    FaceMean,
    size,
)
from wavedistill.studies.cosmology.predictors import Chosen, rmse
from wavedistill.studies.cosmology.scores import Gain, Row, gains, resampled_rmse
from wavedistill.studies.cosmology.students import (
    FIXED,
    TOGETHER,
    Choice,
    Student,
    as_in_the_paper,
    at_all_pixels,
)
from wavedistill.studies.cosmology.teacher import Training, train_teacher
from wavedistill.studies.output import Notify
from wavedistill.wavelets import Wavelet, WaveletTransform

__all__ = ["Amount", "Study", "run"]

Array = NDArray[np.float64]

_AXES = (-2, -1)
#: Test maps that are taken apart to measure compression.
_COMPRESSED = 500


@dataclass(frozen=True)
class Amount:
    """How much of the study to do.

    Parameters
    ----------
    size, realisations : int
        Pixels on a side, and maps of each cosmology, where maps are simulated.
    validation, test : float
        Shares of the realisations.
    architecture : Architecture
    training : Training
    distilled_from : int
        Training maps that wavelets are distilled from.
    supports, balances : tuple
        Of the global searches, see `candidates.distilled`.
    screened_by : int
        Training maps by whose counts a long list of wavelets is made short.
    resamples : int
        Of the bootstrap.
    """

    size: int = 256
    realisations: int = 10_000
    validation: float = 0.1
    test: float = 0.1
    architecture: Architecture = field(default_factory=Architecture)
    training: Training = field(
        default_factory=lambda: Training(50, batch_size=128, learning_rate=2e-3, workers=8)
    )
    distilled_from: int = 1000
    supports: tuple[int, ...] = (6, 8, 10, 12)
    balances: tuple[float, ...] = (0.01, 0.1, 1.0, 10.0)
    screened_by: int = 10_000
    resamples: int = 10_000

    @classmethod
    def full(cls) -> Amount:
        """As many maps of as many pixels as in the paper, and the whole ResNet-18: for a GPU."""
        return cls()

    @classmethod
    def quick(cls) -> Amount:
        """Maps of a sixteenth of the area and a narrow network, within ten minutes on two cores."""
        return cls(
            size=64, realisations=1000, validation=0.15, test=0.15,
            architecture=Architecture.narrow(), training=Training(24),
            distilled_from=300, supports=(6, 10), balances=(0.1, 1.0, 10.0),
        )  # fmt: skip


@dataclass(frozen=True)
class Study:
    """What the study found.

    Parameters
    ----------
    split : LensingSplit
        Maps to learn from, to choose by, and to test on.
    rows : tuple of Row
        Table 2 and its kind, the network last.
    beyond : tuple of Row
        The paper's own predictor, and readers of histograms beyond it.
    gains : tuple of Gain
        Of AWD over others; with the paper's own predictor, and with histograms of all pixels, over
        others with the same.
    students : dict of str to Student
        By the name of their row.
    teacher : FaceMean
        What wavelets are distilled from: the network, averaged over the faces of a map.
    candidates : tuple of Candidate
        All wavelets that were distilled from the teacher.
    attributions : Attributions
        Of the first test maps, as many as compression is measured on.
    predicted : dict of str to ndarray, shape (len(test), 3)
        By the name of their row.
    """

    split: LensingSplit
    rows: tuple[Row, ...]
    beyond: tuple[Row, ...]
    gains: tuple[Gain, ...]
    students: dict[str, Student]
    teacher: FaceMean
    candidates: tuple[Candidate, ...]
    attributions: Attributions
    predicted: dict[str, Array]

    @property
    def awd(self) -> Student:
        """The student with the distilled wavelet."""
        return self.students["AWD"]


def run(
    maps: LensingMaps,
    amount: Amount,
    *,
    device: str = "cpu",
    folder: Path | None = None,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> Study:
    """Do the study.

    Parameters
    ----------
    maps : LensingMaps
        Of several cosmologies; parted by realisation.
    amount : Amount
    device : str
        Of PyTorch, such as ``"cuda"``.
    folder : Path, optional
        Where the training and the distilled wavelets are kept, to be resumed from.
    seed : int
    notify : callable
        Told in a few words what begins.

    Raises
    ------
    ValueError
        If the maps are of one cosmology, or too few to part.
    """
    cosmologies = len(np.unique(maps.params, axis=0))
    if cosmologies < 2 or np.ptp(maps.params[:, OMEGA_M]) == 0:
        raise ValueError(
            f"the maps have {cosmologies} cosmologies, and Omega_m is {maps.params[0, OMEGA_M]:g} "
            "in all; give maps of two or more."
        )
    split = maps.split(amount.validation, amount.test)
    network = train_teacher(
        split.train,
        split.validation,
        amount.architecture,
        amount.training,
        device=device,
        file=None if folder is None else folder / "teacher.pt",
        seed=seed,
        notify=lambda message: notify(f"teacher: {message}"),
    )
    teacher = FaceMean(network)
    some = _first(split.train, amount.distilled_from).maps
    attributions = taught(teacher, some, folder)
    search: dict[str, Any] = {"supports": amount.supports, "folder": folder, "seed": seed}
    search |= {"balances": amount.balances, "notify": notify}
    wavelets = list(distilled(some, attributions, **search))
    blind = list(distilled(some, None, **search))

    choice = Choice(split, _first(split.train, amount.screened_by), notify)
    table = choice.table(wavelets, blind)
    label = amount.architecture.label
    for name, each in ((f"{label}, mean of eight faces", teacher), (label, network)):
        validated = rmse(split.validation, each.predict(split.validation.maps))
        table[name] = Student(Chosen("", each, validated), size(network))
    beyond = choice.beyond(wavelets, table)

    notify("scores on the test maps")
    students = {**table, **beyond}
    test, part = split.test.maps, split.test.maps[:_COMPRESSED]
    predicted = {name: each.chosen.model.predict(test) for name, each in students.items()}
    held = attribute(teacher, part, target=OMEGA_M, batch_size=128)
    compressed = {
        name: _compression(each.candidate.wavelet, part, held)
        for name, each in students.items()
        if each.candidate is not None
    }
    true = split.test.params[:, OMEGA_M]
    errors = {name: each[:, OMEGA_M] - true for name, each in predicted.items()}
    resampled = resampled_rmse(errors, count=amount.resamples, seed=seed)
    rows = [
        Row(
            model=name,
            wavelet="" if each.candidate is None else each.candidate.label,
            settings=each.chosen.settings,
            rmse_validation=100 * each.chosen.rmse,
            rmse=100 * rmse(split.test, predicted[name]),
            rmse_se=100 * float(resampled[name].std()),
            r2=float(1 - np.mean(errors[name] ** 2) / true.var()),
            compression=compressed.get(name, np.nan),
            numbers=each.numbers,
        )
        for name, each in students.items()
    ]
    fixed = min(FIXED, key=lambda name: table[name].chosen.rmse)
    others = ("DB5", fixed, "AWD without interpretation", "best known wavelet", label)
    papers = [as_in_the_paper(name) for name in ("AWD", "DB5", "best known wavelet", *FIXED)]
    everywhere = [at_all_pixels(name) for name in ("AWD", "DB5", "best known wavelet", TOGETHER)]
    won = (
        *gains("AWD", others, errors, resampled),
        *gains(papers[0], papers[1:], errors, resampled),
        *gains(everywhere[0], (*everywhere[1:], "AWD", label), errors, resampled),
    )
    return Study(
        split=split,
        rows=tuple(rows[: len(table)]),
        beyond=tuple(rows[len(table) :]),
        gains=won,
        students=students,
        teacher=teacher,
        candidates=tuple(wavelets),
        attributions=held,
        predicted=predicted,
    )


def _first(maps: LensingMaps, count: int) -> LensingMaps:
    """The maps of the first realisations, about as many of each cosmology."""
    order = np.argsort(maps.realisation, kind="stable")[:count]
    return maps[np.sort(order)]


def _compression(wavelet: Wavelet, maps: NDArray[np.float32], held: Attributions) -> float:
    transform = WaveletTransform(wavelet, LEVELS, axes=_AXES)
    return compression_factor(transform.analysis(maps), held.coefficients(transform))
