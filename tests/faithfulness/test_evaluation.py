"""`measure_faithfulness`: outputs, attributions of every kind, batches, results and refusals."""

import json
from typing import Any

import numpy as np
import pytest
from scipy.special import expit, softmax

import wavedistill as wd
from tests.helpers import normal
from wavedistill.attribution import Attributions
from wavedistill.faithfulness import Fourier, Samples, WaveletBasis, removal
from wavedistill.faithfulness.arguments import as_bases, carried
from wavedistill.faithfulness.outputs import Output

X = normal(6, 16)
WEIGHTS = normal(16, 3, seed=1)
FEW: dict[str, Any] = {"steps": 4, "random_orders": 2, "subsets": 10}


def logits(rows):
    return rows @ WEIGHTS


def measured(model: Any = logits, attributions: Any = X, basis: Any = "samples", **options):
    given: dict[str, Any] = {**FEW, "target": 0, **options}
    return wd.measure_faithfulness(model, X, attributions, basis, **given)


@pytest.mark.parametrize("kind", ["probability", "logit", "value"])
@pytest.mark.parametrize("target", [2, [0, 1, 2, 2, 1, 0], "predicted"])
def test_the_output_is_that_of_the_target(kind, target):
    output = Output(logits, kind, target, 4)
    if kind == "value" and target == "predicted":
        with pytest.raises(ValueError, match="target='predicted' is for classes"):
            output.check_target(len(X))
        return
    output.check_target(len(X))
    found, classes = output.of_examples(X)
    labels = logits(X).argmax(axis=1) if target == "predicted" else np.broadcast_to(target, 6)
    np.testing.assert_array_equal(classes, logits(X).argmax(axis=1))
    p = softmax(logits(X), axis=1)[np.arange(6), labels]
    expected = {
        "probability": p,
        "logit": np.log(p) - np.log1p(-p),
        "value": logits(X)[np.arange(6), labels],
    }
    np.testing.assert_allclose(found, expected[kind])
    # Rows are those of any examples, each with its own label.
    again, _ = output.of_rows(X[[3, 3, 1]], np.array([3, 3, 1]))
    np.testing.assert_allclose(again, found[[3, 3, 1]])


@pytest.mark.parametrize("certain", [False, True])
def test_a_single_output_stands_for_two_classes(certain):
    def model(rows):
        return expit(rows @ WEIGHTS[:, 0]) if certain else rows @ WEIGHTS[:, 0]

    p = expit(X @ WEIGHTS[:, 0])
    for target, expected in ((None, p), (0, 1 - p), ("predicted", np.maximum(p, 1 - p))):
        output = Output(model, "probability", target, 4)
        output.check_target(6)
        found, classes = output.of_examples(X)
        np.testing.assert_allclose(found, expected)
        np.testing.assert_array_equal(classes, p > 0.5)


def test_probabilities_are_taken_as_they_are():
    output = Output(lambda rows: softmax(logits(rows), axis=1), "probability", 1, 4)
    np.testing.assert_allclose(output.of_examples(X)[0], softmax(logits(X), axis=1)[:, 1])


def test_a_sure_probability_has_finite_log_odds():
    output = Output(lambda rows: (rows[:, 0] > 0) * 1.0, "logit", None, 4)
    found, _ = output.of_examples(X)
    np.testing.assert_array_equal(np.sign(found), np.where(X[:, 0] > 0, 1, -1))
    assert np.isfinite(found).all()


def test_a_module_and_a_function_of_it_give_the_same_and_the_module_is_left_alone():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Linear(16, 3), torch.nn.Dropout(0.5)).double().train()

    def function(rows):
        with torch.no_grad():
            return network[0](torch.from_numpy(rows)).numpy()

    options = {"output": "probability", "target": "predicted"}
    both = [measured(each, **options) for each in (network, function)]
    np.testing.assert_allclose(both[0].row().deletion, both[1].row().deletion)
    assert network.training


def test_a_function_may_change_its_input_in_place():
    def careless(rows):
        found = logits(rows)
        rows[:] = 0
        return found

    before = X.copy()
    found = measured(careless, baseline=np.ones(16))
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(
        found.row().deletion, measured(baseline=np.ones(16)).row().deletion
    )


def test_neither_batches_nor_memory_change_anything(monkeypatch):
    expected = measured(basis=["samples", "haar"], attributions=Attributions(X), levels=2)
    monkeypatch.setattr(removal, "_BUDGET", 200)
    found = measured(
        basis=["samples", "haar"], attributions=Attributions(X), levels=2, batch_size=3
    )
    for one, other in zip(expected.rows, found.rows, strict=True):
        assert one.values.keys() == other.values.keys()
        for name in one.values:
            np.testing.assert_allclose(one.values[name], other.values[name], atol=1e-12)
    other = measured(random_state=1).row(order="random").deletion
    assert np.abs(other - measured().row(order="random").deletion).max() > 0


def test_saliency_is_multiplied_by_what_is_taken_away():
    M, baseline = normal(6, 16, seed=2), normal(16, seed=3)
    basis = WaveletBasis(wd.WaveletTransform("db2", 2, "symmetric"))
    found = carried(Attributions(M), basis, X - baseline)
    expected = basis.transform.analysis(X - baseline) * Attributions(M).coefficients(
        basis.transform
    )
    np.testing.assert_allclose(found, expected)
    given = measured(attributions=Attributions(M), baseline=baseline).row()
    np.testing.assert_allclose(
        given.values["complexity"],
        measured(attributions=(X - baseline) * M).row().values["complexity"],
    )


def test_products_bring_their_own_inputs():
    transform = wd.WaveletTransform("db2", 2, "periodization")
    M = normal(2, 6, 16, seed=2)
    several = Attributions(M, X - normal(2, 1, 16), "expected_gradients", baseline_axis=True)
    one = Attributions(M[0], X - 1.0, "integrated_gradients")
    for given in (several, one):
        found = carried(given, WaveletBasis(transform), X)
        np.testing.assert_allclose(found, given.coefficients(transform))


def test_bases_have_names_and_settings():
    learned = wd.Wavelet.from_name("db3")
    shape = (3, 16)
    mixed: Any = ["samples", "Fourier", "haar", learned]
    found = as_bases(mixed, shape, 2, None, None)
    assert list(found) == ["samples", "Fourier", "haar", "db3"]
    assert found["haar"] == WaveletBasis(wd.WaveletTransform("haar", 2, "periodization"))
    distiller = wd.WaveletDistiller(2, 4, mode="symmetric", init="db2", max_iter=1)
    own = as_bases(distiller.fit(X, attributions=X).wavelet_, shape, None, None, None)
    [basis] = own.values()
    assert isinstance(basis, WaveletBasis)
    assert (basis.transform.mode, basis.transform.levels) == ("symmetric", 2)
    named = as_bases({"a": "haar", "b": Samples()}, shape, 2, "zero", None)
    assert named["a"] == WaveletBasis(wd.WaveletTransform("haar", 2, "zero"))
    assert list(named) == ["a", "b"]
    filters = as_bases(list(learned.lowpass), shape, 2, None, None)
    assert list(filters) == ["6 taps"]
    images = as_bases(["fourier", "haar"], (3, 8, 8), 2, None, (-2, -1))
    assert images["Fourier"] == Fourier((-2, -1))


def test_the_result_tells_means_errors_and_paired_differences():
    scores = {"samples": X * WEIGHTS[:, 0], "Fourier": normal(6, 16, seed=5)}
    found = measured(basis=["samples", "fourier"], attributions=scores)
    assert found.bases == ("samples", "Fourier")
    values = found.row().values["insertion"]
    assert found.row().standard_error("insertion") == pytest.approx(values.std(ddof=1) / 6**0.5)
    over = found.row("Fourier", "random").values["insertion"]
    gain = found.difference("insertion", "samples", ("Fourier", "random"))
    assert gain.mean == pytest.approx(np.mean(values - over))
    assert gain.low < gain.mean < gain.high
    told = [(each["basis"], each["over"]) for each in found.differences("drop")]
    assert told == [
        ("samples", "|coefficient|"),
        ("samples", "random"),
        ("Fourier", "|coefficient|"),
        ("Fourier", "random"),
        ("Fourier", "samples attribution"),
    ]
    assert "complexity" not in found.row(order="random").values
    assert len(found.differences("complexity")) == 3
    assert np.isnan(found.row(order="random").mean("complexity"))
    record = json.loads(json.dumps(found.record()))
    assert record["rows"][0]["insertion"] == pytest.approx(values.mean())
    assert len(record["curves"]) == len(found.table()) == 6
    text = str(found)
    assert (
        f"samples over random: {found.difference('difference', 'samples', ('samples', 'random'))}"
        in text
    )
    assert "Fourier  |coefficient|" in text
    with pytest.raises(KeyError, match="there is no order 'attribution' in basis 'haar'"):
        found.row("haar")
    with pytest.raises(KeyError, match="'complexity' is no measure of the order 'random'"):
        found.difference("complexity", "samples", ("samples", "random"))


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"model": X}, TypeError, "masked signals have to be given to it"),
        ({"target": None}, ValueError, "target=None, and the model has 3 outputs"),
        ({"target": 3}, ValueError, "target=3 is out of range"),
        ({"target": [0, 1]}, ValueError, r"target has shape \(2,\)"),
        ({"target": "all"}, TypeError, "target='all' must be the number of an output"),
        ({"output": "odds"}, ValueError, "output='odds' must be one of"),
        ({"steps": 5}, ValueError, "steps=5 must be even"),
        ({"steps": 18}, ValueError, "steps=18, and basis 'samples' has 16 units"),
        ({"ranking": "best"}, ValueError, "ranking='best' must be"),
        ({"subset_share": 1.0}, ValueError, "subset_share=1.0 must be"),
        ({"subsets": 1}, ValueError, "subsets=1 has no correlation"),
        ({"random_orders": 0}, ValueError, "random_orders=0 must be at least 1"),
        ({"baseline": np.zeros(15)}, ValueError, r"baseline has shape \(15,\)"),
        ({"baseline": np.nan}, ValueError, "baseline contains NaN"),
        ({"baseline": "median"}, ValueError, "must be a number, an array or 'mean'"),
        ({"attributions": X[:, :15]}, ValueError, "basis 'samples' has 16 units for each of 6"),
        ({"attributions": X[:5]}, ValueError, r"give scores of shape \(6, 16\)"),
        ({"attributions": X * np.nan}, ValueError, "attributions contains NaN"),
        ({"attributions": Attributions(X[:5])}, ValueError, "they must be the same"),
        (
            {"attributions": Attributions(np.vstack([X, X]), targets=2)},
            ValueError,
            "attributions are of 2 targets",
        ),
        ({"basis": ["samples", "haar"]}, TypeError, "there are 2 bases"),
        ({"attributions": {"haar": X}}, ValueError, "no scores for basis 'samples'"),
        ({"basis": []}, ValueError, "basis is empty"),
        ({"basis": ["haar", "haar"], "levels": 2}, ValueError, "two are the same"),
        ({"basis": "haar", "levels": 6}, ValueError, "levels=6 is too deep"),
        ({"basis": "no-such"}, ValueError, "no-such"),
        ({"model": lambda rows: np.ones((len(rows), 2))}, ValueError, "the model is constant"),
        ({"model": lambda rows: rows[:, 0] * np.nan}, ValueError, "NaN"),
    ],
)
def test_a_mistake_is_refused_before_anything_is_removed(options, kind, message):
    asked = []
    model = options.get("model", logits)

    def counting(rows):
        asked.append(len(rows))
        return model(rows)

    with pytest.raises(kind, match=message):
        measured(**{**options, "model": counting if callable(model) else model})
    # The whole signals and the baselines at most.
    assert sum(asked) <= 2 * len(X)


def test_a_saturated_probability_is_told_apart_from_a_constant_model():
    def sure(rows):
        return np.column_stack([np.full(len(rows), 1e4), rows[:, 0]])

    with pytest.raises(ValueError, match="try output='logit'"):
        measured(sure, output="probability")
    assert measured(sure, output="logit").row().mean("drop") != 0


def test_nan_in_the_signals_is_refused():
    bad = X.copy()
    bad[2, 3] = np.nan
    with pytest.raises(ValueError, match="X contains NaN or infinity"):
        wd.measure_faithfulness(logits, bad, X, target=0, **FEW)
