"""`Attributions.require_examples`: attributions of other signals than these are refused."""

import numpy as np
import pytest

from wavedistill.attribution import Attributions, attribute

X = np.random.default_rng(0).normal(size=(50, 16)) + 1


def test_rows_of_several_targets_must_be_said_to_be_so():
    stacked = np.tile(X, (3, 1))
    with pytest.raises(ValueError, match=r"\(150, 16\) and X has shape \(50, 16\).*targets=3\)"):
        Attributions(stacked).require_examples(X)
    Attributions(stacked, targets=3).require_examples(X)
    with pytest.raises(ValueError, match=r"\(50, 16\) for each of 3 targets and X .*\(150, 16\)"):
        Attributions(stacked, targets=3).require_examples(stacked)


@pytest.mark.parametrize(
    ("signals", "message"),
    [
        (X[:49], r"\(50, 16\) and X has shape \(49, 16\).*Select .* by attributions\[rows\]"),
        (X[:, :15], r"one multiplier for each value of X\.$"),
        (X[:, None], r"X has shape \(50, 1, 16\).*for each value of X\.$"),
        (X[0], r"X has shape \(16,\)"),
        (X[:0], r"X has shape \(0, 16\)"),
    ],
)
def test_shapes_must_agree(signals, message):
    with pytest.raises(ValueError, match=message):
        Attributions(X).require_examples(signals)


def test_what_is_no_signal_is_refused():
    with pytest.raises(TypeError, match="X has dtype <U1"):
        Attributions(X).require_examples(np.full(X.shape, "a"))


def test_a_leading_axis_of_baselines_is_none_of_examples():
    several = np.stack([X, X, X])
    found = Attributions(several, several, "expected_gradients", baseline_axis=True)
    found.require_examples(X)
    found[:20].require_examples(X[:20])
    with pytest.raises(ValueError, match=r"\(50, 16\) and X has shape \(3, 50, 16\)"):
        found.require_examples(several)


def shuffled(x):
    return x[::-1]


def scaled(x):
    return 1.01 * x


def shifted(x):
    return x - x.mean(axis=0)


@pytest.mark.parametrize("baseline", ["by name", 0.0, 0.7, X[3]])
@pytest.mark.parametrize("targets", [1, 2])
@pytest.mark.parametrize("change", [shuffled, scaled, shifted])
def test_inputs_must_be_those_of_these_examples(baseline, targets, change):
    start = 0.0 if isinstance(baseline, str) else baseline
    inputs = np.tile(X - start, (targets, 1))
    known = {} if isinstance(baseline, str) else {"baseline": baseline}
    method = "input_x_gradient" if isinstance(baseline, str) else "integrated_gradients"
    found = Attributions(np.ones_like(inputs), inputs, method, targets=targets, **known)
    found.require_examples(X)
    found.require_examples(X.astype(np.float32))
    found[10:20].require_examples(X[10:20])
    with pytest.raises(ValueError, match="of other examples than X: their inputs differ from X by"):
        found.require_examples(change(X))
    wrong = X.copy()
    wrong[7, 3] += 0.1
    with pytest.raises(ValueError, match="at index 7"):
        found.require_examples(wrong)


def test_the_inputs_of_every_target_are_looked_at():
    inputs = np.concatenate([X, X[::-1]])
    with pytest.raises(ValueError, match="of other examples"):
        Attributions(np.ones_like(inputs), inputs, "input_x_gradient", targets=2).require_examples(
            X
        )


def test_what_cannot_be_seen_is_not_refused():
    Attributions(X).require_examples(shuffled(X))
    Attributions(X, X - X[::-1], "integrated_gradients").require_examples(X)


@pytest.mark.parametrize("start", ["number", "example", "examples"])
@pytest.mark.parametrize("method", ["integrated_gradients", "deeplift"])
def test_attribute_tells_the_baseline_that_all_examples_share(method, start, tmp_path):
    torch = pytest.importorskip("torch")
    pytest.importorskip("captum")
    given = {"number": 0.3, "example": X[5], "examples": X[::-1] + 1}[start]
    teacher = torch.nn.Linear(16, 2).double()
    found = attribute(teacher, X, method, target="all", baselines=given)
    found.save(tmp_path / "a")
    for each in (found, Attributions.load(tmp_path / "a")):
        assert each.targets == 2
        each.require_examples(X)
        if start == "examples":
            assert each.baseline is None
        else:
            np.testing.assert_array_equal(each.baseline, given)
            with pytest.raises(ValueError, match="of other examples"):
                each.require_examples(shuffled(X))


def test_large_data_is_compared_in_pieces(monkeypatch):
    monkeypatch.setattr("wavedistill.attribution.examples._ROWS", 7)
    found = Attributions(X, X, "input_x_gradient")
    found.require_examples(X)
    wrong = X.copy()
    wrong[33] *= 2
    with pytest.raises(ValueError, match="at index 33"):
        found.require_examples(wrong)
