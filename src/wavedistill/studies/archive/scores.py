"""What many sets say together: mean accuracies and ranks, wins and losses, paired tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata, wilcoxon

from wavedistill.studies.archive.run import Record

__all__ = [
    "COMPARED",
    "UNRANKED",
    "Pair",
    "Summary",
    "Table",
    "cliques",
    "compare_pairs",
    "holm",
    "per_set",
    "signed_rank",
    "summaries",
]

Array = NDArray[np.float64]

#: Pairs of models whose accuracies are held against each other: the first is to win.
COMPARED = (
    ("energy, learned", "energy, known"),
    ("packets, learned", "packets, known"),
    ("student 50", "known wavelet"),
    ("student 50", "data alone"),
    ("student 50", "random teacher"),
    ("student 50", "raw samples"),
    ("student 50", "spectrum"),
    ("student 50", "student 20"),
    ("student 50", "student 200"),
    ("student 50, four parts", "student 50"),
    ("student 50", "small network"),
    ("student 50", "ridge on catch22"),
    ("student 50", "catch22"),
    ("student 50", "MiniRocket"),
    ("student of inception", "inception"),
)
#: Models beside those that are ranked: they are for a comparison of their own.
UNRANKED = ("energy, learned", "energy, known", "packets, learned", "packets, known")
_RESAMPLES = 2000


@dataclass(frozen=True)
class Summary:
    """One model on all sets that it has been fitted to.

    Differences to the small network have a 95 % interval over resampled sets. Ranks (1 is the best)
    are means over `ranked` sets, those that all ranked models have been fitted to.
    """

    model: str
    sets: int
    accuracy: float
    fidelity: float
    difference: float
    low: float
    high: float
    rank: float | None
    ranked: int
    numbers: float
    seconds: float


@dataclass(frozen=True)
class Pair:
    """Two models on the sets that both have been fitted to.

    `p` is that of Wilcoxon's signed-rank test over sets, and `p_holm` is corrected for the number
    of pairs. The mean difference has a 95 % interval over resampled sets.
    """

    first: str
    second: str
    sets: int
    wins: int
    ties: int
    losses: int
    difference: float
    low: float
    high: float
    p: float
    p_holm: float


class Table:
    """Accuracies by set and model: means over seeds, NaN where there is none."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = [record for record in records if record.rows]
        self.sets = list(dict.fromkeys(record.name for record in self.records))
        self.models = list(dict.fromkeys(row.model for r in self.records for row in r.rows))

    def of(self, model: str, what: str = "accuracy") -> Array:
        """A number of a model for each set."""
        found: dict[str, list[float]] = {name: [] for name in self.sets}
        for record in self.records:
            for row in record.rows:
                value = getattr(row, what)
                if row.model == model and value is not None:
                    found[record.name].append(float(value))
        return np.array([np.mean(each) if each else np.nan for each in found.values()])

    def ranks(self) -> tuple[list[str], Array, Array]:
        """Models that are ranked, their accuracies, and ranks, both (sets, models).

        Only sets count that all these models have; a model that half of the sets lack is left out.
        """
        kept = [
            model
            for model in self.models
            if model not in UNRANKED and np.isfinite(self.of(model)).mean() > 0.5
        ]
        accuracy = np.stack([self.of(model) for model in kept], axis=1)
        accuracy = accuracy[np.isfinite(accuracy).all(axis=1)]
        return kept, accuracy, np.asarray(rankdata(-accuracy, axis=1), dtype=np.float64)


def summaries(table: Table, seed: int = 0) -> list[Summary]:
    """Each model on all sets, in the order of accuracy."""
    kept, _, ranks = table.ranks()
    mean_ranks = dict(zip(kept, ranks.mean(axis=0), strict=True)) if len(ranks) else {}
    teacher = table.of("small network")
    found = []
    for model in table.models:
        accuracy = table.of(model)
        have = np.isfinite(accuracy) & np.isfinite(teacher)
        if not have.any():
            continue
        low, high = _interval((accuracy - teacher)[have], seed)
        rank = mean_ranks.get(model)
        found.append(
            Summary(
                model,
                int(have.sum()),
                float(accuracy[have].mean()),
                float(np.nanmean(table.of(model, "fidelity"))),
                float((accuracy - teacher)[have].mean()),
                low,
                high,
                None if rank is None else float(rank),
                len(ranks),
                _median(table.of(model, "numbers")),
                _median(table.of(model, "seconds")),
            )
        )
    return sorted(found, key=lambda each: -each.difference)


def compare_pairs(table: Table, seed: int = 0) -> list[Pair]:
    """The pairs of `COMPARED` for which there are results."""
    found = []
    for first, second in COMPARED:
        if first not in table.models or second not in table.models:
            continue
        difference = table.of(first) - table.of(second)
        difference = difference[np.isfinite(difference)]
        if not len(difference):
            continue
        found.append((first, second, difference, signed_rank(difference)))
    corrected = holm([p for *_, p in found])
    return [
        Pair(
            first,
            second,
            len(difference),
            int((difference > 0).sum()),
            int((difference == 0).sum()),
            int((difference < 0).sum()),
            float(difference.mean()),
            *_interval(difference, seed),
            p,
            p_holm,
        )
        for (first, second, difference, p), p_holm in zip(found, corrected, strict=True)
    ]


def per_set(table: Table) -> list[SimpleNamespace]:
    """A row for each set: its size, what was changed, and the mean accuracy of each model."""
    rows = []
    accuracies = {model: table.of(model) for model in table.models}
    for place, name in enumerate(table.sets):
        own = [record for record in table.records if record.name == name]
        first = own[0]
        facts: dict[str, object] = {"set": name, "seeds": len(own)}
        facts |= {key: getattr(first, key) for key in ("train", "test", "channels", "length")}
        facts |= {"classes": first.classes, "note": first.note}
        facts |= {model: _rounded(values[place]) for model, values in accuracies.items()}
        rows.append(SimpleNamespace(**facts))
    return rows


def cliques(ranks: Array, accuracy: Array, level: float = 0.05) -> list[tuple[int, int]]:
    """Which models, in the order of their mean ranks, the data do not tell apart.

    A clique is a run of that order of which no two models differ significantly by the signed-rank
    test with Holm's correction over all pairs (Benavoli, Corani and Mangili 2016).

    Returns
    -------
    list of (int, int)
        First and last place of each run of two or more that no other contains.
    """
    order = np.argsort(ranks.mean(axis=0), kind="stable")
    sorted_accuracy = accuracy[:, order]
    pairs = list(combinations(range(len(order)), 2))
    p = holm([signed_rank(sorted_accuracy[:, i] - sorted_accuracy[:, j]) for i, j in pairs])
    apart = {pair for pair, value in zip(pairs, p, strict=True) if value < level}
    runs: list[tuple[int, int]] = []
    for i in range(len(order)):
        j = i
        while j + 1 < len(order) and all((k, j + 1) not in apart for k in range(i, j + 1)):
            j += 1
        if j > i and (not runs or j > runs[-1][1]):
            runs.append((i, j))
    return runs


def signed_rank(difference: Array) -> float:
    """P-value of Wilcoxon's signed-rank test; half of the differences of 0 count on either side."""
    # Accuracies that differ by rounding are the same.
    difference = np.round(difference, 12)
    if not difference.any():
        return 1.0
    # By the normal approximation, as there are ties.
    return float(wilcoxon(difference, zero_method="zsplit", method="asymptotic").pvalue)


def holm(p: Sequence[float]) -> list[float]:
    """P-values corrected for their number (Holm 1979)."""
    order = np.argsort(p, kind="stable")
    factors = len(p) - np.arange(len(p))
    steps = np.minimum(np.maximum.accumulate(np.asarray(p)[order] * factors), 1.0)
    corrected = np.empty(len(p))
    corrected[order] = steps
    return [float(value) for value in corrected]


def _interval(values: Array, seed: int) -> tuple[float, float]:
    """95 % of the means over resampled sets."""
    random = np.random.default_rng(seed)
    means = values[random.integers(len(values), size=(_RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def _median(values: Array) -> float:
    return float(np.nanmedian(values)) if np.isfinite(values).any() else float("nan")


def _rounded(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
