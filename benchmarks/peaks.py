"""Peak counts against a plain SciPy implementation, in one run.

The plain one takes each map by itself: `maximum_filter` for the peaks, `correlate` for each filter,
`numpy.histogram` for the counts. The ratio is its time per map over that of `PeakCounts`.

    python benchmarks/peaks.py
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

import wavedistill as wd
from wavedistill.students.peak_filters import LAPLACE, wavelet_filters

MAPS, SIZE, REPEATS = 200, 256, 5
WAVELET = wd.Wavelet.from_name("db6")
RING = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=bool)
Array = NDArray[Any]


def filtered(image: Array, filters: object) -> list[Array]:
    """What each filter measures at every pixel."""
    if filters == "raw":
        return [image]
    if filters == "laplace":
        return [ndimage.correlate(image, LAPLACE)]
    if filters == "roberts":
        rising = image[:-1, 1:] - image[1:, :-1]
        falling = image[:-1, :-1] - image[1:, 1:]
        size = np.pad(np.hypot(rising, falling), 1)
        return [size[:-1, :-1] + size[:-1, 1:] + size[1:, :-1] + size[1:, 1:]]
    return [ndimage.correlate(image, weights) for weights in wavelet_filters(WAVELET).values()]


def plain(maps: Array, filters: object, edges: Mapping[str, Array]) -> Array:
    rows = []
    for image in maps.astype(np.float64):
        peaks = image > ndimage.maximum_filter(image, footprint=RING)
        peaks[[0, -1]] = peaks[:, [0, -1]] = False
        pairs = zip(filtered(image, filters), edges.values(), strict=True)
        rows.append(np.concatenate([np.histogram(v[peaks], bins=own)[0] for v, own in pairs]))
    return np.stack(rows)


def main() -> None:
    noise = np.random.default_rng(0).standard_normal((MAPS, SIZE, SIZE))
    maps = ndimage.gaussian_filter(noise, (0, 1, 1)).astype(np.float32)
    print(f"{MAPS} float32 maps of {SIZE} x {SIZE}; {numba.get_num_threads()} threads; medians")
    print("filters       this package          plain SciPy        ratio  values counted otherwise")
    for filters in ("raw", "laplace", "roberts", WAVELET):
        counts = wd.PeakCounts(filters, bins=22).fit(maps)
        counts.transform(maps[:1])  # compiles
        own, other = [], []
        for _ in range(REPEATS):
            began = time.perf_counter()
            found = counts.transform(maps)
            between = time.perf_counter()
            expected = plain(maps, filters, counts.edges_)
            own.append(between - began)
            other.append(time.perf_counter() - between)
        fast, slow = statistics.median(own) / MAPS, statistics.median(other) / MAPS
        print(
            f"{filters if isinstance(filters, str) else 'LL LH HL HH':12s}  "
            f"{fast * 1e3:6.3f} ms {1 / fast:6.0f}/s  {slow * 1e3:7.3f} ms {1 / slow:5.0f}/s  "
            f"{slow / fast:5.1f}  {np.abs(found - expected).sum() / 2:.0f} of {found.sum()}"
        )


if __name__ == "__main__":
    main()
