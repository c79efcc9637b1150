import numpy as np
import pytest

pytest.importorskip("matplotlib")

from tests.helpers import assert_legible
from tests.studies.archive.test_scores import records
from wavedistill.studies.archive.figures import (
    figures,
    plot_against_numbers,
    plot_pairs,
    plot_ranks,
)
from wavedistill.studies.archive.scores import Table, compare_pairs, summaries

MODELS = (
    "small network", "student 50", "student 20", "student 200", "known wavelet", "data alone",
    "random teacher", "energy, learned", "energy, known", "packets, learned", "packets, known",
    "raw samples", "spectrum", "MiniRocket", "catch22", "ridge on catch22", "inception",
    "student of inception", "student 50, four parts",
)  # fmt: skip


@pytest.fixture
def table():
    random = np.random.default_rng(0)
    hard = random.uniform(0.4, 0.8, 12)
    return Table(
        records(
            {
                model: list(hard + 0.2 - 0.01 * place + 0.02 * random.normal(size=12))
                for place, model in enumerate(MODELS)
            }
        )
    )


def test_every_figure_is_legible(table):
    found = dict(figures(table, summaries(table), compare_pairs(table)))
    assert list(found) == [
        "accuracy_against_numbers",
        "critical_differences",
        "learned_against_known",
        "seconds",
    ]
    for figure in found.values():
        assert_legible(figure)


def test_names_of_models_keep_apart_where_points_do_not(table):
    # All of the models have 20 numbers here, and half of them nearly the same accuracy.
    figure = plot_against_numbers(summaries(table))
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert texts == {model for model in MODELS if not model.endswith((", learned", ", known"))}


def test_ranks_are_drawn_from_the_best_on(table):
    names, _, ranks = table.ranks()
    axes = plot_ranks(names, ranks, [(0, 3)]).axes[0]
    labels = [text.get_text() for text in axes.get_yticklabels()]
    mean = ranks.mean(axis=0)
    assert labels == [names[i] for i in np.argsort(mean, kind="stable")]
    assert axes.texts[0].get_text() == f"{mean.min():.2f}"
    assert np.asarray(axes.lines[-1].get_ydata()).tolist() == [-0.25, 3.25]


def test_dots_above_the_line_are_sets_that_the_first_model_wins(table):
    pair = next(p for p in compare_pairs(table) if p.first == "energy, learned")
    axes = plot_pairs(table, [pair]).axes[0]
    _, wins, ties, losses = axes.lines
    counts = [np.size(line.get_xdata()) for line in (wins, ties, losses)]
    assert counts == [pair.wins, pair.ties, pair.losses]
    assert (wins.get_ydata() > wins.get_xdata()).all()
    assert axes.get_title(loc="left").startswith(f"{pair.wins} sets better")
