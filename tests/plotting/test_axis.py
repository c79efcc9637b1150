"""Axes and colours: their words come from the caller, and each colour has one place."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")

import wavedistill.plotting as plotting
from wavedistill.plotting import Axis
from wavedistill.plotting.style import weight_label

SOURCE = Path(plotting.__file__).parent


def test_an_axis_counts_samples_unless_it_is_told_a_unit():
    assert Axis().label == "sample"
    np.testing.assert_array_equal(Axis().values(3), [0, 1, 2])
    time = Axis("time", "ms", step=4)
    assert time.label == "time (ms)"
    assert time.finest_scale == "time (ms), at the finest scale"
    np.testing.assert_array_equal(time.values(3), [0, 4, 8])


@pytest.mark.parametrize("step", [0, -1.0, float("nan"), float("inf")])
def test_a_step_is_a_positive_number(step):
    with pytest.raises(ValueError, match=f"step={step} must be positive"):
        Axis("time", "s", step)


def test_every_colour_is_named_in_one_file():
    for path in SOURCE.glob("*.py"):
        colours = re.findall(r"#[0-9A-Fa-f]{6}", path.read_text(encoding="utf-8"))
        # The pale band of diagrams is no role.
        assert path.name == "style.py" or colours in ([], ["#F2F2F2"]), path.name


def test_the_colour_of_learned_is_changed_in_one_line():
    lines = (SOURCE / "style.py").read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if re.search(r"\bLEARNED\b", line) and '"LEARNED"' not in line]
    assert len(code) == 1
    assert code[0].startswith("LEARNED = ")


def test_no_figure_knows_a_study():
    """Words of the paper's applications come from the studies."""
    for path in SOURCE.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for word in ("arcmin)", "auxilin", "clathrin", "abortive", "kappa", "Omega", "halo"):
            assert word not in text, (path.name, word)
        assert "wavedistill.studies" not in text, path.name


def test_public_names_load_when_they_are_used():
    assert dir(plotting) == sorted(plotting.__all__)
    for name in plotting.__all__:
        assert getattr(plotting, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'plot_nothing'"):
        plotting.plot_nothing  # noqa: B018


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120
    )


def test_the_package_imports_without_matplotlib():
    code = "import sys, wavedistill, wavedistill.plotting; sys.exit('matplotlib' in sys.modules)"
    done = run(code)
    assert done.returncode == 0, done.stderr


def test_without_matplotlib_a_figure_says_what_to_install():
    code = "import sys; sys.modules['matplotlib'] = None\n"
    done = run(code + "from wavedistill.plotting import Axis, plot_wavelet")
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last == (
        "ImportError: drawing figures needs matplotlib, and it is not installed: "
        "pip install 'wavedistill[plot]'"
    )


@pytest.mark.parametrize(
    ("weight", "label"),
    [
        (0.0, "0"),
        (0.25, "0.25"),
        (50.0, "50"),
        (1e-4, "$10^{-4}$"),
        (2e-3, r"$2\cdot 10^{-3}$"),
        (1.26e-5, r"$1.3\cdot 10^{-5}$"),
        (99.9, "$10^{2}$"),
    ],
)
def test_weights_are_written_briefly(weight, label):
    assert weight_label(weight) == label
