"""What a survey makes of a convergence map: noise from the galaxies' shapes, and smoothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

__all__ = ["Survey"]

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class Survey:
    """Galaxies that a map is made from, and the smoothing after.

    Parameters
    ----------
    galaxies_per_arcmin2 : float
        Source galaxies per square arcminute; infinite for a map without noise.
    shape_noise : float
        Root mean square of *one* component of the galaxies' ellipticity, σ_1. A pixel of area A
        has noise σ_1 / √(n A), white and Gaussian. In the convention of the ellipticity's modulus,
        σ_e = √2 σ_1, that is σ_e / √(2 n A).
    smoothing_arcmin : float
        Standard deviation σ of the Gaussian that the noisy map is smoothed with (its kernel is
        exp(-θ² / 2σ²)); 0 for none. Beyond the border the map is reflected.
    """

    galaxies_per_arcmin2: float = np.inf
    shape_noise: float = 0.3
    smoothing_arcmin: float = 0.0

    def __post_init__(self) -> None:
        if not self.galaxies_per_arcmin2 > 0:
            raise ValueError(
                f"galaxies_per_arcmin2={self.galaxies_per_arcmin2} must be positive; a map without "
                "noise has infinitely many, numpy.inf."
            )
        for name in ("shape_noise", "smoothing_arcmin"):
            value = getattr(self, name)
            if not 0 <= value < np.inf:
                raise ValueError(f"{name}={value} must be finite and not negative; 0 is none.")

    def pixel_noise(self, pixel_arcmin: float) -> float:
        """Standard deviation of the noise of a pixel, before smoothing."""
        return self.shape_noise / float(np.sqrt(self.galaxies_per_arcmin2)) / pixel_arcmin

    def observe(
        self, convergence: Float32, pixel_arcmin: float, random: np.random.Generator
    ) -> Float32:
        """A map as the survey sees it, shape of `convergence` (height, width)."""
        seen = convergence
        noise = self.pixel_noise(pixel_arcmin)
        if noise > 0:
            seen = seen + np.float32(noise) * random.standard_normal(seen.shape, dtype=np.float32)
        if self.smoothing_arcmin > 0:
            seen = gaussian_filter(seen, self.smoothing_arcmin / pixel_arcmin, mode="reflect")
        return np.asarray(seen, dtype=np.float32)
