"""The conditions on a valid orthogonal wavelet (Eq. 9-11 and Theorem 1 of the paper)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from wavedistill.wavelets.lattice import quadrature_mirror

__all__ = ["min_response", "residuals"]

Array = NDArray[np.float64]


def residuals(lowpass: Array) -> dict[str, float]:
    """How far a lowpass filter is from each condition; see `Wavelet.residuals`."""
    size = len(lowpass)
    power = np.abs(np.fft.fft(lowpass)) ** 2
    # w + pi is again a frequency 2 pi k / N, since N is even.
    complementarity = power + np.roll(power, size // 2) - 2
    shifts = [float(lowpass[: size - s] @ lowpass[s:]) for s in range(2, size, 2)]
    return {
        "lowpass_sum": float(lowpass.sum() - np.sqrt(2)),
        "highpass_sum": float(quadrature_mirror(lowpass).sum()),
        "unit_norm": float(np.linalg.norm(lowpass) - 1),
        "power_complementarity": float(np.abs(complementarity).max()),
        "double_shift": max(map(abs, shifts), default=0.0),
    }


def min_response(lowpass: Array) -> float:
    """The smallest |h^(w)| on [-pi/2, pi/2]."""

    def response(frequency: float) -> float:
        return float(abs(np.exp(-1j * frequency * taps) @ lowpass))

    taps = np.arange(len(lowpass))
    grid = np.linspace(0, np.pi / 2, 16 * len(lowpass) + 1)
    values = np.abs(np.exp(-1j * np.outer(grid, taps)) @ lowpass)
    lowest = int(values.argmin())
    bracket = (grid[max(lowest - 1, 0)], grid[min(lowest + 1, len(grid) - 1)])
    found: Any = minimize_scalar(
        response, bounds=bracket, method="bounded", options={"xatol": 1e-10}
    )
    return float(min(values[lowest], found.fun))
