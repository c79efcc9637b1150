"""Output streams, progress, tables and JSON: what all commands share."""

from __future__ import annotations

import contextlib
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

__all__ = [
    "Records",
    "err",
    "fail",
    "out",
    "print_json",
    "print_study",
    "progress",
    "show_progress",
    "show_warning",
    "wrote",
]

# A file or pipe has no width; 120 columns fit the tables.
out = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
err = Console(stderr=True, highlight=False)

_always = False


def show_progress(always: bool) -> None:
    """Choose whether progress is told also where stderr is no terminal."""
    global _always
    _always = always


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Yield a function that shows a message on stderr: in place on a terminal, else not at all.

    With ``--progress`` it writes each message once, on a line of its own, where there is no
    terminal. It is also told when kernels have to be compiled.
    """
    if err.is_terminal:
        with err.status("starting") as status, _told_of_compiling(status.update):
            yield status.update
    elif _always:
        said: set[str] = set()

        def tell(message: str) -> None:
            if message not in said:
                said.add(message)
                err.print(message, markup=False, soft_wrap=True)

        with _told_of_compiling(tell):
            yield tell
    else:
        yield lambda message: None


def print_json(record: Mapping[str, Any]) -> None:
    """Print a result for other programs: one JSON object; what is no number is null."""
    sys.stdout.write(json.dumps(_plain(record), indent=1, allow_nan=False) + "\n")


def wrote(*paths: Path | None) -> None:
    """Tell which files were written."""
    names = [str(path) for path in paths if path is not None]
    listed = " and ".join(names) if len(names) < 3 else ", ".join(names)
    out.print(f"Wrote {listed}.", markup=False, soft_wrap=True)


@dataclass(frozen=True)
class Records:
    """A table of some fields of dataclasses."""

    title: str
    columns: Sequence[str]
    records: Sequence[object]

    def table(self) -> Table:
        """For people: numbers have four digits."""
        table = Table(title=self.title, title_justify="left")
        for name in self.columns:
            table.add_column(name.replace("_", " "))
        for row in self.rows():
            table.add_row(*(f"{v:.4g}" if isinstance(v, float) else str(v) for v in row.values()))
        return table

    def rows(self) -> list[dict[str, Any]]:
        """For programs: a dict for each record."""
        return [{name: getattr(each, name) for name in self.columns} for each in self.records]


def print_study(
    parts: Sequence[Records | str], files: Sequence[object], folder: Path, as_json: bool
) -> None:
    """Print the tables and sentences of a study, or its tables as JSON."""
    if as_json:
        tables = {each.title: each.rows() for each in parts if isinstance(each, Records)}
        print_json({"tables": tables, "files": [str(file) for file in files]})
        return
    for each in parts:
        out.print(each.table() if isinstance(each, Records) else each)
    out.print(f"Wrote {len(files)} files to {folder}.", soft_wrap=True)


def fail(message: str, code: int) -> None:
    """Print an error on one line and exit with this code."""
    err.print(f"error: {' '.join(message.split())}", style="red", markup=False, soft_wrap=True)
    sys.exit(code)


def show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Print a warning on one line, without Python's file name and line number."""
    err.print(f"warning: {' '.join(str(message).split())}", markup=False, soft_wrap=True)


@contextlib.contextmanager
def _told_of_compiling(tell: Callable[[str], None]) -> Iterator[None]:
    from wavedistill.kernels.compiling import told_of_compiling

    with told_of_compiling(lambda: tell("compiling kernels, once"), lambda seconds: None):
        yield


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
