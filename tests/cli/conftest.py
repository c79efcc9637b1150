"""The command line in this process: a process of its own would spend seconds on imports."""

import sys
import warnings

import pytest


@pytest.fixture
def command(monkeypatch, capsys):
    """Call the command line in a folder; its exit code (0 if it ends), its stdout and stderr."""
    from wavedistill.cli import main

    # `main` replaces it.
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)

    def call(*arguments, folder):
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["wavedistill", *map(str, arguments)])
        code: object = 0
        try:
            main()
        except SystemExit as stopped:
            code = stopped.code
        return (code, *capsys.readouterr())

    return call
