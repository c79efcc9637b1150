"""The command line: `demo`, `attribute`, `distill`, `compare`, `report` and `reproduce`."""

from __future__ import annotations

import sys
import warnings
from typing import Annotated

import typer

from wavedistill._version import __version__
from wavedistill.cli.attribute import attribute
from wavedistill.cli.compare import compare
from wavedistill.cli.console import fail, out, show_progress, show_warning
from wavedistill.cli.demo import demo
from wavedistill.cli.distill import distill
from wavedistill.cli.report import report
from wavedistill.cli.reproduce import studies

__all__ = ["main"]

_INTERRUPTED = "interrupted; unfinished results are not written"
_SETTINGS = {"help_option_names": ["-h", "--help"]}
_CODES = (
    "Exit codes: 0 done, 1 a file or value cannot be used, 2 wrong command line, 130 interrupted. "
    "Results go to stdout; progress, warnings and errors go to stderr."
)

app = typer.Typer(
    help="Distil a trained model into a wavelet and a readable student.",
    epilog=_CODES,
    context_settings=_SETTINGS,
    no_args_is_help=True,
    add_completion=False,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        out.print(f"wavedistill {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_tell_version, help="Print the version."),
    ] = False,
    progress: Annotated[
        bool, typer.Option("--progress", help="Tell progress also where stderr is no terminal.")
    ] = False,
) -> None:
    show_progress(progress)


for command in (demo, attribute, distill, compare, report):
    app.command()(command)
app.add_typer(studies, name="reproduce", no_args_is_help=True)


def main() -> None:
    """Run the command line. A mistake gives one line on stderr and an exit code other than 0."""
    warnings.showwarning = show_warning
    try:
        # Typer catches an interrupt itself and returns its exit code.
        if code := app(standalone_mode=False):
            fail(_INTERRUPTED, code)
    except typer.TyperException as error:
        # Called without a command, Typer has shown the help, and the message is empty.
        if message := error.format_message():
            fail(message, 2)
        sys.exit(2)
    except (typer.Abort, KeyboardInterrupt):
        fail(_INTERRUPTED, 130)
    except (ImportError, OSError, TypeError, ValueError) as error:
        fail(str(error), 1)
