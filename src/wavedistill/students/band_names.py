"""What the sub-bands of each filter bank, and their parts, are called in a feature's name."""

from __future__ import annotations

from itertools import product

from wavedistill.frequencies import Sampling, SamplingRate
from wavedistill.kernels.trees import SECOND_LAYER, Kind

__all__ = ["band_names", "part_names", "second_layer"]

#: The details of a level of images, in the order of `CoefficientLayout`.
_IMAGE_DETAILS = ("horizontal detail", "vertical detail", "diagonal detail")


def band_names(
    bank: Kind, levels: int, rank: int = 1, sampling_rate: SamplingRate = None
) -> tuple[str, ...]:
    """A name for each sub-band, with its frequencies if a sampling rate is given.

    A horizontal detail of an image is highpass along the first of its axes: there horizontal edges
    and stripes are. Its frequencies along the first axis are those "down", along the second
    "across".

    Parameters
    ----------
    bank : str
    levels : int
    rank : int
        1 for signals, 2 for images.
    sampling_rate : float or (float, str), optional
        As `Sampling` reads it. Pixels are as close along both axes of images.
    """
    plain = _signal_names(bank, levels) if rank == 1 else _image_names(bank, levels)
    if sampling_rate is None:
        return plain
    sampling = Sampling.of(sampling_rate, rank)
    unit = sampling.rate * 2.0 ** -(levels + 1)
    if rank > 1:
        frequencies = _image_frequencies(bank, levels, unit)
        if sampling.named:
            frequencies = [f"{each} ({sampling.unit})" for each in frequencies]
        return tuple(f"{name}, {each}" for name, each in zip(plain, frequencies, strict=True))
    edges = [(0, 1), *((2**j, 2 ** (j + 1)) for j in range(levels))]
    if bank == "packets":
        edges = [(node, node + 1) for node in range(2**levels)]
    octaves = [f"{_span(edge, unit)} {sampling.unit}" for edge in edges]
    if bank in SECOND_LAYER:
        # Octaves stand in the order approximation J, detail J, ..., detail 1.
        octaves += [
            f"{octaves[levels + 1 - coarse]} of {octaves[levels + 1 - fine]}"
            for fine, coarse in second_layer(levels)
        ]
    return tuple(f"{name}, {octave}" for name, octave in zip(plain, octaves, strict=True))


def second_layer(levels: int) -> list[tuple[int, int]]:
    """Pairs (fine, coarse) of scattering: detail `coarse` of the absolute detail `fine`."""
    return [(j, coarse) for j in range(1, levels) for coarse in range(levels, j, -1)]


def part_names(parts: int, rank: int = 1) -> tuple[str, ...]:
    """What follows the name of a sub-band for each of its parts; nothing if there is one."""
    if parts == 1:
        return ("",)
    if rank == 1:
        return tuple(f", part {part} of {parts}" for part in range(1, parts + 1))
    places = product(range(1, parts + 1), repeat=2)
    return tuple(f", part {row},{column} of {parts}x{parts}" for row, column in places)


def _signal_names(bank: Kind, levels: int) -> tuple[str, ...]:
    if bank == "packets":
        return tuple(f"packet {node}" for node in range(2**levels))
    names = [f"approximation {levels}", *(f"detail {j}" for j in range(levels, 0, -1))]
    if bank in SECOND_LAYER:
        names += [f"detail {coarse} of |detail {fine}|" for fine, coarse in second_layer(levels)]
    return tuple(names)


def _image_names(bank: Kind, levels: int) -> tuple[str, ...]:
    if bank == "packets":
        return tuple(
            f"packet {row},{column}" for row, column in product(range(2**levels), repeat=2)
        )
    details = [f"{name} {level}" for level in range(levels, 0, -1) for name in _IMAGE_DETAILS]
    return (f"approximation {levels}", *details)


def _image_frequencies(bank: Kind, levels: int, unit: float) -> list[str]:
    """Cycles per unit length along the first and the second axis."""
    if bank == "packets":
        nodes = [(node, node + 1) for node in range(2**levels)]
        pairs = list(product(nodes, repeat=2))
    else:
        pairs = [((0, 1), (0, 1))]
        for j in range(levels):
            low, high = (0, 2**j), (2**j, 2 ** (j + 1))
            pairs += [(high, low), (low, high), (high, high)]
    return [f"{_span(down, unit)} down, {_span(across, unit)} across" for down, across in pairs]


def _span(edge: tuple[int, int], unit: float) -> str:
    low, high = edge
    return f"{low * unit:.4g}-{high * unit:.4g}"
