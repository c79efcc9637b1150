"""The kernel against the forward transform of PyWavelets, in one run.

Value and gradient of the L1 norm of all coefficients, against `pywt.wavedec` alone (of images,
`pywt.wavedec2`); the ratio is PyWavelets' time over the kernel's, with the data packed beforehand
and with packing counted in.

    python benchmarks/kernel.py
"""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable

import numba
import numpy as np
import pywt

from wavedistill.kernels import coefficient_l1, prepare

#: Shapes of signals and of images, and levels.
CASES = (((512, 16384), 5), ((100_000, 64), 4), ((32, 256, 256), 4), ((2000, 32, 32), 2))


def timings(*jobs: Callable[[], object], repeats: int = 15) -> list[float]:
    """Median seconds of each job, all of them taking turns so that noise hits them alike."""
    seconds: list[list[float]] = [[] for _ in jobs]
    for _ in range(repeats):
        for job, spent in zip(jobs, seconds, strict=True):
            began = time.perf_counter()
            job()
            spent.append(time.perf_counter() - began)
    return [statistics.median(spent) for spent in seconds]


def main() -> None:
    warnings.filterwarnings("ignore", message="Level value")
    db5 = pywt.Wavelet("db5")
    random = np.random.default_rng(0)
    print(f"{numba.get_num_threads()} threads; medians")
    print("data                      kernel    pack      wavedec   million/s  ratio  with packing")
    for kind in (np.float32, np.float64):
        for shape, levels in CASES:
            data = random.standard_normal(shape).astype(kind)
            axes = tuple(range(1, len(shape)))
            forward = pywt.wavedec if len(shape) == 2 else pywt.wavedec2
            packed = prepare(data, axes)
            coefficient_l1(packed, db5.rec_lo, db5.rec_hi, levels)  # compiles
            kernel, pack, peer = timings(
                lambda packed=packed, levels=levels: coefficient_l1(  # type: ignore[misc]
                    packed, db5.rec_lo, db5.rec_hi, levels
                ),
                lambda data=data, axes=axes: prepare(data, axes),  # type: ignore[misc]
                lambda data=data, levels=levels, forward=forward: forward(  # type: ignore[misc]
                    data, "db5", "zero", level=levels
                ),
            )
            size = " x ".join(map(str, shape))
            print(
                f"{kind.__name__} {size:>14}   {kernel:.4f} s  {pack:.4f} s  "
                f"{peer:.4f} s  {data.size / kernel / 1e6:8.0f}  {peer / kernel:6.2f}  "
                f"{peer / (kernel + pack):6.2f}"
            )


if __name__ == "__main__":
    main()
