"""`wavedistill distill`: a wavelet, or with ``--student`` a readable student, from files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from wavedistill.cli.console import out as _stdout
from wavedistill.cli.console import print_json, progress, wrote
from wavedistill.cli.inputs import existing, read_array, refuse_same_files
from wavedistill.cli.lessons import read_attributions
from wavedistill.cli.options import AsJson, Attributed, Data, Groups, Labels, TeacherOutputs
from wavedistill.cli.settings import Settings, auto_or_number, with_settings
from wavedistill.cli.student import distill_student
from wavedistill.extras import load

if TYPE_CHECKING:
    from wavedistill.distillation import WaveletDistiller
    from wavedistill.wavelets import Wavelet

__all__ = ["distill"]


@with_settings
def distill(
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="File for the wavelet or student, JSON.")],
    student: Annotated[
        bool,
        typer.Option(
            "--student",
            help="Fit a readable student: a linear model of a few wavelet features. Without it the "
            "wavelet is learned in which signals and attributions are sparsest.",
        ),
    ] = False,
    teacher_outputs: TeacherOutputs = None,
    labels: Labels = None,
    groups: Groups = None,
    attributions: Attributed = None,
    sparsity: Annotated[
        float | None, typer.Option(help="Without --student: weight of sparse data; 1.")
    ] = None,
    interpretation: Annotated[
        float | None, typer.Option(help="Without --student: weight of sparse attributions; 1.")
    ] = None,
    init: Annotated[
        str | None,
        typer.Option(
            help="Without --student: auto, random, a wavelet's name, or the JSON file of a wavelet."
        ),
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option(help="Without --student: also draw the wavelet, as .png, .pdf or .svg."),
    ] = None,
    as_json: AsJson = False,
    *,
    settings: Settings,
) -> None:
    """Learn a wavelet from signals and attributions, or fit a student to a model's outputs."""
    from wavedistill.files import writable_target

    start_file = Path(init) if init is not None and init.endswith(".json") else None
    target = writable_target(out)
    picture = None if figure is None else writable_target(figure)
    refuse_same_files(
        {
            "--data": data,
            "--teacher-outputs": teacher_outputs,
            "--labels": labels,
            "--groups": groups,
            "--attributions": attributions,
            "--init": start_file,
        },
        {"--out": out, "--figure": figure},
    )
    wavelet_only = {
        "--sparsity": sparsity,
        "--interpretation": interpretation,
        "--init": init,
        "--figure": figure,
    }
    student_only = {
        "--teacher-outputs": teacher_outputs,
        "--labels": labels,
        "--groups": groups,
        "--reading": settings.reading,
        "--max-numbers": settings.max_numbers,
        "--parts": settings.parts,
        "--per-level": settings.per_level or None,
        "--student-target": None if settings.target == "auto" else settings.target,
    }
    _refuse_others(wavelet_only if student else student_only, student)
    if student:
        distill_student(
            data, labels, teacher_outputs, attributions, groups, settings, target, as_json
        )
        return
    if picture is not None and picture.suffix not in (".png", ".pdf", ".svg"):
        raise ValueError(f"--figure {picture} must end in .png, .pdf or .svg.")
    if picture is not None:
        load("matplotlib", "--figure", "plot")
    distiller = _distiller(settings, sparsity, interpretation, init, start_file)
    signals = read_array(data, "--data")
    multipliers = None if attributions is None else read_attributions(attributions)
    with progress() as notify:
        notify("distilling")
        distiller.fit(signals, attributions=multipliers)
    distiller.wavelet_.save(target)
    if picture is not None:
        _draw(distiller.wavelet_, picture)
    if as_json:
        files = [str(path) for path in (target, picture) if path]
        print_json({"basins": _basins(distiller), "files": files})
        return
    _stdout.print(_table(distiller))
    wrote(target, picture)


def _refuse_others(options: dict[str, Any], student: bool) -> None:
    """Refuse options of a student where a wavelet is distilled, and the other way round."""
    for option, value in options.items():
        if value is not None:
            raise ValueError(
                f"{option} is for a wavelet; leave it out, or leave out --student."
                if student
                else f"{option} is for a student; add --student, or leave it out."
            )


def _distiller(
    settings: Settings,
    sparsity: float | None,
    interpretation: float | None,
    init: str | None,
    start_file: Path | None,
) -> WaveletDistiller:
    from wavedistill.distillation import WaveletDistiller
    from wavedistill.wavelets import Wavelet

    common = settings.parameters()
    sizes: dict[str, Any] = {
        "levels": auto_or_number(settings.levels or "4", "--levels"),
        "support": auto_or_number(settings.support or "10", "--support"),
    }
    for name, value in sizes.items():
        if value == "auto":
            raise ValueError(f"--{name} auto is for a student; add --student, or give a number.")
    start = None if start_file is None else Wavelet.load(existing(start_file, "--init"))
    return WaveletDistiller(
        **sizes,
        sparsity=1.0 if sparsity is None else sparsity,
        interpretation=1.0 if interpretation is None else interpretation,
        init=start or init or "auto",
        **{name: common[name] for name in ("mode", "axes", "random_state")},
    )


def _draw(wavelet: Wavelet, path: Path) -> None:
    from wavedistill.files import replacing
    from wavedistill.plotting.wavelets import plot_wavelet

    known, distance = wavelet.closest_known()
    title = f"Learned wavelet; the closest known one is {known}, at distance {distance:.3f}"
    with replacing(path) as temporary:
        plot_wavelet(wavelet, title).savefig(temporary, dpi=160)


def _basins(distiller: WaveletDistiller) -> list[dict[str, Any]]:
    found = []
    for wavelet, loss, start in distiller.candidates_:
        known, distance = wavelet.closest_known()
        response = wavelet.residuals()["min_response"]
        found.append(
            {
                "start": start,
                "loss": loss,
                "smallest response": response,
                "closest known wavelet": known,
                "distance": distance,
                "lowpass": wavelet.lowpass,
            }
        )
    return found


def _table(distiller: WaveletDistiller) -> Table:
    table = Table(title="Basins found", title_justify="left")
    for name in ("start", "loss", "smallest response", "closest known wavelet"):
        table.add_column(name, justify="left" if name == "start" else "right")
    for basin in _basins(distiller):
        table.add_row(
            basin["start"],
            f"{basin['loss']:.6g}",
            f"{basin['smallest response']:.3f}",
            f"{basin['closest known wavelet']} (distance {basin['distance']:.3f})",
        )
    return table
