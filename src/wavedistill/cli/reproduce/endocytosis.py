"""`wavedistill reproduce endocytosis`: living cells."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from wavedistill.cli.console import Records, print_study, progress
from wavedistill.cli.options import AsJson, Out, Seed

__all__ = ["reproduce_endocytosis"]


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
