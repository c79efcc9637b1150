"""The cosmology study (Sec 4.3 and Appendix D): how well each model tells Ω_m, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wavedistill.attribution import Attributions, attribute
from wavedistill.datasets.lensing import LensingMaps, LensingSplit
from wavedistill.studies.cosmology.between import Between, between_rows
from wavedistill.studies.cosmology.candidates import distilled, taught
from wavedistill.studies.cosmology.network import OMEGA_M, Architecture, FaceMean
from wavedistill.studies.cosmology.scores import Gain, Row, Scores, gains, rows, score
from wavedistill.studies.cosmology.students import (
    FIXED,
    THROUGH,
    TOGETHER,
    Choice,
    Student,
    as_in_the_paper,
    at_all_pixels,
    first,
    rmse,
)
from wavedistill.studies.cosmology.teacher import Training, train_teacher
from wavedistill.studies.cosmology.through import Lesson, learned_through, standardised
from wavedistill.studies.output import Notify
from wavedistill.wavelets import Wavelet

__all__ = ["Amount", "Study", "run"]

#: Test maps that are taken apart to measure compression.
_COMPRESSED = 500


@dataclass(frozen=True)
class Amount:
    """How much of the study to do: by default what a GPU can.

    That is as many maps of as many pixels as in the paper, and the whole ResNet-18.
    """

    #: Pixels on a side, and maps of each cosmology, where maps are simulated.
    size: int = 256
    realisations: int = 10_000
    #: Shares of the realisations.
    validation: float = 0.1
    test: float = 0.1
    architecture: Architecture = field(default_factory=Architecture)
    training: Training = field(
        default_factory=lambda: Training(50, batch_size=128, learning_rate=2e-3, workers=8)
    )
    #: Training maps that wavelets are distilled from, and the global searches among them.
    distilled_from: int = 1000
    supports: tuple[int, ...] = (6, 8, 10, 12)
    balances: tuple[float, ...] = (0.01, 0.1, 1.0, 10.0)
    #: Training maps that wavelets are learned from through a student, and their supports.
    learned_from: int = 1000
    learned_supports: tuple[int, ...] = (4, 6, 8)
    #: New maps of each cosmology between those of the study.
    between: int = 100
    #: Training maps by whose counts a long list of wavelets is made short.
    screened_by: int = 10_000
    #: Of the bootstrap.
    resamples: int = 10_000

    @classmethod
    def full_size(cls) -> Amount:
        """Maps of the paper's size, a tenth as many, and a narrow network: hours on a CPU."""
        return replace(
            cls.quick(), size=256, architecture=Architecture.narrow(pool=True), screened_by=2000
        )

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
    """What the study found."""

    #: Maps to learn from, to choose by, and to test on.
    split: LensingSplit
    #: Table 2 and its kind, the network last.
    rows: tuple[Row, ...]
    #: The paper's own predictor, and readers of histograms beyond it.
    beyond: tuple[Row, ...]
    #: Of AWD, and of the wavelet learned through a student, over others; with the paper's own
    #: predictor, and with histograms of all pixels, over others with the same.
    gains: tuple[Gain, ...]
    #: What all of them score on maps of cosmologies between those of the study, if there are any.
    between: tuple[Between, ...]
    #: By the name of their row, as are their predictions for the test maps, shape (n, 3).
    students: dict[str, Student]
    predicted: dict[str, NDArray[np.float64]]
    #: Those maps, and the predictions for them.
    between_maps: LensingMaps | None
    between_predicted: dict[str, NDArray[np.float64]]
    #: What wavelets are distilled from: the network, averaged over the faces of a map.
    teacher: FaceMean
    #: Of the first test maps, as many as compression is measured on.
    attributions: Attributions


def run(
    maps: LensingMaps,
    amount: Amount,
    *,
    between: LensingMaps | None = None,
    device: str = "cpu",
    folder: Path | None = None,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> Study:
    """Do the study on maps of several cosmologies, parted by realisation.

    `between` has maps of other cosmologies, on which all are tested too. The training and the
    distilled wavelets are kept in the folder, to be resumed from. `device` is PyTorch's.
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
    some = first(split.train, amount.distilled_from).maps
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
    through = _through(split.train, teacher, wavelets, amount, folder, seed, notify)
    choice = Choice(split, first(split.train, amount.screened_by), notify)
    learned = {"AWD": wavelets, THROUGH: through}
    table = choice.table({**learned, "AWD without interpretation": blind})
    beyond, label = choice.beyond(learned), amount.architecture.label
    for name, each in ((f"{label}, mean of eight faces", teacher), (label, network)):
        table[name] = Student("", each, rmse(split.validation, each.predict(split.validation.maps)))
    notify("scores on the test maps")
    test, students = split.test, {**table, **beyond}
    scores = score(students, test, count=amount.resamples, seed=seed)
    held = attribute(teacher, test.maps[:_COMPRESSED], target=OMEGA_M, batch_size=128)
    own, others = (tuple(rows(each, scores, test, held)) for each in (table, beyond))
    won = tuple(_gains(table, scores, network=label))
    found, told = between_rows(students, scores.rmse, between, count=amount.resamples, seed=seed)
    return Study(
        split, own, others, won, found, students, scores.predicted, between, told, teacher, held
    )


def _through(
    train: LensingMaps,
    teacher: FaceMean,
    starts: Sequence[Wavelet],
    amount: Amount,
    folder: Path | None,
    seed: int,
    notify: Notify,
) -> list[Wavelet]:
    """The wavelets that are learned through a student of the network."""
    maps = first(train, amount.learned_from)
    kept = folder and folder / "through"
    outputs = standardised(teacher, maps, kept)
    return list(
        learned_through(
            Lesson(maps, outputs), starts, supports=amount.learned_supports, folder=kept,
            seed=seed, notify=notify,
        )
    )  # fmt: skip


def _gains(table: Mapping[str, Student], scores: Scores, network: str) -> Iterator[Gain]:
    """Of AWD and the wavelet learned through a student over others with the same reader.

    And of their own readers over each other.
    """
    fixed = min(FIXED, key=lambda name: table[name].rmse)
    known = "best known wavelet"
    for model, more in (("AWD", ("AWD without interpretation",)), (THROUGH, ("AWD",))):
        others = ("DB5", known, *more)
        yield from gains(model, (*others, fixed, network), scores)
        papers = [as_in_the_paper(name) for name in ("DB5", known, *_if_row(more), *FIXED)]
        yield from gains(as_in_the_paper(model), papers, scores)
        everywhere = [at_all_pixels(name) for name in ("DB5", known, *_if_row(more), TOGETHER)]
        yield from gains(at_all_pixels(model), (*everywhere, model, network), scores)


def _if_row(names: Sequence[str]) -> list[str]:
    """Those that also have a row with other readers."""
    return [name for name in names if name == "AWD"]


def _require_several(maps: LensingMaps) -> None:
    omega = maps.params[:, OMEGA_M]
    if np.ptp(omega) == 0:
        cosmologies = len(np.unique(maps.params, axis=0))
        raise ValueError(
            f"the maps have {cosmologies} cosmologies, and Omega_m is {omega[0]:g} in all; give "
            "maps of two or more."
        )
