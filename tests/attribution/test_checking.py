"""`Attributions.check`: every finding with a case that needs a look and one that does not."""

from typing import Any

import numpy as np
import pytest

import wavedistill as wd
from tests.helpers import normal
from wavedistill.attribution import Attributions

torch: Any = pytest.importorskip("torch")
pytest.importorskip("captum")

X = normal(40, 24)


class Reader(torch.nn.Module):
    """An LSTM whose states are read at one step, or over all of them."""

    def __init__(self, read):
        super().__init__()
        self.cells = torch.nn.LSTM(1, 8, batch_first=True, bidirectional=True)
        self.head = torch.nn.Linear(16, 1)
        self.read = read

    def forward(self, x):
        return self.head(self.read(self.cells(x[..., None])[0]))


def attributed(layers, method="saliency", data=X, **parameters):
    return wd.attribute(torch.nn.Sequential(*layers).double(), data, method, **parameters)


def names(check):
    return [finding.name for finding in check.problems]


@pytest.mark.parametrize(
    ("step", "where", "odd"), [(0, "first", True), (-1, "last", True), (None, "", False)]
)
def test_a_recurrent_network_read_at_one_step_answers_by_it(step, where, odd):
    model = Reader((lambda states: states.mean(1)) if step is None else lambda s: s[:, step])
    check = wd.attribute(model.double(), X).check()
    assert names(check) == (["first and last step"] if odd else [])
    assert check.ok is not odd
    finding = check["first and last step"]
    assert finding.measured is not None
    assert (finding.measured > 0.5) == odd
    assert not odd or f"the {where} position outweighs" in str(check)


def test_the_axis_of_time_is_where_it_is_said_to_be():
    model = Reader(lambda states: states[:, 0]).double()
    found = wd.attribute(model, X)
    channels_last = Attributions(np.repeat(found.multipliers[..., None], 5, axis=-1))
    assert names(channels_last.check(axes=1)) == ["first and last step"]
    # Along the channels, all of them equal, they are constant.
    assert names(channels_last.check(axes=2)) == ["flat multipliers"]
    assert channels_last.check(axes=(1, 2))["first and last step"].ok is None
    assert Attributions(normal(5, 3)).check()["first and last step"].ok is None


def test_saturated_examples_say_so():
    weights = torch.nn.Linear(24, 1)
    loud = X * np.where(np.arange(40) < 20, 1, 300)[:, None]
    check = attributed([weights, torch.nn.Sigmoid()], data=loud).check()
    finding = check["vanished multipliers"]
    assert finding.ok is False
    assert finding.measured == pytest.approx(0.5, abs=0.05)
    assert "Attribute logits" in finding.text
    hidden = [torch.nn.Linear(24, 7), torch.nn.Tanh(), torch.nn.Linear(7, 1)]
    assert attributed(hidden).check()["vanished multipliers"].measured == 0
    assert Attributions(np.zeros((3, 8))).check()["vanished multipliers"].ok is False


def test_a_model_that_sees_only_the_mean_has_flat_multipliers():
    pooled = [torch.nn.AdaptiveAvgPool1d(1), torch.nn.Linear(1, 4), torch.nn.Tanh()]
    # In float32 the multipliers are constant apart from rounding.
    found = attributed([*pooled, torch.nn.Linear(4, 1), torch.nn.Flatten(0)], data=X[:, None])
    rounding = 1 + 1e-7 * normal(*found.multipliers.shape)
    single = Attributions((found.multipliers * rounding).astype(np.float32))
    assert np.ptp(single.multipliers, axis=-1).all()
    assert names(found.check()) == names(single.check()) == ["flat multipliers"]
    assert single.check()["flat multipliers"].measured == 1
    half = np.where(np.arange(40)[:, None] < 20, 1.0, X)
    assert Attributions(half).check()["flat multipliers"].measured == pytest.approx(0.5)


def test_completeness_needs_outputs_and_tells_a_wrong_baseline():
    torch.manual_seed(1)
    layers = [torch.nn.Linear(24, 7), torch.nn.Tanh(), torch.nn.Linear(7, 1)]
    model = torch.nn.Sequential(*layers).double()
    found = wd.attribute(model, X, "integrated_gradients", steps=30)
    with torch.no_grad():
        outputs, zero = model(torch.tensor(X)).numpy()[:, 0], model(torch.zeros(1, 24).double())
    assert "needs the model's outputs" in found.check()["completeness"].text
    assert found.check()["completeness"].ok is None
    complete = found.check(outputs, zero.numpy())["completeness"]
    assert complete.ok
    assert complete.measured == pytest.approx(0, abs=1e-6)
    wrong = found.check(outputs, float(zero) + 5)["completeness"]
    assert wrong.ok is False
    assert "Raise steps" in wrong.text
    # One step of the integral is too coarse for saturated units.
    coarse = wd.attribute(model, 20 * X, "integrated_gradients", steps=1)
    with torch.no_grad():
        loud = model(torch.tensor(20 * X)).numpy()
    assert coarse.check(loud, zero.numpy())["completeness"].ok is False
    for method in ("saliency", "input_x_gradient"):
        finding = wd.attribute(model, X, method).check(outputs, 0)["completeness"]
        assert finding.ok is None
        assert "does not promise" in finding.text


def test_completeness_of_several_targets_and_of_several_baselines():
    weights, background = normal(24, 3), normal(5, 24, seed=2)
    outputs = X @ weights
    stacked = np.repeat(weights.T, len(X), axis=0)
    several = Attributions(stacked, np.tile(X, (3, 1)), "mine", targets=3)
    assert several.check(outputs, 0)["completeness"].ok
    assert several.check(outputs[:, ::-1], 0)["completeness"].ok is False
    inputs = X - background[:, None]
    sampled = Attributions(
        np.broadcast_to(weights[:, 0], inputs.shape), inputs, "mine", baseline_axis=True
    )
    mean = (background @ weights[:, 0]).mean()
    assert sampled.check(outputs[:, 0], mean)["completeness"].measured == pytest.approx(0, abs=1e-9)
    assert sampled.check(outputs[:, 0], mean + 30)["completeness"].ok is False


def test_standard_errors_are_held_against_the_multipliers():
    found = Attributions(X, standard_error=np.full_like(X, 0.1))
    assert found.check()["standard errors"].measured == pytest.approx(0.1, rel=0.1)
    assert found.check().ok
    vague = Attributions(X, standard_error=np.full_like(X, 0.5))
    assert names(vague.check()) == ["standard errors"]
    drawn = Attributions(X, method="smoothgrad").check()["standard errors"]
    assert drawn.ok is None
    assert "keeps no standard error" in drawn.text


def test_products_that_overflow_are_not_finite():
    huge = np.full((4, 8), 1e30, dtype=np.float32)
    huge[2:] = 1
    check = Attributions(huge, huge, "mine").check(np.zeros(4), 0)
    assert names(check) == ["finite values"]
    assert check["finite values"].measured == 2
    assert all(finding.ok is None for finding in check.findings[1:])
    assert Attributions(huge).check()["finite values"].ok


def test_outputs_of_other_shapes_are_refused():
    found = Attributions(X, X, "mine")
    with pytest.raises(ValueError, match=r"outputs has shape \(40, 2\), and .* \(40,\); give for"):
        found.check(np.zeros((40, 2)), 0)
    with pytest.raises(ValueError, match=r"baseline_outputs has shape \(39,\); give one number"):
        found.check(np.zeros(40), np.zeros(39))
    with pytest.raises(ValueError, match="outputs contains NaN"):
        found.check(np.full(40, np.nan), 0)
    with pytest.raises(ValueError, match="axes=3 is out of range"):
        found.check(axes=3)
    with pytest.raises(KeyError, match="choose one of finite values"):
        found.check()["sums"]


def test_what_is_printed_names_every_finding():
    text = str(Attributions(X, X, "mine").check(X.sum(axis=1), 0))
    assert text.startswith("Attributions by mine: 1 of 5 checks needs a look.")
    assert "  LOOK         completeness: " in text
    assert "  ok           finite values: " in text
    assert "  not checked  standard errors: " in text
