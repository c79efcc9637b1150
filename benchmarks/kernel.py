"""The kernel against the forward transform of PyWavelets, in one run.

Value and gradient of the L1 norm of all coefficients, against `pywt.wavedec` alone; the ratio is
PyWavelets' time over the kernel's, with the data packed beforehand and with packing counted in.

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

CASES = ((512, 16384, 5), (100_000, 64, 4))


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
    print("data                    kernel    pack      wavedec   million/s  ratio  with packing")
    for kind in (np.float32, np.float64):
        for count, length, levels in CASES:
            data = random.standard_normal((count, length)).astype(kind)
            packed = prepare(data)
            coefficient_l1(packed, db5.rec_lo, db5.rec_hi, levels)  # compiles
            kernel, pack, forward = timings(
                lambda packed=packed, levels=levels: coefficient_l1(  # type: ignore[misc]
                    packed, db5.rec_lo, db5.rec_hi, levels
                ),
                lambda data=data: prepare(data),  # type: ignore[misc]
                lambda data=data, levels=levels: pywt.wavedec(  # type: ignore[misc]
                    data, "db5", "zero", level=levels
                ),
            )
            print(
                f"{kind.__name__} {count:6d} x {length:5d}  {kernel:.4f} s  {pack:.4f} s  "
                f"{forward:.4f} s  {count * length / kernel / 1e6:8.0f}  {forward / kernel:6.2f}  "
                f"{forward / (kernel + pack):6.2f}"
            )


if __name__ == "__main__":
    main()
