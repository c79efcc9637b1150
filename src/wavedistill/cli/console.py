"""Output streams, progress, tables and options that all commands share."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

__all__ = ["Out", "Seed", "err", "fail", "out", "progress", "records_table", "show_warning"]

# A file or pipe has no width; 120 columns fit the tables.
out = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
err = Console(stderr=True, highlight=False)

Out = Annotated[Path, typer.Option("--out", help="Folder for the results.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of all random numbers.")]


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Yield a function that shows a message: in place on a terminal, otherwise line by line."""
    if not err.is_terminal:
        yield lambda message: err.print(message, markup=False)
        return
    with err.status("starting") as status:
        yield status.update


def records_table(title: str, columns: Sequence[str], records: Sequence[object]) -> Table:
    """Make a table of some fields of dataclasses; numbers have four digits."""
    table = Table(title=title, title_justify="left")
    for name in columns:
        table.add_column(name.replace("_", " "))
    for record in records:
        values = (getattr(record, name) for name in columns)
        table.add_row(*(f"{v:.4g}" if isinstance(v, float) else str(v) for v in values))
    return table


def fail(message: str, code: int) -> None:
    """Print an error on one line and exit with this code."""
    err.print(f"error: {' '.join(message.split())}", style="red", markup=False, soft_wrap=True)
    sys.exit(code)


def show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Print a warning on one line, without Python's file name and line number."""
    err.print(f"warning: {' '.join(str(message).split())}", markup=False, soft_wrap=True)
