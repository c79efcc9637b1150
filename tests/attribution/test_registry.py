"""Methods by name or as objects: each takes its own parameters, and no others."""

import pydoc
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import wavedistill as wd
from wavedistill.attribution import attribute
from wavedistill.attribution.entry import FunctionMethod, GradientMethod, Prepared
from wavedistill.attribution.methods import METHODS, BlackBox, IntegratedGradients, SmoothGrad

SLOPES = np.linspace(-1, 2, 6)
X = np.random.default_rng(0).normal(size=(10, 6))

#: What any method takes, with a value that suits.
VALUES = {"baselines": X, "steps": 3, "n_samples": 12, "noise": 0.2, "random_state": 0}


def linear(x):
    return x @ SLOPES


@pytest.fixture
def teacher():
    torch = pytest.importorskip("torch")
    pytest.importorskip("captum")
    return torch.nn.Sequential(torch.nn.Linear(6, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))


@pytest.mark.parametrize("parameter", VALUES)
@pytest.mark.parametrize("method", METHODS)
def test_a_method_takes_its_own_parameters_and_refuses_the_others(method, parameter, teacher):
    model = linear if method == "blackbox" else teacher
    needed: dict[str, Any] = {"baselines": X} if method == "expected_gradients" else {}
    given = {**needed, parameter: VALUES[parameter]}
    if parameter in METHODS[method].parameters():
        assert attribute(model, X, method, **given).method == method
        return
    takers = [name for name, entry in METHODS.items() if parameter in entry.parameters()]
    with pytest.raises(
        ValueError, match=f"{parameter}=.* is given, and method='{method}' takes"
    ) as e:
        attribute(model, X, method, **given)
    assert all(repr(name) in str(e.value).partition("choose")[2] for name in takers)


@pytest.mark.parametrize("parameter", ["steps", "random_state"])
def test_saliency_has_no_use_for_steps_or_randomness(parameter, teacher):
    useless: dict[str, Any] = {parameter: 0}
    with pytest.raises(ValueError, match=rf"{parameter}=0 is given, and .*'saliency' takes no par"):
        attribute(teacher, X, **useless)


def test_what_no_method_takes_is_an_unexpected_keyword(teacher):
    with pytest.raises(TypeError, match=r"step=5 is given, .* takes baselines=0\.0, steps=50; le"):
        attribute(teacher, X, "integrated_gradients", step=5)


def test_what_a_method_needs_is_asked_for_and_none_is_no_value(teacher):
    both: tuple[dict[str, Any], ...] = ({}, {"baselines": None})
    for given in both:
        with pytest.raises(ValueError, match="'expected_gradients' needs baselines: background"):
            attribute(teacher, X, "expected_gradients", **given)
    with pytest.raises(ValueError, match=r"baselines=None is given; leave it out for baselines=0"):
        attribute(teacher, X, "deeplift", baselines=None)


def test_a_method_may_be_given_as_an_object_with_its_parameters(teacher):
    for method, name in (
        (IntegratedGradients(baselines=0.5, steps=7), "integrated_gradients"),
        (SmoothGrad(n_samples=5, random_state=0), "smoothgrad"),
    ):
        options = {each: getattr(method, each) for each in method.parameters()}
        found = attribute(teacher, X, method)
        np.testing.assert_array_equal(
            found.multipliers, attribute(teacher, X, name, **options).multipliers
        )
        assert found.method == name
    with pytest.raises(TypeError, match=r"steps=3 is given beside .* give them to IntegratedG"):
        attribute(teacher, X, IntegratedGradients(), steps=3)
    with pytest.raises(ValueError, match=r"not known; choose .* IntegratedGradients\(steps=100\)"):
        attribute(teacher, X, IntegratedGradients)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: IntegratedGradients(steps=0), "steps=0 must be at least 1"),
        (lambda: SmoothGrad(noise=-1), "noise=-1 must be a positive number"),
        (lambda: BlackBox(n_samples=1), "n_samples=1 must be at least 2"),
        (lambda: BlackBox(noise=[0.1, 0.0]), r"noise holds 0\.0, and every value must be pos"),
    ],
)
def test_parameters_are_checked_before_there_is_a_model(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_help_tells_every_parameter_of_every_method():
    text = pydoc.render_doc(wd.attribute, renderer=pydoc.plaintext)  # type: ignore[attr-defined]
    for name, entry in METHODS.items():
        section = text.partition(f'"{name}": ')[2]
        assert section, name
        for parameter in entry.parameters():
            assert f"{parameter} : " in section, (name, parameter)


def test_a_method_of_ones_own_is_one_class(teacher):
    @dataclass(frozen=True, eq=False)
    class Doubled(GradientMethod):
        name = "doubled"
        factor: float = 2.0

        def prepare(self, data):
            return Prepared(lambda out: self.factor * out.gradients(data[None, out.part])[0])

    @dataclass(frozen=True, eq=False)
    class Differences(FunctionMethod):
        name = "differences"

        def estimate(self, outputs):
            data = outputs.data
            steps = np.eye(6)[:, None] + data
            up = outputs.scores(steps, slice(0, len(data)))
            down = outputs.scores(data[None], slice(0, len(data)))
            found = np.moveaxis(up - down, 1, -1)
            return found, np.zeros_like(found)

    found = attribute(teacher, X, Doubled(), batch_size=3)
    np.testing.assert_allclose(found.multipliers, 2 * attribute(teacher, X).multipliers)
    assert found.method == "doubled"
    found = attribute(linear, X, Differences())
    np.testing.assert_allclose(found.multipliers, np.tile(SLOPES, (10, 1)), atol=1e-12)
