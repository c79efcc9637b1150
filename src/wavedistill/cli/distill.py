"""`wavedistill distill`: learn a wavelet from arrays in files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from wavedistill.cli.console import Seed, progress
from wavedistill.cli.console import out as _stdout
from wavedistill.extras import load

if TYPE_CHECKING:
    from wavedistill.attribution import Attributions
    from wavedistill.checks import Floats
    from wavedistill.distillation import WaveletDistiller
    from wavedistill.wavelets import Wavelet

__all__ = ["distill"]


def distill(
    data: Annotated[
        Path, typer.Option("--data", help="Signals as .npy; the first axis runs over examples.")
    ],
    out: Annotated[Path, typer.Option("--out", help="File for the wavelet, JSON.")],
    attributions: Annotated[
        Path | None,
        typer.Option(
            "--attributions",
            help="Gradients of the model's output by its input, shaped like the data, as .npy; or "
            "the .npz file of Attributions.save. Without them the wavelet is learned from the data "
            "alone.",
        ),
    ] = None,
    levels: Annotated[int, typer.Option(help="Depth of the transform.")] = 4,
    support: Annotated[int, typer.Option(help="Length of the filters, an even number.")] = 10,
    sparsity: Annotated[float, typer.Option(help="Weight of the sparsity of the data.")] = 1.0,
    interpretation: Annotated[
        float, typer.Option(help="Weight of the sparsity of the attributions.")
    ] = 1.0,
    mode: Annotated[str, typer.Option(help="PyWavelets' signal extension mode.")] = "zero",
    axes: Annotated[
        str,
        typer.Option(
            help="Axes to transform: -1 for signals with time last, 1 for (n, time, channels), "
            "-2,-1 for images."
        ),
    ] = "-1",
    init: Annotated[
        str, typer.Option(help="auto, random, a wavelet's name, or the JSON file of a wavelet.")
    ] = "auto",
    figure: Annotated[
        Path | None, typer.Option(help="Also draw the wavelet, as .png, .pdf or .svg.")
    ] = None,
    seed: Seed = 0,
) -> None:
    """Learn the wavelet in which your signals and attributions are sparsest."""
    from wavedistill.distillation import WaveletDistiller
    from wavedistill.files import writable_target
    from wavedistill.wavelets import Wavelet

    start_file = Path(init) if init.endswith(".json") else None
    target = writable_target(out)
    picture = None if figure is None else writable_target(figure)
    _refuse_one_file_twice(
        {
            "--data": data,
            "--attributions": attributions,
            "--init": start_file,
            "--out": out,
            "--figure": figure,
        }
    )
    if picture is not None and picture.suffix not in (".png", ".pdf", ".svg"):
        raise ValueError(f"--figure {picture} must end in .png, .pdf or .svg.")
    if picture is not None:
        load("matplotlib", "--figure", "plot")
    if seed < 0:
        raise ValueError(f"--seed {seed} must be at least 0.")
    signals = _load(data, "--data")
    multipliers = None if attributions is None else _load_attributions(attributions)
    start = init if start_file is None else Wavelet.load(_existing(start_file, "--init"))
    distiller = WaveletDistiller(
        levels=levels,
        support=support,
        sparsity=sparsity,
        interpretation=interpretation,
        mode=mode,
        axes=_axes(axes),
        init=start,
        random_state=seed,
    )
    with progress() as notify:
        notify("distilling")
        distiller.fit(signals, attributions=multipliers)
    distiller.wavelet_.save(target)
    if picture is not None:
        _draw(distiller.wavelet_, picture)
    _stdout.print(_distill_table(distiller))
    _stdout.print(f"Wrote {' and '.join(str(p) for p in (target, picture) if p)}.", soft_wrap=True)


def _axes(text: str) -> int | tuple[int, ...]:
    """Read ``"-1"`` as -1 and ``"-2,-1"`` as (-2, -1)."""
    try:
        axes = tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise ValueError(
            f"--axes {text} must be one whole number or several with commas between them, such as "
            "--axes -1 or --axes -2,-1."
        ) from error
    return axes[0] if len(axes) == 1 else axes


def _refuse_one_file_twice(files: dict[str, Path | None]) -> None:
    """Refuse options that name the same file: one would overwrite the other."""
    seen: dict[Path, str] = {}
    for option, path in files.items():
        if path is not None and (other := seen.setdefault(path.resolve(), option)) != option:
            raise ValueError(f"{other} and {option} both name {path}; give each a file of its own.")


def _existing(path: Path, option: str) -> Path:
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "there is no such file"
        raise FileNotFoundError(f"{option} {path}: {what}.")
    return path


def _load(path: Path, option: str) -> Floats:
    import numpy as np

    _existing(path, option)
    try:
        # np.load takes any other file for a pickle, and its message is about pickles.
        with path.open("rb") as file:
            return np.lib.format.read_array(file, allow_pickle=False)
    except ValueError as error:
        if "Object arrays" in str(error):
            raise ValueError(
                f"{option} {path} holds Python objects (dtype object), saved with pickle, which is "
                "never loaded; save an array of numbers: np.save('X.npy', np.stack(list))."
            ) from error
        raise ValueError(
            f"{option} {path} is not a .npy array ({error}); write one with np.save."
        ) from error


def _load_attributions(path: Path) -> Attributions | Floats:
    from wavedistill.attribution import Attributions

    if path.suffix == ".npz":
        return Attributions.load(_existing(path, "--attributions"))
    return _load(path, "--attributions")


def _draw(wavelet: Wavelet, path: Path) -> None:
    from wavedistill.files import replacing
    from wavedistill.plotting.wavelets import plot_wavelet

    known, distance = wavelet.closest_known()
    title = f"Learned wavelet; the closest known one is {known}, at distance {distance:.3f}"
    with replacing(path) as temporary:
        plot_wavelet(wavelet, title).savefig(temporary, dpi=160)


def _distill_table(distiller: WaveletDistiller) -> Table:
    table = Table(title="Basins found", title_justify="left")
    for name in ("start", "loss", "smallest response", "closest known wavelet"):
        table.add_column(name, justify="left" if name == "start" else "right")
    for wavelet, loss, start in distiller.candidates_:
        known, distance = wavelet.closest_known()
        table.add_row(
            start,
            f"{loss:.6g}",
            f"{wavelet.residuals()['min_response']:.3f}",
            f"{known} (distance {distance:.3f})",
        )
    return table
