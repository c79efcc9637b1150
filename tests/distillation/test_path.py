"""Paths over a grid of weights: warm starts, resuming, and what is refused."""

import json
from typing import Any

import numpy as np
import pytest

import wavedistill as wd
from wavedistill.distillation.path import DistillationPath

pytestmark = pytest.mark.filterwarnings("ignore::wavedistill.WaveletWarning")

SPARSITY, INTERPRETATION = [1.0, 0.1], [0.0, 0.5, 1.0]


@pytest.fixture(scope="module")
def arrays():
    random = np.random.default_rng(0)
    X = random.standard_normal((60, 32)).cumsum(axis=1)
    return X, np.gradient(X, axis=1) + random.standard_normal((60, 32))


def make(arrays, **options):
    settings = {"sparsity": SPARSITY, "interpretation": INTERPRETATION}
    distiller = wd.WaveletDistiller(levels=2, support=6, init="db3")
    return wd.distill_path(*arrays, **{"distiller": distiller, **settings, **options})


def test_every_point_is_a_fit_from_its_neighbour(arrays):
    path = make(arrays)
    expected = []
    for row, sparsity in enumerate(SPARSITY):
        for column, interpretation in enumerate(INTERPRETATION):
            init: wd.Wavelet | str = "db3"
            if column:
                init = expected[-1].wavelet_
            elif row:
                init = expected[-len(INTERPRETATION)].wavelet_
            fit = wd.WaveletDistiller(
                levels=2,
                support=6,
                init=init,
                sparsity=sparsity,
                interpretation=interpretation,
            ).fit(arrays[0], attributions=arrays[1])
            expected.append(fit)
    assert len(path) == len(expected)
    for point, fit in zip(path.points, expected, strict=True):
        assert (point.sparsity, point.interpretation) == (fit.sparsity, fit.interpretation)
        np.testing.assert_array_equal(point.wavelet.lowpass, fit.wavelet_.lowpass)
        assert point.loss == fit.loss_
        assert point.terms == fit.loss_terms_


def test_a_path_that_was_cut_goes_on_where_it_stopped(arrays, tmp_path):
    whole = make(arrays)
    file = tmp_path / "path.json"

    def cut(progress):
        if progress.done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(arrays, file=file, progress=cut)
    assert len(DistillationPath.load(file)) == 4
    seen = []
    resumed = make(arrays, file=file, progress=seen.append)
    assert [progress.done for progress in seen] == [5, 6]
    assert [progress.total for progress in seen] == [6, 6]
    assert seen[0].seconds_left > seen[1].seconds_left == 0
    for a, b in zip(resumed.points, whole.points, strict=True):
        np.testing.assert_array_equal(a.wavelet.lowpass, b.wavelet.lowpass)
    longer = make(arrays, file=file, sparsity=[*SPARSITY, 0.01])
    assert len(longer) == 9


def test_a_path_comes_back_from_its_file(arrays, tmp_path):
    path = make(arrays)
    path.save(tmp_path / "path.json")
    again = DistillationPath.load(tmp_path / "path.json")
    assert again == path


@pytest.mark.slow
def test_all_candidates_of_a_search_come_back_with_their_origins(arrays, tmp_path):
    # A path of one point keeps a global search: the second call reads the file.
    search = wd.WaveletDistiller(levels=2, support=6, init="auto")
    options = {"distiller": search, "sparsity": [1.0], "interpretation": [0.5]}
    fit = wd.WaveletDistiller(levels=2, support=6, interpretation=0.5)
    expected = fit.fit(arrays[0], attributions=arrays[1]).candidates_
    told: list[object] = []
    for calls in (1, 1):
        path = make(arrays, **options, file=tmp_path / "search.json", progress=told.append)
        assert len(told) == calls
        (point,) = path.points
        assert list(point.candidates) == expected
        assert len(expected) > 1
        assert point.wavelet == expected[0].wavelet
        for found, wanted in zip(point.candidates, expected, strict=True):
            assert found.wavelet.origin == wanted.wavelet.origin
            assert found.wavelet.origin["interpretation"] == 0.5


def test_settings_of_every_kind_tell_files_apart(arrays, tmp_path):
    file = tmp_path / "path.json"
    near = wd.Wavelet.from_name("db3")
    nearly = wd.Wavelet(np.nextafter(near.lowpass, 1))
    make(arrays, file=file, starts=[near])
    assert len(make(arrays, file=file, starts=[near.lowpass])) == 6
    for starts in ([nearly], [near, "haar"], ()):
        with pytest.raises(ValueError, match="holds the path of other data or settings"):
            make(arrays, file=file, starts=starts)


def test_the_table_has_a_row_per_point_with_terms_and_validity(arrays):
    pandas = pytest.importorskip("pandas")
    table = make(arrays).table()
    assert isinstance(table, pandas.DataFrame)
    assert len(table) == 6
    assert (table["residual_unit_norm"].abs() < 1e-12).all()
    terms = table["term_sparsity"] + table["term_interpretation"].fillna(0)
    np.testing.assert_allclose(terms, table["loss"])


def test_the_closest_point_is_the_closest(arrays):
    path = make(arrays)
    distances = [point.wavelet.distance("db3") for point in path.points]
    assert path.closest("db3") is path.points[int(np.argmin(distances))]


def test_of_several_starts_the_lowest_goes_on(arrays):
    alone = [make(arrays, starts=[start]).points[0].loss for start in ("haar", "db3", "coif1")]
    path = make(arrays, starts=["haar", "db3", "coif1"])
    assert path.points[0].loss == min(alone)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sparsity": []}, "sparsity is empty"),
        ({"interpretation": [1.0, -1.0]}, "hold negative weights"),
        ({"sparsity": [0.0, 1.0]}, "leaves nothing to minimise"),
        ({"interpretation": [np.nan]}, "interpretation contains NaN"),
    ],
)
def test_grids_that_make_no_sense_are_refused(options, message, arrays):
    with pytest.raises(ValueError, match=message):
        make(arrays, **options)


@pytest.mark.parametrize("change", ["data", "attributions", "settings", "weights", "rubbish"])
def test_the_file_of_another_path_is_refused_and_kept(change, arrays, tmp_path):
    file = tmp_path / "path.json"
    make(arrays, file=file)
    options: dict[str, Any] = {}
    if change == "data":
        arrays = (arrays[0] + 1e-9, arrays[1])
    elif change == "attributions":
        arrays = (arrays[0], -arrays[1])
    elif change == "settings":
        options["distiller"] = wd.WaveletDistiller(levels=2, support=6, init="sym3", tol=1e-5)
    elif change == "weights":
        options["interpretation"] = [0.0, 2.0, 3.0]
    else:
        file.write_text(json.dumps({"format": "another"}))
    before = file.read_bytes()
    with pytest.raises(
        ValueError, match=r"holds the path of other|holds a path over other|format 'another'"
    ):
        make(arrays, file=file, **options)
    assert file.read_bytes() == before


def test_a_failing_fit_leaves_what_is_finished(arrays, tmp_path):
    file = tmp_path / "path.json"
    make(arrays, file=file)
    before = file.read_bytes()
    with pytest.raises(ValueError, match="must be the same"):
        make((arrays[0], arrays[1][:, :5]), file=tmp_path / "other.json")
    assert file.read_bytes() == before
    assert not (tmp_path / "other.json").exists()
