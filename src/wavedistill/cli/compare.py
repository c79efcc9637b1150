"""`wavedistill compare`: a distilled student held against everything simpler."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from wavedistill.cli.console import out as _stdout
from wavedistill.cli.console import print_json, progress, wrote
from wavedistill.cli.inputs import read_column, refuse_same_files
from wavedistill.cli.lessons import read_lesson
from wavedistill.cli.options import (
    AsJson,
    Attributed,
    Data,
    Folds,
    Groups,
    Jobs,
    Labels,
    RandomTeacher,
    SamplingRate,
    TeacherOutputs,
    parse_rate,
)
from wavedistill.cli.settings import Settings, with_settings

if TYPE_CHECKING:
    from wavedistill.students.comparison import Comparison

__all__ = ["compare", "comparison_table"]

_FORMAT = "wavedistill.comparison"


@with_settings
def compare(
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="File for the comparison, JSON.")],
    teacher_outputs: TeacherOutputs = None,
    labels: Labels = None,
    attributions: Attributed = None,
    random_teacher: RandomTeacher = None,
    groups: Groups = None,
    folds: Folds = 5,
    jobs: Jobs = None,
    sampling_rate: SamplingRate = None,
    as_json: AsJson = False,
    *,
    settings: Settings,
) -> None:
    """Hold a distilled student against everything simpler, in nested cross-validation."""
    from wavedistill.files import writable_target, write_json

    path = writable_target(out)
    refuse_same_files(
        {
            "--data": data,
            "--teacher-outputs": teacher_outputs,
            "--labels": labels,
            "--attributions": attributions,
            "--random-teacher": random_teacher,
            "--groups": groups,
        },
        {"--out": out},
    )
    with progress() as notify:
        notify("reading the files")
        lesson = read_lesson(data, labels, teacher_outputs, attributions, settings)
        misleading = random_teacher and read_column(random_teacher, "--random-teacher")
        kept = None if groups is None else read_column(groups, "--groups")
        from wavedistill.students import compare as compared

        found = compared(
            lesson.student,
            lesson.data,
            lesson.labels,
            **lesson.given(),
            random_teacher=misleading,
            groups=kept,
            cv=folds,
            n_jobs=jobs,
            random_state=settings.seed,
            sampling_rate=parse_rate(sampling_rate),
            verbose=notify,
        )
    write_json(path, _FORMAT, found.record())
    if as_json:
        print_json({**found.record(), "files": [str(path)]})
        return
    _stdout.print(found.verdict, markup=False, soft_wrap=True)
    _stdout.print(comparison_table(found))
    wrote(path)


def comparison_table(found: Comparison) -> Table:
    """A table of the scores on held-out examples, each with the gain of the distilled student."""
    names = list(found.rows[0].scores)
    table = Table(
        title=f"{found.folds} held-out folds of {found.examples} examples", title_justify="left"
    )
    table.add_column("model")
    for name in names:
        table.add_column(name, justify="right")
    for name in (f"gain in points of {found.measure}", "numbers", "choice"):
        table.add_column(name, justify="left" if name == "choice" else "right")
    for number, row in enumerate(found.rows):
        gain = row.scores[found.measure].points if number else ""
        scores = (f"{row.scores[name].mean:.3f}" for name in names)
        table.add_row(row.model, *scores, gain, str(row.numbers), row.choice)
    return table
