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
from wavedistill.distillation.path import PathPoint
from wavedistill.files import fingerprint
from wavedistill.studies.cosmology.network import OMEGA_M, Predictor
from wavedistill.studies.output import Notify
from wavedistill.wavelets import Wavelet

__all__ = ["AXES", "LEVELS", "distilled", "taught"]

LEVELS, AXES = 4, (-2, -1)


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
    """Wavelets distilled on the orthonormal constraint, named by what they were made with.

    A path from DB5 begins with gamma/lambda 0, as the paper's warm start does, and goes on with
    `balances`; there is a global search for each support and balance. Without attributions, the
    maps alone are distilled from, and 0 is the only balance. Fits in the folder are read again.
    """
    kind = "blind" if attributions is None else "taught"
    weights = [0.0] if attributions is None else list(balances)

    def points(name: str, init: str, support: int, interpretation: list[float]) -> list[PathPoint]:
        path = distill_path(
            maps,
            attributions,
            sparsity=[1.0],
            interpretation=interpretation,
            distiller=WaveletDistiller(LEVELS, support, axes=AXES, init=init, random_state=seed),
            file=folder and folder / f"{kind}_{name}.json",
        )
        return list(path.points)

    with warnings.catch_warnings():
        # The paper's own depth is past dwt_max_level for small maps; a bad candidate loses.
        warnings.simplefilter("ignore", WaveletWarning)
        notify("distillation from DB5")
        start = [] if attributions is None else [0.0]
        for point in points("db5", "db5", 10, start + weights)[len(start) :]:
            yield replace(point.wavelet, name=f"from DB5, gamma/lambda {point.interpretation:g}")
        for support in supports:
            for balance in weights:
                name = f"support {support}, gamma/lambda {balance:g}"
                notify(f"distillation, {name}")
                (point,) = points(f"{support}_{balance:g}", "auto", support, [balance])
                for candidate in point.candidates:
                    yield replace(candidate.wavelet, name=name)
