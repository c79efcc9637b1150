"""Whether the learned wavelet matters, in a sentence."""

from __future__ import annotations

from wavedistill.students.choices import Choices
from wavedistill.students.fitting import Fitted

__all__ = ["verdict"]


def verdict(found: Fitted, choices: Choices) -> str:
    """What cross-validation says of a student, held against the best known wavelet."""
    known = found.named.start
    if not choices.search:
        which = "the wavelet that was given" if choices.fixed else f"the known wavelet {known}"
        return f"No wavelet was learned: the student has {which}."
    if found.chosen.start == known and found.chosen.wavelets == found.named.wavelets:
        reason = "a learned one is no better in cross-validation"
        if found.checked is not None:
            reason = (
                f"a learned one gains {100 * found.checked[0]:+.1f} +- "
                f"{100 * found.checked[1]:.1f} points of explained variation on held-out folds"
            )
        return f"The wavelet does not matter here: use {known}; {reason}."
    gain = 100 * (found.named.error - found.chosen.error)
    return (
        f"The learned wavelet matters here: it explains {gain:.1f} points more of the targets' "
        f"variation in cross-validation than {known}, the best known wavelet."
    )
