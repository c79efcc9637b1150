"""Sets of simulated convergence maps, in memory or in a folder that a stopped run goes on with."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import gen_batches
from sklearn.utils.parallel import Parallel, delayed

from wavedistill.checks import integer
from wavedistill.datasets.lensing.cosmology import TABLE_D1, Cosmology, as_cosmologies
from wavedistill.datasets.lensing.maps import LensingMaps, noise_seed
from wavedistill.datasets.lensing.simulator import PIXEL_ARCMIN, HaloModel, MapSimulator
from wavedistill.datasets.lensing.survey import Survey
from wavedistill.files import read_json, write_json

__all__ = ["SETTINGS", "read_simulated", "simulate_lensing"]

Float32 = NDArray[np.float32]

_simulator = lru_cache(maxsize=32)(MapSimulator)

SETTINGS, MAPS, FINISHED = "set.json", "maps.npy", "finished.npy"
MAP_KEY = 0
_FORMAT, _WRITER = "wavedistill.lensing", "simulate_lensing"


def simulate_lensing(
    realisations: int,
    cosmologies: ArrayLike | Sequence[Cosmology] = TABLE_D1,
    *,
    size: int = 256,
    survey: Survey | None = None,
    random_state: int = 0,
    n_jobs: int | None = None,
    folder: str | os.PathLike[str] | None = None,
    chunk: int = 100,
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
    folder : path-like, optional
        For sets that do not fit into memory: holds `maps.npy`, `set.json` and `finished.npy`
        afterwards, and is made if it is not there. A run that was stopped goes on when called again
        with the same arguments: finished chunks are kept.
    chunk : int
        Maps that a worker draws at a time.

    Returns
    -------
    LensingMaps
        `maps` of shape (realisations x k, size, size), with a `folder` on a read-only memory map,
        and `params` of shape (realisations x k, 3).

    Raises
    ------
    ValueError
        If a cosmology is outside the range, or the folder holds a set of other settings.
    """
    settings: dict[str, Any] = {
        "realisations": integer(realisations, "realisations", minimum=1),
        "cosmologies": as_cosmologies(cosmologies),
        "size": integer(size, "size", minimum=8),
        "survey": survey and asdict(survey),
        "random_state": integer(random_state, "random_state", minimum=0),
        "chunk": integer(chunk, "chunk", minimum=1),
        "model": asdict(HaloModel()),
    }
    kinds = settings["cosmologies"]
    chunks = list(gen_batches(settings["realisations"] * len(kinds), settings["chunk"]))
    draw = delayed(partial(_draw, kinds, size, survey, random_state))
    parallel = Parallel(n_jobs=n_jobs, return_as="generator")
    if folder is None:
        return _labelled(np.concatenate([*parallel(draw(rows) for rows in chunks)]), kinds)
    target = Path(folder)
    finished = _begin(target, settings, len(chunks))
    maps = open_memmap(target / MAPS, "r+")
    waiting = np.flatnonzero(~finished)
    drawn = parallel(draw(chunks[number]) for number in waiting)
    for number, part in zip(waiting, drawn, strict=True):
        maps[chunks[number]] = part
        maps.flush()
        finished[number] = True
        finished.flush()
    return read_simulated(target)


def read_simulated(folder: Path) -> LensingMaps:
    """A finished set that `simulate_lensing` wrote, on a read-only memory map."""
    settings = read_json(folder / SETTINGS, _FORMAT, _WRITER)
    finished = np.load(folder / FINISHED)
    if not finished.all():
        raise ValueError(
            f"{folder} is not finished: {finished.sum()} of {len(finished)} chunks are there. Call "
            "simulate_lensing again with the same arguments."
        )
    maps = np.load(folder / MAPS, mmap_mode="r")
    return _labelled(maps, as_cosmologies(settings["cosmologies"]))


def _begin(folder: Path, settings: Mapping[str, Any], chunks: int) -> np.memmap[Any, Any]:
    """Which chunks are finished, of a set that was begun with these settings or of a new one."""
    if (folder / SETTINGS).exists():
        held = read_json(folder / SETTINGS, _FORMAT, _WRITER)
        # Tuples become lists on the way through a file.
        given = json.loads(json.dumps(settings))
        if other := [name for name in sorted(given) if given[name] != held.get(name)]:
            raise ValueError(
                f"{folder} holds a set made with another {', '.join(other)}; name another folder, "
                "or give the arguments that the set was begun with."
            )
    else:
        folder.mkdir(parents=True, exist_ok=True)
        count = settings["realisations"] * len(settings["cosmologies"])
        shape = count, settings["size"], settings["size"]
        open_memmap(folder / MAPS, "w+", np.float32, shape).flush()
        open_memmap(folder / FINISHED, "w+", np.bool_, (chunks,)).flush()
        write_json(folder / SETTINGS, _FORMAT, settings)
    return open_memmap(folder / FINISHED, "r+")


def _draw(
    cosmologies: Sequence[Cosmology],
    size: int,
    survey: Survey | None,
    random_state: int,
    rows: slice,
) -> Float32:
    """The maps of some rows, each from seeds of its own."""
    maps = np.empty((rows.stop - rows.start, size, size), dtype=np.float32)
    kinds = len(cosmologies)
    # One cosmology after the other, so that each is prepared once.
    for i in sorted(range(rows.start, rows.stop), key=lambda i: i % kinds):
        seed = np.random.SeedSequence(random_state, spawn_key=(i, MAP_KEY))
        convergence = _simulator(cosmologies[i % kinds], size).draw(np.random.default_rng(seed))
        if survey is not None:
            convergence = survey.observe(convergence, PIXEL_ARCMIN, noise_seed(random_state, i))
        maps[i - rows.start] = convergence
    return maps


def _labelled(maps: Float32, cosmologies: Sequence[Cosmology]) -> LensingMaps:
    """Maps whose cosmologies take turns: map i is realisation i // k of cosmology i % k."""
    realisations = len(maps) // len(cosmologies)
    params = np.tile(np.array(cosmologies, dtype=np.float64), (realisations, 1))
    realisation = np.repeat(np.arange(realisations), len(cosmologies))
    return LensingMaps(maps, params, realisation, PIXEL_ARCMIN)
