"""The cosmology study (Sec 4.3 and Appendix D): how well each model tells Ω_m, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wavedistill.attribution import Attributions, attribute
from wavedistill.datasets.lensing import LensingMaps, LensingSplit
from wavedistill.studies.cosmology.candidates import distilled, taught
from wavedistill.studies.cosmology.network import OMEGA_M, Architecture, FaceMean, size
from wavedistill.studies.cosmology.scores import Gain, Row, Scores, gains, rows, score
from wavedistill.studies.cosmology.students import (
    FIXED,
    TOGETHER,
    Choice,
    Student,
    as_in_the_paper,
    at_all_pixels,
    rmse,
)
from wavedistill.studies.cosmology.teacher import Training, train_teacher
from wavedistill.studies.output import Notify

__all__ = ["Amount", "Study", "run"]

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
    attributions: Attributions
    predicted: dict[str, NDArray[np.float64]]

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
    _require_several(maps)
    split = maps.split(amount.validation, amount.test)
    network = train_teacher(
        split.train,
        split.validation,
        amount.architecture,
        amount.training,
        device=device,
        file=folder and folder / "teacher.pt",
        seed=seed,
        notify=lambda message: notify(f"teacher: {message}"),
    )
    teacher = FaceMean(network)
    table, beyond = _students(split, teacher, amount, folder, seed, notify)
    notify("scores on the test maps")
    test, students = split.test, {**table, **beyond}
    scores = score(students, test, count=amount.resamples, seed=seed)
    part = test.maps[:_COMPRESSED]
    held = attribute(teacher, part, target=OMEGA_M, batch_size=128)
    own, others = (tuple(rows(each, scores, test, held)) for each in (table, beyond))
    won = tuple(_gains(table, scores, network=own[-1].model))
    return Study(split, own, others, won, students, teacher, held, scores.predicted)


def _students(
    split: LensingSplit,
    teacher: FaceMean,
    amount: Amount,
    folder: Path | None,
    seed: int,
    notify: Notify,
) -> tuple[dict[str, Student], dict[str, Student]]:
    """Those of the table, the network last, and those beyond it."""
    some = _first(split.train, amount.distilled_from).maps
    search = partial(
        distilled,
        some,
        supports=amount.supports,
        balances=amount.balances,
        folder=folder,
        seed=seed,
        notify=notify,
    )
    wavelets, blind = list(search(taught(teacher, some, folder))), list(search(None))
    choice = Choice(split, _first(split.train, amount.screened_by), notify)
    table = choice.table(wavelets, blind)
    label, held = amount.architecture.label, split.validation
    for name, each in ((f"{label}, mean of eight faces", teacher), (label, teacher.network)):
        table[name] = Student("", each, rmse(held, each.predict(held.maps)), size(each))
    return table, choice.beyond(wavelets, table)


def _gains(table: Mapping[str, Student], scores: Scores, network: str) -> Iterator[Gain]:
    """Of AWD over others with the same reader, and of its own readers over each other."""
    fixed = min(FIXED, key=lambda name: table[name].rmse)
    known = "best known wavelet"
    yield from gains("AWD", ("DB5", fixed, "AWD without interpretation", known, network), scores)
    others = ("DB5", known, *FIXED)
    yield from gains(as_in_the_paper("AWD"), [as_in_the_paper(name) for name in others], scores)
    everywhere = [at_all_pixels(name) for name in ("DB5", known, TOGETHER)]
    yield from gains(at_all_pixels("AWD"), (*everywhere, "AWD", network), scores)


def _require_several(maps: LensingMaps) -> None:
    omega = maps.params[:, OMEGA_M]
    if np.ptp(omega) == 0:
        cosmologies = len(np.unique(maps.params, axis=0))
        raise ValueError(
            f"the maps have {cosmologies} cosmologies, and Omega_m is {omega[0]:g} in all; give "
            "maps of two or more."
        )


def _first(maps: LensingMaps, count: int) -> LensingMaps:
    """The maps of the first realisations, about as many of each cosmology."""
    order = np.argsort(maps.realisation, kind="stable")[:count]
    return maps[np.sort(order)]
