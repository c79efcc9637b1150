"""`Faithfulness`: measures and curves of every basis and order, with paired differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wavedistill.faithfulness.measures import MEASURES
from wavedistill.students.held_out import paired_score

__all__ = ["ORDERS", "Difference", "Faithfulness", "FaithfulnessRow"]

Array = NDArray[np.float64]

#: The orders that are measured in each basis; the last two are what the first has to beat.
ORDERS = ("attribution", "|coefficient|", "random")
#: What is printed; with an absolute ranking, also what it is for.
_PRINTED = ("deletion", "insertion", "difference", "drop", "kept_class", "mu_fidelity")
_ABSOLUTE = ("half_error", "most_first", "least_first")


class Difference(NamedTuple):
    """A paired difference of means over the same examples, with a 95 % bootstrap interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        """Such as ``"+0.120 [0.101, 0.139]"``."""
        return f"{self.mean:+.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, eq=False)
class FaithfulnessRow:
    """One order of the units of one basis.

    Parameters
    ----------
    basis, order : str
        The order is ``"attribution"``, ``"|coefficient|"`` or ``"random"``.
    units, coefficients : int
        Units that are removed, and coefficients that they have together.
    values : dict of str to ndarray, shape (n,)
        By the names of `MEASURES`, of each example; means over the draws for a random order.
    share : ndarray, shape (steps + 1,)
        Of units that are gone, or back.
    deletion, insertion, removed, restored : ndarray, shape (n, steps + 1)
        The output along both curves, and the share of energy gone, or back.
    """

    basis: str
    order: str
    units: int
    coefficients: int
    values: Mapping[str, Array]
    share: Array
    deletion: Array
    insertion: Array
    removed: Array
    restored: Array

    def mean(self, measure: str) -> float:
        """The mean over the examples; NaN if this row lacks the measure."""
        return float(np.mean(self.values[measure])) if measure in self.values else float("nan")

    def standard_error(self, measure: str) -> float:
        """The standard error of the mean over the examples; NaN with fewer than two."""
        values = self.values.get(measure, np.empty(0))
        if len(values) < 2:
            return float("nan")
        return float(np.std(values, ddof=1) / np.sqrt(len(values)))

    def record(self) -> dict[str, Any]:
        """The row of a table: means and standard errors."""
        record: dict[str, Any] = {
            "basis": self.basis,
            "order": self.order,
            "units": self.units,
            "coefficients": self.coefficients,
        }
        for name in self.values:
            record[name] = self.mean(name)
            record[f"{name} standard_error"] = self.standard_error(name)
        return record


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """How far scores tell what a model's output depends on: what `measure_faithfulness` returns.

    Parameters
    ----------
    rows : tuple of FaithfulnessRow
        Of each basis: the order by attribution, by |coefficient|, and at random.
    output : str
        ``"value"``, ``"probability"`` or ``"logit"``.
    ranking : str
        ``"signed"`` or ``"absolute"``.
    examples, steps : int
        How many there are.
    seed : int
        Of the bootstrap.
    """

    rows: tuple[FaithfulnessRow, ...]
    output: str
    ranking: str
    examples: int
    steps: int
    seed: int = 0

    @property
    def bases(self) -> tuple[str, ...]:
        """The names of the bases."""
        return tuple(dict.fromkeys(row.basis for row in self.rows))

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures that were taken."""
        return tuple(name for name in MEASURES if name in self.rows[0].values)

    def row(self, basis: str | None = None, order: str = "attribution") -> FaithfulnessRow:
        """The row of a basis (by default the first) and an order.

        Raises
        ------
        KeyError
            If there is none.
        """
        wanted = self.bases[0] if basis is None else basis
        for each in self.rows:
            if (each.basis, each.order) == (wanted, order):
                return each
        raise KeyError(
            f"there is no order {order!r} in basis {wanted!r}; bases are "
            f"{', '.join(map(repr, self.bases))}, orders {', '.join(map(repr, ORDERS))}."
        )

    def difference(
        self,
        measure: str,
        of: str | tuple[str, str],
        over: str | tuple[str, str],
    ) -> Difference:
        """How much larger a measure is in one row than in another, over the same examples.

        Parameters
        ----------
        measure : str
            One of `measures`.
        of, over : str or (str, str)
            A basis, in the order of attribution; or a basis and an order.

        Raises
        ------
        KeyError
            If there is no such row, or the rows lack the measure.
        """
        pair = [self.row(*((each,) if isinstance(each, str) else each)) for each in (of, over)]
        for row in pair:
            if measure not in row.values:
                raise KeyError(
                    f"{measure!r} is no measure of the order {row.order!r}; it has "
                    f"{', '.join(row.values)}."
                )
        first, second = (row.values[measure] for row in pair)
        score = paired_score(second, first, None, self.seed)
        return Difference(score.gain, score.low, score.high)

    def differences(self, measure: str = "difference") -> list[dict[str, Any]]:
        """Paired differences of one measure, a record for each.

        Of each basis: its attributions less its own |coefficient| order and less its random order;
        and less the attributions of the first basis.
        """
        records = []
        for name in self.bases:
            pairs = [(name, order) for order in ORDERS[1:] if measure in self._values(name, order)]
            others = [*pairs, *([(self.bases[0], ORDERS[0])] if name != self.bases[0] else [])]
            for other in others:
                found = self.difference(measure, name, other)
                over = " ".join(other) if other[0] != name else other[1]
                records.append({"basis": name, "over": over, **found._asdict()})
        return records

    def table(self) -> Any:
        """A row per basis and order, means and standard errors of all measures.

        A pandas DataFrame where pandas is installed, else a list of dicts.
        """
        return _as_table([row.record() for row in self.rows])

    def record(self) -> dict[str, Any]:
        """The result as JSON values, with mean curves and without the single examples."""
        curves = [
            {
                "basis": row.basis,
                "order": row.order,
                "share": row.share.tolist(),
                "deletion": row.deletion.mean(axis=0).tolist(),
                "insertion": row.insertion.mean(axis=0).tolist(),
            }
            for row in self.rows
        ]
        return {
            "output": self.output,
            "ranking": self.ranking,
            "examples": self.examples,
            "steps": self.steps,
            "measures": {name: MEASURES[name]._asdict() for name in self.measures},
            "rows": [row.record() for row in self.rows],
            "differences": self.differences(),
            "curves": curves,
        }

    def __str__(self) -> str:
        """The main measures with standard errors, and the differences of insertion and deletion."""
        wanted = (*_PRINTED, *(_ABSOLUTE if self.ranking == "absolute" else ()))
        names = [name for name in wanted if name in self.measures]
        arrows = {"higher": "+", "lower": "-"}
        heads = [f"{name} ({arrows[MEASURES[name].better]})" for name in names]
        lines = [["basis", "order", *heads]]
        for row in self.rows:
            cells = [f"{row.mean(name):.3f} +- {row.standard_error(name):.3f}" for name in names]
            lines.append([row.basis, row.order, *cells])
        told = [
            f"Faithfulness to the {self.output} of {self.examples} examples, {self.steps} steps, "
            f"{self.ranking} ranking; (+) higher is better, (-) lower.",
            *_columns(lines),
            "Paired differences of insertion less deletion, with 95 % intervals:",
        ]
        for each in self.differences():
            gain = Difference(each["mean"], each["low"], each["high"])
            told.append(f"  {each['basis']} over {each['over']}: {gain}")
        return "\n".join(told)

    def _values(self, basis: str, order: str) -> Mapping[str, Array]:
        return self.row(basis, order).values


def _columns(lines: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]


def _as_table(records: list[dict[str, Any]]) -> Any:
    try:
        import pandas as pd
    except ImportError:
        return records
    return pd.DataFrame(records)
