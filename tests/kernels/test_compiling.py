"""Compiled functions are kept on disk, and compiled again after a change in any kernel file."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

import wavedistill
from wavedistill.kernels import cpu, packing, peaks, read_one_axis, read_two_axes
from wavedistill.kernels.compiling import digest_sources
from wavedistill.kernels.level import copy

KERNELS = Path(wavedistill.__file__).parent / "kernels"

SCRIPT = """
import json
import numpy as np
from wavedistill.kernels import blocks, coefficient_l1, packing

value, *_ = coefficient_l1(np.ones((1, 8)), [1.0, 1.0], [1.0, -1.0], 1)
compiled = blocks.add_coefficients, packing._pack
stats = [(sum(f.stats.cache_hits.values()), sum(f.stats.cache_misses.values())) for f in compiled]
print(json.dumps([value, stats]))
"""


def test_a_digest_follows_names_and_contents(tmp_path):
    def digest(**files):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for name, content in files.items():
            (folder / f"{name}.py").write_text(content)
        (folder / "notes.txt").write_text(str(folder))
        return digest_sources(folder)

    first = digest(one="a = 1", two="b = 2")
    assert digest(two="b = 2", one="a = 1") == first
    assert digest(one="a = 1", two="b = 3") != first
    assert digest(one="a = 1") != first
    assert digest(one="b = 2", two="a = 1") != first


def test_every_function_on_disk_bears_the_digest():
    digest = digest_sources(KERNELS)
    found = [
        each
        for module in (cpu, packing, peaks, read_one_axis, read_two_axes)
        for each in vars(module).values()
        if getattr(each, "stats", None) and each.stats.cache_path
    ]
    assert len(found) >= 8
    for each in found:
        assert each.py_func.__qualname__.endswith(digest)
    for path in KERNELS.glob("*.py"):
        assert path.name == "compiling.py" or "cache=True" not in path.read_text(), path


def test_python_may_not_call_what_has_no_way_in():
    values, found = np.arange(3.0), np.zeros(3)
    with pytest.raises(TypeError, match="copy is for compiled functions; from Python, call its"):
        copy(values, found)
    copy.py_func(values, found)
    assert found.tolist() == [0, 1, 2]


def test_no_more_values_are_copied_than_there_is_room_for():
    with pytest.raises(ValueError, match="another number of values"):
        numba.njit(lambda source, into: copy(source, into))(np.zeros(3), np.zeros(2))


@pytest.mark.slow
def test_a_change_in_any_file_is_seen_and_none_compiles_nothing(tmp_path):
    package = tmp_path / "wavedistill"
    shutil.copytree(
        KERNELS.parent, package, ignore=shutil.ignore_patterns("__pycache__", "data", "studies")
    )

    def run():
        hidden = ("NUMBA_CACHE_DIR", "PYTHONPATH")
        environment = {name: value for name, value in os.environ.items() if name not in hidden}
        environment["PYTHONPATH"] = str(tmp_path)
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    assert run() == [8, [[0, 1], [0, 1]]]
    assert run() == [8, [[1, 0], [1, 0]]]
    taps = package / "kernels" / "taps.py"
    source, line = taps.read_text(), "low[t] += h0 * x0[t] + h1 * x1[t]\n"
    assert source.count(line) == 1
    taps.write_text(source.replace(line, "low[t] += 3 * h0 * x0[t] + h1 * x1[t]\n"))
    assert run() == [16, [[0, 1], [0, 1]]]
