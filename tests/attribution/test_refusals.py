"""What `attribute` refuses: arguments, shapes and models that do not suit."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("captum")

from torch import nn  # noqa: E402

from tests.attribution.teachers import LENGTH, Function, mlp, signals, with_gap  # noqa: E402
from wavedistill.attribution import attribute  # noqa: E402

AT_THE_EXAMPLES = ("saliency", "input_x_gradient", "integrated_gradients")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"model": len}, TypeError, "builtin_function_or_method.*torch.nn.Module"),
        ({"model": nn.Linear}, TypeError, "type type.*torch.nn.Module"),
        ({"model": np.sum, "method": "deeplift"}, TypeError, "'deeplift'.*method='blackbox'"),
        ({"method": "blackbox"}, TypeError, "'blackbox'.*one of 'saliency'"),
        ({"method": "lime"}, ValueError, "'lime' is not known.*'saliency', 'input_x_gradient', 'i"),
        ({"X": with_gap(signals())}, ValueError, r"X contains NaN.*\(3, 2\)"),
        ({"X": with_gap(signals(), np.inf)}, ValueError, r"X contains NaN or infinity: 1 of"),
        ({"X": np.empty((0, LENGTH))}, ValueError, "X is empty"),
        ({"X": np.ones(LENGTH)}, ValueError, "X has 1 axis"),
        ({"X": np.array([["a"]])}, TypeError, "X has dtype <U1"),
        ({"batch_size": 0}, ValueError, "batch_size=0 must be at least 1"),
        ({"batch_size": 2.5}, TypeError, "batch_size=2.5 must be a whole number"),
        ({"steps": 0, "method": "integrated_gradients"}, ValueError, "steps=0 must be at least 1"),
        ({"target": None}, ValueError, "target=None, and the model has 3 outputs"),
        ({"target": 3}, ValueError, "target=3 is out of range.*numbered from 0 to 2"),
        ({"target": -1}, ValueError, "target=-1 must be at least 0"),
        ({"target": True}, TypeError, "target has dtype bool"),
        ({"target": 1.0}, TypeError, "target has dtype float64"),
        ({"target": "each"}, ValueError, "target='each' must be a number"),
        ({"target": np.zeros(4, int)}, ValueError, r"target has shape \(4,\), and X has 5"),
        ({"target": np.zeros((5, 1), int)}, ValueError, r"target has shape \(5, 1\)"),
        ({"target": np.zeros(5)}, TypeError, "target has dtype float64"),
        ({"target": np.array([0, 1, 2, 3, 7])}, ValueError, "holds 3 at index 3.*2 of 5 labels"),
        ({"target": [0, 1, -1, 0, 0]}, ValueError, "target holds -1 at index 2"),
        ({"target": lambda out: out}, ValueError, r"target returns a tensor of shape \(2, 3\) for"),
        ({"target": lambda out: 1.0}, ValueError, "target returns a value of type float for 2"),
        ({"target": lambda out: out.sum()}, ValueError, r"target returns a tensor of shape \(\)"),
        ({"target": lambda out: out[:, 0].detach()}, ValueError, "does not depend on the input"),
        ({"device": "meta"}, ValueError, r"device='meta', and the model is on 'cpu'"),
    ],
)
def test_wrong_arguments_are_refused_before_the_second_batch(change, error, message):
    teacher, calls = mlp(outputs=3), []
    teacher.register_forward_hook(lambda *_: calls.append(1))
    arguments = {"model": teacher, "X": signals(), "target": 0, "batch_size": 2, **change}
    with pytest.raises(error, match=message):
        attribute(**arguments)
    assert len(calls) <= 1, "at most the first batch, which tells the number of outputs"


@pytest.mark.parametrize(
    ("baselines", "message"),
    [
        (np.nan, "baselines contains NaN"),
        (np.zeros(3), r"baselines have shape \(3,\).*\(24,\).*\(5, 24\)"),
        (np.zeros((1, LENGTH)), r"baselines have shape \(1, 24\)"),
        (with_gap(signals()), "baselines contains NaN"),
    ],
)
def test_baselines_that_do_not_suit_are_refused(baselines, message):
    for method in ("integrated_gradients", "deeplift"):
        with pytest.raises(ValueError, match=message):
            attribute(mlp(), signals(), method, baselines=baselines)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: (x, x), "the model returns a value of type tuple for 2 examples.*callable"),
        (lambda x: x.sum(), r"a tensor of shape \(\) for 2"),
        (lambda x: x.reshape(-1, 3), r"a tensor of shape \(16, 3\) for 2 examples"),
        (lambda x: x[:, None], r"a tensor of shape \(2, 1, 24\)"),
        (lambda x: x[:, :0], r"a tensor of shape \(2, 0\)"),
        (lambda x: x.argmax(1), "does not depend on the input.*argmax"),
        (lambda x: x[:, 0].detach(), "does not depend on the input"),
        (lambda x: torch.ones(len(x)), "does not depend on the input"),
    ],
)
def test_models_without_one_differentiable_number_per_example_are_refused(function, message):
    with pytest.raises(ValueError, match=message):
        attribute(Function(function), signals(), target=0, batch_size=2)


@pytest.mark.parametrize("method", AT_THE_EXAMPLES)
@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: x.mean(1) / (x[:, 0] != 7), "the model returns NaN or infinity"),
        (lambda x: (x[:, 0] - 7).abs().sqrt(), "multipliers hold NaN or infinity"),
    ],
)
@pytest.mark.parametrize(
    ("batch_size", "where"), [(4, "2 of the first 8"), (256, "3 of the first 9")]
)
def test_outputs_and_gradients_that_are_not_finite_are_refused(
    method, function, message, batch_size, where
):
    x = signals(9)
    x[[4, 5, 8], 0] = 7.0
    options = {"baselines": x, "steps": 5} if method == "integrated_gradients" else {}
    with pytest.raises(ValueError, match=f"{message} for {where} examples, the first at index 4;"):
        attribute(Function(function), x, method, batch_size=batch_size, **options)


def test_gradients_too_large_for_the_data_are_refused():
    teacher = Function(lambda x: x.mean(1))
    teacher.scale = nn.Parameter(torch.tensor(1e50, dtype=torch.float64))
    teacher.function = lambda x: x.mean(1) * teacher.scale
    with pytest.raises(ValueError, match="saliency multipliers hold NaN or infinity for 5 of"):
        attribute(teacher, signals(dtype=np.float32))


def test_a_gradient_that_reaches_only_other_tensors_is_refused():
    other = torch.ones((), requires_grad=True)
    with pytest.raises(ValueError, match="does not depend on the input"):
        attribute(Function(lambda x: x[:, 0].detach() * other), signals())
    assert other.grad is None


def test_all_zero_multipliers_are_for_others_to_judge():
    found = attribute(Function(lambda x: 0 * x.sum(1)), signals())
    assert not found.multipliers.any()


def convolutions(kind, channels, *body):
    total = Function(lambda x: x.flatten(1).sum(1))
    return nn.Sequential(*body, kind(channels, 2, 3), nn.Tanh(), total).double()


@pytest.mark.parametrize(
    ("make", "shape", "remedy"),
    [
        (lambda: convolutions(nn.Conv1d, 1), (5, LENGTH), r"first layer, a Conv1d, .*X\[:, None\]"),
        (lambda: convolutions(nn.Conv2d, 1), (5, 8, 8), r"first layer, a Conv2d, .*X\[:, None\]"),
        (lambda: convolutions(nn.Conv1d, 3), (5, LENGTH, 3), r"give np\.moveaxis\(X, -1, 1\)"),
        (
            lambda: convolutions(nn.Conv1d, 3),
            (5, LENGTH),
            r"needs the 3 channels .*\(n, 3, \.\.\.\)",
        ),
        (lambda: convolutions(nn.Conv1d, 3), (5, 2, LENGTH), r"give X with shape \(n, 3, \.\.\.\)"),
        (lambda: convolutions(nn.Conv1d, 1, nn.Identity()), (5, LENGTH), "X must have the shape"),
        (lambda: mlp(LENGTH + 1), (5, LENGTH), "X must have the shape that the model was trained"),
    ],
)
def test_a_shape_that_the_model_fails_on_is_told_with_a_remedy(make, shape, remedy):
    teacher, x = make(), np.random.default_rng(0).normal(size=shape)
    given = rf"fails on X, given in batches of shape \(2, {shape[1]}.* with RuntimeError: "
    with pytest.raises(ValueError, match=f"{given}.*{remedy}") as refusal:
        attribute(teacher, x, batch_size=2)
    assert isinstance(refusal.value.__cause__, RuntimeError)


def test_the_remedy_for_a_missing_channel_axis_works():
    teacher, x = convolutions(nn.Conv1d, 1), signals()
    with pytest.raises(ValueError, match=r"give X\[:, None\]\.$"):
        attribute(teacher, x)
    assert attribute(teacher, x[:, None]).shape == (5, 1, LENGTH)


def test_memory_that_runs_out_is_no_matter_of_shape():
    def hungry(x):
        raise torch.OutOfMemoryError("no memory left")

    with pytest.raises(torch.OutOfMemoryError, match="no memory left"):
        attribute(Function(hungry), signals())
