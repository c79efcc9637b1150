"""`wavedistill reproduce engines`: engine noise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wavedistill.cli.console import Records, print_study, progress
from wavedistill.cli.options import AsJson, Out, Seed

__all__ = ["reproduce_engines"]


def reproduce_engines(
    out: Out = Path("engines"),
    seed: Seed = 0,
    data: Annotated[
        Path | None,
        typer.Option(
            help="FordA's folder of the UCR archive, or an .npz with X_train, y_train, X_test and "
            "y_test; by default ucr/FordA.npz in the data folder."
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
