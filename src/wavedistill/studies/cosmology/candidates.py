"""The wavelets among which the study chooses; what they are made of is kept in files."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wavedistill.attribution import Attributions, attribute
from wavedistill.checks import WaveletWarning
from wavedistill.distillation import WaveletDistiller, distill_path
from wavedistill.files import fingerprint, read_json, write_json
from wavedistill.studies.cosmology.network import OMEGA_M, Predictor
from wavedistill.studies.output import Notify
from wavedistill.wavelets import Wavelet

__all__ = ["AXES", "LEVELS", "distilled", "taught"]

LEVELS, AXES = 4, (-2, -1)

_FORMAT = "wavedistill.search"


def taught(
    teacher: Predictor, maps: NDArray[np.float32], folder: Path | None = None
) -> Attributions:
    """The gradient of standardised Ω_m by the pixels of maps (n, height, width).

    It is kept in the folder, under a name that follows from the teacher's weights: computed again
    on a GPU it would differ in the last digits, and so would what is distilled from it.
    """
    weights = [tensor.cpu().numpy() for tensor in teacher.state_dict().values()]
    file = folder and folder / f"attributions_{fingerprint(maps, *weights)[:12]}.npz"
    if file is not None and file.exists():
        return Attributions.load(file)
    found = attribute(teacher, maps, target=OMEGA_M, batch_size=128)
    if file is not None:
        found.save(file)
    return found


def distilled(
    maps: NDArray[np.float32],
    attributions: Attributions | None,
    *,
    supports: Sequence[int],
    balances: Sequence[float],
    folder: Path | None = None,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> Iterator[Wavelet]:
    """Wavelets distilled on the orthonormal constraint: a path from DB5, and global searches.

    Parameters
    ----------
    maps : ndarray, shape (n, height, width)
    attributions : Attributions or None
        None distils from the maps alone.
    supports : sequence of int
        Filter lengths of the global searches.
    balances : sequence of float
        gamma/lambda, with maps and attributions scaled to a mean magnitude of 1. The path from DB5
        begins with 0, as the paper's warm start does.
    folder : Path, optional
        Where each fit is kept; one that is there already is read.

    Yields
    ------
    Wavelet
        Named by what it was made with.
    """
    kind = "blind" if attributions is None else "taught"
    weights = [0.0] if attributions is None else list(balances)
    with warnings.catch_warnings():
        # The paper's own depth is past dwt_max_level for small maps; a bad candidate loses.
        warnings.simplefilter("ignore", WaveletWarning)
        notify("distillation from DB5")
        path = distill_path(
            maps,
            attributions,
            sparsity=[1.0],
            interpretation=[0.0] if attributions is None else [0.0, *weights],
            distiller=WaveletDistiller(LEVELS, 10, axes=AXES, init="db5", random_state=seed),
            file=folder and folder / f"{kind}_db5.json",
        )
        for point in path.points[attributions is not None :]:
            yield replace(point.wavelet, name=f"from DB5, gamma/lambda {point.interpretation:g}")
        for support in supports:
            for balance in weights:
                name = f"support {support}, gamma/lambda {balance:g}"
                notify(f"distillation, {name}")
                distiller = WaveletDistiller(
                    LEVELS, support, axes=AXES, interpretation=balance, random_state=seed
                )
                file = folder and folder / f"{kind}_{support}_{balance:g}.json"
                for wavelet in _searched(distiller, maps, attributions, file):
                    yield replace(wavelet, name=name)


def _searched(
    distiller: WaveletDistiller,
    maps: NDArray[np.float32],
    attributions: Attributions | None,
    file: Path | None,
) -> list[Wavelet]:
    """All basins of a search, from its file if that was made of the same data and settings."""
    multipliers = None if attributions is None else attributions.multipliers
    made_of = fingerprint(maps, multipliers, sorted(distiller.get_params().items()))
    if file is not None and file.exists():
        held = read_json(file, _FORMAT, "this study")
        if held["fingerprint"] != made_of:
            raise ValueError(
                f"{file} holds the wavelets of other data or settings, and is left as it is; name "
                "another folder, or remove it to begin anew."
            )
        return [Wavelet.from_record(record) for record in held["wavelets"]]
    distiller.fit(maps, attributions=attributions)
    wavelets = [candidate.wavelet for candidate in distiller.candidates_]
    if file is not None:
        records = [wavelet.record() for wavelet in wavelets]
        write_json(file, _FORMAT, {"fingerprint": made_of, "wavelets": records})
    return wavelets
