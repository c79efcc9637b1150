"""The command line: `wavedistill demo`, `distill` and `reproduce`."""

from __future__ import annotations

import contextlib
import math
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from wavedistill.attribution import Attributions
    from wavedistill.checks import Floats
    from wavedistill.distillation import WaveletDistiller
    from wavedistill.experiments.synthetic.recovery import Study
    from wavedistill.experiments.synthetic.report import StartRow

__all__ = ["main"]

app = typer.Typer(
    help="Distil a trained model into a wavelet.", no_args_is_help=True, add_completion=False
)
studies = typer.Typer(help="Reproduce a study of the paper: its figures and tables.")
app.add_typer(studies, name="reproduce", no_args_is_help=True)
# What is no terminal has no width: wide enough for the tables.
_out = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
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
    from wavedistill.experiments.synthetic import recovery
    from wavedistill.files import replacing, writable_target

    json, figure = writable_target(out / "wavelet.json"), writable_target(out / "recovery.png")
    size: dict[str, Any] = {"n_train": 10_000, "epochs": 10} if quick else {}
    with _progress() as notify:
        study = recovery.run(seed=seed, notify=notify, **size)
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
    with _progress() as notify:
        notify("distilling")
        distiller.fit(signals, attributions=multipliers)
    distiller.wavelet_.save(target)
    if picture is not None:
        from wavedistill.presentation.plotting import plot_wavelet

        known, distance = distiller.wavelet_.closest_known()
        title = f"Learned wavelet; the closest known one is {known}, at distance {distance:.3f}"
        with replacing(picture) as path:
            plot_wavelet(distiller.wavelet_, title).savefig(path, dpi=160)
    _out.print(_distill_table(distiller))
    _out.print(f"Wrote {' and '.join(str(p) for p in (target, picture) if p)}.", soft_wrap=True)


@studies.command("synthetic")
def reproduce_synthetic(
    out: Out = Path("synthetic"),
    seed: Seed = 0,
    quick: Annotated[
        bool, typer.Option("--quick", help="Less of everything, in a minute or two.")
    ] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="The penalised grid whole too: hours, and resumable.")
    ] = False,
) -> None:
    """Recover DB5 over all weights and starts (Sec 4.1 and Appendix B), with ablations."""
    from wavedistill.experiments.synthetic.report import Amount, reproduce
    from wavedistill.files import writable_target

    if quick and whole:
        raise ValueError("--quick and --whole exclude one another; give one of them.")
    writable_target(out / "starts.csv")
    amount = Amount.quick() if quick else Amount.whole() if whole else Amount()
    with _progress() as notify:
        found = reproduce(out, amount, seed=seed, notify=notify)
    _out.print(_start_table(found.rows))
    _out.print(
        f"Teacher's R2 {found.teacher_r2:.4f}; a fit from DB5 itself reaches {found.floor:.4f}. "
        "Validity is the largest sum of penalties over the penalised grid. The grids took "
        f"{_total(found.rows, 'orthonormal_seconds'):.0f} s (orthonormal) and "
        f"{_total(found.rows, 'penalized_seconds'):.0f} s (penalised); the whole penalised grid "
        f"would take {found.whole_penalized_hours:.1f} hours here (extrapolated)."
    )
    shared = ("teacher_r2", "distance", "recovered")
    _out.print(_records_table("Ablations", ("group", "setting", *shared), found.ablations))
    _out.print(
        _records_table("Other truths", ("case", *shared, "exact", "floor", "limit"), found.cases)
    )
    _out.print(f"Wrote {len(found.files)} files to {out}.", soft_wrap=True)


def main() -> None:
    """Run the command line: a mistake is told on one line, and the exit code is not zero."""
    warnings.showwarning = _show_warning
    try:
        # Typer catches an interrupt itself and returns its exit code.
        if code := app(standalone_mode=False):
            _fail("interrupted; what was not finished is not written", code)
    except typer.TyperException as error:
        # Without a command the help has been shown, and there is nothing to add.
        if message := error.format_message():
            _fail(message, 2)
        sys.exit(2)
    except (typer.Abort, KeyboardInterrupt):
        _fail("interrupted; what was not finished is not written", 130)
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


def _start_table(rows: Sequence[StartRow]) -> Table:
    title = "Distance to DB5 from each start: one local fit, the search, the best of each grid"
    distances = ("before", "local", "searched", "orthonormal", "penalized")
    return _records_table(title, ("start", *distances, "worst_validity"), rows)


def _total(rows: Sequence[StartRow], name: str) -> float:
    return float(sum(value for row in rows if not math.isnan(value := getattr(row, name))))


def _records_table(title: str, columns: Sequence[str], records: Sequence[object]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in columns:
        table.add_column(name.replace("_", " "))
    for record in records:
        values = (getattr(record, name) for name in columns)
        table.add_row(*(f"{v:.4g}" if isinstance(v, float) else str(v) for v in values))
    return table


def _demo_figure(study: Study) -> Any:
    from wavedistill.presentation.plotting import attribution_per_band, plot_recovery

    layout, some = study.task.layout, slice(2000)
    attributions = type(study.attributions)(study.attributions.multipliers[some])
    (before,) = (found for found in study.recoveries if found.start == "Sym5")
    wavelets = {"Sym5, for comparison": before.initial, "learned (auto)": study.best.wavelet}
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
