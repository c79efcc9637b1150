"""The endocytosis study: cells never mix, students and teachers are what they say."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.pipeline import make_pipeline

import wavedistill as wd
from wavedistill.datasets import data_folder, fetch_endocytosis, make_endocytosis
from wavedistill.wavelets import known_wavelets

torch = pytest.importorskip("torch")
pytest.importorskip("skorch")

from wavedistill.attribution.predictions import with_random_weights  # noqa: E402
from wavedistill.studies.endocytosis import Amount, load_teacher, run, through  # noqa: E402
from wavedistill.studies.endocytosis.amount import (  # noqa: E402
    SAMPLE,
    WHOLE,
    PenalizedGrid,
)
from wavedistill.studies.endocytosis.candidates import NAMED_POINT  # noqa: E402
from wavedistill.studies.endocytosis.report import reproduce  # noqa: E402
from wavedistill.studies.endocytosis.resampling import CellGain, Gains  # noqa: E402
from wavedistill.studies.endocytosis.scores import mean_over_seeds  # noqa: E402
from wavedistill.studies.endocytosis.students import (  # noqa: E402
    choose,
    cross_validated,
    linear,
    recipes,
    trace_summary,
)
from wavedistill.studies.endocytosis.teacher import (  # noqa: E402
    ClathrinLSTM,
    predict,
    train_teacher,
)


@pytest.fixture(scope="module")
def table():
    return make_endocytosis(400, random_state=3)


class Stranger(RegressorMixin, BaseEstimator):
    """Refuses to predict for cells that it was fitted to; the first sample is the cell."""

    def fit(self, X, y):
        self.cells_ = set(X[:, 0])
        return self

    def predict(self, X):
        assert not self.cells_ & set(X[:, 0])
        return np.zeros(len(X))


@pytest.mark.parametrize("seed", range(3))
def test_no_cell_is_on_both_sides_of_a_fold(table, seed):
    marked = replace(table, X=np.column_stack([table.cell, table.X[:, 1:]]))
    found = cross_validated([Stranger()], marked, seed)
    assert found.fold_scores.shape == (1, 5)
    few = marked.rows(np.isin(table.cell, (1, 2, 3)))
    assert cross_validated([Stranger()], few, seed).fold_scores.shape == (1, 3)


def test_students_are_fitted_to_the_target_and_scored_by_the_response(table):
    haar = linear(wd.Wavelet.from_name("haar"))
    own = cross_validated([haar], table, 0).score
    assert own > 0.1
    assert cross_validated([haar], table, 0, target=-table.y).score < 0
    chosen = choose(known_wavelets(4), linear, table, 0)
    assert chosen.r2_cv >= own
    assert chosen.order[0] == chosen.wavelet
    scores = [cross_validated([linear(wavelet)], table, 0).score for wavelet in chosen.order]
    assert scores == sorted(scores, reverse=True)
    assert chosen.numbers == len(chosen.wavelet.lowpass) + len(chosen.model[-1].coef_) + 1


def test_every_recipe_says_how_many_numbers_it_has(table):
    wavelet = wd.Wavelet.from_name("db4")
    for label, recipe in recipes().items():
        chosen = choose([wavelet], recipe, table, 0)
        assert chosen.model.predict(table.X[:3]).shape == (3,)
        if "40 numbers" in label:
            assert chosen.numbers == 40


def test_the_summary_of_a_trace():
    traces = np.array([[0.0, 3.0, 1.0, -1.0, -1.0], [0.0, 1.0, 2.0, 3.0, 4.0]])
    np.testing.assert_array_equal(trace_summary(traces), [[4, 1, -1], [5, 4, 4]])


def test_training_a_teacher(table):
    small = table.rows(np.isin(table.cell, (1, 2, 3)))
    before = torch.get_rng_state()
    teacher = train_teacher(small, hidden=8, max_epochs=30, seed=1)
    assert torch.equal(before, torch.get_rng_state())
    again = train_teacher(small, hidden=8, max_epochs=30, seed=1)
    np.testing.assert_array_equal(predict(teacher, small.X), predict(again, small.X))
    assert r2_score(small.y, predict(teacher, small.X)) > 0.1
    assert r2_score(small.y, predict(with_random_weights(teacher, 0), small.X)) < 0.05
    with pytest.raises(ValueError, match="needs another cell"):
        train_teacher(table.rows(table.cell == 1))


def test_the_point_of_the_paper_is_on_both_grids():
    for grid in (WHOLE, SAMPLE):
        for weights, value in zip(grid[:2], NAMED_POINT, strict=True):
            assert np.isclose(weights, value, rtol=0.01).any()


def test_gains():
    cells = tuple(CellGain(i, 10, 0.3 + 0.01 * i, 0.3, 0.2, 0.4) for i in range(1, 5))
    gains = Gains(cells, (0.0, 0.01, 0.02), 0.015)
    found = gains.summary()
    assert found.mean == pytest.approx(0.025)
    assert 0.01 <= found.low < 0.025 < found.high <= 0.04
    assert gains.as_good == 1
    assert found[3:] == (0.015, 0.01, 0.5)


@pytest.mark.slow
def test_the_study_in_small_writes_tables_figures_and_wavelets(tmp_path, monkeypatch):
    small = make_endocytosis(160, n_cells=4, random_state=0)
    monkeypatch.setattr(
        "wavedistill.studies.endocytosis.report.make_endocytosis", lambda **_: small
    )
    few = PenalizedGrid((5e-3,), (0.0, NAMED_POINT[1]), 2)
    amount = Amount(
        seeds=2, supports=(4,), balances=(1.0,), penalized=few, grids=few, beyond=0,
        by_cell=True, lessons=1, null=1, resamples=3, epochs=5, jobs=1,
    )  # fmt: skip
    monkeypatch.setattr(through, "LESSONS", (through.Lesson("energy"),))
    monkeypatch.setattr(through, "_SUPPORT", 2)
    found = reproduce(tmp_path, amount)
    (study,) = found.studies.values()
    means = mean_over_seeds(study.rows)
    assert {"AWD", "AWD, penalised", "DB5", "LSTM (teacher)"} <= {row.model for row in means}
    assert len(study.rows) == 2 * len(means)
    first = [row.r2 for row in study.rows if row.model == "AWD"]
    assert means[0].r2 == pytest.approx(np.mean(first))
    assert [gain.cell for gain in study.gains.cells] == [1, 2, 3, 4]
    assert len(found.sensitivity) == 4
    assert [row.reading for row in study.through.rows] == ["energy"]
    assert len(study.through.null) == 1
    for path in found.files:
        assert path.stat().st_size > 0
    wanted = {"fig2b_setup", "fig4_grid", "figC1_traces", "figC2_seeds", "figC3_grid"}
    wanted |= {"figC4_prediction", "band", "models", "gain"}
    wanted |= {"through_the_student", "student"}
    assert wanted <= {path.stem for path in found.files}


RECORDINGS = data_folder() / "endocytosis"
needs_recordings = pytest.mark.skipif(
    not (RECORDINGS / "lstm_teacher.npz").exists(),
    reason="no recordings: set WAVEDISTILL_DATA to a folder that holds endocytosis/",
)


@needs_recordings
def test_known_scores_on_the_recordings():
    recorded = fetch_endocytosis()
    train, test = recorded.rows(~recorded.is_test), recorded.rows(recorded.is_test)
    assert (set(train.cell), set(test.cell)) == ({1, 2, 3, 4, 5, 6}, {7, 8})
    teacher = load_teacher(RECORDINGS / "lstm_teacher.npz")
    assert isinstance(teacher, ClathrinLSTM)
    assert r2_score(test.y, predict(teacher, test.X)) == pytest.approx(0.422, abs=5e-4)
    for name, score in (("db5", 0.302), ("db2", 0.354), ("haar", 0.329)):
        student = make_pipeline(wd.TopCoefficients(name, levels=4, k=6), LinearRegression())
        found = student.fit(train.X, train.y).score(test.X, test.y)
        assert found == pytest.approx(score, abs=6e-4)


@pytest.mark.slow
@needs_recordings
def test_the_published_lstm_distilled_in_small(capsys):
    recorded = fetch_endocytosis()
    teacher = load_teacher(RECORDINGS / "lstm_teacher.npz")
    amount = Amount(
        seeds=1, supports=(4,), balances=(1.0,), penalized=None, grids=None, beyond=0,
        by_cell=False, lessons=0, null=0, resamples=0,
    )  # fmt: skip
    study = run(recorded, amount, teacher=teacher)
    with capsys.disabled():
        print(f"\n{'model':<28}{'R2, cells 7-8':>14}{'cross-validated':>17}{'numbers':>9}")
        for row in study.rows:
            print(f"{row.model:<28}{row.r2:>14.3f}{row.r2_cv:>17.3f}{row.numbers:>9}")
    scores = {row.model: row for row in study.rows}
    assert scores["AWD"].numbers <= 41
    assert scores["AWD"].r2 > scores["DB5"].r2
