"""The options that make a student: written once, and given to each command that fits one."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, get_type_hints

from wavedistill.cli.options import (
    Axes,
    Levels,
    MaxNumbers,
    Mode,
    Parts,
    PerLevel,
    Reading,
    Seed,
    Support,
    Target,
    Task,
    parse_axes,
)

__all__ = ["Settings", "auto_or_number", "with_settings"]


@dataclass(frozen=True)
class Settings:
    """The options as they were given; each field is one."""

    task: Task = "auto"
    reading: Reading = None
    levels: Levels = None
    support: Support = None
    per_level: PerLevel = False
    max_numbers: MaxNumbers = None
    parts: Parts = None
    target: Target = "auto"
    mode: Mode = "zero"
    axes: Axes = "-1"
    seed: Seed = 0

    def parameters(self, reading: str = "energy") -> dict[str, Any]:
        """Those of `DistilledClassifier` and `DistilledRegressor`.

        `reading` is the one where none was given.

        Raises
        ------
        ValueError
            For values that are none.
        """
        if self.seed < 0:
            raise ValueError(f"--seed {self.seed} must be at least 0.")
        several = (self.reading or reading).split(",")
        return {
            "reading": several[0] if len(several) == 1 else several,
            "levels": auto_or_number(self.levels or "auto", "--levels"),
            "support": auto_or_number(self.support or "12", "--support"),
            "per_level": self.per_level,
            "max_numbers": self.max_numbers,
            "parts": self.parts,
            "target": self.target,
            "mode": self.mode,
            "axes": parse_axes(self.axes),
            "random_state": self.seed,
        }


def auto_or_number(text: str, option: str) -> int | str:
    """Read ``"auto"`` or a whole number.

    Raises
    ------
    ValueError
    """
    if text == "auto":
        return text
    try:
        return int(text)
    except ValueError as error:
        raise ValueError(f"{option} {text} must be a whole number or auto.") from error


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `Settings`, which reach it as its argument `settings`."""
    names = [field.name for field in dataclasses.fields(Settings)]

    @wraps(command)
    def run(**given: Any) -> None:
        settings = Settings(**{name: given.pop(name) for name in names})
        command(**given, settings=settings)

    # Typer reads the options from the signature and from the annotations.
    hints = get_type_hints(command, include_extras=True)
    shared = get_type_hints(Settings, include_extras=True)
    own = [
        each.replace(annotation=hints[each.name], kind=inspect.Parameter.KEYWORD_ONLY)
        for each in inspect.signature(command).parameters.values()
        if each.name != "settings"
    ]
    added = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=shared[field.name],
        )
        for field in dataclasses.fields(Settings)
    ]
    signature = inspect.Signature([*own, *added])
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in signature.parameters.values()}
    return run
