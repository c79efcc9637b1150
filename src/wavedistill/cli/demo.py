"""`wavedistill demo`: recover the wavelet behind a simulated response."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from wavedistill.cli.console import Out, Seed, progress
from wavedistill.cli.console import out as _stdout

if TYPE_CHECKING:
    from wavedistill.studies.synthetic.recovery import Study

__all__ = ["demo"]


def demo(
    out: Out = Path("demo"),
    seed: Seed = 0,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer signals and epochs.")] = False,
) -> None:
    """Recover the wavelet behind a simulated response, as in the paper's Sec 4.1."""
    from wavedistill.files import replacing, writable_target
    from wavedistill.studies.synthetic import recovery

    json, figure = writable_target(out / "wavelet.json"), writable_target(out / "recovery.png")
    size: dict[str, Any] = {"n_train": 10_000, "epochs": 10} if quick else {}
    with progress() as notify:
        study = recovery.run(seed=seed, notify=notify, **size)
        notify("drawing")
        picture = _demo_figure(study)
    study.best.wavelet.save(json)
    with replacing(figure) as path:
        picture.savefig(path, dpi=160)
    _stdout.print(_demo_table(study))
    _stdout.print(
        f"The teacher's R2 on {len(study.task.y_test):,} test signals is {study.teacher_r2:.4f}. "
        "Distances are of psi, over shifts, reversal and sign; at 0.01 the curves cannot be told "
        "apart. The floor is what a fit from DB5 itself reaches with this teacher."
    )
    _stdout.print(f"Wrote {json} and {figure}.", soft_wrap=True)


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
    from wavedistill.plotting.wavelets import attribution_per_band, plot_recovery
    from wavedistill.wavelets import WaveletTransform

    layout, some = study.task.layout, slice(2000)
    attributions = type(study.attributions)(study.attributions.multipliers[some])
    (before,) = (found for found in study.recoveries if found.start == "Sym5")
    wavelets = {"Sym5, for comparison": before.initial, "learned (auto)": study.best.wavelet}
    return plot_recovery(
        study.best.wavelet,
        study.task.wavelet,
        attribution={
            label: attribution_per_band(
                attributions.coefficients(WaveletTransform(wavelet, layout.levels, layout.mode)),
                layout,
            )
            for label, wavelet in wavelets.items()
            if wavelet is not None
        },
        bands=layout.names,
        distances={found.start: (found.before, found.after) for found in study.recoveries},
        true_name="DB5",
    )
