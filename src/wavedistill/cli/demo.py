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
    from collections.abc import Sequence

    from wavedistill.studies.synthetic.recovery import Recovery, Taught

__all__ = ["demo"]


def demo(
    out: Out = Path("demo"),
    seed: Seed = 0,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer signals and epochs.")] = False,
) -> None:
    """Recover the wavelet behind a simulated response, as in the paper's Sec 4.1."""
    from wavedistill.datasets import make_synthetic
    from wavedistill.files import replacing, writable_target
    from wavedistill.studies.synthetic.recovery import recoveries, teach

    json, figure = writable_target(out / "wavelet.json"), writable_target(out / "recovery.png")
    n_train, epochs = (10_000, 10) if quick else (50_000, 20)
    with progress() as notify:
        task = make_synthetic(n_train, random_state=seed)
        taught = teach(task, epochs=epochs, seed=seed, notify=notify)
        found = list(recoveries(taught, notify))
        notify("drawing")
        picture = _demo_figure(taught, found)
    # The last one is that of the global search.
    found[-1].wavelet.save(json)
    with replacing(figure) as path:
        picture.savefig(path, dpi=160)
    _stdout.print(_demo_table(found))
    _stdout.print(
        f"The teacher's R2 on {len(task.y_test):,} test signals is {taught.r2:.4f}. "
        "Distances are of psi, over shifts, reversal and sign; at 0.01 the curves cannot be told "
        "apart. The floor is what a fit from DB5 itself reaches with this teacher."
    )
    _stdout.print(f"Wrote {json} and {figure}.", soft_wrap=True)


def _demo_table(recoveries: Sequence[Recovery]) -> Table:
    table = Table(title="Distance to the true DB5", title_justify="left")
    for name in ("start", "before", "after", "loss", "smallest response", "seconds"):
        table.add_column(name, justify="left" if name == "start" else "right")
    for found in recoveries:
        table.add_row(
            found.start,
            "" if math.isnan(found.before) else f"{found.before:.3f}",
            f"{found.after:.4f}",
            f"{found.loss:.3f}",
            f"{found.wavelet.residuals()['min_response']:.3f}",
            f"{found.seconds:.1f}",
        )
    return table


def _demo_figure(taught: Taught, recoveries: Sequence[Recovery]) -> Any:
    from wavedistill.plotting import attribution_per_band, plot_recovery
    from wavedistill.wavelets import Wavelet

    task, learned = taught.task, recoveries[-1].wavelet
    attributions = taught.attributions[:2000]
    wavelets = {"Sym5, for comparison": Wavelet.from_name("sym5"), "learned (auto)": learned}
    transforms = {label: task.transform.with_wavelet(each) for label, each in wavelets.items()}
    return plot_recovery(
        learned,
        task.wavelet,
        attribution={
            label: attribution_per_band(attributions.coefficients(transform), task.layout)
            for label, transform in transforms.items()
        },
        bands=task.layout.names,
        distances={found.start: (found.before, found.after) for found in recoveries},
        true_name="DB5",
    )
