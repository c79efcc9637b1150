"""The figures of the endocytosis study (Sec 4.2 and Appendix C)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from wavedistill.attribution import attribute
from wavedistill.datasets import EndocytosisTable
from wavedistill.plotting import (
    Axis,
    Score,
    plot_contributions,
    plot_examples,
    plot_functions_of_seeds,
    plot_gain,
    plot_scores,
    plot_wavelet_band,
    plot_wavelet_grid,
)
from wavedistill.plotting.canvas import (
    Box,
    Canvas,
    draw_bands,
    draw_functions,
    draw_network,
    draw_signal,
    draw_terms,
)
from wavedistill.plotting.style import (
    ATTRIBUTION,
    INK,
    LEARNED,
    minus,
    one_trace,
)
from wavedistill.students import Contributions, best_threshold, contributions
from wavedistill.studies.endocytosis.candidates import paper_point
from wavedistill.studies.endocytosis.resampling import Gains
from wavedistill.studies.endocytosis.scores import TEACHER, Row, mean_over_seeds
from wavedistill.studies.endocytosis.study import Study

__all__ = ["figures", "plot_endocytosis_setup"]

_TIME, _AMPLITUDE = Axis("time", "s"), "clathrin amplitude"


def figures(study: Study) -> Iterator[tuple[str, Figure]]:
    """All figures of a study, by the names of their files."""
    first = study.models[0]
    chosen, train, test = first.awd, first.train, first.test
    predicted = chosen.model.predict(test.X)
    taken_apart, example = contributions(chosen.model, test.X), _typical(predicted, test)
    trace, y = test.X[example], float(test.y[example])
    multipliers = attribute(first.teacher, test.X[[example]]).multipliers[0]
    yield "fig2b_setup", plot_endocytosis_setup(trace, multipliers, taken_apart, example)
    for name, start, label in (("fig4_grid", "db5", "DB5"), ("figC3_grid", "sym5", "Sym5")):
        if path := study.paths.get(start):
            title = f"From {label}, penalised; framed: the paper's point"
            yield name, plot_wavelet_grid(path.points, selected=paper_point(path), title=title)
    yield "figC1_traces", _traces(test)
    wavelets = [each.awd.wavelet for each in study.models]
    labels = [f"seed {number}" for number in range(len(wavelets))]
    yield "figC2_seeds", plot_functions_of_seeds(wavelets, labels)
    threshold = None
    if train.y_raw is not None:
        threshold = best_threshold(chosen.model.predict(train.X), train.successful)
    prediction = plot_contributions(
        trace,
        taken_apart,
        example,
        y,
        threshold,
        axis=_TIME,
        value="amplitude",
        outcomes=("abortive", "successful"),
    )
    yield "figC4_prediction", prediction
    if study.band:
        yield "band", plot_wavelet_band(chosen.wavelet, study.band)
    means = mean_over_seeds(study.rows)
    yield "models", _scores_figure(means)
    teacher = [row for row in means if row.model == TEACHER]
    yield "beyond_the_paper", _scores_figure([*study.beyond, *teacher])
    if study.gains.cells:
        yield "gain", _gain_figure(study.gains)


def _traces(table: EndocytosisTable, each: int = 5) -> Figure:
    """The first few tracks of either kind, cut at their ends."""
    if table.y_raw is None or table.X_raw is None:
        return plot_examples(table.X[: 2 * each], axis=_TIME, value=_AMPLITUDE)
    ends = np.full(len(table), table.X.shape[1]) if table.lifetime is None else table.lifetime
    kinds = {"successful": table.successful, "abortive": ~table.successful}
    traces = {
        kind: [table.X_raw[row, : ends[row]] for row in np.flatnonzero(came)[:each]]
        for kind, came in kinds.items()
    }
    return plot_examples(traces, axis=_TIME, value=f"{_AMPLITUDE} (counts)", max_columns=each)


def _gain_figure(gains: Gains) -> Figure:
    found = gains.summary()
    return plot_gain(
        {f"cell {cell.cell}": np.array([cell.gain]) for cell in gains.cells},
        (found.low, found.high),
        np.array(gains.null) if gains.null else None,
        gain=found.mean,
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
            is_reference=row.model == TEACHER,
            details={"parameters": f"{row.numbers:,}"},
        )
        for row in rows
    ]
    return plot_scores(scores, "$R^2$", examples="held-out cells")


def _typical(predicted: NDArray[np.floating], test: EndocytosisTable) -> int:
    """A track with auxilin whose prediction is right, among those that are predicted highest."""
    high = np.flatnonzero(predicted > np.quantile(predicted, 0.8))
    return int(high[np.argmin(np.abs(predicted[high] - test.y[high]))])


def plot_endocytosis_setup(
    trace: ArrayLike, multipliers: ArrayLike, contributions: Contributions, example: int = 0
) -> Figure:
    """Draw how auxilin is predicted from clathrin by a distilled wavelet (Fig 2B of the paper).

    The small model is above, and below is where its wavelet comes from. All of it is of one track:
    its clathrin amplitude as the models see it, shape (length,), the teacher's attributions to
    these samples, and a row (`example`) of the contributions of the fitted linear model. Raises a
    `ValueError` if the trace or the multipliers have another length than the model was fitted to.
    """
    transform, layout = contributions.transform, contributions.transform.layout_
    x = one_trace(trace, "trace", layout.lengths[0])
    m = one_trace(multipliers, "multipliers", layout.lengths[0])
    used = np.isin(np.arange(layout.total), contributions.positions[example])
    w = transform.transform_.analysis(x)

    canvas = Canvas(13.33, 7.2)
    canvas.band(Box(0.2, 3.15, 12.93, 3.85), "How auxilin is predicted")
    canvas.band(Box(0.2, 0.2, 12.93, 2.75), r"How $\psi$ is learned")
    data, bands = Box(0.5, 4.05, 2.6, 1.9), Box(3.75, 3.35, 3.9, 3.35)
    model, response = Box(8.3, 4.05, 2.1, 1.9), Box(11.05, 4.05, 1.8, 1.9)
    network, once, learned = (
        Box(x0, 0.45, width, 1.85) for x0, width in ((0.5, 2.6), (3.75, 2.4), (6.95, 5.9))
    )
    draw_signal(canvas.picture(data, "clathrin trace $x$", f"{layout.lengths[0]} frames"), x, INK)
    axes = canvas.picture(bands, "coefficients $A_h x$", f"{used.sum()} of {layout.total} are read")
    draw_bands(axes, layout, w, used, LEARNED)
    axes = canvas.picture(model, "linear model", r"$\hat y = b_0 + \Sigma_k\, b_k z_k$")
    draw_terms(axes, contributions.values[example, contributions.largest(example)])
    canvas.picture(response, "auxilin $y$")
    text = minus(rf"$\hat y$ = {float(contributions.predictions[example]):.2f}")
    canvas.axes.text(*response.at(0.5, 0.45), text, ha="center", va="center", fontsize=14)
    draw_network(canvas.picture(network, "LSTM $f$", "trained to give $y$ from $x$"))
    draw_signal(canvas.picture(once, "attributions", "of each frame of $x$"), m, ATTRIBUTION)
    title = r"distilled wavelet $\psi$ and its scaling function $\varphi$"
    draw_functions(canvas.picture(learned, title), transform.transform_.wavelet)

    middle = data.at(1, 0.5)[1]
    for left, right in pairwise((data, bands, model, response)):
        canvas.arrow((left.at(1, 0)[0], middle), (right.x, middle))
    canvas.arrow(data.at(0.85, 0), network.at(0.85, 1))
    canvas.arrow(network.at(1, 0.5), once.at(0, 0.5), "once")
    canvas.arrow(once.at(1, 0.5), learned.at(0, 0.5), "AWD")
    up = learned.x + 0.35
    canvas.arrow((up, learned.at(0, 1)[1]), (up, bands.y), "$h$")
    return canvas.figure
