"""A scattering transform of images, two layers deep: a reference that nobody can read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wavedistill.wavelets import WaveletTransform

__all__ = ["scattering"]

Array = NDArray[np.float64]


def scattering(
    images: NDArray[np.floating], wavelet: str, levels: int, parts: int, mode: str
) -> Array:
    """Means, over parts of an image, of itself and of what is left of it after one and two moduli.

    The idea is Bruna and Mallat's (2013), with separable, orthogonal, undecimated wavelets in the
    place of Morlet's: the absolute values of each detail are transformed again, at coarser levels
    alone.

    Parameters
    ----------
    images : ndarray, shape (n, height, width)
    wavelet : str
    levels, parts : int
        Parts along each axis.
    mode : str

    Returns
    -------
    ndarray, shape (n, features)
    """
    transform = WaveletTransform(wavelet, levels, mode, axes=(-2, -1))
    first = transform.undecimated(images)
    # In the order approximation J, the three details of level J, ..., those of level 1.
    moduli = np.abs(first[1:])
    paths = [first[0], *moduli]
    for number, modulus in enumerate(moduli):
        coarser = 3 * (number // 3)
        paths += list(np.abs(transform.undecimated(modulus)[1 : 1 + coarser]))
    return np.concatenate([_means(path, parts) for path in paths], axis=1)


def _means(fields: NDArray[np.floating], parts: int) -> Array:
    """Means of parts x parts equal parts of fields, shape (n, parts ** 2)."""
    rows = [np.array_split(row, parts, axis=2) for row in np.array_split(fields, parts, axis=1)]
    means = [part.mean(axis=(1, 2)) for row in rows for part in row]
    return np.stack(means, axis=1).astype(np.float64)
