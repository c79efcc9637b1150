"""The faithfulness study in one folder: its tables and figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from wavedistill.plotting import plot_faithfulness
from wavedistill.studies.faithfulness.candidates import LEARNED
from wavedistill.studies.faithfulness.figures import plot_gains
from wavedistill.studies.faithfulness.study import (
    Amount,
    CaseStudy,
    Gain,
    NetworkRow,
    Row,
    gains,
    rows,
    run,
)
from wavedistill.studies.output import Notify, save_figure, save_table

__all__ = ["COMPARED", "RandomisedRow", "Reproduction", "reproduce"]

#: The measures that have tables of paired differences.
COMPARED = ("difference", "difference_by_energy", "drop", "mu_fidelity", "most_first")


@dataclass(frozen=True)
class RandomisedRow:
    """Rank correlation with the attributions of random models, in one basis."""

    data: str
    basis: str
    correlation: float
    standard_error: float


class Reproduction(NamedTuple):
    """What `reproduce` found and wrote."""

    networks: list[NetworkRow]
    measures: list[Row]
    gains: list[Gain]
    randomised: list[RandomisedRow]
    left_out: list[str]
    files: list[Path]


def reproduce(
    folder: Path, amount: Amount, *, seed: int = 0, notify: Notify = lambda message: None
) -> Reproduction:
    """Run the study and write its tables (.csv) and figures (.png) to the folder.

    Raises
    ------
    FileNotFoundError
        If no problem has its data.
    """
    studies, left_out = run(amount, seed=seed, notify=notify)
    if not studies:
        raise FileNotFoundError(" ".join(left_out))
    notify("intervals")
    networks = [study.network for study in studies]
    measured = [row for study in studies for row in rows(study)]
    won = [gain for study in studies for measure in COMPARED for gain in gains(study, measure)]
    randomised = [row for study in studies for row in _randomised(study)]
    tables: dict[str, list[Any]] = {
        "networks": networks, "measures": measured, "differences": won, "randomised": randomised
    }  # fmt: skip
    files = [save_table(records, folder / f"{name}.csv") for name, records in tables.items()]
    notify("drawing")
    for study in studies:
        for along in ("share", "energy"):
            figure = plot_faithfulness(study.faithfulness, along=along)
            name = f"curves_by_{along}_{study.network.data}.png"
            files.append(save_figure(figure, folder / name))
    for measure in COMPARED:
        figure = plot_gains(won, LEARNED, measure)
        files.append(save_figure(figure, folder / f"learned_{measure}.png"))
    return Reproduction(networks, measured, won, randomised, left_out, files)


def _randomised(study: CaseStudy) -> list[RandomisedRow]:
    return [
        RandomisedRow(study.network.data, name, *(found.mean(name), found.standard_error(name)))
        for found in [study.randomisation]
        for name in found.correlations
    ]
