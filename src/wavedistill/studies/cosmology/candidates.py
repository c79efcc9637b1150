"""The wavelets among which the study chooses; what they are made of is kept in files."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wavedistill.attribution import Attributions, attribute
from wavedistill.checks import WaveletWarning
from wavedistill.distillation import WaveletDistiller, candidate_wavelets, distill_path
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
    weights = [0.0] if attributions is None else list(balances)
    start = [] if attributions is None else [0.0]
    place = folder and folder / ("blind" if attributions is None else "taught")
    settings: dict[str, Any] = {"levels": LEVELS, "axes": AXES, "random_state": seed}
    with warnings.catch_warnings():
        # The paper's own depth is past dwt_max_level for small maps; a bad candidate loses.
        warnings.simplefilter("ignore", WaveletWarning)
        notify("distillation from DB5")
        path = distill_path(
            maps,
            attributions,
            sparsity=[1.0],
            interpretation=start + weights,
            distiller=WaveletDistiller(support=10, init="db5", **settings),
            file=place and place / "db5.json",
        )
        for point in path.points[len(start) :]:
            yield replace(point.wavelet, name=f"from DB5, gamma/lambda {point.interpretation:g}")
        for support, balance in product(supports, weights):
            notify(f"distillation, support {support}, gamma/lambda {balance:g}")
            yield from candidate_wavelets(
                maps,
                attributions,
                supports=[support],
                balances=[balance],
                distiller=WaveletDistiller(**settings),
                folder=place,
            )
