"""What all commands share: the two streams, progress, tables, and options."""

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

# What is no terminal has no width: wide enough for the tables.
out = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
err = Console(stderr=True, highlight=False)

Out = Annotated[Path, typer.Option("--out", help="Folder for the results.")]
Seed = Annotated[int, typer.Option("--seed", help="Of everything random.")]


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function that says what is going on: in place on a terminal, else line by line."""
    if not err.is_terminal:
        yield lambda message: err.print(message, markup=False)
        return
    with err.status("starting") as status:
        yield status.update


def records_table(title: str, columns: Sequence[str], records: Sequence[object]) -> Table:
    """Some fields of dataclasses as a table; numbers to four digits."""
    table = Table(title=title, title_justify="left")
    for name in columns:
        table.add_column(name.replace("_", " "))
    for record in records:
        values = (getattr(record, name) for name in columns)
        table.add_row(*(f"{v:.4g}" if isinstance(v, float) else str(v) for v in values))
    return table


def fail(message: str, code: int) -> None:
    """Say what went wrong on one line, and leave."""
    err.print(f"error: {' '.join(message.split())}", style="red", markup=False, soft_wrap=True)
    sys.exit(code)


def show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """A warning on one line, in place of Python's own form."""
    err.print(f"warning: {' '.join(str(message).split())}", markup=False, soft_wrap=True)
