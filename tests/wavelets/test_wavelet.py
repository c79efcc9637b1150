"""`Wavelet`: what it is made from, what it says of itself, and how it is kept."""

import numpy as np
import pytest
import pywt

import wavedistill as wd
from tests.helpers import NAMES, normal
from wavedistill.distillation import WaveletDistiller
from wavedistill.wavelets import Wavelet, align, as_wavelet, orthogonal_names

NO_RESPONSE = np.array([1.0, 0.0, 0.0, 1.0]) / np.sqrt(2)


def brute_force_distance(wavelet, other, level, sign):
    """Sec 4.1 of the paper word for word: every shift, both directions, zero padding."""
    own = pywt.Wavelet(wavelet).wavefun(level)[1]
    target = pywt.Wavelet(other).wavefun(level)[1]
    size = max(len(own), len(target))
    own = np.concatenate([own, np.zeros(size - len(own))])
    target = np.concatenate([target, np.zeros(size - len(target))])
    return min(
        np.sqrt(np.sum((s * np.roll(candidate, k) - target) ** 2))
        for k in range(size)
        for candidate in (own, own[::-1])
        for s in ((1, -1) if sign else (1,))
    )


# ------------------------------------------------------------------ making one


@pytest.mark.parametrize("name", NAMES)
def test_named_wavelets_have_the_filters_of_pywavelets(name):
    wavelet, oracle = Wavelet.from_name(name), pywt.Wavelet(name)
    assert wavelet.name == name
    np.testing.assert_array_equal(wavelet.lowpass, oracle.rec_lo)
    np.testing.assert_array_equal(wavelet.highpass, oracle.rec_hi)
    assert wavelet.lowpass.dtype == wavelet.highpass.dtype == np.float64


def test_names_are_those_of_the_exact_orthogonal_families():
    assert orthogonal_names() == NAMES
    assert {"haar", "db1", "db38", "sym2", "sym20", "coif1", "coif17"} <= set(NAMES)
    assert "dmey" not in NAMES
    assert Wavelet.from_name("DB5") == Wavelet.from_name("db5")
    assert wd.Wavelet is Wavelet


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("dmey", r"'dmey' is refused: .*orthonormal only to 1\.4e-3"),
        ("bior2.2", r"'bior2\.2' is biorthogonal"),
        ("rbio1.3", r"'rbio1\.3' is biorthogonal"),
        ("morl", "'morl' is continuous"),
        ("cgau2", "'cgau2' is continuous"),
        ("db39", "'db39' is not the name"),
        ("", "'' is not the name"),
        (5, "5 is not the name"),
    ],
)
def test_other_names_are_refused_with_the_reason_and_a_remedy(name, reason):
    with pytest.raises(ValueError, match=rf"{reason}.* Choose one of haar, db1-db38"):
        Wavelet.from_name(name)


@pytest.mark.parametrize(
    ("taps", "error", "message"),
    [
        ([1.0, 2.0, 3.0], ValueError, r"shape \(3,\).* even length; pad it with a zero"),
        ([[1.0, 2.0]], ValueError, r"shape \(1, 2\).* vector of even length"),
        (1.0, ValueError, r"shape \(\)"),
        ([], ValueError, "lowpass is empty"),
        ([1.0, np.nan], ValueError, "NaN or infinity: 1 of 2 values"),
        ([-np.inf, np.inf], ValueError, "NaN or infinity: 2 of 2 values"),
        ([1.0, 1j], ValueError, "complex"),
        (["a", "b"], TypeError, "real numbers"),
        ("db2", TypeError, r"lowpass='db2' is no filter; .* Wavelet\.from_name\('db2'\)"),
        (np.ma.masked_less([1.0, -1.0], 0), TypeError, r"lowpass is a masked array"),
    ],
)
def test_what_is_not_a_filter_is_refused(taps, error, message):
    with pytest.raises(error, match=message):
        Wavelet(taps)


def test_a_wavelet_may_be_given_in_any_of_four_ways():
    db3 = Wavelet.from_name("db3")
    assert as_wavelet(db3) is db3
    for value in ("db3", pywt.Wavelet("db3"), db3.lowpass, db3.lowpass.tolist(), db3.to_pywt()):
        assert as_wavelet(value) == db3
    custom = Wavelet([1.0, 2.0, 3.0, 4.0], name="mine")
    assert as_wavelet(custom.to_pywt()) == custom
    learned = WaveletDistiller()
    learned.wavelet_ = db3
    with pytest.raises(TypeError, match="is a WaveletDistiller; give its transform_ or wavelet_"):
        as_wavelet(learned)


def test_a_filter_that_bears_the_name_of_another_is_taken_as_it_is():
    custom = Wavelet([1.0, 2.0, 3.0, 4.0], name="db2")
    assert as_wavelet(custom.to_pywt()) == custom


# ------------------------------------------------------------------ angles and residuals


def test_angles_give_the_filter_back():
    for name in ("haar", "db5", "sym9", "coif4", "db38"):
        wavelet = Wavelet.from_name(name)
        again = Wavelet.from_angles(wavelet.angles, name="again")
        np.testing.assert_allclose(again.lowpass, wavelet.lowpass, atol=1e-10, rtol=0)
        assert again.name == "again"


def test_angles_may_sum_to_a_quarter_of_pi_and_full_turns():
    angles = Wavelet.from_name("db3").angles
    assert angles.sum() == pytest.approx(np.pi / 4)
    turned = Wavelet.from_angles(angles + np.array([0, 2, -4]) * np.pi)
    np.testing.assert_allclose(turned.lowpass, Wavelet.from_name("db3").lowpass, atol=1e-10)


@pytest.mark.parametrize(
    ("angles", "message"),
    [
        ([0.5, 0.5], r"sum to 1,.* needs pi/4 = 0\.785398 .*subtract 0\.214602 from the last"),
        ([[np.pi / 4]], r"shape \(1, 1\), and must be a vector"),
        ([np.nan], "NaN"),
        ([], "empty"),
    ],
)
def test_angles_of_no_lowpass_filter_are_refused(angles, message):
    with pytest.raises(ValueError, match=message):
        Wavelet.from_angles(angles)


@pytest.mark.parametrize("name", ["haar", "db2", "db13", "sym20", "coif17", "db38"])
def test_residuals_of_a_known_wavelet_vanish(name):
    residuals = Wavelet.from_name(name).residuals()
    assert residuals.pop("min_response") > 0.9
    assert max(map(abs, residuals.values())) < 1e-10


def test_residuals_are_what_their_names_say():
    taps = np.array([1.0, 2.0, 3.0, 5.0])
    residuals = Wavelet(taps).residuals()
    frequencies = np.linspace(0, np.pi / 2, 20_001)
    response = np.abs(np.exp(-1j * np.outer(frequencies, np.arange(4))) @ taps)
    power = [
        abs(np.polyval(taps, z)) ** 2 + abs(np.polyval(taps, -z)) ** 2 for z in (1, 1j, -1, -1j)
    ]
    assert residuals == pytest.approx(
        {
            "lowpass_sum": 11 - np.sqrt(2),
            "highpass_sum": 5 - 3 + 2 - 1,
            "unit_norm": np.sqrt(39) - 1,
            "power_complementarity": np.abs(np.array(power) - 2).max(),
            "double_shift": 1 * 3 + 2 * 5,
            "min_response": response.min(),
        },
        rel=1e-7,
    )


def test_the_smallest_response_tells_a_false_wavelet_that_nothing_else_tells():
    residuals = Wavelet(NO_RESPONSE).residuals()
    assert residuals.pop("min_response") == pytest.approx(0, abs=1e-7)
    assert max(map(abs, residuals.values())) < 1e-15
    assert Wavelet.from_name("haar").residuals()["min_response"] == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("taps", "worst", "size"),
    [
        ([0.8, 0.8], "power_complementarity", "0.56"),
        ([1.0, 0.0], "highpass_sum", "1"),
        (pywt.Wavelet("dmey").rec_lo, "power_complementarity", "0.01"),
    ],
)
def test_filters_that_are_not_orthonormal_have_no_angles(taps, worst, size):
    with pytest.raises(ValueError, match=rf"off by {size} in {worst} .*see residuals\(\)"):
        _ = Wavelet(taps).angles


# ------------------------------------------------------------------ functions and distance


@pytest.mark.parametrize("name", ["haar", "db5", "sym4", "coif2"])
def test_functions_are_those_of_pywavelets(name):
    found = Wavelet.from_name(name).functions(level=6)
    for ours, theirs in zip(found, pywt.Wavelet(name).wavefun(level=6), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-13)


@pytest.mark.parametrize(
    "name",
    ["haar", "db2", "db5", "coif2"],
)
def test_functions_are_sampled_over_their_support(name):
    phi, psi, x = Wavelet.from_name(name).functions(level=4)
    last = pywt.Wavelet(name).rec_len - 1
    points = last * 2**4 + 1 + (name == "haar")
    assert phi.shape == psi.shape == x.shape == (points,)
    np.testing.assert_allclose(x, np.arange(len(x)) / 2**4, atol=1e-12)
    assert phi.sum() / 2**4 == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("level", [0, -1, 2.5])
def test_levels_of_no_grid_are_refused(level):
    with pytest.raises((TypeError, ValueError), match=f"level={level} must be"):
        Wavelet.from_name("db2").functions(level)


@pytest.mark.parametrize("sign", [True, False])
@pytest.mark.parametrize(
    ("name", "other"), [("db5", "sym5"), ("coif2", "db5"), ("db2", "haar"), ("sym8", "db3")]
)
def test_distance_is_that_of_the_paper(name, other, sign):
    wavelet = Wavelet.from_name(name)
    expected = brute_force_distance(name, other, 3, sign)
    assert wavelet.distance(other, level=3, sign=sign) == pytest.approx(expected, rel=1e-12)
    # Symmetric, whatever form the other is given in.
    back = Wavelet.from_name(other).distance(wavelet.lowpass, level=3, sign=sign)
    assert back == pytest.approx(expected, rel=1e-12)


def test_distance_grows_as_the_root_of_the_samples():
    coarse, fine = (Wavelet.from_name("db5").distance("sym5", level=n) for n in (7, 9))
    assert fine / coarse == pytest.approx(2, rel=0.01)
    assert Wavelet.from_name("db5").distance("sym5") == pytest.approx(
        brute_force_distance("db5", "sym5", 5, True), rel=1e-12
    )


@pytest.mark.parametrize("name", ["db2", "db5", "sym7", "coif1"])
@pytest.mark.parametrize("sign", [True, False])
def test_shifts_and_reversals_are_no_distance(name, sign):
    wavelet = Wavelet.from_name(name)
    taps = wavelet.lowpass
    assert wavelet.distance(wavelet, sign=sign) == 0
    for before in (0, 1, 2, 4):
        shifted = np.pad(taps, (before, 4 - before))
        # An odd shift turns the sign of psi: g[n] = (-1)^n h[N-1-n].
        assert wavelet.distance(shifted) == pytest.approx(0, abs=1e-10)
    # The mirror of psi is minus the wavelet of the mirrored filter.
    mirrored = wavelet.distance(taps[::-1], sign=sign)
    assert mirrored < 1e-10 if sign else mirrored > 1


def test_the_papers_own_measure_minds_the_sign():
    shifted = np.pad(Wavelet.from_name("db5").lowpass, (1, 1))
    assert Wavelet.from_name("db5").distance(shifted) < 1e-10
    assert Wavelet.from_name("db5").distance(shifted, sign=False) > 1


@pytest.mark.parametrize("sign", [True, False])
@pytest.mark.parametrize(("size", "other"), [(9, 9), (6, 11), (12, 7), (1, 4)])
def test_align_finds_the_closest_of_all_shifts_reversals_and_signs(size, other, sign):
    moving, fixed = normal(size), normal(other, seed=1)
    moved, target = align(moving, fixed, sign=sign)
    np.testing.assert_array_equal(target, np.pad(fixed, (0, max(size, other) - other)))
    own = np.pad(moving, (0, max(size, other) - size))
    allowed = [
        s * np.roll(turned, k)
        for k in range(len(own))
        for turned in (own, own[::-1])
        for s in ((1, -1) if sign else (1,))
    ]
    assert any(np.array_equal(moved, candidate) for candidate in allowed)
    closest = min(np.linalg.norm(candidate - target) for candidate in allowed)
    assert np.linalg.norm(moved - target) == pytest.approx(closest, rel=1e-12)


def test_the_closest_known_wavelet_is_found_wherever_it_stands():
    shifted = Wavelet(np.pad(Wavelet.from_name("sym4").lowpass[::-1], (1, 3)))
    name, distance = shifted.closest_known()
    assert name == "sym4"
    assert distance < 1e-9
