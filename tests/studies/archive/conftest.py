"""Two small sets as the archive has them: oscillations of two frequencies, and of three."""

import numpy as np
import pytest


def oscillations(count, classes, length=32, seed=0):
    """Signals whose class is their frequency, and the classes from 1."""
    random = np.random.default_rng(seed)
    y = np.arange(count) % classes
    phase = random.uniform(0, 2 * np.pi, (count, 1))
    waves = np.sin(2 * np.pi * (2 + 4 * y[:, None]) * np.arange(length) / length + phase)
    return waves + 0.2 * random.standard_normal((count, length)), y + 1


def write_set(folder, name, signals, train):
    X, y = signals
    place = folder / name
    place.mkdir(parents=True)
    rows = ["\t".join([str(k), *map(repr, map(float, x))]) for x, k in zip(X, y, strict=True)]
    (place / f"{name}_TRAIN.tsv").write_text("\n".join(rows[:train]), encoding="utf-8")
    (place / f"{name}_TEST.tsv").write_text("\n".join(rows[train:]), encoding="utf-8")


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / "archive"
    write_set(folder, "Two", oscillations(40, 2), 24)
    write_set(folder, "Three", oscillations(60, 3, seed=1), 30)
    return folder


@pytest.fixture(autouse=True)
def one_thread():
    """Threads slow down networks as small as these."""
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
