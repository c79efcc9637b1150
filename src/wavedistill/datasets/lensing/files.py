"""Convergence maps from files: folders of FITS maps, arrays, and simulated sets."""

from __future__ import annotations

import math
import os
import re
from collections import defaultdict
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wavedistill import extras
from wavedistill.checks import integer
from wavedistill.datasets.lensing.maps import LensingMaps
from wavedistill.datasets.lensing.simulation import SETTINGS, read_simulated
from wavedistill.datasets.lensing.simulator import PIXEL_ARCMIN

__all__ = ["NATIVE_PIXEL_ARCMIN", "load_lensing", "read_convergence", "rebinned"]

Float32 = NDArray[np.float32]

NATIVE_PIXEL_ARCMIN = 210 / 512
"""Side of a pixel of MassiveNuS's files: 3.5 degrees in 512 pixels."""

NUMBER = r"[=_]?(\d+(?:\.\d+)?)"
PARAMETERS = re.compile(
    rf"m_?n[uv]{NUMBER}.*?om(?:ega)?(?:_?m)?{NUMBER}.*?a_?s{NUMBER}", re.IGNORECASE
)
REDSHIFT = re.compile(r"_z(\d+(?:\.\d+)?)")
REALISATION = re.compile(r"(\d+)r?$")


def load_lensing(
    path: str | os.PathLike[str],
    *,
    size: int | None = None,
    pixel_arcmin: float | None = None,
    redshift: float = 1.0,
) -> LensingMaps:
    """Read convergence maps with their cosmologies.

    Parameters
    ----------
    path : path-like
        One of

        - a folder that `simulate_lensing` filled;
        - a folder of FITS maps, searched with all folders in it. M_ν, Ω_m and 10⁹ A_s stand in
          this order in the name of the file or of a folder above it, such as
          ``mnv0.06271_om0.38150_As2.2004/WLconv_z1.00_0001r.fits`` (``mnu`` and ``omega_m`` will
          do, and whatever else is around). The realisation is the number at the end of the file's
          name, an ``r`` after it or not;
        - an .npz file with `imgs` (n, height, width) and `params` (n, 3). `realisation` (n,) is
          read if it is there, or else the maps of each cosmology are numbered as they come.
    size : int, optional
        Rebin to this many pixels on a side, which must divide the number in the file.
    pixel_arcmin : float, optional
        Side of a pixel in the file: 0.41 (MassiveNuS) for FITS and 0.82 for arrays unless given.
    redshift : float
        Of FITS files with a source redshift in their name (``_z1.00``), read those with this one.

    Raises
    ------
    FileNotFoundError
        If there is nothing at `path`.
    ImportError
        If FITS files are to be read and astropy is not installed.
    ValueError
        If a name tells no cosmology, the maps differ in shape, or `size` does not divide it.
    """
    source = Path(path)
    if not source.exists():
        raise FileNotFoundError(f"{source} is not there.")
    if (source / SETTINGS).is_file():
        whole = read_simulated(source)
    elif source.is_dir():
        return _fits_folder(source, size, pixel_arcmin or NATIVE_PIXEL_ARCMIN, redshift)
    elif source.suffix == ".npz":
        whole = _arrays(source, pixel_arcmin or PIXEL_ARCMIN)
    else:
        raise ValueError(
            f"{source} is neither a folder nor an .npz file; read_convergence reads one FITS map."
        )
    if size is None:
        return whole
    pixel = whole.pixel_arcmin * whole.maps.shape[1] / size
    return replace(whole, maps=rebinned(whole.maps, size), pixel_arcmin=pixel)


def read_convergence(path: str | os.PathLike[str], size: int | None = None) -> Float32:
    """One FITS map, shape (height, width), rebinned to `size` pixels on a side if it is given.

    Raises
    ------
    ImportError
        If astropy is not installed.
    ValueError
        If the file holds no image, or `size` does not divide its side.
    """
    fits = extras.load("astropy.io.fits", "reading FITS maps", "data")
    with fits.open(path, memmap=False) as content:
        images = [unit.data for unit in content if unit.is_image and unit.data is not None]
        if not images or images[0].ndim != 2:
            raise ValueError(f"{path} holds no map with two axes.")
        image = images[0].astype(np.float32)
    return image if size is None else rebinned(image, size)


def rebinned(maps: NDArray[np.floating[Any]], size: int) -> Float32:
    """Means over blocks of pixels, shape (..., height, width) to (..., size, size).

    Raises
    ------
    ValueError
        If the maps are not square, or `size` does not divide their side.
    """
    *first, height, width = maps.shape
    side = integer(size, "size", minimum=1)
    if height != width or height % side:
        raise ValueError(
            f"Maps of {height} x {width} pixels cannot be rebinned to size={side}; it must divide "
            "the side of square maps."
        )
    block = height // side
    blocks = maps.reshape(*first, side, block, side, block)
    return np.asarray(blocks.mean(axis=(-3, -1), dtype=np.float64), dtype=np.float32)


def _fits_folder(folder: Path, size: int | None, pixel: float, redshift: float) -> LensingMaps:
    found = []
    for path in sorted(folder.rglob("*.fits*")):
        named = REDSHIFT.search(path.name)
        if named is None or math.isclose(float(named[1]), redshift, abs_tol=1e-3):
            found.append((_realisation(path), path, _parameters(path, folder)))
    if not found:
        raise ValueError(
            f"{folder} holds no FITS maps of sources at redshift {redshift:g}, and no "
            f"{SETTINGS} of a simulated set."
        )
    # By realisation and then by name, as simulated sets are.
    realisation, paths, params = zip(*sorted(found), strict=True)
    shape = read_convergence(paths[0]).shape
    maps = np.empty((len(paths), *((size, size) if size else shape)), dtype=np.float32)
    for row, path in enumerate(paths):
        image = read_convergence(path)
        if image.shape != shape:
            raise ValueError(f"{path} is {image.shape} and {paths[0]} is {shape}.")
        maps[row] = image if size is None else rebinned(image, size)
    scale = shape[0] / maps.shape[1]
    return LensingMaps(maps, np.array(params), np.array(realisation), pixel * scale)


def _parameters(path: Path, folder: Path) -> tuple[float, ...]:
    """The cosmology, from the name of the file or of the nearest folder that tells one."""
    for name in reversed(path.relative_to(folder.parent).parts):
        if found := PARAMETERS.search(name):
            return tuple(float(number) for number in found.groups())
    raise ValueError(
        f"Neither {path} nor a folder above it tells its cosmology; name one like "
        "mnv0.06271_om0.38150_As2.2004."
    )


def _realisation(path: Path) -> int:
    stem = path.name.split(".fits")[0]
    if found := REALISATION.search(stem):
        return int(found[1])
    raise ValueError(
        f"{path} has no number of the realisation at the end of its name; name it like "
        f"{stem}_0001r.fits."
    )


def _arrays(path: Path, pixel: float) -> LensingMaps:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
        if missing := [name for name in ("imgs", "params") if name not in content]:
            raise ValueError(
                f"{path} has no array {', '.join(missing)}; it needs imgs (n, height, width) and "
                "params (n, 3)."
            )
        params = content["params"].astype(np.float64, copy=False)
        if "realisation" in content:
            realisation = content["realisation"].astype(np.int64)
        else:
            # The maps of each cosmology are numbered as they come.
            numbers: defaultdict[tuple[float, ...], count[int]] = defaultdict(count)
            realisation = np.array([next(numbers[tuple(row)]) for row in params.tolist()])
        maps = content["imgs"].astype(np.float32, copy=False)
        return LensingMaps(maps, params, realisation, pixel)
