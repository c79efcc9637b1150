"""Targets of `attribute`: numbers, labels, functions and all outputs agree."""

from functools import partial

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("captum")

from torch import nn  # noqa: E402

from tests.attribution.teachers import ARGUMENTS, LENGTH, METHODS, mlp, signals  # noqa: E402
from wavedistill.attribution import attribute  # noqa: E402


def select(number, outputs):
    return outputs[:, number]


@pytest.mark.parametrize("method", METHODS)
def test_the_kinds_of_target_agree(method):
    teacher, x, options = mlp(outputs=3), signals(), ARGUMENTS[method]
    every = attribute(teacher, x, method, target="all", batch_size=2, **options)
    assert (len(every), every.targets, every.shape) == (5, 3, x.shape)
    leading = every.multipliers.shape[:-2]
    blocks = every.multipliers.reshape(*leading, 3, 5, LENGTH)
    blocks = np.moveaxis(blocks, -3, 0)
    assert abs(blocks[0] - blocks[1]).max() > 1e-3
    for number in range(3):
        by_number = attribute(teacher, x, method, target=number, **options)
        column = partial(select, number)
        by_function = attribute(teacher, x, method, target=column, **options)
        for found in (by_number, by_function):
            np.testing.assert_allclose(found.multipliers, blocks[number], atol=1e-14)
    labels = np.array([2, 0, 1, 1, 0])
    for given in (labels, labels.astype(np.uint8), labels.tolist(), torch.tensor(labels)):
        for size in (2, 256):
            found = attribute(teacher, x, method, target=given, batch_size=size, **options)
            for example, label in enumerate(labels):
                np.testing.assert_allclose(
                    found.multipliers[..., example, :],
                    blocks[label][..., example, :],
                    atol=1e-14,
                    err_msg=str(given),
                )
    if method in ("saliency", "smoothgrad"):
        assert every.inputs is None
    elif method == "expected_gradients":
        np.testing.assert_array_equal(every.inputs, np.tile(np.asarray(found.inputs), (1, 3, 1)))
    else:
        np.testing.assert_array_equal(every.inputs, np.tile(x, (3, 1)))


class Reshaped(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.body, self.shape = mlp(), shape

    def forward(self, x):
        out = self.body(x)
        return {"column": out, "flat": out[:, 0], "squeezed": out.squeeze()}[self.shape]


@pytest.mark.parametrize("shape", ["column", "flat", "squeezed"])
def test_one_output_needs_no_target(shape):
    # Batches of 2 leave a last one of a single example, whose squeezed output has no axis.
    teacher, x = Reshaped(shape), signals()
    expected = attribute(teacher.body, x, target=0).multipliers
    for target in (None, 0, np.int64(0), "all", np.zeros(5, int)):
        found = attribute(teacher, x, target=target, batch_size=2).multipliers
        np.testing.assert_allclose(found, expected, atol=1e-14)


class Mapping(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = mlp(outputs=2)

    def forward(self, x):
        return {"logits": self.body(x), "label": "a"}


def test_a_callable_target_takes_whatever_the_model_returns():
    teacher, x = Mapping(), signals()
    found = attribute(teacher, x, target=lambda out: out["logits"][:, 1:])
    expected = attribute(teacher.body, x, target=1)
    np.testing.assert_allclose(found.multipliers, expected.multipliers, atol=1e-14)
