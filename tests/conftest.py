"""One Hypothesis profile for all tests, figures without a screen, one thread per test process."""

import os

from hypothesis import settings

from tests.results import classes, images, numbers

__all__ = ["classes", "images", "numbers"]

os.environ.setdefault("MPLBACKEND", "agg")
if "PYTEST_XDIST_WORKER" in os.environ:
    # The processes share the cores already; read when BLAS and PyTorch are loaded.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# Deadlines fail on a busy machine; without derandomize a failure may not come back.
settings.register_profile("wavedistill", deadline=None, derandomize=True)
settings.load_profile("wavedistill")
