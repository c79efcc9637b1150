"""The command line: `wavedistill demo` and `wavedistill distill`."""

from __future__ import annotations

import contextlib
import math
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from wavedistill.attribution import Attributions
    from wavedistill.checks import Floats
    from wavedistill.distillation import WaveletDistiller
    from wavedistill.experiments.synthetic import Study

__all__ = ["main"]

app = typer.Typer(
    help="Distil a trained model into a wavelet.", no_args_is_help=True, add_completion=False
)
_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)

Out = Annotated[Path, typer.Option("--out", help="Folder for the results.")]
Seed = Annotated[int, typer.Option("--seed", help="Of everything random.")]


@app.callback()
def _group() -> None:
    """Make of the commands a group, also while there are few."""


@app.command()
def demo(
    out: Out = Path("demo"),
    seed: Seed = 0,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer signals and epochs.")] = False,
) -> None:
    """Recover the wavelet behind a simulated response, as in the paper's Sec 4.1."""
    from wavedistill.experiments import synthetic
    from wavedistill.files import replacing, writable_target

    json, figure = writable_target(out / "wavelet.json"), writable_target(out / "recovery.png")
    size: dict[str, Any] = {"n_train": 10_000, "epochs": 10} if quick else {}
    with _progress() as notify:
        study = synthetic.run(seed=seed, notify=notify, **size)
        notify("drawing")
        picture = _demo_figure(study)
    study.best.wavelet.save(json)
    with replacing(figure) as path:
        picture.savefig(path, dpi=160)
    _out.print(_demo_table(study))
    _out.print(
        f"The teacher's R2 on {len(study.task.y_test):,} test signals is {study.teacher_r2:.4f}. "
        "Distances are of psi, over shifts, reversal and sign; at 0.01 the curves cannot be told "
        "apart. The floor is what a fit from DB5 itself reaches with this teacher."
    )
    _out.print(f"Wrote {json} and {figure}.", soft_wrap=True)


@app.command()
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

    target = writable_target(out)
    picture = None if figure is None else writable_target(figure)
    signals = _load(data, "--data")
    multipliers = None if attributions is None else _load_attributions(attributions)
    start = Wavelet.load(init) if init.endswith(".json") else init
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
    with _progress() as notify:
        notify("distilling")
        distiller.fit(signals, attributions=multipliers)
    if picture is not None:
        from wavedistill.presentation.plotting import plot_wavelet

        with replacing(picture) as path:
            plot_wavelet(distiller.wavelet_).savefig(path, dpi=160)
    distiller.wavelet_.save(target)
    _out.print(_distill_table(distiller))
    _out.print(f"Wrote {' and '.join(str(p) for p in (target, picture) if p)}.", soft_wrap=True)


def main() -> None:
    """Run the command line: a mistake is told on one line, and the exit code is not zero."""
    warnings.showwarning = _show_warning
    try:
        app(standalone_mode=False)
    except typer.TyperException as error:
        _fail(error.format_message(), 2)
    except (typer.Abort, KeyboardInterrupt):
        _fail("interrupted; nothing was written", 130)
    except (ImportError, OSError, TypeError, ValueError) as error:
        _fail(str(error), 1)


def _fail(message: str, code: int) -> None:
    _err.print(f"error: {' '.join(message.split())}", style="red", markup=False, soft_wrap=True)
    sys.exit(code)


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    _err.print(f"warning: {' '.join(str(message).split())}", markup=False, soft_wrap=True)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A function that says what is going on: in place on a terminal, else line by line."""
    if not _err.is_terminal:
        yield lambda message: _err.print(message, markup=False)
        return
    with _err.status("starting") as status:
        yield status.update


def _load(path: Path, option: str) -> Floats:
    import numpy as np

    if not path.is_file():
        raise FileNotFoundError(f"{option} {path}: there is no such file.")
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

    return Attributions.load(path) if path.suffix == ".npz" else _load(path, "--attributions")


def _distill_table(distiller: WaveletDistiller) -> Table:
    table = Table(title="Basins found", title_justify="left")
    for name in ("start", "loss", "smallest response", "distance to the first"):
        table.add_column(name, justify="left" if name == "start" else "right")
    for wavelet, loss, start in distiller.candidates_:
        table.add_row(
            start,
            f"{loss:.6g}",
            f"{wavelet.residuals()['min_response']:.3f}",
            f"{wavelet.distance(distiller.wavelet_):.3f}",
        )
    return table


def _demo_table(study: Study) -> Table:
    table = Table(title="Distance to the true DB5", title_justify="left")
    for name in ("start", "before", "after", "loss", "smallest response", "seconds"):
        table.add_column(name, justify="left" if name == "start" else "right")
    for found in study.recoveries:
        table.add_row(
            found.start,
            "" if math.isnan(found.before) else f"{found.before:.3f}",
            f"{found.after:.4f}",
            f"{found.loss:.3f}",
            f"{found.wavelet.residuals()['min_response']:.3f}",
            f"{found.seconds:.1f}",
        )
    return table


def _demo_figure(study: Study) -> Any:
    from wavedistill.presentation.plotting import attribution_per_band, plot_recovery

    layout, some = study.task.layout, slice(2000)
    attributions = type(study.attributions)(study.attributions.multipliers[some])
    (before,) = (found for found in study.recoveries if found.start == "Sym5")
    wavelets = {"start (Sym5)": before.initial, "learned": study.best.wavelet}
    return plot_recovery(
        study.best.wavelet,
        study.task.wavelet,
        attribution={
            label: attribution_per_band(
                attributions.coefficients(wavelet, layout.levels, layout.mode), layout
            )
            for label, wavelet in wavelets.items()
            if wavelet is not None
        },
        bands=layout.names,
        distances={found.start: (found.before, found.after) for found in study.recoveries},
        true_name="DB5",
    )
