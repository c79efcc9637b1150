"""Install a Chromium for the tests of the report, where there is none and the machine allows it.

The tests that need it are skipped without one, with the reason; this never fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def main() -> None:
    """Install Debian's package, as root on a machine that has its package manager."""
    if any(map(shutil.which, _NAMES)) or os.environ.get("CHROMIUM"):
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        sys.stderr.write("no Chromium: the tests of the report in a browser will be skipped\n")
        return
    for command in (["update"], ["install", "-y", "chromium"]):
        subprocess.run(["apt-get", "-q", *command], stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    main()
