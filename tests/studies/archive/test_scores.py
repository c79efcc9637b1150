from typing import Any

import numpy as np
import pytest
from scipy.stats import rankdata

from wavedistill.studies.archive.models import Row
from wavedistill.studies.archive.run import Record
from wavedistill.studies.archive.scores import (
    Table,
    cliques,
    compare_pairs,
    holm,
    per_set,
    signed_rank,
    summaries,
)


def records(accuracies, seeds=1):
    """A record for each set and seed; `accuracies` has a list for each model."""
    count = len(next(iter(accuracies.values())))
    return [
        Record(
            f"set {place}",
            seed,
            train=10,
            rows=tuple(
                Row(model, each[place], 0.5, 20, seconds=2.0, error="" if each[place] else "none")
                for model, each in accuracies.items()
            ),
        )
        for seed in range(seeds)
        for place in range(count)
    ]


def test_a_summary_has_mean_difference_and_rank():
    table = Table(
        records(
            {
                "small network": [0.9, 0.8, 1.0],
                "student 50": [0.8, 0.8, 0.7],
                "raw samples": [0.95, 0.7, 0.6],
            }
        )
    )
    found = {each.model: each for each in summaries(table)}
    student = found["student 50"]
    assert student.accuracy == pytest.approx(2.3 / 3)
    assert student.difference == pytest.approx(-0.4 / 3)
    # Ties share their rank.
    assert student.rank == pytest.approx((3 + 1.5 + 2) / 3)
    assert (student.sets, student.numbers, student.seconds) == (3, 20, 2)
    assert student.low <= student.difference <= student.high
    assert student.low == pytest.approx(-0.3)
    assert found["small network"].high == 0
    assert next(each.model for each in summaries(table)) == "small network"


def test_a_model_that_is_missing_somewhere_is_ranked_where_all_are():
    few = {"small network": [0.9, 0.8, 0.7], "student 50": [0.8, 0.7, 0.6]}
    table = Table(records({**few, "catch22": [0.1, None, 0.9], "MiniRocket": [None, None, 0.5]}))
    names, accuracy, ranks = table.ranks()
    assert names == ["small network", "student 50", "catch22"]
    np.testing.assert_allclose(accuracy, [[0.9, 0.8, 0.1], [0.7, 0.6, 0.9]])
    np.testing.assert_allclose(ranks, [[1, 2, 3], [2, 3, 1]])
    found = {each.model: each for each in summaries(table)}
    assert found["MiniRocket"].sets == 1
    assert found["MiniRocket"].rank is None
    assert found["catch22"].ranked == 2
    rows = per_set(table)
    assert rows[1].catch22 is None
    assert vars(rows[1])["student 50"] == 0.7


def test_seeds_are_averaged_before_sets_are_compared():
    table = Table(
        [
            Record("one", 0, rows=(Row("energy, learned", 0.5), Row("energy, known", 0.5))),
            Record("one", 1, rows=(Row("energy, learned", 0.7), Row("energy, known", 0.5))),
            Record("two", 0, rows=(Row("energy, learned", 0.4), Row("energy, known", 0.5))),
            Record("three", 0, "left out"),
        ]
    )
    (pair,) = compare_pairs(table)
    assert (pair.sets, pair.wins, pair.ties, pair.losses) == (2, 1, 0, 1)
    assert pair.difference == pytest.approx(0)
    assert vars(per_set(table)[0])["energy, learned"] == pytest.approx(0.6)
    assert [row.seeds for row in per_set(table)] == [2, 1]


def test_pairs_are_tested_over_sets():
    gain = np.linspace(0.01, 0.2, 12)
    table = Table(
        records(
            {
                "energy, learned": list(0.5 + gain),
                "energy, known": [0.5] * 12,
                "packets, learned": [0.5] * 12,
                "packets, known": [0.5] * 12,
            }
        )
    )
    energy, packets = compare_pairs(table)
    assert (energy.wins, energy.losses) == (12, 0)
    assert energy.p < 0.005
    assert energy.p_holm == pytest.approx(2 * energy.p)
    assert energy.low > 0
    assert (packets.ties, packets.p, packets.p_holm) == (12, 1, 1)


def test_holm_has_known_values():
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_differences_of_zero_count_on_either_side():
    values = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    assert signed_rank(values) < 0.05
    assert signed_rank(np.concatenate([values, np.zeros(20)])) > signed_rank(values)
    assert signed_rank(np.full(5, 1e-17)) == 1


def test_cliques_are_the_longest_runs_that_are_not_told_apart():
    random = np.random.default_rng(0)
    hard = random.uniform(0.3, 0.6, 40)[:, None]
    # Two good models that are alike, one in the middle, two bad ones that are alike.
    accuracy = hard + np.array([0.30, 0.30, 0.2, 0.0, 0.0]) + 0.01 * random.normal(size=(40, 5))
    ranks: Any = rankdata(-accuracy, axis=1)
    assert cliques(ranks, accuracy) == [(0, 1), (3, 4)]
    assert cliques(ranks[:, :1], accuracy[:, :1]) == []
    # No order of the columns matters.
    flipped = slice(None, None, -1)
    assert cliques(ranks[:, flipped], accuracy[:, flipped]) == [(0, 1), (3, 4)]
