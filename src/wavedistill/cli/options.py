"""Options that several commands share, each written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wavedistill.cli.inputs import KINDS

__all__ = [
    "AsJson",
    "Attributed",
    "Axes",
    "BatchSize",
    "ChannelAxis",
    "Data",
    "Folds",
    "Groups",
    "Jobs",
    "Labels",
    "Levels",
    "MaxNumbers",
    "Mode",
    "Model",
    "Out",
    "Parts",
    "PerLevel",
    "RandomTeacher",
    "Reading",
    "SamplingRate",
    "Seed",
    "Support",
    "Target",
    "Task",
    "TeacherOutputs",
    "TestData",
    "TestLabels",
    "Weights",
    "parse_axes",
    "parse_rate",
]

Data = Annotated[
    str,
    typer.Option(
        "--data", help=f"Signals or images; the first axis runs over examples. A file: {KINDS}."
    ),
]
Labels = Annotated[
    str | None, typer.Option("--labels", help="Classes or responses, a file such as --data.")
]
TeacherOutputs = Annotated[
    str | None,
    typer.Option(
        "--teacher-outputs",
        help="The model's outputs for the data, (n,) or (n, outputs), a file such as --data; of a "
        "classifier: logits or probabilities, in the order of the sorted classes.",
    ),
]
RandomTeacher = Annotated[
    str | None,
    typer.Option("--random-teacher", help="Outputs of the same model with random weights."),
]
Attributed = Annotated[
    str | None,
    typer.Option(
        "--attributions",
        help="Gradients of the model's output by its input, shaped like the data; or the .npz "
        "file that 'wavedistill attribute' writes.",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        help="The model: a .pt2 file of torch.export, a .pt or .ts file of TorchScript, or "
        "package.module:function, which returns it. No pickle is loaded.",
    ),
]
TestData = Annotated[
    str | None,
    typer.Option("--test-data", help="Signals that nothing was fitted to, a file such as --data."),
]
TestLabels = Annotated[
    str | None, typer.Option("--test-labels", help="Their classes or responses.")
]
Weights = Annotated[
    Path | None,
    typer.Option(
        "--weights", help="State dict for what package.module:function returns, of torch.save."
    ),
]
BatchSize = Annotated[int, typer.Option("--batch-size", help="Rows that the model gets at once.")]
ChannelAxis = Annotated[
    int | None,
    typer.Option(
        "--channel-axis",
        help="Give the signals an axis of length 1 here: 1 for models that take (n, 1, length).",
    ),
]
Target = Annotated[
    str,
    typer.Option(
        "--student-target",
        help="What a student's weights are fitted to: teacher, response, for classes decisions, or "
        "auto.",
    ),
]
Groups = Annotated[
    str | None,
    typer.Option("--groups", help="A file: examples of a group are never split apart."),
]
Task = Annotated[
    str, typer.Option("--task", help="auto, classification or regression; auto looks at both.")
]
Reading = Annotated[
    str | None,
    typer.Option(
        "--reading",
        help="What is read of each sub-band: energy, packets, events, largest, means, "
        "scattering, several such as events,means, or auto. By default energy, and of a report "
        "auto.",
    ),
]
Levels = Annotated[
    str | None,
    typer.Option("--levels", help="Depth of the transform, or auto: of a student auto, else 4."),
]
Support = Annotated[
    str | None,
    typer.Option(
        "--support",
        help="Length of the filters, an even number, or auto: of a student 12, else 10.",
    ),
]
PerLevel = Annotated[bool, typer.Option("--per-level", help="Learn a filter for each level.")]
MaxNumbers = Annotated[
    int | None,
    typer.Option("--max-numbers", help="The most numbers of the student; by default no limit."),
]
Parts = Annotated[
    int | None, typer.Option("--parts", help="Read each of so many parts of a sub-band.")
]
Mode = Annotated[str, typer.Option("--mode", help="PyWavelets' signal extension mode.")]
Axes = Annotated[
    str,
    typer.Option(
        "--axes",
        help="Axes to transform: -1 for signals with time last, 1 for (n, time, channels), -2,-1 "
        "for images.",
    ),
]
Folds = Annotated[int, typer.Option("--folds", help="Folds of the comparison.")]
Jobs = Annotated[int | None, typer.Option("--jobs", help="Processes of the comparison.")]
SamplingRate = Annotated[
    str | None,
    typer.Option(
        "--sampling-rate",
        help="To name frequencies: 200 (hertz; of images, pixels per unit length), or with a unit, "
        "'24 cycles per day'.",
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of all random numbers.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the results.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def parse_axes(text: str) -> int | tuple[int, ...]:
    """Read ``"-1"`` as -1 and ``"-2,-1"`` as (-2, -1)."""
    try:
        axes = tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise ValueError(
            f"--axes {text} must be one whole number or several with commas between them, such as "
            "--axes -1 or --axes -2,-1."
        ) from error
    return axes[0] if len(axes) == 1 else axes


def parse_rate(text: str | None) -> float | tuple[float, str] | None:
    """A sampling rate, with the unit of frequencies if one follows."""
    if text is None:
        return None
    number, _, unit = text.strip().partition(" ")
    try:
        rate = float(number)
    except ValueError as error:
        raise ValueError(
            f"--sampling-rate {text!r} must begin with a number; give 200, or '24 cycles per day'."
        ) from error
    return (rate, unit.strip()) if unit.strip() else rate
