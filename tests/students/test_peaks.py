"""Peak counts: the right peaks, the right numbers at them, and their histograms."""

from typing import Any

import numpy as np
import pytest
from scipy import ndimage
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.pipeline import make_pipeline

import wavedistill as wd
from tests.helpers import normal
from wavedistill.students import (
    MahalanobisRegressor,
    PeakCounts,
    local_maxima,
    peak_values,
    wavelet_filters,
)

DB6 = wd.Wavelet.from_name("db6")
DISTILLED = wd.WaveletDistiller()
DISTILLED.wavelet_ = DB6
ALL = {"raw": "raw", "laplace": "laplace", "roberts": "roberts", "db6": DB6}
LAPLACE = np.array([[-1, -4, -1], [-4, 20, -4], [-1, -4, -1]]) / 6
RING = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]])


def peaks_of(image):
    """By SciPy, borders left out."""
    peaks = image > ndimage.maximum_filter(image, footprint=RING)
    peaks[[0, -1]] = peaks[:, [0, -1]] = False
    return peaks


def at_every_pixel(image):
    """What each filter of ALL measures, by SciPy and by loops."""
    roberts = np.zeros_like(image)
    for i in range(1, len(image) - 1):
        for j in range(1, image.shape[1] - 1):
            for top, left in ((i - 1, j - 1), (i - 1, j), (i, j - 1), (i, j)):
                (a, b), (c, d) = image[top : top + 2, left : left + 2]
                roberts[i, j] += np.hypot(b - c, a - d)
    yield "raw", image
    yield "laplace", ndimage.correlate(image, LAPLACE)
    yield "roberts", roberts
    for name, weights in wavelet_filters("db6").items():
        yield f"db6 {name}", ndimage.correlate(image, weights)


# ------------------------------------------------------------------ peaks and what is measured


def test_a_peak_exceeds_all_eight_neighbours_and_is_not_on_the_border():
    image = np.zeros((7, 9))
    image[2, 2] = 3  # a peak
    image[2, 6], image[3, 7] = 2, 1  # a peak, and its diagonal neighbour
    image[5, 3] = image[5, 4] = 2  # a plateau of two
    image[0, 4] = image[6, 8] = 5  # on the border
    expected = np.zeros((1, 7, 9), dtype=bool)
    expected[0, [2, 2], [2, 6]] = True
    np.testing.assert_array_equal(local_maxima(image[None]), expected)
    np.testing.assert_array_equal(local_maxima(np.full((2, 5, 5), 3.0)), np.zeros((2, 5, 5)))


@pytest.mark.parametrize("neighbour", [n for n in np.ndindex(3, 3) if n != (1, 1)])
def test_one_neighbour_of_equal_height_is_enough_against_a_peak(neighbour):
    image = np.zeros((1, 3, 3))
    image[0, 1, 1] = 1
    assert local_maxima(image)[0, 1, 1]
    image[0][neighbour] = 1
    assert not local_maxima(image).any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(70, 3, 3), (40, 9, 14), (70, 64, 70)])
def test_peaks_and_values_are_those_of_a_plain_implementation(shape, dtype):
    maps = normal(*shape).astype(dtype)
    maps[::3] = np.round(maps[::3])  # with ties
    masks = local_maxima(maps)
    np.testing.assert_array_equal(masks, [peaks_of(image) for image in maps])
    few = slice(0, 5)
    values = peak_values(maps[few], ALL)
    expected = [dict(at_every_pixel(image)) for image in maps[few].astype(np.float64)]
    assert list(values) == list(expected[0])
    for name, found in values.items():
        wanted = [each[name][mask] for each, mask in zip(expected, masks[few], strict=True)]
        np.testing.assert_allclose(found, np.concatenate(wanted), atol=1e-12)


def test_steepness_by_hand():
    image = np.array([[[1.0, 2.0, 3.0], [4.0, 9.0, 5.0], [6.0, 7.0, 8.0]]])
    values = peak_values(image, ["raw", "laplace", "roberts"])
    assert values["raw"] == 9
    assert values["laplace"] == pytest.approx(
        10 / 3 * (9 - 0.2 * (2 + 4 + 5 + 7) - 0.05 * (1 + 3 + 6 + 8))
    )
    blocks = [(2 - 4, 1 - 9), (3 - 9, 2 - 5), (9 - 6, 4 - 7), (5 - 7, 9 - 8)]
    assert values["roberts"] == pytest.approx(sum(np.hypot(x, y) for x, y in blocks))


def test_a_map_moved_by_a_pixel_has_the_same_counts():
    maps = np.pad(np.abs(normal(6, 20, 20)), ((0, 0), (3, 3), (3, 3)))
    counts = PeakCounts(ALL, bins=8).fit(maps)
    for shift in ((0, 1), (1, 0), (-1, 1)):
        moved = np.roll(maps, shift, axis=(1, 2))
        np.testing.assert_array_equal(counts.transform(moved), counts.transform(maps))


def test_only_height_and_the_approximation_see_a_constant():
    maps = normal(3, 30, 30)
    before, after = peak_values(maps, ALL), peak_values(maps + 2, ALL)
    moved = {n for n in before if not np.allclose(before[n], after[n], atol=1e-12)}
    assert moved == {"raw", "db6 LL"}


# ------------------------------------------------------------------ histograms


@pytest.mark.parametrize("spacing", ["uniform", "quantile"])
@pytest.mark.parametrize("range_", ["auto", (-0.5, 3.0)])
def test_counts_are_those_of_numpy_s_histogram(range_, spacing):
    maps = normal(90, 12, 17).astype(np.float32)
    counts = PeakCounts(ALL, bins=[5, 6, 7, 4, 3, 2, 1], range=range_, spacing=spacing)
    found = counts.fit(maps).transform(maps)
    start = 0
    for name, edges in counts.edges_.items():
        part = found[:, start : start + len(edges) - 1]
        start += len(edges) - 1
        for row, image in zip(part, maps, strict=True):
            values = peak_values(image[None], ALL)[name]
            np.testing.assert_array_equal(row, np.histogram(values, edges)[0])
        if range_ != "auto":
            assert (edges[0], edges[-1]) == range_
    assert start == found.shape[1] == 28
    names = counts.get_feature_names_out()
    assert names[[0, 4, 5, 27]].tolist() == ["raw[0]", "raw[4]", "laplace[0]", "db6 HH[0]"]


@pytest.mark.parametrize("spacing", ["uniform", "quantile"])
def test_all_pixels_may_be_counted_in_place_of_the_peaks(spacing):
    maps = normal(150, 12, 17)
    counts = PeakCounts(ALL, bins=9, spacing=spacing, at="pixels").fit(maps)
    found = counts.transform(maps).reshape(len(maps), len(counts.edges_), 9)
    for row, image in zip(found[:5], maps, strict=False):
        for part, (name, values) in zip(row, at_every_pixel(image), strict=True):
            expected, _ = np.histogram(values[1:-1, 1:-1], counts.edges_[name])
            np.testing.assert_array_equal(part, expected)
    clipped = PeakCounts(ALL, bins=9, outside="clip", at="pixels").fit_transform(maps[:2])
    assert clipped.sum() == 2 * 10 * 15 * 7
    with pytest.raises(ValueError, match="have 9 pixels with eight neighbours, and there must be"):
        PeakCounts("raw", at="pixels").fit(np.ones((1, 5, 5)))


def test_edges_belong_to_the_bin_above_and_the_last_to_its_own():
    heights = [-0.5, 0.0, 1.0, 1.0, 2.5, 4.0, 4.5]
    maps = np.full((1, 3, 15), -9.0)
    maps[0, 1, 1::2] = heights
    ends: Any = {"bins": 4, "range": (0, 4)}
    assert PeakCounts("raw", **ends).fit_transform(maps).tolist() == [[1, 2, 1, 1]]
    assert PeakCounts("raw", **ends, outside="clip").fit_transform(maps).tolist() == [[2, 2, 1, 2]]


def test_bins_are_learned_from_the_maps_of_the_fit_alone():
    maps = normal(40, 30, 30)
    values = peak_values(maps, "raw")["raw"]
    uniform = PeakCounts("raw", bins=10).fit(maps)
    low, high = np.quantile(values, [0.001, 0.999])
    np.testing.assert_allclose(uniform.edges_["raw"], np.linspace(low, high, 11))
    edges = uniform.edges_["raw"].copy()
    uniform.transform(5 * maps)
    np.testing.assert_array_equal(uniform.edges_["raw"], edges)
    equal = PeakCounts("raw", bins=10, spacing="quantile").fit_transform(maps).sum(axis=0)
    assert np.ptp(equal) <= 2
    assert equal.sum() == pytest.approx(0.998 * len(values), abs=2)
    each = PeakCounts(["raw", "laplace"], range=["auto", (0, 1)]).fit(maps).edges_
    assert each["laplace"][-1] == 1
    assert each["raw"][-1] == pytest.approx(high)


def test_the_order_of_memory_and_the_number_of_threads_change_nothing(monkeypatch, tmp_path):
    maps = normal(200, 40, 41).astype(np.float32)
    np.save(tmp_path / "maps.npy", maps)
    counts = PeakCounts(ALL, range=(-1, 2)).fit(maps)
    expected = counts.transform(maps)
    assert expected.sum() > 0
    others = (
        np.asfortranarray(maps),
        np.repeat(maps, 2, axis=2)[..., ::2],
        np.load(tmp_path / "maps.npy", mmap_mode="r"),
        maps.astype(">f4"),
    )
    for other in others:
        np.testing.assert_array_equal(counts.transform(other), expected)
    monkeypatch.setattr("numba.get_num_threads", lambda: 3)
    np.testing.assert_array_equal(counts.transform(maps), expected)


# ------------------------------------------------------------------ in scikit-learn


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ("roberts", ["roberts"]),
        (["raw", LAPLACE, "laplace"], ["raw", "filter 1", "laplace"]),
        (LAPLACE, ["filter 0"]),
        (LAPLACE.tolist(), ["filter 0"]),
        (np.stack([LAPLACE, -LAPLACE]), ["filter 0", "filter 1"]),
        (DB6, ["LL", "LH", "HL", "HH"]),
        (DB6.to_pywt(), ["LL", "LH", "HL", "HH"]),
        (("raw", DB6), ["raw", "LL", "LH", "HL", "HH"]),
        ({"steep": "laplace", "own": LAPLACE}, ["steep", "own"]),
    ],
)
def test_filters_are_given_by_name_by_array_or_by_wavelet(filters, names):
    assert list(PeakCounts(filters, range=(0, 1)).fit(normal(2, 9, 9)).edges_) == names


def test_parameters_are_kept_as_given_and_cloned():
    given: Any = {"filters": DB6, "bins": [3, 4, 5, 6], "range": (0, 1)}
    given |= {"spacing": "quantile", "outside": "clip", "at": "pixels"}
    counts = PeakCounts(**given)
    assert counts.get_params() == given
    counts.fit(normal(9, 20, 20))
    assert counts.filters is DB6
    assert clone(counts).get_params() == given
    assert counts.set_params(bins=2).fit(normal(9, 20, 20)).edges_["HH"].shape == (3,)
    for method in ("transform", "get_feature_names_out"):
        with pytest.raises(NotFittedError):
            getattr(clone(counts), method)(*[normal(2, 9, 9)][: method == "transform"])


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"filters": "sobel"}, ValueError, "filters='sobel' must be one of 'raw', 'laplace'"),
        ({"filters": "db5"}, ValueError, r"Wavelet\.from_name"),
        ({"filters": []}, ValueError, "filters is empty"),
        ({"filters": ["raw", "raw"]}, ValueError, "two named 'raw'; give a mapping"),
        ({"filters": np.ones((5, 5))}, ValueError, r"shape \(5, 5\), and it must have \(3, 3\)"),
        ({"filters": DB6.lowpass}, ValueError, "make a Wavelet of a lowpass filter"),
        ({"filters": np.full((3, 3), np.nan)}, ValueError, "a filter contains NaN"),
        ({"filters": DISTILLED}, TypeError, "filters is a WaveletDistiller; give its wavelet_"),
        ({"filters": None}, ValueError, r"shape \(\), and it must have \(3, 3\)"),
        ({"bins": 0}, ValueError, "bins=0 must be at least 1"),
        ({"bins": 2.5}, TypeError, r"bins=2\.5 must be a whole number"),
        ({"bins": [3, 4]}, ValueError, "bins has 2 entries for 1 filters"),
        ({"range": (1, 0)}, ValueError, r"range=\(1, 0\) must be 'auto' or two finite"),
        ({"range": (0, np.inf)}, ValueError, "two finite numbers"),
        ({"range": None}, ValueError, "range=None must be"),
        ({"range": "wide"}, ValueError, "range='wide' must be"),
        ({"range": [(0, 1), (0, 2)]}, ValueError, "range has 2 entries for 1 filters"),
        ({"spacing": "log"}, ValueError, "spacing='log' must be 'uniform' or 'quantile'"),
        ({"at": "all"}, ValueError, "at='all' must be 'peaks' or 'pixels'"),
        ({"outside": "keep"}, ValueError, "outside='keep' must be 'drop' or 'clip'"),
        ({"range": (50, 60), "spacing": "quantile"}, ValueError, "no local maxima with 'laplace'"),
    ],
)
def test_bad_parameters_are_refused_by_fit(changes, error, message):
    with pytest.raises(error, match=message):
        PeakCounts(**changes).fit(normal(3, 12, 12))


@pytest.mark.parametrize(
    ("maps", "message"),
    [
        (np.ones((5, 5)), r"2 axes .*One map is maps\[None\]"),
        (np.ones((2, 1, 5, 5)), r"4 axes .*One channel is maps\[:, 0\]"),
        (np.ones((4, 2, 9)), "at least 3 x 3 pixels"),
        (np.ones((0, 9, 9)), "empty"),
        (np.full((2, 5, 5), np.nan), "NaN or infinity: 50 of 50 values"),
        (np.ones((2, 5, 5)), "have 0 local maxima, and there must be two that differ"),
    ],
)
def test_maps_that_do_not_suit_are_refused(maps, message):
    with pytest.raises(ValueError, match=message):
        PeakCounts().fit(maps)


def test_maps_of_another_shape_are_refused():
    counts = PeakCounts().fit(normal(3, 12, 12))
    with pytest.raises(ValueError, match=r"shape \(12, 13\), and the fit had \(12, 12\)"):
        counts.transform(normal(3, 12, 13))


# ------------------------------------------------------------------ all of it, on maps


def blobs(strength, seed):
    """Maps of noise and of blobs as high as the strength of each map makes them."""
    random = np.random.default_rng(seed)
    maps = np.zeros((len(strength), 32, 32))
    for image, mean in zip(maps, strength, strict=True):
        rows, columns = random.integers(2, 30, (2, 15))
        image[rows, columns] = random.exponential(mean, 15)
    return ndimage.gaussian_filter(maps, (0, 0.7, 0.7)) + random.normal(0, 0.01, maps.shape)


def test_range_and_bins_are_chosen_on_a_validation_set():
    y = np.tile([1.0, 2.0, 3.0], 80)
    maps = blobs(y, 0)
    held_out = np.where(np.arange(len(y)) < 150, -1, 0)  # -1: only ever for training
    noise, high = (0.005, 0.05), (0.1, 2.0)
    search = GridSearchCV(
        make_pipeline(PeakCounts(), MahalanobisRegressor(pooled=True)),
        {
            "peakcounts__bins": [2, 4],
            "peakcounts__range": [noise, high],
            "peakcounts__filters": [DB6, "laplace"],
        },
        scoring="neg_root_mean_squared_error",
        cv=PredefinedSplit(held_out),
    ).fit(maps, y)
    assert len(search.cv_results_["params"]) == 8
    assert search.best_params_["peakcounts__range"] == high
    new = np.tile([1.0, 2.0, 3.0], 60)
    assert root_mean_squared_error(new, search.predict(blobs(new, 1))) < 0.75 * np.std(new)


def test_the_kernel_takes_its_room_from_the_most_peaks_a_map_can_have():
    for height, width in ((3, 3), (4, 5), (8, 9), (9, 9)):
        maps = np.zeros((1, height, width))
        maps[:, 1:-1:2, 1:-1:2] = 1
        most = int(maps.sum())
        assert PeakCounts("raw", 1, (0, 1)).fit_transform(maps).tolist() == [[most]]
