import importlib
import subprocess
import sys
from typing import Any

import pytest

import wavedistill

# Type checkers know no more of the package than its public names.
wd: Any = wavedistill


@pytest.mark.parametrize("name", wd.__all__)
def test_every_public_name_is_there(name):
    assert getattr(wd, name) is not None


def test_dir_shows_the_public_names_and_nothing_else():
    assert dir(wd) == sorted(wd.__all__)
    assert {"Wavelet", "WaveletDistiller", "BorderWarning", "__version__"} <= set(dir(wd))


def test_public_names_are_listed_where_they_come_from():
    for name in set(wd.__all__) - {"__version__"}:
        home = importlib.import_module(wd._HOMES[name])
        assert name in home.__all__, name


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        wd.nothing_of_the_kind  # noqa: B018


def test_importing_the_package_loads_no_heavy_module():
    heavy = "{'torch', 'numba', 'sklearn', 'scipy', 'matplotlib', 'pywt', 'captum'}"
    code = f"import sys, wavedistill; sys.exit(sorted({heavy} & set(sys.modules)) != [])"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
def test_a_distillation_needs_neither_torch_nor_matplotlib():
    code = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name in ('torch', 'captum', 'matplotlib', 'typer', 'rich'):\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "import numpy as np, wavedistill as wd\n"
        "X = np.random.default_rng(0).standard_normal((20, 16))\n"
        "wd.WaveletDistiller(levels=1, support=4).fit(X, attributions=X)\n"
        "try: wd.attribute\n"
        "except ImportError as error: assert 'wavedistill[torch]' in str(error), error\n"
    )
    run = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
