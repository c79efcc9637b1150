"""`Comparison`: a table of models, and in words whether the distilled wavelet matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wavedistill.students.held_out import Score

__all__ = ["Comparison", "ComparisonRow"]

#: Fewer training examples than this for each number of the student are few.
_EXAMPLES_PER_NUMBER = 5
#: A gain that might be larger than this is no gain that does not matter.
_NEGLIGIBLE = 0.03
#: What to try where a model without a wavelet is better than the student.
_ADVICE = {
    "raw samples": (
        "Raw samples do better, so where in the signal something happens seems to matter: try "
        "reading='means', a list such as ['events', 'means'], more parts, or reading='auto'."
    ),
    "spectrum": (
        "A spectrum does better, so finer bands may help: try reading='packets', a longer support, "
        "or reading='auto'. If nothing helps, the spectrum is the readable model."
    ),
}


@dataclass(frozen=True)
class ComparisonRow:
    """A model of a comparison.

    Parameters
    ----------
    model : str
        Its name.
    scores : dict of str to Score
        On held-out examples, by the name of the score: ``"accuracy"`` or ``"R2"`` against y,
        ``"fidelity"`` against the network.
    choice : str
        What it chose in most folds, such as a wavelet.
    folds : int
        In how many folds it chose that.
    numbers : int
        Weights, intercepts and taps: the median over the folds.
    seconds : float
        Of a fit.
    phrase : str
        The subject of a sentence about it.
    """

    model: str
    scores: Mapping[str, Score]
    choice: str
    folds: int
    numbers: int
    seconds: float
    phrase: str

    def record(self) -> dict[str, Any]:
        """The row of a table."""
        record: dict[str, Any] = {"model": self.model}
        for name, score in self.scores.items():
            record[name] = score.mean
            record |= {f"{name} {key}": v for key, v in score._asdict().items() if key != "mean"}
        return {
            **record,
            "choice": self.choice,
            "folds": self.folds,
            "numbers": self.numbers,
            "seconds": self.seconds,
        }


@dataclass(frozen=True)
class Comparison:
    """A distilled student, held against simpler models: what `compare` returns.

    Parameters
    ----------
    rows : tuple of ComparisonRow
        The distilled student first.
    measure : str
        The main score: ``"accuracy"``, ``"R2"`` or ``"fidelity"``.
    examples, folds : int
        How many there are.
    training : int
        Examples in the smallest training part.
    """

    rows: tuple[ComparisonRow, ...]
    measure: str
    examples: int
    folds: int
    training: int

    def __getitem__(self, model: str) -> ComparisonRow:
        """The row of a model.

        Raises
        ------
        KeyError
            If there is none of this name.
        """
        for row in self.rows:
            if row.model == model:
                return row
        raise KeyError(f"{model!r} is none of {', '.join(repr(row.model) for row in self.rows)}")

    @property
    def matters(self) -> bool:
        """Whether the distilled student is better than the best known wavelet.

        It is if the whole interval of the difference lies above 0.
        """
        return self._score("best known wavelet").low > 0

    @property
    def verdict(self) -> str:
        """In words, whether the distilled wavelet matters, and what else does as well."""
        known, score = self["best known wavelet"], self._score("best known wavelet")
        where = f"{known.choice}, the best known wavelet"
        if self.matters:
            sentences = [f"The distilled wavelet matters here: {self._gain(score)} over {where}."]
        else:
            reason = f"the distilled one gains {self._gain(score)}"
            same = self["distilled"].choice == known.choice
            if same and score.gain == score.low == score.high == 0:
                reason = "no fold preferred a learned one"
            often = 2 * known.folds > self.folds
            use = f"use {known.choice}" if often else f"use a known one, such as {known.choice}"
            chosen = f"{use}, chosen in {known.folds} of {self.folds} folds"
            what = "The wavelet does not matter here"
            if score.high > _NEGLIGIBLE:
                what = f"{self.examples:,} examples cannot tell whether the wavelet matters here"
            sentences = [f"{what}: {chosen} ({reason})."]
        for row in self.rows[2:]:
            control = row.model not in ("raw samples", "spectrum")
            if not control or self.matters or row.scores[self.measure].high < 0:
                sentences += self._as_good(row)
        numbers = self["distilled"].numbers
        if self.training < _EXAMPLES_PER_NUMBER * numbers:
            sentences.append(
                f"Examples are few: {self.training} to learn the {numbers} numbers of a fold's "
                "student from."
            )
        return " ".join(sentences)

    @property
    def advice(self) -> str:
        """What to try where simpler models do better; empty where none does."""
        found = []
        for model, what in _ADVICE.items():
            if any(row.model == model and row.scores[self.measure].high < 0 for row in self.rows):
                found.append(what)
        return " ".join(found)

    def __str__(self) -> str:
        """The table in columns of text: scores, gains with their intervals, what was chosen."""
        names = list(self.rows[0].scores)
        lines = [["model", *names, "gain over it", "numbers", "chosen"]]
        for row in self.rows:
            scores = [
                f"{each.mean:.3f} +- {each.standard_error:.3f}" for each in row.scores.values()
            ]
            gain = "" if row is self.rows[0] else row.scores[self.measure].points
            choice = f"{row.choice} ({row.folds} of {self.folds})"
            lines.append([row.model, *scores, gain, str(row.numbers), choice])
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        rows = ("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
        return "\n".join(rows)

    def table(self) -> Any:
        """One row per model: a pandas DataFrame where pandas is installed, else a list of dicts."""
        records = [row.record() for row in self.rows]
        try:
            import pandas as pd
        except ImportError:
            return records
        return pd.DataFrame(records)

    def record(self) -> dict[str, Any]:
        """The comparison as JSON values."""
        return {
            "verdict": self.verdict,
            "advice": self.advice,
            "measure": self.measure,
            "examples": self.examples,
            "folds": self.folds,
            "training": self.training,
            "rows": [row.record() for row in self.rows],
        }

    def _score(self, model: str) -> Score:
        return self[model].scores[self.measure]

    def _as_good(self, row: ComparisonRow) -> list[str]:
        """A sentence, if a model does as well as the distilled student, or better."""
        score = row.scores[self.measure]
        if score.low > 0:
            return []
        how = "does as well" if score.gain <= 0 else "is not clearly worse"
        if score.high < 0:
            how = "does better"
        return [f"{row.phrase} {how}: the distilled student gains {self._gain(score)} over it."]

    def _gain(self, score: Score) -> str:
        gain, _, interval = score.points.partition(" ")
        return f"{gain} points of {self.measure} {interval}"
