"""How a study reports: messages while it runs, figures as .png, tables as .csv."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from joblib import Parallel
from matplotlib.figure import Figure

from wavedistill.files import replacing

__all__ = ["Notify", "in_parallel", "save_figure", "save_table"]

#: Told in a few words what begins.
Notify = Callable[[str], None]


def in_parallel(tasks: Sequence[Any], jobs: int, what: str, notify: Notify) -> list[Any]:
    """Results of `joblib.delayed` tasks in their order; notifies of how many are done."""
    results: list[Any] = []
    if tasks:
        notify(f"{what}: {len(tasks)} to do")
    for result in Parallel(n_jobs=jobs, return_as="generator")(tasks):
        results.append(result)
        notify(f"{what}: {len(results)} of {len(tasks)} done")
    return results


def save_figure(figure: Figure, path: Path) -> Path:
    """Write a figure, and return its path."""
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=150)
    return path


def save_table(records: Sequence[Any], path: Path) -> Path:
    """Write dataclasses or named tuples of one kind, a column per field; return the path."""
    rows = [r._asdict() if hasattr(r, "_asdict") else vars(r) for r in records]
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
