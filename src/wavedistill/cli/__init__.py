"""The command line: `wavedistill demo`, `distill` and `reproduce`."""

from __future__ import annotations

import sys
import warnings

import typer

from wavedistill.cli.console import fail, show_warning
from wavedistill.cli.demo import demo
from wavedistill.cli.distill import distill
from wavedistill.cli.reproduce import studies

__all__ = ["main"]

_INTERRUPTED = "interrupted; unfinished results are not written"

app = typer.Typer(
    help="Distil a trained model into a wavelet.", no_args_is_help=True, add_completion=False
)
app.command()(demo)
app.command()(distill)
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
