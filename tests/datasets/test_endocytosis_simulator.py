"""The recordings become the known table, and the simulated tracks resemble them."""

import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import RidgeCV

from wavedistill.datasets import (
    CoatModel,
    TrackModel,
    fetch_endocytosis,
    make_endocytosis,
    simulate_tracks,
)

FOLDER = Path(os.environ.get("WAVEDISTILL_DATA", "")) / "endocytosis"
CHECK = FOLDER / "cme_clath_aux_gak_40.npz"
needs_data = pytest.mark.skipif(
    "WAVEDISTILL_DATA" not in os.environ or not (FOLDER / "lifetimeData_Cell1.mat").exists(),
    reason="no recordings: set WAVEDISTILL_DATA to a folder that holds endocytosis/",
)


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
