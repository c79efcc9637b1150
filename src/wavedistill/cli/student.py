"""`wavedistill distill --student`: a readable student of a model's outputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.table import Table

from wavedistill.cli.console import out as _stdout
from wavedistill.cli.console import print_json, progress, wrote
from wavedistill.cli.inputs import read_column
from wavedistill.cli.lessons import read_lesson
from wavedistill.cli.settings import Settings

__all__ = ["distill_student"]


def distill_student(
    data: str,
    labels: str | None,
    teacher_outputs: str | None,
    attributions: str | None,
    groups: str | None,
    settings: Settings,
    target: Path,
    as_json: bool,
) -> None:
    """Fit a student to what is in files, write it, and print its verdict and its features."""
    with progress() as notify:
        notify("reading the files")
        lesson = read_lesson(data, labels, teacher_outputs, attributions, settings)
        kept = None if groups is None else read_column(groups, "--groups")
        student = lesson.student.set_params(verbose=notify)
        student.fit(lesson.data, lesson.labels, groups=kept, **lesson.given())
        student.set_params(verbose=False)
    student.save(target)
    record = _record(student, lesson.data)
    if as_json:
        print_json({**record, "files": [str(target)]})
        return
    _stdout.print(record["verdict"], markup=False, soft_wrap=True)
    _stdout.print(
        f"{type(student).__name__} of {record['numbers']} numbers, fitted to the "
        f"{record['target']}; {student.transform_!r}.",
        markup=False,
        soft_wrap=True,
    )
    _stdout.print(_table(record))
    wrote(target)


def _record(student: Any, data: Any) -> dict[str, Any]:
    """What is told of a fitted student."""
    parts = student.contributions(data)
    outputs = {
        output: {
            "intercept": parts.intercept[number],
            "features": [
                {
                    "name": parts.names[feature],
                    "weight": parts.weights[number, feature],
                    "moves by": abs(parts.moves[number, feature]),
                }
                for feature in parts.ranked(number)
            ],
        }
        for number, output in enumerate(parts.outputs)
    }
    return {
        "kind": type(student).__name__,
        "verdict": student.verdict_,
        "numbers": student.n_numbers_,
        "target": student.target_,
        "errors in cross-validation": dict(student.comparison_),
        "outputs": outputs,
    }


def _table(record: dict[str, Any]) -> Table:
    table = Table(title="Features, those that move an output most first", title_justify="left")
    for name in ("output", "weight", "feature", "moves it by"):
        table.add_column(name, justify="right" if name in ("weight", "moves it by") else "left")
    for output, content in record["outputs"].items():
        table.add_row(output, f"{content['intercept']:+.4g}", "(intercept)", "")
        for each in content["features"]:
            weight, moves = f"{each['weight']:+.4g}", f"{each['moves by']:.3g}"
            table.add_row(output, weight, each["name"], moves)
    return table
