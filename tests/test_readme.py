"""The Python blocks of README.md and docs/ run from top to bottom, with small data for yours."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers import normal

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
#: What README says of large data, and what serves here.
SMALLER = {
    "simulate_lensing(100, size=64)": "simulate_lensing(4, size=16)",
    "levels=5, support=24": "levels=1, support=2, cv=3",
    "levels=4, support=10": "levels=2, support=4",
    "levels=2, parts=2, axes=(-2, -1))": "levels=2, parts=2, support=2, cv=3, axes=(-2, -1))",
    "verbose=True)": "verbose=True, levels=1, support=2, cv=3, compare_cv=2, refits=1)",
}


def blocks(text):
    """The Python blocks of a page in Markdown."""
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def loudness(rows):
    return np.log(np.mean(rows**2, axis=tuple(range(1, rows.ndim)))) - 3


@pytest.fixture
def yours():
    """Signals, classes, outputs and networks, by the names of README."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("captum")
    torch.manual_seed(0)
    X, X_test = normal(60, 64).cumsum(axis=1), normal(30, 64, seed=1).cumsum(axis=1)
    logits, logits_test = loudness(X), loudness(X_test)
    # A class may not be told from the signal alone.
    y, y_test = ((each + normal(len(each)) > 0).astype(int) for each in (logits, logits_test))
    layers = torch.nn.Linear(64, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1)
    pooled = torch.nn.Conv2d(1, 2, 3), torch.nn.Tanh(), torch.nn.AdaptiveAvgPool2d(1)
    images = normal(40, 16, 16, seed=2).cumsum(axis=2)
    return {
        "model": torch.nn.Sequential(*layers).double(),
        "network": torch.nn.Sequential(*pooled, torch.nn.Flatten()),
        "images": images,
        "images_test": images[:10],
        "outputs": loudness(images),
        "X": X,
        "y": y,
        "logits": logits,
        "X_train": X,
        "y_train": y,
        "X_test": X_test,
        "y_test": y_test,
        "logits_test": logits_test,
    }


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_every_block_runs(yours: dict[str, Any], tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    readme = blocks(TEXT)
    assert len(readme) >= 7
    assert readme[0].count("wd.distill(") == 1
    for block in readme:
        for large, small in SMALLER.items():
            block = block.replace(large, small)
        exec(compile(block, "README.md", "exec"), yours)
    assert "numbers, WaveletTransform(" in capsys.readouterr().out
    assert {"student.py", "student.json", "wavelet.json"} <= {p.name for p in tmp_path.iterdir()}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::wavedistill.WaveletWarning")
def test_every_block_of_interoperability_runs(yours, tmp_path, monkeypatch, capsys):
    pytest.importorskip("xarray")
    pytest.importorskip("safetensors")
    monkeypatch.chdir(tmp_path)
    page = blocks((ROOT / "docs" / "interoperability.md").read_text(encoding="utf-8"))
    assert len(page) >= 7
    for block in page:
        exec(compile(block, "interoperability.md", "exec"), yours)
    printed = capsys.readouterr().out
    assert "(-1,) 250.0" in printed
    assert "ok           completeness" in printed
    assert yours["padded"].shape == (3, 64)
    assert yours["cropped"].shape == (3, 40)
    wd: Any = yours["wd"]
    assert wd.WaveletTransform.load("wavelet.json") == yours["trained"]
    assert wd.WaveletTransform.load("wavelet.safetensors") == yours["trained"]


def test_what_is_made_smaller_is_in_the_text():
    assert all(large in TEXT for large in SMALLER)
