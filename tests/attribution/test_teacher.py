"""`attribute` leaves the PyTorch teacher exactly as it was found."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("captum")

from torch import nn  # noqa: E402

from tests.attribution.teachers import (  # noqa: E402
    ARGUMENTS,
    LENGTH,
    METHODS,
    InPlace,
    Recurrent,
    incomplete,
    mlp,
    signals,
)
from wavedistill.attribution import attribute  # noqa: E402


def test_cudnn_is_off_for_recurrent_layers_and_only_then():
    seen = []
    for teacher in (Recurrent(nn.LSTM), mlp()):
        teacher.register_forward_hook(lambda *_: seen.append(torch.backends.cudnn.enabled))
        attribute(teacher, signals(1), batch_size=1)
        assert torch.backends.cudnn.enabled
    assert seen == [False, False, True, True]


@pytest.mark.parametrize("method", METHODS)
def test_a_model_that_changes_its_input_in_place_leaves_the_data_alone(method):
    teacher, x, options = InPlace(), signals(), ARGUMENTS[method]
    before = x.copy()
    tensor = torch.tensor(x)
    with incomplete(method):
        found = attribute(teacher, x, method, **options).multipliers
    with incomplete(method):
        attribute(teacher, tensor, method, **options)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(tensor.numpy(), before)
    assert (found == 0).any() == (method != "integrated_gradients")


@pytest.mark.parametrize("guard", [torch.no_grad, torch.inference_mode, torch.enable_grad])
@pytest.mark.parametrize("method", METHODS)
def test_the_grad_mode_of_the_caller_neither_matters_nor_changes(guard, method):
    teacher, x, options = mlp(), signals(), ARGUMENTS[method]
    expected = attribute(teacher, x, method, **options).multipliers
    with guard():
        before = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
        tensor = torch.tensor(x)
        found = attribute(teacher, tensor, method, target="all", **options).multipliers
        with pytest.raises(ValueError, match="target=4"):
            attribute(teacher, tensor, method, target=4, **options)
        assert (torch.is_grad_enabled(), torch.is_inference_mode_enabled()) == before
    np.testing.assert_array_equal(found, expected)


class Restless(nn.Module):
    """Draws random numbers, counts its calls in two buffers, and can fail at one of them."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(LENGTH)
        self.frozen = nn.Sequential(nn.Linear(LENGTH, LENGTH), nn.BatchNorm1d(LENGTH))
        self.dropout = nn.Dropout(0.5)
        self.cells = nn.LSTM(1, 3, batch_first=True)
        self.head = nn.Linear(3, 1)
        self.register_buffer("calls", torch.zeros(()))
        self.register_buffer("replaced", torch.zeros(()))
        self.fails_at = None
        self.seen = []

    def train(self, mode=True):
        super().train(mode)
        self.frozen.eval()
        return self

    def forward(self, x):
        self.calls += 1  # type: ignore[assignment]
        self.replaced = self.replaced + 1
        self.seen.append([m.training for m in self.modules()])
        self.seen.append([p.requires_grad for p in self.parameters()])
        if self.calls == self.fails_at:
            raise RuntimeError("the teacher fails")
        x = self.dropout(self.frozen(self.norm(x))) * (1 + 0 * torch.rand(()))
        return self.head(self.cells(x[..., None])[0][:, -1])


def restless(fails_at):
    teacher = Restless().double().train()
    teacher.dropout.eval()
    teacher(torch.randn(4, LENGTH, dtype=torch.float64)).sum().backward()
    teacher.calls.zero_()
    teacher.fails_at = fails_at
    teacher.head.weight.requires_grad_(False)
    teacher.head.weight.grad = None
    teacher.register_forward_hook(lambda *_: None)
    teacher.head.register_forward_pre_hook(lambda *_: None)
    teacher.head.register_full_backward_hook(lambda *_: None)
    return teacher


def hooks(teacher):
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return [
        (name, kind, list(getattr(m, kind).items()))
        for name, m in teacher.named_modules()
        for kind in kinds
    ]


def state(teacher):
    """Everything about a teacher that an attribution must not touch, by identity and by value."""
    tensors = {**dict(teacher.named_parameters()), **dict(teacher.named_buffers())}
    return {
        "identities": {name: id(t) for name, t in tensors.items()},
        "values": {name: t.detach().clone() for name, t in tensors.items()},
        "gradient identities": {n: id(p.grad) for n, p in teacher.named_parameters()},
        "gradients": {
            n: p.grad.clone() for n, p in teacher.named_parameters() if p.grad is not None
        },
        "flags": {name: t.requires_grad for name, t in tensors.items()},
        "modes": {name: m.training for name, m in teacher.named_modules()},
        "hooks": hooks(teacher),
        "random": torch.get_rng_state(),
        "grad mode": (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
        "cudnn": torch.backends.cudnn.enabled,
    }


@pytest.mark.parametrize("guard", [torch.enable_grad, torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fails_at", [None, 1, 3])
def test_the_teacher_is_left_exactly_as_found(method, fails_at, guard):
    teacher, x = restless(fails_at), signals(6)
    with guard():
        before = state(teacher)
        teacher.seen.clear()
        assert len(before["gradients"]) == len(list(teacher.parameters())) - 1
        if fails_at:
            # What the model raises on the first batch is told with the shape that it was given.
            error = ValueError if fails_at == 1 else RuntimeError
            with pytest.raises(error, match="the teacher fails"):
                attribute(teacher, x, method, batch_size=3, **ARGUMENTS[method])
        else:
            with incomplete(method):
                attribute(teacher, x, method, batch_size=3, **ARGUMENTS[method])
        after = state(teacher)
    assert len(teacher.seen) >= 2 * (fails_at or 3)
    assert not any(map(any, teacher.seen)), "in evaluation mode, with nothing else to differentiate"
    for key, value in before.items():
        if (
            isinstance(value, dict)
            and value
            and isinstance(next(iter(value.values())), torch.Tensor)
        ):
            assert value.keys() == after[key].keys()
            for name, tensor in value.items():
                assert torch.equal(tensor, after[key][name]), (key, name)
        elif isinstance(value, torch.Tensor):
            assert torch.equal(value, after[key]), key
        else:
            assert value == after[key], key


def test_a_graph_of_the_callers_stays_valid():
    teacher, x = nn.Sequential(nn.BatchNorm1d(LENGTH), mlp()).double().eval(), signals()
    loss = teacher(torch.tensor(x)).sum()
    attribute(teacher, x)
    loss.backward()
    assert all(p.grad is not None for p in teacher.parameters())


def test_parameters_made_in_inference_mode_keep_their_flags():
    with torch.inference_mode():
        teacher = mlp()
    with pytest.raises(ValueError, match="RuntimeError: Inference tensors"):
        attribute(teacher, signals())
    assert all(p.requires_grad for p in teacher.parameters())
