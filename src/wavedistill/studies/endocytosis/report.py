"""The endocytosis study in one folder: its tables, its figures, and the wavelets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from wavedistill.datasets import (
    EndocytosisTable,
    data_folder,
    fetch_endocytosis,
    make_endocytosis,
)
from wavedistill.studies.endocytosis.figures import figures
from wavedistill.studies.endocytosis.scores import mean_over_seeds
from wavedistill.studies.endocytosis.study import Amount, Study, run
from wavedistill.studies.endocytosis.teacher import ClathrinLSTM, load_teacher
from wavedistill.studies.output import Notify, save_figure, save_table

__all__ = ["Reproduction", "Sensitivity", "reproduce"]

#: Of the recordings and of the simulator: what a frame's auxilin and a track's life must pass.
_SETTINGS = ((15.0, 0.05), (15.0, 0.01), (15.0, 0.1), (5.0, 0.05))


@dataclass(frozen=True)
class Sensitivity:
    """What the choices of the preparation change; R2 on the held-out cells."""

    #: Seconds.
    min_lifetime: float
    p_value: float
    tracks: int
    awd: float
    db5: float
    best_known: float
    teacher: float


@dataclass(frozen=True)
class Reproduction:
    """What `reproduce` found."""

    #: By teacher: ``"trained here"``, and ``"published"`` where its weights are at hand.
    studies: dict[str, Study]
    sensitivity: tuple[Sensitivity, ...]
    files: tuple[Path, ...]


def reproduce(
    folder: Path,
    amount: Amount,
    *,
    real: bool = False,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> Reproduction:
    """Run the study and write its tables and figures; penalised paths are resumed.

    Parameters
    ----------
    folder : Path
        Where everything goes; what belongs to the published teacher in a folder of its own.
    amount : Amount
    real : bool
        Take the recordings rather than the simulator.
    seed : int
    notify : callable
        Told in a few words what begins.
    """

    def table(min_lifetime: float = 15, p_value: float = 0.05) -> EndocytosisTable:
        if real:
            return fetch_endocytosis(min_lifetime=min_lifetime, p_value=p_value)
        return make_endocytosis(min_lifetime=min_lifetime, p_value=p_value, random_state=seed)

    notify("preparing the tracks")
    tracks, studies = table(), {}
    files: list[Path] = []
    for name, teacher in _teachers(real).items():
        place = folder if teacher is None else folder / "published_teacher"

        def tell(message: str, name: str = name) -> None:
            notify(f"LSTM {name}, {message}")

        # The figures' grids are drawn for one teacher.
        own = amount if teacher is None else replace(amount, grids=None)
        study = run(
            tracks, own, teacher=teacher, folder=place / "paths", seed=seed,
            notify=tell,
        )  # fmt: skip
        studies[name] = study
        notify("drawing")
        files += _write(study, place)
    sensitivity = []
    if amount.by_cell:
        one = replace(
            amount, seeds=1, null=0, resamples=0, by_cell=False,
            penalized=None, grids=None, beyond=0,
        )  # fmt: skip
        for setting in _SETTINGS:
            notify("lifetime above {:g} s, p below {:g}".format(*setting))
            found = run(table(*setting), one, seed=seed)
            r2 = {row.model: row.r2 for row in found.rows}
            count = len(found.train) + len(found.test)
            models = ("AWD", "DB5", "best known wavelet", "LSTM (teacher)")
            sensitivity.append(Sensitivity(*setting, count, *(r2[model] for model in models)))
        files.append(save_table(sensitivity, folder / "sensitivity.csv"))
    return Reproduction(studies, tuple(sensitivity), tuple(files))


def _teachers(real: bool) -> dict[str, ClathrinLSTM | None]:
    teachers: dict[str, ClathrinLSTM | None] = {"trained here": None}
    weights = data_folder() / "endocytosis" / "lstm_teacher.npz"
    if real and weights.exists():
        teachers["published"] = load_teacher(weights)
    return teachers


def _write(study: Study, folder: Path) -> Iterator[Path]:
    tables = {
        "models": study.rows,
        "models_mean": mean_over_seeds(study.rows),
        "beyond_the_paper": study.beyond,
        "cells_held_out": study.gains.cells,
        "gain": [study.gains.summary()] if study.gains.cells else [],
    }
    for name, records in tables.items():
        if records:
            yield save_table(records, folder / f"{name}.csv")
    for number, chosen in enumerate(study.selected):
        path = folder / f"wavelet_{number}.json"
        chosen.wavelet.save(path)
        yield path
    for name, figure in figures(study):
        yield save_figure(figure, folder / f"{name}.png")
