"""The endocytosis study (Sec 4.2 and Appendix C): what each model scores, and why."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from joblib import delayed

from wavedistill.checks import WaveletWarning
from wavedistill.datasets import EndocytosisTable
from wavedistill.distillation import DistillationPath, resampled_wavelets
from wavedistill.studies.endocytosis.amount import Amount
from wavedistill.studies.endocytosis.candidates import penalized_path
from wavedistill.studies.endocytosis.models import Models
from wavedistill.studies.endocytosis.resampling import Gains, measure_gains
from wavedistill.studies.endocytosis.scores import Row
from wavedistill.studies.endocytosis.through import Through, through_students
from wavedistill.studies.output import Notify, in_parallel
from wavedistill.wavelets import Wavelet

__all__ = ["Study", "run"]


@dataclass(frozen=True)
class Study:
    """What the study found."""

    #: One per seed.
    models: tuple[Models, ...]
    #: One row per model and seed; and students beyond the paper: other features, and the teacher's
    #: outputs as targets.
    rows: tuple[Row, ...]
    beyond: tuple[Row, ...]
    #: Penalised, by start.
    paths: dict[str, DistillationPath]
    #: The first seed's wavelet, refitted on bootstrap resamples.
    band: tuple[Wavelet, ...]
    gains: Gains
    through: Through


def run(
    table: EndocytosisTable,
    amount: Amount,
    *,
    teacher: torch.nn.Module | None = None,
    folder: Path | None = None,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> Study:
    """Do the study.

    A teacher that was trained on other recordings serves all seeds, of which `seed` is the first;
    by default one is trained here for each of them. With a folder, penalised paths are kept there,
    and resumed from there.
    """
    seeds = range(seed, seed + amount.seeds)
    models = [Models(table, amount, number, teacher, notify) for number in seeds]
    rows = [row for one in models for row in one.rows()]
    by_seed, paths = _penalized(models, amount, folder, notify)
    for one, path in zip(models, by_seed, strict=False):
        rows += one.penalized(path)
    first = models[0]
    beyond: list[Row] = []
    if amount.beyond:
        notify("students beyond the paper")
        beyond += first.beyond()
    notify(f"{amount.resamples} refits on bootstrap resamples")
    with warnings.catch_warnings(action="ignore", category=WaveletWarning):
        band = resampled_wavelets(
            first.awd.wavelet,
            first.train.X,
            first.attributions,
            count=amount.resamples,
            random_state=seed,
        )
    gains = measure_gains(first, teacher, notify)
    through = through_students(table, teacher, first.teacher, amount, seed, notify)
    return Study(tuple(models), tuple(rows), tuple(beyond), paths, tuple(band), gains, through)


def _penalized(
    models: Sequence[Models], amount: Amount, folder: Path | None, notify: Notify
) -> tuple[list[DistillationPath], dict[str, DistillationPath]]:
    """The paper's own formulation: a path from DB5 for each seed, and the figures' grids by start.

    Either is empty if it was not asked for.
    """
    tasks = [(one, amount.penalized, "db5") for one in models if amount.penalized]
    seeds = len(tasks)
    tasks += [(models[0], amount.grids, start) for start in ("db5", "sym5") if amount.grids]
    work = [
        delayed(penalized_path)(
            one.train.X, one.attributions, grid, start=start, folder=folder, seed=one.seed
        )
        for one, grid, start in tasks
    ]
    paths = in_parallel(work, amount.jobs, "penalised paths", notify)
    grids = {start: path for (_, _, start), path in zip(tasks[seeds:], paths[seeds:], strict=True)}
    return paths[:seeds], grids
