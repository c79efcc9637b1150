"""Tracks of pits become a table, and both are read from files."""

import sys
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.helpers import normal
from wavedistill.datasets import (
    CellTracks,
    EndocytosisTable,
    endocytosis_table_from_arrays,
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
        ({"A": np.zeros(6)}, r"A has shape \(6,\); .* three axes, \(2, frames, 3\)"),
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
