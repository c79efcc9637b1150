"""Every test with PyTorch starts from the same random state and leaves none behind."""

import sys

import pytest


@pytest.fixture(autouse=True)
def _seeded():
    torch = sys.modules.get("torch")  # loaded by the modules that need it
    if torch is None:
        yield
        return
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield
