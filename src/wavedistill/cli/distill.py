"""`wavedistill distill`: the wavelet of a user's own arrays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from wavedistill.cli.console import Seed, progress
from wavedistill.cli.console import out as _stdout

if TYPE_CHECKING:
    from wavedistill.attribution import Attributions
    from wavedistill.checks import Floats
    from wavedistill.distillation import WaveletDistiller

__all__ = ["distill"]


def distill(
    data: Annotated[
        Path, typer.Option("--data", help="Signals, .npy: the first axis runs over examples.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Where the wavelet goes, as JSON.")],
    attributions: Annotated[
        Path | None,
        typer.Option(
            "--attributions",
            help="Multipliers shaped like the data, .npy (the gradient of the model's output by "
            "its input), or .npz as Attributions.save writes it. Without: from the data alone.",
        ),
    ] = None,
    levels: Annotated[int, typer.Option(help="Depth of the transform.")] = 4,
    support: Annotated[int, typer.Option(help="Length of the filters, even.")] = 10,
    sparsity: Annotated[float, typer.Option(help="Weight of the sparsity of the data.")] = 1.0,
    interpretation: Annotated[
        float, typer.Option(help="Weight of the sparsity of the attributions.")
    ] = 1.0,
    mode: Annotated[str, typer.Option(help="PyWavelets' signal extension mode.")] = "zero",
    axis: Annotated[int, typer.Option(help="The axis of time.")] = -1,
    init: Annotated[
        str, typer.Option(help="auto, random, the name of a wavelet, or a wavelet's JSON file.")
    ] = "auto",
    figure: Annotated[
        Path | None, typer.Option(help="Also draw the wavelet (.png, .pdf or .svg).")
    ] = None,
    seed: Seed = 0,
) -> None:
    """Learn the wavelet in which your signals and attributions are sparsest."""
    from wavedistill.distillation import WaveletDistiller
    from wavedistill.files import replacing, writable_target
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
        axes=axis,
        init=start,
        random_state=seed,
    )
    with progress() as notify:
        notify("distilling")
        distiller.fit(signals, attributions=multipliers)
    distiller.wavelet_.save(target)
    if picture is not None:
        from wavedistill.plotting.wavelets import plot_wavelet

        known, distance = distiller.wavelet_.closest_known()
        title = f"Learned wavelet; the closest known one is {known}, at distance {distance:.3f}"
        with replacing(picture) as path:
            plot_wavelet(distiller.wavelet_, title).savefig(path, dpi=160)
    _stdout.print(_distill_table(distiller))
    _stdout.print(f"Wrote {' and '.join(str(p) for p in (target, picture) if p)}.", soft_wrap=True)


def _refuse_one_file_twice(files: dict[str, Path | None]) -> None:
    """Refuse to write what is read, or to write two things to one file."""
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
        # Not by path alone: NumPy would try to unpickle what is not an array.
        with path.open("rb") as file:
            return np.lib.format.read_array(file, allow_pickle=False)
    except ValueError as error:
        raise ValueError(
            f"{option} {path} is not a .npy array ({error}); write one with numpy.save."
        ) from error


def _load_attributions(path: Path) -> Attributions | Floats:
    from wavedistill.attribution import Attributions

    if path.suffix == ".npz":
        return Attributions.load(_existing(path, "--attributions"))
    return _load(path, "--attributions")


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
