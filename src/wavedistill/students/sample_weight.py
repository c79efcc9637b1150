"""How often each example of a fit counts, and which ones do not count at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wavedistill.attribution import Attributions
from wavedistill.checks import float_array

__all__ = ["Weighing"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Weighing:
    """The examples that count. One of weight 0 is left out before anything else is done.

    Parameters
    ----------
    count : int
        Examples that were given.
    rows : ndarray of int or None
        Those of a weight above 0; None for all.
    sample_weight : ndarray or None
        Their weights; None where each counts once.
    """

    count: int
    rows: Integers | None = None
    sample_weight: Array | None = None

    @classmethod
    def of(cls, sample_weight: ArrayLike | None, count: int) -> Weighing:
        """Check weights.

        Raises
        ------
        TypeError, ValueError
            If they are not one finite number for each example, one is negative, or all are 0.
        """
        if sample_weight is None:
            return cls(count)
        weights = float_array(sample_weight, "sample_weight").astype(np.float64)
        if weights.shape != (count,):
            raise ValueError(
                f"sample_weight has shape {weights.shape} and X has {count} examples; give one "
                f"weight for each, shape ({count},)."
            )
        if (least := weights.min()) < 0:
            raise ValueError(
                f"sample_weight has {least:g} for example {weights.argmin()}, and weights must be "
                "0 or more; leave an example out by weight 0."
            )
        rows = np.flatnonzero(weights)
        if len(rows) == 0:
            raise ValueError("sample_weight is zero for all examples; no example is left to fit.")
        return cls(count, None if len(rows) == count else rows, weights[rows])

    def counted(self, values: Any, name: str) -> Any:
        """The values of the examples that count, of one value for each example; None stays None."""
        if values is None or self.rows is None:
            return values
        table = values if isinstance(values, Attributions) else np.asarray(values)
        if len(table) != self.count:
            raise ValueError(
                f"{name} has {len(table)} rows and X has {self.count} examples; give one for each."
            )
        return table[self.rows]

    def folds(self, cv: Any) -> Any:
        """What `fold_numbers` takes for the examples that count.

        Splits given as row numbers are those of all examples. They are numbered anew, and those
        that hold out no example that counts are dropped. Other folds are made for the examples
        that count.
        """
        if self.rows is None or hasattr(cv, "split") or not np.iterable(cv):
            return cv
        place = np.full(self.count, -1)
        place[self.rows] = np.arange(len(self.rows))
        splits = [[place[part][place[part] >= 0] for part in split] for split in cv]
        return [(train, held_out) for train, held_out in splits if len(held_out)]
