"""`wavedistill attribute`: gradients of a model in a file, by the samples of its input."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from wavedistill.cli.console import out as _stdout
from wavedistill.cli.console import print_json, progress, wrote
from wavedistill.cli.inputs import read_signals, refuse_same_files
from wavedistill.cli.models import load_model, path_of
from wavedistill.cli.options import AsJson, BatchSize, ChannelAxis, Data, Weights

__all__ = ["attribute"]


def attribute(
    data: Data,
    model: Annotated[
        str,
        typer.Option(
            "--model",
            help="The model: a .pt2 file of torch.export, a .pt or .ts file of TorchScript, or "
            "package.module:function, which returns it. No pickle is loaded.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="File for the attributions, .npz.")],
    weights: Weights = None,
    method: Annotated[
        str,
        typer.Option("--method", help="Such as saliency, input_x_gradient, deeplift, or blackbox."),
    ] = "saliency",
    target: Annotated[
        str | None,
        typer.Option(
            "--target", help="The number of the output, or all; not needed for models of one."
        ),
    ] = None,
    batch_size: BatchSize = 256,
    channel_axis: ChannelAxis = None,
    as_json: AsJson = False,
) -> None:
    """Attribute a model's output to the samples of its input."""
    from wavedistill.files import writable_target

    path = writable_target(out)
    refuse_same_files(
        {
            "--data": data,
            "--model": path_of(model),
            "--weights": weights,
        },
        {"--out": out},
    )
    if path.suffix != ".npz":
        raise ValueError(f"--out {path} must end in .npz.")
    wanted = _target(target)
    signals = read_signals(data, "--data", channel_axis)
    with progress() as notify:
        notify("loading the model")
        teacher = load_model(model, weights)
        notify("attributing")
        from wavedistill.attribution import attribute as attributed

        found = attributed(teacher, signals, method, target=wanted, batch_size=batch_size)
    found.save(path)
    if as_json:
        print_json(
            {
                "method": found.method,
                "examples": len(found),
                "targets": found.targets,
                "shape": found.shape,
                "files": [str(path)],
            }
        )
        return
    targets = "" if found.targets == 1 else f" for each of {found.targets} outputs"
    _stdout.print(
        f"Attributions of {len(found)} examples of shape {found.shape[1:]} by {method}{targets}."
    )
    wrote(path)


def _target(text: str | None) -> Any:
    if text is None or text == "all":
        return text
    try:
        return int(text)
    except ValueError as error:
        raise ValueError(f"--target {text} must be the number of an output, or all.") from error
