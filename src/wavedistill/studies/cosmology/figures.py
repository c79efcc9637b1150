"""The figures of the cosmology study: what the wavelet looks at, and how far each model is off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from wavedistill.attribution import attribute
from wavedistill.datasets.lensing import TABLE_D1, calibration_table, simulate_lensing
from wavedistill.datasets.lensing.calibration import CalibrationRow
from wavedistill.datasets.lensing.halos import halo_filter
from wavedistill.plotting import (
    Axis,
    Score,
    plot_activation_maps,
    plot_map_filters,
    plot_scores,
)
from wavedistill.students import activation_map, peak_values
from wavedistill.studies.cosmology.candidates import AXES, LEVELS
from wavedistill.studies.cosmology.network import OMEGA_M
from wavedistill.studies.cosmology.plot_calibration import plot_calibration
from wavedistill.studies.cosmology.plots import (
    plot_cosmology_setup,
    plot_omega_predictions,
    plot_steepness,
)
from wavedistill.studies.cosmology.scores import Row, in_hundredths
from wavedistill.studies.cosmology.students import at_all_pixels
from wavedistill.studies.cosmology.study import Study
from wavedistill.wavelets import Wavelet, WaveletTransform

__all__ = ["calibration", "figures"]


class Calibration(NamedTuple):
    """Statistics of a real map among those of simulated maps, and their figure."""

    table: tuple[CalibrationRow, ...]
    figure: Figure


#: Share of the coefficients that an activation map keeps: the paper's 600 of 73,839.
_KEPT = 600 / 73_839
#: Maps of each cosmology whose peaks are measured, and cosmologies that are told apart by colour.
_MEASURED, _COSMOLOGIES = 100, 3


def figures(study: Study) -> Iterator[tuple[str, Figure]]:
    """The paper's Fig 2C, D1 and D2, Table 2 as a figure, and predictions against the truth.

    Beside Table 2 stand the histograms of all pixels.
    """
    test, awd, network = study.split.test, study.awd, study.rows[-1]
    if (wavelet := awd.wavelet) is not None:
        row = _typical(study)
        yield (
            "fig2c_setup",
            plot_cosmology_setup(
                test.maps[row],
                awd.model[0],
                wavelet,
                study.attributions.multipliers[row],
                predicted=float(study.predicted["AWD"][row, OMEGA_M]),
                truth=float(test.params[row, OMEGA_M]),
                pixel=_angle(test.pixel_arcmin),
                teacher=network.model,
            ),
        )
        halo = halo_filter(test.pixel_arcmin)
        yield "fig2c_filters", plot_map_filters(wavelet, matched=halo, matched_label="NFW halo")
        yield "figD1_steepness", plot_steepness(_steepness(study, wavelet))
        yield "figD2_activation", _activation(study, wavelet)
    everywhere = [row for row in study.beyond if row.model in map(at_all_pixels, study.students)]
    rows = (*study.rows[:-2], *everywhere, *study.rows[-2:])
    scores = [
        Score(
            r.model, r.rmse, r.rmse_se, is_reference=r.model == network.model, details=_details(r)
        )
        for r in in_hundredths(rows)
    ]
    metric = r"RMSE of $\Omega_m$ $\times$ 100"
    yield "table2", plot_scores(scores, metric, better="lower", examples="held-out maps")
    shown = ("AWD", "DB5", "best known wavelet", "Laplace", "Roberts cross", network.model)
    predictions = {name: study.predicted[name][:, OMEGA_M] for name in shown}
    if len(np.unique(test.params[:, OMEGA_M])) <= 16:
        yield "predictions", plot_omega_predictions(test.params[:, OMEGA_M], predictions)


def calibration(real_map: NDArray[np.float32], pixel_arcmin: float, seed: int) -> Calibration:
    """How simulated maps of the real map's cosmology, Table D1's first, stand beside it."""
    table = calibration_table(real_map, random_state=seed)
    simulated = simulate_lensing(1, TABLE_D1[:1], size=len(real_map), random_state=seed).maps[0]
    return Calibration(
        table, plot_calibration(table, simulated, real_map, pixel=_angle(pixel_arcmin))
    )


def _typical(study: Study) -> int:
    """A map of much matter, where peaks are many, whose prediction is right."""
    true = study.split.test.params[: len(study.attributions), OMEGA_M]
    off = np.abs(study.predicted["AWD"][: len(true), OMEGA_M] - true)
    many = true >= np.quantile(true, 0.7)
    return int(np.flatnonzero(many)[np.argmin(off[many])])


def _steepness(study: Study, wavelet: Wavelet) -> dict[str, dict[str, NDArray[np.float64]]]:
    test = study.split.test
    found: dict[str, dict[str, NDArray[np.float64]]] = {}
    for value in _spread(test.params):
        rows = np.flatnonzero(test.params[:, OMEGA_M] == value)[:_MEASURED]
        measured = peak_values(test.maps[rows], ["raw", "laplace", "roberts", wavelet])
        for name, each in measured.items():
            found.setdefault(name, {})[f"$\\Omega_m$ = {value:g}"] = each
    return found


def _spread(params: NDArray[np.float64]) -> NDArray[np.float64]:
    """The least, the middle and the most matter."""
    values = np.unique(params[:, OMEGA_M])
    numbers = np.linspace(0, len(values) - 1, min(_COSMOLOGIES, len(values))).astype(int)
    return np.asarray(values[numbers])


def _activation(study: Study, wavelet: Wavelet) -> Figure:
    test = study.split.test
    omega = test.params[:, OMEGA_M]
    rows = np.array([np.flatnonzero(omega == value)[0] for value in _spread(test.params)])
    maps = np.array(test.maps[rows])
    integrated = attribute(
        study.teacher, maps, "integrated_gradients", target=OMEGA_M, batch_size=128
    )
    kept = {}
    for label, each in (("AWD", wavelet), ("DB5", Wavelet.from_name("db5"))):
        transform = WaveletTransform(each, LEVELS, "zero", AXES)
        keep = max(1, round(_KEPT * transform.layout(maps.shape[1:]).total))
        kept[f"{label}, {keep} coefficients"] = activation_map(
            maps, transform, integrated, keep=keep
        )
    keep = max(1, round(_KEPT * maps[0].size))
    kept[f"{keep} pixels"] = activation_map(maps, None, integrated, keep=keep)
    titles = [f"$\\Omega_m$ = {value:g}" for value in omega[rows]]
    return plot_activation_maps(
        maps,
        kept,
        pixel=_angle(test.pixel_arcmin),
        value=r"convergence $\kappa$",
        name="convergence map",
        titles=titles,
    )


def _angle(pixel_arcmin: float) -> Axis:
    return Axis("angle", "arcmin", pixel_arcmin)


def _details(row: Row) -> dict[str, str]:
    return {"compression": f"{row.compression:.3f}"} if np.isfinite(row.compression) else {}
