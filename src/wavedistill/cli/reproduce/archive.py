"""`wavedistill reproduce archive`: distilled students on many sets of the UCR and UEA archives."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wavedistill.cli.console import Records, print_study, progress
from wavedistill.cli.options import AsJson, Out, Seed

__all__ = ["reproduce_archive"]


def reproduce_archive(
    out: Out = Path("archive"),
    seed: Seed = 0,
    seeds: Annotated[
        int, typer.Option(help="How many seeds. Seed 0 is the archive's split, others draw anew.")
    ] = 1,
    archive: Annotated[
        list[Path] | None,
        typer.Option(
            help="A folder of the archive, with a folder for each set such as "
            "GunPoint/GunPoint_TRAIN.tsv; may be given several times. By default those that "
            "installed packages ship."
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="The eight smallest sets, in ten minutes.")
    ] = False,
    jobs: Annotated[int, typer.Option(help="Processes, a set each; -1: one per core.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Hold distilled students against everything simpler on many sets of the UCR/UEA archives.

    What was found for a set and a seed is kept in the folder: a run that was stopped goes on when
    started again with the same options.
    """
    from wavedistill.checks import integer
    from wavedistill.extras import load
    from wavedistill.files import writable_target

    integer(seeds, "--seeds", minimum=1)
    integer(seed, "--seed", minimum=0)
    load("torch", "the teachers", "torch")
    from wavedistill.studies.archive.report import reproduce
    from wavedistill.studies.archive.run import Amount

    writable_target(out / "summary.csv")
    amount = Amount.quick(seeds) if quick else Amount(seeds)
    with progress() as notify:
        found = reproduce(out, amount, archive or (), seed=seed, jobs=jobs, notify=notify)
    title = f"Accuracy on {found.sets} sets; differences are to the small network"
    shown = ("model", "sets", "accuracy", "fidelity", "difference", "low", "high", "rank")
    parts: list[Records | str] = [
        Records(title, (*shown, "numbers", "seconds"), found.summaries),
        Records("Pairs of models", list(vars(found.pairs[0])), found.pairs) if found.pairs else "",
    ]
    left = [each for each in found.left_out if each.model == "all"]
    if left:
        parts.append(Records("Sets left out", ("set", "seed", "reason"), left))
    lacking = sorted({each.model for each in found.left_out} - {"all"})
    if lacking:
        parts.append(f"Some sets have no {', '.join(lacking)}; left_out.csv tells why.")
    print_study([part for part in parts if part], found.files, out, as_json)
