"""What the tests of the study share."""

from typing import Any

import numpy as np
import pytest

from tests.helpers import normal


@pytest.fixture(scope="package", autouse=True)
def one_thread():
    """Threads slow down networks as small as these."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("captum")
    pytest.importorskip("matplotlib")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def heartbeats(tmp_path, monkeypatch):
    """A data folder with an ECG5000 of another kind: two classes named -1 and 1."""
    monkeypatch.setenv("WAVEDISTILL_DATA", str(tmp_path))
    (tmp_path / "ucr").mkdir()
    parts: dict[str, Any] = {}
    for seed, (part, count) in enumerate((("train", 60), ("test", 40))):
        y = np.where(normal(count, seed=seed) > 0, 1, -1)
        parts[f"y_{part}"] = y
        parts[f"X_{part}"] = normal(count, 64, seed=seed + 2) + np.where(y > 0, 1, -1)[:, None]
    np.savez(tmp_path / "ucr" / "ECG5000.npz", **parts)
    return tmp_path
