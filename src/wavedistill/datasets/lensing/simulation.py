"""Sets of simulated convergence maps, in memory or in a folder that a stopped run goes on with."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import gen_batches
from sklearn.utils.parallel import Parallel, delayed

from wavedistill.checks import integer
from wavedistill.datasets.lensing.cosmology import TABLE_D1, Cosmology, as_cosmology
from wavedistill.datasets.lensing.maps import LensingMaps, noise_seed
from wavedistill.datasets.lensing.simulator import PIXEL_ARCMIN, HaloModel, MapSimulator
from wavedistill.datasets.lensing.survey import Survey
from wavedistill.files import read_json, write_json

__all__ = ["SETTINGS", "read_simulated", "simulate_lensing", "simulate_lensing_set"]

Float32 = NDArray[np.float32]

_simulator = lru_cache(maxsize=32)(MapSimulator)

SETTINGS, MAPS, FINISHED = "set.json", "maps.npy", "finished.npy"
MAP_KEY = 0
_FORMAT, _WRITER = "wavedistill.lensing", "simulate_lensing_set"


@dataclass(frozen=True)
class _Recipe:
    """What decides the pixels of a set: map i is realisation i // k of cosmology i % k."""

    realisations: int
    cosmologies: tuple[Cosmology, ...]
    size: int
    survey: Survey | None
    random_state: int

    def __post_init__(self) -> None:
        for name, minimum in (("realisations", 1), ("size", 8), ("random_state", 0)):
            number = integer(getattr(self, name), name, minimum=minimum)
            object.__setattr__(self, name, number)

    def __len__(self) -> int:
        return self.realisations * len(self.cosmologies)

    def labelled(self, maps: Float32) -> LensingMaps:
        params = np.tile(np.array(self.cosmologies, dtype=np.float64), (self.realisations, 1))
        realisation = np.repeat(np.arange(self.realisations), len(self.cosmologies))
        return LensingMaps(maps, params, realisation, PIXEL_ARCMIN)

    def draw(self, rows: slice) -> Float32:
        """The maps of some rows, each from seeds of its own."""
        maps = np.empty((rows.stop - rows.start, self.size, self.size), dtype=np.float32)
        kinds = len(self.cosmologies)
        # One cosmology after the other, so that each is prepared once.
        for i in sorted(range(rows.start, rows.stop), key=lambda i: i % kinds):
            simulator = _simulator(self.cosmologies[i % kinds], self.size)
            seed = np.random.SeedSequence(self.random_state, spawn_key=(i, MAP_KEY))
            convergence = simulator.draw(np.random.default_rng(seed))
            if self.survey is not None:
                noise = noise_seed(self.random_state, i)
                convergence = self.survey.observe(convergence, PIXEL_ARCMIN, noise)
            maps[i - rows.start] = convergence
        return maps


def simulate_lensing(
    realisations: int,
    cosmologies: ArrayLike | Sequence[Cosmology] = TABLE_D1,
    *,
    size: int = 256,
    survey: Survey | None = None,
    random_state: int = 0,
    n_jobs: int | None = None,
) -> LensingMaps:
    """Simulate convergence maps of sources at redshift 1.

    The cosmologies take turns: row i is realisation i // k of cosmology i % k, so each has an equal
    share, and more realisations only add rows. A row depends on `random_state` and its own number,
    not on the number of workers.

    Parameters
    ----------
    realisations : int
        Maps of each cosmology.
    cosmologies : array_like, shape (3,) or (k, 3)
        M_ν in eV, Ω_m and 10⁹ A_s, within `parameter_range`: 0 to 0.625 eV, 0.18 to 0.42, 1.25 to
        2.95. The ten of the paper's Table D1 unless given.
    size : int
        Pixels on a side, of 0.82 arcminutes.
    survey : Survey, optional
        Shape noise and smoothing; none unless given.
    random_state : int
        Not negative.
    n_jobs : int, optional
        Worker processes, as joblib counts them: 1 unless given, -1 for all cores.

    Returns
    -------
    LensingMaps
        `maps` of shape (realisations x k, size, size) and `params` of shape (realisations x k, 3).

    Raises
    ------
    ValueError
        If a cosmology is outside the range.
    """
    recipe = _Recipe(realisations, _rows(cosmologies), size, survey, random_state)
    chunks = gen_batches(len(recipe), 64)
    drawn = Parallel(n_jobs=n_jobs)(delayed(recipe.draw)(chunk) for chunk in chunks)
    return recipe.labelled(np.concatenate(drawn))


def simulate_lensing_set(
    folder: str | os.PathLike[str],
    realisations: int,
    cosmologies: ArrayLike | Sequence[Cosmology] = TABLE_D1,
    *,
    size: int = 256,
    survey: Survey | None = None,
    random_state: int = 0,
    n_jobs: int | None = None,
    chunk: int = 100,
) -> LensingMaps:
    """`simulate_lensing` into a folder, for sets that do not fit into memory.

    A run that was stopped goes on when called again with the same arguments: finished chunks are
    kept. The pixels are the same as `simulate_lensing` gives.

    Parameters
    ----------
    folder : path-like
        Made if it is not there; holds `maps.npy`, `set.json` and `finished.npy` afterwards.
    realisations, cosmologies, size, survey, random_state, n_jobs
        As `simulate_lensing` takes them.
    chunk : int
        Maps that a worker draws at a time.

    Returns
    -------
    LensingMaps
        On a read-only memory map.

    Raises
    ------
    ValueError
        If the folder holds a set of other settings.
    """
    recipe = _Recipe(realisations, _rows(cosmologies), size, survey, random_state)
    step = integer(chunk, "chunk", minimum=1)
    target = Path(folder)
    chunks = list(gen_batches(len(recipe), step))
    settings = {**asdict(recipe), "chunk": step, "model": asdict(HaloModel())}
    if (target / SETTINGS).exists():
        held = read_json(target / SETTINGS, _FORMAT, _WRITER)
        # Tuples become lists on the way through a file.
        given = json.loads(json.dumps(settings))
        if other := [name for name in sorted(given) if given[name] != held.get(name)]:
            raise ValueError(
                f"{target} holds a set made with another {', '.join(other)}; name another folder, "
                "or give the arguments that the set was begun with."
            )
    else:
        target.mkdir(parents=True, exist_ok=True)
        shape = len(recipe), recipe.size, recipe.size
        open_memmap(target / MAPS, "w+", np.float32, shape).flush()
        open_memmap(target / FINISHED, "w+", np.bool_, (len(chunks),)).flush()
        write_json(target / SETTINGS, _FORMAT, settings)

    finished = open_memmap(target / FINISHED, "r+")
    work = (
        delayed(_write)(recipe, target / MAPS, number, chunks[number])
        for number in np.flatnonzero(~finished)
    )
    for number in Parallel(n_jobs=n_jobs, return_as="generator_unordered")(work):
        finished[number] = True
        finished.flush()
    return read_simulated(target)


def read_simulated(folder: str | os.PathLike[str]) -> LensingMaps:
    """A finished set of `simulate_lensing_set`, on a read-only memory map."""
    source = Path(folder)
    settings = read_json(source / SETTINGS, _FORMAT, _WRITER)
    finished = np.load(source / FINISHED)
    if not finished.all():
        raise ValueError(
            f"{source} is not finished: {finished.sum()} of {len(finished)} chunks are there. Call "
            "simulate_lensing_set again with the same arguments."
        )
    survey = settings["survey"] and Survey(**settings["survey"])
    numbers = {name: settings[name] for name in ("realisations", "size", "random_state")}
    recipe = _Recipe(cosmologies=_rows(settings["cosmologies"]), survey=survey, **numbers)
    return recipe.labelled(np.load(source / MAPS, mmap_mode="r"))


def _rows(cosmologies: ArrayLike | Sequence[Cosmology]) -> tuple[Cosmology, ...]:
    rows = np.atleast_2d(np.asarray(cosmologies, dtype=np.float64))
    if rows.ndim != 2 or rows.size == 0:
        raise ValueError(
            f"cosmologies has shape {rows.shape}; give one row (M_nu, Omega_m, 10^9 A_s) for each."
        )
    return tuple(as_cosmology(row) for row in rows)


def _write(recipe: _Recipe, path: Path, number: int, rows: slice) -> int:
    maps = open_memmap(path, "r+")
    maps[rows] = recipe.draw(rows)
    maps.flush()
    return number
