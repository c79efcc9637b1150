"""`wavedistill reproduce cosmology`: lensing maps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wavedistill.cli.console import Records, print_study, progress
from wavedistill.cli.options import AsJson, Out, Seed

__all__ = ["reproduce_cosmology"]


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
