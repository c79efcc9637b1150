"""A digest of the kernels' sources, so that no compiled function outlives a change of one of them.

Numba keys its cache by the file of the compiled function alone. What that function calls in other
files is compiled into it, and a change there would go unnoticed. Variables of a closure are part of
the key: the cached functions are made inside a function that is given this digest.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

__all__ = ["DIGEST"]


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


#: Of all Python files of this folder.
DIGEST = _digest()
