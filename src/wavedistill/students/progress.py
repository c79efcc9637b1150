"""What a long fit tells while it runs: what begins, how much is done, and how long it will take."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from wavedistill.kernels.compiling import told_of_compiling

__all__ = ["SILENT", "Progress", "Verbose", "check_verbose"]

#: Share of the work after which the time left is told.
_ENOUGH = 0.05
#: False for silence, True for lines on stderr, or a function that gets each line.
Verbose = bool | Callable[[str], None]


def check_verbose(verbose: object) -> None:
    """Refuse what is neither a truth value nor a function.

    Raises
    ------
    TypeError
    """
    if not callable(verbose) and not isinstance(verbose, bool | int | np.bool_):
        raise TypeError(
            f"verbose={verbose!r} must be True, False, or a function that gets each line."
        )


@dataclass
class _Clock:
    """How long the work has taken, apart from what is done only once."""

    began: float = field(default_factory=lambda: time.perf_counter())
    compiling: float = 0.0
    watched: bool = False
    said_so: bool = False

    @property
    def elapsed(self) -> float:
        return time.perf_counter() - self.began - self.compiling


@dataclass(frozen=True)
class Progress:
    """A stretch of some work, which tells where it stands.

    The time that is left is the time taken so far, times what is left over what is done. Shares are
    those of an estimate of the work, so the time left is an estimate too.

    Parameters
    ----------
    tell : callable or None
        Gets each line.
    start, stop : float
        The shares of the whole work between which this stretch lies.
    prefix : str
        What each line begins with.
    """

    tell: Callable[[str], None] | None = None
    start: float = 0.0
    stop: float = 1.0
    prefix: str = ""
    clock: _Clock = field(default_factory=_Clock)

    @classmethod
    def of(cls, verbose: Verbose | Progress) -> Progress:
        """The progress of a whole work, or the stretch of another one that is given as it is."""
        if isinstance(verbose, Progress):
            return verbose
        check_verbose(verbose)
        if callable(verbose):
            return cls(verbose)
        return cls(_on_stderr if verbose else None)

    def __call__(self, message: str) -> None:
        """Tell what begins with this stretch, if anybody listens."""
        if self.tell is None:
            return
        done = self.start
        state = f"{int(100 * done)} % done"
        # Before that, the time taken says little of what is to come.
        if done >= _ENOUGH:
            state += f", about {_duration(self.clock.elapsed * (1 - done) / done)} left"
        self.tell(f"{self.prefix}{message} ({state})")

    def parts(self, work: Sequence[float]) -> list[Progress]:
        """Stretches one after another, whose lengths are in proportion to their work."""
        edges = np.cumsum([0.0, *work])
        shares = edges / edges[-1] if edges[-1] > 0 else np.linspace(0, 1, len(edges))
        at = (self.start + shares * (self.stop - self.start)).tolist()
        return [replace(self, start=a, stop=b) for a, b in pairwise(at)]

    def named(self, name: str) -> Progress:
        """The same stretch, whose lines begin with a name."""
        return replace(self, prefix=f"{self.prefix}{name}: ")

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Tell once when kernels have to be compiled, and leave that time out of estimates."""
        tell, clock = self.tell, self.clock
        if tell is None or clock.watched:
            yield
            return

        def began() -> None:
            if not clock.said_so:
                tell("compiling kernels, once")
            clock.said_so = True

        def ended(seconds: float) -> None:
            clock.compiling += seconds

        clock.watched = True
        try:
            with told_of_compiling(began, ended):
                yield
        finally:
            clock.watched = False


SILENT = Progress()


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _on_stderr(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
