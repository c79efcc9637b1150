"""Fixtures: distillations to draw and to report on. The names of the classes need escaping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import wavedistill as wd
from tests.helpers import normal

if TYPE_CHECKING:
    from wavedistill.students import Distillation

SMALL: dict[str, Any] = {"cv": 3, "levels": 1, "support": 4}
NAMES = np.array(["<b>one</b> & $x", 'two"', "three"])


def _loudness(x: Any) -> Any:
    return np.log(np.mean(np.diff(x, axis=-1) ** 2, axis=-1)) - np.log(np.mean(x**2, axis=-1))


@pytest.fixture(scope="session")
def classes() -> Distillation:
    """Three classes with odd names, two channels, everything compared and fitted anew."""
    # So many that the learned wavelet need not gain on folds that its search has not seen.
    X = normal(180, 2, 40).cumsum(axis=-1) + normal(180, 2, 40, seed=1)
    loud = _loudness(X)
    logits = np.column_stack([loud[:, 0], loud[:, 1], -loud.mean(axis=1)])
    logits -= logits.mean(axis=0)
    labels = NAMES[[1, 2, 0]][logits.argmax(axis=1)]
    order = np.argsort(NAMES[[1, 2, 0]])
    return wd.distill(
        logits[:, order],
        X,
        labels,
        X_test=X,
        y_test=labels,
        sampling_rate=100.0,
        reading="energy",
        compare_cv=2,
        refits=2,
        **SMALL,
    )


@pytest.fixture(scope="session")
def numbers() -> Distillation:
    """A network of numbers, with attributions and without labels."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("captum")
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Linear(32, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    X = normal(60, 32).cumsum(axis=-1)
    found: Distillation = wd.distill(
        network.double(), X, reading="means", parts=2, compare_cv=None, refits=None, **SMALL
    )
    return found


@pytest.fixture(scope="session")
def images() -> Distillation:
    """Two classes of images, from an array of outputs."""
    X = normal(60, 12, 10)
    X[:30] = X[:30].cumsum(axis=1)
    logits = 4 * (_loudness(X.swapaxes(1, 2).reshape(60, -1)) + 1)
    settings: dict[str, Any] = {"axes": (-2, -1), "reading": "events", "wavelet": "db2"}
    return wd.distill(
        logits, X, (logits > 0).astype(int), compare_cv=None, refits=None, **settings, **SMALL
    )
