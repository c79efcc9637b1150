"""The figures of the cosmology study: what the wavelet looks at, and how far each model is off."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from wavedistill.attribution import attribute
from wavedistill.datasets.lensing.halos import halo_filter
from wavedistill.plotting import (
    Axis,
    Score,
    plot_activation_maps,
    plot_map_filters,
    plot_peak_values,
    plot_predictions,
    plot_scores,
)
from wavedistill.students import activation_map, peak_values
from wavedistill.studies.cosmology.candidates import AXES, LEVELS
from wavedistill.studies.cosmology.network import OMEGA_M
from wavedistill.studies.cosmology.plot_setup import plot_cosmology_setup
from wavedistill.studies.cosmology.scores import Row
from wavedistill.studies.cosmology.students import THROUGH, as_in_the_paper, at_all_pixels
from wavedistill.studies.cosmology.study import Study
from wavedistill.wavelets import Wavelet, WaveletTransform

__all__ = ["angle", "figures"]

_OMEGA = r"$\Omega_m$"
#: Share of the coefficients that an activation map keeps: the paper's 600 of 73,839.
_KEPT = 600 / 73_839
#: Maps of each cosmology whose peaks are measured, and cosmologies that are told apart by colour.
_MEASURED, _COSMOLOGIES = 100, 3
#: Cosmologies whose predictions are drawn, at most.
_COLUMNS = 16


def figures(study: Study) -> Iterator[tuple[str, Figure]]:
    """The paper's Fig 2C, D1 and D2, Table 2 as a figure, and predictions against the truth.

    Beside Table 2 stand the histograms of all pixels.
    """
    test, awd, network = study.split.test, study.students["AWD"], study.rows[-1].model
    omega, row = test.params[:, OMEGA_M], _typical(study)
    yield (
        "fig2c_setup",
        plot_cosmology_setup(
            test.maps[row],
            awd.model[0],
            awd.filters,
            study.attributions.multipliers[row],
            predicted=float(study.predicted["AWD"][row, OMEGA_M]),
            truth=float(omega[row]),
            pixel=angle(test.pixel_arcmin),
            teacher=network,
        ),
    )
    halo = halo_filter(test.pixel_arcmin)
    yield "fig2c_filters", plot_map_filters(awd.filters, matched=halo, matched_label="NFW halo")
    measured = {}
    for value, rows in _by_cosmology(omega):
        maps = test.maps[rows[:_MEASURED]]
        measured[value] = peak_values(maps, ["raw", "laplace", "roberts", awd.filters])
    yield "figD1_steepness", plot_peak_values(measured)
    yield "figD2_activation", _activation(study, awd.filters)
    yield "table2", _scores(study, network)
    shown = ("AWD", THROUGH, "DB5", "best known wavelet", "Laplace", network)
    if len(np.unique(omega)) <= _COLUMNS:
        predictions = {name: study.predicted[name][:, OMEGA_M] for name in shown}
        yield (
            "predictions",
            plot_predictions(omega, predictions, parameter=_OMEGA, example="map", scale=100),
        )
    if study.between_maps is not None:
        yield "between", _between(study, study.between_maps.params[:, OMEGA_M], network)


def angle(pixel_arcmin: float) -> Axis:
    """The axes of maps."""
    return Axis("angle", "arcmin", pixel_arcmin)


def _typical(study: Study) -> int:
    """A map of much matter, where peaks are many, whose prediction is right."""
    true = study.split.test.params[: len(study.attributions), OMEGA_M]
    off = np.abs(study.predicted["AWD"][: len(true), OMEGA_M] - true)
    many = true >= np.quantile(true, 0.7)
    return int(np.flatnonzero(many)[np.argmin(off[many])])


def _by_cosmology(omega: NDArray[np.float64]) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """The least, the middle and the most matter, each with the rows that have it."""
    values = np.unique(omega)
    numbers = np.linspace(0, len(values) - 1, min(_COSMOLOGIES, len(values))).astype(int)
    for value in values[numbers]:
        yield f"{_OMEGA} = {value:g}", np.flatnonzero(omega == value)


def _activation(study: Study, wavelet: Wavelet) -> Figure:
    test = study.split.test
    firsts = {title: rows[0] for title, rows in _by_cosmology(test.params[:, OMEGA_M])}
    maps = np.array(test.maps[[*firsts.values()]])
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
    return plot_activation_maps(
        maps,
        kept,
        pixel=angle(test.pixel_arcmin),
        value=r"convergence $\kappa$",
        name="convergence map",
        titles=list(firsts),
    )


def _between(study: Study, omega: NDArray[np.float64], network: str) -> Figure:
    """The paper's rule, the readers that answer between cosmologies, and the network."""
    everywhere = at_all_pixels(THROUGH)
    shown = [as_in_the_paper(THROUGH), THROUGH, everywhere, f"{everywhere}, ridge"]
    likelihood = f"{everywhere}, likelihood"
    shown += [likelihood] if likelihood in study.between_predicted else []
    predictions = {name: study.between_predicted[name][:, OMEGA_M] for name in (*shown, network)}
    return plot_predictions(omega, predictions, parameter=_OMEGA, example="map", scale=100)


def _scores(study: Study, network: str) -> Figure:
    everywhere = [row for row in study.beyond if row.model in map(at_all_pixels, study.students)]
    rows = (*study.rows[:-2], *everywhere, *study.rows[-2:])
    scores = [
        Score(r.model, r.rmse, r.rmse_se, is_reference=r.model == network, details=_details(r))
        for r in rows
    ]
    metric = rf"RMSE of {_OMEGA} $\times$ 100"
    return plot_scores(scores, metric, better="lower", examples="held-out maps")


def _details(row: Row) -> dict[str, str]:
    return {"compression": f"{row.compression:.3f}"} if np.isfinite(row.compression) else {}
