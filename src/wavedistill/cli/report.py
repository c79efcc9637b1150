"""`wavedistill report`: distil a model, compare, and write a page about it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from wavedistill.cli.console import out as _stdout
from wavedistill.cli.console import print_json, progress, wrote
from wavedistill.cli.inputs import read_column, read_signals, refuse_same_files
from wavedistill.cli.models import load_model, path_of
from wavedistill.cli.options import (
    AsJson,
    BatchSize,
    ChannelAxis,
    Data,
    Folds,
    Groups,
    Jobs,
    Labels,
    Model,
    SamplingRate,
    TeacherOutputs,
    TestData,
    TestLabels,
    Weights,
    parse_rate,
)
from wavedistill.cli.settings import Settings, with_settings
from wavedistill.extras import load

__all__ = ["report"]


@with_settings
def report(
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="File for the page, .html.")],
    title: Annotated[str, typer.Option("--title", help="Title of the page.")] = "",
    model: Model = None,
    weights: Weights = None,
    teacher_outputs: TeacherOutputs = None,
    labels: Labels = None,
    test_data: TestData = None,
    test_labels: TestLabels = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", help="Folder for the student, as JSON and as a Python file."),
    ] = None,
    groups: Groups = None,
    batch_size: BatchSize = 256,
    channel_axis: ChannelAxis = None,
    folds: Folds = 5,
    jobs: Jobs = None,
    sampling_rate: SamplingRate = None,
    as_json: AsJson = False,
    *,
    settings: Settings,
) -> None:
    """Distil a model into a student, compare, and write a page about it."""
    from wavedistill.files import writable_target

    path = writable_target(out)
    refuse_same_files(
        {
            "--data": data,
            "--model": path_of(model),
            "--weights": weights,
            "--teacher-outputs": teacher_outputs,
            "--labels": labels,
            "--test-data": test_data,
            "--test-labels": test_labels,
            "--groups": groups,
        },
        {"--out": out},
    )
    rate = parse_rate(sampling_rate)
    if path.suffix not in (".html", ".htm"):
        raise ValueError(f"--out {path} must end in .html.")
    if (model is None) == (teacher_outputs is None):
        raise ValueError("give either --model or --teacher-outputs: what the student is taught.")
    parameters = settings.parameters("auto")
    load("wavedistill.reporting", "a report", "report")
    with progress() as notify:
        notify("reading the files")
        X = read_signals(data, "--data", channel_axis)
        y = None if labels is None else read_column(labels, "--labels")
        kept = None if groups is None else read_column(groups, "--groups")
        teacher = _teacher(model, weights, teacher_outputs)
        unseen = None
        if test_data is not None:
            unseen = read_signals(test_data, "--test-data", channel_axis)
        answers = None if test_labels is None else read_column(test_labels, "--test-labels")
        from wavedistill.students import distill

        found = distill(
            teacher,
            X,
            y,
            X_test=unseen,
            y_test=answers,
            task=settings.task,
            groups=kept,
            batch_size=batch_size,
            compare_cv=folds,
            n_jobs=jobs,
            sampling_rate=rate,
            verbose=notify,
            **parameters,
        )
        notify("writing the page")
        found.report(path, title=title or _title(model))
        if save is not None:
            found.save(save)
            if len(found.student.transform_.axes) == 1:
                found.student.export(save / "student.py", rate)
    if as_json:
        files = [str(each) for each in (path, save) if each is not None]
        comparison = None if found.comparison is None else found.comparison.record()
        print_json({"verdict": found.verdict, "comparison": comparison, "files": files})
        return
    _stdout.print(str(found), markup=False, soft_wrap=True)
    wrote(path, save)


def _title(model: str | None) -> str:
    """A heading by the model's file or function, if there is one."""
    return f"A readable model of {Path(model).name}" if model else ""


def _teacher(model: str | None, weights: Path | None, teacher_outputs: str | None) -> Any:
    if teacher_outputs is not None:
        if weights is not None:
            raise ValueError("--weights goes with --model; leave it out.")
        return read_column(teacher_outputs, "--teacher-outputs")
    return load_model(str(model), weights)
