"""Methods by their names, with only the parameters that each takes."""

from __future__ import annotations

import inspect
import reprlib
import textwrap
from collections.abc import Mapping
from dataclasses import MISSING
from typing import Any

from wavedistill.attribution.entry import Method
from wavedistill.attribution.methods import METHODS

__all__ = ["as_method", "described_methods", "names_of"]


def as_method(method: object, parameters: Mapping[str, Any]) -> Method:
    """The method of a name with these parameters, or a method as it is.

    Parameters
    ----------
    method : str or Method
    parameters : mapping of str to object
        Only for a name.

    Raises
    ------
    TypeError
        For parameters that no method takes, or beside a method that has its own.
    ValueError
        For an unknown name, for parameters of other methods, or where one is needed.
    """
    if isinstance(method, Method):
        if parameters:
            raise TypeError(
                f"{_given(parameters)} beside a method with its parameters; give them to "
                f"{type(method).__name__}."
            )
        return method
    if not isinstance(method, str) or method not in METHODS:
        raise ValueError(
            f"method={method!r} is not known; choose one of {names_of(Method)}, or give a method "
            "with its parameters, such as IntegratedGradients(steps=100)."
        )
    entry = METHODS[method]
    own = entry.parameters()
    foreign = {name: value for name, value in parameters.items() if name not in own}
    if foreign:
        raise _refusal(entry, foreign)
    for name, each in own.items():
        if parameters.get(name) is None and each.default is MISSING:
            raise ValueError(f"method={method!r} needs {name}: {each.metadata['needed']}.")
        if parameters.get(name, 0) is None and each.default is not None:
            raise ValueError(f"{name}=None is given; leave it out for {name}={each.default!r}.")
    return entry(**parameters)


def _refusal(entry: type[Method], foreign: Mapping[str, Any]) -> Exception:
    takers = [
        repr(name) for name, other in METHODS.items() if set(foreign) <= {*other.parameters()}
    ]
    remedy = f"leave it out, or choose {' or '.join(takers)}" if takers else "leave it out"
    kind = ValueError if takers else TypeError
    return kind(
        f"{_given(foreign)}, and method={entry.name!r} takes {_signature(entry)}; {remedy}."
    )


def _given(parameters: Mapping[str, Any]) -> str:
    shown = ", ".join(f"{name}={reprlib.repr(value)}" for name, value in parameters.items())
    return f"{shown} {'is' if len(parameters) == 1 else 'are'} given"


def _signature(entry: type[Method]) -> str:
    own = entry.parameters().items()
    shown = (name if each.default is MISSING else f"{name}={each.default!r}" for name, each in own)
    return ", ".join(shown) or "no parameters"


def names_of(kind: type[Method]) -> str:
    """The names of all methods of a kind, for a message."""
    return ", ".join(repr(name) for name, entry in METHODS.items() if issubclass(entry, kind))


def described_methods() -> str:
    """A section of a docstring: every method with its parameters."""
    entries = (_described(name, entry) for name, entry in METHODS.items())
    title = "Methods and their parameters"
    return "\n".join([title, "-" * len(title), "\n\n".join(entries), ""])


def _described(name: str, entry: type[Method]) -> str:
    text = textwrap.indent(inspect.cleandoc(entry.__doc__ or ""), "    ")
    return f'"{name}": {_signature(entry)}\n{text}'
