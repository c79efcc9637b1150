"""Tracks of pits become a table; the recordings and the simulated tracks agree."""

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import RidgeCV

from tests.helpers import normal
from wavedistill.datasets import (
    CellTracks,
    CoatModel,
    EndocytosisTable,
    TrackModel,
    endocytosis_table_from_arrays,
    fetch_endocytosis,
    load_endocytosis_table,
    make_endocytosis,
    prepare_tracks,
    read_cell_tracks,
    simulate_tracks,
)
from wavedistill.datasets.endocytosis.tracks import (
    equal_length_traces,
    is_hotspot,
    mean_auxilin,
    significant_frames,
)

FOLDER = Path(os.environ.get("WAVEDISTILL_DATA", "")) / "endocytosis"
CHECK = FOLDER / "cme_clath_aux_gak_40.npz"
needs_data = pytest.mark.skipif(
    "WAVEDISTILL_DATA" not in os.environ or not (FOLDER / "lifetimeData_Cell1.mat").exists(),
    reason="no recordings: set WAVEDISTILL_DATA to a folder that holds endocytosis/",
)


def marks(*runs, length=30):
    """Frames of one track, True in each run (first, last)."""
    row = np.zeros(length, dtype=bool)
    for first, last in runs:
        row[first : last + 1] = True
    return row


# --- preparation ------------------------------------------------------------------------------


@pytest.mark.parametrize("p_value", [0.001, 0.05, 0.5, 0.9])
def test_significance_is_welchs_one_sided_test_against_the_noise(p_value):
    sigma = 300 * np.exp(0.1 * normal(40, 50, seed=1))
    amplitude = 1.96 * sigma + 60 * normal(40, 50)
    std, error = 0.5 * sigma, sigma / np.sqrt(2 * 120)
    k = stats.norm.ppf(0.975)
    expected = stats.ttest_ind_from_stats(
        amplitude, std, 121, k * sigma, k * error, 121, equal_var=False, alternative="greater"
    ).pvalue
    found = significant_frames(amplitude, std, sigma, error, p_value)
    np.testing.assert_array_equal(found, expected < p_value)
    assert 0 < found.sum() < found.size
    amplitude[:, 7] = np.nan
    assert not significant_frames(amplitude, std, sigma, error, p_value)[:, 7].any()


@pytest.mark.parametrize("p_value", [0, 1, -0.05, np.nan])
def test_a_p_value_is_between_0_and_1(p_value):
    with pytest.raises(ValueError, match=r"must be between 0 and 1; the paper's is 0\.05"):
        significant_frames([1.0], [1.0], [1.0], [1.0], p_value)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (marks((3, 12)), False),
        (marks((3, 8), (15, 20)), False),  # one gap: positions 4 and 6 are 2 apart
        (marks((3, 8), (12, 12), (15, 20)), True),  # a lone frame between: 3 apart
        (marks((3, 4), (8, 8), (15, 15)), False),  # four frames are too few
        (marks((3, 4), (8, 8), (12, 12), (15, 16)), True),
        (marks((1, 1), (3, 3), (5, 5), (7, 7), (9, 9)), False),  # no frame follows another
        (marks(), False),
    ],
)
def test_hotspots_have_two_bursts(row, expected):
    assert is_hotspot(row[None])[0] == expected


def test_the_response_is_the_mean_over_significant_frames():
    auxilin = np.array([[1.0, 2, 6, np.nan], [5, 5, np.nan, np.nan]])
    significant = np.array([[False, True, True, False], [False] * 4])
    np.testing.assert_array_equal(mean_auxilin(auxilin, significant), [4, 0])


def test_traces_are_resampled_by_index_or_padded():
    tracks = np.arange(300.0) + np.zeros((4, 1)) + 1
    lifetime = np.array([300, 41, 40, 3])
    tracks[np.arange(300) >= lifetime[:, None]] = np.nan
    found = equal_length_traces(tracks, lifetime)
    for row, n in zip(found[:2], lifetime[:2], strict=True):
        np.testing.assert_array_equal(row, [int((n - 1) * i / 39) + 1 for i in range(40)])
    np.testing.assert_array_equal(found[2], np.arange(1, 41))
    np.testing.assert_array_equal(found[3], [1, 2, 3] + [0] * 37)
    assert equal_length_traces(tracks, lifetime, 7).shape == (4, 7)
    # Tracks of few frames, all shorter than the trace.
    np.testing.assert_array_equal(equal_length_traces([[5.0, 6.0]], [2], 4), [[5.0, 6.0, 0.0, 0.0]])


@pytest.fixture(scope="module")
def tracks():
    return [simulate_tracks(200, cell, random_state=cell) for cell in (1, 2, 7)]


def test_every_track_is_a_row_or_unlabelled_on_the_scale_of_its_cell(tracks):
    table = prepare_tracks(tracks, test_cells=(7,), min_lifetime=20)
    other = table.unlabelled
    assert len(table) + len(other.X) == 600
    assert table.lifetime.min() > 20
    assert (other.lifetime <= 20).any()
    assert (other.lifetime > 20).any()
    for cell in (1, 2, 7):
        rows = table.cell == cell
        for scored, raw in ((table.X, table.X_raw), (table.y, table.y_raw)):
            values = raw[rows].astype(np.float64)
            np.testing.assert_allclose(
                scored[rows], (values - values.mean()) / values.std(), atol=1e-5
            )
        # The zero after the end of a track is the same number in either part.
        zero = -table.X_raw[rows].mean() / table.X_raw[rows].std()
        short = other.X[(other.cell == cell) & (other.lifetime < 40)]
        np.testing.assert_allclose(short[:, -1], zero, rtol=1e-5)
    assert table.X.dtype == table.y.dtype == table.X_raw.dtype == np.float32
    np.testing.assert_array_equal(table.is_test, table.cell == 7)
    np.testing.assert_array_equal(other.is_test, other.cell == 7)
    np.testing.assert_array_equal(table.successful, table.y_raw > 0)


def test_preparations_that_make_no_sense_are_refused(tracks):
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"test_cells": (8,)}, r"cells \[8\] are not among \[1, 2, 7\]"),
        ({"min_lifetime": 299, "test_cells": ()}, "Cell 1 has no scale: .* lower min_lifetime"),
        ({"min_lifetime": -1}, "min_lifetime=-1 must be at least 0"),
        ({"length": 1}, "length=1 must be at least 2"),
        ({"p_value": 5, "test_cells": ()}, "p_value=5 must be between 0 and 1"),
    ]
    for settings, message in wrong:
        with pytest.raises(ValueError, match=message):
            prepare_tracks(tracks, **settings)
    for cells in ([], [tracks[0], tracks[0]]):
        with pytest.raises(ValueError, match="at least one, and each its own number"):
            prepare_tracks(cells, test_cells=())


def test_tracks_with_other_shapes_are_refused():
    frames, lifetime = np.ones((3, 20)), np.array([5, 20, 7])
    with pytest.raises(ValueError, match=r"residual_std has shape \(3, 19\); .* \(3, 20\)"):
        CellTracks(1, frames, frames, frames, frames[:, 1:], frames, lifetime)
    with pytest.raises(ValueError, match="between 1 and the 20 frames"):
        CellTracks(1, frames, frames, frames, frames, frames, lifetime + 1)


# --- files ------------------------------------------------------------------------------------


def write_matlab(path, **changes):
    h5py = pytest.importorskip("h5py")
    content = {
        "A": np.arange(2 * 6 * 3.0).reshape(2, 6, 3),
        "A_pstd": np.full((2, 6, 3), 1.0),
        "sigma_r": np.full((2, 6, 3), 2.0),
        "SE_sigma_r": np.full((2, 6, 3), 3.0),
        "lifetime_s": np.array([[6.0, 9.0, 4.0, 2.0]]),
        "catIdx": np.array([[1.0, 5.0, 1.0, 1.0]]),
    } | changes
    with h5py.File(path, "w") as file:
        for name, values in content.items():
            if values is not None:
                file[name] = values
    return path


def test_the_single_tracks_of_a_file_are_read(tmp_path):
    tracks = read_cell_tracks(write_matlab(tmp_path / "cell.mat"), 4)
    assert tracks.cell == 4
    np.testing.assert_array_equal(tracks.lifetime, [6, 4, 2])
    np.testing.assert_array_equal(tracks.clathrin[1], 3.0 * np.arange(6) + 1)
    np.testing.assert_array_equal(tracks.auxilin[1], 3.0 * np.arange(6) + 19)
    assert (tracks.auxilin_std[0, 0], tracks.residual_std[0, 0]) == (1, 2)
    assert tracks.residual_std_error[0, 0] == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sigma_r": None}, "has no field sigma_r; it needs A, A_pstd"),
        ({"A": np.zeros((2, 6, 4))}, r"A has shape \(2, 6, 4\); with 3 tracks of catIdx 1"),
        ({"A_pstd": np.zeros((2, 5, 3))}, r"A_pstd has shape \(2, 5, 3\)"),
        ({"SE_sigma_r": np.zeros((2, 6))}, "SE_sigma_r has shape .* three axes"),
        ({"lifetime_s": np.ones((1, 3))}, "lifetime_s has 3 tracks and catIdx 4"),
    ],
)
def test_a_file_with_other_content_is_refused(tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        read_cell_tracks(write_matlab(tmp_path / "cell.mat", **changes), 1)


def test_what_is_no_matlab_file_is_refused(tmp_path):
    pytest.importorskip("h5py")
    (tmp_path / "cell.mat").write_text("no")
    with pytest.raises(ValueError, match=r"is not a MATLAB 7\.3 \(HDF5\) file"):
        read_cell_tracks(tmp_path / "cell.mat", 1)
    with pytest.raises(FileNotFoundError):
        read_cell_tracks(tmp_path / "none.mat", 1)


def test_without_h5py_the_message_names_the_extra(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ImportError, match=r"pip install 'wavedistill\[data\]'"):
        read_cell_tracks(tmp_path / "cell.mat", 1)


def test_a_table_comes_back_from_its_file(tmp_path):
    table = make_endocytosis(40, n_cells=2)
    table.save(tmp_path / "table.npz")
    back = load_endocytosis_table(tmp_path / "table.npz")
    for name in ("X", "y", "cell", "is_test", "X_raw", "y_raw", "lifetime"):
        np.testing.assert_array_equal(getattr(back, name), getattr(table, name))
    for name in ("X", "cell", "is_test", "lifetime"):
        np.testing.assert_array_equal(
            getattr(back.unlabelled, name), getattr(table.unlabelled, name)
        )


def test_rows_are_picked_in_every_array():
    table = make_endocytosis(40, n_cells=2)
    part = table.rows(table.is_test)
    assert len(part) == 20
    assert set(part.cell) == {2}
    np.testing.assert_array_equal(part.X_raw, table.X_raw[table.cell == 2])
    bare = EndocytosisTable(table.X, table.y, table.cell, table.is_test).rows([3, 1])
    np.testing.assert_array_equal(bare.y, table.y[[3, 1]])
    assert bare.y_raw is None
    with pytest.raises(ValueError, match="does not know y_raw"):
        bare.successful  # noqa: B018
    with pytest.raises(ValueError, match=r"y has shape \(39,\); beside X of shape \(40, 40\)"):
        EndocytosisTable(table.X, table.y[1:], table.cell, table.is_test)


def test_the_papers_own_table_is_taken_with_its_split():
    pandas = pytest.importorskip("pandas")
    X, y = normal(9, 40), normal(9, seed=1)
    train, test = (
        pandas.DataFrame({"X": list(X[rows]), "y": y[rows]}) for rows in (slice(6), slice(6, 9))
    )
    table = endocytosis_table_from_arrays(train["X"], train["y"], test["X"], test["y"])
    np.testing.assert_array_equal(table.X, X.astype(np.float32))
    np.testing.assert_array_equal(table.y, y.astype(np.float32))
    np.testing.assert_array_equal(table.is_test, np.arange(9) >= 6)
    np.testing.assert_array_equal(table.cell, [1] * 6 + [2] * 3)
    folds = endocytosis_table_from_arrays(
        X[:6], y[:6], X[6:], y[6:], cell_train=np.arange(6) % 3, cell_test=[7] * 3
    )
    np.testing.assert_array_equal(folds.cell, [0, 1, 2, 0, 1, 2, 7, 7, 7])
    with pytest.raises(ValueError, match=r"y_test has shape \(2,\)"):
        endocytosis_table_from_arrays(X[:6], y[:6], X[6:], y[7:])
    with pytest.raises(ValueError, match=r"shape \(40,\) and X_test of shape \(39,\)"):
        endocytosis_table_from_arrays(X[:6], y[:6], X[6:, 1:], y[6:])


# --- recordings and simulation ----------------------------------------------------------------


@pytest.fixture(scope="module")
def simulated():
    return make_endocytosis(1420, random_state=0)


@pytest.fixture(scope="module")
def recorded():
    pytest.importorskip("h5py")
    return fetch_endocytosis()


def test_a_simulated_table_has_what_was_asked_for():
    table = make_endocytosis(101, n_cells=5, length=30, min_lifetime=25, random_state=3)
    assert table.X.shape == table.X_raw.shape == (101, 30)
    assert set(table.cell) == {1, 2, 3, 4, 5}
    assert set(table.cell[table.is_test]) == {4, 5}
    assert table.lifetime.min() > 25
    again, other = (
        make_endocytosis(101, n_cells=5, length=30, min_lifetime=25, random_state=seed)
        for seed in (3, 4)
    )
    np.testing.assert_array_equal(again.X, table.X)
    assert not np.array_equal(other.X, table.X)
    assert not make_endocytosis(20, n_cells=1).is_test.any()


def test_simulations_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="n_tracks=15 must be at least 16"):
        make_endocytosis(15)
    with pytest.raises(ValueError, match="min_lifetime=200 must be between 0 and 120"):
        make_endocytosis(min_lifetime=200)
    fleeting = CoatModel(1, 0.1, 0.0, 1000, 0.1, 0, 0.1, False)
    model = TrackModel(transient=fleeting, abortive=fleeting, productive=fleeting)
    with pytest.raises(ValueError, match="Of 5120 tracks drawn from this model 0 live longer"):
        make_endocytosis(40, n_cells=1, model=model)


def test_simulated_pits_lose_their_coat_when_auxilin_comes():
    tracks = simulate_tracks(2000)
    bright = (np.nan_to_num(tracks.auxilin) > 1500).sum(axis=1) >= 3
    dark = ~tracks.significant().any(axis=1)
    long = (tracks.lifetime > 30) & (tracks.lifetime < 60)

    def at_end(amplitude, which):
        """Mean amplitude of the last 25 frames."""
        rows = np.flatnonzero(which & long)
        index = tracks.lifetime[rows][:, None] + np.arange(-25, 0)
        return amplitude[rows[:, None], index].mean(axis=0)

    coat, burst = at_end(tracks.clathrin, bright), at_end(tracks.auxilin, bright)
    stalled = at_end(tracks.clathrin, dark)
    assert coat[:12].mean() > 1.4 * stalled[:12].mean()
    assert 0.3 < coat[-1] / coat[:12].mean() < 0.6
    assert stalled[-1] / stalled[:12].mean() > 0.6
    assert burst.argmax() >= 15
    assert burst[-8:].mean() > 3 * burst[:8].mean()


@needs_data
@pytest.mark.skipif(not CHECK.exists(), reason=f"no table to compare with: {CHECK.name}")
def test_the_recordings_become_the_known_table(recorded):
    with np.load(CHECK) as known:
        for name, array in [
            ("X", recorded.X),
            ("y", recorded.y),
            ("X_raw", recorded.X_raw),
            ("y_sig_mean", recorded.y_raw),
        ]:
            np.testing.assert_allclose(array, known[name], rtol=2e-7, atol=1e-6)
        for name in ("cell", "is_test", "lifetime"):
            np.testing.assert_array_equal(getattr(recorded, name), known[name])
    assert recorded.is_test.sum() == 344
    assert len(recorded.unlabelled.X) == 9143 - 1420
    assert len(fetch_endocytosis(min_lifetime=5)) > 2 * 1420


def summary(table):
    """Statistics of a table by name: shares, seconds, counts, correlations."""
    inside = np.arange(40) < table.lifetime[:, None]
    came, highest = table.successful, table.X_raw.max(axis=1)
    short, hotspots = table.lifetime <= 40, (table.unlabelled.lifetime > 15).sum()
    found = {
        "no auxilin, share": 1 - came.mean(),
        "hotspots, share": hotspots / (hotspots + len(table)),
        "longer than 40 s, share": 1 - short.mean(),
        "maximum and y, correlation": np.corrcoef(highest, table.y_raw)[0, 1],
        "lifetime and y, correlation": np.corrcoef(table.lifetime, table.y_raw)[0, 1],
        "maximum and lifetime, correlation": np.corrcoef(highest, table.lifetime)[0, 1],
        "y, standard deviation": table.y_raw.std(),
    }
    for q in (25, 50, 75, 90):
        found[f"lifetime, {q} %"] = np.percentile(table.lifetime, q)
    for q in (5, 25, 50, 75, 95):
        found[f"y > 0, {q} %"] = np.percentile(table.y_raw[came], q)
        found[f"clathrin, {q} %"] = np.percentile(table.X_raw[inside], q)
        found[f"clathrin maximum, {q} %"] = np.percentile(highest, q)
    for name, rows in (("up to 40 s", short), ("resampled", ~short)):
        for lag in (1, 2):
            found[f"{name}, autocorrelation at lag {lag}"] = autocorrelation(
                table.X_raw[rows], inside[rows], lag
            )
    strong = table.y_raw > np.median(table.y_raw[came])
    for name, rows in (("strong", strong), ("weak", came & ~strong)):
        mean = table.X_raw[rows & ~short].mean(axis=0)
        for sample in (0, 8, 15, 25, 33, 37, 39):
            found[f"{name} auxilin, mean clathrin at {sample}"] = mean[sample]
    rows = np.flatnonzero(short & ~came)
    for before in (15, 10, 5, 1):
        mean = table.X_raw[rows, table.lifetime[rows] - before].mean()
        found[f"no auxilin, mean clathrin {before} s before the end"] = mean
    cells = [table.X_raw[table.cell == cell].mean() for cell in np.unique(table.cell)]
    found["cells, relative spread of mean clathrin"] = np.std(cells) / np.mean(cells)
    return found


def autocorrelation(traces, inside, lag):
    """Of the samples inside the tracks, each track about its own mean."""
    count = inside.sum(axis=1, keepdims=True)
    centred = np.where(inside, traces - (traces * inside).sum(axis=1, keepdims=True) / count, 0)
    return (centred[:, lag:] * centred[:, :-lag]).sum() / (centred**2).sum()


@needs_data
def test_simulated_tracks_resemble_the_recordings(recorded, simulated, capsys):
    real, model = summary(recorded), summary(simulated)
    with capsys.disabled():
        print(f"\n{'':<48}{'recorded':>10}{'simulated':>11}")
        for name, value in real.items():
            digits = 3 if value < 2 else 0
            print(f"{name:<48}{value:>10.{digits}f}{model[name]:>11.{digits}f}")
    for name, value in real.items():
        if "spread" in name:
            assert value / 2.5 < model[name] < 2.5 * value, name
        elif "share" in name or "correlation" in name:
            assert model[name] == pytest.approx(value, abs=0.16), name
        else:
            assert model[name] == pytest.approx(value, rel=0.25), name


def ridge_score(table):
    train, test = table.rows(~table.is_test), table.rows(table.is_test)
    model = RidgeCV(np.logspace(0, 5, 11)).fit(train.X, train.y)
    return model.score(test.X, test.y)


@needs_data
def test_the_recordings_are_as_hard_as_they_were(recorded):
    assert ridge_score(recorded) == pytest.approx(0.354, abs=0.005)


def test_simulated_auxilin_is_as_hard_to_predict_as_recorded():
    scores = [ridge_score(make_endocytosis(random_state=seed)) for seed in range(4)]
    assert 0.25 < np.mean(scores) < 0.45
