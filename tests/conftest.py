"""What holds for all tests: one Hypothesis profile, and figures without a screen."""

import os

from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "agg")

# Timings on a busy machine say nothing, and a failure must come back on the next run.
settings.register_profile("wavedistill", deadline=None, derandomize=True)
settings.load_profile("wavedistill")
