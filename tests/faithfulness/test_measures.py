"""Every measure, held to cases computed by hand, to SciPy and to Captum."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import entropy, spearmanr

import wavedistill as wd
from tests.helpers import normal
from wavedistill.faithfulness import (
    MEASURES,
    Fourier,
    Samples,
    Segments,
    WaveletBasis,
    complexity,
    orders,
    rank_correlation,
)
from wavedistill.faithfulness.orders import _draw
from wavedistill.faithfulness.outputs import Output
from wavedistill.faithfulness.removal import Remover, ranks, steps_of

#: Of a linear model: x * w is (4, -1, 2, 3), and f(x) = 8.
WEIGHTS = np.array([2.0, 1.0, 1.0, 0.5])
X = np.array([[2.0, -1.0, 2.0, 6.0]])


def linear(rows):
    return rows.reshape(len(rows), -1) @ WEIGHTS


def measured(model: Any = linear, signals=X, scores=X * WEIGHTS, basis: Any = "samples", **options):
    options = {"steps": 4, "random_orders": 2, "subsets": 20, **options}
    return wd.measure_faithfulness(model, signals, scores, basis, **options)


def test_curves_and_areas_of_four_samples_by_hand():
    row = measured().row()
    np.testing.assert_allclose(row.deletion, [[8, 4, 1, -1, 0]])
    np.testing.assert_allclose(row.insertion, [[0, 4, 7, 9, 8]])
    np.testing.assert_allclose(row.share, [0, 0.25, 0.5, 0.75, 1])
    # Squares are (4, 1, 4, 36), 45 in all; removed in the order 0, 3, 2, 1.
    np.testing.assert_allclose(row.removed, np.array([[0, 4, 40, 44, 45]]) / 45)
    np.testing.assert_allclose(row.restored, row.removed)
    expected = {
        "deletion": (8 / 2 + 4 + 1 - 1) / 4,
        "insertion": (4 + 7 + 9 + 8 / 2) / 4,
        "difference": (24 - 8) / 4,
        "deletion_by_energy": (4 * 6 + 36 * 2.5 + 4 * 0 + 1 * -0.5) / 45,
        "insertion_by_energy": (4 * 2 + 36 * 5.5 + 4 * 8 + 1 * 8.5) / 45,
        "difference_by_energy": (246.5 - 113.5) / 45,
        "drop": 8 - 1,
        "half_error": 8 - 7,
        "mu_fidelity": 1,
        "most_first": (4 + 7 + 9 + 8) / 4,
        "least_first": (8 + 4 + 1 + 1) / 4,
        "complexity": entropy([0.4, 0.1, 0.2, 0.3]),
    }
    assert {name: row.mean(name) for name in row.values} == pytest.approx(expected)
    assert set(expected) | {"kept_class"} == set(MEASURES)


def test_the_order_of_coefficients_by_hand():
    row = measured().row(order="|coefficient|")
    # The largest first: 6, then a tie of 2 and 2 that goes either way, then 1.
    assert row.deletion[0, [0, 1, 3, 4]].tolist() == [8, 5, -1, 0]
    assert row.deletion[0, 2] in (1, 3)


def test_absolute_changes_do_not_cancel():
    # The least raising first: f(x_k) is 9, 7, 4 and 0, once above and else below f(x) = 8.
    row = measured(scores=-X * WEIGHTS).row()
    assert row.mean("most_first") == pytest.approx((1 + 1 + 4 + 8) / 4)
    assert row.mean("drop") == pytest.approx(1)


def test_a_large_coefficient_is_one_that_is_far_from_the_baseline():
    row = measured(baseline=np.array([0.0, 0, 0, 5.5])).row(order="|coefficient|")
    # Far from it are the samples of 2, then that of -1, and last the one of 6.
    assert row.deletion[0, 3] == pytest.approx(3)


def test_measures_of_random_orders_are_means_over_the_draws():
    signals = normal(4, 8)
    found = measured(lambda x: x[:, 0], signals, signals, "samples", random_orders=7, subsets=0)
    row = found.row(order="random")
    np.testing.assert_allclose(
        row.values["deletion"], np.trapezoid(row.deletion, row.share, axis=1)
    )
    # One sample matters; it is gone after a step or not yet, which seven draws do not agree on.
    shares = row.deletion[:, 1:-1] / signals[:, :1]
    assert ((shares > 0) & (shares < 1)).any()
    assert "mu_fidelity" not in row.values


def test_an_absolute_ranking_takes_what_moves_the_output_most():
    row = measured(scores=-X * WEIGHTS, ranking="absolute").row()
    np.testing.assert_allclose(row.deletion, [[8, 4, 1, -1, 0]])
    one = normal(1, 4, seed=3)
    both = [
        measured(signals=one, scores=sign * one * WEIGHTS, ranking="absolute") for sign in (1, -1)
    ]
    assert both[0].row().mean("mu_fidelity") == both[1].row().mean("mu_fidelity")
    sizes = measured(lambda x: np.abs(x) @ WEIGHTS, one, -one * WEIGHTS, ranking="absolute")
    assert sizes.row().mean("mu_fidelity") == pytest.approx(1)
    falls = measured(lambda x: -np.abs(x) @ WEIGHTS, one, one * WEIGHTS, ranking="absolute")
    assert falls.row().mean("mu_fidelity") == pytest.approx(1)
    signed = measured(signals=one, scores=-one * WEIGHTS)
    assert signed.row().mean("mu_fidelity") == pytest.approx(-1)


def test_a_baseline_stays_where_parts_are_removed():
    signals = np.vstack([X, X + 1])
    row = measured(
        signals=signals, scores=signals * WEIGHTS, baseline=np.array([1.0, 0, 0, 0])
    ).row()
    # Of the first signal, the order is still 0, 3, 2, 1, and sample 0 is never below 1.
    np.testing.assert_allclose(row.deletion[0], [8, 6, 3, 1, 2])
    np.testing.assert_allclose(row.insertion[0], [2, 4, 7, 9, 8])
    np.testing.assert_allclose(row.removed[0], np.array([0, 1, 37, 41, 42]) / 42)
    np.testing.assert_allclose(row.restored[0], row.removed[0])
    mean = measured(signals=signals, scores=signals * WEIGHTS, baseline="mean").row()
    np.testing.assert_allclose(mean.deletion[:, -1], [linear(signals).mean()] * 2)
    # One of each example itself: nothing is removed, and no energy is there to lose.
    own = measured(signals=signals, scores=signals * WEIGHTS, baseline=signals).row()
    np.testing.assert_allclose(own.deletion, linear(signals)[:, None] * np.ones(5))
    np.testing.assert_allclose(own.removed, [own.share] * 2)


@pytest.mark.parametrize(
    "basis", [Samples(), Fourier(), WaveletBasis(wd.WaveletTransform("db2", 2, "periodization"))]
)
def test_a_linear_model_is_foreseen_in_every_basis(basis):
    signals, weights = normal(5, 16), normal(16, seed=1)
    scores = basis.analysis(signals) * basis.adjoint(weights[None])
    found = wd.measure_faithfulness(lambda x: x @ weights, signals, scores, basis, steps=8)
    row = found.row()
    np.testing.assert_allclose(row.values["mu_fidelity"], 1)
    # The deletion falls by the largest contributions, one by one.
    gone = np.cumsum(-np.sort(-scores, axis=1), axis=1)[:, 1::2]
    np.testing.assert_allclose(row.deletion[:, 1:], (signals @ weights)[:, None] - gone, atol=1e-9)
    # In an orthonormal basis energy is that of the coefficients.
    squares = np.take_along_axis(basis.analysis(signals) ** 2, np.argsort(-scores, axis=1), 1)
    shares = np.cumsum(squares, axis=1)[:, 1::2] / squares.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(row.removed[:, 1:], shares)
    assert abs(found.row(order="random").mean("difference")) < row.mean("difference")


def test_the_samples_of_a_segment_go_together():
    signals = normal(3, 2, 8)
    scores = np.array([[3.0, 1.0, 2.0, 0.0]]).repeat(3, axis=0)

    def left(rows):
        return (rows != 0).reshape(len(rows), -1).sum(axis=1).astype(float)

    row = measured(left, signals, scores, Segments(2)).row()
    np.testing.assert_array_equal(row.deletion, [[16, 12, 8, 4, 0]] * 3)
    assert (row.units, row.coefficients) == (4, 16)
    # Scores of samples are summed over each segment.
    per_sample = np.repeat(scores / 4, 2, axis=1)[:, None] * np.ones((1, 2, 1))
    again = measured(left, signals, per_sample, Segments(2)).row()
    np.testing.assert_allclose(again.values["complexity"], row.values["complexity"])


def test_in_a_redundant_mode_all_removed_is_the_baseline_and_none_the_signal():
    signals = normal(2, 13)
    basis = WaveletBasis(wd.WaveletTransform("db2", 2, "symmetric"))
    scores = normal(*basis.analysis(signals).shape, seed=1)
    row = wd.measure_faithfulness(lambda x: x[:, 3], signals, scores, basis, steps=6).row()
    assert row.coefficients > 13
    np.testing.assert_allclose(row.deletion[:, 0], signals[:, 3])
    np.testing.assert_allclose(row.deletion[:, -1], 0)
    np.testing.assert_allclose(row.deletion[:, 1:-1].shape, (2, 5))
    np.testing.assert_allclose(row.removed[:, -1], 1)


def test_whether_the_half_alone_keeps_the_class():
    # Two classes by the sign of the sum: the half that raises it most keeps class 1, not class 0.
    signals = np.array([[3.0, 1.0, -1.0, -1.0], [1.0, 1.0, -2.0, -3.0]])

    def logits(rows):
        return np.column_stack([-rows.sum(axis=1), rows.sum(axis=1)])

    options: dict[str, Any] = {"output": "logit", "target": 1, "scores": signals}
    row = measured(logits, signals, **options).row()
    np.testing.assert_array_equal(row.values["kept_class"], [1, 0])
    np.testing.assert_allclose(row.deletion[:, 0], 2 * signals.sum(axis=1))
    assert "kept_class" not in measured().row().values
    # The better quarter of the first has class 0, the half class 1.
    mixed = np.array([[-1.0, 4, 1, 1]])
    options = {"output": "logit", "target": 1, "scores": np.array([[4.0, 3, 2, 1]])}
    assert measured(logits, mixed, **options).row().mean("kept_class") == 1


def test_rank_correlation_is_that_of_scipy_and_a_constant_has_none():
    some, others = np.round(normal(20, 9)), np.round(normal(20, 9, seed=1))
    expected = [spearmanr(a, b).statistic for a, b in zip(some, others, strict=True)]
    np.testing.assert_allclose(rank_correlation(some, others), expected)
    assert rank_correlation(np.ones((1, 4)), normal(1, 4)).tolist() == [0]


def test_complexity_runs_from_one_unit_to_all():
    found = complexity(np.array([[0, -5.0, 0, 0], [1, -1, 1, -1], [0, 0, 0, 0]]))
    np.testing.assert_allclose(found, [0, np.log(4), np.log(4)])


def test_ties_are_broken_at_random_and_steps_are_even():
    scores, ties = np.array([[1.0, 2, 1, 2]]), np.array([[0.4, 0.3, 0.2, 0.1]])
    assert ranks(scores, ties).tolist() == [[3, 1, 2, 0]]
    assert steps_of(10, 4).tolist() == [0, 2, 5, 8, 10]


def test_what_removals_change_is_held_to_captums_infidelity():
    torch = pytest.importorskip("torch")
    from captum.metrics import infidelity

    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Linear(12, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)
    ).double()
    signals, scores = normal(4, 12), normal(4, 12, seed=1)
    removed = normal(4, 30, 12, seed=2) > 0.5
    output = Output(network, "value", None, 64)
    whole, classes = output.of_examples(signals)
    base = np.zeros((1, 12))
    remover = Remover(Samples(), signals, base, output, whole, np.zeros(4), classes)
    changes = remover.changes(np.arange(4), removed)
    own = np.mean((np.einsum("nku,nu->nk", removed, scores) - changes) ** 2, axis=1)

    def perturb(inputs):
        gone = torch.from_numpy(removed.reshape(-1, 12).astype(float))
        # Captum weighs attributions by the perturbation; of whole contributions, by 1 where gone.
        return gone, inputs * (1 - gone)

    found = infidelity(
        network,
        perturb,
        torch.from_numpy(signals),
        torch.from_numpy(scores),
        n_perturb_samples=30,
        max_examples_per_batch=120,
    )
    np.testing.assert_allclose(own, found.detach().numpy())


def test_mu_fidelity_is_the_mean_of_correlations_of_examples(monkeypatch):
    def loud(rows):
        return np.abs(rows).sum(axis=1)

    signals, scores = normal(6, 10), normal(6, 10, seed=1)
    drawn = []

    def recording(settings, examples, units):
        drawn.append(_draw(settings, examples, units))
        return drawn[-1]

    monkeypatch.setattr(orders, "_draw", recording)
    row = measured(loud, signals, scores, subsets=40).row()
    [(_, _, removed)] = drawn
    assert removed.sum(axis=2).tolist() == [[2] * 40] * 6
    lost = np.einsum("nku,nu->nk", removed, np.abs(signals))
    sums = np.einsum("nku,nu->nk", removed, scores)
    expected = [spearmanr(a, b).statistic for a, b in zip(sums, lost, strict=True)]
    np.testing.assert_allclose(row.values["mu_fidelity"], expected)
    assert row.mean("mu_fidelity") == pytest.approx(np.mean(expected))
