"""The cosmology study in one folder: its maps, its tables, its figures, and the wavelet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wavedistill.datasets import data_folder
from wavedistill.datasets.lensing import (
    PIXEL_ARCMIN,
    TABLE_D1,
    calibration_table,
    load_lensing,
    read_convergence,
    simulate_lensing,
)
from wavedistill.studies.cosmology.between import simulate_between
from wavedistill.studies.cosmology.figures import angle, figures
from wavedistill.studies.cosmology.plot_calibration import plot_calibration
from wavedistill.studies.cosmology.study import Amount, Study, run
from wavedistill.studies.cosmology.teacher import require_training
from wavedistill.studies.output import Notify, save_figure, save_table

__all__ = ["Reproduction", "reproduce"]


class Reproduction(NamedTuple):
    """What `reproduce` found and wrote."""

    study: Study
    files: tuple[Path, ...]


def reproduce(
    folder: Path,
    amount: Amount,
    *,
    data: Path | None = None,
    rebin: int | None = None,
    device: str = "cpu",
    jobs: int = -1,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> Reproduction:
    """Run the study and write its tables and figures; whatever was finished before is kept.

    Everything goes to the folder, simulated maps, the training and the distilled wavelets too. Maps
    are simulated in so many `jobs`, unless `data` has some for `load_lensing`, to be rebinned to
    `rebin` pixels on a side. With simulated maps go others of cosmologies between. Where the data
    folder holds ``lensing/massivenus_fiducial_kappa.fits``, the simulator is held against it.
    """
    require_training(device)
    notify("maps")
    if data is None:
        maps = simulate_lensing(
            amount.realisations,
            size=amount.size,
            random_state=seed,
            n_jobs=jobs,
            folder=folder / "maps",
        )
        notify("maps of cosmologies between")
        between = simulate_between(
            amount.between, size=amount.size, seed=seed, jobs=jobs, folder=folder / "between"
        )
    else:
        # Simulated maps are of another kind than those that are read.
        maps, between = load_lensing(data, size=rebin), None
    study = run(
        maps, amount, between=between, device=device, folder=folder / "fits", seed=seed,
        notify=notify,
    )  # fmt: skip
    files = [
        save_table(study.rows, folder / "models.csv"),
        save_table(study.beyond, folder / "beyond_the_paper.csv"),
        save_table(study.gains, folder / "gains.csv"),
        *([save_table(study.between, folder / "between.csv")] if study.between else []),
        folder / "wavelet.json",
    ]
    study.students["AWD"].filters.save(folder / "wavelet.json")
    notify("drawing")
    files += [save_figure(figure, folder / f"{name}.png") for name, figure in figures(study)]
    real = data_folder() / "lensing" / "massivenus_fiducial_kappa.fits"
    if real.exists():
        notify("calibration")
        files += _calibration(real, folder, seed)
    return Reproduction(study, tuple(files))


def _calibration(real: Path, folder: Path, seed: int) -> Iterator[Path]:
    """How simulated maps of the real map's cosmology, Table D1's first, stand beside it."""
    image = read_convergence(real, size=160)
    table = calibration_table(image, random_state=seed)
    simulated = simulate_lensing(1, TABLE_D1[:1], size=len(image), random_state=seed).maps[0]
    figure = plot_calibration(table, simulated, image, pixel=angle(PIXEL_ARCMIN))
    yield save_figure(figure, folder / "calibration.png")
    yield save_table(table, folder / "calibration.csv")
