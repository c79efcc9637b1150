"""`wavedistill demo`: a network in a handful of numbers, and the paper's recovery of a wavelet."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from wavedistill.cli.compare import comparison_table
from wavedistill.cli.console import Records, print_json, progress, wrote
from wavedistill.cli.console import out as _stdout
from wavedistill.cli.options import AsJson, Out, Seed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wavedistill.students import Distillation
    from wavedistill.studies.synthetic.recovery import Recovery, Taught

    Notify = Callable[[str], None]

__all__ = ["demo"]


_RECOVERY = ("wavelet.json", "recovery.png")


def demo(
    out: Out = Path("demo"),
    seed: Seed = 0,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer signals and epochs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Distil a network to a handful of numbers, and recover a wavelet as in the paper's Sec 4.1."""
    from wavedistill.files import writable_target

    student = ("student.json", "student.py", "student.png", "report.html")
    paths = {name: writable_target(out / name) for name in (*student, *_RECOVERY)}
    with progress() as notify:
        found, picture, rate = _oscillations(seed, quick, notify)
    found.student.save(paths["student.json"])
    found.student.export(paths["student.py"], rate)
    _save(picture, paths["student.png"])
    found.report(paths["report.html"], title="A network of oscillations in 20 numbers")
    if not as_json:
        _tell_student(found)
    with progress() as notify:
        taught, fits = _recoveries(seed, quick, notify)
        notify("drawing")
        picture = _recovery_figure(taught, fits)
    # The last one is that of the global search.
    fits[-1].wavelet.save(paths["wavelet.json"])
    _save(picture, paths["recovery.png"])
    if as_json:
        print_json(_record(found, taught, fits, list(paths.values())))
        return
    _tell_recoveries(taught, fits)
    wrote(*paths.values())


def _oscillations(seed: int, quick: bool, notify: Notify) -> tuple[Distillation, Any, float]:
    """The student of a network that tells oscillations apart, its figure, the sampling rate."""
    from wavedistill.datasets import simulate_oscillations
    from wavedistill.plotting import plot_student
    from wavedistill.students.teachers import teacher_outputs
    from wavedistill.studies.oscillations import distil_network, train_network

    signals, epochs, examples = (1000, 4, 200) if quick else (4000, 12, 900)
    again = {"folds": 2, "refits": 0} if quick else {"folds": 3, "refits": 3}
    task = simulate_oscillations(signals, random_state=seed)
    network = train_network(task, epochs=epochs, seed=seed, notify=notify)
    found = distil_network(network, task, examples, notify=notify, seed=seed, **again)
    outputs = teacher_outputs(network, task.X_test, batch_size=500)
    predicted = found.student.decision_function(task.X_test)
    rate = task.sampling_rate
    picture = plot_student(found.student, outputs, predicted, sampling_rate=rate)
    return found, picture, rate


def _tell_student(found: Distillation) -> None:
    _stdout.print(
        "A network tells two classes of simulated recordings apart. Class 1 is likelier the "
        "stronger a rhythm of 20 to 32 Hz and a burst of 50 to 70 Hz are; a steady hum of 50 to "
        "70 Hz says nothing. Its student:"
    )
    _stdout.print(str(found), markup=False)
    if found.comparison is not None:
        _stdout.print(comparison_table(found.comparison))


def _recoveries(seed: int, quick: bool, notify: Notify) -> tuple[Taught, list[Recovery]]:
    """The paper's simulation, and what each start finds."""
    from wavedistill.datasets import make_synthetic
    from wavedistill.studies.synthetic.recovery import recoveries, teach

    n_train, epochs = (10_000, 10) if quick else (50_000, 20)
    task = make_synthetic(n_train, random_state=seed)
    taught = teach(task, epochs=epochs, seed=seed, notify=notify)
    return taught, list(recoveries(taught, notify))


def _tell_recoveries(taught: Taught, fits: Sequence[Recovery]) -> None:
    table = Table(title="The paper's simulation: distance to the true DB5", title_justify="left")
    for name in ("start", "before", "after", "loss", "smallest response", "seconds"):
        table.add_column(name, justify="left" if name == "start" else "right")
    for found in fits:
        table.add_row(
            found.start,
            "" if math.isnan(found.before) else f"{found.before:.3f}",
            f"{found.after:.4f}",
            f"{found.loss:.3f}",
            f"{found.wavelet.residuals()['min_response']:.3f}",
            f"{found.seconds:.1f}",
        )
    _stdout.print(table)
    _stdout.print(
        f"The teacher's R2 on {len(taught.task.y_test):,} test signals is {taught.r2:.4f}. "
        "Distances are of psi, over shifts, reversal and sign; at 0.01 the curves cannot be told "
        "apart. The floor is what a fit from DB5 itself reaches with this teacher."
    )


def _record(
    found: Distillation, taught: Taught, fits: Sequence[Recovery], files: Sequence[Path]
) -> dict[str, Any]:
    columns = ("start", "before", "after", "loss", "seconds")
    return {
        "verdict": found.verdict,
        "numbers": found.student.n_numbers_,
        "test": found.test,
        "comparison": None if found.comparison is None else found.comparison.record(),
        "teacher R2": taught.r2,
        "recoveries": Records("", columns, fits).rows(),
        "files": files,
    }


def _save(picture: Any, target: Path) -> None:
    from wavedistill.files import replacing

    with replacing(target) as path:
        picture.savefig(path, dpi=160)


def _recovery_figure(taught: Taught, recoveries: Sequence[Recovery]) -> Any:
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
