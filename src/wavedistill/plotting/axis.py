"""What the axes of a figure are called, in which unit, and how far apart samples lie."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["PIXELS", "SAMPLES", "Axis"]


@dataclass(frozen=True)
class Axis:
    """One axis of signals or maps: its name, its unit, and the step from sample to sample.

    Parameters
    ----------
    name : str
        Such as ``"time"`` or ``"frequency"``.
    unit : str
        Such as ``"s"`` or ``"arcmin"``; empty where samples are only counted.
    step : float
        From one sample to the next, in the unit: 1 / sampling rate, or the side of a pixel.

    Raises
    ------
    ValueError
        If the step is not a positive number.

    Examples
    --------
    >>> from wavedistill.plotting import Axis
    >>> time = Axis("time", "s", step=0.5)
    >>> time.label, time.values(3).tolist()
    ('time (s)', [0.0, 0.5, 1.0])
    >>> Axis().label
    'sample'
    """

    name: str = "sample"
    unit: str = ""
    step: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.step < math.inf:
            raise ValueError(
                f"step={self.step} must be positive: the distance from one sample to the next."
            )

    @property
    def label(self) -> str:
        """The name with its unit, as it stands along the axis of a figure."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    @property
    def finest_scale(self) -> str:
        """The label under a scaling function or a wavelet, drawn as the finest scale has them."""
        return f"{self.label}, at the finest scale"

    def values(self, count: int) -> NDArray[np.float64]:
        """Where each of so many samples lies, in the unit."""
        return np.arange(count) * np.float64(self.step)


#: Neutral axes: signals and maps whose samples are counted.
SAMPLES, PIXELS = Axis("sample"), Axis("pixel")
