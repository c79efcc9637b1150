"""The endocytosis study in one folder: its tables, its figures, and the wavelets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from wavedistill.datasets import data_folder, fetch_endocytosis, make_endocytosis
from wavedistill.studies.endocytosis.amount import Amount
from wavedistill.studies.endocytosis.figures import figures
from wavedistill.studies.endocytosis.models import Models
from wavedistill.studies.endocytosis.scores import BEST_KNOWN, TEACHER, mean_over_seeds
from wavedistill.studies.endocytosis.study import Study, run
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
    """Run the study, of the recordings or of simulated tracks; write its tables and figures.

    Everything goes to the folder, and what belongs to the published teacher to a folder in there.
    Penalised paths are resumed.
    """
    load = fetch_endocytosis if real else partial(make_endocytosis, random_state=seed)
    notify("preparing the tracks")
    tracks, studies = load(), {}
    files: list[Path] = []
    for name, teacher in _teachers(real).items():
        place = folder if teacher is None else folder / "published_teacher"

        def tell(message: str, name: str = name) -> None:
            notify(f"LSTM {name}, {message}")

        # The figures' grids are drawn for one teacher.
        own = amount if teacher is None else replace(amount, grids=None)
        paths = place / "paths"
        studies[name] = run(tracks, own, teacher=teacher, folder=paths, seed=seed, notify=tell)
        notify("drawing")
        files += _write(studies[name], place)
    sensitivity = []
    if amount.by_cell:
        for lifetime, p_value in _SETTINGS:
            notify(f"lifetime above {lifetime:g} s, p below {p_value:g}")
            prepared = load(min_lifetime=lifetime, p_value=p_value)
            r2 = Models(prepared, amount, seed).r2()
            scores = (r2[model] for model in ("AWD", "DB5", BEST_KNOWN, TEACHER))
            sensitivity.append(Sensitivity(lifetime, p_value, len(prepared), *scores))
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
        "through_the_student": study.through.rows,
    }
    for name, records in tables.items():
        if records:
            yield save_table(records, folder / f"{name}.csv")
    for number, models in enumerate(study.models):
        models.awd.wavelet.save(folder / f"wavelet_{number}.json")
        yield folder / f"wavelet_{number}.json"
    if study.through.student is not None:
        study.through.student.export(folder / "student.py")
        yield folder / "student.py"
    for name, figure in figures(study):
        yield save_figure(figure, folder / f"{name}.png")
