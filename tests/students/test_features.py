"""Wavelet coefficients as features: the right numbers, under the right names, in scikit-learn."""

from typing import Any

import numpy as np
import pytest
import pywt
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

from tests.helpers import MODES, normal, wavedec
from wavedistill.students import TopCoefficients, WaveletCoefficients, compression_factor
from wavedistill.wavelets import Wavelet, WaveletTransform

PICK = {
    "pos": lambda band, k: sorted(band, reverse=True)[:k],
    "neg": lambda band, k: sorted(band)[:k],
    "abs": lambda band, k: sorted(map(abs, band), reverse=True)[:k],
}
WORD = {"pos": "largest", "neg": "smallest", "abs": "largest magnitude"}


# ------------------------------------------------------------------ the numbers and their names


@pytest.mark.parametrize("mode", MODES)
def test_wavelet_coefficients_are_those_of_pywavelets(mode):
    data = normal(6, 37)
    features = WaveletCoefficients("db3", levels=3, mode=mode)
    found = features.fit_transform(data)
    bands = wavedec(data, pywt.Wavelet("db3"), 3, mode)
    np.testing.assert_allclose(found, np.concatenate(bands, axis=1), atol=1e-12)
    assert features.get_feature_names_out().tolist() == [
        f"{name}[{i}]"
        for name, band in zip(("cA3", "cD3", "cD2", "cD1"), bands, strict=True)
        for i in range(band.shape[1])
    ]


@pytest.mark.parametrize("sign", PICK)
@pytest.mark.parametrize("k", [1, 4, 9])
def test_top_coefficients_are_the_k_first_of_each_scale_in_order(sign, k):
    data = normal(6, 21)  # the coarsest scales have fewer than 9 coefficients
    features = TopCoefficients("db2", levels=3, k=k, sign=sign, mode="symmetric")
    bands = wavedec(data, pywt.Wavelet("db2"), 3, "symmetric")
    expected = [[c for band in bands for c in PICK[sign](band[i], k)] for i in range(6)]
    np.testing.assert_array_equal(features.fit_transform(data), expected)
    assert features.get_feature_names_out().tolist() == [
        f"{name} {WORD[sign]} {rank}"
        for name, band in zip(("cA3", "cD3", "cD2", "cD1"), bands, strict=True)
        for rank in range(1, min(k, band.shape[1]) + 1)
    ]


def test_both_ends_and_their_locations():
    data = normal(6, 21)
    both = TopCoefficients("db2", levels=3, k=2, sign="both", locations=True)
    found = both.fit_transform(data)
    names = both.get_feature_names_out().tolist()
    assert names[:4] == ["cA3 largest 1", "cA3 largest 2", "cA3 smallest 1", "cA3 smallest 2"]
    assert names[-2:] == ["location of cD1 largest", "location of cD1 smallest"]
    for sign in ("pos", "neg"):
        one = TopCoefficients("db2", levels=3, k=2, sign=sign, locations=True)
        columns = [names.index(name) for name in one.fit(data).get_feature_names_out()]
        np.testing.assert_array_equal(found[:, columns], one.transform(data))

    # A step up where the signal is quiet: the largest detail of the finest scale lies there.
    step = np.zeros((1, 64))
    step[0, 41:] = 1
    haar = TopCoefficients("haar", levels=1, sign="both", locations=True).fit(step)
    places = dict(zip(haar.get_feature_names_out(), haar.transform(step)[0], strict=True))
    where = {k: v for k, v in places.items() if "location of cD" in k}
    assert 40.5 in where.values()
    positions = haar.positions(step)
    np.testing.assert_array_equal(
        haar.coefficients_at(step, positions)[0, :-4], haar.transform(step)[0, :-4]
    )
    assert (positions[0, -4:] == -1).all()

    # A scale that has few gives each once.
    few = TopCoefficients("haar", levels=2, k=3, sign="both").fit(data[:, :12])
    assert len(set(few.positions(data[:, :12])[0])) == len(few.get_feature_names_out()) == 12


def test_the_paper_has_thirty_features_of_a_signal_of_forty():
    features = TopCoefficients("db5", levels=4, k=6).fit(normal(3, 40))
    assert features.transform(normal(2, 40)).shape == (2, 30)


@pytest.mark.parametrize("students", [WaveletCoefficients, TopCoefficients])
def test_channels_stand_side_by_side_wherever_their_axis_is(students):
    data = normal(4, 3, 16)  # (n, C, L)
    apart = [students("db2", levels=2).fit_transform(data[:, c]) for c in range(3)]
    names = students("db2", levels=2).fit(data[:, 0]).get_feature_names_out()
    for array, axes in ((data, -1), (data, (2,)), (np.moveaxis(data, 1, 2), 1)):
        features = students("db2", levels=2, axes=axes)
        np.testing.assert_array_equal(features.fit_transform(array), np.hstack(apart))
        assert features.get_feature_names_out().tolist() == [
            f"channel {channel}: {name}" for channel in range(3) for name in names
        ]


@pytest.mark.parametrize("students", [WaveletCoefficients, TopCoefficients])
def test_a_wavelet_may_be_an_object_a_name_or_a_filter(students):
    data = normal(4, 16)
    expected = students("db3", levels=2).fit_transform(data)
    for wavelet in (
        Wavelet.from_name("db3"),
        pywt.Wavelet("db3"),
        np.array(pywt.Wavelet("db3").rec_lo),
    ):
        features = clone(students(wavelet, levels=2))
        np.testing.assert_array_equal(features.fit_transform(data), expected)


@pytest.mark.parametrize("students", [WaveletCoefficients, TopCoefficients])
def test_float32_stays_float32(students):
    data = normal(4, 16).astype(np.float32)
    assert students("db3", levels=2).fit_transform(data).dtype == np.float32


# ------------------------------------------------------------------ in scikit-learn


@pytest.mark.parametrize(
    "student",
    [
        WaveletCoefficients("haar", levels=1),
        WaveletCoefficients("db2", levels=1, mode="periodization"),
        TopCoefficients("haar", levels=1),
        TopCoefficients("haar", levels=1, k=2, sign="abs"),
    ],
    ids=repr,
)
def test_the_checks_of_scikit_learn_pass(student):
    results = check_estimator(student, on_skip=None)
    passed = [result for result in results if result["status"] == "passed"]
    assert len(passed) > 40


def test_a_student_reads_the_features_in_a_pipeline():
    data = normal(80, 24)
    target = pywt.wavedec(data, "db2", "zero", 2)[1][:, 3]
    pipeline = make_pipeline(WaveletCoefficients("db2", levels=2), LinearRegression())
    cloned = clone(pipeline).fit(data, target)
    assert cloned.score(data, target) == pytest.approx(1)
    names = cloned[:-1].get_feature_names_out()
    weights = cloned[-1].coef_
    assert names[np.abs(weights).argmax()] == "cD2[3]"


def test_parameters_are_kept_as_given():
    wavelet = Wavelet.from_name("db2")
    given: dict[str, Any] = {
        "wavelet": wavelet,
        "levels": 2,
        "k": 3,
        "sign": "abs",
        "mode": "zero",
        "axes": (1,),
    }
    given["locations"] = True
    features = TopCoefficients(**given)
    assert features.get_params() == given
    features.fit(normal(2, 16))
    assert features.wavelet is wavelet
    assert clone(features).get_params() == given


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"wavelet": "bior2.2"}, ValueError, "biorthogonal"),
        ({"wavelet": [1.0, 2.0, 3.0]}, ValueError, "even length"),
        ({"levels": 0}, ValueError, "levels=0 must be at least 1"),
        ({"levels": 2.0}, TypeError, r"levels=2\.0 must be a whole number"),
        ({"k": 0}, ValueError, "k=0 must be at least 1"),
        ({"k": 1.5}, TypeError, r"k=1\.5 must be a whole number"),
        ({"sign": "all"}, ValueError, "sign='all' must be 'pos', 'neg', 'abs' or 'both'"),
        ({"mode": "per"}, ValueError, "mode='per' must be one of"),
        ({"axes": 0}, ValueError, r"axes=\(0,\) names the first axis"),
        ({"axes": 2}, ValueError, r"axes=\(2,\) is out of range"),
    ],
)
def test_bad_parameters_are_refused_by_fit(changes, error, message):
    features = TopCoefficients(**{"wavelet": "haar", "levels": 1, **changes})
    with pytest.raises(error, match=message):
        features.fit(normal(3, 8))


def test_volumes_have_features_and_four_axes_are_refused():
    volumes = normal(3, 8, 6, 4)
    bands = pywt.dwtn(volumes, "haar", mode="zero", axes=(1, 2, 3))
    top = TopCoefficients("haar", levels=1, k=1, axes=(1, 2, 3)).fit(volumes)
    expected = [bands[key].max(axis=(1, 2, 3)) for key in sorted(bands)]
    np.testing.assert_allclose(top.transform(volumes), np.stack(expected, axis=1))
    assert top.get_feature_names_out()[:2].tolist() == ["aaa1 largest 1", "aad1 largest 1"]
    with pytest.raises(ValueError, match=r"axes=\(1, 2, 3, 4\) must name one to three"):
        TopCoefficients("haar", levels=1, axes=(1, 2, 3, 4)).fit(normal(3, 8, 8, 8, 2))


def test_a_learned_wavelet_is_read_as_it_was_learned():
    data = normal(4, 32)
    learned = Wavelet(
        Wavelet.from_name("db2").lowpass,
        origin={"levels": 2, "mode": "symmetric", "axes": [-1]},
    )
    expected = WaveletCoefficients("db2", 2, "symmetric").fit_transform(data)
    np.testing.assert_array_equal(WaveletCoefficients(learned).fit_transform(data), expected)
    for changes in ({"levels": 3}, {"mode": "zero"}):
        with pytest.raises(ValueError, match=r"was learned with .* if you mean it"):
            WaveletCoefficients(learned, **changes).fit(data)
        meant = WaveletTransform(learned, **changes)
        assert WaveletCoefficients(meant).fit(data).transform_ == meant
    with pytest.raises(ValueError, match=r"levels=3 and the transform has levels=2"):
        WaveletCoefficients(WaveletTransform("db2", 2), levels=3).fit(data)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_and_infinity_are_refused_in_fit_and_transform(bad):
    data = normal(3, 8)
    features = TopCoefficients("haar", levels=1).fit(data)
    data[1, 2] = bad
    for method in (features.fit, features.transform):
        with pytest.raises(ValueError, match=r"X contains NaN or infinity: 1 of 24 .*\(1, 2\)"):
            method(data)


def test_signals_of_another_shape_are_refused():
    features = WaveletCoefficients("haar", levels=1).fit(normal(3, 2, 8))
    with pytest.raises(ValueError, match=r"shape \(2, 9\), and the fit had \(2, 8\)"):
        features.transform(normal(3, 2, 9))


def test_nothing_works_before_the_fit():
    for call in (
        lambda features: features.transform(normal(3, 8)),
        lambda features: features.get_feature_names_out(),
    ):
        with pytest.raises(NotFittedError):
            call(WaveletCoefficients("haar", levels=1))


# ------------------------------------------------------------------ compression


def test_compression_factor_by_hand():
    coefficients = [[1.0, -1.0, 0.5, 0.5], [1e-3, 0.0, 2.0, -0.002]]
    attributions = [[0.1, -0.1, 1e-3, 0.0], [5.0, 5.0, 0.01, -0.002]]
    # Counted: both of 1, the 2.0 and the -0.002; a value at the threshold does not exceed it.
    assert compression_factor(coefficients, attributions) == 4 / 8
    assert compression_factor(coefficients, attributions, threshold=0.05) == 2 / 8
    assert compression_factor(coefficients, attributions, threshold=10) == 0
    assert compression_factor(coefficients, attributions, threshold=0) == 6 / 8
    assert type(compression_factor(coefficients, attributions)) is float
    # A channel axis of length 1 in one of them changes nothing.
    assert compression_factor(coefficients, np.array(attributions)[:, None]) == 4 / 8


@pytest.mark.parametrize(
    ("coefficients", "attributions", "threshold", "message"),
    [
        ([1.0, 2.0], [1.0], 0, r"attributions has shape \(1,\) and coefficients has shape \(2,\)"),
        ([1.0, np.nan], [1.0, 1.0], 0, "coefficients contains NaN"),
        ([1.0, 1.0], [1.0, np.inf], 0, "attributions contains NaN or infinity"),
        ([], [], 0, "coefficients is empty"),
        ([1.0], [1.0], -1, "threshold=-1 must be at least 0"),
        ([1.0], [1.0], np.nan, "threshold=nan must be at least 0"),
    ],
)
def test_compression_of_what_does_not_suit_is_refused(
    coefficients, attributions, threshold, message
):
    with pytest.raises(ValueError, match=message):
        compression_factor(coefficients, attributions, threshold)


def test_more_levels_than_the_signals_have_are_refused():
    with pytest.raises(ValueError, match=r"levels=4 is too deep for signals of length 2 .* axes"):
        TopCoefficients("db5", levels=4).fit(np.ones((5, 151, 2)))
