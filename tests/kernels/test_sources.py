"""A change in any kernel file makes Numba compile anew."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import wavedistill
from wavedistill.kernels import cpu, read_one_axis, read_two_axes, sources

PACKAGE = Path(wavedistill.__file__).parent


@pytest.mark.parametrize(
    "function",
    [
        cpu._COEFFICIENT_BLOCKS,
        cpu._PRODUCT_BLOCKS,
        read_one_axis.read_signal_blocks,
        read_one_axis.pull_signal_blocks,
        read_two_axes.read_image_blocks,
        read_two_axes.pull_image_blocks,
    ],
    ids=lambda function: function.__name__,
)
def test_the_digest_is_part_of_what_numba_keys_its_cache_by(function):
    cells = [cell.cell_contents for cell in function.py_func.__closure__]
    assert sources.DIGEST in cells


@pytest.mark.slow
def test_a_change_in_what_a_cached_kernel_calls_is_seen(tmp_path):
    copy = tmp_path / "wavedistill"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    program = (
        "import numpy as np; from wavedistill.kernels import coefficient_l1; "
        "print(coefficient_l1(np.ones((1, 2)), [1.0, 1.0], [1.0, -1.0], 1).value)"
    )

    def value():
        run = [sys.executable, "-c", program]
        done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True)
        return float(done.stdout)

    assert value() == 2.0
    taps = copy / "kernels" / "taps.py"
    text = taps.read_text()
    changed = text.replace("low[t] += h0 * x0[t] + h1 * x1[t]", "low[t] += 7 * h0 * x0[t]")
    assert changed != text
    taps.write_text(changed)
    assert value() == 7.0
