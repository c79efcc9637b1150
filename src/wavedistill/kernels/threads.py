"""Sharing of work among threads.

The kernels release the GIL, so ordinary Python threads suffice. Their number is Numba's
(``numba.set_num_threads``, ``NUMBA_NUM_THREADS``).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np

__all__ = ["SMALL", "in_chunks"]

#: Samples below which starting threads costs more than it saves.
SMALL = 200_000
#: Chunks per thread: enough to even out a core that is busy with something else.
_CHUNKS = 4


def in_chunks(work: Callable[[int, int], None], count: int, samples: int) -> None:
    """Call ``work(start, stop)`` over ``range(count)``, on several threads if it is worth it."""
    threads = numba.get_num_threads() if samples > SMALL else 1
    if threads == 1 or count == 1:
        work(0, count)
        return
    edges = np.linspace(0, count, min(count, threads * _CHUNKS) + 1).astype(int).tolist()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, edges[:-1], edges[1:]))
