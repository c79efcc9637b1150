"""How the functions of this folder are compiled, and when Numba compiles them anew.

Numba keeps a compiled function on disk and compiles it again when the file of that function
changes. What the function calls is compiled into it, so a change in another file of this folder
would go unnoticed. `cached` therefore makes a digest of all sources of the folder part of the name
under which Numba keeps a function: any change in the folder leads to new files.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit

from wavedistill.files import fingerprint

__all__ = ["FAST", "cached", "digest_sources"]

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
    change. Decorate what Python calls; for what only compiled functions call, `numba.njit` will do.

    Parameters
    ----------
    fastmath : set of str, optional
        LLVM's flags for floating-point arithmetic, such as `FAST`; none by default.
    """

    def decorate(function: Function) -> Function:
        # Numba names the files of a function after its qualified name.
        function.__qualname__ = f"{function.__qualname__}_{_DIGEST}"
        compiled = njit(nogil=True, fastmath=fastmath or False, cache=True)(function)
        return cast(Function, compiled)

    return decorate
