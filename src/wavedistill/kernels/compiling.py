"""How the functions of this folder are compiled, and when Numba compiles them anew.

Numba keeps a compiled function on disk and compiles it again when the file of that function
changes. What the function calls is compiled into it, so a change in another file of this folder
would go unnoticed. `cached` therefore makes a digest of all sources of the folder part of the name
under which Numba keeps a function: any change in the folder leads to new files.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit
from numba.core import event
from numba.core.registry import CPUDispatcher

from wavedistill.files import fingerprint

__all__ = ["FAST", "cached", "digest_sources", "inner", "told_of_compiling"]

Function = TypeVar("Function", bound=Callable[..., Any])

#: For `fastmath`: sums may be reordered, which vectorises them; NaN and infinity behave.
FAST = {"contract", "reassoc", "nsz"}


def digest_sources(folder: Path) -> str:
    """A short digest of the names and contents of the Python files in a folder."""
    sources = ((path.name, path.read_bytes()) for path in sorted(folder.glob("*.py")))
    return fingerprint(*sources)[:16]


_DIGEST = digest_sources(Path(__file__).parent)


def cached(*, fastmath: set[str] | None = None) -> Callable[[Function], Function]:
    """Compile a function without the GIL, and keep it on disk until a file of this folder changes.

    A cached function may call any function of this folder, and none of another folder that may
    change. Decorate what Python calls; for what only compiled functions call, there is `inner`.

    Parameters
    ----------
    fastmath : set of str, optional
        LLVM's flags for floating-point arithmetic, such as `FAST`; none by default.
    """

    def decorate(function: Function) -> Function:
        # Numba names the files of a function after its qualified name.
        function.__qualname__ = f"{function.__qualname__}_{_DIGEST}"
        compiled = njit(cache=True, **_options(fastmath))(function)
        return cast(Function, compiled)

    return decorate


def inner(*, fastmath: set[str] | None = None) -> Callable[[Function], Function]:
    """Compile a function for compiled functions alone; Python cannot call it.

    The ways into a function from Python and from C take long to compile: without them everything
    is there in four fifths of the time.

    Parameters
    ----------
    fastmath : set of str, optional
        As for `cached`.
    """

    def decorate(function: Function) -> Function:
        compiled = njit(**_options(fastmath, no_cpython_wrapper=True))(function)
        # Without a way in, Python would jump to nowhere.
        compiled.__class__ = _Inner
        return cast(Function, compiled)

    return decorate


class _Inner(CPUDispatcher):
    """What Python has of a function that only compiled functions call."""

    def __call__(self, *arguments: object, **named: object) -> None:
        raise TypeError(
            f"{self.py_func.__name__} is for compiled functions; from Python, call its py_func."
        )


def _options(fastmath: set[str] | None, **more: bool) -> dict[str, Any]:
    # Nothing is called from C.
    return {"nogil": True, "fastmath": fastmath or False, "no_cfunc_wrapper": True, **more}


@contextlib.contextmanager
def told_of_compiling(began: Callable[[], None], ended: Callable[[float], None]) -> Iterator[None]:
    """Call `began` when Numba compiles something, and `ended` with the seconds that it took.

    What comes from the disk is not compiled.
    """
    listener = _Listener(began, ended)
    with event.install_listener("numba:compile", listener):
        yield


class _Listener(event.Listener):
    """Counts functions that are compiled for another one in with it."""

    def __init__(self, began: Callable[[], None], ended: Callable[[float], None]) -> None:
        self._began, self._ended = began, ended
        self._depth, self._since = 0, 0.0

    def on_start(self, event: object) -> None:
        if self._depth == 0:
            self._since = time.perf_counter()
            self._began()
        self._depth += 1

    def on_end(self, event: object) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._ended(time.perf_counter() - self._since)
