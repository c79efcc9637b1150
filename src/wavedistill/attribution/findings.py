"""What `Attributions.check` returns: findings, each with a sentence of what it means."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AttributionCheck", "Finding"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    name : str
        What was looked at, such as ``"completeness"``.
    ok : bool or None
        Whether it is as it should be; None if it could not be checked or does not apply.
    measured : float or None
        The number behind the verdict, which `text` explains.
    text : str
        What was measured, and where it is not `ok`, what it means and what to do.
    """

    name: str
    ok: bool | None
    measured: float | None
    text: str

    def __str__(self) -> str:
        verdict = {True: "ok", False: "LOOK", None: "not checked"}[self.ok]
        return f"{verdict:<11}  {self.name}: {self.text}"


@dataclass(frozen=True)
class AttributionCheck:
    """What `Attributions.check` found. ``print`` shows it.

    Parameters
    ----------
    method : str
        How the attributions were made.
    findings : tuple of Finding
    """

    method: str
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing that could be checked needs a look."""
        return not self.problems

    @property
    def problems(self) -> tuple[Finding, ...]:
        """The findings that need a look."""
        return tuple(finding for finding in self.findings if finding.ok is False)

    def __getitem__(self, name: str) -> Finding:
        """The finding of this name.

        Raises
        ------
        KeyError
            If there is none.
        """
        named = {finding.name: finding for finding in self.findings}
        if name not in named:
            raise KeyError(f"{name!r} is no finding; choose one of {', '.join(named)}.")
        return named[name]

    #: Python would otherwise make an iterator of `__getitem__`.
    __iter__ = None

    def __str__(self) -> str:
        checked = sum(finding.ok is not None for finding in self.findings)
        count = len(self.problems)
        verb = "needs" if count == 1 else "need"
        title = f"Attributions by {self.method}: {count} of {checked} checks {verb} a look."
        return "\n".join([title, *(f"  {finding}" for finding in self.findings)])
