"""The cosmology study in one folder: its maps, its tables, its figures, and the wavelet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wavedistill.datasets import data_folder
from wavedistill.datasets.lensing import (
    PIXEL_ARCMIN,
    load_lensing,
    read_convergence,
    simulate_lensing_set,
)
from wavedistill.studies.cosmology.figures import calibration, figures
from wavedistill.studies.cosmology.scores import Gain, Row, in_hundredths
from wavedistill.studies.cosmology.study import Amount, Study, run
from wavedistill.studies.cosmology.teacher import require_training
from wavedistill.studies.output import Notify, save_figure, save_table

__all__ = ["Reproduction", "reproduce"]


@dataclass(frozen=True)
class Reproduction:
    """What `reproduce` found and wrote.

    Its tables are rows and gains by the name of their file, with errors of Ω_m times 100.
    """

    study: Study
    tables: dict[str, tuple[Row, ...] | tuple[Gain, ...]]
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

    Where the data folder holds ``lensing/massivenus_fiducial_kappa.fits``, the simulator's
    calibration against it is written too.

    Parameters
    ----------
    folder : Path
        Where everything goes: simulated maps, the training and the distilled wavelets too.
    amount, device, seed, notify
        As `run` takes them.
    data : Path, optional
        Maps for `load_lensing`; simulated unless given.
    rebin : int, optional
        Pixels on a side that those are rebinned to.
    jobs : int
        Processes that simulate.
    """
    require_training(device)
    notify("maps")
    if data is None:
        maps = simulate_lensing_set(
            folder / "maps", amount.realisations, size=amount.size, random_state=seed, n_jobs=jobs
        )
    else:
        maps = load_lensing(data, size=rebin)
    study = run(maps, amount, device=device, folder=folder / "fits", seed=seed, notify=notify)
    tables: dict[str, tuple[Row, ...] | tuple[Gain, ...]] = {
        "models": in_hundredths(study.rows),
        "beyond_the_paper": in_hundredths(study.beyond),
        "gains": in_hundredths(study.gains),
    }
    files = [save_table(table, folder / f"{name}.csv") for name, table in tables.items()]
    if study.awd.wavelet is not None:
        study.awd.wavelet.save(folder / "wavelet.json")
        files.append(folder / "wavelet.json")
    notify("drawing")
    files += [save_figure(figure, folder / f"{name}.png") for name, figure in figures(study)]
    real = data_folder() / "lensing" / "massivenus_fiducial_kappa.fits"
    if real.exists():
        notify("calibration")
        found = calibration(read_convergence(real, size=160), PIXEL_ARCMIN, seed)
        files.append(save_figure(found.figure, folder / "calibration.png"))
        files.append(save_table(found.table, folder / "calibration.csv"))
    return Reproduction(study, tables, tuple(files))
