"""`WaveletTransform`: levels with filters of their own, images, volumes, and every other basis."""

import copy
import json
import pickle
import warnings
from typing import Any

import numpy as np
import pytest
import pywt
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, clone

import wavedistill as wd
from tests.helpers import MODES, normal
from wavedistill.wavelets import Wavelet, WaveletTransform, as_transform

AXES: dict[int, Any] = {1: -1, 2: (-2, -1), 3: (-3, -2, -1)}
WAVELETS = st.lists(st.sampled_from(["haar", "db2", "sym5", "coif1"]), min_size=1, max_size=3)


@st.composite
def transforms(draw, ranks=(1, 2, 3)):
    """A transform with a wavelet for each level, and the lengths of what it transforms."""
    rank = draw(st.sampled_from(ranks))
    longest = {1: 70, 2: 20, 3: 9}[rank]
    lengths = tuple(draw(st.integers(1, longest)) for _ in range(rank))
    mode, wavelets = draw(st.sampled_from(MODES)), draw(WAVELETS)
    return WaveletTransform(wavelets, mode=mode, axes=AXES[rank]), lengths


# ------------------------------------------------------------------ analysis, synthesis, adjoint


@given(transforms())
def test_every_size_comes_back_in_every_mode_and_rank(case):
    transform, lengths = case
    data = normal(2, *lengths)
    coefficients = transform.analysis(data)
    assert coefficients.shape == (2, transform.layout(lengths).total)
    np.testing.assert_allclose(transform.synthesis(coefficients, lengths), data, atol=1e-9)


@given(transforms())
def test_synthesis_and_its_adjoint_have_the_same_inner_products(case):
    # <S a, b> = <a, S^T b>
    transform, lengths = case
    a, b = normal(transform.layout(lengths).total), normal(*lengths, seed=1)
    left = np.vdot(transform.synthesis(a, lengths), b)
    assert left == pytest.approx(a @ transform.adjoint(b), abs=1e-10)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("rank", "lengths"), [(1, (33,)), (2, (17, 12)), (3, (7, 8, 9))])
def test_coefficients_are_those_of_wavedecn(rank, lengths, mode):
    data, axes = normal(2, *lengths), AXES[rank]
    transform = WaveletTransform("db2", 2, mode, axes)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Level value of .* is too high")
        approximation, *details = pywt.wavedecn(data, "db2", mode, 2, np.atleast_1d(axes))
    bands = iter(transform.layout(lengths).bands(transform.analysis(data)))
    np.testing.assert_allclose(next(bands), approximation, atol=1e-13)
    names = iter(transform.layout(lengths).names[1:])
    for level, detail in zip((2, 1), details, strict=True):
        # cH is highpass along the first axis, cV along the second.
        keys = {1: ["d"], 2: ["da", "ad", "dd"]}.get(rank, sorted(detail))
        for key in keys:
            np.testing.assert_allclose(next(bands), detail[key], atol=1e-13)
            named = {"d": "cD", "da": "cH", "ad": "cV", "dd": "cD"}.get(key, key)
            assert next(names) == f"{named}{level}"


@pytest.mark.parametrize("axes", [(1, 2), (2, 1), (1, 3), (-3, -1), (0, 2)])
def test_any_two_axes_of_images_may_be_transformed(axes):
    data = normal(4, 9, 5, 6)
    first, second = sorted(axis % 4 for axis in axes)
    transform = WaveletTransform("db2", 2, "symmetric", axes)
    found = transform.analysis(data)
    moved = np.moveaxis(data, (first, second), (-2, -1))
    expected = WaveletTransform("db2", 2, "symmetric", (-2, -1)).analysis(moved)
    np.testing.assert_allclose(np.moveaxis(found, first, -1), expected, atol=1e-14)
    again = transform.synthesis(found, (data.shape[first], data.shape[second]))
    np.testing.assert_allclose(again, data, atol=1e-12)


# ------------------------------------------------------------------ undecimated


@pytest.mark.parametrize("levels", [1, 3])
@pytest.mark.parametrize("name", ["haar", "db4", "coif3"])
def test_undecimated_coefficients_are_those_of_swt(name, levels):
    data = normal(2, 48)
    found = WaveletTransform(name, levels, "periodization").undecimated(data)
    (approximation, detail), *finer = pywt.swt(data, name, levels, axis=-1)
    expected = [approximation, detail, *(detail for _, detail in finer)]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_undecimated_coefficients_of_images_are_those_of_swt2():
    data = normal(2, 16, 24)
    found = WaveletTransform("db2", 2, "periodization", (-2, -1)).undecimated(data)
    (approximation, coarse), (_, fine) = pywt.swt2(data, "db2", 2, axes=(-2, -1))
    np.testing.assert_allclose(found, [approximation, *coarse, *fine], atol=1e-12)


@pytest.mark.slow
@given(transforms())
def test_undecimated_coefficients_have_the_size_of_the_data(case):
    transform, lengths = case
    data = normal(2, *lengths)
    bands = len(transform.layout(lengths).names)
    assert transform.undecimated(data).shape == (bands, *data.shape)


@given(
    length=st.integers(100, 140),
    mode=st.sampled_from(MODES),
    wavelets=WAVELETS,
)
def test_decimated_coefficients_are_among_the_undecimated(length, mode, wavelets):
    transform = WaveletTransform(wavelets, mode=mode)
    data = normal(length)
    layout = transform.layout(length)
    decimated, everywhere = layout.split(transform.analysis(data)), transform.undecimated(data)
    # PyWavelets: dwt has cA[k] = sum_m lo[m] x[2k + 1 - m], and with periodization N/2 in place of
    # the 1; swt has cA[n] = sum_m lo[m] x[n + N/2 - m].
    halves = [len(wavelet.lowpass) // 2 for wavelet in transform.wavelets]
    offsets = np.cumsum([0, *(2**i * (1 - half) for i, half in enumerate(halves))])
    reach = 2 * sum(2**i * half for i, half in enumerate(halves)) + 2**transform.levels
    for level, few, all_ in zip(layout.band_levels, decimated, everywhere, strict=True):
        shift = 0 if mode == "periodization" else offsets[level]
        places = 2**level * np.arange(len(few)) + shift
        inside = (places >= reach) & (places < length - reach)
        np.testing.assert_allclose(few[inside], all_[places[inside]], atol=1e-11)
        assert inside.any() or reach > 40


# ------------------------------------------------------------------ packets


@given(
    length=st.integers(2, 60),
    levels=st.integers(1, 4),
    mode=st.sampled_from(MODES),
    name=st.sampled_from(["haar", "db3"]),
)
def test_packets_are_those_of_pywavelets_by_frequency(length, levels, mode, name):
    transform = WaveletTransform(name, levels, mode)
    inputs = [size for (size,) in transform.layout(length).inputs[:-1]]
    assume(not (mode in ("reflect", "antireflect") and 1 in inputs))
    data = normal(2, length)
    tree = pywt.WaveletPacket(data, name, mode, maxlevel=levels, axis=-1)
    expected = [node.data for node in tree.get_level(levels, "freq")]
    np.testing.assert_allclose(transform.packets(data), expected, atol=1e-12)


@pytest.mark.parametrize("mode", ["zero", "symmetric", "periodization"])
def test_packets_of_images_are_those_of_pywavelets_by_frequency(mode):
    data = normal(3, 13, 16)
    transform = WaveletTransform("db2", 2, mode, (-2, -1))
    tree = pywt.WaveletPacket2D(data, "db2", mode, maxlevel=2, axes=(-2, -1))
    rows = tree.get_level(2, "freq")
    expected = [node.data for row in rows for node in row]
    np.testing.assert_allclose(transform.packets(data), expected, atol=1e-12)


def test_packets_of_volumes_and_of_levels_with_their_own_filters_keep_the_energy():
    data = normal(2, 8, 8, 8)
    transform = WaveletTransform(["haar", "db2"], mode="periodization", axes=AXES[3])
    nodes = transform.packets(data)
    assert nodes.shape == (64, 2, 2, 2, 2)
    assert np.square(nodes).sum() == pytest.approx(np.square(data).sum())
    # The first node is the approximation; a constant has nothing else.
    flat = transform.packets(np.ones((8, 8, 8)))
    np.testing.assert_allclose(flat[0], 64**0.5)
    np.testing.assert_allclose(flat[1:], 0, atol=1e-12)


def test_packets_of_a_chirp_rise_in_frequency():
    time = np.arange(1024)
    nodes = WaveletTransform("db8", 3, "periodization").packets(
        np.array([np.cos(np.pi * (k + 0.5) / 8 * time) for k in range(8)])
    )
    assert np.square(nodes).sum(axis=-1).argmax(axis=0).tolist() == list(range(8))


# ------------------------------------------------------------------ what it is made of


def learned(**origin):
    return Wavelet(Wavelet.from_name("db2").lowpass, origin={"levels": 3, **origin})


def test_defaults():
    assert WaveletTransform("db2") == WaveletTransform("db2", 4, "zero", -1)
    assert WaveletTransform(["db2", "haar"]).levels == 2
    assert WaveletTransform(["haar"]).levels == 1
    own = WaveletTransform([[2**-0.5] * 2, "db2"])
    assert own.wavelets == (WaveletTransform("haar").wavelet, Wavelet.from_name("db2"))


def test_a_learned_wavelet_brings_its_levels_mode_and_axes():
    wavelet = learned(mode="symmetric", axes=[-2, -1])
    transform = WaveletTransform(wavelet)
    assert (transform.levels, transform.mode, transform.axes) == (3, "symmetric", (-2, -1))
    meant = WaveletTransform(wavelet, 2, "zero", 1)
    assert (meant.levels, meant.mode, meant.axes) == (2, "zero", (1,))
    assert as_transform(wavelet) == transform
    several = WaveletTransform([wavelet, "haar"])
    assert (several.levels, several.mode, several.axes) == (2, "symmetric", (-2, -1))


def test_wavelets_learned_with_different_modes_need_a_word():
    pair = [learned(mode="symmetric"), learned(mode="zero")]
    with pytest.raises(ValueError, match=r"different mode: symmetric, zero; say .*mode=\.\.\."):
        WaveletTransform(pair)
    assert WaveletTransform(pair, mode="zero").mode == "zero"


def test_the_wavelet_of_all_levels_is_one():
    transform = WaveletTransform("db2", 2)
    assert transform.shared
    assert transform.wavelet == Wavelet.from_name("db2")
    several = WaveletTransform(["db2", "haar"])
    assert not several.shared
    with pytest.raises(ValueError, match="the 2 levels have wavelets of their own; take them"):
        several.wavelet  # noqa: B018
    assert several.with_wavelet("haar") == WaveletTransform("haar", 2)
    assert WaveletTransform(["haar", "db1"]).shared


def test_only_orthonormal_wavelets_pass_as_such():
    WaveletTransform(["haar", "db2"]).require_orthonormal("products")
    with pytest.raises(ValueError, match=r"products need an orthonormal filter.*off by"):
        WaveletTransform(["haar", [0.5, 0.5]]).require_orthonormal("products")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("bior2.2",), ValueError, "biorthogonal"),
        ((["haar", "bior2.2"],), ValueError, "biorthogonal"),
        (([1.0],), ValueError, "even length"),
        (([],), ValueError, "lowpass is empty"),
        ((["haar", "db2"], 3), ValueError, "levels=3 and 2 wavelets are given; give one wavelet"),
        (("haar", 0), ValueError, "levels=0 must be at least 1"),
        (("haar", 1, "per"), ValueError, "mode='per' must be one of zero"),
        (("haar", 1, "zero", (1, 1)), ValueError, "must name one to three different axes"),
    ],
)
def test_what_is_no_transform_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        WaveletTransform(*arguments)


@pytest.mark.parametrize("method", ["analysis", "adjoint", "undecimated", "packets"])
@pytest.mark.parametrize(
    ("data", "axes", "error", "message"),
    [
        ([1j, 2], -1, ValueError, "Complex data not supported: [XM]"),
        (["a", "b"], -1, TypeError, "[XM] has dtype <U1"),
        (np.ones((2, 8)), 2, ValueError, r"axes=\(2,\) is out of range: [XM] has 2 axes"),
        (np.ones((2, 8)), (-1, 1), ValueError, "names an axis twice: [XM] has 2 axes"),
        (np.ones((2, 0)), -1, ValueError, r"[XM] has no samples along axis 1 \(shape \(2, 0\)\)"),
        (np.ma.masked_equal([1.0, 2.0], 1), -1, TypeError, r"[XM] is a masked array.*filled"),
        ([[1, 2], [1]], -1, ValueError, r"[XM] holds sequences of unequal length \(1 to 2\)"),
    ],
)
def test_data_that_cannot_be_transformed_are_refused(method, data, axes, error, message):
    with pytest.raises(error, match=message):
        getattr(WaveletTransform("haar", 1, axes=axes), method)(data)


@pytest.mark.parametrize(
    ("wavelet", "lengths", "axes", "message"),
    [
        ("haar", 9, -1, r"8 entries along axis 1, and signals of length 9 .* have 10"),
        ("haar", 0, -1, "lengths=0 must be at least 1"),
        ("db2", 8, -1, "have 8 entries along axis 1"),
        ("haar", (8, 8), -1, r"lengths=\(8, 8\) gives 2 sizes and axes=\(-1,\) names 1 axes"),
        ("haar", 8, (-2, -1), "give one size for each axis, such as"),
    ],
)
def test_coefficients_that_do_not_fit_are_refused(wavelet, lengths, axes, message):
    with pytest.raises(ValueError, match=message):
        WaveletTransform(wavelet, 1, axes=axes).synthesis(normal(3, 8), lengths)


# ------------------------------------------------------------------ as an argument


def test_a_transform_passes_as_it_is():
    transform = WaveletTransform("db2", 3, "symmetric", (-2, -1))
    assert as_transform(transform) is transform
    assert as_transform(transform, 3, "symmetric", (-1, -2)) is transform
    assert as_transform("db2", 3, "symmetric", (-2, -1)) == transform
    assert as_transform(["db2", "haar"]).levels == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"levels": 2}, r"levels=2 and the transform has levels=3; leave levels out, or give"),
        ({"mode": "zero"}, r"mode='zero' and the transform has mode='symmetric'"),
        ({"axes": 1}, r"axes=1 and the transform has axes=\(-1,\)"),
        ({"mode": "per"}, "mode='per' must be one of"),
    ],
)
def test_arguments_that_contradict_the_transform_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        as_transform(WaveletTransform("db2", 3, "symmetric"), **arguments)


def test_another_mode_than_the_learned_one_is_refused_unless_it_is_meant():
    wavelet = learned(mode="symmetric")
    assert as_transform(wavelet, 3, "symmetric").mode == "symmetric"
    assert as_transform(wavelet, axes=1).axes == (1,)
    with pytest.raises(ValueError, match=r"was learned with mode='symmetric'.*if you mean it"):
        as_transform(wavelet, mode="zero")
    with pytest.raises(ValueError, match="levels=2 and the wavelet was learned with levels=3"):
        as_transform(wavelet, levels=2)
    meant = WaveletTransform(wavelet, 2, "zero")
    assert as_transform(meant, 2, "zero") is meant


# ------------------------------------------------------------------ as a value


CASES = [
    WaveletTransform("db2", 3, "symmetric", (-2, -1)),
    WaveletTransform(["db2", "haar"], mode="periodization"),
    WaveletTransform(learned(mode="smooth", start="sym4", loss=0.25)),
]


@pytest.mark.parametrize("transform", CASES)
def test_a_file_gives_it_back(transform, tmp_path):
    transform.save(tmp_path / "T.json")
    again = WaveletTransform.load(tmp_path / "T.json")
    assert again == transform
    for wavelet, other in zip(again.wavelets, transform.wavelets, strict=True):
        assert wavelet.name == other.name
        assert wavelet.origin == other.origin


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"format": "wavedistill.wavelet", "version": 1}, "'wavedistill.transform' is needed"),
        ({"format": "wavedistill.transform", "version": 9}, "has version 9"),
        ({"format": "wavedistill.transform", "version": 1, "levels": 1}, "lacks mode and axes"),
        (
            {
                "format": "wavedistill.transform",
                "version": 1,
                "levels": 1,
                "mode": "zero",
                "axes": [-1],
                "wavelets": [{}],
            },
            "lacks its lowpass filter",
        ),
    ],
)
def test_other_files_are_refused(content, message, tmp_path):
    path = tmp_path / "T.json"
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=message):
        WaveletTransform.load(path)


def test_equality_is_that_of_filters_and_settings():
    one = WaveletTransform("haar", 2)
    for same in (WaveletTransform("db1", 2), WaveletTransform(["haar", "haar"])):
        assert same == one
        assert hash(same) == hash(one)
    others: list[Any] = [
        ("db2", 2),
        ("haar", 3),
        ("haar", 2, "smooth"),
        ("haar", 2, "zero", 1),
    ]
    assert len({one, *(WaveletTransform(*other) for other in others)}) == 5
    assert one != object()


class Holder(BaseEstimator):
    def __init__(self, transform=None):
        self.transform = transform


@pytest.mark.parametrize(
    "duplicate",
    [
        copy.copy,
        copy.deepcopy,
        lambda t: pickle.loads(pickle.dumps(t)),
        lambda t: clone(Holder(t)).transform,
    ],
)
@pytest.mark.parametrize("transform", CASES)
def test_copies_are_equal_and_as_immutable(transform, duplicate):
    again = duplicate(transform)
    assert again == transform
    assert hash(again) == hash(transform)
    assert again.wavelets[0].origin == transform.wavelets[0].origin
    data = normal(2, 9, 9)
    np.testing.assert_array_equal(again.analysis(data), transform.analysis(data))
    with pytest.raises(AttributeError):
        again.wavelets = ()
    assert not again.wavelets[0].lowpass.flags.writeable


def test_repr_shows_wavelets_and_settings():
    assert repr(CASES[0]) == ("WaveletTransform('db2', levels=3, mode='symmetric', axes=(-2, -1))")
    assert repr(CASES[1]) == (
        "WaveletTransform(['db2', 'haar'], levels=2, mode='periodization', axes=(-1,))"
    )
    assert repr(CASES[2]).startswith("WaveletTransform('4 taps', levels=3, mode='smooth'")


def test_it_is_public():
    assert wd.WaveletTransform is WaveletTransform
