"""The endocytosis study in one folder: its tables, its figures, and the wavelets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from wavedistill.attribution import attribute
from wavedistill.datasets import (
    EndocytosisTable,
    data_folder,
    fetch_endocytosis,
    make_endocytosis,
)
from wavedistill.plotting import (
    Axis,
    Score,
    plot_contributions,
    plot_functions_of_seeds,
    plot_gain,
    plot_scores,
    plot_wavelet_band,
    plot_wavelet_grid,
)
from wavedistill.students import contributions
from wavedistill.studies.endocytosis.candidates import paper_point
from wavedistill.studies.endocytosis.scores import Row, best_threshold
from wavedistill.studies.endocytosis.study import Amount, Study, run
from wavedistill.studies.endocytosis.teacher import ClathrinLSTM, load_teacher
from wavedistill.studies.endocytosis.tracks import plot_endocytosis_setup, plot_traces
from wavedistill.studies.output import Notify, save_figure, save_table

__all__ = ["Reproduction", "Sensitivity", "mean_over_seeds", "reproduce"]


#: Of the recordings and of the simulator: what a frame's auxilin and a track's life must pass.
_SETTINGS = ((15.0, 0.05), (15.0, 0.01), (15.0, 0.1), (5.0, 0.05))


@dataclass(frozen=True)
class Sensitivity:
    """What the choices of the preparation change; R2 on the held-out cells.

    Parameters
    ----------
    min_lifetime : float
        Seconds.
    p_value : float
    tracks : int
    awd, db5, best_known, teacher : float
    """

    min_lifetime: float
    p_value: float
    tracks: int
    awd: float
    db5: float
    best_known: float
    teacher: float


@dataclass(frozen=True)
class Reproduction:
    """What `reproduce` found.

    Parameters
    ----------
    studies : dict of str to Study
        By teacher: ``"trained here"``, and ``"published"`` where its weights are at hand.
    sensitivity : tuple of Sensitivity
    files : tuple of Path
    """

    studies: dict[str, Study]
    sensitivity: tuple[Sensitivity, ...]
    files: tuple[Path, ...]


def reproduce(
    folder: Path,
    amount: Amount,
    *,
    real: bool = False,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> Reproduction:
    """Run the study and write its tables and figures; penalised paths are resumed.

    Parameters
    ----------
    folder : Path
        Where everything goes; what belongs to the published teacher in a folder of its own.
    amount : Amount
    real : bool
        Take the recordings rather than the simulator.
    seed : int
    notify : callable
        Told in a few words what begins.
    """

    def table(min_lifetime: float = 15, p_value: float = 0.05) -> EndocytosisTable:
        if real:
            return fetch_endocytosis(min_lifetime=min_lifetime, p_value=p_value)
        return make_endocytosis(min_lifetime=min_lifetime, p_value=p_value, random_state=seed)

    notify("preparing the tracks")
    tracks, studies = table(), {}
    files: list[Path] = []
    for name, teacher in _teachers(real).items():
        place = folder if teacher is None else folder / "published_teacher"

        def tell(message: str, name: str = name) -> None:
            notify(f"LSTM {name}, {message}")

        # The figures' grids are drawn for one teacher.
        own = amount if teacher is None else replace(amount, grids=None)
        study = run(
            tracks, own, teacher=teacher, folder=place / "paths", seed=seed,
            notify=tell,
        )  # fmt: skip
        studies[name] = study
        notify("drawing")
        files += _write(study, place)
    sensitivity = []
    if amount.by_cell:
        one = replace(
            amount, seeds=1, null=0, resamples=0, by_cell=False,
            penalized=None, grids=None, beyond=0,
        )  # fmt: skip
        for setting in _SETTINGS:
            notify("lifetime above {:g} s, p below {:g}".format(*setting))
            found = run(table(*setting), one, seed=seed)
            r2 = {row.model: row.r2 for row in found.rows}
            count = len(found.train) + len(found.test)
            models = ("AWD", "DB5", "best known wavelet", "LSTM (teacher)")
            sensitivity.append(Sensitivity(*setting, count, *(r2[model] for model in models)))
        files.append(save_table(sensitivity, folder / "sensitivity.csv"))
    return Reproduction(studies, tuple(sensitivity), tuple(files))


def mean_over_seeds(rows: Sequence[Row]) -> list[Row]:
    """One row per model, its numbers averaged over seeds; the wavelet is the first seed's."""
    means = []
    for model in dict.fromkeys(row.model for row in rows):
        own = [row for row in rows if row.model == model]
        numbers = {
            name: type(value)(np.mean([getattr(row, name) for row in own]))
            for name, value in vars(own[0]).items()
            if not isinstance(value, str)
        }
        means.append(replace(own[0], **numbers))
    return means


def _teachers(real: bool) -> dict[str, ClathrinLSTM | None]:
    teachers: dict[str, ClathrinLSTM | None] = {"trained here": None}
    weights = data_folder() / "endocytosis" / "lstm_teacher.npz"
    if real and weights.exists():
        teachers["published"] = load_teacher(weights)
    return teachers


def _write(study: Study, folder: Path) -> Iterator[Path]:
    tables = {
        "models": study.rows,
        "models_mean": mean_over_seeds(study.rows),
        "beyond_the_paper": study.beyond,
        "cells_held_out": study.gains.cells,
        "gain": [study.gains.summary()] if study.gains.cells else [],
    }
    for name, records in tables.items():
        if records:
            yield save_table(records, folder / f"{name}.csv")
    for number, chosen in enumerate(study.selected):
        path = folder / f"wavelet_{number}.json"
        chosen.candidate.wavelet.save(path)
        yield path
    for name, figure in _figures(study):
        yield save_figure(figure, folder / f"{name}.png")


def _figures(study: Study) -> Iterator[tuple[str, Figure]]:
    chosen, test = study.selected[0], study.test
    taken_apart = contributions(chosen.model, test.X)
    example = _typical(study)
    trace = test.X[example]
    multipliers = attribute(study.teacher, test.X[[example]]).multipliers[0]
    yield (
        "fig2b_setup",
        plot_endocytosis_setup(trace, multipliers, taken_apart, example),
    )
    grids = {"db5": ("fig4_grid", "DB5"), "sym5": ("figC3_grid", "Sym5")}
    for start, path in study.paths.items():
        name, label = grids[start]
        title = f"From {label}, penalised; framed: the paper's point"
        yield name, plot_wavelet_grid(path.points, selected=paper_point(path), title=title)
    yield "figC1_traces", _traces(test)
    wavelets = [each.candidate.wavelet for each in study.selected]
    labels = [f"seed {number}" for number in range(len(wavelets))]
    yield "figC2_seeds", plot_functions_of_seeds(wavelets, labels)
    threshold = best_threshold(chosen.model.predict(study.train.X), study.train)
    yield (
        "figC4_prediction",
        plot_contributions(
            trace,
            taken_apart,
            example,
            float(test.y[example]),
            threshold,
            axis=Axis("time", "s"),
            value="amplitude",
            outcomes=("abortive", "successful"),
        ),
    )
    if study.band:
        yield "band", plot_wavelet_band(chosen.candidate.wavelet, study.band)
    yield "models", _scores_figure(mean_over_seeds(study.rows))
    teacher = [row for row in mean_over_seeds(study.rows) if row.model == "LSTM (teacher)"]
    yield "beyond_the_paper", _scores_figure((*study.beyond, *teacher))
    if study.gains.cells:
        yield "gain", _gain_figure(study)


def _traces(table: EndocytosisTable, each: int = 5) -> Figure:
    """The first few tracks of either kind, cut at their ends."""
    if table.y_raw is None or table.X_raw is None:
        return plot_traces(list(table.X[: 2 * each]))
    came = table.successful
    rows = [*np.flatnonzero(came)[:each], *np.flatnonzero(~came)[:each]]
    raw = table.X_raw
    traces = [raw[i, : table.lifetime[i]] if table.lifetime is not None else raw[i] for i in rows]
    return plot_traces(traces, successful=came[rows], unit="counts", max_columns=each)


def _gain_figure(study: Study) -> Figure:
    gains = study.gains
    low, high = gains.interval()
    return plot_gain(
        {f"cell {cell.cell}": np.array([cell.gain]) for cell in gains.cells},
        (float(low), float(high)),
        np.array(gains.null) if gains.null else None,
        gain=gains.mean,
        observed=gains.observed,
        label="gain in $R^2$, held-out cells",
        group="cell",
    )


def _scores_figure(rows: Sequence[Row]) -> Figure:
    scores = [
        Score(
            row.model,
            row.r2,
            row.r2_se,
            row.r2_cv,
            is_reference=row.model == "LSTM (teacher)",
            details={"parameters": f"{row.numbers:,}"},
        )
        for row in rows
    ]
    return plot_scores(scores, "$R^2$", examples="held-out cells")


def _typical(study: Study) -> int:
    """A track with auxilin whose prediction is right, among those that are predicted highest."""
    predicted = study.selected[0].model.predict(study.test.X)
    high = np.flatnonzero(predicted > np.quantile(predicted, 0.8))
    return int(high[np.argmin(np.abs(predicted[high] - study.test.y[high]))])
