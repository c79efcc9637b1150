"""`wavedistill reproduce synthetic`: the paper's simulation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wavedistill.cli.console import Records, print_study, progress
from wavedistill.cli.options import AsJson, Out, Seed

if TYPE_CHECKING:
    from wavedistill.studies.synthetic.report import StartRow

__all__ = ["reproduce_synthetic"]


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


def _starts(rows: Sequence[StartRow]) -> Records:
    title = "Distance to DB5 from each start: one local fit, the search, the best of each grid"
    distances = ("before", "local", "searched", "orthonormal", "penalized")
    return Records(title, ("start", *distances, "worst_validity"), rows)


def _total(rows: Sequence[StartRow], name: str) -> float:
    return float(sum(value for row in rows if not math.isnan(value := getattr(row, name))))
