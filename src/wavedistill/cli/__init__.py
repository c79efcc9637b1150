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

app = typer.Typer(
    help="Distil a trained model into a wavelet.", no_args_is_help=True, add_completion=False
)
app.command()(demo)
app.command()(distill)
app.add_typer(studies, name="reproduce", no_args_is_help=True)


def main() -> None:
    """Run the command line: a mistake is told on one line, and the exit code is not zero."""
    warnings.showwarning = show_warning
    try:
        # Typer catches an interrupt itself and returns its exit code.
        if code := app(standalone_mode=False):
            fail("interrupted; what was not finished is not written", code)
    except typer.TyperException as error:
        # Without a command the help has been shown, and there is nothing to add.
        if message := error.format_message():
            fail(message, 2)
        sys.exit(2)
    except (typer.Abort, KeyboardInterrupt):
        fail("interrupted; what was not finished is not written", 130)
    except (ImportError, OSError, TypeError, ValueError) as error:
        fail(str(error), 1)
