"""Teachers, signals and arguments that the tests of PyTorch attributions share."""

from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from torch import nn

LENGTH = 24


BACKGROUND = np.random.default_rng(5).normal(size=(4, LENGTH))


ARGUMENTS: dict[str, dict[str, Any]] = {
    "saliency": {},
    "input_x_gradient": {},
    "integrated_gradients": {"steps": 4},
    "expected_gradients": {"baselines": BACKGROUND, "n_samples": 3, "random_state": 0},
    "deeplift": {},
    "smoothgrad": {"n_samples": 4, "random_state": 0},
}


METHODS = tuple(ARGUMENTS)


def signals(n=5, *shape, dtype=np.float64):
    rng = np.random.default_rng(1)
    return rng.normal(size=(n, *(shape or (LENGTH,)))).astype(dtype)


def mlp(length=LENGTH, outputs=1):
    return nn.Sequential(nn.Linear(length, 7), nn.Tanh(), nn.Linear(7, outputs), nn.Tanh()).double()


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def incomplete(method):
    """DeepLIFT's rule does not reach what the module computes by itself."""
    return pytest.warns(UserWarning, match="miss") if method == "deeplift" else nullcontext()


def with_gap(x, value=np.nan):
    x = x.copy()
    x[3, 2] = value
    return x


class InPlace(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = mlp()

    def forward(self, x):
        return self.body(x.mul_(2).clamp_(-1, 1))


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.cells = kind(1, 6, num_layers=2, batch_first=True, bidirectional=True, dropout=0.3)
        self.head = nn.Linear(12, 1)

    def forward(self, x):
        return self.head(self.cells(x[..., None])[0][:, -1])
