"""`wavedistill reproduce faithfulness`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wavedistill.cli.console import Records, print_study, progress
from wavedistill.cli.options import AsJson, Out, Seed

__all__ = ["reproduce_faithfulness"]


def reproduce_faithfulness(
    out: Out = Path("faithfulness"),
    seed: Seed = 0,
    cases: Annotated[
        str,
        typer.Option(
            help="Which problems, with commas between them. ECG5000 and FordA need ucr/NAME.npz in "
            "the folder that WAVEDISTILL_DATA names, and are left out elsewhere."
        ),
    ] = "ECG5000,FordA,digits,lensing",
    quick: Annotated[
        bool, typer.Option("--quick", help="Less of everything, in less than a minute.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ask whether attributions are more faithful in a learned wavelet than in other bases."""
    from dataclasses import replace

    from wavedistill.files import writable_target
    from wavedistill.studies.faithfulness import LEARNED, Amount
    from wavedistill.studies.faithfulness.report import reproduce

    writable_target(out / "measures.csv")
    amount = Amount.quick() if quick else Amount()
    amount = replace(amount, cases=tuple(name.strip() for name in cases.split(",")))
    with progress() as notify:
        found = reproduce(out, amount, seed=seed, notify=notify)
    columns = tuple(vars(found.networks[0]))
    parts: list[Records | str] = [Records("Networks", columns, found.networks)]
    columns = ("data", "over", "mean", "low", "high", "verdict")
    for measure in ("difference", "difference_by_energy", "mu_fidelity"):
        own = [each for each in found.gains if each.measure == measure and each.basis == LEARNED]
        parts.append(Records(f"{measure} of the learned wavelet, less that of", columns, own))
    columns = tuple(vars(found.randomised[0]))
    parts.append(Records("Rank correlation with random models", columns, found.randomised))
    print_study([*parts, *found.left_out], found.files, out, as_json)
