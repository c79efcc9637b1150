"""Readings: the few numbers of a signal that a readable model is given.

Each is a function of the wavelet filters with exact derivatives, so that the wavelet can be learned
through the model that reads it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import Floats
from wavedistill.kernels.packing import PackedSignals, prepare
from wavedistill.kernels.pooling import ENERGY, EVENTS, LARGEST
from wavedistill.kernels.readings import pull_readings, read_signals
from wavedistill.kernels.trees import Kind, Tree, make_tree, reach
from wavedistill.modes import Mode
from wavedistill.wavelets.lattice import quadrature_mirror, quadrature_mirror_adjoint
from wavedistill.wavelets.transform import extended

__all__ = ["READINGS", "ReadSignals", "Reading", "as_reading"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Reading:
    """A kind of number that is read of each sub-band.

    Parameters
    ----------
    name : str
    bank : str
        The filter bank: ``"dwt"``, ``"packets"`` or ``"undecimated"``.
    pooling : int
        What is read of a sub-band (`wavedistill.kernels.pooling`).
    numbers : tuple of str
        What each number of a sub-band is called.
    """

    name: str
    bank: Kind
    pooling: int
    numbers: tuple[str, ...]

    def bands(self, levels: int) -> int:
        """How many sub-bands there are."""
        return int(2**levels) if self.bank == "packets" else levels + 1

    def band_names(self, levels: int, sampling_rate: float | None = None) -> tuple[str, ...]:
        """Names of the sub-bands, with their frequencies if a sampling rate is given."""
        if self.bank == "packets":
            plain = [f"packet {node}" for node in range(2**levels)]
            edges = [(node, node + 1) for node in range(2**levels)]
            unit = 2.0 ** -(levels + 1)
        else:
            plain = [f"approximation {levels}", *(f"detail {j}" for j in range(levels, 0, -1))]
            edges = [(0, 1), *((2**j, 2 ** (j + 1)) for j in range(levels))]
            unit = 2.0 ** -(levels + 1)
        if sampling_rate is None:
            return tuple(plain)
        rate = sampling_rate * unit
        return tuple(
            f"{name}, {low * rate:.4g}-{high * rate:.4g} Hz"
            for name, (low, high) in zip(plain, edges, strict=True)
        )

    def feature_names(
        self, levels: int, channels: int = 1, sampling_rate: float | None = None
    ) -> tuple[str, ...]:
        """A name for each feature, channel by channel and band by band."""
        bands = self.band_names(levels, sampling_rate)
        names = [f"{number} of {band}" for band in bands for number in self.numbers]
        if channels == 1:
            return tuple(names)
        return tuple(f"channel {channel}: {name}" for channel in range(channels) for name in names)


#: The readings by name.
READINGS: Mapping[str, Reading] = MappingProxyType(
    {
        "energy": Reading("energy", "dwt", ENERGY, ("log-energy",)),
        "packets": Reading("packets", "packets", ENERGY, ("log-energy",)),
        "events": Reading(
            "events",
            "undecimated",
            EVENTS,
            ("maximum", "minimum", "sum of positive parts", "sum of negative parts"),
        ),
        "largest": Reading(
            "largest", "dwt", LARGEST, tuple(f"largest {rank}" for rank in range(1, 7))
        ),
    }
)


def as_reading(value: str | Reading) -> Reading:
    """A reading as it is, or by its name.

    Raises
    ------
    ValueError
        For a name that is not in `READINGS`.
    """
    if isinstance(value, Reading):
        return value
    if value not in READINGS:
        raise ValueError(f"reading={value!r} must be one of {', '.join(map(repr, READINGS))}.")
    return READINGS[value]


@dataclass(frozen=True, eq=False)
class ReadSignals:
    """Signals at hand for one reading, for any filters.

    Parameters
    ----------
    signals : ndarray, shape (n, channels, length)
        Of mean square about 1, as log-energies have a floor of 1e-4.
    reading : Reading
    levels : int
    mode : str
        PyWavelets' signal extension mode.
    """

    signals: Floats
    reading: Reading
    levels: int
    mode: Mode

    def __len__(self) -> int:
        return len(self.signals)

    @property
    def count(self) -> int:
        """Features of a signal, all channels together."""
        bands = self.reading.bands(self.levels)
        return int(self.signals.shape[1] * bands * len(self.reading.numbers))

    def subset(self, rows: NDArray[np.intp]) -> Self:
        """Some of the signals."""
        return type(self)(self.signals[rows], self.reading, self.levels, self.mode)

    def features(self, lowpass: Array) -> Array:
        """The features, shape (n, count), read with filters of shape (levels, N)."""
        tree, packed = self._prepared(lowpass.shape[1])
        found = read_signals(
            packed, tree, lowpass, _mirrors(lowpass), self.reading.pooling, self._numbers
        )
        return found[: math.prod(self.signals.shape[:2])].reshape(len(self), self.count)

    def pull(self, lowpass: Array, cotangents: Array) -> Array:
        """Derivatives by the filters of sum(cotangents * features), shape (levels, N).

        Highpass filters are the quadrature mirrors of the lowpass filters, and follow them.
        """
        tree, packed = self._prepared(lowpass.shape[1])
        lanes = packed.lanes * packed.blocks.shape[1]
        padded = np.zeros((lanes, self.reading.bands(self.levels), self._numbers))
        count = math.prod(self.signals.shape[:2])
        padded[:count] = cotangents.reshape(count, *padded.shape[1:])
        by_lowpass, by_highpass = pull_readings(
            packed, tree, lowpass, _mirrors(lowpass), self.reading.pooling, padded
        )
        return by_lowpass + np.stack([quadrature_mirror_adjoint(each) for each in by_highpass])

    @property
    def _numbers(self) -> int:
        return len(self.reading.numbers)

    @cached_property
    def _packed(self) -> dict[int, PackedSignals]:
        return {}

    def _prepared(self, taps: int) -> tuple[Tree, PackedSignals]:
        length = self.signals.shape[2]
        tree = make_tree(length, taps, self.levels, self.mode, self.reading.bank)
        beside = reach(taps, self.levels) if self.reading.bank == "undecimated" else 0
        if beside not in self._packed:
            self._packed[beside] = prepare(_with_borders(self.signals, beside, self.mode))
        return tree, self._packed[beside]


def _with_borders(signals: Floats, beside: int, mode: Mode) -> Floats:
    return extended(signals, [(beside, beside)], mode) if beside else signals


def _mirrors(lowpass: Array) -> Array:
    return np.stack([quadrature_mirror(each) for each in lowpass])
