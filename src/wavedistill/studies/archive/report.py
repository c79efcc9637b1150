"""The archive study in one folder: its results, tables and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from wavedistill.studies.archive.figures import figures
from wavedistill.studies.archive.run import Amount, Record, run
from wavedistill.studies.archive.scores import (
    Pair,
    Summary,
    Table,
    compare_pairs,
    per_set,
    summaries,
)
from wavedistill.studies.output import Notify, save_figure, save_table

__all__ = ["LeftOut", "Reproduction", "report", "reproduce"]


@dataclass(frozen=True)
class LeftOut:
    """A set, or a model of a set, that has no result."""

    set: str
    seed: int
    model: str
    reason: str


@dataclass(frozen=True)
class Reproduction:
    """What the study found, and the files it wrote."""

    summaries: list[Summary]
    pairs: list[Pair]
    left_out: list[LeftOut]
    sets: int
    files: list[Path]


def reproduce(
    folder: Path,
    amount: Amount,
    archives: Sequence[Path] = (),
    *,
    seed: int = 0,
    jobs: int = 1,
    notify: Notify = lambda message: None,
) -> Reproduction:
    """Run the study and write its tables (.csv) and figures (.png); `run` tells what is kept.

    Raises
    ------
    FileNotFoundError
        If there is no archive, or no set in it.
    ValueError
        If no set could be used.
    """
    records = run(folder, amount, archives, first_seed=seed, jobs=jobs, notify=notify)
    notify("drawing")
    return report(folder, records)


def report(folder: Path, records: Sequence[Record]) -> Reproduction:
    """Tables and figures of what is there.

    Raises
    ------
    ValueError
        If no set has a result.
    """
    table, left_out = Table(records), _left_out(records)
    if not table.sets:
        reasons = "; ".join(f"{each.set}: {each.reason}" for each in left_out[:3])
        raise ValueError(f"no set of {len(records)} could be used; {reasons or 'there are none'}")
    found, pairs = summaries(table), compare_pairs(table)
    tables: dict[str, Sequence[Any]] = {"summary": found, "pairs": pairs, "sets": per_set(table)}
    tables |= {"results": _results(records), "left_out": left_out}
    files = [save_table(rows, folder / f"{name}.csv") for name, rows in tables.items() if rows]
    files += [
        save_figure(figure, folder / f"{name}.png") for name, figure in figures(table, found, pairs)
    ]
    return Reproduction(found, pairs, left_out, len(table.sets), files)


def _results(records: Sequence[Record]) -> list[SimpleNamespace]:
    """A row for each model of each set and seed."""
    return [
        SimpleNamespace(set=record.name, seed=record.seed, **vars(row))
        for record in records
        for row in record.rows
    ]


def _left_out(records: Sequence[Record]) -> list[LeftOut]:
    found = [LeftOut(r.name, r.seed, "all", r.skipped) for r in records if r.skipped]
    return found + [
        LeftOut(record.name, record.seed, row.model, row.error)
        for record in records
        for row in record.rows
        if row.error
    ]
