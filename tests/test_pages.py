"""The Python blocks of README.md and of docs run from top to bottom, with small data for yours."""

import re
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from tests.helpers import normal

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
_LESS = {
    "levels=2, support=4": "levels=1, support=2",
}
#: Without refits, too.
_ONCE = _LESS | {"compare_cv=None": "compare_cv=None, refits=None, reading='energy'"}
#: What a page says of large data, and what serves here.
SMALLER = {
    "README.md": {
        "simulate_lensing(100, size=64)": "simulate_lensing(4, size=16)",
        "levels=5, support=24": "levels=1, support=2, cv=3",
        "levels=4, support=10": "levels=2, support=4",
        "levels=2, parts=2, axes=(-2, -1))": ("levels=2, parts=2, support=2, cv=3, axes=(-2, -1))"),
        "verbose=True)": (
            "verbose=True, levels=1, support=2, cv=3, compare_cv=2, refits=1, reading='energy')"
        ),
    },
    "docs/index.md": {
        "y_test=y_test)": (
            "y_test=y_test, levels=1, support=2, cv=3, compare_cv=2, refits=None, reading='energy')"
        ),
    },
    "docs/ten-minutes.md": {
        "levels=3,\n    method=None": "levels=1, support=2, cv=3, method=None",
        'reading="events", levels=3, support=8, max_numbers=20,': (
            'reading="events", levels=1, support=2, max_numbers=10, cv=3, compare_cv=2, refits=2,'
        ),
        "simulate_oscillations(1000, 500)": "simulate_oscillations(64, 8)",
        "range(20)": "range(1)",
    },
    "docs/how-to/black-boxes.md": _ONCE,
    "docs/how-to/choosing.md": _LESS,
    "docs/how-to/classifiers.md": _LESS,
    "docs/how-to/frameworks.md": _ONCE
    | {"compare_cv=3": "compare_cv=2, cv=2, refits=None, reading='energy'"},
    "docs/how-to/reading-the-report.md": _LESS
    | {"cv=3, compare_cv=3": "cv=2, compare_cv=2, reading='energy'"},
    "docs/how-to/saving.md": _ONCE,
    "docs/how-to/scikit-learn.md": _LESS
    | {"[1, 2]": "[1]", "groups=patients, cv=3": ("groups=patients, cv=2")},
    "docs/how-to/images.md": {
        "levels=1, support=4, compare_cv=2, cv=3": (
            "levels=1, support=2, compare_cv=2, cv=2, refits=None"
        ),
        "levels=2, parts=2, axes=(-2, -1))": ("levels=2, parts=2, support=2, cv=3, axes=(-2, -1))"),
    },
}
#: Languages of blocks: `python` runs, the others cannot.
LANGUAGES = {"python", "console", "text", "bibtex", "{toctree}", "{include}"}


def pages():
    """README.md and every page that is not made at the build."""
    written = (
        path for path in sorted(DOCS.rglob("*.md")) if not {"_build", "gallery"} & {*path.parts}
    )
    return [ROOT / "README.md", *written]


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def fences(text):
    """The language and the content of each block."""
    found = re.findall(r"^( *)```(\S*)[^\n]*\n(.*?)^\1```$", text, re.DOTALL | re.MULTILINE)
    return [(language, dedent(content)) for _, language, content in found]


def blocks(path):
    return [code for language, code in fences(path.read_text("utf-8")) if language == "python"]


def loudness(rows):
    return np.log(np.mean(rows**2, axis=tuple(range(1, rows.ndim)))) - 3


@pytest.fixture
def yours():
    """Signals, classes, outputs and networks, by the names that all pages use."""
    torch = pytest.importorskip("torch")
    for package in ("captum", "jinja2", "xarray", "safetensors"):
        pytest.importorskip(package)
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
        "loudness": loudness,
        "X": X,
        "y": y,
        "logits": logits,
        "X_train": X,
        "y_train": y,
        "X_test": X_test,
        "y_test": y_test,
        "logits_test": logits_test,
    }


def run(path, names):
    for block in blocks(path):
        for large, small in SMALLER.get(name_of(path), {}).items():
            block = block.replace(large, small)
        exec(compile(block, name_of(path), "exec"), names)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", [page for page in pages() if blocks(page)], ids=name_of)
def test_every_block_runs(path, yours: dict[str, Any], tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run(path, yours)
    written = {p.name for p in tmp_path.iterdir()}
    printed = capsys.readouterr().out
    if path.name == "README.md":
        assert len(blocks(path)) >= 7
        assert blocks(path)[0].count("wd.distill(") == 1
        assert "numbers, WaveletTransform(" in printed
        assert {"student.py", "student.json", "wavelet.json"} <= written
    if path.name == "ten-minutes.md":
        assert {"report.html", "student.py", "student.json", "distilled"} <= written
    if path.name == "interoperability.md":
        assert "(-1,) 250.0" in printed
        assert "ok           completeness" in printed
        assert yours["padded"].shape == (3, 64)
        assert yours["cropped"].shape == (3, 40)
        wd: Any = yours["wd"]
        assert wd.WaveletTransform.load("wavelet.json") == yours["trained"]
        assert wd.WaveletTransform.load("wavelet.safetensors") == yours["trained"]


def test_what_is_made_smaller_is_in_the_text():
    for name, replaced in SMALLER.items():
        text = (ROOT / name).read_text("utf-8")
        assert all(large in text for large in replaced), name


@pytest.mark.parametrize("path", pages(), ids=name_of)
def test_every_block_says_whether_it_runs(path):
    text = path.read_text("utf-8")
    found = fences(text)
    assert len(re.findall(r"^ *```", text, re.MULTILINE)) == 2 * len(found)
    assert {language for language, _ in found} <= LANGUAGES
