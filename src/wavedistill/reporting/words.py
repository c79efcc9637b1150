"""What a page says in words: numbers, readings, and what a feature is."""

from __future__ import annotations

import math

import numpy as np

from wavedistill.students import Distillation
from wavedistill.students.readings import AnyReading

__all__ = ["glossary", "headline", "number", "seconds"]

_MEANINGS = {
    "log-energy": "How loud a band is: the natural logarithm of the mean square of its "
    "coefficients (0.0001 is added first). One more is 2.7 times the power.",
    "maximum": "The largest coefficient of a band, wherever it lies: the strongest event of this "
    "scale that has the shape of the wavelet.",
    "minimum": "The smallest coefficient of a band: the strongest event with the shape of the "
    "wavelet upside down.",
    "sum of positive parts": "All positive coefficients of a band together, over the square root "
    "of their number.",
    "sum of negative parts": "All negative coefficients of a band together, over the square root "
    "of their number.",
    "mean": "The mean of the coefficients of a part of a band: what happens there, on average.",
    "largest": "The largest coefficients of a band, in descending order.",
}
_PARTS = (
    "Each band is cut into {parts}, and each is read by itself: a feature tells roughly where "
    "something happens."
)
_SECOND = (
    "A detail of |detail j| is a band of the absolute values of a band: how the loudness of that "
    "band goes up and down."
)


def number(value: float, digits: int = 4) -> str:
    """A number with so many digits that count, and a minus sign of print."""
    if not math.isfinite(value):
        return "\N{EN DASH}"
    text = np.format_float_positional(
        value, precision=digits, unique=False, fractional=False, trim="-"
    )
    if value and (abs(value) < 1e-4 or abs(value) >= 1e6):
        text = f"{value:.{digits - 1}e}"
    return text.replace("-", "\N{MINUS SIGN}")


def seconds(value: float) -> str:
    """A time in the unit that suits it."""
    if value < 0.995:
        return f"{value:.2f} s"
    return f"{value:.0f} s" if value < 120 else f"{value / 60:.0f} min"


def glossary(reading: AnyReading, rank: int) -> list[tuple[str, str]]:
    """What the kinds of features mean: a word and a sentence for each."""
    found: dict[str, str] = {}
    for member in reading.members:
        for name in member.numbers:
            kind = "largest" if name.startswith("largest") else name
            found[kind] = _MEANINGS[kind]
        if member.bank in ("scattering", "scattering-own"):
            found["detail of |detail|"] = _SECOND
        if member.parts > 1:
            parts = f"{member.parts} equal parts"
            if rank > 1:
                parts = f"{member.parts} x {member.parts} equal parts"
            found["part"] = _PARTS.format(parts=parts)
    return list(found.items())


def headline(result: Distillation) -> list[tuple[str, str]]:
    """The figures that come first: a value and what it is."""
    found = [(f"{result.student.n_numbers_:,}", "numbers in the readable model")]
    where = f"on {result.tested:,} test examples"
    names = {
        "student": f"of the readable model, {where}",
        "teacher": f"of the model, {where}",
        "fidelity": f"fidelity to the model, {where}",
    }
    score = "accuracy" if hasattr(result.student, "classes_") else "R\N{SUPERSCRIPT TWO}"
    for key, value in result.test.items():
        what = names[key] if key == "fidelity" else f"{score} {names[key]}"
        found.append((f"{value:.3f}", what))
    if not result.test and result.comparison is not None:
        row = result.comparison.rows[0]
        for name, each in row.scores.items():
            found.append((f"{each.mean:.3f}", f"{name} in nested cross-validation"))
    return found
